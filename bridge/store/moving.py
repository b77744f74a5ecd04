"""Moves a pharmacy's store from its file into a database, or back: whole, or not at all."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from bridge.errors import Fault, Misconfigured
from bridge.place import Database, Place
from bridge.store import engine, notes, views
from bridge.store.backup import made_beside, put_in_place
from bridge.store.connection import connect_guest, connect_writer, refusal, undo
from bridge.store.rows import Connection, run_many

NUMBERED = ("audit", "journal")
"""Their rows are numbered as they come; the engine that takes them over numbers them anew."""
OWN = {"pharmacy", "id"}
SHARED = ("budgets", "pharmacies", "replicas", "rxbridge")


def whose(place: Place) -> str | None:
    """The uid of the pharmacy whose store it is; None for a new one. Raises Misconfigured, and
    TryLater where the database does not answer.
    """
    if not engine.exists(place):
        return None
    try:
        with _reading(place) as connection:
            return notes.get(connection, notes.PHARMACY)
    except sqlite3.Error as error:
        raise refusal(Path(str(place)), error) from error


def move(source: Place, target: Place, now: datetime) -> Mapping[str, int]:
    """How many rows each table has, on both sides. The source stays as it is.

    Raises Misconfigured while a `run` works on either, or if there is something at the target;
    TryLater where a database does not answer.
    """
    if not engine.exists(source) or engine.is_behind(source):
        raise Misconfigured(Fault(source, "not-this-version"))
    with ExitStack() as stack:
        for place in (source, target):
            stack.enter_context(engine.run_lock(place))
        try:
            reads = stack.enter_context(_reading(source))
            with _writing(target, now) as writes:
                return _copied(reads, writes, target)
        except sqlite3.Error as error:
            path = source if isinstance(source, Path) else Path(str(target))
            raise refusal(path, error) from error


def _copied(source: Connection, target: Connection, place: Place) -> Mapping[str, int]:
    before = _counts(target)
    if any(before.values()):
        raise Misconfigured(Fault(place, "holds-a-store"))
    for table in before:
        _copy(source, target, table)
    counts = _counts(source)
    if _counts(target) != counts:
        raise Misconfigured(Fault(place, "not-every-row"))
    return counts


def _counts(connection: Connection) -> dict[str, int]:
    found = views.tables(connection)
    return {each["table"]: each["rows"] for each in found if each["table"] not in SHARED}


def _copy(source: Connection, target: Connection, table: str) -> None:
    (found,) = (each for each in views.tables(source) if each["table"] == table)
    left = OWN if table in NUMBERED else OWN - {"id"}
    columns = ", ".join(name for name in found["columns"] if name not in left)
    order = " ORDER BY id" if table in NUMBERED else ""
    rows = source.execute(" ".join(("SELECT", columns, "FROM", table)) + order)
    marks = f"({', '.join('?' * (columns.count(',') + 1))})"
    insert = " ".join(("INSERT INTO", table, f"({columns}) VALUES", marks))
    run_many(target, insert, rows.fetchall())


@contextmanager
def _reading(place: Place) -> Iterator[Connection]:
    if isinstance(place, Database):
        with engine.postgresql().used(place) as connection:
            yield from _in_transaction(connection, "BEGIN")
    else:
        with closing(connect_guest(place)) as file:
            yield from _in_transaction(file, "BEGIN")


@contextmanager
def _writing(place: Place, now: datetime) -> Iterator[Connection]:
    """All that is written, or nothing."""
    if isinstance(place, Database):
        with engine.postgresql().used(place, now) as connection:
            yield from _in_transaction(connection, "BEGIN IMMEDIATE")
        return
    if place.exists():
        raise Misconfigured(Fault(place, "store-there-already"))
    with made_beside(place) as made:
        with closing(connect_writer(made)) as file:
            yield from _in_transaction(file, "BEGIN IMMEDIATE")
            file.execute("PRAGMA journal_mode = DELETE")
        put_in_place(made, place)


def _in_transaction(connection: Connection, begin: str) -> Iterator[Connection]:
    connection.execute(begin)
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        undo(connection)
