"""What happens to those who share a transaction: plain functions over the SQLite connection."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from bridge.store.connect import BUSY_SECONDS

T = TypeVar("T")
Item = TypeVar("Item")
Body = Callable[[sqlite3.Connection], T]
"""One caller's part of a transaction: runs in the connection's thread, must not commit, and may
be run a second time after its first run was undone."""
Bulk = Callable[[sqlite3.Connection, Sequence[Item]], Sequence[T]]
"""As a Body, for many callers at once: one answer an item, as if each had come alone, in turn. Runs
in the event loop, so it has to be short, and once more in the thread where it failed."""


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Part:
    """One caller's wish to write, and where its answer goes."""

    bulk: Bulk[Any, Any]
    item: Any
    answer: asyncio.Future[Any]


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Came:
    """What one body came to, inside a transaction that was then committed."""

    value: Any = None
    error: Exception | None = None


def written_here(parts: Sequence[Part], connection: sqlite3.Connection) -> list[Came] | None:
    """Writes what is short in the event loop itself, up to the commit; None if it cannot be.

    SQLite lets go of the interpreter at every statement, and a thread has to win it back from the
    loop each time: under load that costs more than the statements. Only the commit, which waits
    for the disk, is left to the thread. Nobody waits here for a lock that another process holds.
    """
    if any(part.bulk is in_turn for part in parts) or not _begun(connection):
        return None
    try:
        return _at_once(parts, connection)
    except BaseException as error:
        _undone(connection)
        if not isinstance(error, Exception):
            raise
        return None  # tried again in the thread, where each may fail alone


def _begun(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error:
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return True


def committed(connection: sqlite3.Connection) -> bool:
    """False if nothing was written."""
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        _undone(connection)
        return False
    return True


def _undone(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # else SQLite has undone it already
        connection.execute("ROLLBACK")


def in_turn(connection: sqlite3.Connection, bodies: Sequence[Body[Any]]) -> list[Any]:
    return [body(connection) for body in bodies]


def commit_all(parts: Sequence[Part], connection: sqlite3.Connection) -> list[Came]:
    """All parts in one transaction. Raises, with nothing written, if it cannot be committed."""
    try:
        return _in_transaction(connection, partial(_at_once, parts))
    except Exception:
        if len(parts) == 1:
            raise
    return _in_transaction(connection, partial(_each_alone, parts))


def _in_transaction(connection: sqlite3.Connection, body: Body[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        value = body(connection)
        connection.execute("COMMIT")
    except BaseException:
        _undone(connection)
        raise
    return value


def _at_once(parts: Sequence[Part], connection: sqlite3.Connection) -> list[Came]:
    """The quick way, for when nobody fails: neighbours of the same kind go in one call."""
    return [
        Came(value)
        for bulk, run in groupby(parts, key=attrgetter("bulk"))
        for value in bulk(connection, [part.item for part in run])
    ]


def _each_alone(parts: Sequence[Part], connection: sqlite3.Connection) -> list[Came]:
    return [_alone(connection, part) for part in parts]


def _alone(connection: sqlite3.Connection, part: Part) -> Came:
    """One part, whose failure undoes nothing but its own work."""
    connection.execute("SAVEPOINT part")
    try:
        (value,) = part.bulk(connection, [part.item])
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite has thrown the whole transaction away: everybody's part is lost
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        return Came(error=error)
    connection.execute("RELEASE part")
    return Came(value)


def look(body: Body[T], connection: sqlite3.Connection) -> T:
    connection.execute("BEGIN")
    try:
        return body(connection)
    finally:
        _undone(connection)
