"""Who goes next: the calls waiting for one vendor's budget, the most harmful wait ended first."""

import asyncio
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count
from math import inf

from bridge.exchange import Priority
from bridge.transport.budget import Budget


class Turn:
    """The right to make one call. Its holder says when the call is sent, and ends it."""

    __slots__ = ("_budgets", "_turns", "sent_at")

    def __init__(self, turns: "Turns", budgets: tuple[Budget, ...]) -> None:
        self._turns = turns
        self._budgets = budgets
        self.sent_at: float | None = None

    def sent(self) -> float:
        """The call goes out now, unless that was said before. Returns the time it did."""
        if self.sent_at is None:
            self.sent_at = self._turns.now()
        return self.sent_at

    def end(self) -> None:
        """Make room for the next; a call never sent costs nothing."""
        self._turns.ended(self._budgets, sent=self.sent_at is not None)


_Waiting = tuple[Priority, int, int, asyncio.Future[Turn]]
"""Who waits: how urgent, in which round, since when; and what ends it."""


class Turns:
    """Grants turns within a budget: by `Priority`, then to each owner in turn, then by arrival."""

    def __init__(
        self,
        budget: Budget,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._budget = budget
        self.now = clock
        self._sleep = sleep
        self._arrivals = count()
        self._queue: list[_Waiting] = []
        self._sweeps: Budget | None = None
        self._round: dict[Priority, int] = {}
        """Of the pharmacy that had a turn last, among those that waited."""
        self._rounds: dict[tuple[Priority, str], int] = {}
        """In which round the next call of an owner goes."""
        self._alarm: asyncio.Task[None] | None = None
        self._due = inf

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return sum(not grant.done() for *_, grant in self._queue)

    def share(self, sweeps: Budget) -> None:
        """From now on sweeps and proofs, of all owners together, keep to this budget as well."""
        self._sweeps = self._sweeps or sweeps

    def take_now(self, priority: Priority = Priority.ORDER) -> Turn | None:
        """A turn if none is waited for, else None."""
        if self._queue or self._wait(priority) > 0:
            return None
        return self._granted(priority)

    async def take(self, priority: Priority, owner: str = "") -> Turn:
        """Wait for a turn, however long it takes. May be cancelled."""
        return self.take_now(priority) or await self._stand_in_line(priority, owner)

    def ended(self, budgets: tuple[Budget, ...], *, sent: bool) -> None:
        """A granted turn is over."""
        now = self.now()
        for budget in budgets:
            if sent:
                budget.end(now)
            else:
                budget.drop()
        self._move_up()

    def _budgets(self, priority: Priority) -> tuple[Budget, ...]:
        if self._sweeps is None or priority < Priority.SWEEP:
            return (self._budget,)
        return self._budget, self._sweeps

    def _granted(self, priority: Priority) -> Turn:
        budgets = self._budgets(priority)
        for budget in budgets:
            budget.take()
        return Turn(self, budgets)

    async def _stand_in_line(self, priority: Priority, owner: str) -> Turn:
        """Behind all who wait for their next turn in an earlier round: an owner with many calls
        does not keep one with few waiting.
        """
        grant: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        mine = max(self._rounds.get((priority, owner), 0), self._round.get(priority, 0))
        self._rounds[priority, owner] = mine + 1
        heappush(self._queue, (priority, mine, next(self._arrivals), grant))
        self._move_up()
        try:
            return await grant
        except asyncio.CancelledError:
            if grant.cancelled():
                self._move_up()
            else:
                grant.result().end()
            raise

    def _move_up(self) -> None:
        if not self._queue and self._alarm is None:
            return
        while first := self._first():
            wait = self._wait(first[0])
            if wait > 0:
                self._wake_in(wait)
                return
            self._round[first[0]] = first[1]
            first[-1].set_result(self._granted(first[0]))
        self._silence()

    def _wait(self, priority: Priority) -> float:
        now = self.now()
        wait = self._budget.wait(now, spare=priority is Priority.PROOF)
        if self._sweeps is not None and priority >= Priority.SWEEP:
            return max(wait, self._sweeps.wait(now))
        return wait

    def _first(self) -> _Waiting | None:
        while self._queue and self._queue[0][-1].done():
            heappop(self._queue)
        if self._queue:
            return self._queue[0]
        self._rounds.clear()
        self._round.clear()
        return None

    def _wake_in(self, wait: float) -> None:
        due = self.now() + wait
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
