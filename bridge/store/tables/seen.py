"""What the vendors' lists said when last read: RxScale's SKUs, PharmaOne's orders."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from bridge.core.model import (
    CatalogueSku,
    OrderId,
    P1Order,
    PharmacyOrderUid,
    PharmacySkuUid,
    SkuUid,
)
from bridge.store.tables import notes
from bridge.store.tables.rows import Shape, micros

CATALOGUE_MARK = "catalogue_mark"
"""A note that is another one after each change of the SKU list."""
SKU = Shape(CatalogueSku, without=("stock", "price_cents"))
ORDER = Shape(P1Order)

_SAVE_SKU = SKU.upsert("skus", "pharmacy_sku_uid", "seen_at")
_SKUS = f"""
SELECT {SKU.columns} FROM skus WHERE sku_uid IN (SELECT value FROM json_each(?))
ORDER BY external_id IS NOT NULL, pharmacy_sku_uid DESC
"""  # noqa: S608 - constant names

# None in an answer says that it does not tell, so it takes nothing away; and an older sight does
# not overwrite a newer one. "" as external_id says that the order has none.
# An order's list shows no flags; those that were seen are true for as long as it did not change.
_LATEST = """CASE WHEN excluded.seen_at >= seen_at
  THEN coalesce(excluded.{0}, {0}) ELSE coalesce({0}, excluded.{0}) END"""
_LASTING = {
    "external_id": "coalesce(nullif(excluded.external_id, ''), external_id, excluded.external_id)",
}
_FLAG = """CASE WHEN excluded.seen_at < seen_at THEN {0}
  WHEN excluded.updated_at = updated_at THEN coalesce(excluded.{0}, {0})
  ELSE excluded.{0} END"""
_LASTING["flags"] = _FLAG.format("flags")
_CHANGES = ", ".join(f"{name} = {_LASTING.get(name, _LATEST.format(name))}" for name in ORDER.names)
_SAVE_ORDER = f"{ORDER.insert('p1_orders')} ON CONFLICT (id) DO UPDATE SET {_CHANGES}"
_ORDER_FOR = f"""
SELECT {ORDER.columns} FROM p1_orders WHERE external_id = ?
ORDER BY created_at IS NULL, created_at, id LIMIT 1
"""  # noqa: S608
_ORDERS = f"""
SELECT {ORDER.columns} FROM p1_orders WHERE id IN (SELECT value FROM json_each(?))
"""  # noqa: S608
_KNOWN = """
SELECT id, nullif(external_id, '') FROM p1_orders
WHERE external_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))
"""
_FORGET_ORDERS = """
DELETE FROM p1_orders WHERE seen_at < ?
  AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.uid = p1_orders.external_id)
  AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.order_id = p1_orders.id)
"""


def save_catalogue(
    connection: sqlite3.Connection, skus: Iterable[CatalogueSku], seen_at: datetime, *, whole: bool
) -> None:
    """Remembers these SKUs; if they are the `whole` list, forgets all others."""
    at = micros(seen_at)
    before = {sku.pharmacy_sku_uid: sku for sku in everything(connection)}
    after = {sku.pharmacy_sku_uid: sku for sku in skus}
    connection.executemany(_SAVE_SKU, [(*SKU.row(sku), at) for sku in after.values()])
    if whole:
        connection.execute("DELETE FROM skus WHERE seen_at <> ?", (at,))
    changed = any(before.get(uid) != sku for uid, sku in after.items())
    if (
        changed
        or (whole and before.keys() != after.keys())
        or not notes.get(connection, CATALOGUE_MARK)
    ):
        notes.put(connection, CATALOGUE_MARK, str(at))


def everything(connection: sqlite3.Connection) -> list[CatalogueSku]:
    """All SKUs, in the order of their uids."""
    rows = connection.execute(f"SELECT {SKU.columns} FROM skus ORDER BY pharmacy_sku_uid")  # noqa: S608
    return list(map(SKU.value, rows))


def for_linking(connection: sqlite3.Connection) -> list[CatalogueSku]:
    """All SKUs, without their names: there may be tens of thousands."""
    statement = "SELECT pharmacy_sku_uid, sku_uid, external_id, selling_unit FROM skus"
    return [
        CatalogueSku(uid, sku_uid, external_id, selling_unit=unit)
        for uid, sku_uid, external_id, unit in connection.execute(statement)
    ]


def catalogue(
    connection: sqlite3.Connection, sku_uids: Sequence[SkuUid]
) -> dict[SkuUid, CatalogueSku]:
    """The pharmacy's SKU for each that has one; of several, one with an external id."""
    rows = connection.execute(_SKUS, (json.dumps(sku_uids),))
    return {sku.sku_uid: sku for sku in map(SKU.value, rows)}


def save_orders(connection: sqlite3.Connection, orders: Iterable[P1Order]) -> None:
    connection.executemany(_SAVE_ORDER, map(ORDER.row, orders))


def orders(connection: sqlite3.Connection, ids: Iterable[OrderId]) -> list[P1Order]:
    """Those of them that were seen before."""
    return list(map(ORDER.value, connection.execute(_ORDERS, (json.dumps(list(ids)),))))


def order_for(connection: sqlite3.Connection, uid: PharmacyOrderUid) -> P1Order | None:
    """PharmaOne's order with this `external_id`; of several, the first that was made."""
    row = connection.execute(_ORDER_FOR, (uid,)).fetchone()
    return None if row is None else ORDER.value(row)


def known(connection: sqlite3.Connection, ids: Sequence[OrderId]) -> dict[OrderId, str | None]:
    """Those of them whose `external_id` is known, or known to be absent (None)."""
    return dict(connection.execute(_KNOWN, (json.dumps(ids),)).fetchall())


def forget_orders(connection: sqlite3.Connection, before: datetime) -> None:
    """Deletes PharmaOne's orders that are not ours and were not seen since."""
    connection.execute(_FORGET_ORDERS, (micros(before),))


def linked(connection: sqlite3.Connection, listed: Sequence[PharmacySkuUid]) -> tuple[int, int]:
    """SKUs with a link, and without: by `listed`, or by an external id of their own."""
    rows = connection.execute("SELECT pharmacy_sku_uid, external_id FROM skus").fetchall()
    known = set(listed)
    with_link = sum(uid in known or bool(external_id) for uid, external_id in rows)
    return with_link, len(rows) - with_link
