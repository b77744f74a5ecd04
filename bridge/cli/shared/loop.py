"""The event loop of long-running commands: uvloop where it exists, signals as a stop event."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

SWITCH_SECONDS = 0.0005
"""The store's thread gives the interpreter up at every statement and must get it back soon: at
Python's own 5 ms a batch of deliveries waits long for a busy loop (docs/performance.md)."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs `main` to its end."""
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    return uvloop.run(main)


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    """Gives `work` an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        return await work(stop)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
