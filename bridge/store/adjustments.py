"""Changes made at RxScale by people that are to become changes of PharmaOne's stock.

A relative change is never sent twice (design: guarantee 6): each one has a row from before the
call until its end is known, with the reference by which it is found in the product's log.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import PharmacySkuUid
from bridge.core.stock.adopt import Adjustment, Drift
from bridge.store import journal
from bridge.store.rows import Table, micros
from bridge.store.stock import sku_key

ADJUSTMENTS = Table("adjustments", Adjustment)

_ALL = ADJUSTMENTS.select("ORDER BY begun_at, pharmacy_sku_uid")
_BEGIN = ADJUSTMENTS.insert()
_SENDING = "UPDATE adjustments SET sent_at = ? WHERE pharmacy_sku_uid = ?"
_SEND_AGAIN = "UPDATE adjustments SET sent_at = NULL WHERE pharmacy_sku_uid = ?"
_ARRIVED = "UPDATE products SET on_hand = on_hand + ? WHERE p1_id = ?"
_END = "DELETE FROM adjustments WHERE pharmacy_sku_uid = ?"
_NO_DRIFT = "UPDATE stock SET drift_at = NULL WHERE pharmacy_sku_uid = ?"
_DRIFTS = """
SELECT pharmacy_sku_uid, coalesce(drift_from, pushed), rx_stock FROM stock
WHERE drift_at IS NOT NULL AND pushed IS NOT NULL AND wanted IS NULL
  AND rx_stock <> coalesce(drift_from, pushed)
  AND pharmacy_sku_uid NOT IN (SELECT pharmacy_sku_uid FROM adjustments)
ORDER BY pharmacy_sku_uid
"""
_ADOPTED = """
UPDATE stock SET pushed = pushed + :pieces, ours_at = :at, drift_from = drift_from + :pieces,
  drift_at = CASE WHEN rx_stock = coalesce(drift_from, pushed) + :pieces THEN NULL
    ELSE drift_at END
WHERE pharmacy_sku_uid = :uid
"""


def drifts(connection: sqlite3.Connection) -> list[Drift]:
    """SKUs that somebody changed at RxScale and for which nothing is under way."""
    rows = connection.execute(_DRIFTS)
    return [Drift(PharmacySkuUid(uid), before, now) for uid, before, now in rows]


def under_way(connection: sqlite3.Connection) -> list[Adjustment]:
    """Those begun, oldest first."""
    return list(map(ADJUSTMENTS.value, connection.execute(_ALL)))


def outstanding(connection: sqlite3.Connection) -> tuple[list[Drift], list[Adjustment]]:
    """Both of these, as they stood at one moment."""
    return drifts(connection), under_way(connection)


def begin(connection: sqlite3.Connection, adjustments: Sequence[Adjustment]) -> None:
    """On disk before the call: after a crash here its end is unknown, and it is looked for."""
    connection.executemany(_BEGIN, map(ADJUSTMENTS.row, adjustments))


def sending(connection: sqlite3.Connection, adjustment: Adjustment, now: datetime) -> None:
    """It may be at PharmaOne from here on."""
    connection.execute(_SENDING, (micros(now), adjustment.pharmacy_sku_uid))


def done(connection: sqlite3.Connection, adjustment: Adjustment, now: datetime) -> None:
    """PharmaOne has it: both sides agree again, and the next inventory will show it."""
    uid = adjustment.pharmacy_sku_uid
    connection.execute(_ARRIVED, (adjustment.delta, adjustment.p1_id))
    connection.execute(_ADOPTED, {"uid": uid, "pieces": adjustment.pieces, "at": micros(now)})
    _end(connection, adjustment, now, Event.ADOPTED_STOCK)


def give_up(
    connection: sqlite3.Connection, adjustment: Adjustment, now: datetime, reason: str
) -> None:
    """PharmaOne will not have it: our own number is written over theirs."""
    connection.execute(_NO_DRIFT, (adjustment.pharmacy_sku_uid,))
    _end(connection, adjustment, now, Event.NOT_ADOPTED, reason=reason)


def forget(connection: sqlite3.Connection, uid: PharmacySkuUid) -> None:
    """A person has seen to it at PharmaOne."""
    connection.execute(_END, (uid,))
    connection.execute(_NO_DRIFT, (uid,))


def send_again(connection: sqlite3.Connection, uid: PharmacySkuUid) -> None:
    """A person looked, and it is not there."""
    connection.execute(_SEND_AGAIN, (uid,))


def refuse(connection: sqlite3.Connection, drift: Drift, now: datetime, reason: str) -> None:
    """It cannot even be tried: our own number is written over theirs."""
    connection.execute(_NO_DRIFT, (drift.uid,))
    journal.write(
        connection, [JournalEntry(sku_key(drift.uid), now, Event.NOT_ADOPTED, {"reason": reason})]
    )


def _end(
    connection: sqlite3.Connection, adjustment: Adjustment, now: datetime, what: Event, **facts: Any
) -> None:
    connection.execute(_END, (adjustment.pharmacy_sku_uid,))
    facts |= {
        "product": adjustment.p1_id,
        "delta": adjustment.delta,
        "reference": adjustment.reference,
    }
    key = sku_key(adjustment.pharmacy_sku_uid)
    journal.write(connection, [JournalEntry(key, now, what, facts)])
