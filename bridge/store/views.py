"""What is shown of the store: the list of orders, one order's story, the numbers. Reads only."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from bridge.core.journal import JournalEntry
from bridge.core.memory import OrderRow, Story, StuckRow
from bridge.core.model import OrderRecord, PharmacyOrderUid, order_key
from bridge.core.reasons import UNUSUALLY_MANY
from bridge.store import attentions, deliveries, journal, notes, orders, stuck, todo
from bridge.store.orders import ORDERS
from bridge.store.rows import moment_or_none


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Numbers for health and metrics. Times are aware UTC.

    `pending`: keys due now or being looked at; `oldest_seconds`: how long the oldest of them has
    been due. `undecided`: of the `unsure`, those that wait for a person: they are among the
    `stuck`, and nobody else looks for them. `held_back`: of the `stuck`, those that were to be
    cancelled with too many others. `open_orders`: neither finished nor dropped.
    """

    pending: int = 0
    unsure: int = 0
    undecided: int = 0
    oldest_seconds: float | None = None
    stuck: int = 0
    attentions: int = 0
    held_back: int = 0
    open_orders: int = 0
    last_poll_at: datetime | None = None
    first_sweep_at: datetime | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    good_backup_at: datetime | None = None


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
_COLUMNS = 'SELECT name, "notnull" FROM pragma_table_info(?)'
_TIME = re.compile("at|since|.+_at")
_LISTED = (
    """
      LEFT JOIN stuck ON stuck.key = 'order:' || uid
      LEFT JOIN todo ON todo.key = 'order:' || uid
    WHERE uid IN (SELECT uid FROM orders
    """,
    "ORDER BY first_seen_at DESC, uid LIMIT ?) ORDER BY first_seen_at DESC, uid",
)
_BESIDES = ("stuck.code", "stuck.facts", "todo.due_at")
_NEWEST = ORDERS.select(" ".join(_LISTED), *_BESIDES)
_NEWEST_OPEN = ORDERS.select("WHERE finished_at IS NULL ".join(_LISTED), *_BESIDES)


def newest(
    connection: sqlite3.Connection, *, open_only: bool = False, limit: int = 200
) -> list[OrderRow]:
    """The list of orders, the newest first; `open_only` leaves out what is finished or dropped."""
    rows = connection.execute(_NEWEST_OPEN if open_only else _NEWEST, (limit,))
    return [_order(row) for row in rows]


def _order(row: Sequence[Any]) -> OrderRow:
    record = ORDERS.value(row)
    code, facts, due_at = row[len(ORDERS.names) :]
    reason = stuck.reason(code, facts) if code is not None else None
    return OrderRow(record, reason, moment_or_none(due_at))


def story(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> Story | None:
    """All that is remembered of one order; None if it is not known."""
    record = orders.find(connection, uid)
    if record is None:
        return None
    key = order_key(uid)
    standing = todo.standing(connection, key)
    return Story(
        record=record,
        entries=_entries(connection, record),
        stuck=stuck.find(connection, key),
        attentions=tuple(attentions.open_ones(connection, key)),
        due_at=standing.due_at if standing else None,
    )


def _entries(connection: sqlite3.Connection, record: OrderRecord) -> tuple[JournalEntry, ...]:
    """What was delivered and what was done, in time order."""
    done = journal.of(connection, order_key(record.uid))
    both = [*deliveries.of(connection, record), *done]
    return tuple(sorted(both, key=attrgetter("at")))


def waiting(connection: sqlite3.Connection) -> list[StuckRow]:
    """What is stuck, then what a person should know besides; each the oldest first."""
    return stuck.everything(connection) + attentions.open_ones(connection)


def facts(connection: sqlite3.Connection, now: datetime) -> StoreFacts:
    """The numbers for health and metrics."""
    pending, oldest = todo.pending(connection, now)
    unsure, undecided = orders.count_doubted(connection)
    return StoreFacts(
        pending=pending,
        unsure=unsure,
        undecided=undecided,
        oldest_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else None,
        stuck=stuck.count(connection),
        attentions=attentions.count(connection),
        held_back=len(stuck.keys_for(connection, UNUSUALLY_MANY)),
        open_orders=orders.count_open(connection),
        last_poll_at=notes.get_time(connection, notes.LAST_POLL_AT),
        first_sweep_at=notes.get_time(connection, notes.FIRST_SWEEP_AT),
        counters=notes.counters(connection),
        good_backup_at=notes.get_time(connection, notes.GOOD_BACKUP_AT),
    )


def tables(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every table: its columns, how many rows it has, and since when the oldest is there, where
    every row has such a time.
    """
    found = []
    for (table,) in connection.execute(_TABLES).fetchall():
        columns = connection.execute(_COLUMNS, (table,)).fetchall()
        times = [name for name, always in columns if always and _TIME.fullmatch(name)]
        age = times[0] if times else "NULL"
        counted = " ".join(("SELECT count(*), min(", age, ") FROM", table))
        count, oldest = connection.execute(counted).fetchone()
        names, at = [name for name, _ in columns], moment_or_none(oldest)
        found.append({"table": table, "columns": names, "rows": count, "oldest_at": at})
    return found
