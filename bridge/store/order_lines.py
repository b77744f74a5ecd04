"""What each pharmacy order takes off both sides' stock, and until when that is held back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, ProductId
from bridge.core.stock.reserve import Demand, at_least
from bridge.store.database import Connection
from bridge.store.rows import Cell, Statements, micros, run_many

SQL = Statements(__name__)


class Ordered(NamedTuple):
    """So many pieces of a SKU, which RxScale calls so."""

    uid: str
    name: str
    amount: int


_NOTHING = Demand(0, PharmacySkuUid(""), ProductId(""), 0, 0)
"""Says that the order was looked at, and has no lines."""


def save(
    connection: Connection, uid: PharmacyOrderUid, takes: Sequence[Demand], *, sent: bool
) -> bool:
    """Remembers an order's lines; whether that changes what it takes.

    `sent`: its order-request was made of those before, so no fewer units are held back.
    """
    before = {row[0]: row for row in connection.execute(SQL.of, (uid,))}
    if sent:
        takes = at_least(takes, (Demand(*row) for row in before.values()))
    after: dict[int, tuple[Cell, ...]] = {
        take.place: (take.place, take.pharmacy_sku_uid, take.p1_id, take.amount, take.units)
        for take in takes or [_NOTHING]
    }
    if before == after:
        return False
    connection.executemany(SQL.delete, [(uid, place) for place in before if place not in after])
    rows = [(uid, *row) for row in after.values()]
    run_many(connection, SQL.save, rows)
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
    return connection.execute(SQL.release, values).rowcount > 0


def held(connection: Connection, uid: PharmacyOrderUid) -> list[Demand]:
    """The lines that are held back; with those of which nobody knows what they take."""
    return [Demand(*row) for row in connection.execute(SQL.held_ones, (uid,))]


def goods(connection: Connection, uid: PharmacyOrderUid) -> list[Ordered]:
    """The SKUs that were ordered, as far as they are known, with their pieces."""
    return [Ordered(*row) for row in connection.execute(SQL.goods, (uid,))]


def is_held(connection: Connection, uid: PharmacyOrderUid) -> bool:
    """Whether anything of the order is held back."""
    return connection.execute(SQL.held, (uid,)).fetchone() is not None


def hold_back(connection: Connection, uid: PharmacyOrderUid) -> None:
    """The order is open again: what it takes is held back until it is released anew, but for what
    was taken off PharmaOne's stock for it.
    """
    connection.execute(SQL.hold_back, {"uid": uid})


def sold(
    connection: Connection, uid: PharmacyOrderUid, now: datetime
) -> list[tuple[PharmacySkuUid, int]]:
    """Marks an order's lines as taken off RxScale's stock; the SKUs and pieces not yet marked."""
    rows = connection.execute(SQL.sold_now, (micros(now), uid)).fetchall()
    return [(PharmacySkuUid(sku), amount) for sku, amount in rows if sku]


def sales(connection: Connection, sku: PharmacySkuUid) -> list[int]:
    """Pieces of a SKU in each open order that RxScale has not been seen to complete."""
    return [amount for (amount,) in connection.execute(SQL.sales, (sku,)).fetchall()]


def mark_sold(connection: Connection, sku: PharmacySkuUid, fall: int, now: datetime) -> None:
    """Marks the order whose pieces explain that RxScale's number fell so; or, else, all of them."""
    statement = SQL.sold_by_one if fall in sales(connection, sku) else SQL.sold_by_all
    connection.execute(statement, {"at": micros(now), "sku": sku, "fall": fall})


def open_units(connection: Connection, read_at: datetime) -> dict[ProductId, int]:
    """Units that open orders will yet take, for an inventory that was asked for at `read_at`."""
    return dict(connection.execute(SQL.open, (micros(read_at),)).fetchall())


def blind(connection: Connection) -> int:
    """Open orders of which nobody has seen what they take, but for those that are stuck."""
    return int(connection.execute(SQL.blind).fetchone()[0])
