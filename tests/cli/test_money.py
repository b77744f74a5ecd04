"""`money`, `stock verify`, `products attach` as typed, against both vendors' simulation."""

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

import pytest
import requests
from cli.test_sides import post
from mapping.mapping_files import change

from bridge.cli import show
from bridge.cli.commands.money import COLUMNS, _record, _revenue
from bridge.cli.commands.stock import live
from bridge.core.model import OrderId, PharmacyOrderUid, SkuUid
from bridge.core.money import Row
from bridge.errors import Refused
from bridge.pharmaone.reports import Report
from bridge.rxscale.shop import LiveStock

THIS_MONTH = f"{datetime.now(UTC):%Y-%m}"
SHOP = "sandbox-shop"


@pytest.fixture
def accounts(vendors, monkeypatch) -> dict[str, str]:
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    for vendor in ("RXSCALE", "PHARMAONE"):
        monkeypatch.setenv(f"RXBRIDGE_{vendor}__REQUESTS_PER_SECOND", "8")
    monkeypatch.setenv("RXBRIDGE_MONEY__TIMEZONE", "UTC")
    return vendors


# -- money -----------------------------------------------------------------------------------


def test_every_order_on_both_sides(typed, accounts, folder: Path):
    uids = orders_arrive(accounts, 2)
    write_order(accounts, uids[0], total=1.0, status="paid")
    answer = typed("money", "--month", THIS_MONTH, "--json", "--csv", "money.csv")
    document = json.loads(answer.out)
    assert answer.code == 1
    rows = {row["pharmacy_order_uid"]: row for row in document["orders"]}
    assert rows[uids[0]]["finding"] == "different"
    assert rows[uids[0]]["pharmaone_total"] == "1.00"
    assert (rows[uids[1]]["finding"], rows[uids[1]]["pharmaone_total"]) == (None, None)
    assert "no order yet" in rows[uids[1]]["why"]
    total = sum(float(row["projected"]) for row in rows.values())
    assert float(document["totals"]["projected"]) == pytest.approx(total)
    assert document["totals"]["pharmaone_paid"] == "1.00"
    assert document["totals"]["pharmaone_report"] == "1.00"
    with (folder / "money.csv").open(encoding="utf-8-sig") as file:
        written = list(csv.DictReader(file))
    assert {row["pharmacy_order_uid"] for row in written} == set(uids)
    shown = typed("money", "--month", THIS_MONTH).out
    assert "has" in shown
    assert "1 different" in shown


def test_shipping_that_the_mapping_leaves_out_of_the_total_is_no_finding(typed, accounts, folder):
    (uid,) = orders_arrive(accounts, 1)
    (row,) = json.loads(typed("money", "--month", THIS_MONTH, "--json").out)["orders"]
    write_order(accounts, uid, total=float(row["projected"]) - 4.99, status="paid")
    assert typed("money", "--month", THIS_MONTH).code == 0
    (row,) = json.loads(typed("money", "--month", THIS_MONTH, "--json").out)["orders"]
    assert (row["difference"], row["shipping_apart"]) == ("0.00", "4.99")
    change(
        folder / "mappings",
        "orders.toml",
        "\nshipping_in_total = false",
        "\nshipping_in_total = true",
    )
    assert "RxScale has 4.99 more than PharmaOne" in typed("money", "--month", THIS_MONTH).out


@pytest.mark.parametrize(
    ("status", "finding"), [("in-progress", None), ("cancelled", "missing_at_rxscale")]
)
def test_a_payout_that_is_told_of_only_at_the_end_is_not_missed_before(
    typed, accounts, status: str, finding: str | None
):
    order = {"physical_prescription": False, "prepaid": 1, "status": status}
    (uid,) = post(accounts, "orders", {"orders": [order]})["uids"]
    write_order(accounts, uid, total=9.0, status="paid")
    (row,) = json.loads(typed("money", "--month", THIS_MONTH, "--json").out)["orders"]
    assert row["finding"] == finding


def test_the_file_is_for_its_owners_eyes_and_no_text_in_it_is_a_formula(tmp_path: Path):
    file = tmp_path / "money.csv"
    texts = ['=HYPERLINK("https://x.example")', "+1", "-1", "@x", "\tx", "#1001"]
    rows = [
        Row(PharmacyOrderUid(text), text, OrderId(text), 200, 0, 100, True, text, "different", text)
        for text in texts
    ]
    before = os.umask(0o022)
    try:
        show.as_csv(file, COLUMNS, map(_record, rows))
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as opened:
        written = list(csv.DictReader(opened))
    for row, text in zip(written, texts, strict=True):
        shown = text if text == "#1001" else f"'{text}"
        assert [row["name"], row["currency"], row["why"]] == [shown] * 3
        assert row["difference"] == "-1.00", "an amount stays a number"


def test_orders_that_have_nothing_to_do_with_rxscale(typed, accounts):
    write_order(accounts, "SHOP-7", total=9.0, status="paid")
    answer = typed("money", "--month", THIS_MONTH)
    assert answer.code == 0, answer.err
    assert "1 other order" in answer.out
    assert "Both sides agree." in answer.out


def test_a_month_without_any_sale_has_a_report_all_the_same(typed, accounts):
    answer = typed("money", "--json")
    assert json.loads(answer.out)["totals"]["pharmaone_report"] == "0.00"


@pytest.mark.parametrize(
    ("report", "cents"),
    [
        ({"data": []}, 0),
        ([], 0),
        ({"data": [{"gross_revenue": 1.1}, {"gross_revenue": "2.20"}, {"name": "x"}]}, 330),
        ({"data": [{"gross_revenue": None}]}, None),
        ({"data": [{"revenue": 1.0}]}, None),
        ({"totals": 1}, None),
        (None, None),
    ],
)
def test_what_the_sales_report_says(report: Any, cents: int | None):
    read = None if report is None else Report.model_validate(report)
    assert _revenue(read, "gross_revenue") == cents


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--month", "October"), "is no month"),
        (("--month", "2026-13"), "is no month"),
        (("--month", "9999-12"), "has not begun yet"),
        (("--month", "2099-01"), "has not begun yet"),
        (("--month", "0001-01"), "is no month"),
        (("--month", THIS_MONTH, "--csv", "nowhere/x.csv"), "cannot be written"),
    ],
)
def test_mistyped(typed, accounts, words, said):
    answer = typed("money", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_place_that_nobody_knows(typed, accounts, monkeypatch):
    monkeypatch.setenv("RXBRIDGE_MONEY__TIMEZONE", "Europe/Musterstadt")
    answer = typed("money")
    assert (answer.code, "money.timezone" in answer.err) == (2, True)


def orders_arrive(accounts: dict[str, str], count: int) -> list[str]:
    orders = [{"physical_prescription": True, "prepaid": 1}] * count
    return list(post(accounts, "orders", {"orders": orders})["uids"])


def write_order(accounts: dict[str, str], uid: str, *, total: float, status: str) -> None:
    base = f"{accounts['RXBRIDGE_PHARMAONE__BASE_URL']}/api/v2/public/orgs/org1"
    key = {"apikey": accounts["RXBRIDGE_PHARMAONE__API_KEY"]}
    token = requests.post(f"{base}/auth/token", headers=key, timeout=10).json()["access_token"]
    body = {"shop_id": "shop1", "external_id": uid, "payment_status": status}
    items = [{"p1_id": "20401", "name": "x", "qty": 1, "price": total}]
    requests.post(
        f"{base}/orders",
        json={**body, "items": items},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).raise_for_status()


# -- what customers see ----------------------------------------------------------------------


def test_the_list_is_shown_before_the_first_run(typed, accounts, folder):
    listed = typed("skus", "list", "--json")
    rows = {row["sku"]: row for row in json.loads(listed.out)["skus"]}
    assert (rows["psku-1001"]["product"], rows["psku-1007"]["product"]) == ("20401", None)
    assert rows["psku-1007"]["at_rxscale"] == 46
    assert not (folder / "rxbridge.db").exists()


def test_the_shop_may_stand_in_the_configuration(typed, accounts, monkeypatch):
    assert "rxscale.shop: not set - set it, or name it by --shop" in typed("stock", "verify").err
    monkeypatch.setenv("RXBRIDGE_RXSCALE__SHOP", SHOP)
    assert json.loads(typed("stock", "verify", "--json").out)["shop"] == SHOP


def test_after_a_sync_customers_see_what_is_there(typed, accounts, folder):
    before = typed("stock", "verify", "--shop", SHOP, "--json")
    assert before.code == 1  # two SKUs have no link, and are sold
    rows = {row["sku"]: row for row in json.loads(before.out)["rows"]}
    assert rows["psku-1007"]["verdict"] == "sold_not_there"
    assert not rows["psku-1007"]["linked"]
    assert typed("skus", "match", "--write").code == 0
    assert typed("stock", "sync").code == 0
    after = typed("stock", "verify", "--shop", SHOP)
    assert after.code == 0, after.out
    assert "0 could be sold without being there, 0 are there and cannot be bought" in after.out
    assert "as it should be" in typed("stock", "verify", "--shop", SHOP, "--all").out


def test_what_was_changed_behind_our_back(typed, accounts, folder):
    typed("skus", "match", "--write")
    typed("stock", "sync")
    more = [{"uid": "psku-1001", "stock": 5000}, {"uid": "psku-1002", "stock": 0}]
    post(accounts, "rxscale/skus", {"skus": more, "announce": False})
    answer = typed("stock", "verify", "--shop", SHOP)
    assert answer.code == 1
    assert "SOLD, NOT THERE" in answer.out
    assert "5000 can be bought, and 400 are there" in answer.out
    assert "there, not sold" in answer.out


def test_what_is_digital_lies_on_no_shelf(typed, accounts, folder):
    typed("skus", "match", "--write")
    typed("stock", "sync")
    for number, is_digital in ((9001, True), (9002, False)):
        goods = {"uid": f"sku-{number}", "digital": is_digital}
        sku = {"uid": f"psku-{number}", "sku": goods, "stock": 5, "external_id": None}
        post(accounts, "rxscale/skus", {"skus": [sku], "announce": False})
        answer = typed("stock", "verify", "--shop", SHOP, "--json")
        assert f"psku-{number}" in answer.out or is_digital
        assert answer.code == (0 if is_digital else 1), answer.out


def test_what_the_shop_sells_and_the_pharmacy_does_not_have(typed, accounts, folder):
    """Hidden from this key, or another pharmacy's: it can be bought, and no SKU here says of it."""
    typed("skus", "match", "--write")
    typed("stock", "sync")
    hidden = [
        {"uid": "psku-1001", "hidden": True},
        {"uid": "psku-1002", "hidden": True, "stock": 0},
    ]
    post(accounts, "rxscale/skus", {"skus": hidden, "announce": False})
    answer = typed("stock", "verify", "--shop", SHOP, "--json")
    assert json.loads(answer.out)["not_of_this_pharmacy"] == ["sku-1001"]
    told = typed("stock", "verify", "--shop", SHOP)
    assert told.code == answer.code == 0
    assert "1 more can be bought that RxScale does not list for this pharmacy: sku-1001" in told.out


def test_a_shop_that_nobody_knows(typed, accounts):
    answer = typed("stock", "verify", "--shop", "nowhere")
    assert answer.code == 2
    assert "--shop nowhere: RxScale knows no such shop" in answer.err


def test_an_address_that_is_none_of_the_public_apis(typed, accounts, monkeypatch):
    monkeypatch.setenv("RXBRIDGE_RXSCALE__PUBLIC_API_PATH", "/v2/elsewhere")
    answer = typed("stock", "verify", "--shop", SHOP)
    assert answer.code == 2
    assert "rxscale.public_api_path" in answer.err


class Shelf:
    """The shop's live stock, which refuses every question that names one of the `unknown`."""

    def __init__(self, *unknown: str) -> None:
        self.unknown = {*unknown}
        self.calls = 0

    async def live_stock(self, wanted: dict[str, int]) -> LiveStock:
        self.calls += 1
        if self.unknown & wanted.keys():
            raise Refused("RxScale refused it (404)", status=404)
        rows = [{"sku_uid": uid, "available": True, "available_stock": 7} for uid in wanted]
        return LiveStock.model_validate({"available": True, "lines": rows})


async def test_one_sku_that_the_shop_does_not_know_hides_none_of_the_others():
    uids = [SkuUid(f"sku-{number}") for number in range(120)]
    shelf = Shelf("sku-3", "sku-77")
    found = await live(cast("Any", shelf), uids)
    assert found.keys() == {*uids} - shelf.unknown
    assert shelf.calls < 30


async def test_a_shop_that_tells_no_live_stock_is_not_asked_for_each_sku():
    uids = [SkuUid(f"sku-{number}") for number in range(1000)]
    shelf = Shelf(*uids)
    assert await live(cast("Any", shelf), uids) == {}
    assert shelf.calls < 100


async def test_another_refusal_is_told():
    shelf = SimpleNamespace(live_stock=AsyncMock(side_effect=Refused("no", status=400)))
    with pytest.raises(Refused):
        await live(cast("Any", shelf), [SkuUid("sku-1")])


# -- what the shop lacks ---------------------------------------------------------------------


def detach(typed, product: str) -> None:
    body = json.dumps({"shop_id": "shop1", "p1_id": product})
    answer = typed("call", "pharmaone", "POST", "/shops/detach-product", "--json-body", body)
    assert answer.code == 0, answer.err


def test_products_that_the_shop_lacks(typed, accounts):
    assert "has every product" in typed("products", "attach").out
    for product in ("20401", "20402"):
        detach(typed, product)
    rows: list[dict[str, Any]] = [{"p1_id": "20402", "stockquantity": 0}]
    post(accounts, "pharmaone/inventory", {"rows": rows, "announce": False})
    listed = typed("products", "attach", "--json")
    assert listed.code == 1
    lacking = json.loads(listed.out)["lacking"]
    assert [each["product"] for each in lacking] == ["20401", "20402"]
    assert lacking[0]["skus"] == ["psku-1001"]
    assert lacking[1]["obstacle"] == "PharmaOne attaches only what is in stock"
    assert "lacks 2; `--write` attaches 1 of them" in typed("products", "attach").out
    done = typed("products", "attach", "--write", "--field", "position=1", "--field", "note=x y")
    assert "1 of 2 attached to shop1." in done.out
    assert [
        each["product"] for each in json.loads(typed("products", "attach", "--json").out)["lacking"]
    ] == ["20402"]


def test_attaching_whose_answer_is_lost_is_told_as_such(typed, accounts):
    detach(typed, "20401")
    route = "POST /shops/attach-product"
    post(accounts, "faults", {"vendor": "pharmaone", "route": route, "cut": True, "when": "after"})
    assert "it may have happened" in typed("products", "attach", "--write").out
    assert "has every product" in typed("products", "attach").out


def test_a_report_that_the_key_may_not_read_is_told_as_such(typed, accounts):
    no = {"error": "insufficient_scope", "message": "Missing scope: reports.read"}
    route = "GET /reports/product-sales"
    fault = {"vendor": "pharmaone", "route": route, "status": 403, "body": no, "times": 2}
    post(accounts, "faults", fault)
    told = typed("money", "--month", THIS_MONTH)
    assert (told.code, "see money.revenue" in told.out) == (0, False)
    assert "not to be had: pharmaone.api_key: the API key lacks the scope reports.read" in told.out
    document = json.loads(typed("money", "--month", THIS_MONTH, "--json").out)
    assert document["totals"]["pharmaone_report"] is None
    assert "reports.read" in document["pharmaone_report_fault"]
    document = json.loads(typed("money", "--month", THIS_MONTH, "--json").out)
    assert document["pharmaone_report_fault"] is None


def test_a_shop_that_pharmaone_does_not_have(typed, accounts, monkeypatch):
    answer = typed("products", "attach", "--shop", "shop9")
    assert answer.code == 2
    assert "--shop: PharmaOne has no shop 'shop9' - name one of: shop1" in answer.err
    monkeypatch.setenv("RXBRIDGE_PHARMAONE__SHOP_ID", "shop9")
    told = typed("products", "attach").err
    assert "pharmaone.shop_id: PharmaOne has no shop 'shop9'" in told


def test_a_field_that_is_none(typed, accounts):
    answer = typed("products", "attach", "--field", "position")
    assert (answer.code, "is no NAME=VALUE" in answer.err) == (2, True)
