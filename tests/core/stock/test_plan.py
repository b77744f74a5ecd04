"""What is written at RxScale, and why: tables of situations."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from core.stock.given import NOW, PLAIN, known, later, link, product, situation, sku

from bridge.core.reasons import (
    AS_IT_SHOULD_BE,
    CHANGED_THERE,
    FIRST_WRITE_WAITS,
    NEVER_LISTED,
    NO_SUCH_PRODUCT,
    NOBODY_KNOWS,
    NOT_IN_LIST,
    ORDERS_FIRST,
    PRICE,
    PRICE_FRACTION,
    PROMISES_TOO_MUCH,
    UNCHECKED,
    UNCONFIRMED,
)
from bridge.core.stock.model import Anomaly, RxScaleStock, StockPolicy, Stocktake, Write
from bridge.core.stock.plan import PlanRow, explain, plan, wanted_price
from bridge.texts import say


def targets(found) -> dict[str, int | None]:
    return {row.uid: row.target for row in explain(found)}


def whys(found) -> dict[str, str]:
    return {row.uid: say(row.why()) for row in explain(found)}


@pytest.mark.parametrize(
    ("links", "on_hand", "reserved", "expected"),
    [
        ([link(1, 1)], {1: 10}, {}, [10]),
        ([link(1, 1)], {1: 10}, {1: 3}, [7]),
        ([link(1, 1, safety=2)], {1: 10}, {1: 3}, [5]),
        ([link(1, 1, "5")], {1: 14}, {}, [2]),
        ([link(1, 1, "2.5")], {1: 14}, {}, [5]),
        ([link(1, 1, "0.5")], {1: 3}, {}, [6]),
        ([link(1, 1, "0.3")], {1: 1}, {}, [3]),
        ([link(1, 1)], {1: -4}, {}, [0]),
        ([link(1, 1)], {1: 2}, {1: 5}, [0]),
        ([link(1, 1, safety=5)], {1: 5}, {}, [0]),
        # one product, three sizes: each may offer all of it
        ([link(1, 1), link(2, 1, "5"), link(3, 1, "10")], {1: 27}, {1: 2}, [25, 5, 2]),
        # each keeps its own safety stock
        ([link(1, 1, safety=20), link(2, 1)], {1: 27}, {}, [7, 27]),
        # split: what is left over by rounding stays back, and the greatest safety stock counts
        (
            [link(1, 1, share="0.5"), link(2, 1, "5", share="0.5")],
            {1: 27},
            {},
            [13, 2],
        ),
        ([link(1, 1, safety=7, share="0.5"), link(2, 1, share="0.25")], {1: 27}, {}, [10, 5]),
        ([link(1, 1, share="1"), link(2, 1)], {1: 27}, {}, [27, 0]),
    ],
)
def test_never_more_than_there_is(links, on_hand, reserved, expected):
    found = situation(links, on_hand, {}, open_units=reserved)
    assert list(targets(found).values()) == expected


def test_what_is_as_it_should_be_costs_no_write():
    assert plan(situation([link(1, 1), link(2, 2)], {1: 4, 2: 5}, {1: 4, 2: 5})).writes == ()


def test_what_promises_too_much_goes_first_and_the_most_oversold_first_of_all():
    links = [link(number, number) for number in range(1, 9)]
    on_hand = {1: 3, 2: 0, 3: 9, 4: 1, 5: 8, 6: 2, 7: 5, 8: 6}
    there = {1: 4, 2: 9, 3: 2, 4: 30, 5: 0, 6: None, 7: 4, 8: 5}
    found = plan(situation(links, on_hand, there))
    assert [(each.uid, each.stock) for each in found.writes] == [
        ("psku-4", 1),  # 29 too many
        ("psku-2", 0),  # 9
        ("psku-1", 3),  # 1
        ("psku-6", 2),  # nobody knows
        ("psku-5", 8),  # was sold out
        ("psku-3", 9),
        ("psku-7", 5),
        ("psku-8", 6),
    ]
    assert [each.falls for each in found.writes] == [True] * 4 + [False] * 4


def test_a_number_that_may_have_been_written_counts_as_promised():
    row = known(1, 2, wanted=50)
    found = plan(situation([link(1, 1)], {1: 3}, [row]))
    assert found.writes == (Write(sku(1), 3, None, 50),)
    assert found.writes[0].falls


def test_an_unsure_number_is_written_again_even_if_it_seems_right():
    found = plan(situation([link(1, 1)], {1: 3}, [known(1, 3, wanted=9)]))
    assert found.writes == (Write(sku(1), 3, None, 9),)


@pytest.mark.parametrize(
    ("row", "more", "why"),
    [
        ({"hidden": True}, {}, "RxScale does not show it"),
        ({"left": True}, {}, "a person wants it left alone"),
        ({}, {"stuck": {sku(1)}}, "it waits for a person"),
        ({"newer": True}, {}, "a newer inventory was pushed already"),
        (
            {"drifts": True, "pushed": 5},
            {"policy": replace(PLAIN, keep_drift=True)},
            "somebody changed it at RxScale",
        ),
    ],
)
def test_some_are_left_as_they_are(row, more, why):
    found = situation([link(1, 1)], {1: 5}, [known(1, 9, **row)], **more)
    planned = plan(found)
    assert planned.writes == ()
    assert [row.uid for row in planned.rows] == [sku(1)]
    assert why in whys(found)["psku-1"]


def test_a_change_by_others_is_written_over_unless_it_is_to_be_kept():
    row = known(1, 9, drifts=True, pushed=5)
    assert plan(situation([link(1, 1)], {1: 5}, [row])).writes[0].stock == 5
    keep = replace(PLAIN, keep_drift=True)
    assert plan(situation([link(1, 1)], {1: 4}, [row], policy=keep)).writes[0].stock == 4


def test_while_orders_are_not_looked_at_numbers_only_fall():
    links, there = [link(1, 1), link(2, 2)], {1: 2, 2: 9}
    found = situation(links, {1: 5, 2: 5}, there, rising=False)
    assert [each.uid for each in plan(found).writes] == ["psku-2"]
    assert whys(found)["psku-1"] == "there is more; orders are looked at first"


PREVIEW = {
    # RxScale's number, what is wanted there, the target: whether it is only shown
    (5, None, 9): True,
    (9, None, 5): False,
    (None, None, 9): True,  # it may be lower
    (None, None, 0): False,
    (5, 7, 9): True,
    (5, 9, 9): False,  # a write that was not answered: it may be there already
    (5, 12, 9): False,
    (0, 0, 0): False,
    (0, None, 1): True,
}


@pytest.mark.parametrize(("stock", "wanted", "target"), PREVIEW)
def test_until_a_person_confirms_the_first_write_numbers_only_fall(stock, wanted, target):
    rows = [known(1, stock, wanted=wanted)]
    found = situation([link(1, 1)], {1: target}, rows, first_write=True)
    shown = PREVIEW[stock, wanted, target]
    numbers = [target] if wanted is not None or stock != target else []
    got = plan(found)
    if shown:
        assert (got.writes, whys(found)) == (
            (),
            {"psku-1": "there is more; nobody has confirmed the first write"},
        )
        assert got.first_write == FIRST_WRITE_WAITS(skus=1)
    else:
        assert got.first_write is None
        assert [each.stock for each in got.writes] == numbers
    for after in (
        replace(found, confirmed=True),
        replace(found, policy=StockPolicy(write=True)),
        replace(found, first_write=False),
    ):
        assert plan(after).first_write is None
        assert [each.stock for each in plan(after).writes] == numbers


def test_what_is_not_known_is_not_touched():
    links = [link(1, 1), link(2, 2), link(3, 3)]
    found = situation(links, {1: 5, 2: 0}, {1: 1, 3: 3})
    planned = plan(found)
    assert [each.uid for each in planned.writes] == ["psku-1"]
    assert [row.uid for row in planned.rows if row.why is NOT_IN_LIST] == [sku(2)]
    assert [row.product for row in planned.rows if row.why is NO_SUCH_PRODUCT] == [product(3)]
    assert planned.linked == 3
    assert whys(found) == {
        "psku-1": "there is more",
        "psku-2": "RxScale's list does not show it",
        "psku-3": "PharmaOne's inventory has no such product",
    }


def test_without_any_inventory_nothing_is_done():
    found = situation([link(1, 1)], None, {1: 3})
    assert plan(found).writes == ()
    assert plan(found).linked == 1
    assert whys(found) == {"psku-1": "PharmaOne's inventory has not been read yet"}
    assert not found.is_stale


@pytest.mark.parametrize(
    ("stale_after", "age", "stock"),
    [(3600, 3600, 5), (3600, 3601, 0), (None, 10**6, 5)],
)
def test_an_inventory_unknown_for_too_long_takes_everything_off_sale(stale_after, age, stock):
    policy = StockPolicy(stale_after=stale_after and timedelta(seconds=stale_after))
    found = situation([link(1, 1)], {1: 5}, {1: 7}, policy=policy, now=later(age))
    assert plan(found).writes[0].stock == stock
    assert plan(found).stale == (stock == 0)
    if plan(found).stale:
        assert whys(found) == {"psku-1": "PharmaOne's inventory has been unknown for too long"}


@pytest.mark.parametrize(
    ("stale_after", "since", "writes"),
    [(3600, 3601, [0]), (3600, 3600, []), (None, 10**6, []), (3600, None, [])],
)
def test_unknown_for_too_long_counts_from_the_start(stale_after, since, writes):
    """No inventory was ever believed: then since the first that should have been."""
    policy = StockPolicy(stale_after=stale_after and timedelta(seconds=stale_after))
    unread = None if since is None else later(-since)
    found = situation([link(1, 1)], None, {1: 7}, policy=policy, unread_since=unread)
    assert [each.stock for each in plan(found).writes] == writes
    assert plan(found).stale == bool(writes)
    words = "has been unknown for too long" if writes else "has not been read yet"
    assert whys(found) == {"psku-1": f"PharmaOne's inventory {words}"}


def test_even_a_newer_number_goes_to_0_when_nothing_is_known_any_more():
    row = known(1, 7, newer=True)
    assert plan(situation([link(1, 1)], {1: 5}, [row], now=later(3601))).writes[0].stock == 0


def test_every_sku_is_explained():
    found = situation(
        [link(1, 1, "5", safety=3), link(2, 2), link(3, 2)],
        {1: 40, 2: 4},
        [known(1, 9), known(2, 4), known(3, None)],
        open_units={1: 7},
    )
    rows = list(explain(found))
    write = Write(sku(1), 6, None, 9)
    assert rows[0] == PlanRow(sku(1), product(1), 40, 7, 3, 6, 9, PROMISES_TOO_MUCH, write)
    assert rows[0].why is PROMISES_TOO_MUCH
    assert [row.change for row in rows] == [-3, 0, None]
    assert [row.why for row in rows[1:]] == [AS_IT_SHOULD_BE, NOBODY_KNOWS]


def test_a_missing_share_and_a_missing_product_are_told():
    split = situation([link(1, 1, share="1"), link(2, 1)], {1: 4}, {1: 4, 2: 2})
    assert whys(split)["psku-2"] == "its product is split by share, and it has none"
    absent = Stocktake({product(1): 4, product(2): 0}, NOW, {product(1): NOW, product(2): NOW})
    found = replace(situation([link(1, 1), link(2, 2)], {}, {1: 9, 2: 9}), stocktake=absent)
    assert whys(found) == {
        "psku-1": "missing from PharmaOne's inventory",
        "psku-2": "missing from PharmaOne's inventory, and confirmed",
    }


def test_a_product_that_was_never_listed_is_told_before_its_units():
    links = [link(1, 1), link(2, 1), replace(link(3, 2, "5"), confirmed=False)]
    links[1] = replace(links[1], confirmed=False)
    stocktake = Stocktake({product(1): 0, product(2): 9}, NOW, {product(1): NOW}, {product(1)})
    found = replace(situation(links, {}, {1: 0, 2: 4, 3: 7}), stocktake=stocktake)
    assert whys(found) == {
        "psku-1": "PharmaOne's inventory has no such product",
        "psku-2": "PharmaOne's inventory has no such product",
        "psku-3": "nobody confirmed how many units it holds: nothing is written",
    }
    planned = plan(found)
    assert ([row.uid for row in planned.unconfirmed], planned.writes) == (
        [sku(1), sku(2), sku(3)],
        (),
    )
    assert planned.doubts == (
        NEVER_LISTED(skus=2, first=sku(1)),
        UNCONFIRMED(skus=2, first=sku(2)),
        UNCHECKED(skus=2, first=sku(2), pieces=4),
    )
    hidden = replace(found, at_rxscale=situation([], {}, [known(1, 5, hidden=True)]).at_rxscale)
    assert (whys(hidden)["psku-1"], plan(hidden).writes) == ("RxScale does not show it", ())


def test_nobody_is_told_of_what_is_confirmed():
    assert plan(situation([link(1, 1)], {1: 5}, {1: 3})).doubts == ()


def priced(euros: str, row, *, units: str = "1", confirmed: bool = False):
    return situation(
        [link(1, 1, units)],
        {1: 5},
        [row],
        policy=replace(PLAIN, sync_prices=True),
        prices={product(1): Decimal(euros)},
        confirmed=confirmed,
    )


@pytest.mark.parametrize(
    ("euros", "units", "before", "cents"),
    [
        ("7.5", "1", 700, 750),
        ("7.5", "5", 3700, 3750),
        ("8.59", "1", None, 859),
        ("8.59", "0.5", None, None),  # half a cent
        ("0", "1", 100, None),
        ("-1", "1", 100, None),
        ("7.505", "1", 700, None),
        ("7.505", "2", 1500, 1501),
        ("13", "1", 1000, 1300),
        ("13.01", "1", 1000, None),  # more than 30 % at once
        ("6.99", "1", 1000, None),
        ("7.5", "1", 750, None),
    ],
)
def test_prices_are_exact_to_the_cent_or_not_written(euros, units, before, cents):
    stock = 10 if units == "0.5" else {"1": 5, "2": 2, "5": 1}[units]
    found = plan(priced(euros, known(1, stock, price_cents=before), units=units))
    expected = () if cents is None else (Write(sku(1), None, cents, stock),)
    assert found.writes == expected
    assert bool(found.anomalies) == (cents is None and before != 750)


def test_stock_and_price_go_in_one_write_and_an_odd_price_holds_up_no_stock():
    both = plan(priced("7.5", known(1, 9, price_cents=700)))
    assert both.writes == (Write(sku(1), 5, 750, 9),)
    odd = plan(priced("75", known(1, 9, price_cents=700)))
    assert odd.writes == (Write(sku(1), 5, None, 9),)
    assert [each.reason.code for each in odd.anomalies] == ["price"]
    assert "700 to 7500 cents" in say(odd.anomalies[0].reason)


def test_a_number_that_may_not_rise_yet_holds_up_no_price():
    found = plan(replace(priced("8.00", known(1, 3, price_cents=900)), rising=False))
    assert found.writes == (Write(sku(1), None, 800, 3),)
    assert [row.why for row in found.rows] == [ORDERS_FIRST]
    unsure = known(1, 3, price_cents=900, wanted=4)  # what may have been written stays noted
    assert plan(replace(priced("8.00", unsure), rising=False)).writes == ()


def test_a_person_confirms_an_odd_price():
    found = plan(priced("75", known(1, 5, price_cents=700), confirmed=True))
    assert found.writes == (Write(sku(1), None, 7500, 5),)


def test_an_unsure_price_is_written_again():
    found = plan(priced("7.5", known(1, 5, price_cents=750, wanted_price=700)))
    assert found.writes == (Write(sku(1), None, 750, 5),)
    unasked = situation([link(1, 1)], {1: 4}, [known(1, 5, wanted_price=700)])
    assert plan(unasked).writes == (Write(sku(1), 4, 700, 5),)


def test_a_change_by_others_to_nobody_knows_what_is_noticed():
    for row, expected in (
        (known(1, None, drifts=True), True),
        (known(1, 3, drifts=True), False),
        (known(1, None), False),
    ):
        assert situation([link(1, 1)], {1: 5}, [row]).drifts_unknown == expected
    assert RxScaleStock({sku(1): 4}, {}).of(sku(1)) == known(1, 4)
    assert RxScaleStock({sku(1): 4}, {}).of(sku(2)) is None


def test_units_that_nobody_confirmed_keep_no_other_sku_of_the_product_from_being_written():
    guessed = replace(link(1, 1, "5"), confirmed=False)
    found = plan(situation([guessed, link(2, 1)], {1: 9}, {1: 3, 2: 3}))
    assert [(each.uid, each.stock) for each in found.writes] == [("psku-2", 9)]
    assert found.linked == 1
    assert [(row.uid, row.on_hand) for row in found.unconfirmed] == [("psku-1", 9)]


@pytest.mark.parametrize(
    ("euros", "before", "reason"),
    [
        ("0", None, PRICE_FRACTION(sku=sku(1), price="0")),
        ("8.595", None, PRICE_FRACTION(sku=sku(1), price="8.595")),
        ("75", 700, PRICE(sku=sku(1), before=700, now=7500)),
    ],
)
def test_an_odd_price_is_told_with_its_sku(euros, before, reason):
    assert wanted_price(Decimal(euros), link(1, 1), before, 30) == Anomaly(reason, sku(1))


def test_a_cent_is_a_price():
    assert wanted_price(Decimal("0.01"), link(1, 1), None, 30) == 1


def test_a_lost_link_that_somebody_changed_is_left_where_changes_are_kept():
    changed = replace(
        situation([], {}, [known(1, 4, pushed=0, drifts=True)]),
        policy=replace(PLAIN, keep_drift=True),
        unlinked=[sku(1)],
        believed=True,
    )
    (row,) = plan(changed).rows
    assert (row.why, row.write, row.open_units, row.safety) == (CHANGED_THERE, None, 0, 0)


@pytest.mark.parametrize(
    ("units", "pieces", "most"),
    [("1", 3, 3), ("2.5", 3, 8), ("0.3", 1, 1), ("5", 0, 0), ("5", -1, 0)],
)
def test_what_pieces_take_at_the_most_is_rounded_up(units, pieces, most):
    assert link(1, 1, units).most_units(pieces) == most
