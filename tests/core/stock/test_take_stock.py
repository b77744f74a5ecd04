"""Which inventories are believed: what is odd, what confirms it, what an absence means."""

from dataclasses import replace
from datetime import timedelta

import pytest
from core.stock.given import NOW, PLAIN, known, later, link, product, reading, situation

from bridge.core.stock.model import Pending, StockPolicy
from bridge.core.stock.plan import take_stock

TEN = dict.fromkeys(range(1, 11), 100)
LINKS = [link(number, number) for number in TEN]


def before(on_hand=None, there=None, **more):
    hand = TEN if on_hand is None else on_hand
    return situation(LINKS, hand, there if there is not None else dict(hand), **more)


def take(told, at=0.0, pending=None, confirmed=False, found=None):
    return take_stock(reading(told, later(at)), found or before(), pending, confirmed=confirmed)


def without(*numbers):
    return {number: units for number, units in TEN.items() if number not in numbers}


def test_an_ordinary_inventory_is_believed_at_once():
    taken = take({**TEN, 3: 40, 7: 120}, at=300)
    assert taken.believed
    assert taken.pending is None
    assert [(each.uid, each.stock) for each in taken.plan.writes] == [
        ("psku-3", 40),
        ("psku-7", 120),
    ]
    assert taken.situation.stocktake.read_at == later(300)


@pytest.mark.parametrize(
    ("told", "code", "what"),
    [
        ({}, "empty", "PharmaOne's inventory is empty"),
        (without(1, 2), "partial", "2 of 10 linked products are missing"),
        ({**TEN, **dict.fromkeys(range(1, 6), 0)}, "halved", "from 1000 to 500 units"),
        (dict.fromkeys(TEN, 50), "halved", "in 10 linked products"),
        ({**TEN, 1: 0, 2: 0, 3: 0}, "zeroed", "3 of 10 SKUs would go to 0 at once"),
    ],
)
def test_an_odd_inventory_changes_nothing(told, code, what):
    taken = take(told, at=300)
    assert not taken.believed
    assert taken.plan.writes == ()
    assert taken.pending == Pending(code, taken.pending.what, later(300))
    assert what in taken.pending.what
    assert taken.situation.stocktake == before().stocktake


@pytest.mark.parametrize(
    "told",
    [
        {**TEN, 1: 0},  # one product is sold out
        {**TEN, 1: 0, 2: 0},  # 20 %, not more
        without(1),
        {**dict.fromkeys(TEN, 51)},
        {**TEN, 1: 0, 2: 1, 3: 1, 4: 1},  # few fell, however far
    ],
)
def test_ordinary_losses_are_believed(told):
    assert take(told).believed


def test_one_product_sold_out_takes_all_its_skus_with_it():
    links = [link(1, 1), link(2, 1, "5"), link(3, 1, "10")]
    found = situation(links, {1: 50}, {1: 50, 2: 10, 3: 5})
    taken = take({1: 0}, found=found)
    assert taken.believed
    assert [each.stock for each in taken.plan.writes] == [0, 0, 0]


@pytest.mark.parametrize(("after", "believed"), [(29.9, False), (30, True)])
def test_a_second_look_late_enough_confirms(after, believed):
    first = take({}, at=0)
    second = take({}, at=after, pending=first.pending)
    assert second.believed == believed
    if believed:
        assert second.pending is None
        assert [each.stock for each in second.plan.writes] == [0] * 10
    else:
        assert second.pending == first.pending


def test_another_oddity_begins_anew_and_an_ordinary_look_ends_it():
    first = take({}, at=0)
    other = take(without(1, 2), at=60, pending=first.pending)
    assert (other.pending.code, other.pending.first_at) == ("partial", later(60))
    assert take(TEN, at=90, pending=other.pending).pending is None


def test_a_person_confirms_at_once():
    taken = take({}, confirmed=True)
    assert taken.believed
    assert all(units == 0 for units in taken.situation.stocktake.on_hand.values())


def test_only_a_person_confirms_where_it_is_to_be_so():
    found = before(policy=StockPolicy(second_look=None))
    first = take({}, found=found)
    again = take({}, at=10**6, pending=first.pending, found=found)
    assert not again.believed
    assert take({}, at=10**6, pending=again.pending, found=found, confirmed=True).believed


def test_a_confirmed_partial_inventory_takes_what_is_missing_to_0():
    told = without(1, 2)
    first = take(told)
    second = take(told, at=30, pending=first.pending)
    assert [(each.uid, each.stock) for each in second.plan.writes] == [("psku-1", 0), ("psku-2", 0)]


def test_one_absent_product_is_not_one_of_which_there_is_none():
    first = take(without(1), at=0)
    assert first.believed
    assert first.plan.writes == ()
    assert first.situation.stocktake.on_hand[product(1)] == 100
    soon = take(without(1), at=29, found=first.situation)
    assert soon.plan.writes == ()
    second = take(without(1), at=30, found=soon.situation)
    assert [(each.uid, each.stock) for each in second.plan.writes] == [("psku-1", 0)]
    assert second.situation.stocktake.absent == {product(1): NOW}
    back = take(TEN, at=60, found=second.situation)
    assert back.situation.stocktake.absent == {}
    assert back.situation.stocktake.on_hand[product(1)] == 100


def test_absent_and_ordered_it_is_offered_less():
    first = take(without(1))
    found = replace(first.situation, open_units={product(1): 30})
    taken = take_stock(
        reading(without(1), later(10), open_units={product(1): 30}), found, None, confirmed=False
    )
    assert [(each.uid, each.stock) for each in taken.plan.writes] == [("psku-1", 70)]


def test_the_first_inventory_has_nothing_to_be_compared_with():
    there = dict.fromkeys(TEN, 100)
    first = replace(before(there=there), stocktake=None)
    assert take(TEN, found=first).believed
    assert take({1: 5}, found=first).believed
    emptied = take(dict.fromkeys(TEN, 0), found=first)
    assert (emptied.believed, emptied.pending.code) == (False, "zeroed")
    assert emptied.plan.writes == ()


def test_without_links_an_empty_inventory_is_nobodys_concern():
    assert take({}, found=situation([], {}, {})).believed


def test_a_disbelieved_inventory_still_lets_orders_lower_what_is_offered():
    found = before(open_units={4: 25})
    taken = take({}, found=found)
    assert [(each.uid, each.stock) for each in taken.plan.writes] == [("psku-4", 75)]


def test_what_an_inventory_shows_counts_with_the_orders_open_when_it_was_read():
    found = before(open_units={4: 25})  # for the one before: the order was not deducted yet
    told = reading({**TEN, 4: 75}, later(10))  # deducted, so nothing more is open
    taken = take_stock(told, found, None, confirmed=False)
    assert [(each.uid, each.stock) for each in taken.plan.writes] == [("psku-4", 75)]


def test_disbelieved_for_too_long_everything_goes_to_0():
    found = before(policy=StockPolicy(second_look=None, stale_after=timedelta(hours=1)))
    taken = take({}, at=4000, found=replace(found, now=later(4000)))
    assert not taken.believed
    assert taken.plan.stale
    assert {each.stock for each in taken.plan.writes} == {0}


def test_thresholds_are_configurable():
    policy = replace(PLAIN, halved_percent=90, partial_percent=50, zeroed_percent=60)
    found = before(policy=policy)
    assert take(dict.fromkeys(TEN, 11), found=found).believed
    assert take(without(1, 2, 3, 4), found=found).believed
    assert not take(without(1, 2, 3, 4, 5), found=found).believed
    assert take({**TEN, **dict.fromkeys(range(1, 7), 0)}, found=found).believed


def test_a_hidden_sku_is_not_one_that_goes_to_0():
    rows = [known(number, 100, hidden=number <= 3) for number in TEN]
    assert take({**TEN, 1: 0, 2: 0, 3: 0}, found=before(there=rows)).believed
