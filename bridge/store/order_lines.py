"""What each pharmacy order takes off both sides' stock, and until when that is held back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, ProductId
from bridge.core.stock.reserve import Demand, at_least
from bridge.store.database import Connection
from bridge.store.rows import Cell, micros, run_many


class Ordered(NamedTuple):
    """So many pieces of a SKU, which RxScale calls so."""

    uid: str
    name: str
    amount: int


_SAVE = "INSERT INTO order_lines (uid, place, pharmacy_sku_uid, p1_id, amount, units)"
_AGAIN = """
ON CONFLICT (uid, place) DO UPDATE SET pharmacy_sku_uid = excluded.pharmacy_sku_uid,
  p1_id = excluded.p1_id, amount = excluded.amount, units = excluded.units
"""
_RELEASE = """
UPDATE order_lines SET released_at = :at
WHERE uid = :uid AND (released_at IS NULL OR released_at > :at)
  AND (:p1_id IS NULL OR p1_id = :p1_id) AND p1_id NOT IN (
    SELECT p1_id FROM adjustments WHERE key = 'order:' || :uid AND done_at IS NULL)
"""
_HOLD_BACK = """
UPDATE order_lines SET released_at = NULL
WHERE uid = :uid AND p1_id NOT IN (SELECT p1_id FROM adjustments WHERE key = 'order:' || :uid)
"""
_OPEN = """
SELECT p1_id, CAST(sum(units) AS BIGINT) FROM (
  SELECT p1_id, units FROM order_lines WHERE released_at IS NULL AND units > 0
  UNION ALL SELECT p1_id, units FROM order_lines WHERE released_at > ? AND units > 0
) AS held GROUP BY p1_id
"""
_SALES = """
SELECT CAST(sum(amount) AS BIGINT) FROM order_lines JOIN orders ON orders.uid = order_lines.uid
WHERE sold_at IS NULL AND (finished_at IS NULL OR phase = 'dropped') AND pharmacy_sku_uid = ?
GROUP BY order_lines.uid
"""
_BLIND = """
SELECT count(*) FROM orders WHERE finished_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM order_lines WHERE order_lines.uid = orders.uid)
  AND NOT EXISTS (SELECT 1 FROM stuck WHERE stuck.key = 'order:' || orders.uid)
"""
_SOLD_NOW = """
UPDATE order_lines SET sold_at = ? WHERE uid = ? AND sold_at IS NULL
RETURNING pharmacy_sku_uid, amount
"""
_SOLD_BY_ALL = """
UPDATE order_lines SET sold_at = :at WHERE sold_at IS NULL AND pharmacy_sku_uid = :sku
  AND EXISTS (
    SELECT 1 FROM orders
    WHERE orders.uid = order_lines.uid AND (finished_at IS NULL OR phase = 'dropped'))
"""
_SOLD_BY_ONE = """
UPDATE order_lines SET sold_at = :at WHERE sold_at IS NULL AND pharmacy_sku_uid = :sku
  AND uid = (
    SELECT order_lines.uid FROM order_lines JOIN orders ON orders.uid = order_lines.uid
    WHERE sold_at IS NULL AND (finished_at IS NULL OR phase = 'dropped')
      AND pharmacy_sku_uid = :sku
    GROUP BY order_lines.uid HAVING sum(amount) = :fall ORDER BY order_lines.uid LIMIT 1)
"""
_OF = "SELECT place, pharmacy_sku_uid, p1_id, amount, units FROM order_lines WHERE uid = ?"
_HELD_ONES = f"{_OF} AND released_at IS NULL AND amount + units > 0 ORDER BY place"
_HELD = "SELECT 1 FROM order_lines WHERE uid = ? AND released_at IS NULL AND units > 0"
_GOODS = """
SELECT order_lines.pharmacy_sku_uid, coalesce(skus.name, ''), amount FROM order_lines
LEFT JOIN skus ON skus.pharmacy_sku_uid = order_lines.pharmacy_sku_uid
WHERE uid = ? AND amount > 0 AND order_lines.pharmacy_sku_uid <> '' ORDER BY place
"""
_DELETE = "DELETE FROM order_lines WHERE uid = ? AND place = ?"
_NOTHING = Demand(0, PharmacySkuUid(""), ProductId(""), 0, 0)
"""Says that the order was looked at, and has no lines."""


def save(
    connection: Connection, uid: PharmacyOrderUid, takes: Sequence[Demand], *, sent: bool
) -> bool:
    """Remembers an order's lines; whether that changes what it takes.

    `sent`: its order-request was made of those before, so no fewer units are held back.
    """
    before = {row[0]: row for row in connection.execute(_OF, (uid,))}
    if sent:
        takes = at_least(takes, (Demand(*row) for row in before.values()))
    after: dict[int, tuple[Cell, ...]] = {
        take.place: (take.place, take.pharmacy_sku_uid, take.p1_id, take.amount, take.units)
        for take in takes or [_NOTHING]
    }
    if before == after:
        return False
    connection.executemany(_DELETE, [(uid, place) for place in before if place not in after])
    rows = [(uid, *row) for row in after.values()]
    run_many(connection, _SAVE, "(?, ?, ?, ?, ?, ?)", _AGAIN, rows)
    return True


def release(
    connection: Connection,
    uid: PharmacyOrderUid,
    at: datetime,
    product: ProductId | None = None,
) -> bool:
    """From `at` on the order's units (of one product) are not held back; an earlier time that was
    set stays. What is being taken off PharmaOne's stock for it stays held back until that is done.
    """
    values = {"uid": uid, "at": micros(at), "p1_id": product}
    return connection.execute(_RELEASE, values).rowcount > 0


def held(connection: Connection, uid: PharmacyOrderUid) -> list[Demand]:
    """The lines that are held back; with those of which nobody knows what they take."""
    return [Demand(*row) for row in connection.execute(_HELD_ONES, (uid,))]


def goods(connection: Connection, uid: PharmacyOrderUid) -> list[Ordered]:
    """The SKUs that were ordered, as far as they are known, with their pieces."""
    return [Ordered(*row) for row in connection.execute(_GOODS, (uid,))]


def is_held(connection: Connection, uid: PharmacyOrderUid) -> bool:
    """Whether anything of the order is held back."""
    return connection.execute(_HELD, (uid,)).fetchone() is not None


def hold_back(connection: Connection, uid: PharmacyOrderUid) -> None:
    """The order is open again: what it takes is held back until it is released anew, but for what
    was taken off PharmaOne's stock for it.
    """
    connection.execute(_HOLD_BACK, {"uid": uid})


def sold(
    connection: Connection, uid: PharmacyOrderUid, now: datetime
) -> list[tuple[PharmacySkuUid, int]]:
    """Marks an order's lines as taken off RxScale's stock; the SKUs and pieces not yet marked."""
    rows = connection.execute(_SOLD_NOW, (micros(now), uid)).fetchall()
    return [(PharmacySkuUid(sku), amount) for sku, amount in rows if sku]


def sales(connection: Connection, sku: PharmacySkuUid) -> list[int]:
    """Pieces of a SKU in each open order that RxScale has not been seen to complete."""
    return [amount for (amount,) in connection.execute(_SALES, (sku,)).fetchall()]


def mark_sold(connection: Connection, sku: PharmacySkuUid, fall: int, now: datetime) -> None:
    """Marks the order whose pieces explain that RxScale's number fell so; or, else, all of them."""
    statement = _SOLD_BY_ONE if fall in sales(connection, sku) else _SOLD_BY_ALL
    connection.execute(statement, {"at": micros(now), "sku": sku, "fall": fall})


def open_units(connection: Connection, read_at: datetime) -> dict[ProductId, int]:
    """Units that open orders will yet take, for an inventory that was asked for at `read_at`."""
    return dict(connection.execute(_OPEN, (micros(read_at),)).fetchall())


def blind(connection: Connection) -> int:
    """Open orders of which nobody has seen what they take, but for those that are stuck."""
    return int(connection.execute(_BLIND).fetchone()[0])
