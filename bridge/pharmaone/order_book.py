"""PharmaOne's orders with their money, and writing orders without a review (9)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bridge.core.model import OrderId, ProductId
from bridge.exchange import calls
from bridge.pharmaone import dialect
from bridge.pharmaone.calling import Caller
from bridge.pharmaone.orders import OrderSummaries, OrderSummary
from bridge.pharmaone.wire import counted
from bridge.vendor.calling import chosen, given


@dataclass(frozen=True, slots=True)
class UpsertItem:
    """A line of an order that is written; `quantity` in units goes out as `qty` (C7), `price` in
    euros. Other fields are not documented: `more`.
    """

    quantity: int
    p1_id: ProductId | None = None
    name: str | None = None
    price: Decimal | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        known = given(p1_id=self.p1_id, name=self.name, price=self.price, qty=self.quantity)
        return {**self.more, **known}


@dataclass(frozen=True, slots=True)
class OrderUpsert:
    """An order to be made, or changed where `external_id` and `shop_id` are known (9).

    `ordered_at` goes out as `order_datetime`. The rest of the body is not documented: `more`.
    """

    shop_id: str
    external_id: str
    items: tuple[UpsertItem, ...] = ()
    order_number: str | None = None
    ordered_at: datetime | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        at = self.ordered_at and self.ordered_at.astimezone(UTC).isoformat()[:-6] + "Z"
        known = given(
            shop_id=self.shop_id,
            external_id=self.external_id,
            order_number=self.order_number,
            order_datetime=at,
            items=[item.body() for item in self.items] or None,
        )
        return {**self.more, **known}


@dataclass(frozen=True, slots=True)
class Orders:
    """One organisation's orders. What a write is answered with is not documented: it is given back
    as it came.
    """

    caller: Caller

    @calls(dialect.ORDERS)
    def all(self, *, status: str = "", shop_id: str = "") -> AsyncIterator[OrderSummary]:
        """All orders there are. One that is put in before what was read shifts the rest: a row may
        come twice.
        """
        wanted = chosen(status=status, shop_id=shop_id)
        return self.caller.every(dialect.ORDERS, OrderSummaries, counted, wanted)

    @calls(dialect.UPSERT_ORDER)
    async def upsert(self, order: OrderUpsert) -> Mapping[str, Any]:
        """Makes an order without a review, or changes the one with this `external_id` and shop.

        What a repetition does to an order that has gone on is not documented. Raises Unsure if it
        may have happened.
        """
        return await self.caller.change(dialect.UPSERT_ORDER, order.body())

    @calls(dialect.CHANGE_ORDER)
    async def change(self, order_id: OrderId, order: OrderUpsert) -> Mapping[str, Any]:
        """Changes an order; whether what is not sent stays is not documented."""
        return await self.caller.change(dialect.CHANGE_ORDER, order.body(), ident=order_id)
