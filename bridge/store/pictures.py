"""What the page's pictures are drawn from: numbers by the hour, and what took of a SKU's stock."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.core.model import PharmacySkuUid
from bridge.store.database import Connection
from bridge.store.rows import as_list, micros, moment, sql

HOUR = 3_600_000_000
_HOURS = sql("SELECT what, at, count FROM hours WHERE at >= ? AND what IN (?...)")
# An order's way, by the hour in which it came to that point: how many, and microseconds in all.
_TO_REVIEW = """
SELECT submitted_at / :hour, count(*),
  CAST(sum(submitted_at - coalesce(created_at, first_seen_at)) AS BIGINT)
FROM orders WHERE first_seen_at >= :since AND submitted_at IS NOT NULL GROUP BY 1
"""
_TO_HANDOVER = """
SELECT finished_at / :hour, count(*),
  CAST(sum(finished_at - coalesce(created_at, first_seen_at)) AS BIGINT)
FROM orders WHERE finished_at >= :since AND state = 'completed' GROUP BY 1
"""
_TAKERS = """
SELECT orders.uid, coalesce(orders.name, ''), amount, first_seen_at
FROM orders JOIN order_lines ON orders.uid = order_lines.uid
WHERE first_seen_at >= ? AND pharmacy_sku_uid = ? AND amount > 0
ORDER BY first_seen_at DESC, orders.uid
"""


class Taker(NamedTuple):
    """An order of so many pieces of a SKU."""

    uid: str
    name: str
    amount: int
    at: datetime


def hours(
    connection: Connection, whats: Sequence[str], since: datetime
) -> dict[tuple[str, datetime], int]:
    """What was counted, by its name and the beginning of its hour; hours without any lack. With the
    orders that came to be `reviewed` or were `handed over`, and the seconds that took of them all.
    """
    found = {
        (what, moment(at)): count
        for what, at, count in connection.execute(_HOURS, (micros(since), as_list(whats)))
    }
    asked = {"hour": HOUR, "since": micros(since)}
    for what, statement in (("reviewed", _TO_REVIEW), ("handed over", _TO_HANDOVER)):
        for hour, count, total in connection.execute(statement, asked):
            found[what, moment(hour * HOUR)] = count
            seconds = max(0, total) // 1_000_000  # made by a clock of the vendor that is ahead
            found[f"seconds {what}", moment(hour * HOUR)] = seconds
    return found


def takers(connection: Connection, uid: PharmacySkuUid, since: datetime) -> list[Taker]:
    """The orders of a SKU, the newest first."""
    rows = connection.execute(_TAKERS, (micros(since), uid))
    return [Taker(order, name, amount, moment(at)) for order, name, amount, at in rows]
