"""What follows from each fact: one row a value, unknown among them as the worse case."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from words import CURRENT, view_of

from bridge.core import reasons, remember
from bridge.core.facts import AGAIN, DEDUCTING, LOWEST, Facts, Repeated
from bridge.core.model import (
    Draft,
    OrderRecord,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.orders import next_step
from bridge.core.orders.view import Policy, Search
from bridge.core.steps import Find, Ingest, Stuck, Submit
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
