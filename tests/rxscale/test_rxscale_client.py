"""RxScale's API: what is asked, what is understood, and what each refusal means."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from fakes import START, Answer, Clock, ScriptedSend, answer

from bridge.core.alarms import Subscription
from bridge.core.memory import SweptOrder
from bridge.core.model import CatalogueSku, OrderLine, PharmacyOrderUid, TrackingLink
from bridge.errors import BridgeError, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Priority
from bridge.rxscale import dialect
from bridge.rxscale.answers import ANSWERS
from bridge.rxscale.calling import Caller
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import GENERATIONS, Site
from bridge.vendor.paging import Page

KEY = "rx-secret-key"
SITE = Site("https://api.rxscale.test", "/v1/external_pharmacy_api", KEY)
GROUP = replace(SITE, pharmacy_uid="ph-1")
UID = PharmacyOrderUid("po-1")

ADDRESS = {"first_name": "Erika", "last_name": "Beispiel", "city": "Hamburg", "country": "Germany"}
ITEM: dict[str, Any] = {
    "uid": "oi-1",
    "amount": 2,
    "sku": {"uid": "sku-1", "display_name": "Product 5g", "pzn": "00000001"},
    "total_paid_amount": 2500,
}
ROW: dict[str, Any] = {
    "uid": "po-1",
    "status": "waiting for pharmacy",
    "name": "#2001",
    "shop_order_name": "#77",
    "external_status": "OPEN",
    "pharmacy": {"uid": "ph-1", "display_name": "Test Apotheke"},
    "order": {"uid": "ord-1", "delivery_address": ADDRESS, "priority": 4},
    "order_items": [ITEM],
    "shipping_costs_amount": 499,
    "shipping_costs_currency": "EUR",
}
DETAIL: dict[str, Any] = {
    **ROW,
    "patient_data": {"uid": "pat-1", "display_name": "Erika Beispiel"},
    "prescription_file": {"filename": "rx.pdf", "content_base64": "JVBERi0="},
    "prepaid": 1,
    "payouts": [],
}
SKU: dict[str, Any] = {
    "uid": "psku-1",
    "external_id": "P1-9",
    "price": 1250,
    "stock": 7,
    "pharmacy": "ph-1",
    "sku": {
        "uid": "sku-1",
        "display_name": "Product 5g",
        "pzn": "00000001",
        "standard_selling_unit": 5.0,
        "digital": False,
    },
    "deleted_at": None,
}


def page(*rows: Any, total: Any = None, pages: Any = 1) -> dict[str, Any]:
    count = len(rows) if total is None else total
    return {"data": list(rows), "totalRegistries": count, "totalPages": pages}


def client(*script: Answer, site: Site = SITE) -> tuple[RxScale, ScriptedSend]:
    send = ScriptedSend(*script)
    return RxScale(Caller(send, site, known=lambda: ["picking"]), Clock()), send


async def ask(call: Callable[[RxScale], Awaitable[Any]], *script: Answer) -> Any:
    return await call(client(*script)[0])


CALLS: dict[str, Callable[[RxScale], Awaitable[Any]]] = {
    "order": lambda rx: rx.order(UID),
    "orders_page": lambda rx: rx.orders_page("on-hold", 2),
    "set_status": lambda rx: rx.set_status(UID, "pending review"),
    "complete": lambda rx: rx.complete(UID),
    "skus_page": lambda rx: rx.skus_page(0, 50),
    "health": lambda rx: rx.health(),
    "subscriptions": lambda rx: rx.subscriptions(),
    "subscribe": lambda rx: rx.subscribe("https://h.test/webhooks/rxscale", "e"),
    "unsubscribe": lambda rx: rx.unsubscribe("wh-1"),
}
WRITING = ["set_status", "complete", "subscribe", "unsubscribe"]
READING = [name for name in CALLS if name not in WRITING]
LISTS = ["orders_page", "skus_page", "health", "subscriptions"]
UNDERSTOOD: dict[str, Any] = {
    "order": DETAIL,
    "orders_page": page(ROW),
    "set_status": None,
    "complete": None,
    "skus_page": page(SKU),
    "health": None,
    "subscriptions": [],
    "subscribe": {"uid": "wh-1", "signing_secret": "whsec_canary"},
    "unsubscribe": None,
}


# -- what is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "route", "path", "query"),
    [
        ("order", "GET /pharmacy_orders/{uid}", "/pharmacy_orders/po-1", ()),
        (
            "orders_page",
            "GET /pharmacy_orders/",
            "/pharmacy_orders/",
            (("status", "on-hold"), ("page", "2"), ("limit", "200")),
        ),
        (
            "set_status",
            "PATCH /pharmacy_orders/{uid}/status",
            "/pharmacy_orders/po-1/status",
            (),
        ),
        (
            "complete",
            "PATCH /pharmacy_orders/{uid}/complete_order",
            "/pharmacy_orders/po-1/complete_order",
            (),
        ),
        ("skus_page", "GET /pharmacy_skus/", "/pharmacy_skus/", (("page", "0"), ("limit", "50"))),
        ("health", "GET /health/", "/health/", ()),
        ("subscriptions", "GET /webhooks/", "/webhooks/", ()),
        ("subscribe", "POST /webhooks/", "/webhooks/", ()),
        ("unsubscribe", "DELETE /webhooks/{uid}", "/webhooks/wh-1", ()),
    ],
)
async def test_the_calls_as_documented(call: str, route: str, path: str, query: Any):
    rx, send = client(answer(200, UNDERSTOOD[call]))
    await CALLS[call](rx)
    asked = send.request
    assert asked.route == route
    assert asked.method == route.split(maxsplit=1)[0]
    assert asked.url == f"https://api.rxscale.test/v1/external_pharmacy_api{path}"
    assert asked.query == query
    assert asked.headers["X-API-Key"] == KEY
    assert asked.repeatable is (asked.method == "GET")


@pytest.mark.parametrize(
    ("tracking", "body"),
    [
        ((), {}),
        (
            (TrackingLink("https://t.test/1", "DHL"),),
            {"tracking_links": [{"tracking_link": "https://t.test/1", "carrier": "DHL"}]},
        ),
    ],
)
async def test_completing_with_and_without_a_parcel(tracking: Any, body: Any):
    rx, send = client(answer(200, DETAIL))
    await rx.complete(UID, tracking)
    assert json.loads(send.request.body or b"") == body


@pytest.mark.parametrize("call", CALLS)
async def test_a_group_key_names_its_pharmacy_on_every_call(call: str):
    rx, send = client(answer(200, UNDERSTOOD[call]), site=GROUP)
    await CALLS[call](rx)
    assert ("pharmacy_uid", "ph-1") in send.request.query


async def test_another_pharmacy_of_the_group_is_named_once():
    """`rxbridge call --query pharmacy_uid=ph-2`: which of two RxScale would take, nobody says."""
    rx, send = client(answer(200, {}), site=GROUP)
    other = (("pharmacy_uid", "ph-2"),)
    await rx.caller.call(dialect.PAYOUTS, Priority.SWEEP, query=other)
    assert send.request.query == other


@pytest.mark.parametrize(
    ("api_path", "base_url"),
    [
        (GENERATIONS["current"].api_path, "https://h.test"),
        (GENERATIONS["legacy"].api_path, "https://h.test/"),  # C-1
        ("v1/external_pharmacy_api/", "https://h.test"),
    ],
)
async def test_the_base_path_is_the_accounts(api_path: str, base_url: str):
    rx, send = client(answer(200, DETAIL), site=Site(base_url, api_path, KEY))
    await rx.order(UID)
    assert send.request.url == f"https://h.test/{api_path.strip('/')}/pharmacy_orders/po-1"


async def test_an_odd_uid_cannot_leave_its_place_in_the_address():
    rx, send = client(answer(404, {"error": "Resource not found"}))
    await rx.order(PharmacyOrderUid("a/b?c#d"))
    assert send.request.url.endswith("/pharmacy_orders/a%2Fb%3Fc%23d")


async def test_what_waiting_costs_is_passed_on():
    rx, send = client(answer(404, {"error": "Resource not found"}))
    await rx.order(UID)
    await rx.order(UID, Priority.SWEEP)
    assert [request.priority for request in send.requests] == [Priority.ORDER, Priority.SWEEP]


async def test_without_a_status_all_orders_are_asked_for():
    rx, send = client(answer(200, page()))
    await rx.orders_page("", 0, 10)
    assert send.request.query == (("page", "0"), ("limit", "10"))


@pytest.mark.parametrize(
    ("dialect", "comment", "body"),
    [
        ("current", None, {"status": "on-hold"}),
        ("current", "PZN fehlt: größer", {"status": "on-hold", "comment": "PZN fehlt: größer"}),
        ("legacy", "not known there", {"status": "on-hold"}),
    ],
)
async def test_setting_a_status(dialect: str, comment: str | None, body: dict[str, str]):
    rx, send = client(answer(200, b"anything"), site=replace(SITE, dialect=dialect))
    await rx.set_status(UID, "on-hold", comment)
    assert json.loads(send.request.body or b"") == body
    assert send.request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"status": 7}'])
async def test_any_success_of_a_status_is_a_success(body: bytes):
    await ask(CALLS["set_status"], answer(204, body))


@pytest.mark.parametrize("call", ["set_status", "complete"])
async def test_a_web_page_is_no_success(call: str):
    with pytest.raises(Unsure, match="with a web page"):
        await ask(CALLS[call], answer(200, b"\n<html>Back soon</html>"))


# -- what is understood -----------------------------------------------------------------------


async def test_an_order_in_our_words():
    order = await ask(CALLS["order"], answer(200, DETAIL))
    assert (order.uid, order.status, order.name) == ("po-1", "waiting for pharmacy", "#2001")
    assert (order.priority, order.seen_at) == (4, START)
    assert order.lines == (OrderLine("oi-1", "sku-1", 2, 2500, "Product 5g", "00000001"),)
    assert order.detail == DETAIL
    assert "Erika" not in repr(order)


@pytest.mark.parametrize(
    ("told", "made_at"),
    [
        (None, None),
        (1767340800, START - timedelta(hours=2)),
        (1767340800.0, START - timedelta(hours=2)),
        ("2026-01-02T08:00:00Z", None),
        (0, None),
        (1767340800000, None),
        (True, None),
    ],
)
async def test_when_an_order_was_made_is_told_by_our_clock(told: Any, made_at: Any):
    """Unix seconds in webhooks; whether REST has it, and how, is not documented (7.1)."""
    rx, _ = client(answer(200, {**DETAIL, "created_at": told}))
    order = await replace(rx, ahead=lambda: timedelta(hours=2)).order(UID)
    assert order is not None
    assert order.created_at == made_at


async def test_an_unknown_order_is_none():
    assert await ask(CALLS["order"], answer(404, {"error": "Resource not found"})) is None


@pytest.mark.parametrize("body", [None, b"<html>", {"message": "no Route"}, [], {"error": None}])
async def test_a_404_of_something_before_rxscale_says_nothing_of_the_order(body: Any):
    for call in (CALLS["order"], CALLS["unsubscribe"]):
        with pytest.raises(TryLater, match="its application"):
            await ask(call, answer(404, body))


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"name": "PO-AB12-CD34-EF56"}, {"name": "PO-AB12-CD34-EF56"}, id="C-9"),
        pytest.param({"name": "Erika Beispiel"}, {"name": None}, id="a name as name"),
        pytest.param({"name": None}, {"name": None}, id="null name"),
        pytest.param({"order": {**ROW["order"], "shipping_costs_amount": 499}}, {}, id="C-11"),
        pytest.param({"prescription_file": None}, {}, id="C-12 null"),
        pytest.param({"prescription_files": [{}]}, {}, id="C-12 several"),
        pytest.param({"prepaid": True}, {}, id="C-13"),
        pytest.param({"status": "processing"}, {"status": "processing"}, id="C-14"),
        pytest.param({}, {"pharmacy_uid": "ph-1"}, id="pharmacy"),
        pytest.param({"pharmacy": "ph-2"}, {"pharmacy_uid": "ph-2"}, id="C-15"),
        pytest.param({"pharmacy": {"uid": 7}}, {"pharmacy_uid": "7"}, id="a number as pharmacy"),
        pytest.param({"pharmacy": {"uid": "a b"}}, {"pharmacy_uid": None}, id="odd pharmacy"),
        pytest.param({"pharmacy": None}, {"pharmacy_uid": None}, id="no pharmacy"),
        pytest.param({"pharmacy": ["ph-1"]}, {"pharmacy_uid": None}, id="pharmacies"),
        pytest.param({"status": "on-hold"}, {"status": "on-hold"}, id="C-19"),
        pytest.param(
            {"status": "Frau Beispiel"}, {"status": "unknown (13 letters, 76df)"}, id="new"
        ),
        pytest.param({"status": "picking"}, {"status": "picking"}, id="in statuses.toml"),
        pytest.param({"name": "Frau-Beispiel"}, {"name": None}, id="a name"),
        pytest.param({"order": None}, {"priority": 0}, id="no parent"),
        pytest.param({"order": {"priority": None}}, {"priority": 0}, id="no priority"),
        pytest.param({"order": {"priority": 10**30}}, {"priority": 1_000_000}, id="priority"),
        pytest.param({"order_items": None}, {"lines": ()}, id="null items"),
        pytest.param({"surprise": {"a": [1]}}, {}, id="unknown key"),
    ],
)
async def test_documented_variety_of_orders(change: dict[str, Any], told: dict[str, Any]):
    """One row a contradiction of the documents, by its number there."""
    sent = {**DETAIL, **change}
    order = await ask(CALLS["order"], answer(200, sent))
    assert {name: getattr(order, name) for name in told} == told
    assert order.detail == sent


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"uid": 12}, {"uid": "12"}),
        ({"uid": None}, {"uid": "line-1"}),
        ({"total_paid_amount": None}, {"paid_cents": None}),
        ({"sku": {"uid": 5}}, {"sku_uid": "5", "name": "", "pzn": None}),
        ({"sku": {"uid": "sku-1", "pzn": 1234567}}, {"pzn": "1234567"}),
        ({"sku": {"uid": "sku-1", "pzn": " "}}, {"pzn": None}),
        ({"sku": {"uid": "sku-1", "display_name": ["odd"]}}, {"name": ""}),
        (
            {"pharmacy_sku": {"uid": "psku-1", "external_id": 99}},
            {"pharmacy_sku_uid": "psku-1", "external_id": "99"},
        ),
        ({"pharmacy_sku": {"external_id": ""}}, {"pharmacy_sku_uid": None, "external_id": None}),
        ({"pharmacy_sku": None}, {"pharmacy_sku_uid": None}),
    ],
)
async def test_documented_variety_of_lines(change: dict[str, Any], told: dict[str, Any]):
    sent = answer(200, {**DETAIL, "order_items": [{**ITEM, **change}]})
    (line,) = (await ask(CALLS["order"], sent)).lines
    assert {name: getattr(line, name) for name in told} == told


async def test_a_quantity_stands_for_an_amount():
    sent = {**DETAIL, "order_items": [{**without(ITEM, "amount"), "quantity": 3}]}
    assert (await ask(CALLS["order"], answer(200, sent))).lines[0].amount == 3


async def test_orders_are_searched():
    rxscale, send = client(answer(200, page(ROW)))
    await rxscale.orders_page("on-hold", 1, search="Max M")
    asked = (("status", "on-hold"), ("search", "Max M"), ("page", "1"), ("limit", "200"))
    assert send.request.query == asked


async def test_a_page_of_orders():
    rows = [ROW, without({**ROW, "uid": 2, "status": None}, "order", "name")]
    got = await ask(CALLS["orders_page"], answer(200, page(*rows, total=402, pages=3)))
    assert got == Page(
        (
            SweptOrder("waiting for pharmacy", 4, "#2001", UID),
            SweptOrder("", 0, None, PharmacyOrderUid("2")),
        ),
        total=402,
        pages=3,
    )


@pytest.mark.parametrize(
    ("envelope", "pages"),
    [
        ({"data": [], "totalRegistries": 0, "totalPages": 0}, 0),
        ({"data": None, "totalRegistries": 0, "totalPages": 0}, 0),
        ({"data": [], "totalRegistries": 0}, 0),
        ({"data": [], "totalRegistries": 401, "totalPages": None}, 3),
        ({"data": [], "totalRegistries": 400}, 2),
    ],
)
async def test_documented_variety_of_pages(envelope: dict[str, Any], pages: int):
    got = await ask(CALLS["orders_page"], answer(200, envelope))
    assert (got.rows, got.total, got.pages) == ((), envelope["totalRegistries"], pages)


async def test_a_page_of_the_catalogue():
    rows = [
        SKU,
        {**SKU, "uid": "psku-2", "external_id": 20417, "pharmacy": {"uid": "ph-1"}},  # C-15
        {**SKU, "uid": "psku-3", "external_id": "", "sku": {"uid": "sku-3"}},
        {**SKU, "uid": "psku-4", "deleted_at": 1716000000},
        {**SKU, "uid": "psku-5", "sku": None},
        {**SKU, "uid": "psku-6", "sku": {"display_name": "nameless"}},
    ]
    got = await ask(CALLS["skus_page"], answer(200, page(*rows)))
    assert got.rows == (
        CatalogueSku("psku-1", "sku-1", "P1-9", "Product 5g", "00000001", "5"),
        CatalogueSku("psku-2", "sku-1", "20417", "Product 5g", "00000001", "5"),
        CatalogueSku("psku-3", "sku-3", None, "", None),
    )
    assert (got.total, got.pages) == (6, 1)


async def test_the_catalogue_is_asked_for_with_its_urgency():
    rx, send = client(answer(200, page()))
    await rx.skus_page(0, priority=Priority.ORDER)
    assert send.request.priority is Priority.ORDER


@pytest.mark.parametrize("wrapped", [False, True])
async def test_subscriptions_come_bare(wrapped: bool):
    """C-7: a bare array on the webhooks page, an envelope on the pagination page."""
    rows = [{"uid": "sub-1", "target": "https://b.test", "notification_type": "x"}, {"uid": 2}]
    sent = {"data": rows} if wrapped else rows
    assert await ask(CALLS["subscriptions"], answer(200, sent)) == (
        Subscription("sub-1", "https://b.test", "x"),
        Subscription("2", "", ""),
    )


# -- what cannot be understood ----------------------------------------------------------------


def with_item(**change: Any) -> dict[str, Any]:
    return {**DETAIL, "order_items": [ITEM, {**ITEM, **change}]}


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("order", b"<html>login</html>", ""),
        ("order", b'{"uid": "po-1", "sta', ""),
        ("order", b"", ""),
        ("order", b"[" * 100_000, ""),
        ("order", b"null", ""),
        ("order", b"[]", ""),
        ("order", {}, "uid"),
        ("order", {**DETAIL, "uid": None}, "uid"),
        ("order", {**DETAIL, "uid": "po-2"}, "uid"),
        ("order", {**DETAIL, "uid": ".."}, "uid"),
        ("order", {**DETAIL, "status": None}, "status"),
        ("order", {**DETAIL, "status": 7}, "status"),
        ("order", without(DETAIL, "status"), "status"),
        ("order", {**DETAIL, "order_items": {}}, "order_items"),
        ("order", {**DETAIL, "order_items": "x"}, "order_items"),
        ("order", with_item(amount="2"), "order_items.1.amount"),
        ("order", with_item(amount=2.0), "order_items.1.amount"),
        ("order", with_item(amount=True), "order_items.1.amount"),
        ("order", with_item(amount=None), "order_items.1.amount"),
        ("order", with_item(total_paid_amount="12,99"), "order_items.1.total_paid_amount"),
        ("order", with_item(total_paid_amount=12.99), "order_items.1.total_paid_amount"),
        ("order", with_item(sku=None), "order_items.1.sku"),
        ("order", with_item(sku={}), "order_items.1.sku.uid"),
        ("order", with_item(sku={"uid": []}), "order_items.1.sku.uid"),
        ("order", with_item(pharmacy_sku=[]), "order_items.1.pharmacy_sku"),
        ("orders_page", b"<html>", ""),
        ("orders_page", b"[]", ""),
        ("orders_page", {"totalRegistries": 0}, "data"),
        ("orders_page", {**page(), "data": {"a": 1}}, "data"),
        ("orders_page", {"data": []}, "totalRegistries"),
        ("orders_page", page(total="1"), "totalRegistries"),
        ("orders_page", page(total=-1), "totalRegistries"),
        ("orders_page", page(pages="1"), "totalPages"),
        ("orders_page", page(ROW, without(ROW, "uid")), "data.1.uid"),
        ("orders_page", page(ROW, None), "data.1"),
        ("skus_page", page({**SKU, "uid": {}}), "data.0.uid"),
        ("skus_page", page({**SKU, "sku": "sku-1"}), "data.0.sku"),
        ("health", b" <!doctype html>", ""),
        ("subscriptions", b"{}", "data"),
        ("subscriptions", [{"target": "https://b.test"}], "data.0.uid"),
    ],
)
async def test_a_wrong_type_is_named_by_its_place(call: str, body: Any, field: str):
    with pytest.raises(Garbled) as wrong:
        await ask(CALLS[call], answer(200, body))
    assert wrong.value.field == field
    assert field in wrong.value.what


async def test_what_cannot_be_read_is_not_quoted():
    sent = with_item(amount="Erika Beispiel")
    with pytest.raises(Garbled) as wrong:
        await ask(CALLS["order"], answer(200, sent))
    assert "Erika" not in str(wrong.value)
    assert wrong.value.__cause__ is None
    assert wrong.value.__suppress_context__


# -- what a refusal means ---------------------------------------------------------------------

MISSING_PharmACY = {"error": "Missing required parameters: pharmacy_uid"}


@pytest.mark.parametrize(
    ("call", "status", "body", "kind", "where"),
    [
        ("order", 301, None, Misconfigured, "rxscale.base_url, rxscale.api_path"),
        ("set_status", 308, None, Misconfigured, "rxscale.base_url, rxscale.api_path"),
        ("order", 401, {"code": "invalid_api_key"}, Misconfigured, "rxscale.api_key"),
        ("order", 401, b"<html>", Misconfigured, "rxscale.api_key"),
        ("set_status", 401, {"code": "api_key_missing"}, Misconfigured, "rxscale.api_key"),
        ("order", 400, MISSING_PharmACY, Misconfigured, "rxscale.pharmacy_uid"),
        ("orders_page", 422, MISSING_PharmACY, Misconfigured, "rxscale.pharmacy_uid"),
        ("set_status", 400, MISSING_PharmACY, Misconfigured, "rxscale.pharmacy_uid"),
        *((call, 404, None, Misconfigured, "rxscale.api_path") for call in LISTS),
        *((call, 500, b"<html>", TryLater, "") for call in READING),
        *((call, 400, {"error": "Bad request"}, TryLater, "") for call in READING),
        ("order", 502, None, TryLater, ""),
        ("order", 408, None, TryLater, ""),
        ("order", 429, {"error": "Rate limit exceeded"}, TryLater, ""),
        ("set_status", 500, None, Unsure, ""),
        ("set_status", 503, None, Unsure, ""),
        ("set_status", 504, None, Unsure, ""),
        ("set_status", 408, None, Unsure, ""),
        ("set_status", 400, {"error": "Bad request"}, Refused, ""),
        ("set_status", 404, {"error": "Resource not found"}, Refused, ""),
        ("set_status", 409, {"error": "Conflict"}, Refused, ""),
        ("set_status", 422, None, Refused, ""),
        ("orders_page", 400, {"error": "limit must be positive"}, Refused, ""),
        ("order", 405, None, Refused, ""),
    ],
)
async def test_what_each_refusal_means(
    call: str, status: int, body: Any, kind: type[BridgeError], where: str
):
    with pytest.raises(BridgeError) as raised:
        await ask(CALLS[call], answer(status, body))
    assert type(raised.value) is kind
    if isinstance(raised.value, Misconfigured):
        (fault,) = raised.value.faults
        assert fault.where == where
        assert fault.remedy
    if isinstance(raised.value, Refused):
        assert raised.value.status == status


@pytest.mark.parametrize(
    ("call", "permission"),
    [
        ("order", "orders_read"),
        ("orders_page", "orders_read"),
        ("set_status", "orders_write"),
        ("skus_page", "stock_read"),
        ("subscriptions", "webhooks_read"),
        ("health", "that this route needs"),
    ],
)
async def test_a_missing_permission_is_named(call: str, permission: str):
    denied = answer(403, {"code": "permission_denied", "description": "Permission Denied"})
    with pytest.raises(Misconfigured, match=permission) as raised:
        await ask(CALLS[call], denied)
    assert raised.value.faults[0].where == "rxscale.api_key"


ERIKA = sha256(b"Erika Beispiel").hexdigest()[:4]


def nested(name: str, deep: int) -> Any:
    return {name: nested(name, deep - 1)} if deep else 1


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"error": {"comment": ["A comment is required"]}}, "", ("comment",)),
        (
            {"error": {"tracking_links": {"0": {"tracking_link": ["bad"], "carrier": ["bad"]}}}},
            "",
            ("tracking_links.0.tracking_link", "tracking_links.0.carrier"),
        ),
        (
            {"error": {"Erika Beispiel": ["who?"], "status": {}}},
            "",
            (f"unknown (14 letters, {ERIKA})", "status"),
        ),
        ({"error": "Missing required parameters: status, comment"}, "", ("status", "comment")),
        (
            {"error": "Missing required parameters: Erika Beispiel"},
            "",
            (f"unknown (14 letters, {ERIKA})",),
        ),
        (
            {"error": {"stock_Erika": [], "Erika": []}},
            "",
            ("stock", "unknown (5 letters, fd39)"),
        ),
        ({"error": {"0176123": [], "12": []}}, "", ("unknown (7 letters, 804e)", "12")),
        ({"code": "invalid_api_key", "error": "Erika is known"}, "invalid_api_key", ()),
        ({"code": "Erika", "error": "Erika is known"}, "unknown (5 letters, fd39)", ()),
        ({"code": "Erika Beispiel", "error": 7}, "", ()),
        (["Erika"], "", ()),
        (b"Erika", "", ()),
        ({"error": nested("price", 7)}, "", (".".join(["price"] * 6),)),
    ],
)
async def test_a_refusal_names_fields_and_quotes_nobody(body: Any, code: str, fields: Any):
    with pytest.raises(Refused) as refused:
        await ask(CALLS["set_status"], answer(400, body))
    assert refused.value.fields == fields
    assert ANSWERS.complaint(answer(400, body).body).code == code
    assert "Erika" not in refused.value.what
    assert all(field in refused.value.what for field in fields)


def test_a_refusal_of_many_fields_stays_short():
    many = {"error": {f"field_{number}": ["bad"] for number in range(1000)}}
    assert len(ANSWERS.complaint(answer(400, many).body).fields) == 20


@pytest.mark.parametrize(
    ("asked", "after"),
    [("7", 7.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("9999999", None)],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_wait_a_vendor_asks_for_is_passed_on(
    asked: str, after: float | None, status: int
):
    with pytest.raises(TryLater) as later:
        await ask(CALLS["order"], answer(status, None, retry_after=asked))
    assert later.value.after == after


@pytest.mark.parametrize("failure", [TryLater("breaker"), Unsure("no answer")])
async def test_what_the_way_to_rxscale_raises_passes_through(failure: BridgeError):
    with pytest.raises(type(failure)) as raised:
        await ask(CALLS["set_status"], failure)
    assert raised.value is failure


def test_the_key_is_not_shown():
    assert KEY not in repr(SITE)
    assert KEY not in repr(RxScale(Caller(ScriptedSend(), SITE), Clock()))
