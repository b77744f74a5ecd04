"""The notes of shadow mode: what the bridge would have done, and what people did."""

from collections.abc import Iterable
from datetime import datetime

from bridge.core.model import Key, order_key
from bridge.core.shadow import Note, Report, What, changed, report
from bridge.store import notes, orders
from bridge.store.rows import Connection, Statements, Table, micros

SQL = Statements(__name__)
NOTES = Table("shadow", Note)
RAN_AT = "shadow_ran_at"
"""When a shadow last began to run on this store."""
BY_HAND_UNTIL = "by_hand_until"
"""Of a live store: until when people did by hand what a shadow only noted."""
_TAKEN_OVER = "shadow_taken_over"

_SAVE = NOTES.upsert("key, what, word")
_OF = NOTES.select("WHERE key = ? ORDER BY what, word")
_ALL = NOTES.select("ORDER BY coalesce(found_at, wanted_at), key, what, word")
_NOW = NOTES.select("WHERE word = '' AND (what = 'stock' OR what = 'price')")


def save(connection: Connection, found: Iterable[Note]) -> None:
    connection.executemany(_SAVE, map(NOTES.row, found))


def of(connection: Connection, key: Key) -> list[Note]:
    """All that was noted of a key."""
    return NOTES.all(connection, _OF, (key,))


def everything(connection: Connection) -> list[Note]:
    """In the order in which things happened."""
    return NOTES.all(connection, _ALL)


def told(connection: Connection, now: datetime) -> Report:
    """All that was noted, weighed."""
    met = {order_key(record.uid): record for record in orders.everything(connection)}
    return report(everything(connection), met, now)


def compare(
    connection: Connection, now: Iterable[tuple[Key, What, int, int]], at: datetime
) -> None:
    """Notes what is new of all SKUs' numbers, and leaves out those that are linked no more."""
    known = {(n.key, n.what): n for n in NOTES.all(connection, _NOW)}
    found = list(now)
    save(connection, changed(known, found, at))
    connection.executemany(SQL.drop, known.keys() - {(key, what) for key, what, *_ in found})


def forget(connection: Connection, before: datetime) -> None:
    """Deletes the numbers that people wrote before that time; an order's notes go with it."""
    connection.execute(SQL.forget, (micros(before),))


def take_over(connection: Connection, ran_at: datetime | None, now: datetime) -> datetime | None:
    """Until when people worked by hand: the first start after the shadow that began at `ran_at`."""
    mark = "" if ran_at is None else str(micros(ran_at))
    if mark and notes.get(connection, _TAKEN_OVER) != mark:
        notes.put(connection, _TAKEN_OVER, mark)
        notes.put_time(connection, BY_HAND_UNTIL, now)
    return notes.get_time(connection, BY_HAND_UNTIL)
