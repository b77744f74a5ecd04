"""What a person should know of an order that goes on, as a table: one row a situation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import view_of

from bridge.core import reasons, remember
from bridge.core.facts import Facts
from bridge.core.model import (
    Draft,
    Flag,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
    TrackingLink,
)
from bridge.core.orders.attention import attentions
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Policy
from bridge.core.steps import Done, LookAtPharmaOne, SetStatus, Wait

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def a_record(phase: Phase, **changes) -> OrderRecord:
    return OrderRecord(UID, NOW - 3 * DAY, phase=phase, **changes)


def found(record: OrderRecord, **changes) -> list[str] | None:
    order = PharmacyOrder(UID, "pending review", NOW)
    told = attentions(view_of(record, NOW, **{"order": order, **changes}))
    return None if told is None else [reason.code for reason in told]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (a_record(Phase.KNOWN, state=State.ON_HOLD), []),
        (a_record(Phase.SUBMITTED, state=State.ON_HOLD), ["held_at_rxscale"]),
        (a_record(Phase.ADOPTED, state=State.ON_HOLD), ["held_at_rxscale"]),
        (a_record(Phase.ADOPTED, state=State.ON_HOLD, held=True), []),
        (a_record(Phase.DONE, state=State.ON_HOLD, p1_state=State.CANCELLED), []),
        (a_record(Phase.SUBMITTED, submitted_at=NOW - DAY), ["long_in_review"]),
        (a_record(Phase.SUBMITTED, submitted_at=NOW - DAY + timedelta(seconds=1)), []),
        (a_record(Phase.ADOPTED, submitted_at=NOW - DAY), []),
    ],
)
def test_what_is_told(record: OrderRecord, expected: list[str]):
    assert found(record) == expected


def test_what_the_mapping_warns_of_is_told_as_one():
    odd = [reasons.ODD_PZN(name=name, sku="sku-1", pzn="1") for name in ("A", "B")]
    order = PharmacyOrder(UID, "pending review", NOW)
    told = attentions(view_of(a_record(Phase.KNOWN), NOW, order=order, warnings=tuple(odd)))
    assert told == (reasons.together(tuple(odd)),)
    assert found(a_record(Phase.DONE, state=State.CANCELLED), warnings=tuple(odd)) == []


MADE = a_record(Phase.DONE, state=State.COMPLETED, order_id=OrderId("ORD_1"))


@pytest.mark.parametrize(
    ("status", "p1_state", "state", "expected"),
    [
        ("ready_pickup", State.COMPLETED, State.COMPLETED, []),
        ("cancelled", State.CANCELLED, State.COMPLETED, ["came_back"]),
        ("cancelled", State.COMPLETED, State.COMPLETED, ["came_back"]),  # its flag is still raised
        ("shipped", State.COMPLETED, State.CANCELLED, ["came_back"]),
        ("ready_pickup", State.READY, State.COMPLETED, ["kept_back"]),
    ],
)
def test_what_is_told_of_goods_that_the_bridge_deducts(status, p1_state, state, expected):
    record = replace(MADE, p1_status=status, p1_state=p1_state, state=state)
    assert found(record, facts=Facts(deducts_at="never")) == expected


def test_nothing_is_said_of_an_order_that_was_not_seen():
    assert found(a_record(Phase.SUBMITTED), order=None) is None


def test_nobody_is_told_of_a_review_that_may_take_for_ever():
    record = a_record(Phase.SUBMITTED, submitted_at=NOW - DAY)
    assert found(record, policy=Policy(review=timedelta(0))) == []


@pytest.mark.parametrize(
    ("submitted_at", "until"), [(NOW - DAY / 2, NOW + DAY / 2), (NOW - 2 * DAY, None)]
)
def test_it_is_looked_at_again_when_there_is_something_to_tell(submitted_at, until):
    record = a_record(Phase.SUBMITTED, submitted_at=submitted_at)
    step = next_step(view_of(record, NOW, order=PharmacyOrder(UID, "pending review", NOW)))
    assert isinstance(step, Wait)
    assert step.until == until


LACKS = Draft({}, lacks_prescription=True)
WITHOUT = Draft({}, lacks_prescription=True, goes_without=True)
TEN = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("draft", "age", "step", "told"),
    [
        (LACKS, TEN / 2, Wait(reasons.AWAITS_PRESCRIPTION(), NOW + TEN / 2), []),
        (LACKS, TEN, Wait(reasons.AWAITS_PRESCRIPTION(), NOW + TEN), ["prescription_missing"]),
        (WITHOUT, TEN / 2, Wait(reasons.AWAITS_PRESCRIPTION(), NOW + TEN / 2), []),
        (WITHOUT, TEN, SetStatus, []),
        (Draft({}), timedelta(0), SetStatus, []),
    ],
)
def test_an_order_waits_for_its_prescription(draft, age, step, told):
    """It is not even claimed before."""
    record = OrderRecord(UID, NOW - age)
    order = PharmacyOrder(UID, "waiting for pharmacy", NOW)
    view = view_of(record, NOW, order=order, draft=draft)
    found_step = next_step(view)
    assert found_step == step or (isinstance(found_step, SetStatus) and step is SetStatus)
    assert [reason.code for reason in attentions(view) or ()] == told


LINK = TrackingLink("https://track.example/1", "DHL")


@pytest.mark.parametrize(
    ("untracked_at", "tracking", "expected"),
    [
        (None, (LINK,), []),
        (NOW, (), []),
        (NOW, None, []),
        (NOW, (LINK,), ["tracking_after_completion"]),
    ],
)
def test_a_parcels_page_that_comes_too_late_is_told(untracked_at, tracking, expected):
    ended = {"order_id": OrderId("ORD_1"), "p1_state": State.CANCELLED}
    record = a_record(Phase.DONE, untracked_at=untracked_at, **ended)
    assert found(record, tracking=tracking) == expected


def test_what_no_look_can_release_is_told():
    assert found(a_record(Phase.DROPPED)) == ["kept_back"]
    assert found(a_record(Phase.DROPPED, order_id=OrderId("ORD_1"))) == []


@pytest.mark.parametrize(
    ("known", "changes", "looks"),
    [
        ({}, {}, True),
        ({}, {"p1_looked_at": NOW}, False),
        ({}, {"p1_gone": True}, False),
        ({"order_id": None}, {}, False),
    ],
)
def test_news_of_a_completed_order_is_looked_at_on_both_sides(known, changes, looks):
    ended = {"order_id": OrderId("ORD_1"), "p1_state": State.COMPLETED}
    record = a_record(Phase.DONE, **{**ended, **known})
    order = PharmacyOrder(UID, "completed", NOW)
    step = next_step(view_of(record, NOW, order=order, **changes))
    assert isinstance(step, LookAtPharmaOne if looks else Done)


SHIPPED = frozenset({Flag.SHIPPED})


@pytest.mark.parametrize(
    ("phase", "before", "flags", "tracked", "after"),
    [
        (Phase.ADOPTED, None, None, False, None),
        (Phase.ADOPTED, None, frozenset({Flag.PICKED_UP}), False, None),
        (Phase.ADOPTED, None, SHIPPED, False, NOW),
        (Phase.ADOPTED, NOW - DAY, SHIPPED, False, NOW - DAY),
        (Phase.ADOPTED, NOW - DAY, SHIPPED, True, None),
        (Phase.ADOPTED, NOW - DAY, frozenset(), False, None),
        (Phase.DONE, NOW - DAY, SHIPPED, True, NOW - DAY),
        (Phase.DONE, None, SHIPPED, True, None),
    ],
)
def test_since_when_a_parcels_page_is_missing(phase, before, flags, tracked, after):
    record = a_record(phase, untracked_at=before)
    there = P1Order(OrderId("ORD_1"), "awaiting_packing", NOW, flags=flags)
    assert remember.seen_there(record, there, tracked=tracked).untracked_at == after
