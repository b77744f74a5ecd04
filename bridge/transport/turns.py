"""Who goes next: the calls waiting for one vendor's budget, the most harmful wait ended first."""

import asyncio
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count
from math import inf

from bridge.exchange import Priority
from bridge.transport.budget import Budget


class Turn:
    """The right to make one call. Whoever holds it says when the call is sent, and ends it."""

    __slots__ = ("_turns", "sent_at")

    def __init__(self, turns: "Turns") -> None:
        self._turns = turns
        self.sent_at: float | None = None

    def sent(self) -> float:
        """The call goes out now, unless that was said before. Returns the time it did."""
        if self.sent_at is None:
            self.sent_at = self._turns.sent()
        return self.sent_at

    def end(self) -> None:
        """Make room for the next; a call never sent costs nothing."""
        self._turns.ended(sent=self.sent_at is not None)


class Turns:
    """Grants turns within a budget, in order of `Priority` and then of arrival."""

    def __init__(
        self,
        budget: Budget,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._budget = budget
        self._clock = clock
        self._sleep = sleep
        self._arrivals = count()
        self._queue: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._alarm: asyncio.Task[None] | None = None
        self._due = inf

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return sum(not grant.done() for _, _, grant in self._queue)

    def take_now(self, priority: Priority = Priority.ORDER) -> Turn | None:
        """A turn if nobody has to wait, else None."""
        if self._queue or self._wait(priority) > 0:
            return None
        self._budget.take()
        return Turn(self)

    async def take(self, priority: Priority) -> Turn:
        """Wait for a turn, however long it takes. May be cancelled."""
        turn = self.take_now(priority)
        if turn is None:
            await self._stand_in_line(priority)
            turn = Turn(self)
        return turn

    def sent(self) -> float:
        """A call of a granted turn goes out; returns the time."""
        now = self._clock()
        self._budget.sent(now)
        self._move_up()
        return now

    def ended(self, *, sent: bool) -> None:
        """A granted turn is over."""
        if sent:
            self._budget.end()
        else:
            self._budget.drop()
        self._move_up()

    async def _stand_in_line(self, priority: Priority) -> None:
        grant: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._queue, (priority, next(self._arrivals), grant))
        self._move_up()
        try:
            await grant
        except asyncio.CancelledError:
            if grant.cancelled():
                self._move_up()
            else:
                self.ended(sent=False)
            raise

    def _move_up(self) -> None:
        if not self._queue and self._alarm is None:
            return
        while first := self._first():
            wait = self._wait(first[0])
            if wait > 0:
                self._wake_in(wait)
                return
            self._budget.take()
            first[2].set_result(None)
        self._silence()

    def _wait(self, priority: Priority) -> float:
        return self._budget.wait(self._clock(), spare=priority is Priority.PROOF)

    def _first(self) -> tuple[Priority, int, asyncio.Future[None]] | None:
        while self._queue and self._queue[0][2].done():
            heappop(self._queue)
        return self._queue[0] if self._queue else None

    def _wake_in(self, wait: float) -> None:
        due = self._clock() + wait
        if self._alarm and self._due <= due:
            return
        self._silence()
        if wait < inf:
            self._due = due
            self._alarm = asyncio.create_task(self._wake(wait))

    async def _wake(self, wait: float) -> None:
        await self._sleep(wait)
        self._alarm = None
        self._move_up()

    def _silence(self) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
