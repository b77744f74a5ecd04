"""From RxScale's words to the bridge's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.model import (
    CatalogueSku,
    OrderLine,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    SkuUid,
)
from bridge.rxscale import wire


@dataclass(frozen=True, slots=True)
class SweptRow:
    """A list row: enough to see whether an order is new or has changed.

    `status` is "" where the row held no usable word; a look at the order then names the fault.
    """

    uid: PharmacyOrderUid
    status: str
    priority: int = 0
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """One page of orders; `total` rows and `pages` pages in all, as of this answer."""

    rows: tuple[SweptRow, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class SkusPage:
    """One page of the catalogue. Deleted rows and rows without a SKU are left out."""

    skus: tuple[CatalogueSku, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook registered at RxScale: one event type to one address (rxscale.md section 6.11)."""

    uid: str
    target: str
    event: str


def order(row: wire.Order, raw: Mapping[str, Any], seen_at: datetime) -> PharmacyOrder:
    """`raw` is the whole answer that `row` was read from; field mappings read it."""
    return PharmacyOrder(
        uid=PharmacyOrderUid(row.uid),
        status=row.status,
        seen_at=seen_at,
        name=row.name,
        priority=row.priority,
        lines=tuple(_line(item, place) for place, item in enumerate(row.order_items, start=1)),
        detail=raw,
    )


def _line(item: wire.OrderItem, place: int) -> OrderLine:
    psku = item.pharmacy_sku
    return OrderLine(
        uid=item.uid or f"line-{place}",
        sku_uid=SkuUid(item.sku.uid),
        amount=item.amount,
        paid_cents=item.total_paid_amount,
        name=item.sku.display_name or "",
        pzn=item.sku.pzn,
        pharmacy_sku_uid=PharmacySkuUid(psku.uid) if psku and psku.uid else None,
        external_id=psku.external_id if psku else None,
    )


def orders_page(page: wire.OrdersPage, limit: int) -> OrdersPage:
    rows = tuple(
        SweptRow(PharmacyOrderUid(row.uid), row.status, row.priority, row.name) for row in page.data
    )
    return OrdersPage(rows, page.total, _pages(page, limit))


def skus_page(page: wire.SkusPage, limit: int) -> SkusPage:
    skus = tuple(sku for row in page.data if (sku := _sku(row)) is not None)
    return SkusPage(skus, page.total, _pages(page, limit))


def _sku(row: wire.SkuRow) -> CatalogueSku | None:
    if row.deleted_at or row.sku is None or row.sku.uid is None:
        return None
    return CatalogueSku(
        pharmacy_sku_uid=PharmacySkuUid(row.uid),
        sku_uid=SkuUid(row.sku.uid),
        external_id=row.external_id,
        stock=row.stock,
        price_cents=row.price,
        **row.sku.model_dump(exclude={"uid"}),
    )


def _pages(page: wire.Page, limit: int) -> int:
    return -(-page.total // limit) if page.pages is None else page.pages


def subscriptions(rows: wire.Subscriptions) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(row.uid, row.target or "", row.notification_type or "") for row in rows.data
    )
