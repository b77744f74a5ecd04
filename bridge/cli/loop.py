"""The event loop of long-running commands: uvloop where it exists, signals as a stop event."""

import asyncio
import gc
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""malloc.h; see mallopt(3)."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs `main` to its end. What is freed of a megabyte and more goes back to the system, where
    glibc would keep it, and threads share two heaps: each store has two of them.
    """
    with suppress(ImportError, OSError, AttributeError, TypeError):  # other systems' libraries
        import ctypes

        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 2**20)
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    try:
        import uvloop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    return uvloop.run(main)


def settled() -> None:
    """Takes what was loaded at the start out of garbage collection: it is never freed. What comes
    is looked through once an order, not four times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 20)


async def until(ask: Callable[[], Awaitable[T]], seconds: float, *, pause: float = 0.1) -> T:
    """What `ask` answers once that is true of it, or after so many seconds. It is asked again and
    again: the store is a file, and cannot tell.
    """
    deadline = time.monotonic() + seconds
    while not (found := await ask()) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(pause)
    return found


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    """Gives `work` an event that SIGTERM and SIGINT set; on Windows Ctrl-C and Ctrl-Break do."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGBREAK", signal.SIGINT))
    before = {number: signal.getsignal(number) for number in numbers}
    for number in before:
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        return await work(stop)
    finally:
        for number, handler in before.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler or signal.SIG_DFL)
