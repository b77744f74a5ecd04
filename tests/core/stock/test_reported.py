"""What a number reported by RxScale means."""

from datetime import datetime

import pytest
from core.stock.given import NOW, later

from bridge.core.stock.reported import Cause, Interpreted, LastKnown, interpret

LONG_AGO = later(-3600)


def shown(
    stock: int | None = 8,
    pushed: int | None = 8,
    wanted: int | None = None,
    seen_at: datetime | None = LONG_AGO,
    ours_at: datetime | None = LONG_AGO,
) -> LastKnown:
    return LastKnown(stock, seen_at, pushed, wanted, ours_at)


@pytest.mark.parametrize(
    ("before", "reported", "sales", "cause", "stock"),
    [
        (shown(), 8, [], Cause.KNOWN, 8),
        (shown(), 5, [], Cause.DRIFT, 5),
        (shown(), 11, [], Cause.DRIFT, 11),
        # a completed order takes its pieces off by itself
        (shown(), 6, [2], Cause.SALE, 6),
        (shown(), 7, [1], Cause.SALE, 7),
        (shown(), 6, [3, 2], Cause.SALE, 6),
        (shown(), 3, [3, 2], Cause.SALE, 3),
        (shown(), 4, [3, 2], Cause.DRIFT, 4),
        (shown(), 10, [-2], Cause.DRIFT, 10),
        # our own write coming back, before or after its answer
        (shown(wanted=5), 5, [], Cause.KNOWN, 8),
        (shown(wanted=5), 7, [], Cause.LEARNT, 7),
        (shown(ours_at=later(-5)), 3, [], Cause.LEARNT, 3),
        (shown(ours_at=later(5)), 3, [], Cause.LEARNT, 3),
        # nothing was ever written, or nobody knew
        (shown(pushed=None), 3, [], Cause.LEARNT, 3),
        (shown(stock=None), 3, [], Cause.LEARNT, 3),
        (shown(seen_at=None, ours_at=None), 3, [], Cause.DRIFT, 3),
        # told late: we have seen it since
        (shown(seen_at=later(2)), 3, [], Cause.KNOWN, 8),
        (shown(seen_at=later(1.9)), 3, [], Cause.DRIFT, 3),
        # no number told
        (shown(), None, [], Cause.DRIFT, None),
        (shown(), None, [2], Cause.LEARNT, None),
        (shown(pushed=None), None, [], Cause.LEARNT, None),
        (shown(wanted=5), None, [], Cause.KNOWN, 8),
        (shown(ours_at=NOW), None, [], Cause.KNOWN, 8),
        (shown(ours_at=None), None, [], Cause.DRIFT, None),
    ],
)
def test_the_cause_of_a_number(before, reported, sales, cause, stock):
    assert interpret(before, reported, NOW, sales) == Interpreted(cause, stock)
