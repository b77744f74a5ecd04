"""The worker: claim a key, look, decide, take one step, write down what came of it, look again.

It decides nothing (`core.orders.decide` does) and remembers nothing (the store does). What it
owns is the order of events around each step: intent on disk before a submission, outcome on
disk after it, and one settlement at the end of every look.
"""

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bridge.core.model import Claim, Key, OrderRecord
from bridge.core.reasons import UNEXPECTED
from bridge.errors import TryLater
from bridge.store import todo
from bridge.worker.look import OrderLook
from bridge.worker.notebook import listening
from bridge.worker.parts import Parts

log = logging.getLogger("bridge.worker")

LEASE = timedelta(minutes=10)
EPOCH, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PUT_BACK = timedelta(seconds=10)
"""A clock that goes back by more was put right: what was written before is not to be waited for."""
RETRY_SECONDS = 1.0
"""After the store could not be asked."""
NAP_SECONDS = 60.0
"""How long to sleep at most while nothing is due and nothing wakes the worker."""


class Worker:
    """Keeps up to `at_once` looks going; each key is looked at by one of them at a time."""

    def __init__(self, parts: Parts, *, at_once: int) -> None:
        rx, p1 = parts.rxscale.caller, parts.pharmaone.caller
        rx = replace(rx, send=listening("rxscale", rx.send))
        p1 = replace(p1, send=listening("pharmaone", p1.send))
        rxscale, pharmaone = replace(parts.rxscale, caller=rx), replace(parts.pharmaone, caller=p1)
        self._parts = replace(parts, rxscale=rxscale, pharmaone=pharmaone)
        self._at_once = at_once
        self._looks: dict[asyncio.Task[datetime | None], Key] = {}
        self._wake = asyncio.Event()
        self._hints = 1
        """How often it was told that something may be due."""
        self._asked = 0
        """Of these, how many the store was asked after."""
        self._due = EPOCH
        """Before then nothing is due in the store but what was hinted."""
        self._stopping = False
        self._latest = parts.now()

    def wake(self) -> None:
        """Something may be due: called once a delivery stands in the queue to the store, and when
        anybody has written to it.
        """
        self._hints += 1
        self._wake.set()

    async def run(self) -> None:
        """Works until `stop`, and to the end of what was claimed meanwhile; raises nothing. What is
        cancelled leaves no look behind.
        """
        try:
            await self._work()
        finally:
            for look in [*self._looks]:
                look.cancel()
            await asyncio.gather(*self._looks, return_exceptions=True)

    async def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                if self._hints > self._asked:
                    await self._claim()
            except TryLater as failure:
                log.warning("cannot claim work", extra={"reason": failure})
            except Exception:  # a mistake of ours must not end all work
                log.exception("claiming work failed unexpectedly")
            else:
                await self._nap()
                continue
            self._due = EPOCH
            await asyncio.sleep(RETRY_SECONDS)
        if self._looks:
            await asyncio.wait(self._looks)

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
        free = self._free()
        if free <= 0:
            return 0
        # A look may wait for its vendor longer than its lease lasts, and it may be settled and due
        # again before its task has ended: it is under way until then. A second one beside it would
        # send what the first is about to send, and a claim that nobody takes up would wait until
        # its lease is over.
        now, hints = self._parts.now(), self._hints
        if now < self._latest - PUT_BACK:
            await self._parts.store.write(todo.take_up, now)
        self._latest = now
        under_way = self._looks.values()
        claims = await self._parts.store.write_last(todo.claim, free, now, LEASE, under_way)
        self._asked = hints - (len(claims) == free)  # there may be more
        for claim, record in claims:
            look = asyncio.create_task(self._look(claim, record))
            self._looks[look] = claim.key
            look.add_done_callback(partial(self._finished, hints))
        if self._due <= now:
            self._due = NEVER
            due = await self._parts.store.glance(todo.next_due, now, under_way)
            self._due = min(self._due, due or NEVER)
        return len(claims)

    def _free(self) -> int:
        """For how many looks there is room: every look needs RxScale. Where that is left alone, one
        finds out whether it is back, and nobody else waits the longer for having tried.
        """
        if self._parts.is_rxscale_left_alone():
            return int(not self._looks and not self._parts.rxscale_rests())
        return self._at_once - len(self._looks)

    def _finished(self, hints: int, look: asyncio.Task[datetime | None]) -> None:
        """What was hinted while it went on may be about its order, which was not claimed then."""
        del self._looks[look]
        due = None if look.cancelled() else look.result()
        self._due = min(self._due, due or NEVER)
        self._hints += self._hints > hints
        self._wake.set()

    async def _nap(self) -> None:
        try:
            async with asyncio.timeout(self._seconds_until_due()):
                await self._wake.wait()
        except TimeoutError:
            now = self._parts.now()
            self._hints += not self._latest - PUT_BACK <= now < self._due

    def _seconds_until_due(self) -> float:
        if self._looks and self._free() <= 0:
            return NAP_SECONDS
        due = EPOCH if self._hints > self._asked else self._due
        left = (due - self._parts.now()).total_seconds()
        return min(NAP_SECONDS, max(0.005, left, self._parts.rxscale_rests()))

    async def _look(self, claim: Claim, record: OrderRecord) -> datetime | None:
        """When it is to be looked at again; None if not before it is hinted."""
        look = OrderLook(self._parts, claim, record)
        try:
            await look.run()
        except TryLater as failure:  # the store's: the lease runs out, and it is looked at again
            log.warning("cannot write down a look", extra={"key": claim.key, "why": failure})
            self._due = EPOCH
        except Exception:
            # A mistake of ours must not spin: the key waits, and its story says so. If even
            # that cannot be written down, the lease runs out and the order is looked at again.
            log.exception("look failed unexpectedly", extra={"key": claim.key})
            self._due = EPOCH
            with contextlib.suppress(Exception):
                await look.put_off(UNEXPECTED())
        return look.again_at
