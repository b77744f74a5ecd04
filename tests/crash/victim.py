"""The real bridge, as `rxbridge run` starts it, that kills itself with SIGKILL at a named point.

Arguments: a JSON file of settings by section, and the point, or "" for none.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

from bridge import app
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.settings import Settings
from bridge.store import Store
from bridge.store.stock.store import StockStore

POINTS: dict[str, tuple[type, str, str]] = {
    "after the commit, before the 200": (Store, "take", "after"),
    "before the submission": (PharmaOne, "submit", "before"),
    "after the submission, before it is recorded": (PharmaOne, "submit", "after"),
    "before the status call": (RxScale, "set_status", "before"),
    "after the status call": (RxScale, "set_status", "after"),
}
WAY_BACK: dict[str, tuple[type, str, str]] = {
    "PharmaOne's webhook committed, before the 200": (Store, "take", "after"),
    "before a step back": (RxScale, "set_status", "before"),
    "after a step back": (RxScale, "set_status", "after"),
    "before the completion": (RxScale, "complete", "before"),
    "after the completion": (RxScale, "complete", "after"),
}
CANCELLING: dict[str, tuple[type, str, str]] = {
    "before cancelling at PharmaOne": (PharmaOne, "set_order_status", "before"),
    "after cancelling at PharmaOne": (PharmaOne, "set_order_status", "after"),
}
STOCK: dict[str, tuple[type, str, str]] = {
    "before a plan is noted": (StockStore, "planned", "before"),
    "after a plan is noted": (StockStore, "planned", "after"),
    "before the third write": (RxScale, "set_sku", "before"),
    "after the third write": (RxScale, "set_sku", "after"),
    "before writes are noted": (StockStore, "pushed", "before"),
    "after writes are noted": (StockStore, "pushed", "after"),
}
ADOPTING: dict[str, tuple[type, str, str]] = {
    "before an adjustment": (PharmaOne, "adjust", "before"),
    "after an adjustment": (PharmaOne, "adjust", "after"),
    "after its intent is noted": (StockStore, "sending", "after"),
    "before its end is noted": (StockStore, "adjusted", "before"),
}
SPARED_CALLS = {"before the third write": 2, "after the third write": 2}
ON_THE_WAY_IN = "pending review"


def arm(point: str) -> None:
    owner, name, when = {**POINTS, **WAY_BACK, **CANCELLING, **STOCK, **ADOPTING}[point]
    calls = count()
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)
    spared = point in WAY_BACK

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        if next(calls) < SPARED_CALLS.get(point, 0):
            return await real(*args, **kwargs)
        if spared and (ON_THE_WAY_IN in args or getattr(args[1], "vendor", "") == "rxscale"):
            return await real(*args, **kwargs)
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, deadly)


async def main(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.run(settings, stop, lambda _, running: print(running.url, flush=True))


if __name__ == "__main__":
    if sys.argv[2]:
        arm(sys.argv[2])
    asyncio.run(main(Settings.model_validate(json.loads(Path(sys.argv[1]).read_text()))))
