"""RxScale's documented routes: what they refuse and what they answer (rxscale.md section 6)."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from bridge.sandbox.kit import Answer, Ask, Json, Refusal, Route, answer, encode, mentions
from bridge.sandbox.rxscale.access import READ, Keys, invalid, not_found, page
from bridge.sandbox.rxscale.orders import PharmacyOrder, RxScale
from bridge.sandbox.rxscale.public import PublicRoutes
from bridge.sandbox.rxscale.shelf import CHECKS, sku_errors
from bridge.sandbox.rxscale.steps import completion_errors, is_url, status_errors
from bridge.sandbox.settings import DOCUMENTED, SandboxSettings
from bridge.sandbox.webhooks import Courier, Subscription

BASES = ("/v1/external_pharmacy_api", "/v1/external-pharmacy-api-v1")
"""Both documented base paths; which of them the real servers know is not documented (C-1)."""

_SORTS = ("pharmacy_order_created_at", "routing_created_at", "amount")
_NAMES = (
    "pharmacy_order_uid", "pharmacy_order_name", "provider_route_id", "routing_description",
)  # fmt: skip
_NEVER = 2**63

Handler = Callable[[Ask, str], Answer]
"""Answers a call that is about the pharmacy of this uid."""


class Routes:
    """The routes over one simulated RxScale. Every refusal is a documented body where one is."""

    def __init__(self, settings: SandboxSettings, rxscale: RxScale, courier: Courier) -> None:
        self._rxscale = rxscale
        self._courier = courier
        self._keys = Keys(settings)
        self._public = PublicRoutes(settings, rxscale.shelf, self._keys)
        is_current = settings.rx_dialect == "current"
        self._steps = DOCUMENTED["rxscale"]["dialects"][settings.rx_dialect]["steps"]
        self._completes_from = settings.rx_completes_from if is_current else ()
        self._settings = settings

    def all(self) -> list[Route]:
        sku_write = ("pharmacy_sku_write",)
        sku, set_link = "/pharmacy_skus/{uid}", partial(self._change_sku, "external_id")
        stock_write = ("stock_write", *sku_write)
        read, write = ("orders_read",), ("orders_write",)
        routes = [
            *self._route("GET", "/health/", (), lambda _ask: answer({"status": "ok"})),
            *self._scoped("GET", "/pharmacy_orders/", read, self._list_orders),
            *self._scoped("GET", "/pharmacy_orders/{uid}", read, self._get_order),
            *self._scoped("PATCH", "/pharmacy_orders/{uid}/status", write, self._set_status),
            *self._scoped("GET", "/pharmacy_skus/", ("stock_read",), self._list_skus),
            *self._scoped("PATCH", sku, sku_write, partial(self._change_sku, "")),
            *self._scoped("PATCH", f"{sku}/stock", stock_write, partial(self._change_sku, "stock")),
            *self._scoped("PATCH", f"{sku}/external_id", sku_write, set_link),
            *self._scoped("GET", "/payouts", read, self._list_payouts),
            *self._route("GET", "/webhooks/", ("webhooks_read",), self._list_webhooks),
            *self._route("POST", "/webhooks/", ("webhooks_write",), self._add_webhook),
            *self._route("DELETE", "/webhooks/{uid}", ("webhooks_write",), self._drop_webhook),
            *self._public.all(),
        ]
        if self._completes_from:
            path = "/pharmacy_orders/{uid}/complete_order"
            routes += self._scoped("PATCH", path, write, self._complete)
        return routes

    def _route(
        self, method: str, path: str, any_of: tuple[str, ...], handle: Callable[[Ask], Answer]
    ) -> list[Route]:
        return self._keys.routes(BASES, method, path, any_of, lambda ask, _key: handle(ask))

    def _scoped(
        self, method: str, path: str, any_of: tuple[str, ...], handle: Handler
    ) -> list[Route]:
        def about(ask: Ask, key: str) -> Answer:
            return handle(ask, self._keys.pharmacy(key, ask))

        return self._keys.routes(BASES, method, path, any_of, about)

    def _list_orders(self, ask: Ask, pharmacy_uid: str) -> Answer:
        status = READ.choice(ask, "status", self._steps) or None
        found = self._rxscale.listed(pharmacy_uid, status)
        text = ask.query.get("search", "").lower()
        if text:
            found = [order for order in found if order.mentions(text)]
        newest_first = self._settings.rx_list_order == "newest"
        return page(ask, found[::-1] if newest_first else found, PharmacyOrder.row)

    def _get_order(self, ask: Ask, pharmacy_uid: str) -> Answer:
        order = self._order(ask, pharmacy_uid)
        told = {"created_at": order.data["created_at"]} if self._settings.rx_tells_created else {}
        return answer({**order.detail(), **told})

    def _set_status(self, ask: Ask, pharmacy_uid: str) -> Answer:
        order = self._order(ask, pharmacy_uid)
        wanted = READ.body(ask)
        if errors := status_errors(self._steps, order.status, wanted):
            raise invalid(errors)
        self._rxscale.set_order_status(order.uid, wanted["status"], wanted.get("comment"))
        return Answer(200, order.row())

    def _complete(self, ask: Ask, pharmacy_uid: str) -> Answer:
        order = self._order(ask, pharmacy_uid)
        wanted = READ.body(ask) if ask.body else {}
        errors = completion_errors(self._completes_from, order.status, wanted)
        refuses = self._settings.rx_short_stock == "refuse"
        if not errors and order.status != "completed" and refuses:
            short = self._rxscale.shelf.short(order.lines, pharmacy_uid)
            errors = {"stock": [f"Not enough stock of {uid}" for uid in short]} if short else None
        if errors:
            raise Refusal({"error": errors, "pharmacy": order.data["pharmacy"]})
        self._rxscale.complete(order.uid, wanted.get("tracking_links", []))
        return answer(order.completed())

    def _order(self, ask: Ask, pharmacy_uid: str) -> PharmacyOrder:
        order = self._rxscale.orders.get(ask.uid)
        if order is None or order.pharmacy_uid != pharmacy_uid:
            raise not_found()
        return order

    def _list_payouts(self, ask: Ask, pharmacy_uid: str) -> Answer:
        orders = self._rxscale.listed(pharmacy_uid)
        rows = [row for order in orders for row in order.payouts()]
        return page(ask, _payouts_asked_for(ask, rows), encode)

    def _list_skus(self, ask: Ask, pharmacy_uid: str) -> Answer:
        return page(ask, self._rxscale.shelf.shown(pharmacy_uid), encode)

    def _change_sku(self, only: str, ask: Ask, pharmacy_uid: str) -> Answer:
        """`only`: the one field that the route takes and needs; "": any of them."""
        if self._rxscale.shelf.changeable(ask.uid, pharmacy_uid) is None:
            raise not_found()
        changes = READ.body(ask)
        required = {only} - {""}
        if errors := sku_errors(changes, required or set(CHECKS), required):
            raise invalid(errors)
        return answer(self._rxscale.shelf.change(ask.uid, changes))

    def _list_webhooks(self, _ask: Ask) -> Answer:
        """A bare array, without secrets (section 6.11)."""
        known = self._courier.subscriptions.values()
        return answer([_webhook(one) for one in known if one.vendor == "rxscale"])

    def _add_webhook(self, ask: Ask) -> Answer:
        wanted = READ.body(ask)
        target, event = wanted.get("target"), wanted.get("notification_type")
        errors: Json = {}
        if not isinstance(target, str) or not is_url(target):
            errors["target"] = ["Not a valid URL."]
        known: list[str] = DOCUMENTED["rxscale"]["events"]
        if event not in known:
            errors["notification_type"] = [f"Must be one of: {', '.join(known)}."]
        if errors:
            raise invalid(errors)
        secret = f"whsec_{secrets.token_hex(16)}"
        [one] = self._courier.subscribe("rxscale", str(target), secret, [str(event)])
        ask.uid = one.uid
        return answer({**_webhook(one), "signing_secret": secret}, 201)

    def _drop_webhook(self, ask: Ask) -> Answer:
        one = self._courier.subscriptions.get(ask.uid)
        if one is None or one.vendor != "rxscale":
            raise not_found()
        self._courier.unsubscribe(ask.uid)
        return Answer(204)


def _webhook(one: Subscription) -> Json:
    return {"uid": one.uid, "target": one.target, "notification_type": one.event}


def _payouts_asked_for(ask: Ask, rows: Iterable[Json]) -> Sequence[Json]:
    """Those that the query selects, sorted as it says (section 6.5); a routed row is found by the
    date of its route, another one by that of its order.
    """
    status = READ.choice(ask, "status", ("projected", "routed"))
    text = ask.query.get("search", "").lower()
    start = READ.number(ask, "start_date")
    end = READ.number(ask, "end_date", default=_NEVER)
    by = READ.choice(ask, "sort_by", _SORTS, default=_SORTS[0])
    descending = READ.choice(ask, "sort_direction", ("desc", "asc"), default="desc") == "desc"
    found = [
        row
        for row in rows
        if (not status or row["status"] == status)
        and start <= (row["routing_created_at"] or row["pharmacy_order_created_at"]) <= end
        and (not text or mentions(text, *(row[key] for key in _NAMES)))
    ]
    return sorted(found, key=lambda row: row[by] or 0, reverse=descending)
