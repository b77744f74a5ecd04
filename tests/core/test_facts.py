"""What follows from each fact: one row a value, unknown among them as the worse case."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from words import CURRENT, view_of

from bridge.core import reasons, remember
from bridge.core.deliveries import OF_PHARMAONE, is_of_pharmaone
from bridge.core.facts import AGAIN, DEDUCTING, KEEPS_STATUS, LOWEST, Facts, Repeated, YesOrNo
from bridge.core.model import (
    Draft,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Policy, Search
from bridge.core.steps import Find, Ingest, Look, SetStatus, Step, Stuck, Submit, Wait
from bridge.texts import say

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(minutes=10)
REVIEW = "pending review"
ASK = Policy(repeat_unsure=False)
LOST = OrderRecord(UID, AGO, phase=Phase.SUBMITTING, doubted_at=AGO, attempts=1, claimed_as=REVIEW)


def step_of(record: OrderRecord, facts: Facts, policy: Policy, **seen):
    order = PharmacyOrder(UID, REVIEW, NOW)
    seen = {"draft": Draft({"items": []}), **seen}
    record = remember.seen(record, order, CURRENT)
    return next_step(view_of(record, NOW, order=order, facts=facts, policy=policy, **seen))


def test_every_value_has_its_row_and_unknown_is_the_default():
    assert set(AGAIN) == set(get_args(Repeated))
    assert set(KEEPS_STATUS) == set(get_args(YesOrNo))
    assert {getattr(Facts(), field.name) for field in fields(Facts)} == {"unknown"}
    assert DEDUCTING["unknown"] is None
    assert LOWEST["unknown"] is None


@pytest.mark.parametrize(
    ("value", "policy", "before", "after"),
    [
        ("same", Policy(), Submit, Submit),
        ("refused", Policy(), Submit, Submit),
        ("second", Policy(), Find, "makes_a_second"),
        ("unknown", Policy(), Find, Submit),
        ("same", ASK, Find, "no_order_yet"),
        ("refused", ASK, Find, "no_order_yet"),
        ("second", ASK, Find, "makes_a_second"),
        ("unknown", ASK, Find, "no_order_yet"),
    ],
)
def test_a_repeated_reference(value: Repeated, policy: Policy, before: type, after: type | str):
    """`before` and `after` a search that did not find it."""
    facts = Facts(repeated_reference=value)
    assert isinstance(step_of(LOST, facts, policy), before)
    step = step_of(replace(LOST, searched_at=NOW), facts, policy)
    if isinstance(after, str):
        assert isinstance(step, Stuck)
        assert step.reason.facts["why"].code == after
    else:
        assert isinstance(step, after)


@pytest.mark.parametrize("value", ["same", "refused"])
def test_the_fact_that_decided_is_named(value: Repeated):
    fact = f"facts.toml: pharmaone.repeated_reference = {value}"
    assert fact in say(step_of(LOST, Facts(repeated_reference=value), Policy()).why)


def test_the_fact_that_asks_a_person_is_named():
    searched = replace(LOST, searched_at=NOW)
    stuck = step_of(searched, Facts(repeated_reference="second"), Policy())
    assert "facts.toml: pharmaone.repeated_reference = second" in say(stuck.reason)


@pytest.mark.parametrize("value", ["same", "refused"])
def test_harmless_or_not_it_is_given_time_and_sent_from_where_this_store_set_it(value: Repeated):
    facts = Facts(repeated_reference=value)
    early = step_of(replace(LOST, doubted_at=NOW), facts, Policy())
    assert early.until == NOW + Policy().grace
    moved = step_of(replace(LOST, claimed_as="on-hold"), facts, Policy())
    assert moved.reason.facts["why"].code == "moved_on"
    gap = Search(NOW, reasons.NOT_READABLE())
    assert isinstance(step_of(LOST, facts, Policy(), search=gap), Submit), "no search is needed"


@pytest.mark.parametrize(
    ("value", "policy", "expected"),
    [
        ("same", Policy(), Ingest),
        ("refused", Policy(), Ingest),
        ("second", Policy(), Stuck),
        ("unknown", Policy(), Ingest),
        ("same", ASK, Stuck),
        ("refused", ASK, Stuck),
        ("second", ASK, Stuck),
        ("unknown", ASK, Stuck),
    ],
)
def test_a_repeated_prescription(value: Repeated, policy: Policy, expected: type):
    record = OrderRecord(UID, AGO, claimed_as=REVIEW, prescription_at=AGO)
    draft = Draft({"items": []}, prescription={"prescription_pdf_base64": "JVBERg=="})
    facts = Facts(repeated_prescription=value)
    assert isinstance(step_of(record, facts, policy, draft=draft), expected)


def test_when_goods_leave_the_stock():
    assert DEDUCTING["approved"] == frozenset(State)
    assert DEDUCTING["handed_over"] == {State.COMPLETED}
    assert DEDUCTING["never"] == frozenset()


P1_ORDER = P1Order(OrderId("ORD_1"), "awaiting_packing", NOW, external_id=UID, flags=frozenset())
FOLLOWED = OrderRecord(
    UID,
    AGO,
    phase=Phase.ADOPTED,
    order_id=P1_ORDER.id,
    rx_status=REVIEW,
    rx_seen_at=AGO,
    state=State.IN_REVIEW,
)


def unseen(record: OrderRecord, value: YesOrNo = "true", **changes) -> Step:
    """What follows in a look that has not fetched RxScale's side."""
    seen = {"p1_order": P1_ORDER, "p1_looked_at": NOW, "tracking": (), "rx_unchanged": True}
    facts = Facts(refuses_illegal_steps=value)
    return next_step(view_of(record, NOW, facts=facts, **{**seen, **changes}))


@pytest.mark.parametrize(
    ("value", "unchanged", "expected"),
    [
        ("true", True, SetStatus),
        ("true", False, Look),
        ("false", True, Look),
        ("false", False, Look),
        ("unknown", True, Look),
        ("unknown", False, Look),
    ],
)
def test_whether_a_status_is_written_on_the_one_last_seen(
    value: YesOrNo, unchanged: bool, expected: type
):
    assert isinstance(unseen(FOLLOWED, value, rx_unchanged=unchanged), expected)


def test_the_rule_of_such_a_step_names_the_fact():
    step = unseen(FOLLOWED)
    assert isinstance(step, SetStatus)
    assert step.word == "in-progress"
    assert step.rule.endswith("facts.toml: rxscale.refuses_illegal_steps")


@pytest.mark.parametrize(
    "changes",
    [
        {"phase": Phase.KNOWN},
        {"phase": Phase.SUBMITTING},
        {"phase": Phase.DONE},
        {"state": State.NEW},
        {"state": State.ON_HOLD},
        {"state": State.CANCELLED},
        {"state": State.COMPLETED},
        {"state": None},
    ],
)
def test_only_an_order_on_its_way_is_written_to_without_a_look(changes):
    assert isinstance(unseen(replace(FOLLOWED, **changes)), Look)


def test_what_was_refused_is_looked_at():
    assert isinstance(unseen(FOLLOWED, refused_word="in-progress"), Look)


def test_after_its_own_completion_nothing_is_looked_at():
    there = replace(FOLLOWED, p1_state=State.COMPLETED)
    record = remember.status_written(there, "completed", CURRENT, NOW)
    assert (record.rx_status, record.rx_seen_at, record.state) == (
        "completed",
        NOW,
        State.COMPLETED,
    )
    assert (record.echoes, record.is_believed, record.wrote_at) == ("completed", True, NOW)
    waits = unseen(record, written=True)
    assert isinstance(waits, Wait)
    assert waits.why.code == "end_to_be_seen"
    assert isinstance(unseen(record), Look)


def test_a_step_may_follow_one_that_was_only_accepted():
    """Where that one had no effect, RxScale refuses this one."""
    assert isinstance(unseen(replace(FOLLOWED, is_believed=True)), SetStatus)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (None, False),
        ("rxscale:on-hold", False),
        ("pharmaone:ready_pickup", True),
        (OF_PHARMAONE, True),
        (f"{OF_PHARMAONE}\npharmaone:ready_pickup", True),
        (f"{OF_PHARMAONE}\nrxscale:on-hold", False),
        ("rxscale:on-hold\npharmaone:ready_pickup", False),
    ],
)
def test_who_told(reported: str | None, expected: bool):
    assert is_of_pharmaone(reported) is expected
