"""Pharmacy orders as far as the bridge's own work reads them (rxscale.md 6.1 to 6.4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, StrictInt

from bridge.core.memory import SweptOrder
from bridge.core.model import (
    OrderLine,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    PharmacyUid,
    SkuUid,
    TrackingLink,
)
from bridge.rxscale.wire import Envelope, Moment, Pharmacy, PublicName, Urgency
from bridge.vendor import fields


class Parent(fields.Wire):
    """The order of which a pharmacy order is a part."""

    priority: Urgency = 0


class ListedOrder(fields.Wire):
    """A list row, as far as it is believed; an odd status is "" (6.1)."""

    uid: fields.Id
    status: fields.WordOrEmpty = ""
    name: PublicName = None
    order: Annotated[Parent | None, BeforeValidator(fields.as_object)] = None

    @property
    def priority(self) -> int:
        return self.order.priority if self.order else 0


class LineSku(fields.Wire):
    uid: fields.Id
    display_name: fields.Text = None
    pzn: fields.Text = None


class LinePharmacySku(fields.Wire):
    """In webhooks only, as far as documented; over REST if it comes (6.1, 7.1)."""

    uid: fields.MaybeId = None
    external_id: fields.Text = None


class Line(fields.Wire):
    """`amount` is the documented name; `quantity` is PharmaOne's and other RxScale APIs' word."""

    uid: fields.MaybeId = None
    amount: StrictInt = Field(validation_alias=AliasChoices("amount", "quantity"))
    total_paid_amount: StrictInt | None = None
    sku: LineSku
    pharmacy_sku: LinePharmacySku | None = None


class OrderToWorkOn(ListedOrder):
    """An order's detail (6.2)."""

    status: fields.Word
    order_items: fields.Rows[Line] = ()
    pharmacy: Pharmacy = None
    created_at: Moment = None
    """Documented for webhooks; whether REST has it is not (7.1, 13)."""


ListedOrders = Envelope[ListedOrder]


def swept(row: ListedOrder) -> SweptOrder:
    return SweptOrder(row.status, row.priority, row.name, PharmacyOrderUid(row.uid))


def order(
    row: OrderToWorkOn, raw: Mapping[str, Any], seen_at: datetime, ahead: timedelta
) -> PharmacyOrder:
    """`raw` is the whole answer that `row` was read from; field mappings read it.

    RxScale's clock is so far `ahead` of ours.
    """
    return PharmacyOrder(
        uid=PharmacyOrderUid(row.uid),
        status=row.status,
        seen_at=seen_at,
        name=row.name,
        priority=row.priority,
        created_at=fields.in_our_time(row.created_at, ahead),
        lines=tuple(_line(item, place) for place, item in enumerate(row.order_items, start=1)),
        detail=raw,
        pharmacy_uid=PharmacyUid(row.pharmacy) if row.pharmacy else None,
    )


def last_names(detail: Mapping[str, Any]) -> list[str | None]:
    """Of who receives the order and who pays it, as far as told (6.1). Never raises."""
    parent = detail.get("order")
    whose = ("delivery_address", "invoice_address")
    parts = [parent.get(each) for each in whose] if isinstance(parent, dict) else []
    return [fields.as_text(each.get("last_name")) for each in parts if isinstance(each, dict)]


def _line(item: Line, place: int) -> OrderLine:
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


def completion(tracking: Sequence[TrackingLink]) -> dict[str, Any]:
    """What completes an order (6.4); `{}` without a link, since no body is not documented."""
    links = [{"tracking_link": link.url, "carrier": link.carrier} for link in tracking]
    return {"tracking_links": links} if links else {}
