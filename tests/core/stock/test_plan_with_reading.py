"""Which inventories are believed: what is odd, what confirms it, what an absence means."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from core.stock.given import NOW, PLAIN, known, later, link, product, reading, situation, sku

from bridge.core.reasons import HIDDEN, LEFT, LOST_ITS_LINK, NEVER_LISTED, ZEROED
from bridge.core.stock.model import Pending, StockPolicy
from bridge.core.stock.plan import Plan, plan, plan_with
from bridge.texts import say

TEN = dict.fromkeys(range(1, 11), 100)
LINKS = [link(number, number) for number in TEN]


def before(on_hand=None, there=None, **more):
    hand = TEN if on_hand is None else on_hand
    return situation(LINKS, hand, there if there is not None else dict(hand), **more)


def planned(told, at=0.0, pending=None, confirmed=False, found=None):
    found = replace(found or before(), pending=pending, confirmed=confirmed)
    return plan_with(reading(told, later(at)), found)


def believed(found):
    return found.situation.pending is None


def without(*numbers):
    return {number: units for number, units in TEN.items() if number not in numbers}


def test_an_ordinary_inventory_is_believed_at_once():
    got = planned({**TEN, 3: 40, 7: 120}, at=300)
    assert believed(got)
    assert [(each.uid, each.stock) for each in got.writes] == [
        ("psku-3", 40),
        ("psku-7", 120),
    ]
    assert got.situation.stocktake.read_at == later(300)


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
    got = planned(told, at=300)
    assert not believed(got)
    assert got.writes == ()
    pending = got.situation.pending
    assert pending == Pending(pending.reason, later(300))
    assert pending.reason.code == code
    assert what in say(pending.reason)
    assert got.situation.stocktake == before().stocktake


def test_only_what_there_was_can_have_fallen():
    """Three of the five that were not sold out are more than half of them."""
    sold_out = {**TEN, **dict.fromkeys(range(1, 6), 0)}
    got = planned({**sold_out, 6: 10, 7: 10, 8: 10}, at=300, found=before(sold_out))
    assert got.situation.pending.reason.code == "halved"


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
    assert believed(planned(told))


def test_one_product_sold_out_takes_all_its_skus_with_it():
    links = [link(1, 1), link(2, 1, "5"), link(3, 1, "10")]
    found = situation(links, {1: 50}, {1: 50, 2: 10, 3: 5})
    got = planned({1: 0}, found=found)
    assert believed(got)
    assert [each.stock for each in got.writes] == [0, 0, 0]


@pytest.mark.parametrize(("after", "expected"), [(29.9, False), (30, True)])
def test_a_second_look_late_enough_confirms(after, expected):
    first = planned({}, at=0)
    second = planned({}, at=after, pending=first.situation.pending)
    assert believed(second) == expected
    if expected:
        assert second.situation.pending is None
        assert [each.stock for each in second.writes] == [0] * 10
    else:
        assert second.situation.pending == first.situation.pending


def test_another_oddity_begins_anew_and_an_ordinary_look_ends_it():
    first = planned({}, at=0)
    other = planned(without(1, 2), at=60, pending=first.situation.pending)
    pending = other.situation.pending
    assert (pending.reason.code, pending.first_at) == ("partial", later(60))
    assert believed(planned(TEN, at=90, pending=pending))


def test_a_person_confirms_at_once():
    got = planned({}, confirmed=True)
    assert believed(got)
    assert all(units == 0 for units in got.situation.stocktake.on_hand.values())


def test_only_a_person_confirms_where_it_is_to_be_so():
    found = before(policy=StockPolicy(second_look=None))
    first = planned({}, found=found)
    again = planned({}, at=10**6, pending=first.situation.pending, found=found)
    assert not believed(again)
    assert believed(
        planned({}, at=10**6, pending=again.situation.pending, found=found, confirmed=True)
    )


def test_a_confirmed_partial_inventory_takes_what_is_missing_to_0():
    told = without(1, 2)
    first = planned(told)
    second = planned(told, at=30, pending=first.situation.pending)
    assert [(each.uid, each.stock) for each in second.writes] == [("psku-1", 0), ("psku-2", 0)]


def test_one_absent_product_is_not_one_of_which_there_is_none():
    first = planned(without(1), at=0)
    assert believed(first)
    assert first.writes == ()
    assert first.situation.stocktake.on_hand[product(1)] == 100
    soon = planned(without(1), at=29, found=first.situation)
    assert soon.writes == ()
    second = planned(without(1), at=30, found=soon.situation)
    assert [(each.uid, each.stock) for each in second.writes] == [("psku-1", 0)]
    assert second.situation.stocktake.absent == {product(1): NOW}
    back = planned(TEN, at=60, found=second.situation)
    assert back.situation.stocktake.absent == {}
    assert back.situation.stocktake.on_hand[product(1)] == 100


def test_a_linked_product_that_was_never_listed_goes_to_0_at_the_second_look_too():
    """Its link names a wrong product, say: nobody knows of a single piece of it."""
    found = situation([*LINKS, link(11, 99)], TEN, {**TEN, 11: 40})
    first = planned(TEN, found=found)
    assert believed(first)
    assert first.writes == ()
    assert product(99) not in first.situation.stocktake.on_hand
    soon = planned(TEN, at=29, found=first.situation)
    assert soon.writes == ()
    second = planned(TEN, at=30, found=soon.situation)
    assert [(each.uid, each.stock) for each in second.writes] == [("psku-11", 0)]
    back = planned({**TEN, 99: 7}, at=60, found=second.situation)
    assert [(each.uid, each.stock) for each in back.writes] == [("psku-11", 7)]


def unlisted(found: Plan) -> list[str]:
    return [row.uid for row in found.unconfirmed if row.unlisted]


def test_what_no_inventory_ever_listed_is_not_confirmed_from_the_second_look_on():
    found = situation([*LINKS, link(11, 99)], TEN, {**TEN, 11: 40})
    first = planned(TEN, found=found)
    assert (unlisted(first), first.situation.stocktake.unlisted) == ([], frozenset())
    second = planned(TEN, at=30, found=first.situation)
    assert unlisted(second) == ["psku-11"]
    assert second.doubts == (NEVER_LISTED(skus=1, first="psku-11"),)
    written = replace(second.situation, at_rxscale=situation([], {}, {**TEN, 11: 0}).at_rxscale)
    third = planned(TEN, at=300, found=written)
    assert (unlisted(third), third.writes) == (["psku-11"], ())
    back = planned({**TEN, 99: 7}, at=330, found=third.situation)
    assert (unlisted(back), back.situation.stocktake.unlisted) == ([], frozenset())
    assert [(each.uid, each.stock) for each in back.writes] == [("psku-11", 7)]
    gone = planned(TEN, at=360, found=back.situation)
    gone = planned(TEN, at=390, found=gone.situation)
    assert gone.situation.stocktake.on_hand[product(99)] == 0
    assert unlisted(gone) == []  # it was there once: sold out, say


def test_many_that_were_never_listed_wait_as_many_that_are_absent_do():
    many = situation(LINKS, None, TEN)
    first = planned(without(1, 2, 3), found=many)
    second = planned(without(1, 2, 3), at=30, found=first.situation)
    assert (second.situation.pending.reason.code, unlisted(second)) == ("zeroed", [])
    third = planned(
        without(1, 2, 3), at=60, pending=second.situation.pending, found=first.situation
    )
    assert unlisted(third) == ["psku-1", "psku-2", "psku-3"]
    said = planned(without(1, 2, 3), found=many, confirmed=True)
    assert unlisted(said) == ["psku-1", "psku-2", "psku-3"]
    empty = planned({}, at=60, found=third.situation)
    assert (believed(empty), unlisted(empty)) == (False, ["psku-1", "psku-2", "psku-3"])


def test_it_does_so_after_a_first_start_and_many_wait_for_one_look_more():
    one = replace(situation([*LINKS, link(11, 99)], None, {**TEN, 11: 40}))
    first = planned(TEN, found=one)
    second = planned(TEN, at=30, found=first.situation)
    assert [(each.uid, each.stock) for each in second.writes] == [("psku-11", 0)]
    many = situation(LINKS, None, TEN)
    first = planned(without(1, 2, 3), found=many)
    assert (believed(first), first.writes) == (True, ())
    second = planned(without(1, 2, 3), at=30, found=first.situation)
    assert (second.situation.pending.reason.code, second.writes) == ("zeroed", ())
    third = planned(
        without(1, 2, 3), at=60, pending=second.situation.pending, found=first.situation
    )
    assert {each.uid for each in third.writes} == {"psku-1", "psku-2", "psku-3"}


def test_a_first_inventory_that_stays_empty_takes_everything_to_0():
    found = situation(LINKS, None, TEN)
    first = planned({}, found=found)
    assert (believed(first), first.writes) == (False, ())
    second = planned({}, at=30, pending=first.situation.pending, found=found)
    assert [each.stock for each in second.writes] == [0] * 10


def test_where_only_a_person_confirms_an_absent_product_is_his_until_it_is_unknown_for_too_long():
    policy = StockPolicy(second_look=None)
    first = planned(without(1), found=before(policy=policy))
    assert planned(without(1), at=3600, found=first.situation).writes == ()
    for again in (
        planned(without(1), at=60, found=first.situation, confirmed=True),
        planned(without(1), at=3601, found=first.situation),
    ):
        assert [(each.uid, each.stock) for each in again.writes] == [("psku-1", 0)]


def test_an_inventory_that_is_unknown_for_too_long_counts_for_what_was_never_listed():
    found = situation([link(1, 99)], {1: 5}, {1: 40}, now=later(3601))
    assert [(each.uid, each.stock) for each in plan(found).writes] == [("psku-1", 0)]


def test_absent_and_ordered_it_is_offered_less():
    first = planned(without(1))
    found = replace(first.situation, open_units_now={product(1): 30})
    got = plan_with(reading(without(1), later(10)), found)
    assert [(each.uid, each.stock) for each in got.writes] == [("psku-1", 70)]


def test_the_first_inventory_has_nothing_to_be_compared_with():
    there = dict.fromkeys(TEN, 100)
    first = replace(before(there=there), stocktake=None)
    assert believed(planned(TEN, found=first))
    assert believed(planned({1: 5}, found=first))
    emptied = planned(dict.fromkeys(TEN, 0), found=first)
    assert (believed(emptied), emptied.situation.pending.reason.code) == (False, "zeroed")
    assert emptied.writes == ()


def test_without_links_an_empty_inventory_is_nobodys_concern():
    assert believed(planned({}, found=situation([], {}, {})))


def test_a_disbelieved_inventory_still_lets_orders_lower_what_is_offered():
    found = before(open_units={4: 25})
    got = planned({}, found=found)
    assert [(each.uid, each.stock) for each in got.writes] == [("psku-4", 75)]


def test_what_an_inventory_shows_counts_with_the_orders_open_when_it_was_read():
    found = before(open_units={4: 25})  # for the one before: the order was not deducted yet
    told = reading({**TEN, 4: 75}, later(10))  # deducted, so nothing more is open
    got = plan_with(told, found)
    assert [(each.uid, each.stock) for each in got.writes] == [("psku-4", 75)]


def test_disbelieved_for_too_long_everything_goes_to_0():
    found = before(policy=StockPolicy(second_look=None, stale_after=timedelta(hours=1)))
    got = planned({}, at=4000, found=replace(found, now=later(4000)))
    assert not believed(got)
    assert got.stale
    assert {each.stock for each in got.writes} == {0}


def test_thresholds_are_configurable():
    policy = replace(PLAIN, halved_percent=90, partial_percent=50, zeroed_percent=60)
    found = before(policy=policy)
    assert believed(planned(dict.fromkeys(TEN, 11), found=found))
    assert believed(planned(without(1, 2, 3, 4), found=found))
    assert not believed(planned(without(1, 2, 3, 4, 5), found=found))
    assert believed(planned({**TEN, **dict.fromkeys(range(1, 7), 0)}, found=found))


def test_a_hidden_sku_is_not_one_that_goes_to_0():
    rows = [known(number, 100, hidden=number <= 3) for number in TEN]
    assert believed(planned({**TEN, 1: 0, 2: 0, 3: 0}, found=before(there=rows)))


# -- SKUs that lost their link ---------------------------------------------------------------


def unlinked(*numbers, there=40, **more):
    """Ten linked SKUs, and some more that we wrote and that have no link any more."""
    rows = [known(number, 100) for number in TEN]
    rows += [known(number, there, pushed=40, **more) for number in numbers]
    return replace(before(there=rows), unlinked=[sku(number) for number in numbers])


@pytest.mark.parametrize("there", [40, 55, None, 0])
def test_a_sku_that_lost_its_link_goes_to_0(there):
    """Though it is at 0 there: what is written from then on is not ours to write over."""
    got = planned(TEN, found=unlinked(11, there=there))
    assert [(each.uid, each.stock, each.before) for each in got.writes] == [("psku-11", 0, there)]
    (row,) = (row for row in got.rows if row.uid == "psku-11")
    assert (row.why, row.product, row.on_hand, row.target) == (LOST_ITS_LINK, "", None, 0)


@pytest.mark.parametrize(
    ("odd", "why"), [({"hidden": True}, HIDDEN), ({"left": True}, LEFT), ({"newer": True}, None)]
)
def test_but_for_what_is_left_alone(odd, why):
    got = planned(TEN, found=unlinked(11, **odd))
    assert got.writes == ()
    assert why in (None, got.rows[0].why)


def test_many_that_lost_their_links_wait_for_a_second_look():
    """Somebody saved an empty skus.csv, or RxScale's list lacks the external ids."""
    found = unlinked(11, 12, 13)
    first = planned(TEN, found=found)
    assert (believed(first), first.writes) == (False, ())
    assert first.situation.pending.reason == ZEROED(zeroed=3, linked=13)
    assert plan(first.situation).writes == ()
    second = planned(TEN, at=30, found=found, pending=first.situation.pending)
    assert {each.uid for each in second.writes} == {"psku-11", "psku-12", "psku-13"}
    assert believed(planned(TEN, found=unlinked(11, 12)))


def test_it_is_begun_by_an_inventory_that_is_believed_and_then_carried_on():
    assert plan(unlinked(11)).writes == ()
    assert [each.uid for each in plan(unlinked(11, wanted=0)).writes] == ["psku-11"]
    assert plan(unlinked(11, wanted=7)).writes == ()
    stale = replace(unlinked(11), now=later(3601))
    assert "psku-11" in {each.uid for each in plan(stale).writes}


def test_one_that_rxscale_does_not_list_any_more_is_nobodys_concern():
    found = replace(before(), unlinked=[sku(11)])
    assert planned(TEN, found=found).rows == ()


# -- at the very bounds, and what does not count -----------------------------------------------


def code(found: Plan) -> str | None:
    pending = found.situation.pending
    return None if pending is None else str(pending.reason.code)


def of(hands: dict[int, int], told: dict[int, int]) -> Plan:
    """Something else is told of products that were all there, and are linked."""
    links = [link(number, number) for number in hands]
    return planned(told, found=situation(links, hands, dict(hands)))


@pytest.mark.parametrize(
    ("hands", "told", "expected"),
    [
        pytest.param(
            {1: 9, 2: 9, **dict.fromkeys(range(3, 11), 0)}, {1: 4, 2: 4}, "halved", id="two"
        ),
        pytest.param(
            dict.fromkeys(range(1, 11), 1), dict.fromkeys(range(1, 11), 0), "halved", id="1"
        ),
        pytest.param(
            {**dict.fromkeys(range(1, 5), 1000), **dict.fromkeys(range(5, 11), 9)},
            dict.fromkeys(range(1, 5), 1),
            None,
            id="not half of the products fell",
        ),
        pytest.param(
            dict.fromkeys(range(1, 102), 9), dict.fromkeys(range(1, 11)), None, id="10 of 101"
        ),
        pytest.param(
            dict.fromkeys(range(1, 101), 9), dict.fromkeys(range(1, 11)), "partial", id="10 %"
        ),
    ],
)
def test_what_is_odd_at_the_least(hands: dict[int, int], told: dict[int, int | None], expected):
    """`told` are those that changed; None: it is not listed any more."""
    there = {each: units for each, units in {**hands, **told}.items() if units is not None}
    assert code(of(hands, there)) == expected


def test_a_product_that_was_never_listed_hides_none_that_are_missing():
    hands = {number: units for number, units in TEN.items() if number != 1}
    found = situation(LINKS, hands, TEN)
    assert code(planned(without(1, 2, 3), found=found)) == "partial"


def test_two_of_four_at_a_first_start_are_too_many():
    found = situation(LINKS[:4], None, dict.fromkeys(range(1, 5), 100))
    assert code(planned({1: 0, 2: 0, 3: 100, 4: 100}, found=found)) == "zeroed"


def test_of_a_product_without_a_link_the_last_number_is_kept_too():
    found = situation(LINKS[:1], {1: 100, 2: 7}, {1: 100})
    assert planned({1: 100}, found=found).situation.stocktake.on_hand[product(2)] == 7


def test_what_a_person_confirms_as_gone_was_listed_once():
    assert unlisted(planned(without(1, 2), confirmed=True)) == []


def test_prices_are_those_of_the_inventory_that_is_believed():
    found = before(policy=replace(PLAIN, sync_prices=True))
    told = reading(TEN, later(300), prices={product(3): Decimal("7.50")})
    assert [(each.uid, each.price_cents) for each in plan_with(told, found).writes] == [
        ("psku-3", 750)
    ]
