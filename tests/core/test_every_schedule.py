"""The whole loop as a model, run through every schedule of up to three faults.

A fault can strike each call the loop makes: it is not sent, its answer is lost, the process dies
before it, or dies after it. Between calls the world may move too: staff approve, RxScale cancels.
The walk visits every combination and holds each ending against what a pharmacy may demand:
exactly one order-request, or none and a true reason; and only legal steps at RxScale.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, LEGACY, PHARMAONE

from bridge.core import remember
from bridge.core.lifecycle import Vocabulary
from bridge.core.model import (
    Draft,
    Link,
    OrderId,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
)
from bridge.core.orders import next_step
from bridge.core.steps import (
    Adopt,
    Done,
    Find,
    Look,
    Policy,
    Search,
    SetStatus,
    Stuck,
    Submit,
    View,
    Wait,
)

UID = PharmacyOrderUid("po-1")
START = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
DRAFT = Draft({"items": []})
FAULTS = ("not sent", "answer lost", "crash before", "crash after")
MOST_LOOKS = 40


@dataclass(frozen=True)
class World:
    """Both vendors, the disk and the process's memory, at one moment."""

    vocabulary: Vocabulary
    status: str
    policy: Policy
    idempotent: bool = True
    now: datetime = START
    requests: int = 0
    submissions: int = 0
    approved: bool = False
    disk: Link = field(default_factory=lambda: Link(UID, START))
    link: Link = field(default_factory=lambda: Link(UID, START))
    order: PharmacyOrder | None = None
    p1_order: P1Order | None = None
    search: Search | None = None
    faults_left: int = 3
    looks: int = 0
    statuses: tuple[str, ...] = ()
    ending: Wait | Stuck | Done | None = None


def run(world: World) -> Iterator[World]:
    """Every world this one can end in."""
    ahead = [world]
    while ahead:
        here = ahead.pop()
        if here.ending is not None:
            yield here
            continue
        ahead.extend(step(here))


def step(world: World) -> list[World]:
    decided = next_step(view(world))
    if isinstance(decided, Wait | Stuck | Done):
        return [rest(world, decided)]
    outcomes = [succeed(world, decided)]
    if world.faults_left:
        struck = replace(world, faults_left=world.faults_left - 1)
        outcomes += [strike(struck, decided, fault) for fault in FAULTS if callable_step(decided)]
    return outcomes


def view(world: World) -> View:
    return View(
        now=world.now,
        link=world.link,
        policy=world.policy,
        rxscale=world.vocabulary,
        pharmaone=PHARMAONE,
        order=world.order,
        draft=DRAFT,
        p1_order=world.p1_order,
        search=world.search,
    )


def callable_step(decided) -> bool:
    return not isinstance(decided, Adopt)


def rest(world: World, ending: Wait | Stuck | Done) -> World:
    """The look ends; if it waits for a time, that time comes."""
    settled = remember.done(world.link, world.now) if isinstance(ending, Done) else world.link
    world = replace(world, link=settled, disk=settled)
    if isinstance(ending, Wait) and ending.until is not None:
        return look_again(replace(world, now=ending.until))
    return replace(world, ending=ending)


def look_again(world: World) -> World:
    """A new look begins with what the disk remembers; whatever was only in memory is gone."""
    assert world.looks < MOST_LOOKS, "no end in sight"
    return replace(
        world,
        link=remember.after_crash(world.disk, world.now),
        order=None,
        p1_order=None,
        search=None,
        looks=world.looks + 1,
        now=world.now + timedelta(seconds=1),
    )


def succeed(world: World, decided) -> World:
    now = world.now + timedelta(milliseconds=100)
    world = replace(world, now=now)
    match decided:
        case Look():
            order = PharmacyOrder(UID, world.status, now)
            link = remember.seen(world.link, order, world.vocabulary)
            return replace(world, order=order, link=link)
        case Find():
            began_at = max(now, decided.since)
            found = the_order(world)
            search = Search(began_at)
            link = remember.searched(world.link, search, found)
            return replace(world, search=search, p1_order=found, link=link)
        case Adopt():
            return replace(world, link=remember.adopted(world.link, decided.order))
        case Submit():
            world = arrive(intend(world), decided)
            link = remember.submitted(world.link, OrderRequestId("req-1"), now)
            return replace(world, link=link, disk=link)
        case SetStatus():
            return believe(arrive(world, decided), decided)
    raise AssertionError(decided)


def intend(world: World) -> World:
    link = remember.intended(world.link, world.now, "v1")
    return replace(world, link=link, disk=link)


def believe(world: World, decided: SetStatus) -> World:
    assert world.order is not None
    order = replace(world.order, status=decided.word, seen_at=world.now)
    link = remember.status_set(world.link, order, decided, world.vocabulary)
    return replace(world, order=order, link=link)


def arrive(world: World, decided) -> World:
    """The vendor carries the call out."""
    match decided:
        case Submit():
            twice = world.requests and not world.idempotent
            requests = world.requests + 1 if twice else max(world.requests, 1)
            return replace(world, requests=requests, submissions=world.submissions + 1)
        case SetStatus():
            allowed = world.vocabulary.steps[world.status]
            assert decided.word in allowed, f"illegal: {world.status} -> {decided.word}"
            statuses = (*world.statuses, decided.word)
            return replace(world, status=decided.word, statuses=statuses)
    return world


def strike(world: World, decided, fault: str) -> World:
    submitting = isinstance(decided, Submit)
    before = world.link
    if submitting:
        world = intend(world)
    if fault in ("answer lost", "crash after"):
        world = arrive(world, decided)
    if fault.startswith("crash"):
        return look_again(world)
    if submitting:
        lost = remember.answer_lost(world.link, world.now)
        world = replace(world, link=lost if fault == "answer lost" else before)
    return look_again(replace(world, disk=world.link))


def the_order(world: World) -> P1Order | None:
    if not (world.approved and world.requests):
        return None
    return P1Order(OrderId("ORD_1"), "awaiting_packing", world.now, external_id=UID)


def judge(world: World) -> str:
    """What this ending is called; raises for one that must not be."""
    stuck = isinstance(world.ending, Stuck)
    if not world.idempotent and not stuck:
        assert world.requests <= 1, "a second order-request"
    if world.idempotent:
        assert world.requests <= 1
    if isinstance(world.ending, Wait):
        assert world.requests == 1, f"an order forgotten: {world.ending}"
        assert world.link.phase in (Phase.SUBMITTED, Phase.ADOPTED)
        return "under review" if world.link.phase is Phase.SUBMITTED else "adopted"
    if stuck:
        return f"stuck: {world.ending.note.code}"
    return "done"


POLICIES = {
    "repeat": Policy(grace=timedelta(seconds=30)),
    "ask": Policy(grace=timedelta(seconds=30), repeat_unsure=False),
}


def endings(world: World) -> Counter[str]:
    return Counter(judge(ended) for ended in run(world))


@pytest.mark.parametrize(
    ("vocabulary", "queue"), [(CURRENT, "waiting for pharmacy"), (LEGACY, "open")]
)
@pytest.mark.parametrize("approved", [False, True])
def test_repeat_always_ends_with_exactly_one_order_request(vocabulary, queue, approved):
    world = World(vocabulary, queue, POLICIES["repeat"], approved=approved)
    seen = endings(world)
    assert set(seen) <= {"under review", "adopted"}
    assert seen.total() > 500


def test_a_search_that_finds_the_order_saves_a_second_one_even_where_references_are_ignored():
    world = World(
        CURRENT, "waiting for pharmacy", POLICIES["repeat"], approved=True, idempotent=False
    )
    seen = endings(world)
    assert set(seen) <= {"under review", "adopted"}
    assert seen["adopted"]


@pytest.mark.parametrize("idempotent", [True, False])
def test_ask_never_sends_a_second_time_of_itself(idempotent):
    world = World(CURRENT, "waiting for pharmacy", POLICIES["ask"], idempotent=idempotent)
    for ended in run(world):
        judge(ended)
        assert ended.requests <= 1
        assert ended.submissions <= 1
    assert "stuck: unsure_submission" in endings(world)


def test_an_order_that_an_earlier_store_may_have_sent_is_searched_for_first():
    link = Link(UID, START, must_find=True)
    world = World(CURRENT, "pending review", POLICIES["repeat"], disk=link, link=link, requests=1)
    for ended in run(world):
        assert ended.requests == 1
        assert ended.submissions == 0
        assert judge(ended) == "stuck: cannot_know"
    adopted = endings(replace(world, approved=True))
    assert set(adopted) == {"adopted"}


def test_a_queued_order_of_a_first_start_is_searched_for_and_then_sent_once():
    link = Link(UID, START, must_find=True)
    world = World(CURRENT, "waiting for pharmacy", POLICIES["repeat"], disk=link, link=link)
    assert set(endings(world)) == {"under review"}


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_ended_before_we_began_is_done_and_nothing_is_sent(status):
    for ended in run(World(CURRENT, status, POLICIES["repeat"])):
        assert isinstance(ended.ending, Done)
        assert ended.submissions == 0
