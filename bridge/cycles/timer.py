"""Does a thing again and again, and survives what goes wrong with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.core.patience import pause
from bridge.errors import BridgeError, TryLater

log = logging.getLogger("bridge.cycles")


async def every(
    seconds: Callable[[], float], what: str, do: Callable[[], Awaitable[object]]
) -> None:
    """Calls `do` now and then `seconds()` after each end; a failure is logged and waited out.

    What may be tried again is tried sooner than that: a first sweep that met a full minute at
    the vendor must not keep a pharmacy waiting for the next round.
    """
    failures = 0
    while True:
        try:
            await do()
            failures = 0
        except BridgeError as failure:
            log.warning("%s failed", what, extra={"reason": failure})
            failures = failures + 1 if isinstance(failure, TryLater) else 0
        except Exception:
            log.exception("%s failed unexpectedly", what)
            failures = 0
        await asyncio.sleep(pause(failures, seconds()))
