"""What a person should know of orders that go on: one row an order and code, until it is over."""

from collections.abc import Collection
from datetime import datetime

from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.reasons import Reason
from bridge.store import stuck
from bridge.store.database import Connection
from bridge.store.rows import Statements, as_list, micros

SQL = Statements(__name__)


def keep(
    connection: Connection,
    key: Key,
    reasons: Collection[Reason],
    now: datetime,
    but: Collection[str] = (),
) -> None:
    """These are all of the key's, `but` for codes that others tell; what was accepted stays so
    while it is the same.
    """
    connection.execute(SQL.over, (key, as_list([*(reason.code for reason in reasons), *but])))
    for reason in reasons:
        tell(connection, key, reason, now)


def tell(connection: Connection, key: Key, reason: Reason, now: datetime) -> None:
    """One more of the key's, or the same anew."""
    connection.execute(SQL.put, (key, reason.code, micros(now), stuck.facts_of(reason)))


def close(connection: Connection, key: Key, code: str) -> None:
    """It is true no more."""
    connection.execute(SQL.close, (key, code))


def open_ones(connection: Connection, key: Key | None = None) -> list[StuckRow]:
    """Those that nobody has accepted, of one key or of all, the oldest first."""
    return stuck.rows(connection.execute(SQL.open, (key, key)))


def accept(connection: Connection, key: Key, now: datetime, code: str | None = None) -> list[str]:
    """A person has seen those of the key, or the one of this code; returns their codes."""
    values = {"at": micros(now), "key": key, "code": code}
    return [code for (code,) in connection.execute(SQL.accept, values)]


def count(connection: Connection) -> int:
    return int(connection.execute(SQL.count).fetchone()[0])
