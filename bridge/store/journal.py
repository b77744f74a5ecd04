"""What happened: each key's story, one entry a row; and the audit log, a row a deed."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.core.journal import AuditEntry, Deed, Event, JournalEntry
from bridge.core.model import Key
from bridge.core.reasons import Reason, is_reason, reason_of
from bridge.store import notes
from bridge.store.rows import Cell, Connection, Statements, Table, kind_of, micros, moment, run_many

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


def write_once(connection: Connection, key: Key, entries: Sequence[JournalEntry]) -> None:
    """What a look that came to nothing, or to a stuck order, has to tell. Where the one before told
    the same, that is told anew, with how often and since when: a vendor may be away for days.
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


# -- the audit log, kept for a time of its own -----------------------------------------------------

MAPPINGS = "mappings"
"""The note of the mapping files in force: their version, and a mark of each file, as JSON."""
FACTS = "facts"
"""The note of the facts that were known by them, as JSON."""
_Facts = Mapping[str, str]
_WORD = re.compile(r"[\w.:/{}-]{1,100}", re.ASCII)
_DEEDS = Table("audit", AuditEntry)
_NEWEST_DEEDS = _DEEDS.select("ORDER BY id DESC LIMIT ?")


def add_deed(connection: Connection, entry: AuditEntry) -> None:
    """Writes it down, with the version of the mapping files in force.

    Of the subject, only words in the shape of a key or an id are kept: it may have been typed.
    """
    subject = " ".join(map(_shaped, entry.subject.split()))
    kept = replace(entry, subject=subject, version=_in_force(connection)[0])
    connection.execute(_DEEDS.insert(), _DEEDS.row(kept))


def take_up_mappings(
    connection: Connection, version: str, files: _Facts, facts: _Facts, now: datetime
) -> bool:
    """These mapping files are in force from now on; written down if they are other ones: whether
    they are.
    """
    notes.put(connection, FACTS, json.dumps(dict(facts)))
    before, known = _in_force(connection)
    if version == before:
        return False
    notes.put(connection, MAPPINGS, json.dumps([version, dict(files)]))
    changed = {name for name, _ in files.items() ^ known.items()}
    subject, outcome = " ".join(sorted(changed)), f"{before or '-'} -> {version}"
    add_deed(connection, AuditEntry(now, "", "files", Deed.MAPPINGS_CHANGED, subject, outcome))
    return True


def known_facts(connection: Connection) -> _Facts:
    """The facts of the mapping files that were in force last."""
    found: _Facts = json.loads(notes.get(connection, FACTS) or "{}")
    return found


def deeds(connection: Connection, limit: int = 2**63 - 1) -> list[AuditEntry]:
    """The newest so many, or all, in time order."""
    return _DEEDS.all(connection, _NEWEST_DEEDS, (limit,))[::-1]


def forget_deeds(connection: Connection, before: datetime) -> int:
    """Deletes what was done before then; returns how many entries that were."""
    return connection.execute(SQL.forget_deeds, (micros(before),)).rowcount


def _in_force(connection: Connection) -> tuple[str, dict[str, str]]:
    version, files = json.loads(notes.get(connection, MAPPINGS) or '["", {}]')
    return version, files


def _shaped(word: str) -> str:
    return word if _WORD.fullmatch(word) else f"({len(word)} letters)"
