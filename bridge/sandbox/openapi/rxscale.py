"""RxScale as OpenAPI: the External Pharmacy API of the current dialect, and the public API."""

from typing import Any

from bridge.sandbox.openapi import rxscale_shapes as shape
from bridge.sandbox.openapi.build import NAME, TEXT, Operation, Schema, document, rows, text
from bridge.sandbox.settings import SandboxSettings

BASE = "/v1/external_pharmacy_api"
PUBLIC = "/v2/public"
_KEY, _BEARER, _LEGACY = "X-API-Key", "bearer", "X-RxScale-Authorization"
_SCHEMES: dict[str, Schema] = {
    _KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    _BEARER: {"type": "http", "scheme": "bearer"},
    _LEGACY: {"type": "apiKey", "in": "header", "name": "X-RxScale-Authorization"},
}
_MOST = 10**18 - 1
_MOMENT: Schema = {"type": "integer", "minimum": 0, "maximum": _MOST}
_PAGED: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 0, "maximum": _MOST, "default": 0},
    "limit": {"type": "integer", "minimum": 1, "maximum": _MOST, "default": 50},
}
_STATUSES = (
    "init", "waiting for pharmacy", "pending review", "on-hold", "in-progress",
    "ready_for_pickup", "completed", "cancelled",
)  # fmt: skip
_ORDER, _SKU = {"uid": "po-0000001"}, {"uid": "psku-1001"}


def describe(settings: SandboxSettings) -> dict[str, Any]:
    """The routes as one pharmacy's key sees them."""
    pharmacy = {"pharmacy_uid": text(settings.pharmacy_uid)}
    operations = (
        _pharmacy("GET", "/health/", "Whether it answers this key", {200: {}}),
        *_orders(pharmacy),
        *_skus(pharmacy),
        *_webhooks(),
        *_public(settings),
    )
    about = "What RxScale's public documents say of its APIs, as the sandbox has them."
    return document("RxScale, simulated", about, operations, _SCHEMES)


def _orders(pharmacy: dict[str, Schema]) -> tuple[Operation, ...]:
    chosen = {**_PAGED, **pharmacy, "status": text(*_STATUSES), "search": TEXT}
    base = "/pharmacy_orders"
    payouts = {
        **_PAGED, **pharmacy,
        "status": text("projected", "routed"),
        "search": TEXT,
        "start_date": _MOMENT,
        "end_date": _MOMENT,
        "sort_by": text("pharmacy_order_created_at", "routing_created_at", "amount"),
        "sort_direction": text("asc", "desc"),
    }  # fmt: skip
    return (
        _pharmacy("GET", f"{base}/", "Orders", {200: shape.page(shape.ORDER_ROW)}, query=chosen),
        _pharmacy("GET", f"{base}/{{uid}}", "One order", {200: shape.ORDER}, query=pharmacy,
                  ids=_ORDER),
        _pharmacy("PATCH", f"{base}/{{uid}}/status", "Move an order", {200: shape.ORDER_ROW},
                  query=pharmacy, body=shape.STATUS, ids=_ORDER),
        _pharmacy("PATCH", f"{base}/{{uid}}/complete_order", "Complete an order",
                  {200: shape.COMPLETED}, query=pharmacy, body=shape.COMPLETE,
                  body_required=False, ids=_ORDER),
        _pharmacy("GET", "/payouts", "What is paid", {200: shape.page(shape.PAYOUT)},
                  query=payouts),
    )  # fmt: skip


def _skus(pharmacy: dict[str, Schema]) -> tuple[Operation, ...]:
    base = "/pharmacy_skus"
    more: dict[str, Any] = {"query": pharmacy, "ids": _SKU}
    return (
        _pharmacy("GET", f"{base}/", "SKUs", {200: shape.page(shape.SKU)},
                  query={**_PAGED, **pharmacy}),
        _pharmacy("PATCH", f"{base}/{{uid}}", "Change a SKU", {200: shape.SKU},
                  body=shape.SKU_CHANGE, **more),
        _pharmacy("PATCH", f"{base}/{{uid}}/stock", "Set its stock", {200: shape.SKU},
                  body=shape.STOCK, **more),
        _pharmacy("PATCH", f"{base}/{{uid}}/external_id", "Set the pharmacy's id",
                  {200: shape.SKU}, body=shape.EXTERNAL_ID, **more),
    )  # fmt: skip


def _webhooks() -> tuple[Operation, ...]:
    return (
        _pharmacy("GET", "/webhooks/", "Subscriptions", {200: rows(shape.SUBSCRIPTION)}),
        _pharmacy("POST", "/webhooks/", "Subscribe", {201: shape.REGISTERED},
                  body=shape.SUBSCRIBE),
        _pharmacy("DELETE", "/webhooks/{uid}", "Unsubscribe", {204: None}, ids={"uid": "sub-1"}),
    )  # fmt: skip


def _public(settings: SandboxSettings) -> tuple[Operation, ...]:
    shop = f"{PUBLIC}/products/{{shop}}"
    ids = {"shop": settings.rx_shop}
    query = {**_PAGED, "market": NAME, "search": TEXT}
    opened: dict[str, Any] = {"security": (_KEY, _BEARER, _LEGACY), "ids": ids}
    wrong = {400: shape.WRONG, 401: shape.DENIED, 403: shape.DENIED, 404: shape.ERROR}
    return (
        Operation("GET", f"{PUBLIC}/health/", "Whether it answers this key",
                  {200: {}, 401: shape.DENIED}, security=(_KEY, _BEARER, _LEGACY)),
        Operation("GET", shop, "What a shop sells", {200: shape.page(shape.PRODUCT), **wrong},
                  query=query, needed=("market",), **opened),
        Operation("POST", f"{shop}/live-stock", "Whether so many can be had",
                  {200: shape.LIVE_STOCK, 409: shape.LIVE_STOCK, **wrong},
                  body=rows(shape.LINE, least=1), **opened),
        Operation("POST", f"{shop}/reservation", "Hold so many for a day",
                  {200: shape.RESERVATION, **wrong}, body=shape.RESERVE, **opened),
    )  # fmt: skip


def _pharmacy(
    method: str, path: str, summary: str, good: dict[int, Schema | None], **more: Any
) -> Operation:
    answers = {**good, 401: shape.DENIED, 403: shape.DENIED}
    if "query" in more or "body" in more:
        answers[400] = shape.WRONG
        answers[404] = shape.ERROR
    if "ids" in more:
        answers[404] = shape.ERROR
    return Operation(method, BASE + path, summary, answers, security=(_KEY,), **more)
