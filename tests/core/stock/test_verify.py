"""What customers see against what is there."""

import pytest

from bridge.core.model import PharmacySkuUid, SkuUid
from bridge.core.reasons import NOT_SOLD
from bridge.core.stock.verify import Shelved, Shown, verify
from bridge.texts import say


def shelved(there: int | None, *, linked: bool = True, uid: str = "psku-1") -> Shelved:
    return Shelved(PharmacySkuUid(uid), SkuUid(f"s-{uid}"), "Musterblüte", there, linked)


@pytest.mark.parametrize(
    ("there", "linked", "shown", "verdict", "why"),
    [
        (5, True, Shown(True, 5), "ok", "as it should be"),
        (5, True, Shown(True, 3), "ok", "as it should be"),
        (5, True, Shown(True, None), "ok", "as it should be"),
        (5, True, Shown(True, 6), "sold_not_there", "6 can be bought, and 5 are there"),
        (0, True, Shown(True, 1), "sold_not_there", "none is there"),
        (0, True, Shown(True, None, "High"), "sold_not_there", "none is there"),
        (0, True, Shown(True, 4, "Unavailable"), "sold_not_there", "none is there"),
        (None, True, Shown(True, 4, "Unavailable"), "sold_not_there", "does not say"),
        (None, True, Shown(True, 1), "sold_not_there", "does not say"),
        (None, False, Shown(True, 1), "sold_not_there", "no product of PharmaOne's"),
        (None, False, Shown(False, 0), "ok", "not sold"),
        (None, False, None, "ok", "not sold"),
        (0, True, Shown(False, 0), "ok", "not there and not sold"),
        (0, True, None, "ok", "not there and not sold"),
        (5, True, Shown(False, 0), "there_not_sold", "sold out, and 5 are there"),
        (5, True, Shown(True, 5, "Unavailable"), "there_not_sold", "sold out"),
        (5, True, None, "there_not_sold", "does not sell it"),
        (1, True, Shown(False, 0), "there_not_sold", "sold out, and 1 are there"),
        (1, True, Shown(True, 5, "Unavailable"), "there_not_sold", "sold out"),
    ],
)
def test_one_sku(there, linked, shown, verdict, why):
    each = shelved(there, linked=linked)
    (found,) = verify([each], {each.sku: shown} if shown else {})
    assert (found.verdict, found.shown) == (verdict, shown)
    assert why in say(found.why)


def test_of_what_nobody_can_count_it_is_not_said_that_none_is_there():
    (found,) = verify([shelved(None, linked=False)], {})
    assert found.why == NOT_SOLD()


def test_the_worst_comes_first():
    skus = [shelved(1, uid="a"), shelved(2, uid="b"), shelved(0, uid="c"), shelved(2, uid="d")]
    shown = {skus[0].sku: Shown(True, 1), skus[2].sku: Shown(True, 1)}
    assert [(each.verdict, each.shelved.uid) for each in verify(skus, shown)] == [
        ("sold_not_there", "c"),
        ("there_not_sold", "b"),
        ("there_not_sold", "d"),
        ("ok", "a"),
    ]
