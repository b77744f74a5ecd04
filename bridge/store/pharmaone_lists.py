"""What is known of PharmaOne's orders: whose each is, and what a reading of their list shows."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.core import reasons
from bridge.core.copies import MARGIN, may_be_ours
from bridge.core.deliveries import OF_PHARMAONE, Delivery, OrderChanged, PharmaOneChanged, Receipt
from bridge.core.model import (
    Hint,
    Key,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrderUid,
    Phase,
    PrescriptionId,
    State,
    order_key,
)
from bridge.store import notes, orders, todo, waiting
from bridge.store.rows import Cell, Connection, Statements, Table, as_list, micros, moment, span

SQL = Statements(__name__)
P1_ORDERS = Table("p1_orders", P1Order)

_AGAIN = re.compile(r"(.+)-([2-9]|[1-9][0-9])")
_ORDERS = P1_ORDERS.select("WHERE id IN (?...)")
_ORDER_FOR = P1_ORDERS.select(SQL.order_for)


# -- as they were last seen, and whose each is by its name --------------------------------------


def our_names(
    connection: Connection, names: Iterable[str | None]
) -> dict[str | None, PharmacyOrderUid]:
    """Which of these names are those of order-requests of ours that were sent again after a
    refusal (`po-1-2`), also by an earlier store; each with its order's uid.
    """
    again = {name: found[1] for name in names if name and (found := _AGAIN.fullmatch(name))}
    wanted = as_list({*again, *again.values()})
    known = {uid for (uid,) in connection.execute(SQL.known_uids, (wanted,))} if again else set()
    return {
        name: PharmacyOrderUid(uid)
        for name, uid in again.items()
        if uid in known and name not in known
    }


def under_our_names(connection: Connection, orders: Collection[P1Order]) -> list[P1Order]:
    """The orders, with the pharmacy order's uid as `external_id` of each that is made of ours.

    What cannot be such a uid is free text, perhaps a person's name: it becomes "".
    """
    ours: dict[str | None, str] = {**our_names(connection, (each.external_id for each in orders))}
    odd = {name for each in orders if (name := each.external_id) and not may_be_ours(name)}
    foreign = odd - ours.keys()
    if foreign:
        known = connection.execute(SQL.known_uids, (as_list(foreign),))
        ours |= dict.fromkeys(foreign.difference(uid for (uid,) in known), "")
    return [
        replace(each, external_id=ours[each.external_id]) if each.external_id in ours else each
        for each in orders
    ]


def save_orders(connection: Connection, orders: Collection[P1Order]) -> None:
    """Remembers PharmaOne's orders; `external_id` "" says: its detail shows none of ours.

    Others' that are old enough to have been forgotten are not taken up again.
    """
    since = int(notes.get(connection, notes.FORGOTTEN_BEFORE) or 0)
    rows = map(P1_ORDERS.row, under_our_names(connection, orders))
    names = P1_ORDERS.names
    cells = ({**dict(zip(names, row, strict=True)), "since": since} for row in rows)
    connection.executemany(SQL.save_order, cells)


def known_orders(connection: Connection, ids: Iterable[OrderId]) -> list[P1Order]:
    """Those of them that were seen before."""
    return P1_ORDERS.all(connection, _ORDERS, (as_list(ids),))


def order_for(
    connection: Connection, uid: PharmacyOrderUid, but: OrderId | None = None
) -> P1Order | None:
    """PharmaOne's order made from this pharmacy order; of several, the first that was made and is
    listed. `but`: another one than this.
    """
    again = [f"{uid}-{edition}" for edition in range(2, 10)]  # read before the order was known
    return P1_ORDERS.first(
        connection, _ORDER_FOR, {"uid": uid, "again": as_list(again), "but": but or ""}
    )


def external_ids(connection: Connection, ids: Sequence[OrderId]) -> dict[OrderId, str | None]:
    """Those of them whose `external_id` is known, or known to be absent (None)."""
    return dict(connection.execute(SQL.external_ids, (as_list(ids),)).fetchall())


def unlisted(connection: Connection, ids: Iterable[OrderId], at: datetime) -> None:
    """PharmaOne's whole list, asked for at `at`, shows others that are known and none of these."""
    connection.execute(SQL.unlisted, (micros(at), as_list(ids)))


def listed_again(connection: Connection, ids: Iterable[OrderId]) -> None:
    connection.execute(SQL.listed_again, (as_list(ids),))


def unlisted_at(connection: Connection, order_id: OrderId) -> datetime | None:
    """When such a list was last asked for; None if the order was seen since."""
    row = connection.execute(SQL.unlisted_at, (order_id,)).fetchone()
    return None if row is None else moment(row[0])


def forget_orders(connection: Connection, before: datetime, most: int) -> int:
    """Deletes PharmaOne's orders that are not ours and were made before, or met where it does not
    tell; the list may show them for years. At most so many; returns how many.
    """
    notes.put_time(connection, notes.FORGOTTEN_BEFORE, before)
    return connection.execute(SQL.forget_orders, {"before": micros(before), "most": most}).rowcount


# -- what deliveries and a reading of their list tell -------------------------------------------

LATELY = timedelta(days=2)
CLOCKS = timedelta(hours=3)
"""How far this machine's clock may have been behind when the store was made."""
FOUND_BY_SWEEP = "p1_changes_found_by_sweep"
"""Counts the changes of status that a sweep found and no webhook had told of."""
SAME_TIME = timedelta(seconds=2)
"""What PharmaOne's times in ours differ by from one reading to the next: its clock is estimated."""
NEW = timedelta(hours=1)
"""So long PharmaOne may tell of an order, or list it, and not yet answer for it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a finding about an order of PharmaOne's rests on."""

    uid: PharmacyOrderUid
    phase: Phase
    priority: int
    order_id: OrderId | None
    p1_status: str | None
    p1_seen_at: datetime | None


_KNOWN = Table("orders", _Known)
_UNFINISHED = _KNOWN.select(
    "WHERE finished_at IS NULL AND (phase <> 'known' OR doubted_at IS NOT NULL)"
)
# Those cancelled, of which nothing was sent for all this store knew, and those dropped.
_CANCELLED_UNSENT = _KNOWN.select(SQL.cancelled_unsent)
# Finished ones: what PharmaOne does with them now may contradict their end.
_ENDED = _KNOWN.select("WHERE order_id IN (?...) AND (phase = 'done' OR phase = 'dropped')")


def owners(
    connection: Connection, deliveries: Iterable[Delivery]
) -> dict[OrderId, PharmacyOrderUid | None]:
    """The pharmacy order that each order of PharmaOne's was made from that a delivery names; None
    for one that is not of ours. Those that were not read yet are left out.
    """
    named = {
        each.order_id
        for each in deliveries
        if isinstance(each, PharmaOneChanged) and each.order_id is not None
    }
    if not named:
        return {}
    known = dict(connection.execute(SQL.owners_by_name, (as_list(named),)))
    return known | dict(connection.execute(SQL.owners_by_order, (as_list(named),)))


def key_of(
    connection: Connection,
    delivery: Delivery,
    owners: Mapping[OrderId, PharmacyOrderUid | None],
    *,
    fresh: bool,
) -> Key | None:
    """The pharmacy order that a delivery is about; what it tells is marked if it is `fresh`."""
    if isinstance(delivery, OrderChanged):
        return order_key(delivery.uid)
    if not isinstance(delivery, PharmaOneChanged):
        return None
    if delivery.order_id is not None:
        owner = owners.get(delivery.order_id)
        if owner and delivery.deleted and fresh:
            orders.deleted(connection, owner, delivery.received_at)
        return order_key(owner) if owner else None
    uid = _named(connection, delivery.references) if delivery.references else None
    if uid is not None and delivery.refused and fresh:
        orders.reject(connection, uid, delivery.received_at)
    return order_key(uid) if uid else None


def note_unread(
    connection: Connection, deliveries: Iterable[Delivery], receipts: Iterable[Receipt]
) -> None:
    """Orders that a delivery named and the store does not know: they are to be read."""
    unread = [
        P1Order(each.order_id, each.reported_status or "", each.received_at)
        for each, receipt in zip(deliveries, receipts, strict=True)
        if receipt is Receipt.UNREAD
        and isinstance(each, PharmaOneChanged)
        and each.order_id is not None
    ]
    if unread:
        save_orders(connection, unread)


def prescriptions(connection: Connection) -> dict[PrescriptionId, str | None]:
    """Those that were sent by themselves and whose orders are under review, as last seen."""
    return {PrescriptionId(row[0]): row[1] for row in connection.execute(SQL.prescriptions)}


def compare_prescriptions(
    connection: Connection, listed: Mapping[PrescriptionId, str], now: datetime
) -> int:
    """Hints the orders whose prescription now has another status; returns how many."""
    hints = [
        Hint(order_key(uid), "sweep: its prescription has another status", priority)
        for name, status, uid, priority in connection.execute(SQL.prescriptions)
        if listed.get(name, status) != status
    ]
    todo.hint(connection, hints, now)
    return len(hints)


def _named(connection: Connection, references: Sequence[str]) -> PharmacyOrderUid | None:
    """The order that any of these ids belongs to."""
    names = [*references, *our_names(connection, references).values()]
    found = connection.execute(SQL.named, {"names": as_list(names)}).fetchone()
    return None if found is None else PharmacyOrderUid(found[0])


def unread(
    connection: Connection, limit: int, words: Collection[str] = (), most: int = 0
) -> list[OrderId]:
    """Orders whose `external_id` is unknown and that may be made of an order-request of ours.

    Newest first. Those made since the earliest order-request of ours that is not accounted for,
    also of those that an earlier store may have sent of orders that were cancelled since; and
    the newest `most` of those older than this store that go on (their status is one of `words`) or
    went on lately: an earlier store may have known them.
    """
    earliest: int | None = connection.execute(SQL.earliest).fetchone()[0]
    since = None if earliest is None else earliest - span(MARGIN)
    found = [] if since is None else connection.execute(SQL.unread, (since, limit)).fetchall()
    names = [*(name for (name,) in found), *_unread_older(connection, words, most)]
    return [*map(OrderId, dict.fromkeys(names))][:limit]


def _unread_older(connection: Connection, words: Collection[str], most: int) -> list[str]:
    """All orders are gone through only while one of them is unread, which an index tells."""
    older = _older(connection, words)
    unread = {name for (name,) in connection.execute(SQL.unread_older, older)}
    if not unread:
        return []
    newest = connection.execute(SQL.newest_older, {**older, "most": most})
    return [name for (name,) in newest if name in unread]


def _older(connection: Connection, words: Collection[str]) -> dict[str, Cell]:
    """What decides whether PharmaOne's order was there before this store was; by then, one that
    is ours has to be known.
    """
    first = notes.get_time(connection, notes.FIRST_SWEEP_AT)
    lately = 0 if first is None else micros(first - LATELY)
    until = 0 if first is None else micros(first + CLOCKS)
    return {"first": until, "lately": lately, "words": as_list(words)}


def orphans(connection: Connection, words: Collection[str]) -> list[Hint]:
    """Pharmacy orders that this store does not know and of which PharmaOne has an order that goes
    on, or went on lately. A lost or restored store has forgotten them, and RxScale's lists of open
    orders do not show one that was cancelled meanwhile.
    """
    found = connection.execute(SQL.orphans, _older(connection, words))
    why = "PharmaOne has an order of it that this store did not know"
    return [Hint(order_key(PharmacyOrderUid(uid)), why, reported=OF_PHARMAONE) for (uid,) in found]


def save_read(
    connection: Connection, order: P1Order, now: datetime, *, believed: bool = True
) -> bool:
    """Remembers an order that was read; True, and its key is due, if it was made from ours.

    Without an `external_id` (None): PharmaOne does not show it, which is `believed` or not.
    """
    if order.external_id is None:
        _not_shown(connection, order, now, believed=believed)
        return False
    (order,) = under_our_names(connection, [order])
    save_orders(connection, [order])
    uid = PharmacyOrderUid(order.external_id) if order.external_id else None
    record = orders.find(connection, uid) if uid is not None else None
    if record is None or record.order_id == order.id or not _is_awaited(record):
        return False
    why = "PharmaOne made an order of it"
    hint = Hint(order_key(record.uid), why, record.priority, reported=OF_PHARMAONE)
    todo.hint(connection, [hint], now)
    return True


def _not_shown(connection: Connection, order: P1Order, now: datetime, *, believed: bool) -> None:
    """A new one is forgotten, and read once it is named again; an old one is none of ours."""
    forgotten = connection.execute(SQL.forget_new, (order.id, micros(now - NEW))).rowcount
    if believed and not forgotten:
        save_orders(connection, [replace(order, external_id="")])


def _is_awaited(record: OrderRecord) -> bool:
    """Not finished; or cancelled while, for all this store knew, nothing had been sent of it; or
    dropped, and followed for what it takes.
    """
    was_cancelled = record.phase is Phase.DONE and record.state is State.CANCELLED
    is_over = was_cancelled or record.phase is Phase.DROPPED
    return record.finished_at is None or (is_over and record.order_id is None)


def compare_orders(
    connection: Connection,
    rows: Mapping[OrderId, P1Order],
    *,
    began_at: datetime,
    now: datetime,
    listed: Collection[str] | None,
) -> int:
    """Hints what a reading of PharmaOne's list shows to be new, changed or gone; returns how many.

    A whole list that shows orders known before, and not one of ours, is noted of that one.

    Reading began at `began_at`. `listed` are the words whose orders `rows` holds, all of them;
    None if all orders are in it; empty if it is not complete. One that is gone is hinted once: it
    is looked for until it is stuck, and then left alone until it is listed again.
    """
    deleted = waiting.keys_stuck_for(connection, reasons.DELETED_IN_PHARMAONE)
    looked_for = todo.tried(connection) | deleted
    before = {order.id: order for order in known_orders(connection, rows)}
    unfinished = _KNOWN.all(connection, _UNFINISHED)
    by_uid = {record.uid: record for record in unfinished}
    by_order = {record.order_id: record for record in unfinished if record.order_id is not None}
    found: dict[PharmacyOrderUid, Hint] = {}
    named = under_our_names(connection, rows.values())
    for order in named:
        was = before.get(order.id)
        name = order.external_id or (was.external_id if was else None)
        record = by_order.get(order.id) or by_uid.get(PharmacyOrderUid(name or ""))
        if record is None:
            continue
        if order_key(record.uid) in deleted or _is_news(order, was, record, began_at):
            found[record.uid] = _hint(record, "sweep: PharmaOne's list shows a change")
    for record in by_order.values():
        if record.order_id in rows or order_key(record.uid) in looked_for:
            continue
        if _is_missing(record, began_at, listed):
            found[record.uid] = _hint(record, "sweep: no longer in PharmaOne's list")
    later = [name for name, order in rows.items() if _is_later(order, before.get(name))]
    for record in _KNOWN.all(connection, _ENDED, (as_list(later),)):
        found[record.uid] = _hint(record, "sweep: changed after its end")
    _count_untold(connection, before, rows)
    if listed is None and before:
        unlisted(connection, by_order.keys() - rows.keys(), began_at)
    listed_again(connection, rows)
    changed = [row for row in named if not _is_known(row, before.get(row.id))]
    save_orders(connection, changed)
    for record in _KNOWN.all(connection, _CANCELLED_UNSENT, (as_list(rows),)):
        found[record.uid] = _hint(record, "sweep: PharmaOne made an order of it")
    todo.hint(connection, found.values(), now)
    return len(found)


def _count_untold(
    connection: Connection,
    before: Mapping[OrderId, P1Order],
    rows: Mapping[OrderId, P1Order],
) -> None:
    """What of ours has another status now, as nobody had told."""
    untold = sum(
        bool(was.external_id) and was.status != rows[was.id].status for was in before.values()
    )
    if untold:
        notes.count(connection, FOUND_BY_SWEEP, untold)


def _is_known(order: P1Order, was: P1Order | None) -> bool:
    """The list tells nothing new of it: most rows of most readings, which are not written again."""
    if was is None or was.created_at is None or order.status != was.status:
        return False
    if abs((order.created_at or was.created_at) - was.created_at) > SAME_TIME:
        return False
    return (
        order.updated_at in (None, was.updated_at)
        and order.flags in (None, was.flags)
        and (order.external_id or was.external_id) == was.external_id is not None
    )


def _is_news(order: P1Order, was: P1Order | None, record: _Known, began_at: datetime) -> bool:
    if record.order_id != order.id:
        return record.order_id is None
    if record.p1_seen_at is not None and record.p1_seen_at >= began_at:
        return _is_later(order, was)
    if was is None or order.updated_at is None:  # a raised flag shows by its time only
        return True
    return (order.status, order.updated_at) != (was.status, was.updated_at)


def _is_later(order: P1Order, was: P1Order | None) -> bool:
    """It changed after it was seen, though that was while the list was read."""
    if was is None or was.updated_at is None or order.updated_at is None:
        return False
    return order.updated_at > was.updated_at


def _is_missing(record: _Known, began_at: datetime, listed: Collection[str] | None) -> bool:
    if record.p1_seen_at is not None and record.p1_seen_at >= began_at:
        return False
    return listed is None or record.p1_status in listed


def _hint(record: _Known, why: str) -> Hint:
    return Hint(order_key(record.uid), why, record.priority, reported=OF_PHARMAONE)
