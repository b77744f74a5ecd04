"""RxScale's public API v2 (rxscale.md section 11): what customers of a shop see of the stock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import AliasChoices, Field, StrictBool

from bridge.core.model import SkuUid
from bridge.exchange import calls
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.wire import Size, numbered
from bridge.vendor.answers import is_accepted
from bridge.vendor.calling import chosen
from bridge.vendor.fields import Count, Id, Listed, MaybeId, Open, Rows, Text

MOST_PRODUCTS = 150
"""The largest page of products (5)."""
MOST_LINES = 50
"""So many SKUs are asked about at once; how many may be is not documented."""


class PublicSku(Open):
    """A SKU as a shop sells it; `price_cents` in the cents of `currency`.

    `availability` is one of High, Medium, Low and Unavailable. Attributes and the telemedicine
    provider's id are in `more`, in either documented shape (C-22).
    """

    uid: Id
    display_name: Text = None
    availability: Text = None
    price_cents: Count = Field(default=None, validation_alias="price")
    currency: Text = None
    unit: Text = None
    standard_selling_unit: Size = None


class PublicProduct(Open):
    uid: Id
    display_name: Text = None
    skus: Rows[PublicSku] = ()


class PublicProducts(Listed[PublicProduct]):
    data: Rows[PublicProduct] = Field(validation_alias=AliasChoices("data", "products"))


class StockLine(Open):
    """Whether so many of a SKU can be had; `available_stock` is what the shop has of it."""

    sku_uid: Id
    available: StrictBool
    available_stock: Count = None


class LiveStock(Open):
    """`available`: everything that was asked for can be had."""

    available: StrictBool
    lines: Rows[StockLine]


class DraftOrder(Open):
    """`reserve_inventory_until` as it came: an ISO 8601 time."""

    id: MaybeId = None
    reserve_inventory_until: Text = None


class Reservation(Open):
    """A shop's draft order that holds stock for 24 hours."""

    status: Text = None
    external_reservation_id: Text = None
    draft_order: DraftOrder


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop, by its identifier, in one market (`DE`)."""

    caller: Caller
    identifier: str
    market: str

    @calls(dialect.PUBLIC_HEALTH)
    async def health(self) -> None:
        """Returns if the public API answers this key; what it answers is not documented."""
        route = dialect.PUBLIC_HEALTH
        self.caller.answers.accepted(route, await self.caller.call(route))

    @calls(dialect.PUBLIC_PRODUCTS)
    def products(self, *, search: str = "") -> AsyncIterator[PublicProduct]:
        """Everything that the shop sells."""
        wanted = chosen(market=self.market, search=search)
        by = partial(numbered, limit=MOST_PRODUCTS)
        route = dialect.PUBLIC_PRODUCTS
        return self.caller.every(route, PublicProducts, by, wanted, ident=self.identifier)

    @calls(dialect.LIVE_STOCK)
    async def live_stock(self, wanted: Mapping[SkuUid, int]) -> LiveStock:
        """Whether so many pieces of each SKU can be had now. "No" comes as a 409 and is an answer.

        Raises Refused where a SKU is not one of the shop (404), ValueError for less than one piece.
        """
        route, answers = dialect.LIVE_STOCK, self.caller.answers
        body = self.caller.encode(_lines(wanted))
        response = await self.caller.call(route, ident=self.identifier, body=body)
        if response.status != 409 and not is_accepted(response):
            raise answers.failure(route, response)
        return answers.read(route, LiveStock, answers.parsed(route, response))

    @calls(dialect.RESERVE)
    async def reserve(self, wanted: Mapping[SkuUid, int], reference: str = "") -> Reservation:
        """Holds so many pieces of each SKU for 24 hours. Only a telemedicine provider's key may.

        Raises Unsure if it may have happened: then the stock is held and the draft unknown; and
        ValueError for less than one piece, before anything is sent.
        """
        body: dict[str, Any] = {"lines": _lines(wanted)}
        if reference:
            body["external_reservation_id"] = reference
        return await self.caller.change_for(
            dialect.RESERVE, Reservation, body, ident=self.identifier
        )


def _lines(wanted: Mapping[SkuUid, int]) -> list[dict[str, Any]]:
    """RxScale takes quantities from 1 (11.3)."""
    for uid, quantity in wanted.items():
        if quantity < 1:
            raise ValueError(f"{uid}: quantity {quantity}, which must be at least 1")
    return [{"sku_uid": uid, "quantity": quantity} for uid, quantity in wanted.items()]


def in_portions(uids: Sequence[SkuUid]) -> list[Sequence[SkuUid]]:
    """As many at a time as are asked about at once."""
    return [uids[at : at + MOST_LINES] for at in range(0, len(uids), MOST_LINES)]
