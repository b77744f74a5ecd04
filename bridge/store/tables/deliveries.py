"""The table of webhook deliveries: what was taken in, so that a repetition is known as one."""

import sqlite3
from datetime import datetime

from bridge.core.memory import Delivery
from bridge.store.tables.rows import micros

_REMEMBER = """
INSERT INTO deliveries (vendor, dedup_key, event, key, received_at, times)
VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (vendor, dedup_key) DO UPDATE SET times = times + 1
RETURNING times
"""


def remember(connection: sqlite3.Connection, delivery: Delivery) -> bool:
    """Notes the delivery; False if it is a repetition."""
    times = connection.execute(
        _REMEMBER,
        (
            delivery.vendor,
            delivery.dedup_key,
            delivery.event,
            delivery.key,
            micros(delivery.received_at),
        ),
    ).fetchone()[0]
    return bool(times == 1)


def forget(connection: sqlite3.Connection, before: datetime) -> None:
    connection.execute("DELETE FROM deliveries WHERE received_at < ?", (micros(before),))
