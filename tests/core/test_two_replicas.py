"""The loop of an order as a model, with a second replica that takes over at every single point.

The first one is stopped wherever it stands: between two steps, between the intent and the call, in
front of the wire; also after one fault, and anywhere in an order's whole life. The second one works
to the end of the order, or only for some steps. Then the first goes on with what it remembers. What
it writes bears an outdated fence and is refused; what it is about to send is asked for right before
the wire. What it had sent already may still arrive, as late as a call may take. PharmaOne repeats
what it is sent twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from core.test_every_schedule import (
    FAULTS,
    GOOD,
    POLICIES,
    World,
    arrive,
    intend,
    intend_claim,
    judge,
    judge_life,
    look_again,
    run,
    step,
    view,
)
from words import WORDS
from worlds import changed

from bridge.core.leases import DEAD_SECONDS, held_until, may_call
from bridge.core.orders.decide import next_step
from bridge.core.steps import Cancel, Complete, Done, SetStatus, Stuck, Submit, Wait
from bridge.transport.budget import Limits

SENDING = Submit | SetStatus | Complete | Cancel
SEEN_BY_ALL = (
    "now", "status", "requests", "submissions", "approved", "there", "flags", "script",
    "completions", "cancellations", "disk", "statuses",
)  # fmt: skip


def points(world: World) -> Iterator[tuple[World, object]]:
    """Each moment at which the first replica may be stopped, after as many faults as the world has
    left: what it knows then, and what it is about to send, None between two steps.
    """
    ahead = [world]
    while ahead:
        here = ahead.pop()
        if here.ending is not None:
            continue
        decided = next_step(view(here))
        yield here, None
        if isinstance(decided, SENDING):
            held = intend(here) if isinstance(decided, Submit) else intend_claim(here, decided)
            yield held, decided
        ahead.extend(step(here, FAULTS))


def second(stopped: World, after: float = DEAD_SECONDS) -> Iterator[World]:
    """What the second one makes of it, which has the store and nothing else: all, or some of it."""
    begun = stopped.now + timedelta(seconds=after)
    alone = changed(stopped, now=begun, ending=None, faults_left=0)
    world = look_again(alone)
    for _ in range(60):
        yield world
        if world.ending is not None:
            return
        (world,) = step(world, ())
    raise AssertionError("no end in sight")


def resumed(stopped: World, decided: object, meanwhile: World, *, asks: bool) -> World:
    """The first one goes on: it remembers what it did, and finds both vendors as they are by now.
    Its fence is outdated, so the store stays as the second one left it.
    """
    world = changed(stopped, **{name: getattr(meanwhile, name) for name in SEEN_BY_ALL})
    lease_ends, now = held_until(stopped.now.timestamp()), meanwhile.now.timestamp()
    if decided is not None and not (asks and not may_call(lease_ends, now)):
        world = arrive(world, decided)
    return changed(meanwhile, **{name: getattr(world, name) for name in SEEN_BY_ALL[1:]})


def takes(world: World, decided: object) -> bool:
    """Whether the vendor carries out what comes so late, or refuses it."""
    match decided:
        case SetStatus() | Complete():
            return decided.word in world.words.rxscale.steps.get(world.status, ())
        case Cancel():
            return world.there in world.words.pharmaone.steps and not world.flags
    return True


def late(world: World, after: float = DEAD_SECONDS) -> Iterator[World]:
    """Every end where what the first had sent arrives while the second works."""
    for stopped, decided in points(world):
        for meanwhile in second(stopped, after) if decided is not None else ():
            in_time = (meanwhile.now - stopped.now).total_seconds() <= Limits(0, 0).deadline_seconds
            if in_time and meanwhile.ending is None and takes(meanwhile, decided):
                yield to_its_end(arrive(meanwhile, decided))


def to_its_end(world: World) -> World:
    """By the second alone; what the vendor refuses meanwhile is looked at again."""
    while world.ending is None:
        decided = next_step(view(world))
        if isinstance(decided, SENDING) and not takes(world, decided):
            world = look_again(world)
        else:
            (world,) = step(world, ())
    return world


def endings(world: World, *, asks: bool) -> Iterator[World]:
    """Every order of events with one such stop: at the end the second one has settled it."""
    for stopped, decided in points(world):
        for meanwhile in second(stopped):
            both = resumed(stopped, decided, meanwhile, asks=asks)
            if both.ending is not None:
                yield both
            else:
                yield from run(replace(both, faults_left=0))


def of(policy: str, **about: object) -> World:
    return World(WORDS, "waiting for pharmacy", POLICIES[policy], **about)


WORLDS = [
    of(policy, approved=approved, idempotent=False, faults_left=0)
    for policy in POLICIES
    for approved in (False, True)
]
LIVES = [
    of("repeat", script=script, idempotent=False, faults_left=0)
    for script in (
        GOOD,
        ("approve", "shipped", "picked_up", "pharmaone:completed"),
        ("approve", "pharmaone:cancelled"),
        ("approve", "rxscale:cancelled"),
    )
]


@pytest.mark.parametrize("world", WORLDS)
def test_however_two_replicas_take_turns_there_is_one_order_request(world: World):
    seen = 0
    for ended in endings(world, asks=True):
        assert ended.submissions <= 1 or world.policy.repeat_unsure
        assert ended.requests <= 1, "a second order-request"
        assert isinstance(ended.ending, Wait | Done | Stuck)
        judge(ended)
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("approved", [False, True])
def test_after_a_fault_of_the_first_too(approved: bool):
    """Where PharmaOne knows a repeated reference: what it holds cannot be read until approved."""
    for ended in endings(of("repeat", approved=approved, faults_left=1), asks=True):
        judge(ended)


@pytest.mark.parametrize("world", LIVES)
def test_nothing_is_done_twice_in_an_orders_life(world: World):
    seen = 0
    for ended in endings(world, asks=True):
        judge_life(ended)
        assert isinstance(ended.ending, Done)
        seen += 1
    assert seen > 200


@pytest.mark.parametrize("after", [0.0, DEAD_SECONDS])
@pytest.mark.parametrize("world", [WORLDS[1], *(changed(each, idempotent=True) for each in LIVES)])
def test_what_arrives_late_is_found_and_not_sent_again(world: World, after: float):
    """What is approved is found; before, PharmaOne has to know the reference. One that was killed
    is followed at once, where that is seen.
    """
    ends = list(late(world, after))
    assert ends
    for ended in ends:
        judge_life(ended)


def test_with_less_grace_than_a_call_may_take_it_finds_the_double():
    hasty = changed(WORLDS[1], policy=replace(POLICIES["repeat"], grace=timedelta(seconds=5)))
    assert max(ended.requests for ended in late(hasty)) == 2


def test_without_the_question_before_the_wire_it_finds_the_second_order_request():
    found = [
        both
        for stopped, decided in points(WORLDS[0])
        if isinstance(decided, Submit)
        for meanwhile in second(stopped)
        if (both := resumed(stopped, decided, meanwhile, asks=False)).requests > 1
    ]
    assert found, "the model cannot see what the question is for"


def test_without_the_question_before_the_wire_it_finds_the_second_claim():
    with pytest.raises(AssertionError, match="illegal"):
        list(endings(WORLDS[0], asks=False))


@pytest.mark.parametrize("kind", [SetStatus, Complete])
def test_without_the_question_before_the_wire_a_life_goes_wrong(kind: type):
    with pytest.raises(AssertionError, match="illegal"):
        for stopped, decided in points(LIVES[0]):
            for meanwhile in second(stopped) if isinstance(decided, kind) else ():
                resumed(stopped, decided, meanwhile, asks=False)
