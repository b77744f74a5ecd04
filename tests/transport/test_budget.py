"""The budget: tables for its answers, and no schedule that breaks a limit."""

from collections.abc import Callable
from math import inf, nextafter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bridge.transport.budget import Budget, Limits


def spend(budget: Budget, *times: float) -> Budget:
    for now in times:
        budget.take()
        budget.end(now)
    return budget


@pytest.mark.parametrize(
    ("limits", "spent", "now", "wait"),
    [
        pytest.param(Limits(2, 0), [], 0.0, 0.0, id="unused"),
        pytest.param(Limits(2, 0), [0.0], 0.0, 0.0, id="room for one more"),
        pytest.param(Limits(2, 0), [0.0, 0.25], 0.5, 0.51, id="oldest leaves the second"),
        pytest.param(Limits(2, 0), [0.0, 0.25], 1.0, 0.01, id="a second is not quite enough"),
        pytest.param(Limits(2, 0), [0.0, 0.25], 1.0625, 0.0, id="window passed"),
        pytest.param(Limits(2, 0), [0.0, 0.25, 1.0625], 1.0625, 0.1975, id="sliding, not stepping"),
        pytest.param(Limits(0, 3), [0.0, 1.0, 2.0], 3.0, 57.1, id="minute"),
        pytest.param(Limits(0, 3), [0.0, 1.0, 2.0], 60.2, 0.0, id="minute passed"),
        pytest.param(Limits(2, 3), [0.0, 1.0, 2.0], 2.0, 58.1, id="the longer wait counts"),
        pytest.param(Limits(0, 0), [0.0] * 1000, 0.0, 0.0, id="lifted"),
    ],
)
def test_wait(limits: Limits, spent: list[float], now: float, wait: float) -> None:
    assert spend(Budget(limits), *spent).wait(now) == pytest.approx(wait)


def test_calls_under_way_are_bounded() -> None:
    budget = Budget(Limits(0, 0, at_once=2))
    budget.take()
    budget.take()
    assert budget.wait(0.0) == inf
    budget.end(0.0)
    assert budget.wait(0.0) == 0.0


def test_a_call_holds_its_place_until_its_answer_for_it_may_arrive_as_late() -> None:
    budget = Budget(Limits(1, 0))
    budget.take()
    assert budget.wait(4.0) == inf
    budget.end(4.5)
    assert budget.wait(5.0) == pytest.approx(0.51)


def test_a_call_that_never_left_costs_nothing() -> None:
    budget = Budget(Limits(1, 1, at_once=1))
    budget.take()
    budget.drop()
    assert budget.wait(0.0) == 0.0


Refusals = list[tuple[float, float, float | None, float]]


@pytest.mark.parametrize(
    "refusals",  # sent at, answered at, asked for; then the pause
    [
        pytest.param([(0.0, 0.1, None, 1.0)], id="default"),
        pytest.param([(0.0, 0.1, 7.0, 7.0)], id="asked"),
        pytest.param([(0.0, 0.1, 0.0, 0.0)], id="asked for nothing"),
        pytest.param([(0.0, 0.1, None, 1.0), (0.0, 0.2, None, 1.0)], id="one burst, one step"),
        pytest.param([(0.0, 0.1, None, 1.0), (2.0, 2.1, None, 2.0)], id="doubled"),
        pytest.param([(0.0, 0.1, 9.0, 9.0), (0.0, 1.1, 2.0, 8.0)], id="the longer pause stays"),
    ],
)
def test_refusals(refusals: Refusals) -> None:
    budget = Budget(Limits(0, 0))
    for sent_at, now, asked, pause in refusals:
        got = budget.refused(now, sent_at=sent_at, asked=asked)
        assert got == pytest.approx(pause)
        assert budget.wait(now) == pytest.approx(pause)
        assert budget.wait(now + pause) <= 0.001


def test_unasked_pauses_double_up_to_a_minute() -> None:
    budget = Budget(Limits(0, 0))
    pauses = [budget.refused(100.0 * n, sent_at=100.0 * n, asked=None) for n in range(2000)]
    assert pauses[:8] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert set(pauses[8:]) == {60.0}


def test_a_wait_is_long_enough_for_the_clock_to_move() -> None:
    budget = Budget(Limits(0, 0))
    budget.refused(1e6, sent_at=1e6, asked=1.0)
    assert budget.wait(nextafter(1e6 + 1, 0)) == 0.001


def test_pauses_start_small_again_after_a_call_sent_since_was_taken() -> None:
    budget = Budget(Limits(0, 0))
    budget.refused(0.0, sent_at=0.0, asked=None)
    budget.refused(2.0, sent_at=1.5, asked=None)
    budget.welcomed(sent_at=1.0)
    assert budget.refused(5.0, sent_at=4.5, asked=None) == 4.0
    budget.welcomed(sent_at=10.0)
    assert budget.refused(11.0, sent_at=10.5, asked=None) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Limits(-1, 0),
        lambda: Limits(0, -1),
        lambda: Limits(1, 1, at_once=0),
        lambda: Limits(1, 1, answer_bytes=0),
        lambda: Limits(1, 1, connect_seconds=0),
        lambda: Limits(1, 1, deadline_seconds=5, connect_seconds=5),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(wrong: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"limits|connect_seconds"):
        wrong()


class AnySchedule(RuleBasedStateMachine):
    """Calls taken, arriving, lost, ended and refused in any order, at any pace: between its being
    taken and its answer a call may be kept for as long as anybody likes, by us or by the network.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits = Limits(3, 7, at_once=4)
        self.budget = Budget(self.limits)
        self.now = 0.0
        self.on_its_way = self.there = 0
        self.arrivals: list[float] = []
        self.silent_until = 0.0

    @rule(seconds=st.floats(0, 2) | st.floats(0, 70))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.budget.wait(self.now) < inf)
    @rule()
    def patience_pays(self) -> None:
        for _ in range(3):
            self.now += self.budget.wait(self.now)
        assert self.budget.wait(self.now) == 0.0

    @precondition(lambda self: self.budget.wait(self.now) == 0)
    @rule()
    def take(self) -> None:
        assert self.now >= self.silent_until - 1e-6
        self.budget.take()
        self.on_its_way += 1

    @precondition(lambda self: self.on_its_way)
    @rule()
    def arrive(self) -> None:
        self.arrivals.append(self.now)
        self.on_its_way -= 1
        self.there += 1

    @precondition(lambda self: self.on_its_way)
    @rule()
    def lose(self) -> None:
        self.budget.drop()
        self.on_its_way -= 1

    @precondition(lambda self: self.there)
    @rule()
    def end(self) -> None:
        self.budget.end(self.now)
        self.there -= 1

    @precondition(lambda self: self.there)
    @rule(asked=st.none() | st.floats(0, 100))
    def refuse(self, asked: float | None) -> None:
        self.silent_until = self.now + self.budget.refused(
            self.now, sent_at=self.arrivals[-1], asked=asked
        )

    @invariant()
    def no_window_holds_too_many(self) -> None:
        for seconds, limit in ((1.0, 3), (60.0, 7)):
            newest, first_that_must_be_out = self.arrivals[limit:], self.arrivals[:-limit]
            pairs = zip(first_that_must_be_out, newest, strict=True)
            assert all(later - earlier > seconds for earlier, later in pairs)

    @invariant()
    def never_too_many_at_once(self) -> None:
        assert self.on_its_way + self.there <= 4

    @invariant()
    def only_calls_under_way_can_block_without_end(self) -> None:
        if not self.on_its_way and not self.there:
            assert self.budget.wait(self.now) < inf


TestAnySchedule = AnySchedule.TestCase
TestAnySchedule.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
