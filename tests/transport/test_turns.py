"""Who goes next: order, limits and cancellation, on a clock that is ours."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.exchange import Priority
from bridge.transport.budget import Budget, Limits
from bridge.transport.turns import Turn, Turns


class VirtualTime:
    """Moves to the next sleeper when everybody else has come to rest."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def run(self, *work: Awaitable[Any]) -> None:
        tasks = [asyncio.ensure_future(each) for each in work]
        await settle()
        while self._sleepers:
            self.now, _, woken = heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await settle()
        stuck = [task for task in tasks if not task.done()]
        assert not stuck, "everybody sleeps and nobody will be woken"
        for task in tasks:
            task.result()


async def settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


def queue(limits: Limits) -> tuple[VirtualTime, Turns]:
    time = VirtualTime()
    return time, Turns(Budget(limits), time.clock, time.sleep)


def call(turn: Turn) -> None:
    turn.sent()
    turn.end()


async def test_no_limits_no_trip_through_the_event_loop() -> None:
    _, turns = queue(Limits(0, 0))
    for _ in range(100):
        step = turns.take(Priority.SWEEP)
        with pytest.raises(StopIteration) as done:
            step.send(None)
        call(done.value.value)


async def test_a_line_moves_as_fast_as_the_limit_allows() -> None:
    time, turns = queue(Limits(2, 0))
    sends = []

    async def one() -> None:
        call(await turns.take(Priority.ORDER))
        sends.append(time.now)

    await time.run(*(one() for _ in range(6)))
    assert sends == pytest.approx([0.0, 0.0, 1.01, 1.01, 2.02, 2.02])


async def test_the_most_harmful_wait_ends_first_then_the_longest() -> None:
    time, turns = queue(Limits(1, 0))
    went = []

    async def one(name: str, priority: Priority) -> None:
        turn = await turns.take(priority)
        went.append(name)
        call(turn)

    await time.run(
        one("first come", Priority.SWEEP),
        one("sweep", Priority.SWEEP),
        one("rising", Priority.RISING_STOCK),
        one("order 1", Priority.ORDER),
        one("falling", Priority.FALLING_STOCK),
        one("order 2", Priority.ORDER),
    )
    assert went == ["first come", "order 1", "order 2", "falling", "rising", "sweep"]


async def test_a_free_budget_does_not_let_anyone_past_the_line() -> None:
    time, turns = queue(Limits(0, 0, at_once=1))
    holder = await turns.take(Priority.ORDER)
    went: list[str] = []

    async def one(name: str) -> None:
        turn = await turns.take(Priority.ORDER)
        went.append(name)
        call(turn)

    first = asyncio.create_task(one("first"))
    await settle()
    call(holder)  # granted to `first`, which has not run yet
    await time.run(one("second"), first)
    assert went == ["first", "second"]


async def test_whoever_gives_up_waiting_leaves_the_line() -> None:
    _, turns = queue(Limits(0, 0, at_once=1))
    holder = await turns.take(Priority.ORDER)
    waiting = [asyncio.create_task(turns.take(Priority.ORDER)) for _ in range(3)]
    await settle()
    assert turns.waiting == 3
    waiting[0].cancel()
    await settle()
    assert turns.waiting == 2
    call(holder)
    await settle()
    call(waiting[1].result())
    await settle()
    call(waiting[2].result())
    assert turns.waiting == 0
    assert waiting[0].cancelled()


async def test_a_turn_granted_to_someone_cancelled_meanwhile_goes_to_the_next() -> None:
    _, turns = queue(Limits(0, 0, at_once=1))
    holder = await turns.take(Priority.ORDER)
    late, following = (asyncio.create_task(turns.take(Priority.ORDER)) for _ in range(2))
    await settle()
    call(holder)
    late.cancel()
    await settle()
    assert late.cancelled()
    call(following.result())


async def test_nothing_is_left_running_when_the_last_in_line_gives_up() -> None:
    _, turns = queue(Limits(1, 0))
    call(await turns.take(Priority.ORDER))
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    assert len(asyncio.all_tasks() - before) == 2
    waiting.cancel()
    await settle()
    assert asyncio.all_tasks() == before


async def test_a_call_that_never_left_makes_room_at_once() -> None:
    _, turns = queue(Limits(0, 1))
    holder = await turns.take(Priority.ORDER)
    waiting = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    holder.end()
    await settle()
    call(waiting.result())


async def test_a_shorter_wait_wakes_the_line_earlier() -> None:
    # The first leaves the minute after 60 s; but the second turns out never to have been sent.
    time, turns = queue(Limits(0, 2))
    call(await turns.take(Priority.ORDER))
    second = await turns.take(Priority.ORDER)
    waiting = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    second.end()
    await settle()
    assert time.now == 0.0
    call(waiting.result())


async def test_an_alarm_set_for_later_is_set_anew_when_the_wait_gets_shorter() -> None:
    time = VirtualTime()
    budget = Budget(Limits(0, 2))
    turns = Turns(budget, time.clock, time.sleep)
    call(await turns.take(Priority.ORDER))
    second = await turns.take(Priority.ORDER)
    waiting = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()  # until the first leaves the minute
    budget.refused(time.now, sent_at=time.now, asked=5.0)
    second.end()  # never sent: now only the pause stands in the way
    granted: list[float] = []
    waiting.add_done_callback(lambda _: granted.append(time.now))
    await time.run(waiting)
    assert granted == [5.0]
    call(waiting.result())


async def test_a_call_under_way_holds_its_place_for_nobody_knows_when_it_arrives() -> None:
    time, turns = queue(Limits(1, 0))
    under_way = await turns.take(Priority.ORDER)
    waiting = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    under_way.sent()
    time.now = 3.0
    under_way.end()
    await time.run(waiting)
    assert time.now == pytest.approx(4.01)
    call(waiting.result())


async def test_nobody_slips_in_between_the_budget_being_free_and_the_line_waking_up() -> None:
    time, turns = queue(Limits(1, 0))
    call(await turns.take(Priority.ORDER))
    first = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    time.now += 2
    late = asyncio.create_task(turns.take(Priority.ORDER))
    await settle()
    assert (first.done(), late.done()) == (True, False)
    call(first.result())
    await time.run(late)
    call(late.result())


@dataclass(frozen=True)
class Plan:
    priority: Priority
    arrives: float
    connects: float
    lasts: float
    is_sent: bool
    delayed: float
    """The part of its time under way that passes before the vendor sees it."""


PLANS = st.lists(
    st.builds(
        Plan,
        priority=st.sampled_from(Priority),
        arrives=st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, 61.0]),
        connects=st.sampled_from([0.0, 0.3, 5.0]),
        lasts=st.sampled_from([0.0, 0.2, 1.1, 20.0]),
        is_sent=st.booleans() | st.just(value=True),
        delayed=st.sampled_from([0.0, 0.5, 1.0]),
    ),
    max_size=40,
)


@given(plans=PLANS)
@settings(deadline=None, max_examples=150)
def test_whatever_comes_all_go_in_order_and_within_the_limits(plans: list[Plan]) -> None:
    asyncio.run(play(plans, Limits(3, 8, at_once=4)))


async def play(plans: list[Plan], limits: Limits) -> None:
    time, turns = queue(limits)
    line: list[tuple[Priority, int]] = []
    seen: list[float] = []
    under_way = 0
    arrivals: Callable[[], int] = count().__next__

    async def one(plan: Plan) -> None:
        nonlocal under_way
        await time.sleep(plan.arrives)
        place = (plan.priority, arrivals())
        line.append(place)
        turn = await turns.take(plan.priority)
        assert place == min(line) or not turns.waiting
        line.remove(place)
        under_way += 1
        assert under_way <= limits.at_once
        await time.sleep(plan.connects)
        if plan.is_sent:
            turn.sent()
            await time.sleep(plan.lasts * plan.delayed)
            seen.append(time.now)
            await time.sleep(plan.lasts * (1 - plan.delayed))
        under_way -= 1
        turn.end()

    await time.run(*(one(plan) for plan in plans))
    assert not line
    assert all(later - first > 1 for first, later in zip(seen, seen[3:], strict=False))
    assert all(later - first > 60 for first, later in zip(seen, seen[8:], strict=False))


async def test_the_proof_leaves_half_of_each_limit_to_orders() -> None:
    time, turns = queue(Limits(10, 0))
    sends: list[tuple[Priority, float]] = []

    async def one(priority: Priority) -> None:
        call(await turns.take(priority))
        sends.append((priority, time.now))

    async def a_burst() -> None:
        await time.sleep(0.5)
        await asyncio.gather(*(one(Priority.ORDER) for _ in range(5)))

    async def a_proof() -> None:
        for _ in range(20):
            await one(Priority.PROOF)

    await time.run(a_proof(), a_burst())
    assert [at for priority, at in sends if priority is Priority.ORDER] == [0.5] * 5
    proofs = [at for priority, at in sends if priority is Priority.PROOF]
    assert len(proofs) == 20
    assert proofs[4] == 0 < proofs[5]


async def test_a_proof_that_waits_lets_an_order_by() -> None:
    time, turns = queue(Limits(2, 0))
    order: list[str] = []

    async def one(name: str, priority: Priority) -> None:
        call(await turns.take(priority))
        order.append(name)

    await time.run(
        one("a proof", Priority.PROOF), one("another", Priority.PROOF), one("order", Priority.ORDER)
    )
    assert order == ["a proof", "order", "another"]
