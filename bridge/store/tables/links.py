"""The table of orders: each pharmacy order's link to its order-request and order."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bridge.core.model import Link, PharmacyOrderUid, Phase
from bridge.store.tables.rows import Shape, micros

LINK = Shape(Link)

_ADD = f"{LINK.insert('orders')} ON CONFLICT (uid) DO NOTHING"
_SAVE = LINK.upsert("orders", "uid")
_FIND = f"SELECT {LINK.columns} FROM orders WHERE uid = ?"  # noqa: S608 - constant names


def find(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> Link | None:
    row = connection.execute(_FIND, (uid,)).fetchone()
    return None if row is None else LINK.value(row)


def add(connection: sqlite3.Connection, links: Iterable[Link]) -> None:
    """Adds those that are not there yet; what is known stays as it is."""
    connection.executemany(_ADD, map(LINK.row, links))


def save(connection: sqlite3.Connection, link: Link) -> None:
    connection.execute(_SAVE, LINK.row(link))


def clear(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> None:
    """A person looked and said: send it."""
    connection.execute("UPDATE orders SET cleared = 1 WHERE uid = ?", (uid,))


def drop(connection: sqlite3.Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person said: leave it alone. False if there is no such order."""
    statement = "UPDATE orders SET phase = ?, finished_at = ? WHERE uid = ?"
    return connection.execute(statement, (Phase.DROPPED.value, micros(now), uid)).rowcount > 0


def mark_submitted(connection: sqlite3.Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person saw its order-request at PharmaOne. False if nothing was open about that."""
    statement = (
        "UPDATE orders SET phase = 'submitted', submitted_at = ?, finished_at = NULL "
        "WHERE uid = ? AND phase IN ('known', 'submitting', 'unsure')"
    )
    return connection.execute(statement, (micros(now), uid)).rowcount > 0


def count_open(connection: sqlite3.Connection) -> dict[Phase, int]:
    """How many unfinished orders stand at each phase."""
    statement = "SELECT phase, count(*) FROM orders WHERE finished_at IS NULL GROUP BY phase"
    return {Phase(phase): count for phase, count in connection.execute(statement)}


def forget(
    connection: sqlite3.Connection, before: datetime, keep: Iterable[PharmacyOrderUid]
) -> list[PharmacyOrderUid]:
    """Deletes the orders that were finished before, but for those to `keep`; returns them."""
    statement = """
        DELETE FROM orders
        WHERE finished_at < ? AND uid NOT IN (SELECT value FROM json_each(?)) RETURNING uid
    """
    values = (micros(before), json.dumps(list(keep)))
    return [uid for (uid,) in connection.execute(statement, values)]
