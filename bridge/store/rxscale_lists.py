"""What RxScale's lists show: its SKUs, and the open orders of a sweep beside what is remembered.

What makes an order worth a look is one function of one order (`_finding`). All reading is done
before it and all writing after it, in a handful of statements, so that 5,000 orders are no more
than a few hundred milliseconds.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bridge.core import reasons
from bridge.core.copies import LONG
from bridge.core.journal import Event, JournalEntry
from bridge.core.lifecycle import TERMINAL
from bridge.core.memory import SweepResult, SweptOrder
from bridge.core.model import (
    AnnouncedBy,
    CatalogueSku,
    Hint,
    Key,
    P1Order,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    SkuUid,
    State,
    order_key,
)
from bridge.store import journal, notes, pharmaone_lists, stock, todo, waiting
from bridge.store.rows import Connection, Statements, Table, as_list, micros

SQL = Statements(__name__)

CATALOGUE_MARK = "catalogue_mark"
"""A note that is another one after each change of the SKU list."""
LINKED_AT_ONCE = 2000
SKUS = Table("skus", CatalogueSku, without=("stock", "price_cents"))

_SAVE_SKU = SKUS.upsert("pharmacy_sku_uid", "seen_at")
_SKUS = SKUS.select("ORDER BY pharmacy_sku_uid")
_SKUS_OF = SKUS.select("WHERE pharmacy_sku_uid IN (?...)")
_SKUS_NAMED = SKUS.select(
    "WHERE sku_uid IN (?...) ORDER BY external_id IS NOT NULL, pharmacy_sku_uid DESC"
)


# -- RxScale's SKUs --------------------------------------------------------------------------


def save_catalogue(
    connection: Connection,
    skus: Iterable[CatalogueSku],
    *,
    seen_at: datetime,
    complete: bool,
) -> None:
    """Remembers these SKUs; if they are the `complete` list, forgets all others.

    Reading the list began at `seen_at`.
    """
    at = micros(seen_at)
    before = {sku.pharmacy_sku_uid: sku for sku in catalogue(connection)}
    after = {sku.pharmacy_sku_uid: sku for sku in skus}
    connection.executemany(_SAVE_SKU, [(*SKUS.row(sku), at) for sku in after.values()])
    changed = any(before.get(uid) != sku for uid, sku in after.items())
    if complete:
        connection.execute(SQL.forget_skus, (at,))
        changed = changed or before.keys() != after.keys()
        stock.drop_unlisted(connection)
        notes.put_time(connection, notes.CATALOGUE_AT, seen_at)
    if changed or not notes.get(connection, CATALOGUE_MARK):
        notes.put(connection, CATALOGUE_MARK, str(at))


def catalogue(connection: Connection) -> list[CatalogueSku]:
    """All SKUs that RxScale lists, in the order of their uids."""
    return SKUS.all(connection, _SKUS)


def skus(connection: Connection, uids: Iterable[str]) -> list[CatalogueSku]:
    """These SKUs, in this order; those that RxScale does not list are left out."""
    wanted = list(uids)
    found = SKUS.all(connection, _SKUS_OF, (as_list(wanted),))
    listed = {sku.pharmacy_sku_uid: sku for sku in found}
    return [listed[PharmacySkuUid(uid)] for uid in wanted if uid in listed]


def for_linking(connection: Connection, after: PharmacySkuUid) -> list[CatalogueSku]:
    """The next of the same `after` that one, without what only people need."""
    return [
        CatalogueSku(uid, sku_uid, external_id, name, selling_unit=sold, unit=unit)
        for uid, sku_uid, external_id, name, sold, unit in connection.execute(
            SQL.skus_for_linking, (after, LINKED_AT_ONCE)
        )
    ]


def catalogue_mark(connection: Connection) -> str:
    """Another text after each change of the SKU list; "" if it was never read."""
    return notes.get(connection, CATALOGUE_MARK) or ""


def linked(connection: Connection, listed: Sequence[PharmacySkuUid]) -> tuple[int, int]:
    """How many SKUs have a link (`listed`, or by external id), and how many have none."""
    rows = connection.execute(SQL.links).fetchall()
    known = set(listed)
    with_link = sum(uid in known or bool(external_id) for uid, external_id in rows)
    return with_link, len(rows) - with_link


def for_submission(
    connection: Connection, uid: PharmacyOrderUid, sku_uids: Sequence[SkuUid]
) -> tuple[datetime | None, dict[SkuUid, CatalogueSku], P1Order | None, frozenset[ProductId]]:
    """What is known for submitting an order.

    When the last complete reading of the SKU list began, what it says of these SKUs (those
    not in it are left out; of several of a pharmacy's, one with an external id), PharmaOne's order
    if one was made of this one already, and the products that PharmaOne never listed.
    """
    read_at = notes.get_time(connection, notes.CATALOGUE_AT)  # first: it is no younger than they
    found = SKUS.all(connection, _SKUS_NAMED, (as_list(sku_uids),))
    return (
        read_at,
        {sku.sku_uid: sku for sku in found},
        pharmaone_lists.order_for(connection, uid),
        stock.unlisted_products(connection),
    )


# -- a sweep through the open orders ---------------------------------------------------------------


FOUND_BY_SWEEP = "orders_found_by_sweep"
"""Counts the orders that a sweep found and no webhook had announced: lost webhooks."""

LONG_OPEN = timedelta(days=300)
"""What is open for longer may be forgotten soon, unless it is noted as listed."""
UNKNOWN_LEFT_ALONE = timedelta(hours=1)
"""So seldom is an order looked at whose status statuses.toml does not explain: it is in no list."""

_TO_BE_SUBMITTED = frozenset({Phase.KNOWN, Phase.SUBMITTING})


@dataclass(frozen=True, slots=True)
class _Known:
    """What a finding rests on, of one remembered order."""

    uid: PharmacyOrderUid
    phase: Phase
    state: State | None
    priority: int
    rx_status: str | None
    rx_seen_at: datetime | None
    first_seen_at: datetime
    finished_at: datetime | None


_KNOWN = Table("orders", _Known)
_UNFINISHED = _KNOWN.select("WHERE finished_at IS NULL")
_FINISHED = _KNOWN.select("WHERE finished_at IS NOT NULL AND uid IN (?...)")


class _Finding(Enum):
    """Why a remembered order is looked at after a sweep; the value is the hint's reason."""

    CHANGED = "sweep: RxScale's list shows another status"
    MISSING = "sweep: no longer in RxScale's open list"
    UNSUBMITTED = "sweep: still to be submitted"


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One sweep and what stands at its end."""

    rows: Mapping[PharmacyOrderUid, SweptOrder]
    began_at: datetime
    waiting: Collection[Key]
    due: Collection[Key]
    tried: Collection[Key]
    """Looked at in vain and waiting for another look: to hint one would count its looks anew."""
    stuck: Mapping[Key, str]
    """What each is stuck for."""
    unlisted: Collection[str] = ()
    """The open words of which no list can be read."""

    def is_gone(self, key: Key) -> bool:
        """Stuck because RxScale no longer shows it: nothing new, until it is listed again."""
        return self.stuck.get(key) == reasons.GONE_AT_RXSCALE


def compare_orders(
    connection: Connection,
    rows: Mapping[PharmacyOrderUid, SweptOrder],
    *,
    began_at: datetime,
    now: datetime,
    settled: bool,
    unlisted: Collection[str] = (),
) -> SweepResult:
    """Hints every order that is new or changed, gone from the list, or was left behind.

    `rows` are the orders with an open status that any reading saw; the first began at `began_at`.
    `settled`: two readings of all open words agreed, so they are all there are. Where the list
    never rests, the first sweep has ended once the readings showed nothing that was not known
    before. Orders at an `unlisted` word cannot be in `rows`.
    """
    sweep = _Sweep(
        rows,
        began_at,
        waiting=todo.keys(connection),
        due=todo.due(connection, now),
        tried=todo.tried(connection),
        stuck=waiting.stuck_for(connection),
        unlisted=unlisted,
    )
    known, relevant = _relevant(connection, sweep, micros(now - LONG_OPEN))
    first = notes.get(connection, notes.FIRST_SWEEP_AT) is None
    unknown = {uid: row for uid, row in rows.items() if uid not in known}
    findings = [(order, _finding(order, sweep)) for order in relevant]
    found = [(order, why) for order, why in findings if why is not None]
    last = notes.get_time(connection, notes.LAST_POLL_AT)
    away = last if last is not None and began_at - last > LONG else None
    by = AnnouncedBy.FIRST_SWEEP if first else AnnouncedBy.SWEEP
    _add_unknown(connection, unknown, by, now, away)
    _hint(connection, found, sweep, now)
    notes.put_time(connection, notes.LAST_POLL_AT, now)
    if settled or not unknown:
        notes.put_first_time(connection, notes.FIRST_SWEEP_AT, now)
    if settled:
        _note_listed(connection, relevant, sweep, now - LONG_OPEN)
    whys = [why for _, why in found]
    lost = 0 if first else len(unknown)
    return SweepResult(
        seen=len(rows),
        new=len(unknown),
        lost_webhooks=lost,
        changed=whys.count(_Finding.CHANGED),
        missing=whys.count(_Finding.MISSING),
        untold=lost + sum(_is_untold(order, why, sweep) for order, why in found),
    )


def _note_listed(
    connection: Connection, known: Iterable[_Known], sweep: _Sweep, old: datetime
) -> None:
    kept = (each.uid for each in known if each.finished_at or each.first_seen_at < old)
    listed = [uid for uid in kept if uid in sweep.rows]
    notes.put(connection, notes.STILL_LISTED, json.dumps(listed))


def _relevant(
    connection: Connection, sweep: _Sweep, old: int
) -> tuple[Collection[PharmacyOrderUid], list[_Known]]:
    """The orders that are not finished, and the finished ones of the list; then those of them that
    there may be more to say of, as of what was met before `old`.
    """
    cells = connection.execute(_UNFINISHED).fetchall()
    known = {row[0] for row in cells}
    cells += connection.execute(_FINISHED, (as_list(sweep.rows.keys() - known),)).fetchall()
    known.update(row[0] for row in cells)
    return known, [_KNOWN.value(row) for row in cells if not _is_as_it_was(row, sweep, old)]


def _is_as_it_was(cells: Sequence[Any], sweep: _Sweep, old: int) -> bool:
    """Most orders of most sweeps, of which nothing more is made: it is listed as it was seen."""
    uid, phase, _, _, status, _, first_seen_at, finished_at = cells
    row, key = sweep.rows.get(uid), order_key(uid)
    if row is None or row.status != status or finished_at is not None or first_seen_at < old:
        return False
    left = phase in _TO_BE_SUBMITTED and key not in sweep.waiting and key not in sweep.stuck
    return not left and not sweep.is_gone(key)


def _finding(order: _Known, sweep: _Sweep) -> _Finding | None:
    if order.phase is Phase.DROPPED:
        return None
    row = sweep.rows.get(order.uid)
    if row is not None and _shows_change(order, row, sweep):
        return _Finding.CHANGED
    if order.finished_at is not None:
        return None
    if row is None and _is_missing(order, sweep):
        return _Finding.MISSING
    key = order_key(order.uid)
    left = order.phase in _TO_BE_SUBMITTED and order.state is not State.ON_HOLD
    if left and key not in sweep.waiting and key not in sweep.stuck:
        return _Finding.UNSUBMITTED
    return None


def _shows_change(order: _Known, row: SweptOrder, sweep: _Sweep) -> bool:
    """The list differs from what was last seen, and what was seen is older than the list."""
    if sweep.is_gone(order_key(order.uid)):
        return True
    if order.rx_status == row.status:
        return False
    if order.rx_status is None:  # never looked at yet: that look is due already
        return order_key(order.uid) not in sweep.waiting
    return order.rx_seen_at is None or order.rx_seen_at < sweep.began_at


def _is_untold(order: _Known, why: _Finding, sweep: _Sweep) -> bool:
    """It was changed at RxScale, and no delivery has had it looked at."""
    if why is _Finding.UNSUBMITTED or order.rx_status is None:
        return False
    key = order_key(order.uid)
    return key not in sweep.due and key not in sweep.stuck


def _is_missing(order: _Known, sweep: _Sweep) -> bool:
    """It should be in the list: it was known before and not seen at an end of its way since."""
    if order.rx_status in sweep.unlisted:
        return False
    if order.state in TERMINAL or order.first_seen_at >= sweep.began_at:
        return False
    key = order_key(order.uid)
    if key in sweep.tried or sweep.is_gone(key):
        return False
    is_unknown = sweep.stuck.get(key) == reasons.UNKNOWN_STATUS  # no list of it was asked for
    patience = UNKNOWN_LEFT_ALONE if is_unknown else timedelta(0)
    return (order.rx_seen_at or order.first_seen_at) < sweep.began_at - patience


def _add_unknown(
    connection: Connection,
    unknown: Mapping[PharmacyOrderUid, SweptOrder],
    announced_by: AnnouncedBy,
    now: datetime,
    away: datetime | None,
) -> None:
    """Remembers orders that nothing had told of; `away`: since when no sweep had looked."""
    why = "sweep: new in RxScale's list"
    hints = [
        Hint(order_key(uid), why, row.priority, announced_by, row.name, created_at=away)
        for uid, row in unknown.items()
    ]
    todo.hint(connection, hints, now)
    _note(connection, unknown, now)
    if announced_by is AnnouncedBy.SWEEP and unknown:
        notes.count(connection, FOUND_BY_SWEEP, len(unknown))


def _hint(
    connection: Connection,
    found: Iterable[tuple[_Known, _Finding]],
    sweep: _Sweep,
    now: datetime,
) -> None:
    """Hints known orders; a change is told in the story once, not at every sweep until the look."""
    hints: list[Hint] = []
    news: dict[PharmacyOrderUid, SweptOrder] = {}
    for order, why in found:
        row = sweep.rows.get(order.uid)
        key = order_key(order.uid)
        hints.append(Hint(key, why.value, order.priority if row is None else row.priority))
        if row is not None and why is _Finding.CHANGED and key not in sweep.waiting:
            news[order.uid] = row
    todo.hint(connection, hints, now)
    _note(connection, news, now)


def _note(
    connection: Connection, rows: Mapping[PharmacyOrderUid, SweptOrder], now: datetime
) -> None:
    journal.write(
        connection,
        [
            JournalEntry(order_key(uid), now, Event.SWEPT, {"status": row.status})
            for uid, row in rows.items()
        ],
    )
