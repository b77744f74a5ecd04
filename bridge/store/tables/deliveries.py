"""The table of webhook deliveries: what was taken in, so that a repetition is known as one."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bridge.core.memory import Delivery
from bridge.store.tables.rows import Cell, insert_many, micros

_KNOWN = """
SELECT dedup_key FROM deliveries
WHERE vendor = ? AND dedup_key IN (SELECT value FROM json_each(?))
"""
_REMEMBER = "INSERT INTO deliveries (vendor, dedup_key, event, key, received_at, times)"
_AGAIN = "ON CONFLICT (vendor, dedup_key) DO UPDATE SET times = times + 1"


def remember(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[bool]:
    """Notes them all; False for each that is a repetition, also of one before it in the list."""
    known = _known(connection, deliveries)
    fresh: list[bool] = []
    for each in deliveries:
        name = (each.vendor, each.dedup_key)
        fresh.append(name not in known)
        known.add(name)
    rows = list(map(_row, deliveries))
    insert_many(connection, _REMEMBER, "(?, ?, ?, ?, ?, 1)", _AGAIN, rows)
    return fresh


def _known(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for vendor in {each.vendor for each in deliveries}:
        names = json.dumps([each.dedup_key for each in deliveries if each.vendor == vendor])
        known.update((vendor, name) for (name,) in connection.execute(_KNOWN, (vendor, names)))
    return known


def _row(delivery: Delivery) -> tuple[Cell, ...]:
    received = micros(delivery.received_at)
    return delivery.vendor, delivery.dedup_key, delivery.event, delivery.key, received


def forget(connection: sqlite3.Connection, before: datetime) -> None:
    connection.execute("DELETE FROM deliveries WHERE received_at < ?", (micros(before),))
