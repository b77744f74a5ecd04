"""PharmaOne's API: what is sent, what is understood, and what each refusal means."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest
from fakes import START, Answer, Clock, ScriptedSend, answer
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.model import Draft, Flag, OrderId, P1Order, PharmacyOrderUid, PrescriptionId
from bridge.errors import BridgeError, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Priority, Response
from bridge.pharmaone.answers import ANSWERS
from bridge.pharmaone.calling import Caller, exchange
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.dialect import SCOPES, Site
from bridge.pharmaone.orders import Submitted
from bridge.pharmaone.shops import Shop
from bridge.pharmaone.token import TokenAnswer, TokenKeeper
from bridge.pharmaone.wire import encode, wire_number
from bridge.vendor.paging import Page

KEY = "p1-secret-key"
SITE = Site("https://manager.p1.test", "org1", "shop7", KEY)
V1 = replace(SITE, submit_via="v1")
CONNECTOR = replace(SITE, submit_via="connector", connector_url="https://shop.test/")
DOORS = {"v2": SITE, "v1": V1, "connector": CONNECTOR}
BASE = "https://manager.p1.test/api/v2/public/orgs/org1"
UID = PharmacyOrderUid("po-1")
ORDER_ID = OrderId("ORD_20260102_aB3dE5fG7h")

DRAFT = Draft(
    {
        "shop_id": "shop7",
        "org_id": "org1",
        "customer_name": "Erika Beispiel",
        "total_amount": Decimal("34.99"),
        "items": [{"name": "Größe M", "quantity": 4, "price": Decimal("7.50"), "p1_id": "20417"}],
    }
)
ROW: dict[str, Any] = {
    "id": ORDER_ID,
    "external_id": "po-1",
    "status": "awaiting_packing",
    "shop_id": "shop7",
    "customer_name": "Erika Beispiel",
    "total_amount": 30.0,
    "payment_status": "paid",
    "created_at": "2026-01-02T08:00:00Z",
    "updated_at": "2026-01-02T09:00:00.123456Z",
}
DETAIL: dict[str, Any] = {
    **ROW,
    "shipped": False,
    "picked_up": True,
    "cash_on_pickup": True,
    "shipping_address": {"street": "Beispielweg 2"},
    "items": [{"p1_id": "20417", "name": "Beispielsorte", "quantity": 4, "price": 7.5}],
}
ACCEPTED = {"id": "req-1", "status": "pending", "message": "ok", "external_reference": "po-1"}


class Issuer:
    """Gives tokens `t-1`, `t-2`, ... or what the script says."""

    def __init__(self, *script: str | BridgeError) -> None:
        self.script = list(script)
        self.calls = 0

    async def __call__(self) -> TokenAnswer:
        self.calls += 1
        entry = self.script.pop(0) if self.script else f"t-{self.calls}"
        if isinstance(entry, BridgeError):
            raise entry
        return TokenAnswer(access_token=entry, expires_in=3600)


def client(
    *script: Answer, site: Site = SITE, issuer: Issuer | None = None
) -> tuple[PharmaOne, ScriptedSend]:
    send, clock = ScriptedSend(*script), Clock()
    tokens = TokenKeeper(
        issuer or Issuer(), now=clock, org_id=site.org_id, needed_scopes=site.needed_scopes
    )
    return PharmaOne(Caller(send, site, tokens, known=lambda: ["picking"]), clock), send


async def ask(
    call: Callable[[PharmaOne], Awaitable[Any]], *script: Answer, site: Site = SITE
) -> Any:
    return await call(client(*script, site=site)[0])


async def exchanged(*script: Answer) -> TokenAnswer:
    return await exchange(ScriptedSend(*script), SITE)()


NOT_FOUND = {"error": "not found"}
NUMBER = PrescriptionId("org9-pq-AB12CD")
PRESCRIPTION = {"id": NUMBER, "status": "new", "shop_id": "shop7", "order_id": ""}

CALLS: dict[str, Callable[[PharmaOne], Awaitable[Any]]] = {
    "submit": lambda p1: p1.submit(UID, DRAFT),
    "orders_page": lambda p1: p1.orders_page(200, 400),
    "order": lambda p1: p1.order(ORDER_ID),
    "shops": lambda p1: p1.shops(),
    "set_order_status": lambda p1: p1.set_order_status(ORDER_ID, {"status": "cancelled"}),
    "ingest": lambda p1: p1.ingest({"shop_id": "shop7"}),
    "prescription": lambda p1: p1.prescription(NUMBER),
    "prescriptions_page": lambda p1: p1.prescriptions.page(200, 0),
}
READING = ["orders_page", "order", "shops", "prescription", "prescriptions_page"]
UNDERSTOOD: dict[str, Any] = {
    "submit": ACCEPTED,
    "orders_page": {"data": [ROW]},
    "order": DETAIL,
    "shops": {"data": []},
    "set_order_status": {"status": "ok"},
    "ingest": {"id": NUMBER, "upsert": "ok"},
    "prescription": PRESCRIPTION,
    "prescriptions_page": {"data": [PRESCRIPTION], "pagination": {"limit": 200, "offset": 0}},
}


# -- what is sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("door", "url", "route", "opener"),
    [
        ("v2", f"{BASE}/order-requests", "POST /order-requests", ("Authorization", "Bearer t-1")),
        (
            "v1",
            "https://manager.p1.test/api/v1/public/orgs/org1/order-requests",
            "POST /v1/order-requests",
            ("apikey", KEY),
        ),
        (
            "connector",
            "https://shop.test/api/v1/external-order",
            "POST /external-order",
            ("apikey", KEY),
        ),
    ],
)
async def test_the_three_doors(door: str, url: str, route: str, opener: tuple[str, str]):
    p1, send = client(answer(200, ACCEPTED), site=DOORS[door])
    assert await p1.submit(UID, DRAFT) == Submitted("req-1", "pending")
    sent = send.request
    assert (sent.method, sent.url, sent.route) == ("POST", url, route)
    assert opener in sent.headers.items()
    assert len({"Authorization", "apikey", "X-API-Key"} & set(sent.headers)) == 1
    assert sent.headers["Content-Type"] == "application/json"
    assert (sent.priority, sent.repeatable) == (Priority.ORDER, False)


@pytest.mark.parametrize("door", ["v1", "connector"])
@pytest.mark.parametrize("header", ["apikey", "X-API-Key"])
async def test_the_keys_header_is_a_choice(door: str, header: str):
    site = replace(DOORS[door], key_header=header)
    p1, send = client(answer(200, ACCEPTED), site=site)
    await p1.submit(UID, DRAFT)
    exchanging = ScriptedSend(answer(200, {"access_token": "t"}))
    await exchange(exchanging, site)()
    for sent in (send.request, exchanging.request):
        assert {name for name, value in sent.headers.items() if value == KEY} == {header}


@pytest.mark.parametrize("call", [name for name in CALLS if name != "submit"])
async def test_without_an_organisation_only_the_connector_is_called(call: str):
    site = replace(CONNECTOR, org_id="")
    p1, send = client(answer(200, ACCEPTED), site=site)
    with pytest.raises(Misconfigured, match=r"pharmaone\.org_id: missing"):
        await CALLS[call](p1)
    assert send.requests == []
    assert await p1.submit(UID, DRAFT) == Submitted("req-1", "pending")


@pytest.mark.parametrize("door", DOORS)
async def test_the_envelope(door: str):
    p1, send = client(answer(200, ACCEPTED), site=DOORS[door])
    await p1.submit(UID, DRAFT, "apotheke-nord")
    body = send.request.body or b""
    told = json.loads(body)
    assert told["external_reference"] == told["payload"]["external_id"] == "po-1"
    assert told["source"] == "apotheke-nord"
    assert set(told) == {"external_reference", "source", "payload"}
    named = {"shop_id", "org_id"} & set(told["payload"])
    assert named == (set() if door == "connector" else {"shop_id", "org_id"})  # C11
    assert "Größe".encode() in body
    assert b": " not in body
    assert b'"total_amount":34.99' in body
    assert DRAFT.payload["shop_id"] == "shop7"


async def test_the_source_has_a_name():
    p1, send = client(answer(200, ACCEPTED))
    await p1.submit(UID, DRAFT)
    assert json.loads(send.request.body or b"")["source"] == "rxbridge"


@pytest.mark.parametrize(
    ("call", "route", "path", "query"),
    [
        ("orders_page", "GET /orders", "/orders", (("limit", "200"), ("offset", "400"))),
        ("order", "GET /orders/{id}", f"/orders/{ORDER_ID}", ()),
        ("shops", "GET /shops", "/shops", ()),
        ("prescription", "GET /prescriptions/{id}", f"/prescriptions/{NUMBER}", ()),
        (
            "prescriptions_page",
            "GET /prescriptions",
            "/prescriptions",
            (("limit", "200"), ("offset", "0")),
        ),
    ],
)
async def test_the_questions_as_documented(call: str, route: str, path: str, query: Any):
    p1, send = client(answer(200, UNDERSTOOD[call]))
    await CALLS[call](p1)
    sent = send.request
    assert (sent.method, sent.url, sent.route) == ("GET", f"{BASE}{path}", route)
    assert (sent.query, sent.repeatable, sent.body) == (query, True, None)
    assert sent.headers["Authorization"] == "Bearer t-1"


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        ("set_order_status", "PATCH", f"/orders/{ORDER_ID}/status", {"status": "cancelled"}),
        ("ingest", "POST", "/prescriptions", {"shop_id": "shop7"}),
    ],
)
async def test_what_changes_something(call: str, method: str, path: str, body: Any):
    p1, send = client(answer(200, UNDERSTOOD[call]))
    await CALLS[call](p1)
    sent = send.request
    assert (sent.method, sent.url, sent.repeatable) == (method, f"{BASE}{path}", False)
    assert json.loads(sent.body or b"") == body


async def test_orders_of_one_status():
    p1, send = client(answer(200, {"data": []}))
    await p1.orders_page(200, 0, status="awaiting_packing")
    assert send.request.query[0] == ("status", "awaiting_packing")


async def test_prescriptions_in_our_words():
    assert await ask(CALLS["ingest"], answer(200, UNDERSTOOD["ingest"])) == NUMBER
    assert await ask(CALLS["prescription"], answer(200, PRESCRIPTION)) == "new"
    assert await ask(CALLS["prescription"], answer(404, NOT_FOUND)) is None
    page = answer(200, UNDERSTOOD["prescriptions_page"])
    (row,) = (await ask(CALLS["prescriptions_page"], page)).rows
    assert (row.id, row.status) == (NUMBER, "new")


@pytest.mark.parametrize("body", [b"<html>", {"upsert": "ok"}, [1]])
async def test_a_prescription_accepted_without_a_number_is_unsure(body: Any):
    with pytest.raises(Unsure):
        await ask(CALLS["ingest"], answer(200, body))


async def test_what_waiting_costs_is_passed_on():
    p1, send = client(answer(200, UNDERSTOOD["orders_page"]))
    await p1.orders_page(200, 0)
    await p1.orders_page(200, 0, Priority.ORDER)
    assert [request.priority for request in send.requests] == [Priority.SWEEP, Priority.ORDER]


async def test_ids_stay_in_their_place_in_the_address():
    p1, send = client(answer(404, NOT_FOUND), site=replace(SITE, org_id="or/g"))
    await p1.order(OrderId("a/b?c"))
    assert send.request.url == "https://manager.p1.test/api/v2/public/orgs/or%2Fg/orders/a%2Fb%3Fc"


@pytest.mark.parametrize(
    ("door", "scopes"),
    [
        ("v2", {"orders.read", "orders.write", "order_requests.write"}),
        ("v1", {"orders.read", "orders.write"}),
        ("connector", {"orders.read", "orders.write"}),
    ],
)
def test_the_scopes_that_orders_need(door: str, scopes: set[str]):
    assert DOORS[door].needed_scopes == scopes <= SCOPES


# -- the token --------------------------------------------------------------------------------


async def test_the_exchange():
    send = ScriptedSend(answer(200, {"access_token": "t", "token_type": "Bearer", "expires_in": 9}))
    got = await exchange(send, SITE)()
    assert (got.access_token, got.expires_in) == ("t", 9)
    sent = send.request
    assert (sent.method, sent.url, sent.body) == ("POST", f"{BASE}/auth/token", None)
    assert (sent.headers["apikey"], sent.priority) == (KEY, Priority.ORDER)
    assert sent.repeatable


UNAUTHORISED: list[Any] = [
    {"message": "Unauthorized", "request_id": "0" * 32},
    {"error": "Invalid or missing API key"},
    b"<html>",
]


@pytest.mark.parametrize("body", UNAUTHORISED)
@pytest.mark.parametrize("call", CALLS)
async def test_a_refused_token_is_replaced_once(call: str, body: Any):
    issuer = Issuer()
    p1, send = client(answer(401, body), answer(200, UNDERSTOOD[call]), issuer=issuer)
    await CALLS[call](p1)
    used = [request.headers["Authorization"] for request in send.requests]
    assert used == ["Bearer t-1", "Bearer t-2"]
    assert send.requests[0].body == send.requests[1].body
    assert issuer.calls == 2


@pytest.mark.parametrize("body", UNAUTHORISED)
@pytest.mark.parametrize("call", CALLS)
async def test_a_second_refusal_is_the_operators(call: str, body: Any):
    p1, send = client(answer(401, body))
    with pytest.raises(Misconfigured) as raised:
        await CALLS[call](p1)
    assert raised.value.faults[0].where == "pharmaone.api_key"
    assert len(send.requests) == 2


@pytest.mark.parametrize("door", ["v1", "connector"])
async def test_a_refused_key_is_not_tried_again(door: str):
    p1, send = client(answer(401, UNAUTHORISED[0]), site=DOORS[door])
    with pytest.raises(Misconfigured) as raised:
        await p1.submit(UID, DRAFT)
    assert raised.value.faults[0].where == "pharmaone.api_key"
    assert len(send.requests) == 1


async def test_nothing_is_sent_without_the_scope_for_it():
    told = {"org_id": "org1", "scopes": ["orders.read"]}
    token = jwt.encode(told, "a secret that only PharmaOne knows", algorithm="HS256")
    p1, send = client(answer(200, UNDERSTOOD["orders_page"]), issuer=Issuer(token))
    await p1.orders_page(200, 0)
    with pytest.raises(Misconfigured, match=r"order_requests\.write"):
        await p1.submit(UID, DRAFT)
    with pytest.raises(Misconfigured, match=r"products\.read"):
        await p1.shops()
    assert len(send.requests) == 1


@pytest.mark.parametrize("failure", [TryLater("down"), Misconfigured(())])
async def test_nothing_is_sent_without_a_token(failure: BridgeError):
    p1, send = client(answer(200, ACCEPTED), issuer=Issuer(failure))
    with pytest.raises(type(failure)):
        await p1.submit(UID, DRAFT)
    assert not send.requests


# -- an order-request's answer ----------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (ACCEPTED, Submitted("req-1", "pending")),
        ({**ACCEPTED, "id": 17}, Submitted("17", "pending")),
        ({"data": ACCEPTED}, Submitted("req-1", "pending")),
        ({"data": None, **ACCEPTED}, Submitted("req-1", "pending")),
        ({"id": None, "status": None}, Submitted(None, None)),
        ({"id": "", "status": "Erika\nBeispiel"}, Submitted(None, None)),
        ({"id": "Erika Beispiel", "status": 7}, Submitted(None, None)),
        ({"id": "req-1", "error": None}, Submitted("req-1", None)),
        ({"id": "req-1", "error": "a hint"}, Submitted("req-1", None)),
        ({}, Submitted(None, None)),
        ([], Submitted(None, None)),
        (b"", Submitted(None, None)),
        (b"OK", Submitted(None, None)),
        (b'{"id": "req-1", "sta', Submitted(None, None)),
        (b"[" * 100_000, Submitted(None, None)),
    ],
)
async def test_a_success_is_an_acceptance(status: int, body: Any, told: Submitted):
    assert await ask(CALLS["submit"], answer(status, body)) == told


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Shop</title>", b"\n <html>", {"error": "no shop"}]
)
async def test_a_success_that_is_not_the_apis_word_is_unsure(door: str, body: Any):
    with pytest.raises(Unsure):
        await ask(CALLS["submit"], answer(200, body), site=DOORS[door])


@pytest.mark.parametrize("body", [None, {"error": "duplicate"}, b"<html>"])
async def test_a_conflict_means_that_it_is_there_already(body: Any):
    got = await ask(CALLS["submit"], answer(409, body))
    assert got == Submitted(None, "conflict")


# -- what is understood -----------------------------------------------------------------------


async def test_an_order_in_our_words():
    sight = await ask(CALLS["order"], answer(200, DETAIL))
    assert sight.detail == DETAIL
    assert sight.order == P1Order(
        id=ORDER_ID,
        status="awaiting_packing",
        seen_at=START,
        external_id="po-1",
        flags=frozenset({Flag.PICKED_UP, Flag.CASH_ON_PICKUP}),
        created_at=datetime(2026, 1, 2, 8, 0, tzinfo=UTC),
        updated_at=datetime(2026, 1, 2, 9, 0, 0, 123456, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("said", "hours", "ours"),
    [
        ("2026-01-02T08:00:00Z", 2, datetime(2026, 1, 2, 6, tzinfo=UTC)),
        ("2026-01-02T08:00:00Z", -2, datetime(2026, 1, 2, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", 2, None),  # how Go writes that no time is known
        ("9999-12-31T23:00:00Z", -2, None),
        (None, 2, None),
    ],
)
async def test_when_an_order_was_made_is_told_in_our_time(
    said: str | None, hours: int, ours: datetime | None
):
    row = {**ROW, "created_at": said, "updated_at": "2026-01-02T08:00:00Z"}
    bodies = {"order": {**DETAIL, **row}, "orders_page": {"data": [row], "pagination": {}}}
    for name, body in bodies.items():
        p1 = replace(client(answer(200, body))[0], ahead=lambda: timedelta(hours=hours))
        got = await CALLS[name](p1)
        order = got.order if name == "order" else got.rows[0]
        assert (order.created_at, order.updated_at) == (ours, START)  # the latter as it came


async def test_an_unknown_order_is_none():
    assert await ask(CALLS["order"], answer(404, NOT_FOUND)) is None


@pytest.mark.parametrize("body", [None, {"message": "no Route", "request_id": "0"}, b"<html>"])
async def test_a_404_of_the_gateway_says_nothing_of_the_order(body: Any):
    with pytest.raises(Misconfigured, match="no GET /orders"):
        await ask(CALLS["order"], answer(404, body))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"id": 12}, {"id": "12"}, id="C1"),
        pytest.param({"external_id": 12}, {"external_id": "12"}, id="C1 external"),
        pytest.param({"external_id": None}, {"external_id": None}, id="C4 null"),
        pytest.param({"external_id": ""}, {"external_id": None}, id="C4 empty"),
        pytest.param({"external_id": " "}, {"external_id": None}, id="C4 blank"),
        pytest.param({"external_id": {}}, {"external_id": None}, id="C4 odd"),
        pytest.param({"external_id": "Abholung Frau K."}, {"external_id": ""}, id="free text"),
        pytest.param({"items": [{"name": "x", "qty": 4}]}, {}, id="C7"),
        pytest.param({"items": None}, {}, id="C4 items"),
        pytest.param({"shipping_address": None}, {}, id="C8"),
        pytest.param({"total_amount": "98.25"}, {}, id="C17"),
        pytest.param(
            {"status": "Frau Beispiel"}, {"status": "unknown (13 letters, 76df)"}, id="new"
        ),
        pytest.param({"status": "picking"}, {"status": "picking"}, id="in statuses.toml"),
        pytest.param({"shipped": 1, "picked_up": 0}, {"flags": {"shipped", "cash_on_pickup"}}),
        pytest.param({"shipped": None, "picked_up": "yes"}, {"flags": None}),
        pytest.param({"cash_on_pickup": []}, {"flags": {"picked_up"}}),
        pytest.param({"flags": ["shipped"]}, {"flags": {"picked_up", "cash_on_pickup"}}),
        pytest.param({"created_at": "2026-01-02T09:00:00+01:00"}, {"created_at": START}),
        pytest.param({"created_at": "2026-01-02T08:00:00"}, {"created_at": START}),
        pytest.param({"created_at": 1716000000}, {"created_at": None}),
        pytest.param({"created_at": "yesterday"}, {"created_at": None}),
        pytest.param({"created_at": "0001-01-01T00:00:00+14:00"}, {"created_at": None}),
    ],
)
async def test_documented_variety_of_orders(change: dict[str, Any], told: dict[str, Any]):
    """One row a contradiction of the documents, by its number there."""
    sent = {**DETAIL, **change}
    p1, _ = client(answer(200, sent))
    sight = await p1.order(OrderId(str(sent["id"])))
    assert sight is not None
    order = sight.order
    assert {name: getattr(order, name) for name in told} == told


def listed(**change: Any) -> dict[str, Any]:
    return {name: value for name, value in {**ROW, **change}.items() if value is not ...}


@pytest.mark.parametrize(
    ("body", "ids", "total"),
    [
        ({"data": [ROW], "pagination": {"limit": 50, "offset": 0, "total": 7}}, ["po-1"], 7),
        ({"data": [ROW], "pagination": {"limit": 50, "offset": 0}}, ["po-1"], None),  # C3
        ({"data": [ROW], "pagination": {"total": "7"}}, ["po-1"], None),
        ({"data": [ROW], "pagination": {"total": True}}, ["po-1"], None),
        ({"data": [ROW], "pagination": []}, ["po-1"], None),
        ({"data": [ROW]}, ["po-1"], None),
        ({"data": [listed(external_id=...)]}, [None], None),  # C4
        ({"data": [listed(external_id="")]}, [None], None),
        ({"data": None}, [], None),
        ({"data": []}, [], None),
    ],
)
async def test_documented_variety_of_pages(body: Any, ids: list[Any], total: int | None):
    page: Page[P1Order] = await ask(CALLS["orders_page"], answer(200, body))
    assert [row.external_id for row in page.rows] == ids
    assert page.total == total


async def test_a_row_lacks_flags_and_may_have_an_odd_status():
    page = await ask(CALLS["orders_page"], answer(200, {"data": [ROW, listed(status=None)]}))
    assert [row.status for row in page.rows] == ["awaiting_packing", ""]
    assert {(row.flags, row.seen_at) for row in page.rows} == {(None, START)}


async def test_shops():
    rows = [{"shop_id": "shop7", "name": "Muster-Apotheke", "is_active": True}, {"shop_id": 8}]
    assert await ask(CALLS["shops"], answer(200, {"data": rows})) == (
        Shop("shop7", "Muster-Apotheke", True),
        Shop("8", "", None),
    )


# -- what cannot be understood ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        *((call, b"<html>login</html>", "") for call in READING),
        *((call, b'{"data": [', "") for call in READING),
        *((call, b"", "") for call in READING),
        *((call, b"[" * 100_000, "") for call in READING),
        *((call, b"[]", "") for call in READING),
        ("orders_page", {"orders": []}, "data"),
        ("orders_page", {"data": {"a": 1}}, "data"),
        ("orders_page", {"data": [ROW, listed(id=...)]}, "data.1.id"),
        ("orders_page", {"data": [listed(id="")]}, "data.0.id"),
        ("orders_page", {"data": [listed(id=1.5)]}, "data.0.id"),
        ("orders_page", {"data": [listed(id="../x")]}, "data.0.id"),
        ("orders_page", {"data": [ROW, 7]}, "data.1"),
        ("order", listed(id=None), "id"),
        ("order", listed(id="ORD_other"), "id"),
        ("order", listed(status=...), "status"),
        ("order", listed(status=7), "status"),
        ("shops", {"data": [{"name": "x"}]}, "data.0.shop_id"),
    ],
)
async def test_a_wrong_type_is_named_by_its_place(call: str, body: Any, field: str):
    with pytest.raises(Garbled) as wrong:
        await ask(CALLS[call], answer(200, body))
    assert wrong.value.field == field
    assert field in wrong.value.what


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"<html>", ""),
        ({"token": "t"}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": 7}, "access_token"),
        ({"access_token": "two\r\nlines"}, "access_token"),
        ({"access_token": "töken"}, "access_token"),
        ({"access_token": "a b"}, "access_token"),
    ],
)
async def test_an_unreadable_token_is_not_used(body: Any, field: str):
    with pytest.raises(Garbled) as wrong:
        await exchanged(answer(200, body))
    assert wrong.value.field == field
    assert "lines" not in str(wrong.value)


# -- what a refusal means ---------------------------------------------------------------------

ADDRESS = "pharmaone.base_url, pharmaone.org_id"
ORG_MISMATCH = {"error": "org_mismatch", "message": "Token org_id does not match URL orgId"}
NO_SCOPE = {"error": "insufficient_scope", "message": "Missing scope: orders.write"}


@pytest.mark.parametrize(
    ("call", "status", "body", "kind", "where"),
    [
        *((call, 302, None, Misconfigured, ADDRESS) for call in CALLS),
        *((call, 403, ORG_MISMATCH, Misconfigured, "pharmaone.org_id") for call in CALLS),
        *((call, 403, NO_SCOPE, Misconfigured, "pharmaone.api_key") for call in CALLS),
        *((call, 403, b"<html>", Misconfigured, "pharmaone.api_key") for call in CALLS),
        *((call, status, None, TryLater, "") for call in READING for status in (500, 502, 408)),
        *(("submit", status, None, Unsure, "") for status in (500, 502, 503, 504, 408, 425)),
        *(("submit", status, {"error": "bad"}, Refused, "") for status in (400, 404, 413, 422)),
        ("submit", 405, b"<html>", Refused, ""),
        ("submit", 404, b"<html>", Misconfigured, ADDRESS),
        ("submit", 404, {"message": "no Route", "request_id": "0"}, Misconfigured, ADDRESS),
        ("orders_page", 404, {"error": "not found"}, Misconfigured, ADDRESS),
        ("shops", 404, None, Misconfigured, ADDRESS),
        ("submit", 429, None, TryLater, ""),
        ("order", 400, {"error": "bad id"}, Refused, ""),
    ],
)
async def test_what_each_refusal_means(
    call: str, status: int, body: Any, kind: type[BridgeError], where: str
):
    with pytest.raises(BridgeError) as raised:
        await ask(CALLS[call], answer(status, body))
    assert type(raised.value) is kind
    if isinstance(raised.value, Misconfigured):
        assert raised.value.faults[0].where == where
        assert raised.value.faults[0].remedy
    if isinstance(raised.value, Refused):
        assert raised.value.status == status


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (302, None, Misconfigured),
        (400, {"error": "bad"}, Misconfigured),
        (401, UNAUTHORISED[0], Misconfigured),
        (401, UNAUTHORISED[1], Misconfigured),
        (403, ORG_MISMATCH, Misconfigured),
        (404, None, Misconfigured),
        (422, None, Misconfigured),
        (429, None, TryLater),
        (500, None, TryLater),
        (502, b"<html>", TryLater),
    ],
)
async def test_an_exchange_never_speaks_of_an_order(
    status: int, body: Any, kind: type[BridgeError]
):
    """Neither Refused nor Unsure: both would be taken for the order-request's own ending."""
    with pytest.raises(BridgeError) as raised:
        await exchanged(answer(status, body))
    assert type(raised.value) is kind


async def test_a_redirected_or_missing_connector_is_named():
    for status in (301, 404):
        with pytest.raises(Misconfigured) as raised:
            await ask(CALLS["submit"], answer(status), site=CONNECTOR)
        assert raised.value.faults[0].where == "pharmaone.connector_url"


@pytest.mark.parametrize(
    ("door", "body", "named"),
    [
        ("v2", NO_SCOPE, "orders.write"),
        (
            "v2",
            {"error": "insufficient_scope", "message": "erika.beispiel"},
            "order_requests.write",
        ),
        ("v2", None, "order_requests.write"),
        ("v1", {"error": "forbidden"}, "may not do this"),
    ],
)
async def test_a_missing_scope_is_named(door: str, body: Any, named: str):
    with pytest.raises(Misconfigured) as raised:
        await ask(CALLS["submit"], answer(403, body), site=DOORS[door])
    assert named in str(raised.value)
    assert "erika" not in str(raised.value).lower()


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"error": "shop_id is not one of org1"}, "", ("shop_id",)),
        (
            {"error": "validation_failed", "message": "items: quantity of Erika must be > 0"},
            "",
            ("items", "quantity"),
        ),
        ({"error": "customer_email: erika@example.org is no address"}, "", ("customer_email",)),
        ({"error": "insufficient_scope", "message": "Erika"}, "insufficient_scope", ()),
        ({"error": "Erika Beispiel, Beispielweg 2"}, "", ()),
        ({"error": "Erika"}, "", ()),
        ({"error": {"shop_id": ["Erika"]}}, "", ()),
        ({"message": "Erika", "request_id": "0"}, "", ()),
        (["shop_id"], "", ()),
        (b"shop_id Erika", "", ()),
    ],
)
async def test_a_refusal_names_fields_and_quotes_nobody(body: Any, code: str, fields: Any):
    with pytest.raises(Refused) as refused:
        await ask(CALLS["submit"], answer(400, body))
    assert refused.value.fields == fields
    assert ANSWERS.complaint(answer(400, body).body).code == code
    assert "erika" not in refused.value.what.lower()
    assert all(field in refused.value.what for field in fields)


@pytest.mark.parametrize(
    ("asked", "after"), [("7", 7.0), ("", None), ("soon", None), ("9999999", None)]
)
async def test_the_wait_a_vendor_asks_for_is_passed_on(asked: str, after: float | None):
    with pytest.raises(TryLater) as later:
        await ask(CALLS["order"], answer(503, None, retry_after=asked))
    assert later.value.after == after


@pytest.mark.parametrize("failure", [TryLater("breaker"), Unsure("no answer")])
async def test_what_the_way_to_pharmaone_raises_passes_through(failure: BridgeError):
    with pytest.raises(type(failure)) as raised:
        await ask(CALLS["submit"], failure)
    assert raised.value is failure


def test_the_key_is_not_shown():
    assert KEY not in repr(SITE)
    assert KEY not in repr(client(Response(200, {}, b""))[0])
    assert "Erika" not in repr(DRAFT)


# -- numbers ----------------------------------------------------------------------------------


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_every_cent_survives(cents: int):
    amount = Decimal(cents).scaleb(-2)
    sent = json.dumps(wire_number(amount))
    assert Decimal(sent) == amount
    assert json.loads(sent, parse_float=Decimal) == amount


@pytest.mark.parametrize("text", ["7.5", "7.50", "7.500", "0", "0.00", "1E+2", "-3.10", "34.99"])
def test_amounts_that_have_a_number(text: str):
    assert Decimal(repr(wire_number(Decimal(text)))) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    ["0.001", "7.505", "1e-9", "NaN", "sNaN", "Infinity", "1e400", "12345678901234567.89"],
)
def test_amounts_that_have_none(text: str):
    with pytest.raises(ValueError, match=r"no-number|decimals|inexact"):
        wire_number(Decimal(text))


def test_all_that_json_knows_is_written():
    body = {
        "text": "ä\x00",
        "yes": True,
        "none": None,
        "whole": 3,
        "float": 2.5,
        "list": [Decimal("1.10"), {"deep": (Decimal(2),)}],
    }
    assert json.loads(encode(body)) == {**body, "list": [1.1, {"deep": [2.0]}]}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"payload": {"items": [{"price": Decimal(1)}, {"price": Decimal("7.505")}]}}, "items.1"),
        ({"payload": {"total_amount": Decimal("NaN")}}, "payload.total_amount"),
        ({"payload": {"weight": float("inf")}}, "payload"),
        ({"payload": {"name": "\ud800"}}, "payload"),
        ({"payload": {"when": START}}, "payload"),
    ],
)
def test_what_cannot_be_written_is_the_mappings_fault(body: Any, place: str):
    with pytest.raises(Misconfigured) as raised:
        encode(body)
    (fault,) = raised.value.faults
    assert fault.where == "orders.toml"
    assert place in fault.what


async def test_what_cannot_be_written_is_not_sent():
    p1, send = client(answer(200, ACCEPTED))
    with pytest.raises(Misconfigured):
        await p1.submit(UID, Draft({"total_amount": Decimal("0.001")}))
    assert not send.requests
