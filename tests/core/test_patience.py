"""How long is waited before something is done again, as tables."""

from datetime import timedelta

import pytest

from bridge.core.patience import backoff, pause


@pytest.mark.parametrize(
    ("attempts", "jitter", "after", "seconds"),
    [
        (0, 0.0, None, 0.1),
        (0, 0.1, None, 0.1),
        (0, 0.25, None, 0.25),
        (1, 1.0, None, 2),
        (2, 0.75, None, 3),
        (8, 1.0, None, 256),
        (9, 1.0, None, 300),
        (9, 0.25, None, 75),
        (1000, 1.0, None, 300),
        (0, 0.5, 0.25, 0.5),
        (0, 0.0, 0.0, 0.1),
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
