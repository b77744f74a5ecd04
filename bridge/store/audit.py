"""The audit log: a row a deed, kept for a time of its own."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bridge.core.audit import AuditEntry, Deed
from bridge.store import notes
from bridge.store.rows import Connection, Statements, Table, micros

SQL = Statements(__name__)
MAPPINGS = "mappings"
"""The note of the mapping files in force: their version, and a mark of each file, as JSON."""
FACTS = "facts"
"""The note of the facts that were known by them, as JSON."""
Told = Mapping[str, str]
_WORD = re.compile(r"[\w.:/{}-]{1,100}", re.ASCII)
_TABLE = Table("audit", AuditEntry)
_NEWEST = _TABLE.select("ORDER BY id DESC LIMIT ?")


def add(connection: Connection, entry: AuditEntry) -> None:
    """Writes it down, with the version of the mapping files in force.

    Of the subject, only words in the shape of a key or an id are kept: it may have been typed.
    """
    subject = " ".join(map(_shaped, entry.subject.split()))
    kept = replace(entry, subject=subject, version=_in_force(connection)[0])
    connection.execute(_TABLE.insert(), _TABLE.row(kept))


def took_up(connection: Connection, version: str, files: Told, facts: Told, now: datetime) -> None:
    """These mapping files are in force from now on; written down if they are other ones."""
    notes.put(connection, FACTS, json.dumps(dict(facts)))
    before, known = _in_force(connection)
    if version == before:
        return
    notes.put(connection, MAPPINGS, json.dumps([version, dict(files)]))
    changed = {name for name, _ in files.items() ^ known.items()}
    subject, outcome = " ".join(sorted(changed)), f"{before or '-'} -> {version}"
    add(connection, AuditEntry(now, "", "files", Deed.MAPPINGS_CHANGED, subject, outcome))


def known(connection: Connection) -> Told:
    """The facts of the mapping files that were in force last."""
    found: Told = json.loads(notes.get(connection, FACTS) or "{}")
    return found


def entries(connection: Connection, limit: int = 2**63 - 1) -> list[AuditEntry]:
    """The newest so many, or all, in time order."""
    return [_TABLE.value(row) for row in connection.execute(_NEWEST, (limit,))][::-1]


def forget(connection: Connection, before: datetime) -> int:
    """Deletes what was done before then; returns how many entries that were."""
    return connection.execute(SQL.forget, (micros(before),)).rowcount


def _in_force(connection: Connection) -> tuple[str, dict[str, str]]:
    version, files = json.loads(notes.get(connection, MAPPINGS) or '["", {}]')
    return version, files


def _shaped(word: str) -> str:
    return word if _WORD.fullmatch(word) else f"({len(word)} letters)"
