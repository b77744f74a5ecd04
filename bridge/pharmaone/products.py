"""PharmaOne's catalogue: the products of the organisation and of its shops (6 and 7)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import AliasChoices, Field, model_validator

from bridge.core.model import ProductId
from bridge.exchange import calls
from bridge.pharmaone import dialect
from bridge.pharmaone.calling import Caller
from bridge.pharmaone.wire import Euros
from bridge.vendor.calling import by_page, given
from bridge.vendor.fields import Count, Id, Listed, Open, Text

PAGE = 50
"""The documented default; the most that may be asked for is not documented (7)."""
_ROWS = ("data", "products", "items")
"""Under which key a page holds its rows was not seen (7)."""


class Product(Open):
    """A product of a shop: `price` in euros, `stock_quantity` in units (often grams).

    THC, CBD and what else it has are not documented: they are in `more`.
    """

    p1_id: Id
    name: Text = None
    category: Text = None
    price: Euros = None
    stock_quantity: Count = Field(
        default=None, validation_alias=AliasChoices("stock_quantity", "stockquantity")
    )
    slug: Text = None
    shop_id: Text = None


class ProductRows(Listed[Product]):
    """One page of products."""

    @model_validator(mode="before")
    @classmethod
    def _in_one_shape(cls, raw: Any) -> Any:
        """Bare, under another key, or with its paging inside `pagination`: no page was seen."""
        if isinstance(raw, list):
            return {"data": raw}
        if not isinstance(raw, dict):
            return raw
        paging = raw.get("pagination")
        rows = next((raw[key] for key in _ROWS if key in raw), None)
        flat = {**raw, **(paging if isinstance(paging, dict) else {}), "pagination": None}
        return {**flat, "data": rows} if rows is not None else flat


@dataclass(frozen=True, slots=True)
class ProductChange:
    """What to change of a product; what is None stays. `price` in euros, exact to the cent.

    `more`: fields whose names are not documented, such as THC, CBD and availability (7).
    """

    name: str | None = None
    slug: str | None = None
    description: str | None = None
    category: str | None = None
    price: Decimal | None = None
    available: bool | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        known = ("name", "slug", "description", "category", "price", "available")
        return {**self.more, **given(**{key: getattr(self, key) for key in known})}


@dataclass(frozen=True, slots=True)
class Products:
    """One organisation's products. What a write is answered with is not documented: it is given
    back as it came, empty if there was nothing.
    """

    caller: Caller

    @calls(dialect.PRODUCTS)
    def all(self, shop_id: str, limit: int = PAGE) -> AsyncIterator[Product]:
        """Everything a shop has. Ends at the last page named, else at the first that brings
        nothing new: whether a page after the last is empty is not documented.
        """
        return self.caller.every(
            dialect.PRODUCTS,
            ProductRows,
            lambda place: by_page(place.number + 1, limit),
            (("shop_id", shop_id),),
            full=1,
            key=lambda row: row.p1_id,
        )

    @calls(dialect.PRODUCT)
    async def one(self, product: ProductId, shop_id: str) -> Product | None:
        """One product as a shop has it (7); None if there is none (404)."""
        query = (("shop_id", shop_id),)
        return await self.caller.find(dialect.PRODUCT, Product, ident=product, query=query)

    @calls(dialect.ADD_PRODUCT)
    async def add_to_inventory(
        self, product: ProductId, *, initial_stock: int, price: Decimal | None = None
    ) -> Mapping[str, Any]:
        """Takes a product of PharmaOne's catalogue into the inventory (7).

        `initial_stock` in units is always said: left out it is 1, which may not be there. `price`
        in euros. Raises Unsure if it may have happened; twice is not documented.
        """
        body = given(p1_id=product, initial_stock=initial_stock, price=price)
        return await self.caller.change(dialect.ADD_PRODUCT, body)

    @calls(dialect.CHANGE_PRODUCT)
    async def change(self, product: ProductId, change: ProductChange) -> Mapping[str, Any]:
        """Changes a product of the inventory (7); that what is not sent stays is inferred."""
        return await self.caller.change(dialect.CHANGE_PRODUCT, change.body(), ident=product)

    @calls(dialect.ATTACH)
    async def attach(
        self, product: ProductId, shop_id: str, more: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Puts a product of the inventory, with stock above 0, into a shop (6).

        The body has at least one more field, whose name was not seen: it goes into `more`.
        """
        return await self.caller.change(dialect.ATTACH, _assigned(product, shop_id, more))

    @calls(dialect.DETACH)
    async def detach(
        self, product: ProductId, shop_id: str, more: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Takes a product out of a shop (6); the fields of the body are inferred."""
        return await self.caller.change(dialect.DETACH, _assigned(product, shop_id, more))

    @calls(dialect.OVERRIDE)
    async def override(
        self, product: ProductId, shop_id: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What a shop has otherwise of a product (6); no field's name is documented."""
        return await self.caller.change(dialect.OVERRIDE, _assigned(product, shop_id, fields))


def _assigned(product: ProductId, shop_id: str, more: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**(more or {}), "shop_id": shop_id, "p1_id": product}
