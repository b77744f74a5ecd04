"""PharmaOne's products and its one shop, and their routes (pharmaone.md sections 6 and 7)."""

import math
from collections.abc import Mapping
from typing import Any

from bridge.sandbox.kit import (
    Answer,
    Ask,
    Json,
    Refusal,
    Route,
    answer,
    is_amount,
    is_whole,
    unknown_as_404,
)
from bridge.sandbox.pharmaone.access import READ, Access
from bridge.sandbox.pharmaone.envelope import Check, is_a, is_price
from bridge.sandbox.pharmaone.goods import Goods
from bridge.sandbox.settings import SandboxSettings

UNKNOWN = "Product not found"
_DONE = {"status": "ok"}
_ROUTING = ("shop_id", "p1_id")


CHANGEABLE: Mapping[str, Check] = {
    **dict.fromkeys(("name", "slug", "description", "category"), is_a(str)),
    "price": is_price,
    "available": is_a(bool),
    "thc": is_amount,
    "cbd": is_amount,
}
"""What PUT takes (pharmaone.md section 7); the names for THC and CBD are not documented."""


class Shop:
    """One shop's products over the organisation's goods. KeyError for unknown products."""

    def __init__(self, settings: SandboxSettings, goods: Goods) -> None:
        self._settings = settings
        self._goods = goods
        self._attached = {name for name in goods.rows if name not in settings.p1_unattached}
        self._own: dict[str, Json] = {}
        self._overrides: dict[str, Json] = {}

    def rows(self) -> list[Json]:
        """The shop's products, by their ids."""
        return [self.shown(name) for name in sorted(self._attached & self._goods.rows.keys())]

    def shown(self, product: str) -> Json:
        """As the shop has it. Raises KeyError for what it lacks."""
        if product not in self._attached:
            raise KeyError(product)
        row = self._goods.rows[product]
        return {
            "p1_id": product,
            "name": row["name"],
            "slug": _slug(row["name"]),
            "category": row["category"],
            "price": row["price"],
            "stock_quantity": row["stockquantity"],
            **self._own.get(product, {}),
            **self._overrides.get(product, {}),
            "shop_id": self._settings.shop_id,
        }

    def attach(self, product: str) -> None:
        """Raises Refusal for one without stock, in the inventory or not."""
        if product not in self._goods.rows or self._goods.on_hand(product) <= 0:
            raise Refusal("Product must have stock in the inventory")
        self._attached.add(product)

    def detach(self, product: str) -> None:
        self._attached.remove(product)
        self._overrides.pop(product, None)

    def override(self, product: str, fields: Json) -> None:
        if product not in self._attached:
            raise KeyError(product)
        self._overrides.setdefault(product, {}).update(fields)

    def change(self, product: str, fields: Json) -> None:
        """Of a product in the inventory."""
        row = self._goods.rows[product]
        listed: Json = {
            key: value for key, value in fields.items() if key in {"name", "price", "category"}
        }
        self._goods.set([{"p1_id": row["p1_id"], **listed}])
        rest = {key: value for key, value in fields.items() if key not in listed}
        self._own.setdefault(product, {}).update(rest)

    def add(self, product: str, stock: int, price: float | None) -> None:
        """From PharmaOne's catalogue; one that is there already stays as it is."""
        if product in self._goods.rows:
            return
        if product not in self._settings.p1_catalogue:
            raise KeyError(product)
        more: dict[str, Any] = {} if price is None else {"price": price}
        self._goods.set([{"p1_id": product, "stockquantity": stock, **more}])


class ProductRoutes:
    """What a write is answered with is not documented: `{"status": "ok"}` here."""

    def __init__(self, settings: SandboxSettings, shop: Shop, access: Access) -> None:
        self._settings = settings
        self._shop = shop
        self._access = access

    def all(self) -> list[Route]:
        reads, writes = "products.read", "products.write"
        route = self._access.route
        return [
            route("GET", "/shops", reads, self._list_shops),
            route("POST", "/shops/attach-product", writes, self._attach),
            route("POST", "/shops/detach-product", writes, self._detach),
            route("POST", "/shops/product-overrides", writes, self._override),
            route("GET", "/products", reads, self._list_products),
            route("GET", "/products/{id}", reads, self._get_product),
            route("POST", "/products/add-to-inventory", writes, self._add),
            route("PUT", "/products/{id}", writes, self._change),
        ]

    def _list_shops(self, _ask: Ask) -> Answer:
        shop = {"shop_id": self._settings.shop_id, "name": self._settings.shop_name}
        return answer({"data": [{**shop, "is_active": True}]})

    def _list_products(self, ask: Ask) -> Answer:
        """By page from 1; under which keys was not seen, so it is a setting."""
        self._check_shop(ask.query.get("shop_id"))
        limit, page = READ.limit(ask), READ.number(ask, "page", default=1, least=1)
        rows = self._shop.rows()
        found = rows[(page - 1) * limit : page * limit]
        paging = {
            "page": page,
            "pageSize": limit,
            "total": len(rows),
            "totalPages": math.ceil(len(rows) / limit),
        }
        if self._settings.p1_products_shape == "flat":
            return answer({"products": found, **paging})
        return answer({"data": found, "pagination": paging})

    def _get_product(self, ask: Ask) -> Answer:
        self._check_shop(ask.query.get("shop_id"))
        with unknown_as_404(UNKNOWN):
            return answer(self._shop.shown(ask.uid))

    def _attach(self, ask: Ask) -> Answer:
        product, _ = self._assigned(ask)
        self._shop.attach(product)
        return answer(_DONE)

    def _detach(self, ask: Ask) -> Answer:
        product, _ = self._assigned(ask)
        with unknown_as_404(UNKNOWN):
            self._shop.detach(product)
        return answer(_DONE)

    def _override(self, ask: Ask) -> Answer:
        product, body = self._assigned(ask)
        fields = {key: value for key, value in body.items() if key not in _ROUTING}
        _check_fields(fields)
        with unknown_as_404(UNKNOWN):
            self._shop.override(product, fields)
        return answer(_DONE)

    def _add(self, ask: Ask) -> Answer:
        body = READ.body(ask)
        product = product_in(ask, body)
        stock, price = body.get("initial_stock", 1), body.get("price")
        if not is_whole(stock):
            raise Refusal("initial_stock must be an integer")
        if price is not None and not is_price(price):
            raise Refusal("Invalid price")
        with unknown_as_404(UNKNOWN):
            self._shop.add(product, stock, price)
        return answer(_DONE)

    def _change(self, ask: Ask) -> Answer:
        fields = READ.body(ask)
        _check_fields(fields)
        with unknown_as_404(UNKNOWN):
            self._shop.change(ask.uid, fields)
        return answer(_DONE)

    def _assigned(self, ask: Ask) -> tuple[str, Json]:
        body = READ.body(ask)
        self._check_shop(body.get("shop_id"))
        return product_in(ask, body), body

    def _check_shop(self, shop_id: object) -> None:
        if shop_id != self._settings.shop_id:
            raise Refusal("Invalid shop_id")


def product_in(ask: Ask, body: Json) -> str:
    product = body.get("p1_id")
    if not isinstance(product, str) or not product:
        raise Refusal("p1_id is required")
    ask.uid = product
    return product


def _check_fields(fields: Json) -> None:
    for key, value in fields.items():
        if key not in CHANGEABLE or not CHANGEABLE[key](value):
            raise Refusal(f"Invalid {key}")


def _slug(name: str) -> str:
    return "-".join(name.lower().split())
