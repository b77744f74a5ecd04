"""The table of webhook deliveries: what was taken in, and what came of it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.core.memory import Delivery, Taken
from bridge.core.model import JournalEntry, Key
from bridge.store.tables.rows import Cell, insert_many, micros, moment

_KNOWN = """
SELECT dedup_key FROM deliveries
WHERE vendor = ? AND dedup_key IN (SELECT value FROM json_each(?))
"""
_REMEMBER = """
INSERT INTO deliveries (vendor, dedup_key, event, key, received_at, told, became, times)
"""
_AGAIN = "ON CONFLICT (vendor, dedup_key) DO UPDATE SET times = times + 1"
_OF = """
SELECT received_at, vendor, event, told, became, times FROM deliveries
WHERE key = ? AND became IS NOT NULL ORDER BY received_at
"""
_FORGET = """
DELETE FROM deliveries WHERE received_at < ?
  AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = substr(deliveries.key, 7))
"""
_TOLD = {Taken.HINTED.value: "delivered", Taken.ECHO.value: "echo"}


def fresh(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[bool]:
    """False for each that is a repetition, also of one before it in the list."""
    known = _known(connection, deliveries)
    answers: list[bool] = []
    for each in deliveries:
        name = (each.vendor, each.dedup_key)
        answers.append(name not in known)
        known.add(name)
    return answers


def remember(
    connection: sqlite3.Connection, deliveries: Sequence[Delivery], became: Sequence[Taken]
) -> None:
    """Notes them, each with what came of it; a repetition is only counted."""
    rows = list(map(_row, deliveries, became))
    insert_many(connection, _REMEMBER, "(?, ?, ?, ?, ?, ?, ?, 1)", _AGAIN, rows)


def of(connection: sqlite3.Connection, key: Key) -> list[JournalEntry]:
    """The key's deliveries as entries of its story, in time order."""
    return [
        JournalEntry(key, moment(received_at), _TOLD[became], _facts(vendor, event, told, times))
        for received_at, vendor, event, told, became, times in connection.execute(_OF, (key,))
        if became in _TOLD
    ]


def forget(connection: sqlite3.Connection, before: datetime) -> None:
    """Deletes those received before, but for what belongs to an order that is remembered."""
    connection.execute(_FORGET, (micros(before),))


def _known(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for vendor in {each.vendor for each in deliveries}:
        names = json.dumps([each.dedup_key for each in deliveries if each.vendor == vendor])
        known.update((vendor, name) for (name,) in connection.execute(_KNOWN, (vendor, names)))
    return known


def _row(delivery: Delivery, became: Taken) -> tuple[Cell, ...]:
    return (
        delivery.vendor,
        delivery.dedup_key,
        delivery.event,
        delivery.key,
        micros(delivery.received_at),
        delivery.told_status,
        became.value,
    )


def _facts(vendor: str, event: str, told: str | None, times: int) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"vendor": vendor, "event": event}
    if told is not None:
        facts["status"] = told
    if times > 1:
        facts["times"] = times
    return facts
