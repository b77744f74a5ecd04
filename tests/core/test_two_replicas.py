"""The loop of an order as a model, with a second replica that takes over at every single point.

The first one is stopped wherever it stands: between two steps, between the intent and the call, in
front of the wire. The second one works to the end of the order, or only for some steps. Then the
first goes on with what it remembers. What it writes bears an outdated fence and is refused; what it
is about to send is asked for right before the wire. PharmaOne repeats what it is sent twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from core.test_every_schedule import (
    POLICIES,
    World,
    arrive,
    intend,
    intend_claim,
    judge,
    look_again,
    run,
    step,
    view,
)
from words import WORDS
from worlds import changed

from bridge.core.leases import DEAD_SECONDS, held_until, may_call
from bridge.core.orders import next_step
from bridge.core.steps import Cancel, Complete, Done, SetStatus, Stuck, Submit, Wait

SENDING = Submit | SetStatus | Complete | Cancel
SEEN_BY_ALL = (
    "now", "status", "requests", "submissions", "approved", "there", "flags", "script",
    "completions", "cancellations", "disk", "statuses",
)  # fmt: skip


def points(world: World) -> Iterator[tuple[World, object]]:
    """Each moment at which the first replica may be stopped: what it knows then, and what it is
    about to send, None between two steps.
    """
    for _ in range(60):
        decided = next_step(view(world))
        yield world, None
        if isinstance(decided, SENDING):
            held = intend(world) if isinstance(decided, Submit) else intend_claim(world, decided)
            yield held, decided
        (world,) = step(world, ())
        if world.ending is not None:
            return
    raise AssertionError("no end in sight")


def second(stopped: World) -> Iterator[World]:
    """What the second one makes of it, which has the store and nothing else: all, or some of it."""
    after = timedelta(seconds=DEAD_SECONDS)
    world = look_again(changed(stopped, now=stopped.now + after, ending=None))
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


def endings(world: World, *, asks: bool) -> Iterator[World]:
    """Every order of events with one such stop: at the end the second one has settled it."""
    for stopped, decided in points(world):
        for meanwhile in second(stopped):
            both = resumed(stopped, decided, meanwhile, asks=asks)
            if both.ending is not None:
                yield both
            else:
                yield from run(replace(both, faults_left=0))


WORLDS = [
    World(WORDS, "waiting for pharmacy", policy, approved=approved, idempotent=False)
    for policy in POLICIES.values()
    for approved in (False, True)
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
