"""What PharmaOne is believed to hold, and an anomaly of its inventory that is to be confirmed."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from bridge.core.model import ProductId
from bridge.core.reasons import reason_of
from bridge.core.stock.model import Pending, Stocktake
from bridge.store.tables import notes
from bridge.store.tables.rows import micros, moment

READ_AT = "inventory_read_at"
SYNCED_AT = "stock_synced_at"
PENDING = "stock_pending"
ASKED = "stock_asked"

_SAVE = """
INSERT INTO products (p1_id, on_hand, absent_at) VALUES (?, ?, ?)
ON CONFLICT (p1_id) DO UPDATE SET on_hand = excluded.on_hand, absent_at = excluded.absent_at
"""


def load(connection: sqlite3.Connection) -> Stocktake | None:
    """The last inventory that was believed; None if none ever was."""
    read_at = notes.get_time(connection, READ_AT)
    if read_at is None:
        return None
    on_hand = dict(connection.execute("SELECT p1_id, on_hand FROM products"))
    absent = connection.execute("SELECT p1_id, absent_at FROM products WHERE absent_at IS NOT NULL")
    return Stocktake(on_hand, read_at, {ProductId(name): moment(at) for name, at in absent})


def save(connection: sqlite3.Connection, stocktake: Stocktake, before: Stocktake | None) -> None:
    """Remembers it in place of the one before, row by row where anything changed."""
    known: Mapping[ProductId, int] = before.on_hand if before else {}
    was_absent: Mapping[ProductId, datetime] = before.absent if before else {}
    absent = stocktake.absent
    changed = [
        each
        for each, units in stocktake.on_hand.items()
        if known.get(each) != units or (each in absent) != (each in was_absent)
    ]
    rows = [
        (each, stocktake.on_hand[each], micros(absent[each]) if each in absent else None)
        for each in changed
    ]
    connection.executemany(_SAVE, rows)
    notes.put_time(connection, READ_AT, stocktake.read_at)


def pending(connection: sqlite3.Connection) -> Pending | None:
    found = json.loads(notes.get(connection, PENDING) or "null")
    return None if found is None else Pending(reason_of(found[0]), moment(found[1]))


def save_pending(connection: sqlite3.Connection, found: Pending | None) -> None:
    document = None if found is None else [found.reason.document(), micros(found.first_at)]
    notes.put(connection, PENDING, json.dumps(document))
