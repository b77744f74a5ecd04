"""What a number told by RxScale means."""

from datetime import datetime

import pytest
from core.stock.given import NOW, later

from bridge.core.stock.sights import Heard, Meaning, Shown, hear

LONG_AGO = later(-3600)


def shown(
    stock: int | None = 8,
    pushed: int | None = 8,
    wanted: int | None = None,
    seen_at: datetime | None = LONG_AGO,
    ours_at: datetime | None = LONG_AGO,
) -> Shown:
    return Shown(stock, seen_at, pushed, wanted, ours_at)


@pytest.mark.parametrize(
    ("before", "told", "sales", "meaning", "stock"),
    [
        (shown(), 8, [], Meaning.KNOWN, 8),
        (shown(), 5, [], Meaning.DRIFT, 5),
        (shown(), 11, [], Meaning.DRIFT, 11),
        # a completed order takes its pieces off by itself
        (shown(), 6, [2], Meaning.SOLD, 6),
        (shown(), 6, [3, 2], Meaning.SOLD, 6),
        (shown(), 3, [3, 2], Meaning.SOLD, 3),
        (shown(), 4, [3, 2], Meaning.DRIFT, 4),
        (shown(), 10, [-2], Meaning.DRIFT, 10),
        # our own write coming back, before or after its answer
        (shown(wanted=5), 5, [], Meaning.KNOWN, 8),
        (shown(wanted=5), 7, [], Meaning.LEARNT, 7),
        (shown(ours_at=later(-5)), 3, [], Meaning.LEARNT, 3),
        (shown(ours_at=later(5)), 3, [], Meaning.LEARNT, 3),
        # nothing was ever written, or nobody knew
        (shown(pushed=None), 3, [], Meaning.LEARNT, 3),
        (shown(stock=None), 3, [], Meaning.LEARNT, 3),
        (shown(seen_at=None, ours_at=None), 3, [], Meaning.DRIFT, 3),
        # told late: we have seen it since
        (shown(seen_at=later(1)), 3, [], Meaning.KNOWN, 8),
        (shown(seen_at=later(0.9)), 3, [], Meaning.DRIFT, 3),
        # no number told
        (shown(), None, [], Meaning.DRIFT, None),
        (shown(), None, [2], Meaning.LEARNT, None),
        (shown(pushed=None), None, [], Meaning.LEARNT, None),
        (shown(wanted=5), None, [], Meaning.KNOWN, 8),
        (shown(ours_at=NOW), None, [], Meaning.KNOWN, 8),
        (shown(ours_at=None), None, [], Meaning.DRIFT, None),
    ],
)
def test_the_meaning_of_a_number(before, told, sales, meaning, stock):
    assert hear(before, told, NOW, sales) == Heard(meaning, stock)
