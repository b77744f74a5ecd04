"""How long is waited before something is done again, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.patience import backoff, missed, pause


@pytest.mark.parametrize(
    ("attempts", "jitter", "after", "seconds"),
    [
        (0, 0.0, None, 0.5),
        (0, 1.0, None, 1),
        (1, 0.0, None, 1),
        (1, 1.0, None, 2),
        (2, 0.5, None, 3),
        (8, 0.0, None, 128),
        (8, 1.0, None, 256),
        (9, 0.0, None, 150),
        (9, 0.5, None, 225),
        (9, 1.0, None, 300),
        (1000, 1.0, None, 300),
        (0, 0.5, 0.25, 0.75),
        (0, 0.0, 0.0, 0.5),
        (9, 1.0, 299.0, 300),
        (9, 1.0, 301.0, 301),
        (9, 0.0, 400.0, 400),
    ],
)
def test_back_off(attempts: int, jitter: float, after: float | None, seconds: float):
    assert backoff(attempts, jitter, after) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("failures", "usual", "seconds"),
    [
        (0, 60.0, 60.0),
        (0, 1.0, 1.0),
        (1, 60.0, 2.0),
        (2, 60.0, 4.0),
        (3, 60.0, 8.0),
        (5, 60.0, 32.0),
        (6, 60.0, 60.0),
        (1, 1.0, 1.0),
        (16, 1e9, 65_536.0),
        (17, 1e9, 131_072.0),
        (18, 1e9, 131_072.0),
        (999, 1e9, 131_072.0),
    ],
)
def test_after_failures_the_next_round_comes_sooner(failures: int, usual: float, seconds: float):
    assert pause(failures, usual) == seconds


SINCE = datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gone", "again"),
    [(0, 5), (2, 7), (2.5, 7.5), (5, 15), (15, 45), (45, 135), (299, 897), (300, 900), (899, 900)],
)
def test_what_is_missed_is_looked_for_after_twice_as_long_again(gone: float, again: float):
    """In seconds since it was missed first; and once at the end, when it is believed."""
    at, until = SINCE + timedelta(seconds=gone), SINCE + timedelta(seconds=900)
    assert missed(SINCE, at, until) == SINCE + timedelta(seconds=again)
