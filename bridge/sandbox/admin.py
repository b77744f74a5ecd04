"""The sandbox's own HTTP routes, under `/_sandbox`: to look into both vendors and to steer them."""

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from bridge.sandbox.settings import VENDORS, Vendor
from bridge.sandbox.traffic import Fault, answer
from bridge.sandbox.webhooks import Chaos
from bridge.sandbox.world import World

Json = dict[str, Any]
Handle = Callable[[web.Request, Any], Any]
"""Takes the request and its JSON body (None without one); returns what to answer with."""


def routes(world: World) -> list[web.RouteDef]:
    """One line for each. All answer JSON: 404 for an unknown id, 400 for what cannot be."""
    desk = Desk(world)
    table: list[tuple[str, str, Handle]] = [
        ("GET", "/state", desk.state),
        ("GET", "/idle", desk.idle),
        ("GET", "/calls", desk.calls),
        ("DELETE", "/calls", desk.forget_calls),
        ("POST", "/faults", desk.add_faults),
        ("DELETE", "/faults", desk.clear_faults),
        ("POST", "/orders", desk.add_orders),
        ("POST", "/rxscale/orders/{uid}/status", desk.set_order_status),
        ("DELETE", "/rxscale/orders/{uid}", desk.delete_order),
        ("POST", "/rxscale/skus", desk.set_skus),
        ("POST", "/order-requests/{id}/approve", desk.approve),
        ("POST", "/order-requests/{id}/reject", desk.reject),
        ("POST", "/pharmaone/orders/{id}", desk.change_p1_order),
        ("DELETE", "/pharmaone/orders/{id}", desk.delete_p1_order),
        ("POST", "/pharmaone/orders/{id}/paid", desk.mark_paid),
        ("POST", "/pharmaone/prescriptions/{id}", desk.decide_prescription),
        ("POST", "/pharmaone/inventory", desk.set_inventory),
        ("DELETE", "/pharmaone/inventory", desk.empty_inventory),
        ("POST", "/tokens/revoke", desk.revoke_tokens),
        ("POST", "/webhooks/subscriptions", desk.subscribe),
        ("DELETE", "/webhooks/subscriptions/{uid}", desk.unsubscribe),
        ("POST", "/webhooks/chaos", desk.spoil_webhooks),
        ("POST", "/webhooks/test", desk.send_test),
    ]
    return [web.route(method, f"/_sandbox{path}", _json(handle)) for method, path, handle in table]


def _json(handle: Handle) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        if not _is_local(request.remote):
            return _response({"error": "only from this machine"}, 403)
        if not _is_no_web_page(request):
            return _response({"error": "not from a web page"}, 403)
        try:
            body = await request.json() if request.can_read_body else None
            return _response(handle(request, body) or {})
        except KeyError as unknown:
            return _response({"error": f"unknown: {unknown.args[0]}"}, 404)
        except (ValueError, TypeError, AttributeError) as wrong:
            return _response({"error": str(wrong)}, 400)

    return serve


def _is_local(remote: str | None) -> bool:
    return remote is not None and _is_loopback(remote)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_no_web_page(request: web.Request) -> bool:
    """A page that is open on this machine may not have webhooks sent to wherever it likes.

    Browsers say where a request comes from; under a name of its own such a page is "here" (DNS
    rebinding), so the host has to be this machine's.
    """
    host = request.url.host or ""
    named = host == "localhost" or _is_loopback(host)
    site = request.headers.get("Sec-Fetch-Site", "none")
    return named and site == "none" and "Origin" not in request.headers


def _response(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=answer(value).body, content_type="application/json")


class Desk:
    """What each route does."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ------------------------------------------------------------------ looking

    def state(self, _request: web.Request, _body: object) -> Json:
        return self._world.state()

    def idle(self, _request: web.Request, _body: object) -> Json:
        courier = self._world.courier
        return {"pending_deliveries": courier.pending, "deliveries": dict(courier.counts)}

    def calls(self, request: web.Request, _body: object) -> Json:
        """All, or those of the `route`, `vendor` and `uid` in the query."""
        vendors = _vendors(request.query)
        wanted = self._world.calls(request.query.get("route"), uid=request.query.get("uid"))
        found = [call for call in wanted if call.vendor in vendors]
        return {"calls": [call.json() for call in found]}

    def forget_calls(self, _request: web.Request, _body: object) -> None:
        self._world.calls.clear()

    # ------------------------------------------------------------------ breaking

    def add_faults(self, _request: web.Request, body: list[Json] | Json) -> Json:
        """One fault or a list of them, with the fields of `Fault`."""
        faults = [Fault.read(each) for each in (body if isinstance(body, list) else [body])]
        self._world.break_calls(*faults)
        return {"faults": len(faults)}

    def clear_faults(self, _request: web.Request, _body: object) -> None:
        self._world.faults.clear()

    def spoil_webhooks(self, _request: web.Request, body: Json) -> None:
        """The fields of `Chaos`, and the `vendor` whose webhooks are meant: both without it."""
        rest = {key: value for key, value in body.items() if key != "vendor"}
        plan = tuple(rest.pop("plan", ()))
        self._world.spoil_webhooks(Chaos(**rest, plan=plan), _vendors(body))

    # ------------------------------------------------------------------ RxScale's side

    def add_orders(self, _request: web.Request, body: Json | None) -> Json:
        """`count` synthetic orders, or one for each of `orders`; `announce`: by webhook or not."""
        wanted = {"count": 1, "orders": [], "announce": True, **(body or {})}
        announce = wanted["announce"] is not False
        uids = self._world.add_orders(wanted["count"], wanted["orders"], announce=announce)
        return {"uids": uids}

    def set_order_status(self, request: web.Request, body: Json) -> None:
        """`status`, and for a hold the `comment` that opens its thread."""
        comment = _text(body, "comment") if "comment" in body else None
        self._world.set_order_status(request.match_info["uid"], _text(body, "status"), comment)

    def delete_order(self, request: web.Request, _body: object) -> None:
        self._world.delete_order(request.match_info["uid"])

    def set_skus(self, _request: web.Request, body: Json) -> Json:
        """`count` new ones; `skus` to change by uid or to add; `hidden_types` of the account."""
        if "hidden_types" in body:
            self._world.hide_sku_types(*body["hidden_types"])
        announce = body.get("announce") is not False
        skus = self._world.set_skus(body.get("count", 0), body.get("skus", ()), announce=announce)
        return {"uids": skus}

    # ------------------------------------------------------------------ PharmaOne's side

    def approve(self, request: web.Request, _body: object) -> Json:
        return {"order_id": self._world.approve(request.match_info["id"])}

    def reject(self, request: web.Request, _body: object) -> None:
        self._world.reject(request.match_info["id"])

    def change_p1_order(self, request: web.Request, body: Json) -> None:
        self._world.change_p1_order(request.match_info["id"], **body)

    def delete_p1_order(self, request: web.Request, _body: object) -> None:
        self._world.pharmaone.delete(request.match_info["id"])

    def mark_paid(self, request: web.Request, _body: object) -> None:
        self._world.pharmaone.mark_paid(request.match_info["id"])

    def decide_prescription(self, request: web.Request, body: Json) -> None:
        self._world.decide_prescription(request.match_info["id"], _text(body, "status"))

    def set_inventory(self, _request: web.Request, body: Json) -> None:
        """`rows` to change or add; `remove` names products that are gone; `announce` alerts."""
        announce = body.get("announce") is not False
        self._world.set_inventory(body.get("rows", ()), announce=announce)
        self._world.remove_inventory(body.get("remove", ()))

    def empty_inventory(self, _request: web.Request, _body: object) -> None:
        self._world.remove_inventory()

    def revoke_tokens(self, _request: web.Request, _body: object) -> None:
        self._world.revoke_tokens()

    # ------------------------------------------------------------------ webhooks

    def subscribe(self, _request: web.Request, body: Json) -> Json:
        """`vendor`, `target` and `secret`; all `events` where none are named."""
        [vendor] = _vendors({"vendor": _text(body, "vendor")})
        target, secret = _text(body, "target"), _text(body, "secret")
        added = self._world.subscribe(vendor, target, secret, body.get("events"))
        return {"uids": [one.uid for one in added]}

    def unsubscribe(self, request: web.Request, _body: object) -> None:
        self._world.unsubscribe(request.match_info["uid"])

    def send_test(self, _request: web.Request, body: Json) -> None:
        [vendor] = _vendors({"vendor": _text(body, "vendor")})
        self._world.send_test(vendor, _text(body, "event_type"))


def _vendors(where: Mapping[str, Any]) -> tuple[Vendor, ...]:
    """The vendor named there, or both."""
    found = tuple(vendor for vendor in VENDORS if where.get("vendor", vendor) == vendor)
    if not found:
        raise ValueError(f"vendor is one of {', '.join(VENDORS)}")
    return found


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise TypeError(f"{key} has to be a string")
    return value
