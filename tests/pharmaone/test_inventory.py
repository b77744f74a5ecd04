"""PharmaOne's inventory, its adjustments and its log (pharmaone.md section 8)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fakes import answer
from hypothesis import given
from hypothesis import strategies as st
from pharmaone.test_pharmaone_client import BASE, CONNECTOR, client

from bridge.core.model import ProductId
from bridge.errors import Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Priority
from bridge.pharmaone.inventory import MOST, Inventory, LogEntry, gather, rows_of

ROW: dict[str, Any] = {
    "p1_id": 20417,
    "name": "Beispielsorte",
    "stockquantity": 40,
    "price": 8.59,
    "category": "Blüten",
    "log_entries": 3,
    "last_activity": "2026-01-02T08:00:00Z",
}


def body(*rows: Any, **more: Any) -> bytes:
    return json.dumps({"data": list(rows), **more}).encode()


def read(body: bytes, *, full: bool = False) -> Inventory:
    return gather(rows_of(body, full=full), full=full)


def test_the_documented_row():
    assert read(body(ROW)) == Inventory({ProductId("20417"): 40})
    assert read(body(ROW), full=True) == Inventory(
        {ProductId("20417"): 40},
        {ProductId("20417"): Decimal("8.59")},
        {ProductId("20417"): "Beispielsorte"},
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"p1_id": "A-7", "stockquantity": 3}, {"A-7": 3}),
        ({"p1_id": "7", "stock_quantity": 3}, {"7": 3}),  # C2
        ({"p1_id": 7, "stockquantity": 12.9}, {"7": 12}),
        ({"p1_id": 7, "stockquantity": -0.5}, {"7": -1}),
        ({"p1_id": 7, "stockquantity": -3}, {"7": -3}),
        ({"p1_id": 7, "stockquantity": 0, "price": None, "name": None}, {"7": 0}),
        ({"p1_id": 7, "stockquantity": 1e3}, {"7": 1000}),
    ],
)
@pytest.mark.parametrize("full", [False, True])
def test_documented_variety(row: dict[str, Any], expected: dict[str, int], full: bool):
    found = read(body(row), full=full)
    assert (found.on_hand, found.unreadable) == (expected, 0)


@pytest.mark.parametrize(
    "row",
    [
        {"p1_id": 7},
        {"stockquantity": 7},
        {"p1_id": None, "stockquantity": 7},
        {"p1_id": 7, "stockquantity": None},
        {"p1_id": 7, "stockquantity": "7"},
        {"p1_id": 7, "stockquantity": True},
        {"p1_id": 7, "stockquantity": [7]},
        {"p1_id": 7, "stockquantity": MOST + 1},
        {"p1_id": 7, "stockquantity": 10**30},
        {"p1_id": 7.5, "stockquantity": 7},
        {"p1_id": "", "stockquantity": 7},
        {"p1_id": "a b", "stockquantity": 7},
        {"p1_id": True, "stockquantity": 7},
        "text",
        7,
        None,
        [],
    ],
)
@pytest.mark.parametrize("full", [False, True])
def test_a_row_that_cannot_be_read_is_counted_and_holds_up_no_other(row: Any, full: bool):
    found = read(body(ROW, row, {**ROW, "p1_id": 8}), full=full)
    assert found.on_hand == {"20417": 40, "8": 40}
    assert found.unreadable == 1
    assert found.prices == ({"20417": Decimal("8.59"), "8": Decimal("8.59")} if full else {})


def test_of_two_rows_for_one_product_the_smaller_counts():
    found = read(body(ROW, {**ROW, "p1_id": "20417", "stockquantity": 7}))
    assert found.on_hand == {"20417": 7}


@pytest.mark.parametrize("price", ["8.59", True, [1], None, {}])
def test_an_odd_price_is_none(price: Any):
    found = read(body({**ROW, "price": price}), full=True)
    assert found.on_hand == {"20417": 40}
    assert found.prices in ({}, {"20417": Decimal("8.59")})


@given(st.decimals(0, 10000, places=2))
def test_prices_are_exact(price: Decimal):
    found = read(body({**ROW, "price": float(price)}), full=True)
    assert found.prices == {"20417": price}
    by_row = read(body({**ROW, "price": float(price)}, "odd"), full=True)
    assert by_row.prices == {"20417": price}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is not JSON"),
        (b"<html>", "is not JSON"),
        (body(ROW)[:-9], "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"{}", "not a list of rows"),
        (b'{"data": null}', "not a list of rows"),
        (b'{"data": {}}', "not a list of rows"),
        (b"7", "not a list of rows"),
        (b"\xff", "is not JSON"),
    ],
)
def test_what_is_no_inventory_is_garbled(raw: bytes, why: str):
    with pytest.raises(Garbled, match=why):
        read(raw)


def test_a_bare_list_is_read():
    assert read(json.dumps([ROW]).encode()).on_hand == {"20417": 40}
    assert read(b'{"data": []}').on_hand == {}


async def test_the_inventory_is_asked_for_with_its_urgency():
    p1, send = client(answer(200, {"data": [ROW]}))
    assert (await p1.inventory()).on_hand == {"20417": 40}
    request = send.request
    assert (request.method, request.url, request.query) == ("GET", f"{BASE}/inventory", ())
    assert request.priority is Priority.FALLING_STOCK
    assert request.repeatable


async def test_an_answer_that_says_there_is_more_is_read_on():
    first = {"data": [ROW], "pagination": {"total": 3, "limit": 1}}
    rest = {"data": [{**ROW, "p1_id": 8}, "odd"], "pagination": {"total": 3}}
    p1, send = client(answer(200, first), answer(200, rest))
    found = await p1.inventory(full=True)
    assert (found.on_hand, found.unreadable) == ({"20417": 40, "8": 40}, 1)
    assert found.names == {"20417": "Beispielsorte", "8": "Beispielsorte"}
    assert [request.query for request in send.requests] == [(), (("offset", "1"),)]


async def test_one_that_never_gives_the_rest_is_garbled():
    page = {"data": [ROW], "pagination": {"total": 3}}
    p1, _ = client(answer(200, page), answer(200, page))
    with pytest.raises(Garbled, match="more rows than it gives"):
        await p1.inventory()


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TryLater), (403, Misconfigured), (404, Misconfigured), (400, Refused)],
)
async def test_the_inventory_refused(status: int, error: type[Exception]):
    p1, _ = client(answer(status, {"error": "x"}))
    with pytest.raises(error):
        await p1.inventory()


async def test_an_adjustment_carries_its_reason():
    p1, send = client(answer(200, {"status": "ok", "id": "1"}))
    assert await p1.adjust(ProductId("20417"), -3, "rxbridge ref-1") == "1"
    request = send.request
    assert (request.method, request.url) == ("POST", f"{BASE}/inventory/adjust")
    assert not request.repeatable
    assert json.loads(request.body or b"") == {
        "p1_id": "20417",
        "delta_on_hand": -3,
        "reason": "rxbridge ref-1",
        "shop_id": "shop7",
    }


async def test_an_adjustment_of_what_is_on_its_way():
    p1, send = client(answer(200, b""))
    metadata = {"receipt": "r-1"}
    said = await p1.adjust(ProductId("20417"), 0, "x", delta_incoming=-2, metadata=metadata)
    assert said is None
    body = json.loads(send.request.body or b"")
    assert (body["delta_incoming"], body["metadata"]) == (-2, metadata)


async def test_a_web_page_is_no_word_of_an_adjustment():
    p1, _ = client(answer(200, b"<html>Login</html>"))
    with pytest.raises(Unsure):
        await p1.adjust(ProductId("20417"), -3, "x")


async def test_without_a_shop_none_is_named():
    from dataclasses import replace

    p1, send = client(answer(200, {}), site=replace(CONNECTOR, shop_id=None))
    await p1.adjust(ProductId("20417"), 1, "x")
    assert "shop_id" not in json.loads(send.request.body or b"")


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Unsure), (502, Unsure), (400, Refused), (404, Refused), (403, Misconfigured)],
)
async def test_an_adjustment_that_went_wrong(status: int, error: type[Exception]):
    p1, _ = client(answer(status, {"error": "Stock cannot go below zero"}))
    with pytest.raises(error) as raised:
        await p1.adjust(ProductId("20417"), -3, "x")
    assert "below zero" not in str(raised.value)  # vendors' texts stay outside


async def test_a_products_log():
    rows = [
        {
            "id": "1",
            "p1_id": 20417,
            "shop_id": "shop7",
            "delta_on_hand": -3,
            "delta_incoming": 2,
            "reason": "Kasse",
            "created_at": "2026-01-02T08:00:00Z",
        },
        {"delta_on_hand": "odd", "reason": 7, "created_at": "odd"},
        {},
    ]
    p1, send = client(answer(200, {"data": rows}))
    assert await p1.inventory_log(ProductId("a/b")) == (
        LogEntry(-3, "Kasse", datetime(2026, 1, 2, 8, tzinfo=UTC), 2, "shop7", "1"),
        LogEntry(None, "7", None),
        LogEntry(None, "", None),
    )
    assert send.request.url == f"{BASE}/inventory/a%2Fb/log"


async def test_a_products_log_is_dated_by_our_clock():
    p1, _ = client(answer(200, {"data": [{"created_at": "2026-01-02T08:00:00Z"}]}))
    entries = await replace(p1, ahead=lambda: timedelta(hours=2)).inventory_log(ProductId("7"))
    assert entries is not None
    assert entries[0].at == datetime(2026, 1, 2, 6, tzinfo=UTC)


async def test_a_log_of_nothing_and_one_that_cannot_be_read():
    assert await client(answer(404, {"error": "x"}))[0].inventory_log(ProductId("7")) is None
    with pytest.raises(Garbled):
        await client(answer(200, {"data": [7]}))[0].inventory_log(ProductId("7"))
