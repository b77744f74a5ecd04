"""The worker: claim a key, look, decide, take one step, write down what came of it, look again.

It decides nothing (`core.orders.next_step` does) and remembers nothing (the store does). What it
owns is the order of events around each step: intent on disk before a submission, outcome on
disk after it, and one settlement at the end of every look.
"""

import asyncio
import contextlib
import logging
from datetime import timedelta

from bridge.core.model import Claim, Key, OrderRecord
from bridge.core.reasons import UNEXPECTED
from bridge.core.remember import taken_up
from bridge.errors import TryLater
from bridge.store import todo
from bridge.worker.look import OrderLook
from bridge.worker.parts import Parts

log = logging.getLogger("bridge.worker")

LEASE = timedelta(minutes=10)
PUT_BACK = timedelta(seconds=10)
"""A clock that goes back by more was put right: what was written before is not to be waited for."""
RETRY_SECONDS = 1.0
"""After the store could not be asked, or while every hand is busy."""
NAP_SECONDS = 60.0
"""How long to sleep at most while nothing is due and nobody wakes the worker."""


class Worker:
    """Keeps up to `at_once` looks going; each key is looked at by one of them at a time."""

    def __init__(self, parts: Parts, *, at_once: int) -> None:
        self._parts = parts
        self._at_once = at_once
        self._looks: dict[asyncio.Task[None], Key] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._latest = parts.now()

    def wake(self) -> None:
        """Something may be due: called after a delivery, and when anybody wrote to the store."""
        self._wake.set()

    async def run(self) -> None:
        """Works until `stop`; raises nothing."""
        while not self._stopping:
            self._wake.clear()
            try:
                claimed = await self._claim()
            except TryLater as failure:
                log.warning("cannot claim work", extra={"reason": failure.what})
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not claimed:
                await self._nap()

    async def stop(self) -> None:
        """Takes no new work and lets every look under way come to its end."""
        self._stopping = True
        self.wake()
        if self._looks:
            await asyncio.gather(*self._looks, return_exceptions=True)

    async def run_until_idle(self) -> None:
        """Looks at everything that is due now, and at what that makes due; then returns."""
        while await self._claim() or self._looks:
            if self._looks:
                await asyncio.wait(self._looks, return_when=asyncio.FIRST_COMPLETED)

    async def _claim(self) -> int:
        free = self._at_once - len(self._looks)
        if free <= 0:
            return 0
        # A look may wait for its vendor longer than its lease lasts, and it may be settled and due
        # again before its task has ended: it is under way until then. A second one beside it would
        # send what the first is about to send, and a claim that nobody takes up would wait until
        # its lease is over.
        now = self._parts.now()
        if now < self._latest - PUT_BACK:
            await self._parts.store.write(todo.take_up, now)
        self._latest = now
        claims = await self._parts.store.write(todo.claim, free, now, LEASE, self._under_way())
        for claim, record in claims:
            look = asyncio.create_task(self._look(claim, record))
            self._looks[look] = claim.key
            look.add_done_callback(self._finished)
        return len(claims)

    def _under_way(self) -> list[Key]:
        return [*self._looks.values()]

    def _finished(self, look: asyncio.Task[None]) -> None:
        del self._looks[look]
        self._wake.set()

    async def _nap(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), await self._seconds_until_due())

    async def _seconds_until_due(self) -> float:
        if len(self._looks) >= self._at_once:
            return RETRY_SECONDS
        now = self._parts.now()
        try:
            due = await self._parts.store.read(todo.next_due, now, self._under_way())
        except TryLater:
            return RETRY_SECONDS
        if due is None:
            return NAP_SECONDS
        return min(NAP_SECONDS, max(0.005, (due - now).total_seconds()))

    async def _look(self, claim: Claim, record: OrderRecord) -> None:
        look = OrderLook(self._parts, claim, taken_up(record, self._parts.now()))
        try:
            await look.run()
        except TryLater as failure:  # the store's: the lease runs out, and it is looked at again
            log.warning("cannot write down a look", extra={"key": claim.key, "why": failure.what})
        except Exception:
            # A mistake of ours must not spin: the key waits, and its story says so. If even
            # that cannot be written down, the lease runs out and the order is looked at again.
            log.exception("look failed unexpectedly", extra={"key": claim.key})
            with contextlib.suppress(Exception):
                await look.put_off(UNEXPECTED())
