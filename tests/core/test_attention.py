"""What a person should know of an order that goes on, as a table: one row a situation."""

from datetime import UTC, datetime, timedelta

import pytest
from words import view_of

from bridge.core import reasons
from bridge.core.model import Draft, OrderRecord, PharmacyOrder, PharmacyOrderUid, Phase, State
from bridge.core.orders import next_step
from bridge.core.orders.attention import attentions
from bridge.core.orders.view import Policy
from bridge.core.steps import SetStatus, Wait

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
        (a_record(Phase.DONE, state=State.ON_HOLD), []),
        (a_record(Phase.SUBMITTED, submitted_at=NOW - DAY), ["long_in_review"]),
        (a_record(Phase.SUBMITTED, submitted_at=NOW - DAY + timedelta(seconds=1)), []),
        (a_record(Phase.ADOPTED, submitted_at=NOW - DAY), []),
    ],
)
def test_what_is_told(record: OrderRecord, expected: list[str]):
    assert found(record) == expected


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
