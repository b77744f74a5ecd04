"""What the page's pictures are drawn from: numbers by the hour, and what took of a SKU's stock."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.core.model import PharmacySkuUid
from bridge.store.database import Connection
from bridge.store.rows import Statements, as_list, micros, moment

SQL = Statements(__name__)
HOUR = 3_600_000_000


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
        for what, at, count in connection.execute(SQL.hours, (micros(since), as_list(whats)))
    }
    asked = {"hour": HOUR, "since": micros(since)}
    for what, statement in (("reviewed", SQL.to_review), ("handed over", SQL.to_handover)):
        for hour, count, total in connection.execute(statement, asked):
            found[what, moment(hour * HOUR)] = count
            seconds = max(0, total) // 1_000_000  # made by a clock of the vendor that is ahead
            found[f"seconds {what}", moment(hour * HOUR)] = seconds
    return found


def takers(connection: Connection, uid: PharmacySkuUid, since: datetime) -> list[Taker]:
    """The orders of a SKU, the newest first."""
    rows = connection.execute(SQL.takers, (micros(since), uid))
    return [Taker(order, name, amount, moment(at)) for order, name, amount, at in rows]
