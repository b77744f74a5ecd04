"""The journal: each key's story, one entry a row, in the order in which things happened."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
from bridge.core.reasons import Reason, is_reason, reason_of
from bridge.store.tables.rows import Cell, insert_many, micros, moment

NOT_OF_A_KEY = "event:"
"""Entries about nothing that is looked at stand under keys of this kind."""

_WRITE = "INSERT INTO journal (key, at, what, facts)"


def _plain(value: object) -> object:
    return value.document() if isinstance(value, Reason) else str(value)


def _facts(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)
    return {name: reason_of(fact) if is_reason(fact) else fact for name, fact in facts.items()}


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def write(connection: sqlite3.Connection, entries: Iterable[JournalEntry]) -> None:
    insert_many(connection, _WRITE, "(?, ?, ?, ?)", "", list(map(_row, entries)))


def of(connection: sqlite3.Connection, key: Key) -> tuple[JournalEntry, ...]:
    """The key's entries, oldest first."""
    statement = "SELECT at, what, facts FROM journal WHERE key = ? ORDER BY id"
    return tuple(
        JournalEntry(key, moment(at), Event(what), _facts(facts))
        for at, what, facts in connection.execute(statement, (key,))
    )


def forget(connection: sqlite3.Connection, keys: Iterable[Key], before: datetime) -> None:
    """Deletes all about these keys, and what was noted of SKUs or of no key before that time."""
    connection.executemany("DELETE FROM journal WHERE key = ?", [(key,) for key in keys])
    connection.execute(
        """
        DELETE FROM journal WHERE at < ?
          AND (key >= 'event:' AND key < 'event;' OR key >= 'sku:' AND key < 'sku;')
        """,
        (micros(before),),
    )


def _row(entry: JournalEntry) -> tuple[Cell, ...]:
    return entry.key, micros(entry.at), entry.what, _encode(dict(entry.facts))
