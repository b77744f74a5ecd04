"""`rxbridge call`: any route of a vendor, as typed, with persons and secrets masked."""

import json
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.commands import call as calling
from bridge.cli.commands.call import (
    Asked,
    p1_route,
    page_of,
    paged,
    query_for,
    rx_route,
    style_of,
)
from bridge.cli.mask import MASK, masked
from bridge.pharmaone import dialect as p1
from bridge.rxscale import dialect as rx
from bridge.vendor.paging import Page, Place


@pytest.fixture
def accounts(vendors, monkeypatch) -> dict[str, str]:
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RXBRIDGE_RXSCALE__REQUESTS_PER_SECOND", "0")
    return vendors


def told(accounts: dict[str, str], path: str, body: object) -> object:
    url = f"{accounts['RXBRIDGE_RXSCALE__BASE_URL']}/_sandbox/{path}"
    answer = requests.post(url, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def test_a_list_as_a_table_and_as_json(typed, accounts):
    table = typed("call", "pharmaone", "GET", "/inventory")
    assert table.code == 0, table.err
    assert "20401" in table.out
    assert "stockquantity" in table.out
    assert "8 rows." in table.out
    whole = json.loads(typed("call", "pharmaone", "GET", "inventory", "--json").out)
    assert len(whole["data"]) == 8


def test_a_list_without_rows(typed, accounts):
    assert typed("call", "pharmaone", "GET", "/orders").out == "0 of 0 rows.\n"


def test_every_page_of_each_kind(typed, accounts):
    told(accounts, "orders", {"count": 120})
    orders = typed("call", "rxscale", "GET", "/pharmacy_orders/", "--all", "--json")
    assert len({row["uid"] for row in json.loads(orders.out)["data"]}) == 120
    words = ("--query", "shop_id=shop1", "--all", "--json")
    products = json.loads(typed("call", "pharmaone", "GET", "/products", *words).out)["data"]
    assert len(products) == 8
    for path in ("/inventory", "/orders?status=pending", "/prescriptions"):
        found = typed("call", "pharmaone", "GET", path, "--all", "--json")
        assert found.code == 0, found.err
        assert len(json.loads(found.out)["data"]) == (8 if path == "/inventory" else 0)


def test_one_order_is_shown_whole_and_not_only_what_it_holds(typed, accounts):
    told(accounts, "orders", {"count": 1})
    path = "/pharmacy_orders/po-0000001"
    for words in ((), ("--all",)):
        table = typed("call", "rxscale", "GET", path, *words)
        assert "waiting for pharmacy" in table.out
        assert "shipping_costs_amount" in table.out
        assert json.loads(typed("call", "rxscale", "GET", path, *words, "--json").out)["order"]


ADJUST = ("call", "pharmaone", "POST", "/inventory/adjust", "--json-body")
MAY_HAVE = "it may have happened - look before you do it again"


@pytest.mark.parametrize("fault", [{"cut": True, "when": "after"}, {"status": 500, "body": "<p>"}])
def test_a_change_whose_answer_is_lost_is_told_as_such(typed, accounts, fault):
    told(accounts, "faults", {"vendor": "pharmaone", "route": "POST /inventory/adjust", **fault})
    body = '{"p1_id": "20401", "delta_on_hand": 1, "reason": "counted"}'
    lost = typed(*ADJUST, body)
    assert (lost.code, MAY_HAVE in lost.err) == (1, True), lost.err
    refused = typed(*ADJUST, '{"p1_id": "20401"}')
    assert (refused.code, "may have" in refused.err) == (1, False)


@pytest.mark.parametrize("garbled", ["html", "truncated"])
@pytest.mark.parametrize("skip", [0, 1])
def test_an_answer_that_cannot_be_read_is_a_failure(typed, accounts, garbled, skip):
    told(accounts, "orders", {"count": 120})
    route = "GET /pharmacy_orders/"
    told(accounts, "faults", {"vendor": "rxscale", "route": route, "garble": garbled, "skip": skip})
    read = typed("call", "rxscale", "GET", "/pharmacy_orders/", "--all", "--json")
    assert read.code == 1
    assert read.out == ""
    assert "cannot be read" in read.err


def test_a_page_that_is_no_list_does_not_pass_for_the_whole(typed, accounts):
    told(accounts, "orders", {"count": 120})
    odd = {"vendor": "rxscale", "route": "GET /pharmacy_orders/", "skip": 1, "status": 200}
    told(accounts, "faults", {**odd, "body": {"message": "done"}})
    read = typed("call", "rxscale", "GET", "/pharmacy_orders/", "--all", "--json")
    assert (read.code, "after 100 rows" in read.err) == (1, True), read.err


def test_what_a_table_cuts_short_is_said(typed, accounts):
    told(accounts, "orders", {"count": 1})
    short = typed("call", "rxscale", "GET", "/health/").out
    assert "--json" not in short
    for path in ("/pharmacy_orders/po-0000001", "/pharmacy_skus/"):
        assert "--json shows all" in typed("call", "rxscale", "GET", path).out


def test_persons_are_masked_unless_asked_for(typed, accounts):
    (uid,) = told(accounts, "orders", {"count": 1})["uids"]  # type: ignore[index]
    path = f"/pharmacy_orders/{uid}"
    hidden = typed("call", "rxscale", "GET", path, "--json").out
    shown = typed("call", "rxscale", "GET", path, "--json", "--show-patient-data").out
    whole = json.loads(shown)
    person = whole["patient_data"]["display_name"]
    for secret in (
        person,
        whole["patient_data"]["email"],
        whole["order"]["delivery_address"]["street"],
    ):
        assert secret not in hidden
    order = json.loads(hidden)
    assert order["uid"] == uid
    assert order["patient_data"]["display_name"] == MASK
    assert order["prescription_file"]["content_base64"] == MASK
    assert order["order_items"] == whole["order_items"]
    assert person not in typed("call", "rxscale", "GET", path).out


def test_a_change_and_a_refusal(typed, accounts, folder: Path):
    (folder / "body.json").write_text('{"stock": 12}')
    for body in ('{"stock": 11}', "@body.json"):
        changed = typed("call", "rxscale", "PATCH", "/pharmacy_skus/psku-1001", "--json-body", body)
        assert changed.code == 0, changed.err
    rows = json.loads(typed("call", "rxscale", "GET", "/pharmacy_skus/", "--json").out)["data"]
    assert next(row for row in rows if row["uid"] == "psku-1001")["stock"] == 12
    refused = typed(
        "call", "rxscale", "PATCH", "/pharmacy_skus/psku-1001", "--json-body", '{"stock": -1}'
    )
    assert refused.code == 1
    assert "complains of: stock" in refused.err
    nothing = typed("call", "pharmaone", "GET", "/orders/ORD_1")
    assert nothing.code == 1
    assert "404" in nothing.err


def test_the_public_api_and_a_route_that_nobody_documents(typed, accounts):
    words = ("--query", "market=DE", "--all")
    assert "prod-" in typed("call", "rxscale-public", "GET", "/products/sandbox-shop", *words).out
    found = typed("call", "rxscale", "GET", "/nowhere")
    assert "404" in found.err
    assert typed("call", "rxscale", "GET", "/health/").code == 0


def test_a_secret_that_is_shown_once_is_not_lost_by_accident(typed, accounts):
    body = '{"target": "https://x.example", "notification_type": "pharmacy_order_created"}'
    words = ("call", "rxscale", "POST", "/webhooks", "--json-body", body)
    refused = typed(*words)
    assert refused.code == 2
    assert "webhooks register" in refused.err
    assert typed("webhooks", "list", "--json").out.count("uid") == 0
    assert "whsec_" in typed(*words, "--show-secrets", "--json").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--query", "limit"), "no name=value"),
        (("--query", "=5"), "no name=value"),
        (("--json-body", "{"), "is no JSON"),
        (("--json-body", "@nowhere"), "cannot be read"),
    ],
)
def test_mistyped(typed, accounts, words, said):
    answer = typed("call", "pharmaone", "GET", "/orders", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_change_is_made_once(typed, accounts):
    body = ("--json-body", '{"stock": 5}', "--all")
    answer = typed("call", "rxscale", "PATCH", "/pharmacy_skus/psku-1001", *body)
    assert (answer.code, "--all: only reads lists" in answer.err) == (2, True)


def test_a_mistyped_query_in_the_path(typed, accounts):
    answer = typed("call", "pharmaone", "GET", "/orders?limit")
    assert answer.code == 2
    assert "?limit: is no name=value" in answer.err


def test_a_word_that_is_no_method(typed, accounts, capsys):
    assert typed("call", "pharmaone", "get", "/orders").code == 0
    with pytest.raises(SystemExit) as ended:
        typed("call", "pharmaone", "FOO", "/orders")
    assert ended.value.code == 2
    assert "GET, POST, PUT, PATCH, DELETE" in capsys.readouterr().err


def test_no_address_for_the_shops_own_door(typed, accounts):
    door = typed("call", "pharmaone", "POST", "/external-order", "--json-body", "{}")
    assert door.code == 2
    assert "pharmaone.connector_url: not set" in door.err


def test_a_query_in_the_path_is_written_as_in_an_address(typed, accounts):
    told(accounts, "orders", {"count": 2})
    for path in (
        "/pharmacy_orders/?status=waiting%20for%20pharmacy",
        "/pharmacy_orders/?status=waiting+for+pharmacy",
        "/pharmacy_orders/?status=waiting for pharmacy",
    ):
        found = typed("call", "rxscale", "GET", path)
        assert "2 of 2 rows" in found.out, path
    words = ("--query", "status=waiting for pharmacy")
    assert "2 of 2 rows" in typed("call", "rxscale", "GET", "/pharmacy_orders/", *words).out


def test_something_that_is_not_there_is_no_wrong_address(typed, accounts):
    for path in ("/orders/ORD_1", "/inventory/99/log"):
        nothing = typed("call", "pharmaone", "GET", path)
        assert nothing.code == 1
        assert "404" in nothing.err
        assert "pharmaone.base_url" not in nothing.err
    assert "pharmaone.base_url" in typed("call", "pharmaone", "GET", "/nowhere").err


def test_the_token_for_the_key(typed, accounts):
    """A documented route like the others; the token itself is a secret."""
    exchanged = typed("call", "pharmaone", "POST", "/auth/token", "--json")
    assert exchanged.code == 0, exchanged.err
    answer = json.loads(exchanged.out)
    assert answer == {"access_token": MASK, "token_type": "Bearer", "expires_in": 3600}


def test_without_an_account(typed):
    answer = typed("call", "rxscale", "GET", "/health/")
    assert answer.code == 2
    assert "rxscale.api_key" in answer.err
    assert "pharmaone" not in answer.err


# -- decisions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "route", "ident"),
    [
        (Asked("pharmaone", "GET", "/orders/ORD%201"), p1.ORDER, "ORD 1"),
        (Asked("pharmaone", "POST", "/auth/token"), p1.TOKEN, ""),
        (Asked("pharmaone", "POST", "/v1/order-requests"), p1.SUBMIT["v1"], ""),
        (Asked("pharmaone", "POST", "/inventory/adjust"), p1.ADJUST, ""),
    ],
)
def test_the_route_that_is_meant(asked, route, ident):
    assert p1_route(asked) == (route, ident)


def test_a_last_slash_and_the_public_paths():
    assert rx_route(Asked("rxscale", "GET", "/pharmacy_orders"))[0] is rx.ORDERS
    assert rx_route(Asked("rxscale-public", "GET", "/products/shop")) == (
        rx.PUBLIC_PRODUCTS,
        "shop",
    )
    assert rx_route(Asked("rxscale-public", "GET", "/orders/s"))[0].public
    assert style_of(Asked("pharmaone", "GET", "/products")) == "from 1"
    assert style_of(Asked("rxscale", "GET", "/payouts")) == "from 0"


@pytest.mark.parametrize(
    ("body", "rows", "total"),
    [
        ([1, 2], [1, 2], None),
        ({"data": [1], "totalRegistries": 5}, [1], 5),
        ({"products": [1], "pagination": {"total": 3}}, [1], 3),
        ({"data": [], "pagination": None}, [], None),
        ({"products": [1]}, [1], None),
        ({"orders": [1], "totalPages": 3}, [1], None),
    ],
)
def test_a_page(body, rows, total):
    assert page_of(body) == Page(tuple(rows), total)


@pytest.mark.parametrize(
    "body",
    [
        {"id": "ORD_1", "status": "pending", "items": [{"name": "x", "quantity": 1}]},
        {"uid": "po-1", "status": "init", "order_items": [], "payouts": [{"amount": 1}]},
        {"prescriptions": {}, "orders": [{"count": 1}], "customers": []},
    ],
)
def test_one_thing_with_rows_inside_is_no_page(body):
    """An order holds its items and its payouts (pharmaone.md 9, rxscale.md 6.2)."""
    assert page_of(body) is None


def test_what_is_no_page():
    assert page_of({"uid": "po-1"}) is None
    assert page_of("text") is None


def test_the_next_page():
    assert query_for("offset", Place(2, 150), 50) == (("limit", "50"), ("offset", "150"))
    assert query_for("from 0", Place(), 50) == (("page", "0"), ("limit", "50"))
    assert query_for("from 1", Place(), 50) == (("page", "1"), ("limit", "50"))


def test_a_row_is_known_by_its_id():
    assert calling._id_of({"uid": "po-1"}) == "uid po-1"
    assert calling._id_of({"id": 2}) == "id 2"
    nameless = [{"amount": 5, "pharmacy_order_uid": "po-1"}, {"p1_id": "2"}, 7, [1]]
    assert {calling._id_of(each) for each in nameless} == {None}


def test_rows_that_come_in_while_a_list_is_read_on_are_not_told_twice(typed, accounts, monkeypatch):
    """Newest first, so that a new order pushes one that was read onto the next page."""
    told(accounts, "orders", {"count": 120})
    once = calling._once

    async def and_one_more(*words):
        answered = await once(*words)
        told(accounts, "orders", {"count": 1})
        return answered

    monkeypatch.setattr(calling, "_once", and_one_more)
    found = typed("call", "rxscale", "GET", "/pharmacy_orders/", "--all", "--json")
    uids = [row["uid"] for row in json.loads(found.out)["data"]]
    assert len(uids) == len({*uids}) == 120


def test_a_name_that_is_asked_for_twice_is_sent_twice():
    query = (("status", "a"), ("limit", "5"), ("status", "b"))
    assert paged(query, (("limit", "100"), ("page", "0"))) == (
        ("status", "a"), ("status", "b"), ("limit", "100"), ("page", "0"),
    )  # fmt: skip


PERSONAL = [
    "customer_name", "customer_email", "address_street", "first_name", "email",
    "phone", "date_of_birth", "house_number", "zip_code", "postal_code", "prescription_pdf_base64",
    "prescription_pdf_url", "comment",
]  # fmt: skip
HARMLESS = ["name", "display_name", "status", "price", "stock", "pzn"]
IDS = ["uid", "p1_id", "shop_id"]


@given(st.sampled_from(PERSONAL), st.text(min_size=1) | st.integers())
def test_a_personal_field_is_masked_wherever_it_stands(name, value):
    document = {"data": [{"order": {name: value}, "uid": "po-1"}]}
    assert masked(document) == {"data": [{"order": {name: MASK}, "uid": "po-1"}]}
    assert masked(document, patients=True) == document


@given(st.dictionaries(st.sampled_from(HARMLESS), st.text() | st.integers() | st.none()))
def test_documented_fields_are_shown(document):
    assert masked(document) == document


@given(st.dictionaries(st.sampled_from(IDS), st.from_regex(r"[a-z0-9_-]{1,9}", fullmatch=True)))
def test_so_are_ids(document):
    assert masked(document) == document


@given(st.dictionaries(st.sampled_from(HARMLESS), st.text(min_size=1), min_size=1))
def test_nothing_about_a_person_is_shown_but_ids(person):
    (found,) = masked({"patient_data": person}).values()
    assert all(value == MASK for key, value in found.items() if key != "uid")


def test_secrets_are_masked_even_where_patients_are_shown():
    secrets = {"access_token": "t", "signing_secret": "s", "api_key": "k"}
    assert set(masked(secrets, patients=True).values()) == {MASK}
    assert masked(secrets, secrets=True) == secrets
