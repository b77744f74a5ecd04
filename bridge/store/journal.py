"""The journal: each key's story, one entry a row, in the order in which things happened."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
from bridge.core.reasons import Reason, is_reason, reason_of
from bridge.store.database import Connection
from bridge.store.rows import Cell, Statements, kind_of, micros, moment, run_many

SQL = Statements(__name__)
NOT_OF_A_KEY = "event:"
"""Entries about nothing that is looked at stand under keys of this kind."""


def _plain(value: object) -> object:
    return value.document() if isinstance(value, Reason) else str(value)


def _facts(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)
    return {name: reason_of(fact) if is_reason(fact) else fact for name, fact in facts.items()}


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def write(connection: Connection, entries: Iterable[JournalEntry]) -> None:
    run_many(connection, SQL.write, list(map(_row, entries)))


def of(connection: Connection, key: Key) -> tuple[JournalEntry, ...]:
    """The key's entries, oldest first."""
    return tuple(
        JournalEntry(key, moment(at), Event(what), _facts(facts))
        for at, what, facts in connection.execute(SQL.of, (key,))
    )


def forget(connection: Connection, before: datetime, most: int) -> int:
    """Deletes what was noted of SKUs or of no key before that time, at most so much; how much."""
    return connection.execute(SQL.forget, (micros(before), most)).rowcount


def _row(entry: JournalEntry) -> tuple[Cell, ...]:
    return entry.key, kind_of(entry.key), micros(entry.at), entry.what, _encode(dict(entry.facts))
