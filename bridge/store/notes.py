"""Counters that outlast a restart or an hour, and notes about the store as a whole."""

from collections.abc import Mapping
from datetime import datetime

from bridge.core.alarms import Hours
from bridge.store.rows import Connection, Statements, micros, moment

SQL = Statements(__name__)
FIRST_SWEEP_AT = "first_sweep_at"
LAST_POLL_AT = "last_poll_at"
CATALOGUE_AT = "catalogue_at"
"""When the last complete reading of RxScale's SKU list began."""
RUNNING_SINCE = "running_since"
"""There while a bridge runs: found at a start, the one before was not stopped but ended."""
RESTARTED_AT = "restarted_at"
CREATED_AT = "created_at"
GOOD_BACKUP_AT = "good_backup_at"
"""When the newest daily copy was made that was whole when last looked at."""
CHECKED = "checked"
PHARMACY = "pharmacy"
"""RxScale's uid of the pharmacy whose store it is."""
FORGOTTEN_BEFORE = "forgotten_before"
STILL_LISTED = "still_listed"
"""A JSON list of orders that RxScale lists as open though they are finished here, or very old."""


def count(connection: Connection, name: str, by: int = 1) -> None:
    """Adds to a counter."""
    connection.execute(SQL.count, (name, by))


def counters(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(SQL.counters))


def version(connection: Connection) -> int:
    """Another number once another connection has committed anything
    (sqlite.org/pragma.html#pragma_data_version).
    """
    found: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return found


def touch(connection: Connection) -> None:
    """Shows that the store can be written: one that is rolled back would not meet a full disk.

    The note differs from the last one: SQLite leaves out a write of the same.
    """
    connection.execute(SQL.touch, (CHECKED,))


def get(connection: Connection, name: str) -> str | None:
    row = connection.execute(SQL.get, (name,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, name: str, value: str) -> None:
    """Writes a note, in place of the one before."""
    connection.execute(SQL.put, (name, value))


def first_time(connection: Connection, name: str, now: datetime) -> datetime:
    """When this was first asked for."""
    put_first_time(connection, name, now)
    return get_time(connection, name) or now


def get_time(connection: Connection, name: str) -> datetime | None:
    value = get(connection, name)
    return None if value is None else moment(int(value))


def put_time(connection: Connection, name: str, at: datetime) -> None:
    put(connection, name, str(micros(at)))


def put_first_time(connection: Connection, name: str, at: datetime) -> None:
    """Notes when something happened first; later times change nothing."""
    connection.execute(SQL.put_first, (name, str(micros(at))))


def begin_run(connection: Connection, now: datetime) -> None:
    """Notes that a bridge runs, and if the one before ended without `end_run`."""
    if get(connection, RUNNING_SINCE) is not None:
        put_time(connection, RESTARTED_AT, now)
    put_time(connection, RUNNING_SINCE, now)


def end_run(connection: Connection) -> None:
    delete(connection, RUNNING_SINCE)


def delete(connection: Connection, *names: str) -> None:
    connection.executemany(SQL.delete, [(name,) for name in names])


def count_in_hour(connection: Connection, counts: Mapping[str, int], now: datetime) -> None:
    """Adds to what is counted in this hour."""
    hour = micros(now.replace(minute=0, second=0, microsecond=0))
    for what, by in counts.items():
        if by:
            connection.execute(SQL.count_in_hour, (what, hour, by))


def hours_of(connection: Connection, what: str) -> Hours:
    """All hours that are remembered."""
    return {moment(at): counted for at, counted in connection.execute(SQL.hours_of, (what,))}


def forget_hours(connection: Connection, before: datetime) -> None:
    connection.execute(SQL.forget_hours, (micros(before),))
