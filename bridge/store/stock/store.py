"""The stock part of the store: each method is one transaction or one reading (see bridge.store)."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bridge.core.journal import JournalEntry
from bridge.core.model import (
    CatalogueSku,
    PharmacySkuUid,
)
from bridge.core.reasons import Reason
from bridge.core.stock.adopt import Adjustment, Drift
from bridge.core.stock.model import Pending, Situation, Stocktake
from bridge.core.stock.plan import Plan
from bridge.store.db import Database
from bridge.store.stock import adjusting, lines, numbers, stocktake
from bridge.store.stock.numbers import Pushed, ShownNow, sku_key
from bridge.store.tables import journal, notes, seen, stuck

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StockState:
    """Numbers for health and people. `pending`: an inventory that waits to be confirmed; `waiting`:
    writes not answered yet; `written`: writes since the store was made.
    """

    read_at: datetime | None = None
    synced_at: datetime | None = None
    pending: Pending | None = None
    drift: int = 0
    hidden: int = 0
    waiting: int = 0
    adjusting: int = 0
    written: int = 0


class StockStore:
    """Made by the store, over the same file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _write(self, body: Callable[[sqlite3.Connection], T]) -> T:
        return await self._database.transaction(body)

    async def _read(self, body: Callable[[sqlite3.Connection], T]) -> T:
        return await self._database.read(body)

    # -- planning --------------------------------------------------------------------------

    async def situation(
        self, as_of: datetime | None, now: datetime, *, prices: bool = False
    ) -> Situation:
        """What a plan is made from, as far as the store knows it: for an inventory that was asked
        for at `as_of`; None: for the one believed last. `prices`: with the prices of all SKUs.
        """
        return await self._read(lambda c: situation(c, as_of, now, prices=prices))

    async def planned(self, plan: Plan, before: Stocktake | None, read_at: datetime | None) -> None:
        """Remembers the inventory if it is another one, and all that is to be written by it.

        `read_at`: when an inventory was read for this plan, whether it was believed or not.
        """
        await self._write(lambda c: planned(c, plan, before, read_at))

    async def pushed(self, results: Sequence[Pushed]) -> None:
        """What writes came to."""
        await self._write(lambda c: numbers.pushed(c, results))

    async def refused(self, uid: PharmacySkuUid, reason: Reason, now: datetime) -> None:
        """RxScale will not have the number: a person has to look."""
        await self._write(lambda c: stuck.put(c, sku_key(uid), reason, now))

    # -- what RxScale shows ----------------------------------------------------------------

    async def listed(self, found: Sequence[CatalogueSku], began_at: datetime) -> int:
        """Takes in a page of RxScale's SKU list; how many somebody else had changed."""
        return await self._write(lambda c: numbers.listed(c, found, began_at))

    async def catalogue(self) -> list[CatalogueSku]:
        """All SKUs that RxScale lists."""
        return await self._read(seen.everything)

    async def for_linking(self) -> list[CatalogueSku]:
        """The same, without what only people need."""
        return await self._read(seen.for_linking)

    async def catalogue_mark(self) -> str:
        """Another text after each change of that list; "" if it was never read."""
        return await self._read(_mark)

    async def story(self, uid: PharmacySkuUid) -> tuple[JournalEntry, ...]:
        """What was found and done for a SKU, oldest first."""
        return await self._read(lambda c: journal.of(c, sku_key(uid)))

    # -- adopting --------------------------------------------------------------------------

    async def drifts(self) -> tuple[list[Drift], list[Adjustment]]:
        """SKUs that somebody changed, and the adjustments that are under way."""
        return await self._read(lambda c: (adjusting.drifts(c), adjusting.under_way(c)))

    async def begin(self, adjustments: Sequence[Adjustment]) -> None:
        await self._write(lambda c: adjusting.begin(c, adjustments))

    async def sending(self, adjustment: Adjustment, now: datetime) -> None:
        await self._write(lambda c: adjusting.sending(c, adjustment, now))

    async def adjusted(self, adjustment: Adjustment, now: datetime) -> None:
        await self._write(lambda c: adjusting.done(c, adjustment, now))

    async def give_up(self, adjustment: Adjustment, now: datetime, reason: str) -> None:
        await self._write(lambda c: adjusting.give_up(c, adjustment, now, reason))

    async def refuse(self, drift: Drift, now: datetime, reason: str) -> None:
        await self._write(lambda c: adjusting.refuse(c, drift, now, reason))

    # -- people ----------------------------------------------------------------------------

    async def ask(self, *, confirm: bool) -> None:
        """Asks the running bridge for a sync; `confirm`: its anomalies are true."""
        await self._write(lambda c: _ask(c, confirm=confirm))

    async def asked(self) -> str | None:
        """What was asked for and not yet begun; it is then begun."""
        if await self._read(lambda c: notes.get(c, stocktake.ASKED)) in (None, ""):
            return None
        return await self._write(_asked)

    async def shown_now(self, uids: Collection[PharmacySkuUid]) -> dict[PharmacySkuUid, ShownNow]:
        """Name and number of these SKUs at RxScale, as far as it lists them."""
        return await self._read(lambda c: numbers.shown_now(c, uids))

    async def state(self) -> StockState:
        return await self._read(_state)


def situation(
    connection: sqlite3.Connection, as_of: datetime | None, now: datetime, *, prices: bool = False
) -> Situation:
    """See `StockStore.situation`. Numbers may rise when all open orders' lines were seen."""
    before = stocktake.load(connection)
    when = as_of or (before.read_at if before else now)
    open_units = lines.open_units(connection, when)
    return Situation(
        now=now,
        stocktake=before,
        pending=stocktake.pending(connection),
        open_units=lines.open_units(connection, before.read_at) if before else open_units,
        open_units_now=open_units,
        at_rxscale=numbers.known(connection, when, now, whole=prices),
        stuck={
            PharmacySkuUid(key.removeprefix("sku:"))
            for key in stuck.keys(connection)
            if key.startswith("sku:")
        },
        rising=notes.get(connection, notes.FIRST_SWEEP_AT) is not None
        and not lines.blind(connection),
    )


def planned(
    connection: sqlite3.Connection, plan: Plan, before: Stocktake | None, read_at: datetime | None
) -> None:
    """See `StockStore.planned`."""
    now = plan.situation.stocktake
    if now is not None and now is not before:
        stocktake.save(connection, now, before)
    stocktake.save_pending(connection, plan.situation.pending)
    if now is not None:
        numbers.want(connection, plan.writes, now.read_at)
    if read_at is not None:
        notes.put_time(connection, stocktake.SYNCED_AT, read_at)


def _mark(connection: sqlite3.Connection) -> str:
    return notes.get(connection, seen.CATALOGUE_MARK) or ""


def _ask(connection: sqlite3.Connection, *, confirm: bool) -> None:
    earlier = notes.get(connection, stocktake.ASKED)
    word = "confirm" if confirm or earlier == "confirm" else "sync"
    notes.put(connection, stocktake.ASKED, word)


def _asked(connection: sqlite3.Connection) -> str | None:
    word = notes.get(connection, stocktake.ASKED)
    notes.put(connection, stocktake.ASKED, "")
    return word or None


def _state(connection: sqlite3.Connection) -> StockState:
    counted = connection.execute(
        """
        SELECT (SELECT count(*) FROM stock WHERE drift_at IS NOT NULL),
          (SELECT count(*) FROM stock WHERE hidden_at IS NOT NULL),
          (SELECT count(*) FROM stock WHERE wanted IS NOT NULL OR wanted_price IS NOT NULL),
          (SELECT count(*) FROM adjustments)
        """
    ).fetchone()
    drift, hidden, waiting, adjusting_ = counted
    return StockState(
        read_at=notes.get_time(connection, stocktake.READ_AT),
        synced_at=notes.get_time(connection, stocktake.SYNCED_AT),
        pending=stocktake.pending(connection),
        drift=drift,
        hidden=hidden,
        waiting=waiting,
        adjusting=adjusting_,
        written=notes.counters(connection).get(numbers.WRITTEN, 0),
    )
