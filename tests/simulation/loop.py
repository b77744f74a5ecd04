"""An event loop whose clock jumps to the next timer and whose order of work comes from a seed.

Nothing waits for real time: when nothing is ready, the next timer is due. Of all that is ready, the
seed chooses what runs next, so that each seed is another lawful order of events. A process is the
context (`PROCESS`) that its tasks were begun in; `kill` forgets everything that belongs to one.
"""

import asyncio
import contextlib
from asyncio import base_events
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from weakref import WeakSet

PROCESS: ContextVar[int] = ContextVar("process", default=0)
"""Which process a piece of work belongs to; 0: the world around the bridge."""


class NothingLeft(Exception):  # noqa: N818 - a state, not a fault of ours
    """Everybody waits for somebody else, and no timer is set."""


class Work:
    """What `asyncio.Handle` is, made and run a million times."""

    __slots__ = ("args", "callback", "context", "is_cancelled")

    def __init__(self, callback: Any, args: Any, context: Context | None) -> None:
        self.callback, self.args, self.is_cancelled = callback, args, False
        self.context = copy_context() if context is None else context

    def cancel(self) -> None:
        self.is_cancelled = True


class SimulatedLoop(base_events.BaseEventLoop):
    """`chance` chooses the order. At step `kill_at`, `on_kill` is called instead of the step."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self._seconds = 0.0
        self._timers: list[tuple[float, int, Any]] = []
        self._numbers = count()
        self._dead: set[int] = set()
        self._tasks: dict[int, WeakSet[asyncio.Task[Any]]] = {}
        self.steps = 0
        """How many pieces of work of any process but the world's were done."""
        self.kill_at: int | None = None
        self.on_kill: Callable[[], None] = lambda: None

    def time(self) -> float:
        return self._seconds

    def _write_to_self(self) -> None:
        pass

    def _process_events(self, _events: object) -> None:
        pass

    def _asyncgen_finalizer_hook(self, _generator: object) -> None:
        """What a killed process left half done stays so."""

    def run_in_executor(self, _executor: Any, func: Any, *args: Any) -> Any:
        """What a thread would do is done in the loop, as a piece of work of its own."""
        done = self.create_future()
        self.call_soon(_into, done, func, args)
        return done

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> Any:
        work = Work(callback, args, context)
        self._ready.append(work)  # type: ignore[attr-defined]
        return work

    def call_later(self, delay: float, callback: Any, *args: Any, **context: Any) -> Any:
        return self.call_at(self._seconds + delay, callback, *args, **context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        timer = Work(callback, args, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _run_once(self) -> None:
        """Pieces of work one after another, until somebody stops the loop."""
        ready, timers = self._ready, self._timers  # type: ignore[attr-defined]
        chance = self._chance.random
        while not self._stopping:  # type: ignore[attr-defined]
            if not ready or (timers and timers[0][0] <= self._seconds):
                self._make_ready()
            if len(ready) > 1:
                ready.rotate(-int(chance() * len(ready)))
            work = ready.popleft()
            if not work.is_cancelled and self._may_run(work.context.get(PROCESS, 0)):
                try:
                    work.context.run(work.callback, *work.args)
                except Exception as error:
                    self.call_exception_handler({"message": "a callback", "exception": error})

    def _make_ready(self) -> None:
        """What is due now; if nothing is to be done at all, time jumps to the next timer."""
        ready, timers = self._ready, self._timers  # type: ignore[attr-defined]
        while not ready or (timers and timers[0][0] <= self._seconds):
            if not timers:
                raise NothingLeft
            when, _, timer = heappop(timers)
            if not timer.is_cancelled:
                self._seconds = max(self._seconds, when)
                ready.append(timer)

    def _may_run(self, process: int) -> bool:
        """Not where it belongs to a process that is dead, or dies instead of doing it."""
        if not process:
            return True
        if process in self._dead:
            return False
        self.steps += 1
        if self.kill_at is None or self.steps < self.kill_at:
            return True
        self.kill_at = None
        self.on_kill()
        return False

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        process = PROCESS.get() if context is None else context.get(PROCESS, 0)
        if process:
            self._tasks.setdefault(process, WeakSet()).add(task)
        return task

    def kill(self, process: int, context: Context) -> None:
        """As SIGKILL: nothing of it runs any more, no `finally` has an effect on the world."""
        self._dead.add(process)
        for task in [*self._tasks.pop(process, ())]:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                with contextlib.suppress(BaseException):
                    context.run(task.get_coro().close)


def _into(done: "asyncio.Future[Any]", func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    if done.cancelled():
        return
    try:
        done.set_result(func(*args))
    except BaseException as error:
        done.set_exception(error)
