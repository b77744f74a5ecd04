"""How soon RxScale's SKU list is read again."""

import pytest

from bridge.core.patience import reread_seconds

SYNC, LONGEST, ROWS = 300.0, 3600.0, 200


@pytest.mark.parametrize(
    ("skus", "per_second", "per_minute", "expected"),
    [
        (10, 10, 600, SYNC),
        (2_000, 10, 600, SYNC),
        (50_000, 10, 600, 1000.0),
        (50_000, 10, 60, LONGEST),
        (50_000, 1, 0, LONGEST),
        (50_000, 0, 0, SYNC),
        (50_000, 0, 600, 1000.0),
    ],
)
def test_as_often_as_a_small_part_of_the_budget_allows(skus, per_second, per_minute, expected):
    calls = 2 * max(1, skus // ROWS)
    found = reread_seconds(calls, per_second, per_minute, shortest=SYNC, longest=LONGEST)
    assert found == pytest.approx(expected)


def test_without_limits_nothing_is_added_to_the_shortest():
    assert reread_seconds(3, 0, 0, shortest=0.0, longest=60.0) == 0.0


@pytest.mark.parametrize(
    ("calls", "per_second", "per_minute", "expected"),
    [
        (1, 0, 0, 7),  # no limits: as often as may be
        (1, 2, 0, 10),
        (1, 0, 120, 10),
        (1, 2, 60, 20),  # the tighter of the two
        (1, 1, 600, 20),
        (3, 2, 120, 30),
        (0, 2, 120, 7),
        (1, 4, 0, 7),
        (90, 2, 0, 500),
    ],
)
def test_one_in_twenty_of_the_tighter_limit(calls, per_second, per_minute, expected):
    found = reread_seconds(calls, per_second, per_minute, shortest=7, longest=500)
    assert found == pytest.approx(expected)


def test_the_longest_time_is_not_exceeded_where_rounds_are_rarer():
    assert reread_seconds(2, 10, 600, shortest=300, longest=60) == 60
