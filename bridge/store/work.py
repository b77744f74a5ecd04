"""How work comes in, is taken up and is settled: deliveries, hints, claims and outcomes."""

import json
import sqlite3
from collections import Counter
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
from bridge.store.tables import deliveries as remembered
from bridge.store.tables import journal, links, notes, seen, stuck, todo

_ORDER = "order:"
_TOLD = {Taken.HINTED: "delivered", Taken.ECHO: "echo"}
_COUNTED = {
    Taken.DUPLICATE: "deliveries_duplicate",
    Taken.ECHO: "deliveries_echo",
    Taken.NOTED: "deliveries_noted",
}


def take(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[Taken]:
    """Remembers each delivery and, if it says anything new, makes its key due."""
    fresh = remembered.remember(connection, deliveries)
    links_of = _links_of(connection, deliveries)
    stuck_keys = stuck.keys(connection) if links_of else set()

    def judge(delivery: Delivery, is_fresh: bool) -> Taken:
        if not is_fresh:
            return Taken.DUPLICATE
        if not delivery.known_event or delivery.key is None:
            return Taken.NOTED
        link = links_of.get(delivery.key)
        is_stuck = delivery.key in stuck_keys
        told = delivery.told_status
        echo = link is not None and is_echo(link, stuck=is_stuck, told_status=told)
        return Taken.ECHO if echo else Taken.HINTED

    taken = list(map(judge, deliveries, fresh))
    hints = [
        _hint_of(each, each.key)
        for each, became in zip(deliveries, taken, strict=True)
        if became is Taken.HINTED and each.key is not None
    ]
    if hints:
        hint(connection, hints, deliveries[-1].received_at)
    _tell(connection, deliveries, taken)
    return taken


def _links_of(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> dict[Key, Link]:
    keys = {each.key for each in deliveries if each.key is not None}
    uids = [order_uid(key) for key in keys if key.startswith(_ORDER)]
    return {order_key(uid): link for uid, link in links.find_all(connection, uids).items()}


def _hint_of(delivery: Delivery, key: Key) -> Hint:
    return Hint(
        key,
        f"{delivery.vendor}: {delivery.event}",
        delivery.priority,
        name=delivery.name,
        told_status=delivery.told_status,
    )


def _tell(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery], taken: Sequence[Taken]
) -> None:
    """The story of each key, and how many of each kind came in."""
    counts: Counter[str] = Counter()
    entries: list[JournalEntry] = []
    for delivery, became in zip(deliveries, taken, strict=True):
        entry = _entry(delivery, became)
        if entry is not None:
            entries.append(entry)
        counter = _COUNTED.get(became)
        if counter is not None:
            known = delivery.known_event or became is not Taken.NOTED
            counts[counter if known else "deliveries_unknown_event"] += 1
    journal.write(connection, entries)
    for name, by in counts.items():
        notes.count(connection, name, by)


def _entry(delivery: Delivery, became: Taken) -> JournalEntry | None:
    facts = {"vendor": delivery.vendor, "event": delivery.event}
    if delivery.told_status is not None:
        facts["status"] = delivery.told_status
    if became is Taken.NOTED and not delivery.known_event:
        key = Key(f"{journal.NOT_OF_A_KEY}{delivery.event}")
        return JournalEntry(key, delivery.received_at, "unknown event", facts)
    what = _TOLD.get(became)
    if what is None or delivery.key is None:
        return None
    return JournalEntry(delivery.key, delivery.received_at, what, facts)


def hint(connection: sqlite3.Connection, hints: Sequence[Hint], now: datetime) -> None:
    """Makes every key due now; an order not met before is remembered from here on.

    Until the first sweep has ended, an order that is new to this store may be an old one that
    an earlier store sent: it must be searched for before anything is sent.
    """
    orders = [each for each in hints if each.key.startswith(_ORDER)]
    if orders:
        must_find = notes.get(connection, notes.FIRST_SWEEP_AT) is None
        links.add(connection, orders, now, must_find=must_find)
    todo.hint(connection, hints, now)


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
    remembered.forget(connection, before)
    seen.forget_orders(connection, before)
    return len(keys)
