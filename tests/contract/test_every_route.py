"""Each documented route of both vendors: the good answer, its errors, and answers spoilt."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from contract.cases import CASES, PHARMAONE, Case, Held
from contract.described import operation
from fakes import Clock, ScriptedSend, answer
from house import bridge_settings, open_sandbox

from bridge.app.vendors import open_vendors
from bridge.core.model import OrderId, PharmacyOrderUid, PrescriptionId, SkuUid
from bridge.errors import BridgeError, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Call, Request, Response, Send, routes_of
from bridge.pharmaone import calling as p1_calling
from bridge.pharmaone import dialect as p1
from bridge.pharmaone.calling import Caller as P1Caller
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.order_book import Orders
from bridge.pharmaone.prescriptions import PrescriptionBook
from bridge.pharmaone.products import Products
from bridge.pharmaone.reports import Reports
from bridge.pharmaone.token import TokenKeeper
from bridge.rxscale import dialect as rx
from bridge.rxscale.calling import Caller as RxCaller
from bridge.rxscale.client import RxScale
from bridge.rxscale.payouts import Payouts
from bridge.rxscale.shop import Shop
from bridge.rxscale.skus import Skus
from bridge.sandbox import Sandbox, SandboxSettings

CLASSES = {each.__name__: each for each in (PharmaOne, Orders, PrescriptionBook, Products, Reports)}
CLASSES |= {each.__name__: each for each in (RxScale, Payouts, Shop, Skus)}
CANARY = "Erika Canary"
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_every_documented_route_has_a_case():
    assert {case.route for case in CASES} == {*p1.ROUTES, *rx.ROUTES}


@every_case
def test_a_method_says_which_route_it_calls_and_what_that_needs(case: Case):
    owner, _, name = case.method.rpartition(".")
    method = getattr(CLASSES[owner], name) if owner else getattr(p1_calling, name)
    assert case.route in routes_of(method)
    needed = case.route.scope if case.vendor == "pharmaone" else case.route.permissions
    open_to_all = {p1.TOKEN, p1.SUBMIT["v1"], p1.SUBMIT["connector"], rx.HEALTH, rx.PUBLIC_HEALTH}
    assert bool(needed) is (case.route not in open_to_all)


# ---------------------------------------------------------------- over real HTTP


class Overheard:
    """Keeps what goes by."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.requests: list[Request] = []
        self.statuses: list[int] = []

    async def __call__(self, request: Request, /) -> Response:
        self.requests.append(request)
        response = await self._send(request)
        self.statuses.append(response.status)
        return response


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    permissions = {"rx-shop-key": frozenset({"product:read", "create_prescription_checkout"})}
    async with open_sandbox(
        rx_public_key="rx-shop-key", rx_permissions=permissions, p1_unattached=frozenset({"20408"})
    ) as sandbox:
        yield sandbox


def held_by(sandbox: Sandbox, case: Case) -> Held:
    """Makes what the call is about."""
    world = sandbox.world
    waiting, ready = world.add_orders(2, announce=False)
    world.set_order_status(ready, "ready_for_pickup")
    uid = PharmacyOrderUid(waiting)
    (subscription,) = world.subscribe(
        "rxscale", "http://127.0.0.1:9/", "s", ["pharmacy_order_created"]
    )
    order = {"shop_id": "shop1", "external_id": "EXT-7", "items": [], "customer_name": CANARY}
    world.pharmaone.goods.adjust("20401", 1, "counted again")
    prescription = world.pharmaone.prescriptions.ingest({"shop_id": "shop1"})
    psku = next(iter(world.skus.values()))
    held = Held(
        uid=uid,
        ready=PharmacyOrderUid(ready),
        sku=SkuUid(psku["sku"]["uid"]),
        subscription=subscription.uid,
        order=OrderId(world.pharmaone.upsert(order).id),
        prescription=PrescriptionId(prescription),
    )
    return replace(held, product="20408") if case.route is p1.ATTACH else held


@every_case
async def test_the_good_answer_and_a_request_as_documented(
    case: Case, sandbox: Sandbox, tmp_path: Path
):
    version = case.route.api_version if case.vendor == "pharmaone" else "v2"
    changes: dict[str, Any] = {
        "rxscale": {
            "public_api_key": "rx-shop-key",
            "stock_via": "stock" if case.route is rx.SKU_STOCK else "sku",
        },
        "pharmaone": {"submit_via": version, "connector_url": sandbox.pharmaone_url},
    }
    settings = bridge_settings(sandbox, tmp_path, changes)
    held = held_by(sandbox, case)
    async with open_vendors(settings, _unobserved) as vendors:
        if case.vendor == "pharmaone":
            p1_caller = vendors.pharmaone.caller
            heard = Overheard(p1_caller.send)
            if case.route is p1.TOKEN:
                got: Any = await p1_calling.exchange(heard, p1_caller.site)()
            else:
                caller = replace(p1_caller, send=heard)
                got = await case.call(replace(vendors.pharmaone, caller=caller), held)
        else:
            rx_caller = vendors.rxscale.caller
            heard = Overheard(rx_caller.send)
            client = replace(vendors.rxscale, caller=replace(rx_caller, send=heard))
            got = await case.call(client, held)
    assert heard.requests
    assert got or not case.answers
    for request, status in zip(heard.requests, heard.statuses, strict=True):
        assert request.route == case.route.name
        assert status == case.status
        described = operation(request, case.vendor, sandbox.settings)
        assert described.faults(request) == []
        unsaid = described.names - names_in(request) - SAID_FOR_IT
        assert unsaid == UNSAID.get(case.route, set())


UNSAID = {rx.PAYOUTS: {"sort_by"}, p1.BILLING: {"month"}}
"""What these methods need not say: `all` sorts the payouts itself, and one month is said as one
that begins and ends a range.
"""
SAID_FOR_IT = {"pharmacy_uid"}
"""Of a group-wide key, with every call."""


def names_in(request: Request) -> set[str]:
    """Of the query and of the body."""
    body = json.loads(request.body) if request.body else None
    return {name for name, _ in request.query} | (set(body) if isinstance(body, dict) else set())


def _unobserved(_: Call) -> None:
    """A test is not measured."""


# ---------------------------------------------------------------- scripted answers


class Known:
    """A token that is always at hand."""

    async def __call__(self) -> Any:
        from bridge.pharmaone.token import TokenAnswer

        return TokenAnswer(access_token="t", expires_in=3600)


async def told(case: Case, response: Response) -> Any:
    """What the method makes of this answer."""
    send = ScriptedSend(response)
    if case.vendor == "rxscale":
        via = "stock" if case.route is rx.SKU_STOCK else "sku"
        rx_site = rx.Site("https://rx.test", "/v1/x", "key", stock_via=via)  # type: ignore[arg-type]
        return await case.call(RxScale(RxCaller(send, rx_site), Clock()), Held())
    p1_site = p1.Site(
        "https://p1.test", "org1", "shop1", "key", case.route.api_version, "https://s.test"
    )
    if case.route is p1.TOKEN:
        return await p1_calling.exchange(send, p1_site)()
    tokens = TokenKeeper(Known(), now=Clock(), org_id="org1", needed_scopes=frozenset())
    return await case.call(PharmaOne(P1Caller(send, p1_site, tokens), Clock()), Held())


P1_ERRORS = {
    400: {"error": f"Invalid shop_id {CANARY}"},
    401: {"message": "Unauthorized", "request_id": "0" * 32},
    403: {"error": "insufficient_scope", "message": "Missing scope: orders.read"},
    404: {"error": "Not found"},
    409: {"error": "external_reference already exists"},
}
RX_ERRORS = {
    400: {"error": {"comment": [CANARY]}},
    401: {"code": "invalid_api_key", "description": CANARY},
    403: {"code": "permission_denied", "description": CANARY},
    404: {"error": "Resource not found"},
    409: {"available": False, "lines": []},
}
ENDS = {400: (Refused, Misconfigured), 401: Misconfigured, 403: Misconfigured}
"""What the documented errors stand for; 404 and 409 depend on the route."""


def documented(case: Case) -> list[int]:
    """The errors that the document of its vendor has for this route, and what any may answer."""
    url = _address(case)
    request = Request(case.route.method, url, case.route.name, 0, repeatable=False)  # type: ignore[arg-type]
    found = operation(request, case.vendor, SandboxSettings())
    return sorted({status for status in found.statuses if status >= 400} | {429, 500, 503})


def _address(case: Case) -> str:
    ident = {"{shop}": "sandbox-shop", "{uid}": "x", "{id}": "x"}
    if case.vendor == "rxscale":
        site = rx.Site("https://rx.test", "/v1/external_pharmacy_api", "key")
        return site.url(case.route, next((v for k, v in ident.items() if k in case.route.path), ""))
    p1_site = p1.Site("https://p1.test", "org1", "shop1", "key", "v2", "https://s.test")
    return p1_site.url(case.route, "x")


ERRORS = [(case, status) for case in CASES for status in documented(case)]


@pytest.mark.parametrize(
    ("case", "status"), ERRORS, ids=[f"{case.id} {status}" for case, status in ERRORS]
)
async def test_each_documented_error(case: Case, status: int):
    errors = P1_ERRORS if case.vendor == "pharmaone" else RX_ERRORS
    body = errors.get(status, {"error": CANARY})
    try:
        got = await told(case, answer(status, body))
    except BridgeError as error:
        assert isinstance(error, expected(case, status)), error
        assert CANARY not in str(error)
    else:
        assert may_be_an_answer(case, status), got


def expected(case: Case, status: int) -> Any:
    """The class of error that says what to do next."""
    if status >= 500:
        return TryLater if case.route.repeatable else Unsure
    if status == 429:
        return TryLater
    return ENDS.get(status, (Refused, Misconfigured))


def may_be_an_answer(case: Case, status: int) -> bool:
    """404 says that there is none; 409 that the request is known, or that the stock is short."""
    if status == 404:
        return case.absent
    return status == 409 and (case.route is rx.LIVE_STOCK or case.method == "PharmaOne.submit")


SPOILT: dict[str, bytes] = {
    "no JSON": b"what?",
    "a web page": b"<!doctype html><title>Login</title>",
    "cut off": b'{"data": [{"id": "ORD_1", "uid": "po-1", "status": "pen',
    "a number": b"7",
    "a text": b'"text"',
    "null": b"null",
    "data is a text": b'{"data": "text", "uid": 7.5, "id": {}, "access_token": []}',
    "rows are numbers": b'{"data": [1, 2], "products": [1], "totalRegistries": "x"}',
    "wrong types": json.dumps(
        {
            "id": {"a": 1},
            "uid": [1],
            "status": 7,
            "p1_id": None,
            "data": [{"id": [], "uid": {}, "p1_id": {}, "shop_id": []}],
            "totalRegistries": -1,
            "access_token": 5,
            "signing_secret": 5,
            "available": "yes",
            "draft_order": 3,
            "customer_name": CANARY,
        }
    ).encode(),
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT.keys())
@every_case
async def test_a_spoilt_answer_is_named_and_quotes_nothing(case: Case, spoilt: bytes):
    """Reading waits for a better one; a change that was accepted is not taken for a failure."""
    try:
        await told(case, Response(case.status, {}, spoilt))
    except BridgeError as error:
        assert isinstance(error, Garbled if case.route.method == "GET" else (Garbled, Unsure))
        assert CANARY not in str(error)
        assert case.route.name in str(error)
    else:
        assert not case.answers or spoilt in TAKEN.get(case.route, [])


ODD_ROWS = [SPOILT["rows are numbers"], SPOILT["wrong types"]]
TAKEN = {
    **{case.route: [*SPOILT.values()] for case in PHARMAONE if case.method.startswith("Reports.")},
    p1.INVENTORY: ODD_ROWS,
    p1.INVENTORY_LOG: [SPOILT["wrong types"]],
    p1.INVENTORY_HISTORY: [SPOILT["wrong types"]],
}
"""No field of a report or a history is documented; a product that cannot be read is counted, and
a log entry is one that is not ours.
"""
