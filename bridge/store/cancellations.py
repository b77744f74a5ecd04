"""Which orders want to be cancelled, where and since when: one row an order, until it does not."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bridge.core.model import PharmacyOrderUid, order_key
from bridge.core.orders.unusual import WINDOW
from bridge.core.orders.view import Company
from bridge.store.database import Connection
from bridge.store.rows import as_list, micros, moment, span, sql

_WANT = """
INSERT INTO cancellations (uid, vendor, since) VALUES (?, ?, ?)
ON CONFLICT (uid) DO UPDATE SET
  since = CASE WHEN cancellations.vendor = excluded.vendor THEN cancellations.since
    ELSE excluded.since END,
  vendor = excluded.vendor
RETURNING since, confirmed_at
"""
_SAME = """
SELECT count(*), count(orders.finished_at) FROM cancellations
  LEFT JOIN orders ON orders.uid = cancellations.uid
WHERE vendor = ? AND since > ? AND since < ?
"""
_OPEN = "SELECT count(*) FROM orders WHERE finished_at IS NULL"
_DUE = """
SELECT count(*) FROM todo WHERE kind = 'order' AND due_at <= ? AND attempts = 0 AND key <> ?
  AND NOT EXISTS (SELECT 1 FROM cancellations
    WHERE uid = substr(todo.key, 7) AND vendor = ? AND since > ? AND since < ?)
"""
_CONFIRM = """
INSERT INTO cancellations (uid, vendor, since, confirmed_at) VALUES (?, '', ?, ?)
ON CONFLICT (uid) DO UPDATE SET confirmed_at = excluded.confirmed_at
"""
_FORGET = sql("DELETE FROM cancellations WHERE uid IN (?...)")


def weigh(
    connection: Connection,
    uid: PharmacyOrderUid,
    vendor: str,
    now: datetime,
) -> Company:
    """Notes that the order is to be cancelled at that vendor; how many others are."""
    wanted_at, confirmed_at = connection.execute(_WANT, (uid, vendor, micros(now))).fetchone()
    between = (wanted_at - span(WINDOW), wanted_at + span(WINDOW))
    same, finished = connection.execute(_SAME, (vendor, *between)).fetchone()
    (still_open,) = connection.execute(_OPEN).fetchone()
    others = (micros(now), order_key(uid), vendor, *between)
    (due,) = connection.execute(_DUE, others).fetchone()
    return Company(
        wanted_at=moment(wanted_at),
        same=same,
        open=still_open + finished,
        due=due,
        is_confirmed=confirmed_at is not None,
    )


def confirm(connection: Connection, uids: Iterable[PharmacyOrderUid], now: datetime) -> None:
    """A person has checked that these are to be cancelled."""
    at = micros(now)
    connection.executemany(_CONFIRM, [(uid, at, at) for uid in uids])


def forget(connection: Connection, uids: Collection[PharmacyOrderUid]) -> None:
    """These are not to be cancelled any more."""
    connection.execute(_FORGET, (as_list(uids),))
