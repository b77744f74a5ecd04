"""What the vendors' lists said when last read: RxScale's SKUs, PharmaOne's orders."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.core.copies import may_be_ours
from bridge.core.model import (
    CatalogueSku,
    OrderId,
    P1Order,
    PharmacyOrderUid,
    PharmacySkuUid,
    ProductId,
    SkuUid,
)
from bridge.store import notes, stock
from bridge.store.database import Connection
from bridge.store.rows import Statements, Table, as_list, micros, moment

SQL = Statements(__name__)
CATALOGUE_MARK = "catalogue_mark"
"""A note that is another one after each change of the SKU list."""
LINKED_AT_ONCE = 2000
SKUS = Table("skus", CatalogueSku, without=("stock", "price_cents"))
P1_ORDERS = Table("p1_orders", P1Order)

_SAVE_SKU = SKUS.upsert("pharmacy_sku_uid", "seen_at")
_SKUS = SKUS.select("ORDER BY pharmacy_sku_uid")
_SKUS_OF = SKUS.select("WHERE pharmacy_sku_uid IN (?...)")
_SKUS_NAMED = SKUS.select(
    "WHERE sku_uid IN (?...) ORDER BY external_id IS NOT NULL, pharmacy_sku_uid DESC"
)

_AGAIN = re.compile(r"(.+)-([2-9]|[1-9][0-9])")
_ORDERS = P1_ORDERS.select("WHERE id IN (?...)")
_ORDER_FOR = P1_ORDERS.select(SQL.order_for)


# -- RxScale's SKUs --------------------------------------------------------------------------


def save_catalogue(
    connection: Connection,
    skus: Iterable[CatalogueSku],
    *,
    seen_at: datetime,
    complete: bool,
) -> None:
    """Remembers these SKUs; if they are the `complete` list, forgets all others.

    Reading the list began at `seen_at`.
    """
    at = micros(seen_at)
    before = {sku.pharmacy_sku_uid: sku for sku in catalogue(connection)}
    after = {sku.pharmacy_sku_uid: sku for sku in skus}
    connection.executemany(_SAVE_SKU, [(*SKUS.row(sku), at) for sku in after.values()])
    changed = any(before.get(uid) != sku for uid, sku in after.items())
    if complete:
        connection.execute(SQL.forget_skus, (at,))
        changed = changed or before.keys() != after.keys()
        stock.drop_unlisted(connection)
        notes.put_time(connection, notes.CATALOGUE_AT, seen_at)
    if changed or not notes.get(connection, CATALOGUE_MARK):
        notes.put(connection, CATALOGUE_MARK, str(at))


def catalogue(connection: Connection) -> list[CatalogueSku]:
    """All SKUs that RxScale lists, in the order of their uids."""
    return list(map(SKUS.value, connection.execute(_SKUS)))


def skus(connection: Connection, uids: Iterable[str]) -> list[CatalogueSku]:
    """These SKUs, in this order; those that RxScale does not list are left out."""
    wanted = list(uids)
    found = map(SKUS.value, connection.execute(_SKUS_OF, (as_list(wanted),)))
    listed = {sku.pharmacy_sku_uid: sku for sku in found}
    return [listed[PharmacySkuUid(uid)] for uid in wanted if uid in listed]


def for_linking(connection: Connection, after: PharmacySkuUid) -> list[CatalogueSku]:
    """The next of the same `after` that one, without what only people need."""
    return [
        CatalogueSku(uid, sku_uid, external_id, name, selling_unit=sold, unit=unit)
        for uid, sku_uid, external_id, name, sold, unit in connection.execute(
            SQL.skus_for_linking, (after, LINKED_AT_ONCE)
        )
    ]


def catalogue_mark(connection: Connection) -> str:
    """Another text after each change of the SKU list; "" if it was never read."""
    return notes.get(connection, CATALOGUE_MARK) or ""


def linked(connection: Connection, listed: Sequence[PharmacySkuUid]) -> tuple[int, int]:
    """How many SKUs have a link (`listed`, or by external id), and how many have none."""
    rows = connection.execute(SQL.links).fetchall()
    known = set(listed)
    with_link = sum(uid in known or bool(external_id) for uid, external_id in rows)
    return with_link, len(rows) - with_link


def for_submission(
    connection: Connection, uid: PharmacyOrderUid, sku_uids: Sequence[SkuUid]
) -> tuple[datetime | None, dict[SkuUid, CatalogueSku], P1Order | None, frozenset[ProductId]]:
    """What is known for submitting an order.

    When the last complete reading of the SKU list began, what it says of these SKUs (those
    not in it are left out; of several of a pharmacy's, one with an external id), PharmaOne's order
    if one was made of this one already, and the products that PharmaOne never listed.
    """
    read_at = notes.get_time(connection, notes.CATALOGUE_AT)  # first: it is no younger than they
    found = map(SKUS.value, connection.execute(_SKUS_NAMED, (as_list(sku_uids),)))
    return (
        read_at,
        {sku.sku_uid: sku for sku in found},
        order_for(connection, uid),
        stock.unlisted_products(connection),
    )


# -- PharmaOne's orders ----------------------------------------------------------------------


def our_names(
    connection: Connection, names: Iterable[str | None]
) -> dict[str | None, PharmacyOrderUid]:
    """Which of these names are those of order-requests of ours that were sent again after a
    refusal (`po-1-2`), also by an earlier store; each with its order's uid.
    """
    again = {name: found[1] for name in names if name and (found := _AGAIN.fullmatch(name))}
    wanted = as_list({*again, *again.values()})
    known = {uid for (uid,) in connection.execute(SQL.known_uids, (wanted,))} if again else set()
    return {
        name: PharmacyOrderUid(uid)
        for name, uid in again.items()
        if uid in known and name not in known
    }


def under_our_names(connection: Connection, orders: Collection[P1Order]) -> list[P1Order]:
    """The orders, with the pharmacy order's uid as `external_id` of each that is made of ours.

    What cannot be such a uid is free text, perhaps a person's name: it becomes "".
    """
    ours: dict[str | None, str] = {**our_names(connection, (each.external_id for each in orders))}
    odd = {name for each in orders if (name := each.external_id) and not may_be_ours(name)}
    foreign = odd - ours.keys()
    if foreign:
        known = connection.execute(SQL.known_uids, (as_list(foreign),))
        ours |= dict.fromkeys(foreign.difference(uid for (uid,) in known), "")
    return [
        replace(each, external_id=ours[each.external_id]) if each.external_id in ours else each
        for each in orders
    ]


def save_orders(connection: Connection, orders: Collection[P1Order]) -> None:
    """Remembers PharmaOne's orders; `external_id` "" says: its detail shows none of ours.

    Others' that are old enough to have been forgotten are not taken up again.
    """
    since = int(notes.get(connection, notes.FORGOTTEN_BEFORE) or 0)
    rows = map(P1_ORDERS.row, under_our_names(connection, orders))
    names = P1_ORDERS.names
    cells = ({**dict(zip(names, row, strict=True)), "since": since} for row in rows)
    connection.executemany(SQL.save_order, cells)


def orders(connection: Connection, ids: Iterable[OrderId]) -> list[P1Order]:
    """Those of them that were seen before."""
    return list(map(P1_ORDERS.value, connection.execute(_ORDERS, (as_list(ids),))))


def order_for(
    connection: Connection, uid: PharmacyOrderUid, but: OrderId | None = None
) -> P1Order | None:
    """PharmaOne's order made from this pharmacy order; of several, the first that was made and is
    listed. `but`: another one than this.
    """
    again = [f"{uid}-{edition}" for edition in range(2, 10)]  # read before the order was known
    row = connection.execute(
        _ORDER_FOR, {"uid": uid, "again": as_list(again), "but": but or ""}
    ).fetchone()
    return None if row is None else P1_ORDERS.value(row)


def known(connection: Connection, ids: Sequence[OrderId]) -> dict[OrderId, str | None]:
    """Those of them whose `external_id` is known, or known to be absent (None)."""
    return dict(connection.execute(SQL.known, (as_list(ids),)).fetchall())


def unlisted(connection: Connection, ids: Iterable[OrderId], at: datetime) -> None:
    """PharmaOne's whole list, asked for at `at`, shows others that are known and none of these."""
    connection.execute(SQL.unlisted, (micros(at), as_list(ids)))


def listed_again(connection: Connection, ids: Iterable[OrderId]) -> None:
    connection.execute(SQL.listed_again, (as_list(ids),))


def unlisted_at(connection: Connection, order_id: OrderId) -> datetime | None:
    """When such a list was last asked for; None if the order was seen since."""
    row = connection.execute(SQL.unlisted_at, (order_id,)).fetchone()
    return None if row is None else moment(row[0])


def forget_orders(connection: Connection, before: datetime, most: int) -> int:
    """Deletes PharmaOne's orders that are not ours and were made before, or met where it does not
    tell; the list may show them for years. At most so many; returns how many.
    """
    notes.put_time(connection, notes.FORGOTTEN_BEFORE, before)
    return connection.execute(SQL.forget_orders, {"before": micros(before), "most": most}).rowcount
