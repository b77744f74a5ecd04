"""Does a thing again and again, and survives what goes wrong with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.errors import BridgeError

log = logging.getLogger("bridge.cycles")


async def every(
    seconds: Callable[[], float], what: str, do: Callable[[], Awaitable[object]]
) -> None:
    """Calls `do` now and then `seconds()` after each end; a failure is logged and waited out."""
    while True:
        try:
            await do()
        except BridgeError as failure:
            log.warning("%s failed", what, extra={"reason": str(failure)})
        except Exception:
            log.exception("%s failed unexpectedly", what)
        await asyncio.sleep(seconds())
