"""The store as the rest of the bridge knows it: each method is one transaction or one reading.

It is a memory, not the truth: which order needs a look, how far its order-request has come, what
was done. It holds keys, ids, status words and numbers, never a patient's data. A method that
writes returns once that is on disk (`synchronous=FULL`).

Every method raises TryLater if the store cannot be read or written just now (disk full, locked by
another process, I/O error); nothing is half done then. Times are aware UTC; `now` is given.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from bridge.core.deliveries import Delivery, Receipt
from bridge.core.journal import JournalEntry
from bridge.core.memory import (
    OrderRow,
    Outcome,
    Story,
    StuckRow,
    SweepResult,
    SweptOrder,
)
from bridge.core.model import (
    CatalogueSku,
    Claim,
    Hint,
    Key,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrderUid,
    PharmacySkuUid,
    PrescriptionId,
    SkuUid,
)
from bridge.core.stock.reserve import Demand
from bridge.store import person, pharmaone, sweep, views, work
from bridge.store.db import Database
from bridge.store.stock import numbers
from bridge.store.stock.store import StockStore
from bridge.store.tables import links, notes, seen, stuck, todo

T = TypeVar("T")


class Store:
    """An open store. Made by `open`, and to be closed by `close`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stock = StockStore(database)

    @classmethod
    async def open(cls, path: Path, *, now: datetime) -> Self:
        """Opens the file at `path`, or makes it (but not its directory).

        Raises Misconfigured, with nothing changed, for a file that is damaged, not writable,
        another program's or a newer bridge's; TryLater if it is locked or the disk is full.
        """
        store = cls(await Database.open(path))
        try:
            await store.transaction(lambda c: notes.put_first_time(c, notes.CREATED_AT, now))
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Finishes what was begun, then lets go of the file."""
        await self._database.close()

    @property
    def path(self) -> Path:
        """The file it lives in."""
        return self._database.path

    async def transaction(self, body: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `body` all or nothing, and returns its value once that is on disk."""
        return await self._database.transaction(body)

    async def read(self, body: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `body`, which only reads, over one unchanging sight of the store."""
        return await self._database.read(body)

    # -- work ------------------------------------------------------------------------------

    def take(self, delivery: Delivery) -> Awaitable[Receipt]:
        """Remembers a verified delivery and, if it says anything new, makes its key due."""
        return self._database.together(work.take, delivery)

    async def hint(self, hints: Sequence[Hint], now: datetime) -> None:
        """Makes every key due now; orders not met before are remembered from here on."""
        await self.transaction(lambda c: work.hint(c, hints, now))

    async def claim(
        self, limit: int, now: datetime, lease: timedelta, besides: Collection[Key] = ()
    ) -> list[tuple[Claim, OrderRecord]]:
        """Takes up to `limit` orders that are due, the most urgent first; none of `besides`.

        Nobody else gets them before they are settled or the lease is over.
        """
        return await self.transaction(lambda c: todo.claim(c, limit, now, lease, besides))

    async def next_due(self, now: datetime, besides: Collection[Key] = ()) -> datetime | None:
        """When `claim` will next have something: `now`, when a key falls due, or a lease ends."""
        return await self.read(lambda c: todo.next_due(c, now, besides))

    async def release_leases(self) -> None:
        """For the start of the one process that works: whoever held a lease is gone."""
        await self.transaction(todo.release_leases)

    async def save(
        self,
        record: OrderRecord,
        entries: Sequence[JournalEntry],
        takes: Sequence[Demand] | None = None,
    ) -> bool:
        """Remembers a record, what happened and what its lines take, amid a look. As `settle`."""
        return await self.transaction(lambda c: work.save(c, record, entries, takes))

    async def settle(self, outcome: Outcome) -> bool:
        """Remembers how a look ended. If its key was hinted at meanwhile, it is due again.

        True if what is to be offered as stock may be another number now.
        """
        return await self.transaction(lambda c: work.settle(c, outcome))

    async def swept(
        self,
        rows: Mapping[PharmacyOrderUid, SweptOrder],
        *,
        began_at: datetime,
        now: datetime,
        settled: bool,
    ) -> SweepResult:
        """Hints what a reading of RxScale's open orders shows to be new, changed or gone."""
        return await self.transaction(
            lambda c: sweep.swept(c, rows, began_at=began_at, now=now, settled=settled)
        )

    # -- the vendors' lists ----------------------------------------------------------------

    async def save_p1_orders(self, orders: Sequence[P1Order]) -> None:
        """Remembers PharmaOne's orders; `external_id` "" says: its detail shows none."""
        await self.transaction(lambda c: seen.save_orders(c, orders))

    async def p1_swept(
        self,
        rows: Mapping[OrderId, P1Order],
        *,
        began_at: datetime,
        now: datetime,
        listed: Collection[str] | None,
    ) -> int:
        """Hints what a reading of PharmaOne's list shows to be new, changed or gone; how many."""
        return await self.transaction(
            lambda c: pharmaone.swept(c, rows, began_at=began_at, now=now, listed=listed)
        )

    async def p1_unread(self, limit: int) -> list[OrderId]:
        """PharmaOne's orders that may be made of ours and that nobody has read, newest first."""
        return await self.read(lambda c: pharmaone.unread(c, limit))

    async def p1_learnt(self, order: P1Order, now: datetime) -> bool:
        """Remembers one that was read (None as `external_id`: not shown); True if it is ours."""
        return await self.transaction(lambda c: pharmaone.learnt(c, order, now))

    async def prescriptions(self) -> dict[PrescriptionId, str | None]:
        """Those sent by themselves whose orders are under review, with the status last seen."""
        return await self.read(pharmaone.prescriptions)

    async def prescriptions_swept(self, listed: Mapping[PrescriptionId, str], now: datetime) -> int:
        """Hints the orders whose prescription now has another status; returns how many."""
        return await self.transaction(lambda c: pharmaone.prescriptions_swept(c, listed, now))

    async def p1_order_for(self, uid: PharmacyOrderUid) -> P1Order | None:
        """PharmaOne's order made from this pharmacy order; of several, the first made."""
        return await self.read(lambda c: seen.order_for(c, uid))

    async def p1_known(self, ids: Sequence[OrderId]) -> dict[OrderId, str | None]:
        """Those whose `external_id` is known; None for those known to have none."""
        return await self.read(lambda c: seen.known(c, ids))

    async def save_catalogue(
        self, skus: Sequence[CatalogueSku], *, seen_at: datetime, complete: bool
    ) -> None:
        """Remembers RxScale's SKU list; if it is `complete`, SKUs not in it are forgotten."""
        await self.transaction(lambda c: _save_catalogue(c, skus, seen_at, complete=complete))

    async def needs_of(
        self, uid: PharmacyOrderUid, sku_uids: Sequence[SkuUid]
    ) -> tuple[datetime | None, dict[SkuUid, CatalogueSku], P1Order | None]:
        """What is known for submitting an order, in one reading.

        When the last complete reading of the SKU list began, what it says of these SKUs (those
        not in it are left out), and PharmaOne's order if one was made of this one already.
        """
        return await self.read(
            lambda c: (
                notes.get_time(c, notes.CATALOGUE_AT),
                seen.catalogue(c, sku_uids),
                seen.order_for(c, uid),
            )
        )

    async def catalogue_at(self) -> datetime | None:
        """When the last complete reading of the SKU list began."""
        return await self.read(lambda c: notes.get_time(c, notes.CATALOGUE_AT))

    async def linked(self, listed: Sequence[PharmacySkuUid]) -> tuple[int, int]:
        """How many SKUs have a link (`listed`, or by external id), and how many have none."""
        return await self.read(lambda c: seen.linked(c, listed))

    # -- people ----------------------------------------------------------------------------

    async def record(self, uid: PharmacyOrderUid) -> OrderRecord | None:
        """What is remembered of one order, as its record."""
        return await self.read(lambda c: links.find(c, uid))

    async def orders(self, *, open_only: bool = False, limit: int = 200) -> list[OrderRow]:
        """The newest first; `open_only` leaves out what is finished or dropped."""
        return await self.read(lambda c: views.orders(c, open_only=open_only, limit=limit))

    async def story(self, uid: PharmacyOrderUid) -> Story | None:
        """All that is remembered of one order."""
        return await self.read(lambda c: views.story(c, uid))

    async def stuck(self) -> list[StuckRow]:
        """What waits for a person, the longest first."""
        return await self.read(stuck.everything)

    async def retry(self, keys: Sequence[Key] | None, now: datetime) -> list[Key]:
        """Frees stuck keys and makes them due; returns those that were stuck.

        None: all but those that would be sent again, which may have arrived (`must_look`).
        Raises TryLater, with nothing changed, if one of them is being looked at.
        """
        return await self.transaction(lambda c: person.retry(c, keys, now))

    async def drop(self, key: Key, reason: str, now: datetime) -> bool:
        """Leaves the key alone from now on. False if it is not known. TryLater as in `retry`."""
        return await self.transaction(lambda c: person.drop(c, key, reason, now))

    async def mark_submitted(self, key: Key, now: datetime) -> bool:
        """A person saw the order-request at PharmaOne: nothing is sent for it any more.

        False if there is no such order, or it was submitted already. TryLater as in `retry`.
        """
        return await self.transaction(lambda c: person.mark_submitted(c, key, now))

    async def hint_stuck(self, codes: Collection[str], why: str, now: datetime) -> int:
        """Looks again at all that is stuck with one of these codes; returns how many."""
        return await self.transaction(lambda c: person.hint_stuck(c, codes, why, now))

    # -- upkeep ----------------------------------------------------------------------------

    async def facts(self, now: datetime) -> views.StoreFacts:
        """The numbers for health and metrics."""
        return await self.read(lambda c: views.facts(c, now))

    async def count(self, name: str, by: int = 1) -> None:
        """Adds to a counter, which outlasts a restart."""
        await self.transaction(lambda c: notes.count(c, name, by))

    async def get(self, name: str) -> str | None:
        """A note about the store as a whole, or None."""
        return await self.read(lambda c: notes.get(c, name))

    async def put(self, name: str, value: str) -> None:
        """Writes such a note, in place of the one before."""
        await self.transaction(lambda c: notes.put(c, name, value))

    async def check(self) -> None:
        """Writes a note, truly: one that is rolled back would not meet a full disk."""
        await self.transaction(notes.touch)

    async def forget(self, before: datetime) -> int:
        """Deletes orders finished before and all about them, and old notes; returns how many."""
        return await self.transaction(lambda c: work.forget(c, before))


def _save_catalogue(
    connection: sqlite3.Connection,
    skus: Sequence[CatalogueSku],
    seen_at: datetime,
    *,
    complete: bool,
) -> None:
    seen.save_catalogue(connection, skus, seen_at, whole=complete)
    if complete:
        numbers.drop_unlisted(connection)
        notes.put_time(connection, notes.CATALOGUE_AT, seen_at)
