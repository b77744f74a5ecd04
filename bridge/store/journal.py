"""The journal: each key's story, one entry a row, in the order in which things happened."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
from bridge.core.reasons import Reason, is_reason, reason_of
from bridge.store.rows import Cell, Connection, Statements, kind_of, micros, moment, run_many

SQL = Statements(__name__)
_OF_ITS_TIME = ("calls", "until", "times", "since")
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


def write_failed(connection: Connection, key: Key, entries: Sequence[JournalEntry]) -> None:
    """What a look that came to nothing has to tell. Where the one before told the same, that is
    told anew, with how often and since when: a vendor may be away for days.
    """
    last = connection.execute(SQL.last, (key, len(entries))).fetchall()[::-1]
    if not last or [_lasting(*row[2:]) for row in last] != [
        _lasting(*_row(e)[3:]) for e in entries
    ]:
        write(connection, entries)
        return
    _, first_at, _, facts = last[-1]
    before = json.loads(facts)
    since = before.get("since", f"{moment(first_at):%Y-%m-%d %H:%M} UTC")
    repeated = {"times": before.get("times", 1) + 1, "since": since}
    again = [*entries[:-1], replace(entries[-1], facts={**entries[-1].facts, **repeated})]
    told = [(micros(new.at), _row(new)[4], old[0]) for old, new in zip(last, again, strict=True)]
    connection.executemany(SQL.tell_again, told)


def _lasting(what: Cell, facts: Cell) -> tuple[Cell, dict[str, Any]]:
    """What of an entry is the same when the same happens once more."""
    kept: dict[str, Any] = json.loads(str(facts))
    return what, {name: fact for name, fact in kept.items() if name not in _OF_ITS_TIME}


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
