"""The real bridge, as `rxbridge run` starts it, that kills itself with SIGKILL at a named point.

Arguments: a JSON file of settings by section, and the point, or "" for none.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bridge import app
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.settings import Settings
from bridge.store import Store

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
ON_THE_WAY_IN = "pending review"


def arm(point: str) -> None:
    owner, name, when = {**POINTS, **WAY_BACK, **CANCELLING}[point]
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)
    spared = point in WAY_BACK

    async def deadly(*args: Any, **kwargs: Any) -> Any:
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
