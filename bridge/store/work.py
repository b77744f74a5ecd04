"""How work comes in, is taken up and is settled: deliveries, hints, claims and outcomes."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.core.deliveries import (
    Delivery,
    InventoryChanged,
    Noted,
    OrderChanged,
    PharmaOneChanged,
    Receipt,
    SkuChanged,
    is_echo,
    without_echo,
    without_echoes,
)
from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import Outcome
from bridge.core.model import (
    Hint,
    Key,
    OrderId,
    OrderRecord,
    PharmacyOrderUid,
    order_key,
    order_uid,
)
from bridge.core.stock.reported import Cause
from bridge.core.stock.reserve import Demand, is_sold
from bridge.store import pharmaone
from bridge.store.stock import lines, numbers
from bridge.store.tables import deliveries as received
from bridge.store.tables import journal, links, notes, seen, stuck, todo

_ORDER = "order:"
_COUNTED = {
    Receipt.DUPLICATE: "deliveries_duplicate",
    Receipt.ECHO: "deliveries_echo",
    Receipt.NOTED: "deliveries_noted",
}


@dataclass(slots=True)
class _Known:
    """What deliveries are judged by. `records` are replaced as echoes come in."""

    owners: Mapping[OrderId, PharmacyOrderUid | None]
    records: dict[Key, OrderRecord]
    stuck: Collection[Key]


def take(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """Remembers each delivery and, if it says anything new, makes its key due."""
    fresh = received.fresh(connection, deliveries)
    owners = pharmaone.owners(connection, deliveries)
    keys = [pharmaone.key_of(connection, each, owners) for each in deliveries]
    before = _links_of(connection, keys)
    known = _Known(owners, dict(before), stuck.keys(connection) if before else ())
    receipts = [
        _judge(connection, known, each, key) if is_fresh else Receipt.DUPLICATE
        for each, key, is_fresh in zip(deliveries, keys, fresh, strict=True)
    ]
    for key, record in known.records.items():
        if record is not before[key]:
            links.save(connection, record)
    received.remember(connection, deliveries, keys, receipts)
    _hint(connection, deliveries, keys, receipts, new=not before)
    pharmaone.note_unread(connection, deliveries, receipts)
    _count(connection, deliveries, receipts)
    return receipts


def _judge(
    connection: sqlite3.Connection, known: _Known, delivery: Delivery, key: Key | None
) -> Receipt:
    match delivery:
        case OrderChanged() | PharmaOneChanged() if key is not None:
            return _of_an_order(known, delivery, key)
        case PharmaOneChanged(of_an_order=True) if delivery.order_id not in known.owners:
            return Receipt.UNREAD
        case SkuChanged():
            return _of_a_sku(connection, delivery)
        case InventoryChanged():
            return Receipt.STOCK
        case _:
            return Receipt.NOTED


def _of_an_order(known: _Known, delivery: OrderChanged | PharmaOneChanged, key: Key) -> Receipt:
    record = known.records.get(key)
    if record is None:
        return Receipt.HINTED
    vendor, status = delivery.vendor, delivery.reported_status
    if is_echo(record, stuck=key in known.stuck, vendor=vendor, reported_status=status):
        known.records[key] = without_echo(record, vendor, status)
        return Receipt.ECHO
    is_quiet = isinstance(delivery, PharmaOneChanged) and delivery.quiet
    return Receipt.ECHO if is_quiet else Receipt.HINTED


def _of_a_sku(connection: sqlite3.Connection, delivery: SkuChanged) -> Receipt:
    cause = numbers.told(connection, delivery.sku_uid, delivery.stock, delivery.changed_at)
    return Receipt.ECHO if cause is Cause.KNOWN else Receipt.STOCK


def _links_of(connection: sqlite3.Connection, keys: Sequence[Key | None]) -> dict[Key, OrderRecord]:
    uids = [order_uid(key) for key in set(keys) if key is not None]
    return {order_key(uid): record for uid, record in links.find_all(connection, uids).items()}


def _hint(
    connection: sqlite3.Connection,
    deliveries: Sequence[Delivery],
    keys: Sequence[Key | None],
    receipts: Sequence[Receipt],
    *,
    new: bool,
) -> None:
    hints = [
        _hint_of(each, key)
        for each, key, receipt in zip(deliveries, keys, receipts, strict=True)
        if receipt is Receipt.HINTED and key is not None
    ]
    if hints:
        hint(connection, hints, deliveries[-1].received_at, new=new)


def _hint_of(delivery: Delivery, key: Key) -> Hint:
    why, status = f"{delivery.vendor}: {delivery.event}", received.reported_status(delivery)
    told = None if status is None else f"{delivery.vendor}:{status}"
    if isinstance(delivery, OrderChanged):
        return Hint(key, why, delivery.priority, name=delivery.name, told=told)
    return Hint(key, why, told=told)


def _count(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery], receipts: Sequence[Receipt]
) -> None:
    """How many of each kind came in; what we have no word for stands in the journal as well."""
    unknown = [
        each
        for each, receipt in zip(deliveries, receipts, strict=True)
        if receipt is Receipt.NOTED and isinstance(each, Noted) and not each.known
    ]
    counts = Counter(_COUNTED[receipt] for receipt in receipts if receipt in _COUNTED)
    counts["deliveries_noted"] -= len(unknown)
    counts["deliveries_unknown_event"] = len(unknown)
    for name, by in counts.items():
        if by:
            notes.count(connection, name, by)
    journal.write(connection, map(_unknown_event, unknown))


def _unknown_event(delivery: Noted) -> JournalEntry:
    facts = {"vendor": delivery.vendor, "event": delivery.event}
    key = Key(f"{journal.NOT_OF_A_KEY}{delivery.event}")
    return JournalEntry(key, delivery.received_at, Event.UNKNOWN_EVENT, facts)


def hint(
    connection: sqlite3.Connection, hints: Sequence[Hint], now: datetime, *, new: bool = False
) -> None:
    """Makes every key due now; an order not met before is remembered from here on.

    Until the first sweep has ended, an order that is new to this store may be an old one that
    an earlier store sent: it must be searched for before anything is sent.
    """
    orders = [each for each in hints if each.key.startswith(_ORDER)]
    if orders:
        must_find = notes.get(connection, notes.FIRST_SWEEP_AT) is None
        links.add(connection, orders, now, must_find=must_find)
    todo.hint(connection, hints, now, new=new)


def save(
    connection: sqlite3.Connection,
    record: OrderRecord,
    entries: Sequence[JournalEntry],
    takes: Sequence[Demand] | None = None,
) -> bool:
    """Remembers a record, what happened and, if its lines were looked at, what it takes.

    What is to be done stays as it is. True if what it takes is another amount than before.
    """
    links.save(connection, record)
    journal.write(connection, entries)
    return takes is not None and lines.save(connection, record.uid, takes)


def settle(connection: sqlite3.Connection, outcome: Outcome) -> bool:
    """Remembers how a look ended, and when to look again; whether that changes any stock."""
    key, now, record = outcome.claim.key, outcome.now, outcome.record
    heard = todo.heard(connection, outcome.claim)
    if heard.hinted:
        after = without_echoes(record, heard.told, stuck=outcome.stuck is not None)
        heard = replace(heard, news=after is None)
        record = after or record
    changed = save(connection, record, outcome.entries, outcome.takes)
    if outcome.p1_order is not None:
        seen.save_orders(connection, [outcome.p1_order])
    if outcome.stuck is None:
        stuck.delete(connection, key)
    else:
        stuck.put(connection, key, outcome.stuck, now)
    again_at, failed = outcome.again_at, outcome.failed
    todo.settle(connection, outcome.claim, again_at, now, failed=failed, heard=heard)
    return _settle_stock(connection, outcome) or changed


def _settle_stock(connection: sqlite3.Connection, outcome: Outcome) -> bool:
    """Whether what the order takes is still to come, and what RxScale took off by itself."""
    uid, changed = outcome.record.uid, False
    if outcome.released_at is not None:
        changed = lines.release(connection, uid, outcome.released_at)
    if is_sold(outcome.record):
        sales = lines.sold(connection, uid, outcome.now)
        numbers.sold(connection, sales, outcome.now)
        changed |= bool(sales)
    return changed


def forget(connection: sqlite3.Connection, before: datetime) -> int:
    """Deletes orders finished before, all that hangs on them, and old notes of no order.

    Returns how many orders that were. What RxScale still lists as open is kept: a sweep would
    meet it as new, and it would be sent again.
    """
    listed = json.loads(notes.get(connection, notes.STILL_LISTED) or "[]")
    uids = links.forget(connection, before, listed)
    keys = [order_key(uid) for uid in uids]
    lines.forget(connection, uids)
    stuck.delete(connection, *keys)
    todo.delete(connection, *keys)
    journal.forget(connection, keys, before)
    received.forget(connection, before)
    seen.forget_orders(connection, before)
    return len(keys)
