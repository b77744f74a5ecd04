"""The sandbox's own HTTP routes, under `/_sandbox`: to look into both vendors and to steer them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from bridge.sandbox.kit import JSON_TYPE, Json, encode
from bridge.sandbox.settings import VENDORS, Vendor
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.sandbox.world import World

Handle = Callable[[str, Any, Mapping[str, str]], Any]
"""Takes the id in the path, the JSON body (None without one) and the query; returns the answer."""


def routes(world: World) -> list[web.RouteDef]:
    """All answer JSON: 404 for an unknown id, 400 for what cannot be."""
    table = _looking(world) | _of_rxscale(world) | _of_pharmaone(world) | _of_webhooks(world)
    return [
        web.route(method, f"/_sandbox{path}", _json(handle))
        for route, handle in table.items()
        for method, path in [route.split(" ")]
    ]


def _json(handle: Handle) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        if not _is_local(request.remote):
            return _response({"error": "only from this machine"}, 403)
        if not _is_no_web_page(request):
            return _response({"error": "not from a web page"}, 403)
        try:
            body = await request.json() if request.can_read_body else None
            name = "".join(request.match_info.values())
            return _response(handle(name, body, request.query) or {})
        except KeyError as unknown:
            return _response({"error": f"unknown: {unknown.args[0]}"}, 404)
        except (ValueError, TypeError, AttributeError) as wrong:
            return _response({"error": str(wrong)}, 400)

    return serve


def _is_local(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _is_no_web_page(request: web.Request) -> bool:
    """A page that is open on this machine may not have webhooks sent to wherever it likes.

    Browsers say where a request comes from; under a name of its own such a page is "here" (DNS
    rebinding), so the host has to be this machine's.
    """
    host = request.url.host or ""
    named = host == "localhost" or _is_local(host)
    site = request.headers.get("Sec-Fetch-Site", "none")
    return named and site == "none" and "Origin" not in request.headers


def _response(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(value), content_type=JSON_TYPE)


def _looking(world: World) -> dict[str, Handle]:
    """Into both, and breaking calls. A fault has the fields of `Fault`; several are a list."""

    def calls(_id: str, _body: object, query: Mapping[str, str]) -> Json:
        """All, or those of the `route`, `vendor` and `uid` in the query."""
        vendors = _vendors(query)
        wanted = world.calls(query.get("route"), uid=query.get("uid"))
        return {"calls": [asdict(call) for call in wanted if call.vendor in vendors]}

    def add_faults(_id: str, body: list[Json] | Json, _query: object) -> Json:
        faults = [Fault(**each) for each in (body if isinstance(body, list) else [body])]
        world.break_calls(*faults)
        return {"faults": len(faults)}

    courier = world.courier
    return {
        "GET /state": lambda *_: world.state(),
        "GET /idle": lambda *_: {
            "pending_deliveries": courier.pending,
            "deliveries": dict(courier.counts),
        },
        "GET /calls": calls,
        "DELETE /calls": lambda *_: world.calls.clear(),
        "POST /copies/{id}": lambda name, *_: world.copy(name),
        "POST /copies/{id}/put_back": lambda name, body, _: world.put_back(
            name, _vendors(body or {})
        ),
        "POST /faults": add_faults,
        "DELETE /faults": lambda *_: world.faults.clear(),
    }


def _of_rxscale(world: World) -> dict[str, Handle]:
    def add_orders(_id: str, body: Json | None, _query: object) -> Json:
        """`count` synthetic orders, or one for each of `orders`; `announce`: by webhook or not."""
        wanted = {"count": 1, "orders": [], **(body or {})}
        announce = _announces(wanted)
        return {"uids": world.add_orders(wanted["count"], wanted["orders"], announce=announce)}

    def set_skus(_id: str, body: Json, _query: object) -> Json:
        """`count` new ones; `skus` to change by uid or to add; `hidden_types` of the account."""
        if "hidden_types" in body:
            world.hide_sku_types(*body["hidden_types"])
        changes = body.get("skus", ())
        return {"uids": world.set_skus(body.get("count", 0), changes, announce=_announces(body))}

    return {
        "POST /orders": add_orders,
        "POST /rxscale/orders/{uid}/status": lambda uid, body, _: world.set_order_status(
            uid, _text(body, "status"), _text(body, "comment") if "comment" in body else None
        ),
        "POST /rxscale/orders/{uid}": lambda uid, body, _: world.edit_order(uid, body),
        "DELETE /rxscale/orders/{uid}": lambda uid, *_: world.delete_order(uid),
        "POST /rxscale/skus": set_skus,
    }


def _of_pharmaone(world: World) -> dict[str, Handle]:
    def set_inventory(_id: str, body: Json, _query: object) -> None:
        """`rows` to change or add; `remove` names products that are gone; `announce` alerts."""
        world.set_inventory(body.get("rows", ()), announce=_announces(body))
        world.remove_inventory(body.get("remove", ()))

    def typed(_id: str, body: Json, _query: object) -> Json:
        """Staff type an order in PharmaOne Manager: `customer_name`, `items` with `qty`."""
        return {"id": world.pharmaone.upsert({"external_id": "", **body}).id}

    return {
        "POST /order-requests/{id}/approve": lambda name, *_: {"order_id": world.approve(name)},
        "POST /order-requests/{id}/reject": lambda name, *_: world.reject(name),
        "POST /pharmaone/orders": typed,
        "POST /pharmaone/orders/{id}": lambda name, body, _: world.change_p1_order(name, **body),
        "DELETE /pharmaone/orders/{id}": lambda name, *_: world.pharmaone.delete(name),
        "POST /pharmaone/orders/{id}/paid": lambda name, *_: world.pharmaone.mark_paid(name),
        "POST /pharmaone/prescriptions/{id}": lambda name, body, _: world.decide_prescription(
            name, _text(body, "status")
        ),
        "POST /pharmaone/inventory": set_inventory,
        "DELETE /pharmaone/inventory": lambda *_: world.remove_inventory(),
        "POST /tokens/revoke": lambda *_: world.revoke_tokens(),
    }


def _of_webhooks(world: World) -> dict[str, Handle]:
    def subscribe(_id: str, body: Json, _query: object) -> Json:
        """`vendor`, `target` and `secret`; all `events` where none are named."""
        vendor, target, secret = _vendor(body), _text(body, "target"), _text(body, "secret")
        added = world.subscribe(vendor, target, secret, body.get("events"))
        return {"uids": [one.uid for one in added]}

    def spoil(_id: str, body: Json, _query: object) -> None:
        """The fields of `Chaos`, and the `vendor` whose webhooks are meant: both without it."""
        rest = {key: value for key, value in body.items() if key != "vendor"}
        plan = tuple(rest.pop("plan", ()))
        world.spoil_webhooks(Chaos(**rest, plan=plan), _vendors(body))

    return {
        "POST /webhooks/subscriptions": subscribe,
        "DELETE /webhooks/subscriptions/{uid}": lambda uid, *_: world.unsubscribe(uid),
        "POST /webhooks/chaos": spoil,
        "POST /webhooks/test": lambda _id, body, _query: world.send_test(
            _vendor(body), _text(body, "event_type")
        ),
    }


def _announces(body: Json) -> bool:
    return body.get("announce") is not False


def _vendor(body: Json) -> Vendor:
    [vendor] = _vendors({"vendor": _text(body, "vendor")})
    return vendor


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
