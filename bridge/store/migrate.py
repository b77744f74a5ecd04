"""Brings a store's schema to the newest version, one numbered file at a time, and refuses others'.

`user_version` in the file's header holds the number of the last step taken. It is set in the
step's own transaction, so that a step is taken wholly or not at all, whatever happens meanwhile.

A step whose file says `-- Compatible with step N.` leaves a schema that programs of step N on may
go on with: it adds what those need not know of. What they need goes away a release later. The row
`compatible` of the table `meta` keeps that N.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bridge.errors import Fault, Misconfigured

SCHEMA = Path(__file__).parent / "schema"
APPLICATION_ID = int.from_bytes(b"rxbb", "big")
"""Marks a SQLite file as ours; the first step writes it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One schema file: `number` from 1 on without gaps, and its statements."""

    number: int
    name: str
    statements: tuple[str, ...]

    @property
    def compatible(self) -> int:
        """The oldest step whose programs may go on with what it leaves; its own, unless it says."""
        found = re.search(r"^-- Compatible with step (\d+)\.$", self.statements[0], re.MULTILINE)
        return int(found[1]) if found else self.number


@cache
def steps() -> tuple[Step, ...]:
    """The schema files that came with this program, in order."""
    found = sorted(SCHEMA.glob("*.sql"))
    return tuple(
        Step(number, file.name, tuple(split(file.read_text("utf-8"))))
        for number, file in enumerate(found, start=1)
    )


def split(script: str) -> Iterator[str]:
    """The script's statements, one by one; a semicolon in a text, comment or trigger ends none.

    (`executescript` would commit the transaction under way.) Raises ValueError if the last
    statement has no end.
    """
    *pieces, rest = script.split(";")
    statement = ""
    for piece in pieces:
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    lines = [line.strip() for line in (statement + rest).splitlines()]
    unended = [line for line in lines if line and not line.startswith("--")]
    if unended:
        raise ValueError(f"a statement without end: {unended[-1]}")


def migrate(connection: sqlite3.Connection, where: str, way: Sequence[Step] | None = None) -> None:
    """Takes the steps that the store at `where` has not taken yet.

    Raises Misconfigured, with nothing changed, if the file is a newer bridge's or not ours.
    """
    way = steps() if way is None else way
    refuse_foreign(connection, where, newest=len(way))
    for step in way[version(connection) :]:
        _take(connection, step)


def version(connection: sqlite3.Connection) -> int:
    """The number of the last step taken; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_foreign(connection: sqlite3.Connection, where: str, newest: int) -> None:
    """Raises Misconfigured for another program's file, or a newer bridge's."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    found = version(connection)
    if owner != APPLICATION_ID and (tables or found or owner):
        raise Misconfigured(Fault(where, "store-foreign"))
    if found > newest and _compatible(connection, found) > newest:
        raise Misconfigured(Fault(where, "newer", found=found, newest=newest))


def _compatible(connection: sqlite3.Connection, found: int) -> int:
    (row,) = connection.execute("SELECT max(value) FROM meta WHERE name = 'compatible'")
    return int(row[0] or found)


def _take(connection: sqlite3.Connection, step: Step) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < step.number:  # else another process was faster
            for statement in step.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number:d}")
            if step.number > 1:
                row = str(step.compatible)
                connection.execute("INSERT OR REPLACE INTO meta VALUES ('compatible', ?)", (row,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
