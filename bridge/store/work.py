"""How work comes in, is taken up and is settled: deliveries, hints, claims and outcomes."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.core.memory import Delivery, Outcome, Taken, all_echoes, is_echo, told_back
from bridge.core.model import (
    Hint,
    JournalEntry,
    Key,
    OrderRecord,
    order_key,
    order_uid,
)
from bridge.core.stock.reserve import Demand, is_sold
from bridge.core.stock.sights import Meaning
from bridge.store import pharmaone
from bridge.store.stock import lines, numbers
from bridge.store.tables import deliveries as received
from bridge.store.tables import journal, links, notes, seen, stuck, todo

_ORDER = "order:"
_COUNTED = {
    Taken.DUPLICATE: "deliveries_duplicate",
    Taken.ECHO: "deliveries_echo",
    Taken.NOTED: "deliveries_noted",
}


def take(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[Taken]:
    """Remembers each delivery and, if it says anything new, makes its key due."""
    fresh = received.fresh(connection, deliveries)
    deliveries = pharmaone.resolved(connection, deliveries)
    links_of = _links_of(connection, deliveries)
    before = dict(links_of)
    stuck_keys = stuck.keys(connection) if links_of else set()

    def judge(delivery: Delivery, is_fresh: bool) -> Taken:
        if not is_fresh:
            return Taken.DUPLICATE
        if delivery.key is None or not delivery.known_event:
            return _of_no_order(delivery)
        record = links_of.get(delivery.key)
        if record is None:
            return Taken.HINTED
        is_stuck = delivery.key in stuck_keys
        vendor, told = delivery.vendor, delivery.told_status
        if not is_echo(record, stuck=is_stuck, vendor=vendor, told_status=told):
            return Taken.ECHO if delivery.quiet else Taken.HINTED
        links_of[delivery.key] = told_back(record, vendor, told)
        return Taken.ECHO

    became = list(map(judge, deliveries, fresh))
    _hear_of_stock(connection, deliveries, became)
    for key, record in links_of.items():
        if record is not before[key]:
            links.save(connection, record)
    received.remember(connection, deliveries, became)
    _hint(connection, deliveries, became, new=not before)
    unread = [each for each, word in zip(deliveries, became, strict=True) if word is Taken.UNREAD]
    if unread:
        pharmaone.note_unread(connection, unread)
    _count(connection, deliveries, became)
    return became


def _of_no_order(delivery: Delivery) -> Taken:
    if delivery.stock:
        return Taken.STOCK
    return Taken.UNREAD if delivery.unread and delivery.known_event else Taken.NOTED


def _hear_of_stock(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery], became: list[Taken]
) -> None:
    """Takes in what RxScale's deliveries tell of a SKU; what was known already is an echo."""
    for place, each in enumerate(deliveries):
        if became[place] is not Taken.STOCK or each.sku_uid is None:
            continue
        at = each.told_at or each.received_at
        if numbers.told(connection, each.sku_uid, each.sku_stock, at) is Meaning.KNOWN:
            became[place] = Taken.ECHO


def _links_of(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery]
) -> dict[Key, OrderRecord]:
    keys = {each.key for each in deliveries if each.key is not None}
    uids = [order_uid(key) for key in keys if key.startswith(_ORDER)]
    return {order_key(uid): record for uid, record in links.find_all(connection, uids).items()}


def _hint(
    connection: sqlite3.Connection,
    deliveries: Sequence[Delivery],
    became: Sequence[Taken],
    *,
    new: bool,
) -> None:
    hints = [
        Hint(
            each.key,
            f"{each.vendor}: {each.event}",
            each.priority,
            name=each.name,
            told=f"{each.vendor}:{each.told_status}" if each.told_status is not None else None,
        )
        for each, word in zip(deliveries, became, strict=True)
        if word is Taken.HINTED and each.key is not None
    ]
    if hints:
        hint(connection, hints, deliveries[-1].received_at, new=new)


def _count(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery], became: Sequence[Taken]
) -> None:
    """How many of each kind came in; what we have no word for stands in the journal as well."""
    unknown = [
        each
        for each, word in zip(deliveries, became, strict=True)
        if word is Taken.NOTED and not each.known_event
    ]
    counts = Counter(_COUNTED[word] for word in became if word in _COUNTED)
    counts["deliveries_noted"] -= len(unknown)
    counts["deliveries_unknown_event"] = len(unknown)
    for name, by in counts.items():
        if by:
            notes.count(connection, name, by)
    journal.write(connection, map(_unknown_event, unknown))


def _unknown_event(delivery: Delivery) -> JournalEntry:
    facts = {"vendor": delivery.vendor, "event": delivery.event}
    if delivery.told_status is not None:
        facts["status"] = delivery.told_status
    key = Key(f"{journal.NOT_OF_A_KEY}{delivery.event}")
    return JournalEntry(key, delivery.received_at, "unknown event", facts)


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
        after = all_echoes(record, heard.told, stuck=outcome.stuck is not None)
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
