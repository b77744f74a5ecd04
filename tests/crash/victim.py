"""The real bridge, as `rxbridge run` starts it, that kills itself with SIGKILL at a named point.

It is a process of its own, forked off one that has loaded the bridge and done nothing else
(`multiprocessing`'s forkserver): to load it anew for every life takes longer than that life.
"""

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bridge.app.run import run
from bridge.cli import loop
from bridge.core.stock import reported
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.settings import Settings
from bridge.store import Store, adjustments, deliveries, stock

Call = Callable[..., Awaitable[Any]]
Point = tuple[type, Any, str]
"""Whose method it is, or which question to the store; and when."""
POINTS: dict[str, Point] = {
    "after the commit, before the 200": (Store, deliveries.receive, "after"),
    "before the submission": (PharmaOne, "submit", "before"),
    "after the submission, before it is recorded": (PharmaOne, "submit", "after"),
    "before the status call": (RxScale, "set_status", "before"),
    "after the status call": (RxScale, "set_status", "after"),
}
WAY_BACK: dict[str, Point] = {
    "PharmaOne's webhook committed, before the 200": (Store, deliveries.receive, "after"),
    "before a step back": (RxScale, "set_status", "before"),
    "after a step back": (RxScale, "set_status", "after"),
    "before the completion": (RxScale, "complete", "before"),
    "after the completion": (RxScale, "complete", "after"),
}
CANCELLING: dict[str, Point] = {
    "before cancelling at PharmaOne": (PharmaOne, "set_order_status", "before"),
    "after cancelling at PharmaOne": (PharmaOne, "set_order_status", "after"),
}
STOCK: dict[str, Point] = {
    "before a plan is noted": (Store, stock.planned, "before"),
    "after a plan is noted": (Store, stock.planned, "after"),
    "before the third write": (RxScale, "set_sku", "before"),
    "after the third write": (RxScale, "set_sku", "after"),
    "before writes are noted": (Store, stock.pushed, "before"),
    "after writes are noted": (Store, stock.pushed, "after"),
}
ADOPTING: dict[str, Point] = {
    "before an adjustment": (PharmaOne, "adjust", "before"),
    "after an adjustment": (PharmaOne, "adjust", "after"),
    "after its intent is noted": (Store, adjustments.sending, "after"),
    "before its end is noted": (Store, adjustments.done, "before"),
}
LOADED = ["bridge.app", "bridge.settings", "bridge.cli.loop", "uvloop"]
"""All that takes long. Python 3.11 does not find the tests there: it forgets the path."""
SPARED_CALLS = {"before the third write": 2, "after the third write": 2}
ON_THE_WAY_IN = "pending review"


def arm(point: str, number: int = signal.SIGKILL) -> None:
    if point in ADOPTING:  # nothing is taken for an echo of what was written a moment ago
        reported.ECHO = timedelta(seconds=-1)
    owner, name, when = {**POINTS, **WAY_BACK, **CANCELLING, **STOCK, **ADOPTING}[point]
    if owner is not Store:
        setattr(owner, name, _deadly(getattr(owner, name), point, when, number))
        return
    for way in ("write", "write_together"):
        real = getattr(Store, way)
        setattr(Store, way, _where(name, _deadly(real, point, when, number), real))


def _where(question: Callable[..., Any], deadly: Call, real: Call) -> Call:
    def asked(store: Store, wanted: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        ask = deadly if wanted is question else real
        return ask(store, wanted, *args, **kwargs)

    return asked


def _deadly(real: Call, point: str, when: str, number: int) -> Call:
    """Once: whoever was stopped and goes on is spared from then on."""
    calls = count()
    spared = point in WAY_BACK

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        if spared and (ON_THE_WAY_IN in args or getattr(args[-1], "vendor", "") == "rxscale"):
            return await real(*args, **kwargs)
        if next(calls) != SPARED_CALLS.get(point, 0):
            return await real(*args, **kwargs)
        if when == "before":
            os.kill(os.getpid(), number)
            return await real(*args, **kwargs)
        answer = await real(*args, **kwargs)
        os.kill(os.getpid(), number)
        return answer

    return deadly


def live(settings: str, point: str, number: int, told: Connection) -> None:
    """All that the process does. `point`: "" for none; its address is `told` once it listens."""
    silence = os.open(os.devnull, os.O_RDWR)
    for each in range(3):
        os.dup2(silence, each)
    if point:
        arm(point, number)
    loop.run(_bridge(Settings.model_validate(json.loads(Path(settings).read_text())), told))


async def _bridge(settings: Settings, told: Connection) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run(settings, stop, lambda _, running: told.send(running.url))


class Life:
    """A process, from outside."""

    def __init__(self, settings: Path, point: str, number: int) -> None:
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload(LOADED)
        self._hears, tells = forks.Pipe(duplex=False)
        self._process = forks.Process(target=live, args=(str(settings), point, number, tells))
        self._process.start()
        tells.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def listens(self, seconds: float) -> None:
        assert await asyncio.to_thread(self._hears.poll, seconds), "it says nothing"
        self._hears.recv()

    async def wait(self) -> None:
        await asyncio.to_thread(self._process.join)

    def send_signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def close(self) -> None:
        self._hears.close()
        self._process.close()
