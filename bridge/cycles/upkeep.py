"""Small things done now and then: forgetting old orders, keeping the SKU list young, and reading
orders of PharmaOne's as soon as it tells of them.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bridge.core.alarms import Topic, unkept
from bridge.cycles.catalogue import CatalogueReader
from bridge.cycles.listening import settle
from bridge.cycles.p1sweep import P1Sweep
from bridge.exchange import Priority
from bridge.store import Store, journal, notes, work
from bridge.store.backup import forget_made, last_good, take_daily

log = logging.getLogger("bridge.cycles")

FORGET_SECONDS = 3600.0
BACKUP_AWAITED_AT = "backup_awaited_at"
CHECK_AGAIN = timedelta(hours=23)
"""A copy that was whole so lately is believed to be."""
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
    backup_hour: int | None = None
    """From when on the day's copy of the store is taken, in the machine's own time; None: never."""
    backup_keep: int = 14
    first: Priority = Priority.SWEEP
    """Of the first reading after a start: without it no order can be sent."""

    async def read_skus(self) -> None:
        """Reads RxScale's SKU list: at once after a start, since much may have been missed.

        Later bit by bit, to find what no webhook told.
        """
        if not self.catalogue.calls:
            await self.catalogue.read(self.first)
        else:
            await self.catalogue.read_slowly(self.reread_seconds() / 2)

    async def forget(self) -> None:
        """Forgets orders that were finished, deeds and copies, longer ago than they are to be kept,
        in every file; then takes the day's copy.
        """
        now = self.now()
        before = now - timedelta(days=self.retention_days)
        orders, more = 0, True
        while more:
            forgotten = await self.store.write(work.forget, before, now - UNFINISHED)
            orders, more = orders + forgotten.orders, forgotten.more
        if orders:
            log.info("forgot old orders", extra={"orders": orders})
        await self.store.write(journal.forget_deeds, now - timedelta(days=self.audit_days))
        if self.store.path is not None:
            await asyncio.to_thread(forget_made, self.store.path, before)
        await self.store.truncate_log()
        await self.back_up()

    async def back_up(self) -> None:
        """Takes the day's copy; an alarm where the newest one that is whole is too old."""
        now, hour, path = self.now(), self.backup_hour, self.store.path
        if hour is None or path is None:
            await settle(self.store, Topic.BACKUP, "store", (), now)
            return
        try:
            today = now.astimezone()
            if today.hour >= hour:
                await asyncio.to_thread(take_daily, path, today, self.backup_keep)
        finally:
            wrong = unkept(await self._last_good(path, now), now)
            await settle(self.store, Topic.BACKUP, "store", wrong, now)

    async def _last_good(self, path: Path, now: datetime) -> datetime:
        """Or since when one is awaited. A copy is checked once a day."""
        since = await self.store.write(notes.first_time, BACKUP_AWAITED_AT, now)
        known = await self.store.read(notes.get_time, notes.GOOD_BACKUP_AT)
        if known is not None and now - known < CHECK_AGAIN:
            return known
        good = await asyncio.to_thread(last_good, path)
        if good is not None:
            await self.store.write(notes.put_time, notes.GOOD_BACKUP_AT, good)
        return good or known or since

    async def learn(self, news: asyncio.Event) -> None:
        """Waits until PharmaOne tells of an order that is not known, and reads it."""
        await news.wait()
        news.clear()
        await self.p1_sweep.learn()
