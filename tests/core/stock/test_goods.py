"""Products as the page shows them: by the plan's own rows, and what needs somebody first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from core.stock.given import NOW, known, link, product, reading, situation, sku

from bridge.core.model import CatalogueSku, SkuUid
from bridge.core.reasons import HALVED, LOST_ITS_LINK
from bridge.core.stock import plan as plans
from bridge.core.stock.goods import (
    Good,
    Moved,
    Standing,
    chosen,
    goods,
    listing,
    moved,
    standings,
    with_link,
)
from bridge.core.stock.model import Pending, RxScaleStock, Situation
from bridge.core.stock.plan import explain, plan


def listed(number: int, **more) -> CatalogueSku:
    return CatalogueSku(sku(number), SkuUid(f"sku-{number}"), name=f"Name {number}", **more)


def looked_for(skus: list[CatalogueSku], seen: Situation, words: str = "", name: str = "") -> list:
    """As the page does it: which, in which order, then the sums of these."""
    listed_ = listing(skus, seen.shelf, dict.fromkeys(seen.shelf, name))
    groups = chosen(listed_, standings(listed_, seen), words.casefold().split())
    by_uid = {each.pharmacy_sku_uid: each for each in skus}
    found = goods([by_uid[uid] for group in groups.values() for uid in group], seen)
    assert [each.standing for each in found] == [s for s, group in groups.items() for _ in group]
    return found


def test_what_needs_somebody_comes_first():
    links = [link(1, 1), link(2, 2), replace(link(3, 3), confirmed=False), link(4, 4), link(5, 5)]
    rows = [
        known(1, 5),
        known(2, 1),
        known(3, 1),
        known(4, 4, hidden=True),
        known(5, 5),
        known(6, 9),
    ]
    seen = situation(links, dict.fromkeys(range(1, 6), 5), rows, stuck={sku(5)})
    found = looked_for([*map(listed, range(1, 7)), listed(7, digital=True)], seen)
    assert [(each.sku.name, each.standing) for each in found] == [
        ("Name 3", Standing.UNCONFIRMED),
        ("Name 6", Standing.UNLINKED),
        ("Name 5", Standing.STUCK),
        ("Name 4", Standing.HIDDEN),
        ("Name 2", Standing.DIFFERS),
        ("Name 1", Standing.RIGHT),
        ("Name 7", Standing.RIGHT),
    ]
    assert [each.needs_somebody for each in found] == [True] * 4 + [False] * 3
    plans = {row.uid: row for row in explain(seen)}
    assert all(each.row == plans.get(each.sku.pharmacy_sku_uid) for each in found)
    assert {each.sku.name: each.stock for each in found}["Name 6"] == 9


def test_a_number_that_is_as_it_should_be_and_may_not_be_there_is_being_changed():
    (found,) = goods([listed(1)], situation([link(1, 1)], {1: 5}, [known(1, 5, wanted=4)]))
    assert found.standing is Standing.DIFFERS


@pytest.mark.parametrize(
    ("words", "is_it"),
    [
        ("name", True),
        ("NAME 1", True),
        ("psku-1 p1", True),
        ("sku-1", True),
        ("08101234", True),
        ("ext-9", True),
        ("gelato", True),
        ("name gelato other", False),
        ("", True),
    ],
)
def test_it_is_found_by_each_of_its_names(words: str, is_it: bool):
    seen = situation([link(1, 1)], {1: 5}, {1: 5})
    found = looked_for([listed(1, pzn="08101234", external_id="ext-9")], seen, words, "Gelato")
    assert bool(found) is is_it
    assert not looked_for([listed(2)], seen, "p1")


def test_of_all_that_is_listed_only_what_is_shown_gets_its_sum(monkeypatch: pytest.MonkeyPatch):
    """However many there are: nobody waits for the sums of those that he does not see."""
    summed: list[str] = []

    def counted(*given):
        summed.append(given[1].uid)
        return row(*given)

    row = plans._row
    monkeypatch.setattr(plans, "_row", counted)
    everything = range(1, 1001)
    rows = [known(number, 5, hidden=number == 7) for number in everything]
    seen = situation([link(n, n) for n in everything], dict.fromkeys(everything, 5), rows)
    seen = replace(seen, at_rxscale=slim(seen.at_rxscale), stuck={sku(9)})
    skus = [*map(listed, everything)]
    found = listing(skus, seen.shelf, {})
    groups = chosen(found, standings(found, seen), ())
    first = [uid for group in groups.values() for uid in group][:50]
    assert first[:3] == [sku(9), sku(7), sku(1)]
    assert {*summed} == {sku(7), sku(9)}
    summed.clear()
    assert len(goods([each for each in skus if each.pharmacy_sku_uid in first], seen)) == 50
    assert sorted(summed) == sorted(first)


def slim(stock: RxScaleStock) -> RxScaleStock:
    """As the store tells it: of most SKUs their pieces alone."""
    plain = {uid: each.stock for uid, each in stock.special.items() if not each.hidden}
    return RxScaleStock(plain, {u: each for u, each in stock.special.items() if each.hidden})


def test_a_lost_link_is_told_with_its_reason_and_a_link_to_nothing_listed_is_left_out():
    seen = situation([link(1, 1), link(9, 2)], {1: 5, 2: 5}, {1: 5, 3: 4}, unlinked=[sku(3)])
    found = looked_for([listed(1), listed(3)], seen)
    assert [(each.sku.name, each.standing) for each in found] == [
        ("Name 3", Standing.UNLINKED),
        ("Name 1", Standing.RIGHT),
    ]
    assert found[0].row is not None
    assert found[0].row.why == LOST_ITS_LINK
    (digital,) = looked_for([listed(3, digital=True)], seen)
    assert digital.standing is Standing.RIGHT


def test_a_price_that_waits_is_told_with_its_cents():
    policy = replace(situation([], None, {}).policy, sync_prices=True)
    row = known(1, 5, price_cents=700)
    seen = situation([link(1, 1)], {1: 5}, [row], policy=policy, prices={product(1): Decimal("15")})
    (odd,) = looked_for([listed(1)], seen)
    assert (odd.standing, odd.price_now) == (Standing.STUCK, 1500)
    assert Good(odd.sku, None, None, None, Standing.UNLINKED).price_now is None
    (right,) = looked_for([listed(1)], situation([link(1, 1)], {1: 5}, {1: 5}))
    assert right.price_now is None


def test_a_link_is_previewed_as_the_next_plan_would_have_it():
    seen = situation([link(1, 1), link(2, 2, share="0.5")], {1: 9, 2: 9}, {1: 9, 2: 4, 3: 0})
    for new in (link(3, 1, "2", safety=1), link(1, 2), link(3, 2)):
        row = with_link(seen, new)
        kept = [each for links in seen.shelf.values() for each in links if each.uid != new.uid]
        after = situation([*kept, new], {1: 9, 2: 9}, {1: 9, 2: 4, 3: 0})
        assert row == {each.uid: each for each in explain(after)}[new.uid]
    assert with_link(seen, link(3, 1, "2", safety=1)).target == 4
    assert with_link(seen, link(3, 2)).target == 0, "one without a share of it has none"
    assert with_link(seen, link(3, 8)).target is None


def test_what_an_odd_inventory_shows_less_of_is_told_the_most_first():
    read = reading({1: 4, 2: 9, 3: 1})
    waits = Pending(HALVED(before=30, now=14, products=2), NOW)
    seen = situation([link(n, n) for n in (1, 2, 3, 4)], {1: 5, 2: 9, 3: 9, 4: 2}, {})
    assert moved(read, replace(seen, pending=waits)) == [
        Moved(product(3), 9, 1),
        Moved(product(4), 2, 0),
        Moved(product(1), 5, 4),
    ]
    assert moved(read, seen) == []
    assert moved(None, replace(seen, pending=waits)) == []
    assert moved(read, situation([link(1, 1)], None, {}, pending=waits)) == []


def test_a_price_that_was_to_be_written_before_is_believed():
    policy = replace(situation([], None, {}).policy, sync_prices=True)
    prices = {product(1): Decimal("15")}
    for wanted, writes, anomalies in ((None, 0, 1), (1500, 1, 0), (1400, 0, 1)):
        row = known(1, 5, price_cents=700, wanted_price=wanted)
        found = plan(situation([link(1, 1)], {1: 5}, [row], policy=policy, prices=prices))
        assert [each.price_cents for each in found.writes] == [1500] * writes
        assert len(found.anomalies) == anomalies
    odd = known(1, 5, price_cents=700, wanted_price=1500)
    parts = {product(1): Decimal("0.001")}
    found = plan(situation([link(1, 1)], {1: 5}, [odd], policy=policy, prices=parts))
    assert [each.reason.code for each in found.anomalies] == ["price_fraction"]
