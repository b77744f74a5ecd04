"""Looks through a store or a backup for damage, and changes nothing in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge.errors import Fault, Misconfigured
from bridge.store.connect import connect_guest
from bridge.store.failures import damaged, is_damage, refusal
from bridge.store.schema import refuse_foreign, steps, version
from bridge.store.tables import notes

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; it is sound if there are no `faults`. `schema` 0: it could not be read.

    `last_poll_at`: when RxScale's list was last read whole, so how old a backup is.
    """

    path: Path
    size_bytes: int
    schema: int = 0
    newest_schema: int = 0
    orders: int = 0
    open_orders: int = 0
    last_poll_at: datetime | None = None
    faults: tuple[str, ...] = ()


def check(path: Path) -> Checked:
    """SQLite's integrity check, foreign keys and the schema's version.

    What is wrong with the file is part of the answer. Raises Misconfigured if there is none or it
    cannot be read, TryLater if it is locked.
    """
    if not path.is_file():
        remedy = "name the file of a store or of a backup"
        raise Misconfigured(Fault(str(path), "there is no such file", remedy))
    size = path.stat().st_size
    try:
        with closing(connect_guest(path)) as connection:
            connection.execute("BEGIN")
            return _checked(connection, path, size)
    except Misconfigured as foreign:
        return Checked(path, size, faults=tuple(fault.what for fault in foreign.faults))
    except sqlite3.Error as error:
        if is_damage(error):
            return Checked(path, size, faults=(f"{damaged(path).what} ({error})",))
        raise refusal(path, error) from error


def is_behind(path: Path) -> bool:
    """Whether opening the file would bring it up to this version, which an earlier one cannot read.

    An empty file is. Raises as opening it would.
    """
    try:
        with closing(connect_guest(path)) as connection:
            refuse_foreign(connection, str(path), newest=len(steps()))
            return version(connection) < len(steps())
    except sqlite3.Error as error:
        raise refusal(path, error) from error


def sound(found: Checked, remedy: str) -> Checked:
    """What was found, if nothing is wrong with it. Raises Misconfigured."""
    if found.faults:
        raise Misconfigured([Fault(str(found.path), fault, remedy) for fault in found.faults])
    return found


def _checked(connection: sqlite3.Connection, path: Path, size: int) -> Checked:
    refuse_foreign(connection, str(path), newest=len(steps()))
    schema = version(connection)
    if schema == 0:
        return Checked(path, size, faults=("is empty",))
    counts = "SELECT count(*), count(*) FILTER (WHERE finished_at IS NULL) FROM orders"
    orders, open_orders = connection.execute(counts).fetchone()
    return Checked(
        path=path,
        size_bytes=size,
        schema=schema,
        newest_schema=len(steps()),
        orders=orders,
        open_orders=open_orders,
        last_poll_at=notes.get_time(connection, notes.LAST_POLL_AT),
        faults=tuple(_faults(connection)),
    )


def _faults(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS:d})"):
        if line != "ok":
            yield f"is damaged: {line}"
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(
        MOST_FAULTS
    ):
        yield f"a row of {table} names one of {parent} that is not there"
