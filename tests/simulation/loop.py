"""An event loop whose clock jumps to the next timer and whose order of work comes from a seed.

Nothing waits for real time: when nothing is ready, the next timer is due. Of all that is ready, the
seed chooses what runs next, so that each seed is another lawful order of events. A process is the
context (`PROCESS`) that its tasks were begun in; `kill` forgets everything that belongs to one.
"""

import asyncio
import contextlib
import heapq
from asyncio import base_events
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from random import Random
from typing import Any
from weakref import WeakSet

PROCESS: ContextVar[int] = ContextVar("process", default=0)
"""Which process a piece of work belongs to; 0: the world around the bridge."""


class NothingLeft(Exception):  # noqa: N818 - a state, not a fault of ours
    """Everybody waits for somebody else, and no timer is set."""


class SimulatedLoop(base_events.BaseEventLoop):
    """`chance` chooses the order. At step `kill_at`, `on_kill` is called instead of the step."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self._seconds = 0.0
        self._dead: set[int] = set()
        self._tasks: dict[int, WeakSet[asyncio.Task[Any]]] = {}
        self.steps = 0
        """How many pieces of work of any process but the world's were done."""
        self.kill_at: int | None = None
        self.on_kill: Callable[[], None] = lambda: None
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        return self._seconds

    # -- what BaseEventLoop leaves to its heirs -------------------------------------------------

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

    def _run_once(self) -> None:
        """Pieces of work one after another, until somebody stops the loop."""
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        chance = self._chance.random
        while not self._stopping:  # type: ignore[attr-defined]
            if not ready or (scheduled and scheduled[0]._when <= self._seconds):
                self._make_ready()
            if len(ready) > 1:
                ready.rotate(-int(chance() * len(ready)))
            handle = ready.popleft()
            if not handle._cancelled and self._may_run(handle._context.get(PROCESS, 0)):
                handle._run()

    def _make_ready(self) -> None:
        """What is due now; if nothing is to be done at all, time jumps to the next timer."""
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while not ready or (scheduled and scheduled[0]._when <= self._seconds):
            if not scheduled:
                raise NothingLeft
            timer = heapq.heappop(scheduled)
            timer._scheduled = False
            if not timer._cancelled:
                self._seconds = max(self._seconds, timer._when)
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

    # -- processes -----------------------------------------------------------------------------

    def _make_task(
        self, loop: Any, coroutine: Coroutine[Any, Any, Any], context: Context | None = None
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coroutine, loop=loop, context=context)
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
