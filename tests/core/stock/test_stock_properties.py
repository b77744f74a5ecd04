"""What holds for any inventory, links, open orders and shares."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from core.stock.given import NOW, known, product, situation
from core.stock.given import link as linked
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.stock.model import RxScaleStock, Situation
from bridge.core.stock.plan import explain, plan, urgency

UNITS = st.sampled_from(["1", "5", "10", "2.5", "0.5", "0.3", "7.25"])
HANDS = st.integers(-20, 500)


@st.composite
def situations(draw: st.DrawFn, *, split: bool | None = None) -> Situation:
    """Up to four products with up to four SKUs each; every number at RxScale is possible."""
    links, on_hand, rows, open_units = [], {}, [], {}
    number = 0
    for of in range(1, draw(st.integers(1, 4)) + 1):
        shared = draw(st.booleans()) if split is None else split
        left = Decimal(1)
        if draw(st.integers(0, 9)):
            on_hand[of] = draw(HANDS)
        open_units[of] = draw(st.integers(0, 60))
        for _ in range(draw(st.integers(1, 4))):
            number += 1
            share = None
            if shared:
                part = draw(st.integers(0, int(left * 100)))
                left -= Decimal(part) / 100
                share = str(Decimal(part) / 100)
            links.append(linked(number, of, draw(UNITS), draw(st.integers(0, 30)), share))
            if draw(st.integers(0, 9)):
                stock = draw(st.none() | st.integers(0, 500))
                rows.append(known(number, stock, wanted=draw(st.none() | st.integers(0, 500))))
    return situation(links, on_hand, rows, open_units=open_units)


def written(found: Situation) -> Situation:
    """After every write of the plan went through."""
    after = dict(found.at_rxscale.special)
    for write in plan(found).writes:
        before = after[write.uid]
        stock = before.stock if write.stock is None else write.stock
        after[write.uid] = before._replace(stock=stock, pushed=stock, wanted=None)
    return replace(found, at_rxscale=RxScaleStock({}, after))


def units_offered(found: Situation, of: int) -> Fraction:
    return sum(
        (
            Fraction(link.units) * (found.at_rxscale.special[link.uid].stock or 0)
            for link in found.shelf[product(of)]
            if link.uid in found.at_rxscale.special
        ),
        Fraction(0),
    )


@given(situations())
def test_never_below_0_and_never_more_than_there_is(found: Situation):
    for row in explain(found):
        if row.target is None:
            continue
        assert row.target >= 0
        link = next(each for each in found.shelf[row.product] if each.uid == row.uid)
        units = Fraction(link.units) * row.target
        assert row.on_hand is not None
        assert units <= max(0, row.on_hand - row.open_units - row.safety)


@given(situations())
def test_the_same_situation_gives_the_same_plan(found: Situation):
    assert plan(found) == plan(found)
    assert list(plan(found).writes) == sorted(plan(found).writes, key=urgency)


@given(situations())
def test_a_second_sync_right_after_a_first_changes_nothing(found: Situation):
    assert plan(written(found)).writes == ()


@given(situations())
def test_the_table_for_people_tells_what_is_written(found: Situation):
    shown = {row.uid: row for row in explain(found)}
    writes = {write.uid: write.stock for write in plan(found).writes}
    for uid, stock in writes.items():
        assert shown[uid].target == stock
    quiet = [row for uid, row in shown.items() if uid not in writes and row.target is not None]
    assert all(row.change in (0, None) for row in quiet)


@given(situations(split=True), st.lists(st.tuples(st.integers(0, 99), st.integers(1, 20))))
def test_split_pools_are_never_sold_twice(found: Situation, sales: list[tuple[int, int]]):
    """Every sale is of what RxScale offers, is held back, and the others follow."""
    found = written(replace(found, at_rxscale=_all_known(found)))
    assert found.stocktake is not None
    links = [(of, link) for of, held in found.shelf.items() for link in held]
    for chosen, wanted in sales:
        of, link = links[chosen % len(links)]
        amount = min(wanted, found.at_rxscale.special[link.uid].stock or 0)
        units = math.ceil(amount * Fraction(link.units))
        open_units = {**found.open_units, of: found.open_units.get(of, 0) + units}
        found = written(replace(found, open_units=open_units))
        for each in found.shelf:
            if each in found.stocktake.on_hand:
                number = int(each.removeprefix("P"))
                free = found.stocktake.on_hand[each] - found.open_units.get(each, 0)
                assert units_offered(found, number) <= max(0, free)


def _all_known(found: Situation) -> RxScaleStock:
    special = {
        link.uid: found.at_rxscale.of(link.uid) or known(int(link.uid.removeprefix("psku-")), 0)
        for held in found.shelf.values()
        for link in held
    }
    return RxScaleStock({}, special)


@given(situations(), st.integers(0, 10**6))
def test_a_stale_inventory_offers_nothing(found: Situation, seconds: int):
    from datetime import timedelta

    stale = replace(found, now=NOW + timedelta(seconds=3601 + seconds))
    assert {write.stock for write in plan(stale).writes} <= {0}
    for row in explain(stale):
        assert row.target in (0, None)
