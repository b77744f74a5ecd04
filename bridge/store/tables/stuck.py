"""The table of what waits for a person: one row a key, with its reason and the way out."""

import sqlite3
from datetime import datetime

from bridge.core.memory import StuckRow
from bridge.core.model import Key, StuckNote
from bridge.store.tables.rows import Shape, micros, moment

NOTE = Shape(StuckNote)

_PUT = """
INSERT INTO stuck (key, since, code, reason, remedy) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  since = CASE WHEN code = excluded.code AND reason = excluded.reason
          THEN since ELSE excluded.since END,
  code = excluded.code, reason = excluded.reason, remedy = excluded.remedy
"""
_ROWS = f"SELECT key, since, {NOTE.columns} FROM stuck"  # noqa: S608 - constant names


def put(connection: sqlite3.Connection, key: Key, note: StuckNote, now: datetime) -> None:
    """Makes the key stuck; since earlier, if it was stuck for the same reason already."""
    connection.execute(_PUT, (key, micros(now), note.code, note.reason, note.remedy))


def find(connection: sqlite3.Connection, key: Key) -> StuckRow | None:
    rows = _read(connection.execute(f"{_ROWS} WHERE key = ?", (key,)))
    return rows[0] if rows else None


def everything(connection: sqlite3.Connection) -> list[StuckRow]:
    """All of them, the longest stuck first."""
    return _read(connection.execute(f"{_ROWS} ORDER BY since, key"))


def keys(connection: sqlite3.Connection) -> set[Key]:
    return {key for (key,) in connection.execute("SELECT key FROM stuck")}


def codes(connection: sqlite3.Connection) -> dict[Key, str]:
    """What each of them is stuck for."""
    return dict(connection.execute("SELECT key, code FROM stuck").fetchall())


def keys_for(connection: sqlite3.Connection, *wanted: str) -> set[Key]:
    """Those that are stuck for one of these reasons."""
    return {key for key, code in codes(connection).items() if code in wanted}


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM stuck").fetchone()[0])


def delete(connection: sqlite3.Connection, *keys: Key) -> None:
    connection.executemany("DELETE FROM stuck WHERE key = ?", [(key,) for key in keys])


def _read(rows: sqlite3.Cursor) -> list[StuckRow]:
    return [StuckRow(key, moment(since), NOTE.value(note)) for key, since, *note in rows]
