"""PharmaOne's routes about products and shops (pharmaone.md sections 6 and 7)."""

import math
from collections.abc import Callable
from typing import Any

from bridge.sandbox.pharmaone.access import Access
from bridge.sandbox.pharmaone.asked import number, object_in
from bridge.sandbox.pharmaone.envelope import is_price
from bridge.sandbox.pharmaone.records import Json
from bridge.sandbox.pharmaone.shop.state import CHANGEABLE, NotAssignable, Shops
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.traffic import Answer, Ask, Refusal, Route, answer

MOST_ROWS = 200
MOST_UNITS = 2**31 - 1
_DONE = {"status": "ok"}
_ROUTING = ("shop_id", "p1_id")


class ProductRoutes:
    """What a write is answered with is not documented: `{"status": "ok"}` here."""

    def __init__(self, settings: SandboxSettings, shops: Shops, access: Access) -> None:
        self._settings = settings
        self._shops = shops
        self._access = access

    def all(self) -> list[Route]:
        reads, writes = "products.read", "products.write"
        route: Callable[..., Route] = self._access.route
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
        limit = min(number(ask, "limit", default=50, least=1), MOST_ROWS)
        page = number(ask, "page", default=1, least=1)
        rows = self._shops.rows()
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
        with _known():
            return answer(self._shops.shown(ask.uid))

    def _attach(self, ask: Ask) -> Answer:
        product, _ = self._assigned(ask)
        try:
            self._shops.attach(product)
        except NotAssignable:
            raise Refusal({"error": "Product must have stock in the inventory"}) from None
        return answer(_DONE)

    def _detach(self, ask: Ask) -> Answer:
        product, _ = self._assigned(ask)
        with _known():
            self._shops.detach(product)
        return answer(_DONE)

    def _override(self, ask: Ask) -> Answer:
        product, body = self._assigned(ask)
        fields = {key: value for key, value in body.items() if key not in _ROUTING}
        _check_fields(fields)
        with _known():
            self._shops.override(product, fields)
        return answer(_DONE)

    def _add(self, ask: Ask) -> Answer:
        body = object_in(ask)
        product = _product_in(ask, body)
        stock, price = body.get("initial_stock", 1), body.get("price")
        if type(stock) is not int or not 0 <= stock <= MOST_UNITS:
            raise Refusal({"error": "initial_stock must be an integer"})
        if price is not None and not _fits("price", price):
            raise Refusal({"error": "Invalid price"})
        with _known():
            self._shops.add(product, stock, price)
        return answer(_DONE)

    def _change(self, ask: Ask) -> Answer:
        fields = object_in(ask)
        _check_fields(fields)
        with _known():
            self._shops.change(ask.uid, fields)
        return answer(_DONE)

    def _assigned(self, ask: Ask) -> tuple[str, Json]:
        body = object_in(ask)
        self._check_shop(body.get("shop_id"))
        return _product_in(ask, body), body

    def _check_shop(self, shop_id: object) -> None:
        if shop_id != self._settings.shop_id:
            raise Refusal({"error": "Invalid shop_id"})


class _known:  # noqa: N801 - reads as a statement
    """Inside it, an unknown product is a 404."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        if kind is KeyError:
            raise Refusal({"error": "Product not found"}, 404)


def _product_in(ask: Ask, body: Json) -> str:
    product = body.get("p1_id")
    if not isinstance(product, str) or not product:
        raise Refusal({"error": "p1_id is required"})
    ask.uid = product
    return product


def _check_fields(fields: Json) -> None:
    for key, value in fields.items():
        if not _fits(key, value):
            raise Refusal({"error": f"Invalid {key}"})


def _fits(key: str, value: Any) -> bool:
    if key == "price":
        return is_price(value)
    kind = CHANGEABLE.get(key)
    if kind is None:
        return False
    if kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value) and value >= 0
    return isinstance(value, kind)
