"""Webhook deliveries: what was taken in, what came of it, and which order is due because of it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.core.deliveries import (
    OF_PHARMAONE,
    PHARMAONE,
    Delivery,
    InventoryChanged,
    Noted,
    OrderChanged,
    PharmaOneChanged,
    Receipt,
    SkuChanged,
    Taken,
    is_echo,
    without_echo,
)
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import (
    Hint,
    Key,
    OrderId,
    OrderRecord,
    PharmacyOrderUid,
    order_key,
    order_uid,
)
from bridge.core.reasons import CONFIRMED
from bridge.core.remember import confirmed
from bridge.core.stock.reported import Cause
from bridge.store import journal, notes, orders, pharmaone_lists, stock, todo, waiting
from bridge.store.rows import Connection, Statements, as_list, micros, moment, run_many

SQL = Statements(__name__)
AROUND = timedelta(days=1)
"""So much earlier or later than an order's time, clocks may put a delivery of it."""
FOREVER = 2**63 - 1
_TOLD = {Receipt.HINTED.value: Event.DELIVERED, Receipt.ECHO.value: Event.ECHO}
_COUNTED = {
    Receipt.DUPLICATE: "deliveries_duplicate",
    Receipt.ECHO: "deliveries_echo",
    Receipt.NOTED: "deliveries_noted",
}


@dataclass(slots=True)
class _Context:
    """What deliveries are judged by. `records` are replaced as echoes come in; `leased` are the
    keys that are looked at right now.
    """

    owners: Mapping[OrderId, PharmacyOrderUid | None]
    records: dict[Key, OrderRecord]
    stuck: Collection[Key]
    leased: Collection[Key]


def receive(connection: Connection, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """Remembers each delivery and, if it says anything new, makes its key due."""
    fresh = _fresh(connection, deliveries)
    owners = pharmaone_lists.owners(connection, deliveries)
    keys = [
        pharmaone_lists.key_of(connection, each, owners, fresh=is_fresh)
        for each, is_fresh in zip(deliveries, fresh, strict=True)
    ]
    before = _records_of(connection, keys)
    known = _Context(
        owners,
        dict(before),
        stuck=waiting.stuck_for(connection) if before else (),
        leased=todo.leased(connection, before) if before else (),
    )
    receipts = [
        _judge(connection, known, each, key) if is_fresh else Receipt.DUPLICATE
        for each, key, is_fresh in zip(deliveries, keys, fresh, strict=True)
    ]
    for key, record in known.records.items():
        if record is not before[key]:
            _save(connection, record, before[key], deliveries[-1].received_at)
    _remember(connection, deliveries, keys, receipts)
    _hint(connection, deliveries, keys, receipts, new=not before)
    pharmaone_lists.note_unread(connection, deliveries, receipts)
    connection.executemany(SQL.out_of_date, _news_there(deliveries, receipts))
    _count(connection, deliveries, receipts)
    return receipts


def _news_there(
    deliveries: Sequence[Delivery], receipts: Sequence[Receipt]
) -> Iterator[tuple[OrderId | None]]:
    """PharmaOne's orders that are not as they were last read."""
    for each, receipt in zip(deliveries, receipts, strict=True):
        if receipt is Receipt.HINTED and isinstance(each, PharmaOneChanged):
            yield (each.order_id,)


def _save(connection: Connection, record: OrderRecord, before: OrderRecord, now: datetime) -> None:
    """With an echo of an end that we set, there may be nothing left to do."""
    after, key = confirmed(record, now), order_key(record.uid)
    orders.save(connection, after, before)
    if after is not record:
        todo.delete(connection, key)
        why = CONFIRMED(status=record.rx_status)
        journal.write(connection, [JournalEntry(key, now, Event.DONE, {"why": why})])


def _judge(connection: Connection, known: _Context, delivery: Delivery, key: Key | None) -> Receipt:
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


def _of_an_order(known: _Context, delivery: OrderChanged | PharmaOneChanged, key: Key) -> Receipt:
    record = known.records.get(key)
    if record is None:
        return Receipt.HINTED
    vendor, status = delivery.vendor, delivery.reported_status
    at = delivery.changed_at if isinstance(delivery, OrderChanged) else None
    stuck = key in known.stuck
    if is_echo(record, stuck=stuck, vendor=vendor, reported_status=status, changed_at=at):
        after = without_echo(record, vendor, status)
        if after is not record and key in known.leased:
            return Receipt.HINTED  # the look would save its own copy, and await the echo again
        known.records[key] = after
        return Receipt.ECHO
    is_quiet = isinstance(delivery, PharmaOneChanged) and delivery.quiet
    return Receipt.ECHO if is_quiet else Receipt.HINTED


def _of_a_sku(connection: Connection, delivery: SkuChanged) -> Receipt:
    cause = stock.reported(connection, delivery.sku_uid, delivery.stock, delivery.changed_at)
    return Receipt.ECHO if cause is Cause.KNOWN else Receipt.STOCK


def _records_of(connection: Connection, keys: Sequence[Key | None]) -> dict[Key, OrderRecord]:
    uids = [order_uid(key) for key in set(keys) if key is not None]
    return {order_key(uid): record for uid, record in orders.find_all(connection, uids).items()}


def _hint(
    connection: Connection,
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
        todo.hint(connection, hints, deliveries[-1].received_at, new=new)


def _hint_of(delivery: Delivery, key: Key) -> Hint:
    why, status = f"{delivery.vendor}: {delivery.event}", _reported_status(delivery)
    reported = None if status is None else f"{delivery.vendor}:{status}"
    if isinstance(delivery, OrderChanged):
        made_at, name = delivery.created_at, delivery.name
        return Hint(key, why, delivery.priority, name=name, reported=reported, created_at=made_at)
    return Hint(key, why, reported=reported or OF_PHARMAONE)


def _count(
    connection: Connection, deliveries: Sequence[Delivery], receipts: Sequence[Receipt]
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


def of(connection: Connection, record: OrderRecord) -> list[JournalEntry]:
    """The order's deliveries as entries of its story, in time order: those of its time."""
    key = order_key(record.uid)
    until = FOREVER if record.finished_at is None else micros(record.finished_at + AROUND)
    times_of = (micros(record.first_seen_at - AROUND), until, key)
    return [
        JournalEntry(key, moment(received_at), _TOLD[became], _facts(vendor, event, status, times))
        for received_at, vendor, event, status, became, times in connection.execute(
            SQL.of, times_of
        )
        if became in _TOLD
    ]


def since(connection: Connection, at: datetime) -> dict[tuple[str, str], Taken]:
    """Those received then or later, each once, by its name."""
    return {
        (vendor, name): Taken(
            vendor,
            event,
            moment(received_at),
            fresh=True,
            of_their_order=vendor == PHARMAONE and became != Receipt.STOCK,
            receipt=Receipt(became),
        )
        for vendor, name, event, received_at, became in connection.execute(SQL.since, (micros(at),))
    }


def forget(connection: Connection, before: datetime, most: int) -> int:
    """Deletes those received before, but for what belongs to an order that is remembered; at most
    so many. Returns how many.
    """
    return connection.execute(SQL.forget, (micros(before), most)).rowcount


def _fresh(connection: Connection, deliveries: Sequence[Delivery]) -> list[bool]:
    """False for each that is a repetition, also of one before it in the list."""
    known = _known(connection, deliveries)
    answers: list[bool] = []
    for each in deliveries:
        name = (each.vendor, each.dedup_key)
        answers.append(name not in known)
        known.add(name)
    return answers


def _known(connection: Connection, deliveries: Sequence[Delivery]) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for vendor in {each.vendor for each in deliveries}:
        names = as_list(each.dedup_key for each in deliveries if each.vendor == vendor)
        known.update((vendor, name) for (name,) in connection.execute(SQL.known, (vendor, names)))
    return known


def _reported_status(delivery: Delivery) -> str | None:
    """The vendor's status word, where the delivery reports one."""
    if isinstance(delivery, OrderChanged | PharmaOneChanged):
        return delivery.reported_status
    return None


def _remember(
    connection: Connection,
    deliveries: Sequence[Delivery],
    keys: Sequence[Key | None],
    receipts: Sequence[Receipt],
) -> None:
    """Notes them, each with the key it is about and what came of it; a repetition is counted."""
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for each, key, receipt in zip(deliveries, keys, receipts, strict=True):
        name = (each.vendor, each.dedup_key)
        before = rows.get(name)
        rows[name] = _row(each, key, receipt) if before is None else (*before[:-1], before[-1] + 1)
    run_many(connection, SQL.remember, list(rows.values()))


def _row(delivery: Delivery, key: Key | None, receipt: Receipt) -> tuple[Any, ...]:
    return (
        delivery.vendor,
        delivery.dedup_key,
        delivery.event,
        key,
        micros(delivery.received_at),
        _reported_status(delivery),
        receipt.value,
        1,
    )


def _facts(vendor: str, event: str, status: str | None, times: int) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"vendor": vendor, "event": event}
    if status is not None:
        facts["status"] = status
    if times > 1:
        facts["times"] = times
    return facts
