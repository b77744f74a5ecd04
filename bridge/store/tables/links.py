"""The table of orders: one pharmacy order's record a row."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bridge.core.model import Hint, OrderRecord, PharmacyOrderUid, Phase, order_uid
from bridge.store.tables.rows import Shape, insert_many, micros

LINK = Shape(OrderRecord)

_ADD = """
INSERT INTO orders (uid, first_seen_at, announced_by, name, priority, must_find,
  phase, cleared, attempts, calls, rules_version, held)
"""
_FIRST = "(?, ?, ?, ?, ?, ?, 'known', 0, 0, 0, '', 0)"
_SAVE = LINK.upsert("orders", "uid").replace(
    "rejected_at = excluded.rejected_at",
    "rejected_at = coalesce(excluded.rejected_at, rejected_at)",  # told while a look was under way
)
_FIND_ALL = f"SELECT {LINK.columns} FROM orders WHERE uid IN (SELECT value FROM json_each(?))"  # noqa: S608
_FIND = f"SELECT {LINK.columns} FROM orders WHERE uid = ?"  # noqa: S608 - constant names


def find(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> OrderRecord | None:
    row = connection.execute(_FIND, (uid,)).fetchone()
    return None if row is None else LINK.value(row)


def find_all(
    connection: sqlite3.Connection, uids: Iterable[PharmacyOrderUid]
) -> dict[PharmacyOrderUid, OrderRecord]:
    """Those of them that are known."""
    found = map(LINK.value, connection.execute(_FIND_ALL, (json.dumps(list(uids)),)))
    return {record.uid: record for record in found}


def add(
    connection: sqlite3.Connection, hints: Iterable[Hint], now: datetime, *, must_find: bool
) -> None:
    """Adds the orders not met before, as just heard of; what is known stays as it is."""
    at, find = micros(now), int(must_find)
    rows = [(order_uid(h.key), at, h.announced_by.value, h.name, h.priority, find) for h in hints]
    insert_many(connection, _ADD, _FIRST, "ON CONFLICT (uid) DO NOTHING", rows)


def save(connection: sqlite3.Connection, record: OrderRecord) -> None:
    connection.execute(_SAVE, LINK.row(record))


def reject(connection: sqlite3.Connection, uid: PharmacyOrderUid, now: datetime) -> None:
    """PharmaOne's staff refused its order-request."""
    connection.execute("UPDATE orders SET rejected_at = ? WHERE uid = ?", (micros(now), uid))


def clear(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> None:
    """A person looked and said: send it."""
    connection.execute("UPDATE orders SET cleared = 1 WHERE uid = ?", (uid,))


def drop(connection: sqlite3.Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person said: leave it alone. False if there is no such order."""
    statement = "UPDATE orders SET phase = ?, finished_at = ? WHERE uid = ?"
    return connection.execute(statement, (Phase.DROPPED.value, micros(now), uid)).rowcount > 0


def mark_submitted(connection: sqlite3.Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person saw its order-request at PharmaOne. False if nothing was open about that."""
    statement = (
        "UPDATE orders SET phase = 'submitted', submitted_at = ?, finished_at = NULL "
        "WHERE uid = ? AND phase IN ('known', 'submitting', 'unsure')"
    )
    return connection.execute(statement, (micros(now), uid)).rowcount > 0


def count_open(connection: sqlite3.Connection) -> dict[Phase, int]:
    """How many unfinished orders stand at each phase."""
    statement = "SELECT phase, count(*) FROM orders WHERE finished_at IS NULL GROUP BY phase"
    return {Phase(phase): count for phase, count in connection.execute(statement)}


def count_stuck(connection: sqlite3.Connection, phase: Phase) -> int:
    """How many unfinished orders at this phase wait for a person."""
    statement = """
        SELECT count(*) FROM orders JOIN stuck ON stuck.key = 'order:' || orders.uid
        WHERE finished_at IS NULL AND phase = ?
    """
    return int(connection.execute(statement, (phase.value,)).fetchone()[0])


def forget(
    connection: sqlite3.Connection, before: datetime, keep: Iterable[PharmacyOrderUid]
) -> list[PharmacyOrderUid]:
    """Deletes the orders that were finished before, but for those to `keep`; returns them."""
    statement = """
        DELETE FROM orders
        WHERE finished_at < ? AND uid NOT IN (SELECT value FROM json_each(?)) RETURNING uid
    """
    values = (micros(before), json.dumps(list(keep)))
    return [uid for (uid,) in connection.execute(statement, values)]
