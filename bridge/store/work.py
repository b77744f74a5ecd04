"""How work comes in, is taken up and is settled: deliveries, hints, claims and outcomes."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bridge.core.memory import Delivery, Outcome, Taken, is_echo
from bridge.core.model import (
    Hint,
    JournalEntry,
    Key,
    Link,
    order_key,
    order_uid,
)
from bridge.store.tables import deliveries, journal, links, notes, seen, stuck, todo

_ORDER = "order:"


def take(connection: sqlite3.Connection, delivery: Delivery) -> Taken:
    """Remembers a delivery and, if it says anything new, makes its key due."""
    if not deliveries.remember(connection, delivery):
        notes.count(connection, "deliveries_duplicate")
        return Taken.DUPLICATE
    if not delivery.known_event:
        notes.count(connection, "deliveries_unknown_event")
        _tell(connection, Key(f"{journal.NOT_OF_A_KEY}{delivery.event}"), "unknown event", delivery)
        return Taken.NOTED
    if delivery.key is None:
        notes.count(connection, "deliveries_noted")
        return Taken.NOTED
    return _take_key(connection, delivery, delivery.key)


def _take_key(connection: sqlite3.Connection, delivery: Delivery, key: Key) -> Taken:
    if _is_echo(connection, delivery, key):
        notes.count(connection, "deliveries_echo")
        _tell(connection, key, "echo", delivery)
        return Taken.ECHO
    why = f"{delivery.vendor}: {delivery.event}"
    hinted = Hint(key, why, delivery.priority, name=delivery.name, told_status=delivery.told_status)
    hint(connection, [hinted], delivery.received_at)
    _tell(connection, key, "delivered", delivery)
    return Taken.HINTED


def _is_echo(connection: sqlite3.Connection, delivery: Delivery, key: Key) -> bool:
    link = links.find(connection, order_uid(key)) if key.startswith(_ORDER) else None
    if link is None:
        return False
    is_stuck = stuck.find(connection, key) is not None
    return is_echo(link, stuck=is_stuck, told_status=delivery.told_status)


def _tell(connection: sqlite3.Connection, key: Key, what: str, delivery: Delivery) -> None:
    facts = {"vendor": delivery.vendor, "event": delivery.event}
    if delivery.told_status is not None:
        facts["status"] = delivery.told_status
    journal.write(connection, [JournalEntry(key, delivery.received_at, what, facts)])


def hint(connection: sqlite3.Connection, hints: Sequence[Hint], now: datetime) -> None:
    """Makes every key due now; an order not met before is remembered from here on.

    Until the first sweep has ended, an order that is new to this store may be an old one that
    an earlier store sent: it must be searched for before anything is sent.
    """
    orders = [each for each in hints if each.key.startswith(_ORDER)]
    if orders:
        must_find = notes.get(connection, notes.FIRST_SWEEP_AT) is None
        links.add(connection, [_first_link(each, now, must_find=must_find) for each in orders])
    todo.hint(connection, hints, now)


def _first_link(hint: Hint, now: datetime, *, must_find: bool) -> Link:
    return Link(
        uid=order_uid(hint.key),
        first_seen_at=now,
        announced_by=hint.announced_by,
        name=hint.name,
        priority=hint.priority,
        must_find=must_find,
    )


def save(connection: sqlite3.Connection, link: Link, entries: Sequence[JournalEntry]) -> None:
    """Remembers a link and what happened; what is to be done stays as it is."""
    links.save(connection, link)
    journal.write(connection, entries)


def settle(connection: sqlite3.Connection, outcome: Outcome) -> None:
    """Remembers how a look ended, and when to look again."""
    save(connection, outcome.link, outcome.entries)
    key, now = outcome.claim.key, outcome.now
    if outcome.stuck is None:
        stuck.delete(connection, key)
    else:
        stuck.put(connection, key, outcome.stuck, now)

    def echoes(told: str | None) -> bool:
        return is_echo(outcome.link, stuck=outcome.stuck is not None, told_status=told)

    todo.settle(
        connection,
        outcome.claim,
        outcome.again_at,
        now,
        failed=outcome.failed,
        is_echo=echoes,
    )


def forget(connection: sqlite3.Connection, before: datetime) -> int:
    """Deletes orders finished before, all that hangs on them, and old notes of no order.

    Returns how many orders that were. What RxScale still lists as open is kept: a sweep would
    meet it as new, and it would be sent again.
    """
    listed = json.loads(notes.get(connection, notes.STILL_LISTED) or "[]")
    keys = [order_key(uid) for uid in links.forget(connection, before, listed)]
    stuck.delete(connection, *keys)
    todo.delete(connection, *keys)
    journal.forget(connection, keys, before)
    deliveries.forget(connection, before)
    seen.forget_orders(connection, before)
    return len(keys)
