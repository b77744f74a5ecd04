"""The table of webhook deliveries: what was taken in, and what came of it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.core.deliveries import Delivery, OrderChanged, PharmaOneChanged, Receipt
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
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
_TOLD = {Receipt.HINTED.value: Event.DELIVERED, Receipt.ECHO.value: Event.ECHO}


def fresh(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> list[bool]:
    """False for each that is a repetition, also of one before it in the list."""
    known = _known(connection, deliveries)
    answers: list[bool] = []
    for each in deliveries:
        name = (each.vendor, each.dedup_key)
        answers.append(name not in known)
        known.add(name)
    return answers


def reported_status(delivery: Delivery) -> str | None:
    """The vendor's status word, where the delivery reports one."""
    if isinstance(delivery, OrderChanged | PharmaOneChanged):
        return delivery.reported_status
    return None


def remember(
    connection: sqlite3.Connection,
    deliveries: Sequence[Delivery],
    keys: Sequence[Key | None],
    receipts: Sequence[Receipt],
) -> None:
    """Notes them, each with the key it is about and what came of it; a repetition is counted."""
    rows = list(map(_row, deliveries, keys, receipts))
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


def _row(delivery: Delivery, key: Key | None, receipt: Receipt) -> tuple[Cell, ...]:
    return (
        delivery.vendor,
        delivery.dedup_key,
        delivery.event,
        key,
        micros(delivery.received_at),
        reported_status(delivery),
        receipt.value,
    )


def _facts(vendor: str, event: str, told: str | None, times: int) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"vendor": vendor, "event": event}
    if told is not None:
        facts["status"] = told
    if times > 1:
        facts["times"] = times
    return facts
