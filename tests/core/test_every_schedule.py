"""The whole loop as a model, run through every schedule of up to three faults.

A fault can strike each call the loop makes: it is not sent, its answer is lost, the process dies
before it, or dies after it. Between calls the world may move too: staff approve, RxScale cancels.
The walk visits every combination and holds each ending against what a pharmacy may demand:
exactly one order-request, or none and a true reason; and only legal steps on both sides.

A `script` moves the world between looks: staff approve, pack and hand over, somebody cancels.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, LEGACY, WORDS
from worlds import changed

from bridge.core import remember
from bridge.core.lifecycle import Words
from bridge.core.model import (
    Draft,
    Flag,
    OrderId,
    OrderRecord,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, Policy, Search, Sight, View, meaning_of
from bridge.core.steps import (
    Adopt,
    Cancel,
    Complete,
    Done,
    Find,
    Look,
    LookAtPharmaOne,
    SetStatus,
    Stuck,
    Submit,
    Wait,
    Weigh,
)

UID = PharmacyOrderUid("po-1")
START = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
DRAFT = Draft({"items": []})
FAULTS = ("not sent", "answer lost", "crash before", "crash after")
MOST_LOOKS = 40


@dataclass(frozen=True)
class World:
    """Both vendors, the disk and the process's memory, at one moment."""

    words: Words
    status: str
    policy: Policy
    idempotent: bool = True
    now: datetime = START
    requests: int = 0
    submissions: int = 0
    approved: bool = False
    there: str = "awaiting_packing"
    """The word of PharmaOne's order, if there is one."""
    flags: frozenset[str] = frozenset()
    script: tuple[str, ...] = ()
    p1_looked_at: datetime | None = None
    completions: int = 0
    cancellations: int = 0
    disk: OrderRecord = field(default_factory=lambda: OrderRecord(UID, START))
    record: OrderRecord = field(default_factory=lambda: OrderRecord(UID, START))
    order: PharmacyOrder | None = None
    p1_order: P1Order | None = None
    search: Search | None = None
    company: Company | None = None
    gone: bool = False
    p1_gone: bool = False
    faults_left: int = 3
    looks: int = 0
    statuses: tuple[str, ...] = ()
    ending: Wait | Stuck | Done | None = None


def run(world: World, faults: tuple[str, ...] = FAULTS) -> Iterator[World]:
    """Every world this one can end in."""
    ahead = [world]
    while ahead:
        here = ahead.pop()
        if here.ending is not None:
            yield here
            continue
        ahead.extend(step(here, faults))


def step(world: World, faults: tuple[str, ...]) -> list[World]:
    decided = next_step(view(world))
    if isinstance(decided, Wait | Stuck | Done):
        return [rest(world, decided)]
    outcomes = [succeed(world, decided)]
    if world.faults_left:
        struck = changed(world, faults_left=world.faults_left - 1)
        outcomes += [strike(struck, decided, fault) for fault in faults if callable_step(decided)]
    return outcomes


def view(world: World) -> View:
    return View(
        now=world.now,
        policy=world.policy,
        words=world.words,
        sight=sight_of(world),
    )


def sight_of(world: World) -> Sight:
    return Sight(
        record=world.record,
        order=world.order,
        draft=DRAFT,
        p1_order=world.p1_order,
        p1_looked_at=world.p1_looked_at,
        tracking=() if world.p1_looked_at else None,
        search=world.search,
        company=world.company,
        gone=world.gone,
        p1_gone=world.p1_gone,
    )


def callable_step(decided) -> bool:
    return not isinstance(decided, Adopt | Weigh)


def rest(world: World, ending: Wait | Stuck | Done) -> World:
    """The look ends; if it waits for a time, that time comes."""
    settled = remember.done(world.record, world.now) if isinstance(ending, Done) else world.record
    world = changed(world, record=settled, disk=settled)
    if isinstance(ending, Wait) and (ending.failed or ending.until is not None):
        return look_again(changed(world, now=ending.until or world.now))
    if world.script:
        return look_again(happen(world))
    return changed(world, ending=ending)


def happen(world: World) -> World:
    """The next thing that people do, and then either vendor's word of it reaches us."""
    event, *rest = world.script
    world = changed(world, script=tuple(rest))
    match event:
        case "approve":
            return changed(world, approved=True)
        case "shipped" | "picked_up":
            return changed(world, flags=world.flags | {event})
        case "sweep":
            return world
        case "unflagged":
            return changed(world, flags=frozenset())
        case "reject":
            return changed(world, disk=replace(world.disk, rejected_at=world.now))
    vendor, _, word = event.partition(":")
    if vendor == "rxscale":
        return changed(world, status=word)
    return changed(world, there=word)


def look_again(world: World) -> World:
    """A new look begins with what the disk remembers; whatever was only in memory is gone."""
    assert world.looks < MOST_LOOKS, "no end in sight"
    return changed(
        world,
        record=remember.taken_up(world.disk, world.now),
        order=None,
        p1_order=None,
        p1_looked_at=None,
        search=None,
        company=None,
        gone=False,
        p1_gone=False,
        looks=world.looks + 1,
        now=world.now + timedelta(seconds=1),
    )


def succeed(world: World, decided) -> World:
    now = world.now + timedelta(milliseconds=100)
    world = changed(world, now=now)
    match decided:
        case Look():
            order = PharmacyOrder(UID, world.status, now)
            record = remember.seen(world.record, order, world.words.rxscale)
            learnt = the_order(world) if record.phase is not Phase.ADOPTED else world.p1_order
            return changed(world, order=order, record=record, p1_order=learnt)
        case LookAtPharmaOne():
            seen = the_order(world)
            assert seen is not None
            state = meaning_of(seen, world.words.pharmaone)
            record = remember.seen_there(world.record, seen, state and state[0])
            return changed(world, p1_order=seen, p1_looked_at=now, record=record)
        case Cancel():
            world = arrive(world, decided)
            record = remember.cancelled_there(world.record, now)
            return changed(world, p1_looked_at=None, record=record)
        case Find():
            began_at = max(now, decided.since)
            found = the_order(world)
            search = Search(began_at)
            record = remember.searched(world.record, search, found)
            return changed(world, search=search, p1_order=found, record=record)
        case Weigh():
            return changed(world, company=Company(world.now, same=1, open=1))
        case Adopt():
            return changed(world, record=remember.adopted(world.record, decided.order))
        case Submit():
            world = arrive(intend(world), decided)
            record = remember.submitted(world.record, OrderRequestId("req-1"), now)
            return changed(world, record=record, disk=record)
        case SetStatus() | Complete():
            return believe(arrive(intend_claim(world, decided), decided), decided)
    raise AssertionError(decided)


def intend(world: World) -> World:
    """What was written down with the claim is not written again."""
    record = remember.intended(world.record, world.now, "v1")
    disk = world.disk if remember.is_intended(record, world.disk) else record
    return changed(world, record=record, disk=disk)


def intend_claim(world: World, decided) -> World:
    """The intent to claim is on disk before RxScale's status is set."""
    if not (isinstance(decided, SetStatus) and decided.claims):
        return world
    record = remember.claiming(world.record, decided.word)
    disk = remember.intended(record, world.now, "v1") if decided.submits else record
    return replace(world, record=record, disk=disk)


def believe(world: World, decided: SetStatus | Complete) -> World:
    assert world.order is not None
    order = replace(world.order, status=decided.word, seen_at=world.now, is_believed=True)
    held = isinstance(decided, SetStatus) and decided.comment is not None
    record = remember.status_set(world.record, order, world.words.rxscale, held=held)
    return changed(world, order=order, record=record)


def arrive(world: World, decided) -> World:
    """The vendor carries the call out."""
    match decided:
        case Submit():
            claimed = world.status not in world.words.rxscale.queue
            assert claimed, "sent without a claim at RxScale"
            twice = world.requests and not world.idempotent
            requests = world.requests + 1 if twice else max(world.requests, 1)
            return changed(world, requests=requests, submissions=world.submissions + 1)
        case SetStatus() | Complete():
            allowed = world.words.rxscale.steps.get(world.status, ())
            assert decided.word in allowed, f"illegal: {world.status} -> {decided.word}"
            by_call = isinstance(decided, Complete)
            assert by_call is (decided.word in world.words.rxscale.calls), decided
            statuses = (*world.statuses, decided.word)
            completions = world.completions + by_call
            return changed(world, status=decided.word, statuses=statuses, completions=completions)
        case Cancel():
            assert world.there in world.words.pharmaone.steps, f"illegal: cancelling {world.there}"
            assert not world.flags, "cancelled after the handover"
            return changed(world, there=decided.word, cancellations=world.cancellations + 1)
    return world


def strike(world: World, decided, fault: str) -> World:
    submitting = isinstance(decided, Submit)
    if fault == "store lost":
        return look_again(replace(world, disk=OrderRecord(UID, world.now)))
    if fault == "no effect":
        return unheeded(world, decided)
    if fault == "denied":
        return denied(world, decided)
    before = world.record
    world = intend(world) if submitting else intend_claim(world, decided)
    if fault in ("answer lost", "crash after"):
        world = arrive(world, decided)
    if fault.startswith("crash"):
        return look_again(world)
    if submitting:
        lost = remember.answer_lost(world.record, world.now)
        world = changed(world, record=lost if fault == "answer lost" else before)
    return look_again(changed(world, disk=world.record))


def unheeded(world: World, decided) -> World:
    """The vendor says yes and does nothing."""
    match decided:
        case SetStatus(claims=False) | Complete():
            return believe(world, decided)
        case Cancel():
            record = remember.cancelled_there(world.record, world.now)
            return changed(world, p1_looked_at=None, record=record)
    return succeed(world, decided)


def denied(world: World, decided) -> World:
    """The vendor answers that there is no such order."""
    match decided:
        case Look():
            return changed(world, gone=True, record=remember.denied(world.record, world.now))
        case LookAtPharmaOne():
            record = remember.denied_there(world.record, world.now)
            return changed(world, p1_gone=True, record=record)
    return succeed(world, decided)


def the_order(world: World) -> P1Order | None:
    if not (world.approved and world.requests):
        return None
    return P1Order(
        OrderId("ORD_1"),
        world.there,
        world.now,
        external_id=UID,
        flags=frozenset(map(Flag, world.flags)),
    )


def judge(world: World) -> str:
    """What this ending is called; raises for one that must not be."""
    stuck = isinstance(world.ending, Stuck)
    if not world.idempotent and not stuck:
        assert world.requests <= 1, "a second order-request"
    if world.idempotent:
        assert world.requests <= 1
    if isinstance(world.ending, Wait):
        assert world.requests == 1, f"an order forgotten: {world.ending}"
        assert world.record.phase in (Phase.SUBMITTED, Phase.ADOPTED)
        return "under review" if world.record.phase is Phase.SUBMITTED else "adopted"
    if stuck:
        return f"stuck: {world.ending.reason.code}"
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
    world = World(replace(WORDS, rxscale=vocabulary), queue, POLICIES["repeat"], approved=approved)
    seen = endings(world)
    assert set(seen) <= {"under review", "adopted"}
    assert seen.total() > 500


def test_a_search_that_finds_the_order_saves_a_second_one_even_where_references_are_ignored():
    world = World(
        WORDS, "waiting for pharmacy", POLICIES["repeat"], approved=True, idempotent=False
    )
    seen = endings(world)
    assert set(seen) <= {"under review", "adopted"}
    assert seen["adopted"]


@pytest.mark.parametrize("idempotent", [True, False])
def test_ask_never_sends_a_second_time_of_itself(idempotent):
    world = World(WORDS, "waiting for pharmacy", POLICIES["ask"], idempotent=idempotent)
    for ended in run(world):
        judge(ended)
        assert ended.requests <= 1
        assert ended.submissions <= 1
    assert "stuck: unsure_submission" in endings(world)


def test_an_order_that_an_earlier_store_may_have_sent_is_searched_for_first():
    world = World(WORDS, "pending review", POLICIES["repeat"], requests=1)
    for ended in run(world):
        assert ended.requests == 1
        assert ended.submissions == 0
        assert judge(ended) == "stuck: cannot_know"
    adopted = endings(changed(world, approved=True))
    assert set(adopted) == {"adopted"}


@pytest.mark.parametrize(
    ("vocabulary", "queue"), [(CURRENT, "waiting for pharmacy"), (LEGACY, "open")]
)
@pytest.mark.parametrize("approved", [False, True])
def test_a_store_lost_at_any_moment_doubles_nothing(vocabulary, queue, approved):
    """Even where PharmaOne makes a second order-request of a repeated reference."""
    words = replace(WORDS, rxscale=vocabulary)
    world = World(words, queue, POLICIES["repeat"], approved=approved, idempotent=False)
    seen: Counter[str] = Counter()
    for ended in run(replace(world, faults_left=2), ("store lost",)):
        assert ended.requests <= 1
        seen[judge(ended)] += 1
    assert seen["stuck: cannot_know"]
    assert set(seen) <= {"under review", "adopted", "stuck: cannot_know"}


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_ended_before_we_began_is_done_and_nothing_is_sent(status):
    for ended in run(World(WORDS, status, POLICIES["repeat"])):
        assert isinstance(ended.ending, Done)
        assert ended.submissions == 0


# -- the whole life ---------------------------------------------------------------------------

GOOD = ("approve", "pharmaone:ready_pickup", "picked_up")


def lives(script: tuple[str, ...], vocabulary=CURRENT, queue="waiting for pharmacy", faults=2):
    world = World(
        replace(WORDS, rxscale=vocabulary),
        queue,
        POLICIES["repeat"],
        script=script,
        faults_left=faults,
    )
    ended = list(run(world))
    for each in ended:
        judge_life(each)
    return ended


def judge_life(world: World) -> None:
    """No second order-request, nothing completed or cancelled twice."""
    assert world.requests <= 1
    assert world.completions <= 1
    assert world.cancellations <= 1
    assert not (world.cancellations and "completed" in world.statuses)


@pytest.mark.parametrize(
    ("vocabulary", "queue", "way"),
    [
        (
            CURRENT,
            "waiting for pharmacy",
            ("pending review", "in-progress", "ready_for_pickup", "completed"),
        ),
        (LEGACY, "open", ("processing", "shipped")),
    ],
)
@pytest.mark.parametrize(
    "script",
    [
        GOOD,
        ("approve", "pharmaone:pending", "shipped"),
        ("approve", "shipped", "picked_up", "pharmaone:completed"),
    ],
)
def test_an_approved_order_goes_every_legal_step_to_its_end(vocabulary, queue, way, script):
    for ended in lives(script, vocabulary, queue):
        assert ended.statuses == way
        assert isinstance(ended.ending, Done)
        assert ended.record.phase is Phase.DONE


@pytest.mark.parametrize(
    "script", [GOOD, ("approve", "pharmaone:cancelled"), ("approve", "rxscale:cancelled")]
)
def test_an_order_that_is_denied_for_a_moment_ends_as_if_nothing_had_been(script):
    usual = {(each.status, each.there) for each in lives(script, faults=0)}
    world = World(WORDS, "waiting for pharmacy", POLICIES["repeat"], script=script, faults_left=3)
    for ended in run(world, ("denied",)):
        judge_life(ended)
        assert isinstance(ended.ending, Done)
        assert {(ended.status, ended.there)} == usual


@pytest.mark.parametrize(
    ("script", "ends"), [(GOOD, "completed"), (("approve", "rxscale:cancelled"), "cancelled")]
)
def test_a_store_lost_anywhere_in_an_orders_life_doubles_nothing(script, ends):
    """The next one searches, adopts what it finds and goes on; or it asks."""
    world = World(
        WORDS, "waiting for pharmacy", POLICIES["repeat"], script=script, idempotent=False
    )
    seen: Counter[str] = Counter()
    for ended in run(replace(world, faults_left=2), ("store lost",)):
        judge_life(ended)
        seen[f"{type(ended.ending).__name__} {ended.status}"] += 1
    assert seen[f"Done {ends}"]


def test_cancelled_at_rxscale_before_approval_is_stuck_and_frees_itself_when_rejected():
    for ended in lives(("rxscale:cancelled",)):
        assert isinstance(ended.ending, Stuck)
        assert ended.ending.reason.code == "cancelled_at_rxscale"
    for ended in lives(("rxscale:cancelled", "reject")):
        assert isinstance(ended.ending, Done)


@pytest.mark.parametrize("there", ["pending", "awaiting_packing", "ready_pickup"])
def test_cancelled_at_rxscale_cancels_pharmaones_order(there):
    for ended in lives(("approve", f"pharmaone:{there}", "rxscale:cancelled")):
        assert isinstance(ended.ending, Done)
        assert ended.there == "cancelled"
        assert ended.status == "cancelled"


def test_an_order_approved_after_its_cancellation_is_cancelled_too():
    for ended in lives(("rxscale:cancelled", "approve")):
        assert isinstance(ended.ending, Done)
        assert ended.there == "cancelled"


def test_cancelled_after_the_handover_is_for_a_person():
    script = ("approve", "pharmaone:ready_pickup", "picked_up", "rxscale:cancelled")
    for ended in lives(script):
        assert isinstance(ended.ending, Stuck)
        assert ended.ending.reason.code == "cancelled_after_handover"
        assert ended.cancellations == 0


def test_cancelled_at_pharmaone_is_cancelled_at_rxscale():
    for ended in lives(("approve", "pharmaone:cancelled")):
        assert isinstance(ended.ending, Done)
        assert ended.status == "cancelled"


def test_cancelled_on_both_sides_at_once_is_settled():
    both = World(
        WORDS,
        "waiting for pharmacy",
        POLICIES["repeat"],
        script=("approve", "pharmaone:cancelled", "rxscale:cancelled"),
    )
    for ended in run(replace(both, faults_left=2)):
        judge_life(ended)
        assert isinstance(ended.ending, Done)
        assert ended.cancellations == 0


def test_a_rejected_request_is_for_a_person_unless_the_file_says_otherwise():
    for ended in lives(("reject",)):
        assert isinstance(ended.ending, Stuck)
        assert ended.ending.reason.code == "rejected_in_pharmaone"


def test_somebody_elses_hold_is_waited_out_and_the_way_goes_on_from_there():
    script = ("approve", "rxscale:on-hold", "pharmaone:ready_pickup", "rxscale:in-progress")
    for ended in lives(script):
        assert ended.status == "ready_for_pickup"


def test_completed_by_hand_at_rxscale_ends_when_pharmaone_ends_and_not_before():
    for ended in lives(("approve", "rxscale:completed")):
        assert isinstance(ended.ending, Wait)
        assert ended.record.phase is not Phase.DONE
    for ended in lives(("approve", "rxscale:completed", "picked_up")):
        assert isinstance(ended.ending, Done)
        assert ended.completions == 0


@pytest.mark.parametrize(
    "script",
    [
        ("approve", "rxscale:completed", "pharmaone:cancelled"),
        (*GOOD, "pharmaone:cancelled", "unflagged"),
        ("approve", "rxscale:cancelled", "pharmaone:ready_pickup"),
    ],
)
def test_what_contradicts_an_end_is_an_alarm(script):
    for ended in lives(script):
        assert isinstance(ended.ending, Stuck)
        assert ended.ending.reason.code == "contradicted"


def test_what_was_shipped_after_its_cancellation_is_an_alarm():
    for ended in lives(("approve", "rxscale:cancelled", "shipped")):
        assert isinstance(ended.ending, Stuck)
        assert ended.ending.reason.code == "cancelled_after_handover"


@pytest.mark.parametrize("script", [GOOD, ("approve", "pharmaone:cancelled")])
def test_what_rxscale_accepts_without_doing_it_is_done_again(script):
    world = World(WORDS, "waiting for pharmacy", POLICIES["repeat"], script=script, faults_left=2)
    for ended in run(world, ("no effect",)):
        judge_life(ended)
        assert isinstance(ended.ending, Done)


@pytest.mark.parametrize(
    ("script", "vendor"),
    [(("approve", *["sweep"] * 4), "RxScale"), (("approve", "rxscale:cancelled"), "PharmaOne")],
)
def test_a_vendor_that_never_does_what_it_accepts_is_for_a_person(script, vendor):
    world = World(WORDS, "waiting for pharmacy", POLICIES["repeat"], script=script, faults_left=4)
    stuck = [ended for ended in run(world, ("no effect",)) if isinstance(ended.ending, Stuck)]
    assert stuck
    for ended in stuck:
        assert ended.ending.reason.code == "no_effect"
        assert ended.ending.reason.facts["vendor"] == vendor
