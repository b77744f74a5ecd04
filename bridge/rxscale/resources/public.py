"""RxScale's public API v2 (rxscale.md section 11): what customers of a shop see of the stock."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, StrictBool

from bridge.core.model import SkuUid
from bridge.errors import Garbled
from bridge.exchange import Priority, calls
from bridge.reading import Open
from bridge.rxscale import answers, dialect
from bridge.rxscale.calling import Caller, by_page, paged
from bridge.rxscale.wire import Count, Id, MaybeId, Rows, Text, as_size

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
    standard_selling_unit: Annotated[str | None, BeforeValidator(as_size)] = None


class PublicProduct(Open):
    uid: Id
    display_name: Text = None
    skus: Rows[PublicSku] = ()


class ProductsPage(Open):
    data: Rows[PublicProduct] = Field(validation_alias=AliasChoices("data", "products"))
    pages: Count = Field(default=None, validation_alias="totalPages")


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
        response = await self.caller.call(dialect.PUBLIC_HEALTH, Priority.SWEEP)
        if not answers.accepted(response):
            raise answers.failure(dialect.PUBLIC_HEALTH, response)

    @calls(dialect.PUBLIC_PRODUCTS)
    async def page(
        self, page: int, limit: int = MOST_PRODUCTS, *, search: str = ""
    ) -> ProductsPage:
        """Page `page`, from 0, of what the shop sells."""
        named = (("market", self.market), ("search", search))
        query = (*(pair for pair in named if pair[1]), *paged(page, limit))
        return await self.caller.read(
            dialect.PUBLIC_PRODUCTS, ProductsPage, Priority.SWEEP, uid=self.identifier, query=query
        )

    @calls(dialect.PUBLIC_PRODUCTS)
    async def products(self, *, search: str = "") -> AsyncIterator[PublicProduct]:
        """Everything that the shop sells."""

        async def fetch(page: int) -> tuple[tuple[PublicProduct, ...], int | None]:
            found = await self.page(page, search=search)
            return found.data, found.pages

        async for product in by_page(fetch, MOST_PRODUCTS):
            yield product

    @calls(dialect.LIVE_STOCK)
    async def live_stock(self, wanted: Mapping[SkuUid, int]) -> LiveStock:
        """Whether so many pieces of each SKU can be had now. "No" comes as a 409 and is an answer.

        Raises Refused where a SKU is not one of the shop (404).
        """
        body = [{"sku_uid": uid, "quantity": quantity} for uid, quantity in wanted.items()]
        route = dialect.LIVE_STOCK
        response = await self.caller.call(route, Priority.SWEEP, uid=self.identifier, body=body)
        if response.status != 409 and not answers.accepted(response):
            raise answers.failure(route, response)
        return answers.read(route, LiveStock, answers.parsed(route, response))

    @calls(dialect.RESERVE)
    async def reserve(self, wanted: Mapping[SkuUid, int], reference: str = "") -> Reservation:
        """Holds so many pieces of each SKU for 24 hours. Only a telemedicine provider's key may.

        Raises Unsure if it may have happened: then the stock is held and the draft unknown.
        """
        lines = [{"sku_uid": uid, "quantity": quantity} for uid, quantity in wanted.items()]
        body: dict[str, Any] = {"lines": lines}
        if reference:
            body["external_reservation_id"] = reference
        route = dialect.RESERVE
        response = await self.caller.call(route, Priority.SWEEP, uid=self.identifier, body=body)
        try:
            return answers.read(route, Reservation, answers.content(route, response))
        except Garbled as unreadable:
            raise answers.unsure(unreadable) from None


def in_portions(uids: Sequence[SkuUid]) -> list[Sequence[SkuUid]]:
    """As many at a time as are asked about at once."""
    return [uids[at : at + MOST_LINES] for at in range(0, len(uids), MOST_LINES)]
