"""Small things done now and then: forgetting old orders, keeping the SKU list young, and reading
orders of PharmaOne's as soon as it tells of them.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.cycles.catalogue import CatalogueReader
from bridge.cycles.p1sweep import P1Sweep
from bridge.exchange import Priority
from bridge.store import Store, audit, forget_replaced, work

log = logging.getLogger("bridge.cycles")

FORGET_SECONDS = 3600.0
UNFINISHED = timedelta(days=365)
"""So long what never ends is kept, unless RxScale still lists it."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Each method is one round of one chore."""

    store: Store
    catalogue: CatalogueReader
    p1_sweep: P1Sweep
    now: Callable[[], datetime]
    retention_days: int
    audit_days: int
    reread_seconds: Callable[[], float]
    """From one reading of the SKU list to the next, of which it takes half."""

    async def read_skus(self) -> None:
        """Reads RxScale's SKU list: at once after a start, since much may have been missed.

        Later bit by bit, to find what no webhook told.
        """
        if not self.catalogue.calls:
            await self.catalogue.read(Priority.SWEEP)
        else:
            await self.catalogue.read_slowly(self.reread_seconds() / 2)

    async def forget(self) -> None:
        """Forgets orders that were finished, deeds and replaced stores, longer ago than they are to
        be kept, in every file.
        """
        now = self.now()
        before = now - timedelta(days=self.retention_days)
        forgotten = await self.store.write(work.forget, before, now - UNFINISHED)
        if forgotten:
            log.info("forgot old orders", extra={"orders": forgotten})
        await self.store.write(audit.forget, now - timedelta(days=self.audit_days))
        await asyncio.to_thread(forget_replaced, self.store.path, before)
        await self.store.truncate_log()

    async def learn(self, news: asyncio.Event) -> None:
        """Waits until PharmaOne tells of an order that nobody knows, and reads it."""
        await news.wait()
        news.clear()
        await self.p1_sweep.learn()
