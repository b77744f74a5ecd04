"""Several owners of one budget: each has its turn, sweeps have a part, no window is exceeded."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transport.test_turns import VirtualTime, call, settle

from bridge.exchange import Priority
from bridge.transport.budget import Budget, Limits
from bridge.transport.turns import Turn, Turns

LIMITS = Limits(5, 20)


def shared(limits: Limits = LIMITS) -> tuple[VirtualTime, Turns]:
    time = VirtualTime()
    turns = Turns(Budget(limits), time.clock, time.sleep)
    turns.share(Budget(limits.part(5)))
    return time, turns


def test_a_part_of_the_limits() -> None:
    assert Limits(10, 600).part(5) == Limits(2, 120)
    assert Limits(3, 0).part(5) == Limits(1, 0), "one call at least; what is lifted stays so"


async def test_owners_have_their_turns_in_turn() -> None:
    time, turns = shared(Limits(1, 0))
    went: list[str] = []

    async def one(owner: str) -> None:
        call(await turns.take(Priority.ORDER, owner))
        went.append(owner)

    await time.run(*(one(owner) for owner in "aaaaabbc"))
    assert "".join(went) == "aabcabaa", "the first waited for nothing"


async def test_who_comes_late_is_not_behind_all_that_came_before() -> None:
    time, turns = shared(Limits(1, 0))
    went: list[str] = []

    async def one(owner: str, after: float) -> None:
        await time.sleep(after)
        call(await turns.take(Priority.ORDER, owner))
        went.append(owner)

    await time.run(*(one("a", 0.0) for _ in range(9)), one("b", 4.0))
    assert went.index("b") <= 5


async def test_what_is_urgent_goes_before_anybodys_turn() -> None:
    time, turns = shared(Limits(1, 0))
    went: list[str] = []

    async def one(owner: str, priority: Priority) -> None:
        call(await turns.take(priority, owner))
        went.append(owner)

    sweeps = (one("sweep", Priority.SWEEP) for _ in range(3))
    await time.run(*sweeps, *(one("order", Priority.ORDER) for _ in range(3)))
    assert went == ["sweep", "order", "order", "order", "sweep", "sweep"]


async def test_sweeps_take_their_part_and_orders_the_rest() -> None:
    time, turns = shared(Limits(10, 0))
    sent: list[float] = []

    async def one() -> None:
        call(await turns.take(Priority.SWEEP, "a"))
        sent.append(time.now)

    await time.run(*(one() for _ in range(6)))
    assert sent == pytest.approx([0, 0, 1.01, 1.01, 2.02, 2.02])


async def test_a_call_from_before_the_sharing_takes_nothing_of_the_part() -> None:
    time = VirtualTime()
    turns = Turns(Budget(LIMITS), time.clock, time.sleep)
    before = await turns.take(Priority.SWEEP)
    turns.share(Budget(LIMITS.part(5)))
    call(before)
    turn = turns.take_now(Priority.SWEEP)
    assert turn is not None
    assert turns.take_now(Priority.SWEEP) is None
    call(turn)


@dataclass(frozen=True)
class Plan:
    owner: str
    priority: Priority
    arrives: float
    lasts: float


PLANS = st.lists(
    st.builds(
        Plan,
        owner=st.sampled_from("abcd"),
        priority=st.sampled_from([Priority.ORDER, Priority.RISING_STOCK, Priority.SWEEP]),
        arrives=st.sampled_from([0.0, 0.1, 1.0, 3.0, 61.0]),
        lasts=st.sampled_from([0.0, 0.2, 2.0]),
    ),
    max_size=40,
)


@given(plans=PLANS)
@settings(deadline=None, max_examples=100)
def test_no_schedule_exceeds_a_window_and_none_waits_longer_than_its_share(
    plans: list[Plan],
) -> None:
    asyncio.run(play(plans))


async def play(plans: list[Plan]) -> None:
    time, turns = shared()
    sent: list[tuple[float, Plan]] = []
    waits: list[tuple[Plan, int]] = []

    async def one(plan: Plan) -> None:
        await time.sleep(plan.arrives)
        turn: Turn = await turns.take(plan.priority, plan.owner)
        turn.sent()
        same = [each for _, each in sent if each.priority is plan.priority]
        waits.append((plan, sum(each.owner != plan.owner for each in same)))
        sent.append((time.now, plan))
        await time.sleep(plan.lasts)
        turn.end()

    await time.run(*map(one, plans))
    await settle()
    assert len(sent) == len(plans), "nobody is left"
    for limits, which in ((LIMITS, sent), (LIMITS.part(5), _sweeps(sent))):
        for seconds, most in ((1.0, limits.per_second), (60.0, limits.per_minute)):
            for at, _ in which:
                assert sum(at <= other < at + seconds for other, _ in which) <= most
    if all(plan.arrives == 0.0 for plan in plans):
        _in_turn(plans, waits)


def _sweeps(sent: list[tuple[float, Plan]]) -> list[tuple[float, Plan]]:
    return [(at, plan) for at, plan in sent if plan.priority is Priority.SWEEP]


def _in_turn(plans: list[Plan], waits: list[tuple[Plan, int]]) -> None:
    """An owner's n-th call waits for at most n of each other owner's, and those at first that
    waited for nothing.
    """
    for priority in {plan.priority for plan in plans}:
        count: dict[str, int] = {}
        others = len({plan.owner for plan in plans if plan.priority is priority}) - 1
        for plan, before in waits:
            if plan.priority is priority:
                count[plan.owner] = count.get(plan.owner, 0) + 1
                assert before <= count[plan.owner] * others + LIMITS.per_second
