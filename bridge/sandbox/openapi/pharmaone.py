"""PharmaOne as OpenAPI: its documented routes, with what is not documented left open."""

from collections.abc import Mapping
from typing import Any

from bridge.sandbox.openapi import pharmaone_shapes as shape
from bridge.sandbox.openapi.build import (
    ANY,
    COUNT,
    DAY,
    NAME,
    PRICE,
    TEXT,
    Operation,
    Schema,
    const,
    document,
    rows,
    text,
    thing,
)
from bridge.sandbox.settings import SandboxSettings

_TOKEN, _KEY, _OTHER_KEY, _QUERY_KEY = "token", "apikey", "X-API-Key", "apikey in the query"
_SCHEMES: Mapping[str, Schema] = {
    _TOKEN: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    _KEY: {"type": "apiKey", "in": "header", "name": "apikey"},
    _OTHER_KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    _QUERY_KEY: {"type": "apiKey", "in": "query", "name": "apikey"},
}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 10**9, "default": 50}
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 10**9, "default": 1}
_OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 10**9, "default": 0}
_BY_OFFSET = {"limit": _LIMIT, "offset": _OFFSET}
_BY_PAGE = {"limit": _LIMIT, "page": _PAGE}
_MONTH = text(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")


def describe(settings: SandboxSettings) -> dict[str, Any]:
    """The routes of the organisation and shop that these settings name."""
    v2 = f"/api/v2/public/orgs/{settings.org_id}"
    operations = (
        *_doors(settings, v2),
        *_shops(settings, v2),
        *_products(settings, v2),
        *_inventory(v2),
        *_orders(settings, v2),
        *_prescriptions(settings, v2),
        *_reports(v2),
    )
    about = "What PharmaOne's public documents say of its partner API, as the sandbox has it."
    return document("PharmaOne, simulated", about, operations, _SCHEMES)


def _doors(settings: SandboxSettings, v2: str) -> tuple[Operation, ...]:
    v1 = f"/api/v1/public/orgs/{settings.org_id}"
    here, at_shop = shape.envelope(settings.shop_id), shape.envelope(None)
    keys = (_KEY, _OTHER_KEY)
    answers = {200: shape.SUBMITTED, 400: shape.ERROR, 401: shape.ANY_ERROR, 409: shape.ERROR}
    return (
        Operation(
            "POST", f"{v2}/auth/token", "A token for a key",
            {200: shape.TOKEN, 401: shape.ANY_ERROR}, security=(*keys, _QUERY_KEY),
        ),
        _v2("POST", f"{v2}/order-requests", "Submit for review", shape.SUBMITTED, body=here),
        Operation("POST", f"{v1}/order-requests", "The same, with the key", answers, here,
                  security=keys),
        Operation("POST", "/api/v1/external-order", "The same, at the shop's address", answers,
                  at_shop, security=(*keys, _QUERY_KEY)),
    )  # fmt: skip


def _shops(settings: SandboxSettings, v2: str) -> tuple[Operation, ...]:
    assigned = {"shop_id": const(settings.shop_id), "p1_id": NAME}
    return (
        _v2("GET", f"{v2}/shops", "The organisation's shops", thing(data=rows(shape.SHOP))),
        _v2("POST", f"{v2}/shops/attach-product", "Put a product into a shop", ANY,
            body=thing(**assigned)),
        _v2("POST", f"{v2}/shops/detach-product", "Take a product out of a shop", ANY,
            body=thing(**assigned), missing=True),
        _v2("POST", f"{v2}/shops/product-overrides", "What a shop has otherwise", ANY,
            body=shape.overrides(assigned), missing=True),
    )  # fmt: skip


def _products(settings: SandboxSettings, v2: str) -> tuple[Operation, ...]:
    shop = {"shop_id": const(settings.shop_id)}
    ids = {"id": "20401"}
    add = thing({"initial_stock": COUNT, "price": PRICE}, p1_id=NAME)
    return (
        _v2("GET", f"{v2}/products", "A shop's products", shape.PRODUCTS,
            query={**shop, **_BY_PAGE}, needed=("shop_id",)),
        _v2("GET", f"{v2}/products/{{id}}", "One of them", shape.PRODUCT, query=shop,
            needed=("shop_id",), ids=ids, missing=True),
        _v2("POST", f"{v2}/products/add-to-inventory", "From the catalogue", ANY, body=add,
            missing=True),
        _v2("PUT", f"{v2}/products/{{id}}", "Change a product", ANY, body=shape.PRODUCT_CHANGE,
            ids=ids, missing=True),
    )  # fmt: skip


def _inventory(v2: str) -> tuple[Operation, ...]:
    ids = {"id": "20401"}
    days: Schema = {"type": "integer", "minimum": 1, "maximum": 10**9, "default": 30}
    return (
        _v2("GET", f"{v2}/inventory", "What is on hand", thing(data=rows(shape.INVENTORY_ROW))),
        _v2("POST", f"{v2}/inventory/adjust", "Change it by so many", shape.ADJUSTED,
            body=shape.ADJUST, missing=True),
        _v2("GET", f"{v2}/inventory/{{id}}/log", "A product's last 200 changes",
            thing(data=rows(shape.LOG_ROW)), ids=ids, missing=True),
        _v2("GET", f"{v2}/inventory/{{id}}/history", "Its changes by day",
            thing(data=rows(thing())), query={"days": days}, ids=ids, missing=True),
    )  # fmt: skip


def _orders(settings: SandboxSettings, v2: str) -> tuple[Operation, ...]:
    ids = {"id": "ORD_20260102_aB3dE5fG7h"}
    words = sorted(settings.p1_statuses)
    chosen = {"status": TEXT, "shop_id": TEXT}
    listed = thing(data=rows(shape.ORDER_ROW), pagination=shape.PAGINATION)
    return (
        _v2("GET", f"{v2}/orders", "Orders, newest first", listed, query={**_BY_OFFSET, **chosen}),
        _v2("GET", f"{v2}/orders/{{id}}", "One of them", shape.ORDER, ids=ids, missing=True),
        _v2("POST", f"{v2}/orders", "Make or change, by external_id and shop", shape.WRITTEN,
            body=shape.upsert(settings.shop_id, whole=True)),
        _v2("PUT", f"{v2}/orders/{{id}}", "Change", shape.WRITTEN,
            body=shape.upsert(settings.shop_id, whole=False), ids=ids, missing=True),
        _v2("PATCH", f"{v2}/orders/{{id}}/status", "Status and flags", thing(),
            body=shape.status_change(words), ids=ids, missing=True),
    )  # fmt: skip


def _prescriptions(settings: SandboxSettings, v2: str) -> tuple[Operation, ...]:
    listed = thing(data=rows(shape.PRESCRIPTION), pagination=thing(limit=COUNT, offset=COUNT))
    body = thing({"customer_email": TEXT}, shop_id=const(settings.shop_id))
    return (
        _v2("GET", f"{v2}/prescriptions", "Prescriptions", listed,
            query={**_BY_OFFSET, "status": TEXT}),
        _v2("GET", f"{v2}/prescriptions/{{id}}", "One of them", shape.PRESCRIPTION,
            ids={"id": "org1-pq-000001"}, missing=True),
        _v2("POST", f"{v2}/prescriptions", "Send one", thing(id=TEXT, upsert=TEXT), body=body),
    )  # fmt: skip


def _reports(v2: str) -> tuple[Operation, ...]:
    days, other = {"from": DAY, "to": DAY}, {"from_date": DAY, "to_date": DAY}
    months = {"month": _MONTH, "month_from": _MONTH, "month_to": _MONTH}
    listed = thing(data=rows(thing()))
    return (
        _v2("GET", f"{v2}/reports/stats", "Counts", thing(), query=days, refuses=True),
        _v2("GET", f"{v2}/reports/product-performance", "Products against the time before",
            listed, query=days, refuses=True),
        _v2("GET", f"{v2}/reports/product-sales", "Volume and revenue", listed, query=other,
            refuses=True),
        _v2("GET", f"{v2}/reports/pharmaone", "Monthly fees", listed, query=months, refuses=True),
    )  # fmt: skip


def _v2(
    method: str,
    path: str,
    summary: str,
    good: Schema,
    *,
    missing: bool = False,
    refuses: bool = False,
    **more: Any,
) -> Operation:
    """With a token; `missing`: it may be about something that there is not."""
    answers: dict[int, Schema | None] = {200: good, 401: shape.ANY_ERROR, 403: shape.ERROR}
    if refuses or "body" in more or "query" in more:
        answers[400] = shape.ERROR
    if path.endswith("/order-requests"):
        answers[409] = shape.ERROR
    if missing:
        answers[404] = shape.ERROR
    return Operation(method, path, summary, answers, security=(_TOKEN,), **more)
