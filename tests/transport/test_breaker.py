"""The breaker, one small story each."""

import pytest

from bridge.transport.breaker import Breaker, State


def broken(now: float = 0.0, *, jitter: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        breaker.failed(now, probe=breaker.enter(), jitter=jitter)
    return breaker


def test_four_failures_leave_it_closed_and_a_success_forgets_them() -> None:
    breaker = Breaker()
    for _ in range(3):
        for _ in range(4):
            breaker.failed(0.0, probe=breaker.enter(), jitter=0.0)
        assert breaker.wait(0.0) == 0.0
        breaker.succeeded()
    assert breaker.state is State.CLOSED


def test_the_fifth_failure_in_a_row_opens_it() -> None:
    breaker = broken(10.0)
    assert breaker.state is State.OPEN
    assert breaker.wait(10.0) == 5.0
    assert breaker.wait(14.5) == 0.5
    assert breaker.wait(15.0) == 0.0


@pytest.mark.parametrize(("jitter", "rest"), [(0.0, 5.0), (0.5, 3.75), (1.0, 2.5)])
def test_jitter_shortens_the_rest_by_up_to_half(jitter: float, rest: float) -> None:
    assert broken(jitter=jitter).wait(0.0) == rest


def test_exactly_one_probe_goes_through() -> None:
    breaker = broken()
    assert breaker.enter() is True
    assert breaker.state is State.PROBING
    assert breaker.wait(5.0) == 1.0
    assert breaker.wait(500.0) == 1.0


def test_a_good_probe_closes_it_for_all() -> None:
    breaker = broken()
    breaker.enter()
    breaker.succeeded()
    assert breaker.wait(5.0) == 0.0
    assert breaker.enter() is False


def test_failing_probes_double_the_rest_up_to_a_minute() -> None:
    breaker, now, rests = broken(), 5.0, []
    for _ in range(6):
        breaker.failed(now, probe=breaker.enter(), jitter=0.0)
        rests.append(breaker.wait(now))
        now += rests[-1]
    assert rests == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0]


def test_after_closing_the_rest_starts_small_again() -> None:
    breaker = broken()
    breaker.failed(5.0, probe=breaker.enter(), jitter=0.0)
    breaker.succeeded()
    for _ in range(5):
        breaker.failed(50.0, probe=breaker.enter(), jitter=0.0)
    assert breaker.wait(50.0) == 5.0


def test_old_calls_failing_late_neither_prolong_the_rest_nor_end_the_probe() -> None:
    breaker = broken()
    breaker.failed(4.0, probe=False, jitter=0.0)
    assert breaker.wait(5.0) == 0.0
    breaker.enter()
    breaker.failed(5.0, probe=False, jitter=0.0)
    assert breaker.state is State.PROBING


def test_an_abandoned_probe_lets_the_next_one_probe_at_once() -> None:
    breaker = broken()
    breaker.abandoned(probe=breaker.enter())
    assert breaker.wait(5.0) == 0.0
    assert breaker.enter() is True


def test_abandoning_an_ordinary_call_says_nothing() -> None:
    breaker = broken()
    breaker.enter()
    breaker.abandoned(probe=False)
    assert breaker.state is State.PROBING
