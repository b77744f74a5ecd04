"""RxScale's documented routes: what they refuse and what they answer (rxscale.md section 6)."""

import math
import secrets
from collections.abc import Callable
from typing import Any

from bridge.sandbox.rxscale.keys import Keys
from bridge.sandbox.rxscale.records import PharmacyOrder
from bridge.sandbox.rxscale.samples import Json
from bridge.sandbox.rxscale.state import RxScale
from bridge.sandbox.rxscale.steps import DIALECTS, completion_errors, is_url, status_errors
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.traffic import Answer, Ask, Refusal, Route, answer, encode
from bridge.sandbox.webhooks import EVENTS, Courier

BASES = ("/v1/external_pharmacy_api", "/v1/external-pharmacy-api-v1")
"""Both documented base paths; which of them the real servers know is not documented (C-1)."""
MOST_ROWS = 200
BIGGEST = 2**31 - 1

Handler = Callable[[Ask, str], Answer]
"""Answers a call that is about the pharmacy of this uid."""


class Routes:
    """The routes over one simulated RxScale. Every refusal is a documented body where one is."""

    def __init__(self, settings: SandboxSettings, rxscale: RxScale, courier: Courier) -> None:
        self._rxscale = rxscale
        self._courier = courier
        self._keys = Keys(settings)
        self._dialect = DIALECTS[settings.rx_dialect]
        self._newest_first = settings.rx_list_order == "newest"

    def all(self) -> list[Route]:
        sku_write = ("pharmacy_sku_write",)
        stock_write = ("stock_write", *sku_write)
        read, write = ("orders_read",), ("orders_write",)
        routes = [
            *self._route("GET", "/health/", (), lambda _ask: answer({"status": "ok"})),
            *self._scoped("GET", "/pharmacy_orders/", read, self._list_orders),
            *self._scoped("GET", "/pharmacy_orders/{uid}", read, self._get_order),
            *self._scoped("PATCH", "/pharmacy_orders/{uid}/status", write, self._set_status),
            *self._scoped("GET", "/pharmacy_skus/", ("stock_read",), self._list_skus),
            *self._scoped("PATCH", "/pharmacy_skus/{uid}", sku_write, self._set_sku),
            *self._scoped("PATCH", "/pharmacy_skus/{uid}/stock", stock_write, self._set_stock),
            *self._scoped("PATCH", "/pharmacy_skus/{uid}/external_id", sku_write, self._set_link),
            *self._route("GET", "/webhooks/", ("webhooks_read",), self._list_webhooks),
            *self._route("POST", "/webhooks/", ("webhooks_write",), self._add_webhook),
            *self._route("DELETE", "/webhooks/{uid}", ("webhooks_write",), self._drop_webhook),
        ]
        if self._dialect.completes_from:
            path = "/pharmacy_orders/{uid}/complete_order"
            routes += self._scoped("PATCH", path, write, self._complete)
        return routes

    def _route(
        self, method: str, path: str, any_of: tuple[str, ...], handle: Callable[[Ask], Answer]
    ) -> list[Route]:
        def checked(ask: Ask) -> Answer:
            self._keys.check(ask.headers, any_of)
            return handle(ask)

        return [Route(method, base + path, path, checked) for base in BASES]

    def _scoped(
        self, method: str, path: str, any_of: tuple[str, ...], handle: Handler
    ) -> list[Route]:
        def checked(ask: Ask) -> Answer:
            key = self._keys.check(ask.headers, any_of)
            return handle(ask, self._keys.pharmacy(key, ask))

        return [Route(method, base + path, path, checked) for base in BASES]

    # ------------------------------------------------------------------ orders

    def _list_orders(self, ask: Ask, pharmacy_uid: str) -> Answer:
        status, text = ask.query.get("status"), ask.query.get("search", "").lower()
        if status is not None and status not in self._dialect.steps:
            raise _invalid({"status": [f"Must be one of: {', '.join(self._dialect.steps)}."]})
        found = [
            order
            for order in self._rxscale.orders.values()
            if order.pharmacy_uid == pharmacy_uid
            and (status is None or order.status == status)
            and (not text or order.mentions(text))
        ]
        if self._newest_first:
            found.reverse()
        return _page(ask, found, PharmacyOrder.row)

    def _get_order(self, ask: Ask, pharmacy_uid: str) -> Answer:
        return answer(self._order(ask, pharmacy_uid).detail())

    def _set_status(self, ask: Ask, pharmacy_uid: str) -> Answer:
        order = self._order(ask, pharmacy_uid)
        body = _body(ask)
        errors = status_errors(self._dialect, order.status, body)
        if errors:
            raise _invalid(errors)
        self._rxscale.set_order_status(order.uid, body["status"])
        return Answer(200, order.row())

    def _complete(self, ask: Ask, pharmacy_uid: str) -> Answer:
        order = self._order(ask, pharmacy_uid)
        errors = completion_errors(self._dialect, order.status, _body(ask) if ask.body else {})
        if errors:
            raise Refusal({"error": errors, "pharmacy": order.data["pharmacy"]})
        self._rxscale.set_order_status(order.uid, "completed")
        return answer(order.completed())

    def _order(self, ask: Ask, pharmacy_uid: str) -> PharmacyOrder:
        order = self._rxscale.orders.get(ask.uid)
        if order is None or order.pharmacy_uid != pharmacy_uid:
            raise _not_found()
        return order

    # ------------------------------------------------------------------ SKUs

    def _list_skus(self, ask: Ask, pharmacy_uid: str) -> Answer:
        found = [sku for sku in self._rxscale.skus.values() if sku["pharmacy"] == pharmacy_uid]
        return _page(ask, found, encode)

    def _set_sku(self, ask: Ask, pharmacy_uid: str) -> Answer:
        return self._change_sku(ask, pharmacy_uid, {"price", "stock", "external_id"}, set())

    def _set_stock(self, ask: Ask, pharmacy_uid: str) -> Answer:
        return self._change_sku(ask, pharmacy_uid, {"stock"}, {"stock"})

    def _set_link(self, ask: Ask, pharmacy_uid: str) -> Answer:
        return self._change_sku(ask, pharmacy_uid, {"external_id"}, {"external_id"})

    def _change_sku(
        self, ask: Ask, pharmacy_uid: str, known: set[str], required: set[str]
    ) -> Answer:
        sku = self._rxscale.skus.get(ask.uid)
        if sku is None or sku["pharmacy"] != pharmacy_uid:
            raise _not_found()
        body = _body(ask)
        errors = {key: ["Missing data for required field."] for key in required - body.keys()}
        errors |= {key: ["Unknown field."] for key in body.keys() - known}
        errors |= {
            key: [f"Not a valid {_SKU_FIELDS[key][0]}."]
            for key in body.keys() & known
            if not _SKU_FIELDS[key][1](body[key])
        }
        if errors:
            raise _invalid(errors)
        return answer(self._rxscale.change_sku(ask.uid, body))

    # ------------------------------------------------------------------ webhooks

    def _list_webhooks(self, _ask: Ask) -> Answer:
        """A bare array, without secrets (section 6.11)."""
        return answer(
            [
                {"uid": one.uid, "target": one.target, "notification_type": one.event}
                for one in self._courier.subscriptions.values()
                if one.vendor == "rxscale"
            ]
        )

    def _add_webhook(self, ask: Ask) -> Answer:
        body = _body(ask)
        target, event = body.get("target"), body.get("notification_type")
        errors: dict[str, Any] = {}
        if not isinstance(target, str) or not is_url(target):
            errors["target"] = ["Not a valid URL."]
        if event not in EVENTS["rxscale"]:
            errors["notification_type"] = [f"Must be one of: {', '.join(EVENTS['rxscale'])}."]
        if errors:
            raise _invalid(errors)
        secret = f"whsec_{secrets.token_hex(16)}"
        [one] = self._courier.subscribe("rxscale", str(target), secret, [str(event)])
        ask.uid = one.uid
        added = {"uid": one.uid, "target": one.target, "notification_type": one.event}
        return answer({**added, "signing_secret": secret}, 201)

    def _drop_webhook(self, ask: Ask) -> Answer:
        one = self._courier.subscriptions.get(ask.uid)
        if one is None or one.vendor != "rxscale":
            raise _not_found()
        self._courier.unsubscribe(ask.uid)
        return Answer(204)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= BIGGEST


_SKU_FIELDS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "price": ("integer", _is_count),
    "stock": ("integer", _is_count),
    "external_id": ("string", lambda value: value is None or isinstance(value, str)),
}
"""What each field of a SKU has to be; the documents give types but no ranges (section 6.8)."""


def _page(ask: Ask, found: list[Any], row: Callable[[Any], bytes]) -> Answer:
    """One page of a list; a larger limit is capped (rxscale.md section 5)."""
    page = _number(ask, "page", default=0, least=0)
    limit = min(_number(ask, "limit", default=50, least=1), MOST_ROWS)
    rows = b",".join([row(each) for each in found[page * limit : (page + 1) * limit]])
    total, pages = len(found), math.ceil(len(found) / limit)
    tail = f'],"totalRegistries":{total},"totalPages":{pages}}}'
    return Answer(200, b'{"data":[' + rows + tail.encode())


def _number(ask: Ask, name: str, *, default: int, least: int) -> int:
    text = ask.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least:
        raise _invalid({name: ["Not a valid integer."]})
    return int(text)


def _body(ask: Ask) -> Json:
    body = ask.json()
    if body is None:
        raise Refusal({"error": "Bad request"})
    return body


def _invalid(errors: dict[str, Any]) -> Refusal:
    return Refusal({"error": errors})


def _not_found() -> Refusal:
    return Refusal({"error": "Resource not found"}, 404)
