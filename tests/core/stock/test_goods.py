"""Products as the page shows them: by the plan's own rows, and what needs somebody first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from core.stock.given import NOW, known, link, product, reading, situation, sku

from bridge.core.model import CatalogueSku, SkuUid
from bridge.core.reasons import HALVED
from bridge.core.stock.goods import Moved, Standing, goods, moved, with_link
from bridge.core.stock.model import Pending
from bridge.core.stock.plan import explain, plan


def listed(number: int, **more) -> CatalogueSku:
    return CatalogueSku(sku(number), SkuUid(f"sku-{number}"), name=f"Name {number}", **more)


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
    found = goods([*map(listed, range(1, 7)), listed(7, digital=True)], seen)
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
    (found,) = goods([listed(1, pzn="08101234", external_id="ext-9")], seen)
    assert found.says(words.casefold().split(), "Gelato") is is_it
    (other,) = goods([listed(2)], seen)
    assert not other.says(["p1"])


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
