"""Who was told what by message: one row an address and thing, kept until it is long over."""

from datetime import datetime

from bridge.core.news import Digest, Told
from bridge.store.database import Connection
from bridge.store.rows import Table, as_list, micros, sql

TOLD = Table("told", Told)
_OF = TOLD.select("WHERE address = ?")
_PUT = TOLD.upsert("address, id")
_OVER = sql("UPDATE told SET mended_at = ? WHERE address = ? AND id IN (?...)")
_NEWEST = TOLD.select("ORDER BY coalesce(mended_at, at) DESC, address, id LIMIT ?")
_FORGET = "DELETE FROM told WHERE coalesce(mended_at, at) < ?"


def of(connection: Connection, address: str) -> list[Told]:
    """What this address was told, over or not."""
    return [TOLD.value(row) for row in connection.execute(_OF, (address,))]


def note(connection: Connection, address: str, message: Digest, at: datetime) -> None:
    """The address took the message."""
    told = [Told(address, each.id, each.topic, at) for each in message.fresh]
    connection.executemany(_PUT, map(TOLD.row, told))
    connection.execute(_OVER, (micros(at), address, as_list(message.over)))


def newest(connection: Connection, limit: int) -> list[Told]:
    return [TOLD.value(row) for row in connection.execute(_NEWEST, (limit,))]


def forget(connection: Connection, before: datetime) -> None:
    """What was told before then and not since: it is told again if it is still so."""
    connection.execute(_FORGET, (micros(before),))
