"""Who was told what by message: one row an address and thing, kept until it is long over."""

from datetime import datetime

from bridge.core.news import Digest, Told
from bridge.store.database import Connection
from bridge.store.rows import Statements, Table, as_list, micros

SQL = Statements(__name__)
TOLD = Table("told", Told)
_OF = TOLD.select("WHERE address = ?")
_PUT = TOLD.upsert("address, id")
_NEWEST = TOLD.select("ORDER BY coalesce(mended_at, at) DESC, address, id LIMIT ?")


def of(connection: Connection, address: str) -> list[Told]:
    """What this address was told, over or not."""
    return [TOLD.value(row) for row in connection.execute(_OF, (address,))]


def note(connection: Connection, address: str, message: Digest, at: datetime) -> None:
    """The address took the message."""
    told = [Told(address, each.id, each.topic, at) for each in message.fresh]
    connection.executemany(_PUT, map(TOLD.row, told))
    connection.execute(SQL.over, (micros(at), address, as_list(message.over)))


def newest(connection: Connection, limit: int) -> list[Told]:
    return [TOLD.value(row) for row in connection.execute(_NEWEST, (limit,))]


def forget(connection: Connection, before: datetime) -> None:
    """What was told before then and not since: it is told again if it is still so."""
    connection.execute(SQL.forget, (micros(before),))
