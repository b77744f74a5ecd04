"""No cent is lost or made, whatever was paid, ordered and packed."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping.mapping_files import SHIPPED, change, copy_shipped, gaps, line, order, payload

from bridge.core.model import Draft, PharmacySkuUid, ProductId
from bridge.core.stock.model import SkuLink
from bridge.mapping.draft import Drafting, draft, split
from bridge.mapping.orders import Amounts
from bridge.mapping.rules import Rules, load
from bridge.mapping.shipping import Delivery, Place, Shipping
from bridge.mapping.skus import SkuLinks

CENTS = st.integers(0, 10**9)
UNITS = st.integers(1, 500).map(Decimal) | st.decimals("0.25", 50, places=2)


@given(CENTS, st.integers(1, 10**6))
def test_a_split_line_adds_up_and_its_prices_are_a_cent_apart(total: int, quantity: int) -> None:
    parts = split(total, quantity)
    assert sum(units * (price or 0) for units, price in parts) == total
    assert sum(units for units, _ in parts) == quantity
    assert all(units > 0 for units, _ in parts)
    assert len(parts) <= 2
    prices = [price or 0 for _, price in parts]
    assert max(prices) - min(prices) == len(parts) - 1


def test_without_a_price_nothing_is_split() -> None:
    assert split(None, 7) == ((7, None),)


@given(
    ordered=st.lists(st.tuples(CENTS, st.integers(1, 50), UNITS), min_size=1, max_size=4),
    paid_for=st.sampled_from(["line", "unit"]),
    costs=st.none() | CENTS,
    shipping_in_total=st.booleans(),
)
def test_what_was_paid_is_what_is_sent(
    ordered: list[tuple[int, int, Decimal]],
    paid_for: str,
    costs: int | None,
    shipping_in_total: bool,
) -> None:
    switches = Amounts.model_validate(
        {"total_paid_amount": paid_for, "shipping_in_total": shipping_in_total}
    )
    lines, links, paid, all_whole = [], {}, 0, True
    for number, (cents, amount, units) in enumerate(ordered):
        lines.append(line(f"sku-{number}", amount, cents, pharmacy_sku_uid=f"psku-{number}"))
        uid = PharmacySkuUid(f"psku-{number}")
        links[uid] = SkuLink(uid, ProductId(f"P{number}"), units)
        paid += cents if paid_for == "line" else cents * amount
        all_whole &= (amount * units) % 1 == 0
    made = draft(_rules(switches, links), order(*lines, shipping_costs_amount=costs), {}, "shop7")

    assert isinstance(made, Draft) == all_whole
    if isinstance(made, Draft):
        items = made.payload["items"]
        total = made.payload["total_amount"] * 100
        assert sum(item["price"] * item["quantity"] for item in items) * 100 == paid
        assert total == paid + (costs or 0 if shipping_in_total else 0)
        assert all(isinstance(item["price"], Decimal) for item in items)


RULES = load(SHIPPED, dialect="current")


def _rules(switches: Amounts, links: dict[PharmacySkuUid, SkuLink]) -> Drafting:
    shipping = Shipping({}, {}, Delivery("shipping", Place("shipping.toml")), {})
    return Drafting(replace(RULES.orders, amounts=switches), SkuLinks(links), shipping, [])


def test_a_remainder_becomes_a_second_line_of_the_same_product(shipped: Rules) -> None:
    items = payload(shipped, order(line(amount=3, paid=1000)))["items"]
    assert [(item["p1_id"], item["quantity"], str(item["price"])) for item in items] == [
        ("20417", 2, "3.33"),
        ("20417", 1, "3.34"),
    ]


@pytest.mark.parametrize(
    ("word", "price", "total"), [("line", "5.00", "10.00"), ("unit", "10.00", "20.00")]
)
def test_paid_for_the_line_or_for_the_unit(folder: Path, word: str, price: str, total: str) -> None:
    change(folder, "orders.toml", '\ntotal_paid_amount = "line"', f'\ntotal_paid_amount = "{word}"')
    sent = payload(load(folder, dialect="current"), order(line(amount=2)))
    assert (str(sent["items"][0]["price"]), str(sent["total_amount"])) == (price, total)


@pytest.fixture(scope="module")
def with_shipping(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    folder = copy_shipped(tmp_path_factory.mktemp("with_shipping") / "mappings")
    change(folder, "orders.toml", "\nshipping_in_total = false", "\nshipping_in_total = true")
    return load(folder, dialect="current")


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        ({}, "10.00"),
        ({"shipping_costs_amount": None}, "10.00"),
        ({"shipping_costs_amount": 499}, "14.99"),
        ({"shipping_costs_amount": 499, "shipping_costs_currency": "EUR"}, "14.99"),
    ],
)
def test_shipping_costs_count_by_switch(
    shipped: Rules, with_shipping: Rules, costs: dict[str, object], total: str
) -> None:
    assert str(payload(with_shipping, order(line(), **costs))["total_amount"]) == total
    assert str(payload(shipped, order(line(), **costs))["total_amount"]) == "10.00"


@pytest.mark.parametrize(
    "costs",
    [
        {"shipping_costs_amount": 499, "shipping_costs_currency": "CHF"},
        {"shipping_costs_amount": 4.99},
        {"shipping_costs_amount": "499"},
        {"shipping_costs_amount": True},
    ],
)
def test_shipping_costs_that_are_no_euro_cents_are_a_gap_where_they_count(
    shipped: Rules, with_shipping: Rules, costs: dict[str, object]
) -> None:
    assert str(payload(shipped, order(line(), **costs))["total_amount"]) == "10.00"
    assert gaps(with_shipping, order(line(), **costs)) == [
        "bad_shipping_costs: shipping_costs_amount is not a whole number of euro cents - have it "
        "corrected at RxScale, or set orders.toml: amounts.shipping_in_total = false"
    ]
