"""Reads both sides of every order, whole, for the one comparison of them (`core.reconcile`)."""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bridge.core import remember
from bridge.core.copies import made_since
from bridge.core.lifecycle import TERMINAL, Words
from bridge.core.memory import SweptOrder
from bridge.core.model import OrderId, OrderRecord, P1Order, PharmacyOrderUid, State
from bridge.core.reconcile import Sides
from bridge.cycles.p1sweep import ALL, read_orders
from bridge.cycles.sweep import read_open_orders
from bridge.exchange import Priority
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import MOST_ROWS
from bridge.vendor.paging import Page, Place, walk


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads both vendors' lists, and single orders where a list does not show enough.

    `learnt`: PharmaOne's orders that were read to learn their external ids. Every method raises
    what the clients raise.
    """

    rxscale: RxScale
    pharmaone: PharmaOne
    words: Words
    priority: Priority = Priority.SWEEP
    learnt: list[P1Order] = field(default_factory=list)

    async def sides(self, records: Collection[OrderRecord]) -> AsyncIterator[Sides]:
        """Every known order, then those that only RxScale knows."""
        found, _ = await read_open_orders(self.rxscale, self.words.rxscale.open, self.priority)
        listed = {PharmacyOrderUid(uid): row.status for uid, row in found.rows.items()}
        known = {record.uid for record in records}
        shown = await self._ended(known - listed.keys()) | listed
        made = await read_orders(self.pharmaone, [ALL], self.priority)
        by_id: dict[OrderId, P1Order] = {OrderId(name): order for name, order in made.rows.items()}
        by_uid = {order.external_id: order for order in by_id.values() if order.external_id}
        by_uid |= await self._silent(records, by_id.values())
        oldest = min((each.created_at for each in by_id.values() if each.created_at), default=None)
        for record in records:
            status = shown.get(record.uid) or await self._status(record.uid)
            names = (by_uid[each] for each in record.names if each in by_uid)
            row = by_id.get(record.order_id) if record.order_id is not None else next(names, None)
            gone = _is_lost(record, oldest) and by_uid.keys().isdisjoint(record.names)
            yield await self._with_order(record, status, row, gone=gone)
        for uid in listed.keys() - known:
            yield Sides(uid, None, listed[uid])

    async def again(self, sides: Sides, record: OrderRecord | None) -> Sides | None:
        """One order's sides anew, beside what is remembered of it by now; None if it is over and
        never was here.
        """
        status, row = await self._status(sides.uid), sides.p1_order
        if record is None:
            is_open = status in self.words.rxscale.open
            return Sides(sides.uid, None, status) if is_open else None
        name = record.order_id or (row.id if row is not None else None)
        sight = None if name is None else await self.pharmaone.order(name, self.priority)
        row = None if sight is None else sight.order
        return await self._with_order(record, status, row, gone=sides.p1_gone)

    async def _ended(self, wanted: Collection[PharmacyOrderUid]) -> dict[PharmacyOrderUid, str]:
        """What RxScale's lists of ended orders show of these, as long as a list is shorter to read
        than what is left of them one by one.
        """
        found: dict[PharmacyOrderUid, str] = {}
        words = [word for word, state in self.words.rxscale.means.items() if state in TERMINAL]
        for word in words if len(wanted) > len(words) else ():

            async def fetch(place: Place, word: str = word) -> Page[SweptOrder]:
                return await self.rxscale.orders_page(word, place.number, MOST_ROWS, self.priority)

            async for place, page in walk(fetch, MOST_ROWS):
                fresh = {row.uid: row.status for row in page.rows if row.uid in wanted}
                found |= fresh
                left, pages = len(wanted) - len(found), (page.pages or 0) - place.number - 1
                if not left or (not fresh and pages > left):
                    break
        return found

    async def _silent(
        self, records: Iterable[OrderRecord], made: Iterable[P1Order]
    ) -> dict[str, P1Order]:
        """PharmaOne's orders whose row has no external id and that may be ours, by external id."""
        bounds = [
            made_since(record) or record.first_seen_at
            for record in records
            if record.order_id is None and record.intent_at and record.finished_at is None
        ]
        if not bounds:
            return {}
        since = min(bounds)
        found: dict[str, P1Order] = {}
        for row in made:
            if row.external_id is not None or (row.created_at or since) < since:
                continue
            sight = await self.pharmaone.order(row.id, self.priority)
            if sight is not None and sight.order.external_id:
                found[sight.order.external_id] = sight.order
                self.learnt.append(sight.order)
        return found

    async def _status(self, uid: PharmacyOrderUid) -> str | None:
        order = await self.rxscale.order(uid, self.priority)
        return None if order is None else order.status

    async def _with_order(
        self, record: OrderRecord, status: str | None, row: P1Order | None, *, gone: bool
    ) -> Sides:
        """Only the order itself shows its flags, so an open one is read. `gone`: where `row` is
        None, a finished one should be there.
        """
        name = record.order_id or (row.id if row is not None else None)
        if record.finished_at is not None:
            return Sides(record.uid, record, status, row, p1_gone=gone and row is None)
        if name is None:
            return await self._with_prescription(record, status)
        sight = await self.pharmaone.order(name, self.priority)
        if sight is None:
            return Sides(record.uid, record, status, p1_gone=True)
        return Sides(record.uid, record, status, sight.order, detailed=True)

    async def _with_prescription(self, record: OrderRecord, status: str | None) -> Sides:
        """An order that PharmaOne has not made yet may wait for its prescription."""
        number = record.prescription_id
        if number is None:
            return Sides(record.uid, record, status)
        found = await self.pharmaone.prescription(number)
        record = remember.prescription_seen(record, found)
        return Sides(record.uid, record, status, prescription_looked=True)


def _is_lost(record: OrderRecord, oldest: datetime | None) -> bool:
    """Whether a completed order that PharmaOne's list lacks should be in it: nobody told that it
    was deleted, and the `oldest` there was made before. (Who tidies up begins with the oldest.)
    """
    is_made = record.state is State.COMPLETED and record.order_id is not None
    untold = is_made and record.p1_deleted_at is None
    return untold and oldest is not None and oldest < record.first_seen_at
