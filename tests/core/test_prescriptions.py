"""Prescriptions that are sent by themselves: before the order-request, once, and followed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, PHARMAONE, PRESCRIPTIONS, changed, view_of

from bridge.core import reasons, remember
from bridge.core.model import (
    Draft,
    Key,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    PrescriptionId,
    State,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Policy, View
from bridge.core.steps import (
    Done,
    Ingest,
    LookAtPrescription,
    SetStatus,
    Stuck,
    Submit,
    Wait,
)
from bridge.texts import steps

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(minutes=10)
NUMBER = PrescriptionId("org1-pq-1")
DRAFT = Draft({"items": []}, prescription={"prescription_pdf_base64": "JVBERg=="})


def a_view(record: OrderRecord, status: str = "waiting for pharmacy", **changes) -> View:
    order = PharmacyOrder(UID, status, NOW)
    seen = remember.seen(record, order, CURRENT)
    return view_of(seen, NOW, **{"order": order, "draft": DRAFT, **changes})


def submitted(status: str | None = None, **changes) -> OrderRecord:
    record = OrderRecord(
        UID,
        AGO,
        phase=Phase.SUBMITTED,
        submitted_at=AGO,
        attempts=1,
        prescription_id=NUMBER,
        prescription_status=status,
    )
    return replace(record, **changes)


CLAIMED = OrderRecord(UID, AGO, claimed_as="pending review")


class TestSending:
    def test_it_goes_before_the_order_request(self):
        step = next_step(a_view(CLAIMED, "pending review"))
        assert isinstance(step, Ingest)
        assert step.body == DRAFT.prescription

    def test_the_order_request_follows_once_it_has_a_number(self):
        record = remember.prescribed(remember.prescribing(CLAIMED, NOW), NUMBER)
        assert (record.prescription_id, record.prescription_at) == (NUMBER, None)
        assert isinstance(next_step(a_view(record, "pending review")), Submit)

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [(Policy(), Ingest), (Policy(repeat_unsure=False), Stuck)],
    )
    def test_a_lost_answer_is_repeated_or_asked_about(self, policy, expected):
        record = remember.prescribing(CLAIMED, AGO)
        step = next_step(a_view(record, "pending review", policy=policy))
        assert isinstance(step, expected)
        if isinstance(step, Stuck):
            assert step.reason.code == "unsure_prescription"

    def test_without_one_the_order_request_goes_alone(self):
        assert isinstance(next_step(a_view(CLAIMED, "pending review", draft=Draft({}))), Submit)


class TestFollowing:
    def test_its_status_is_asked_for_while_staff_review_the_request(self):
        step = next_step(a_view(submitted("new"), "pending review"))
        assert step == LookAtPrescription(NUMBER, reasons.IS_APPROVED())

    @pytest.mark.parametrize(
        ("status", "expected"),
        [(None, Wait), ("new", Wait), ("declined", Stuck), ("levitating", Stuck)],
    )
    def test_what_its_status_means(self, status, expected):
        view = a_view(submitted(status), "pending review", prescription_looked=True)
        assert isinstance(next_step(view), expected)

    def test_an_approved_one_is_not_asked_for_again(self):
        assert isinstance(next_step(a_view(submitted("approved"), "pending review")), Wait)
        assert isinstance(next_step(a_view(submitted("approved"))), SetStatus)

    def test_what_is_declined_frees_itself_when_the_order_is_cancelled(self):
        declined = next_step(
            a_view(submitted("declined"), "pending review", prescription_looked=True)
        )
        assert isinstance(declined, Stuck)
        assert declined.reason.code == "prescription_declined"
        after = next_step(a_view(submitted("declined", rejected_at=AGO), "cancelled"))
        assert isinstance(after, Done)

    def test_a_status_that_is_not_shown_leaves_the_last_one(self):
        record = submitted("new")
        assert remember.prescription_seen(record, None).prescription_status == "new"
        assert remember.prescription_seen(record, "approved").prescription_status == "approved"


def test_an_adopted_order_whose_order_is_unknown_waits():
    record = OrderRecord(UID, AGO, phase=Phase.ADOPTED)
    assert isinstance(next_step(a_view(record, "pending review")), Wait)


def test_another_order_than_the_one_remembered_is_adopted_anew():
    record = OrderRecord(UID, AGO, phase=Phase.ADOPTED, order_id=OrderId("ORD_1"))
    other = P1Order(OrderId("ORD_2"), "pending", NOW, UID)
    step = next_step(a_view(record, "pending review", p1_order=other, p1_looked_at=NOW))
    assert step.order == other


def test_every_new_reason_names_the_way_out():
    key = Key("order:po-1")
    declined = reasons.PRESCRIPTION_DECLINED(prescription="p-1", status="declined")
    for reason in (reasons.UNSURE_PRESCRIPTION(), declined):
        assert "order:po-1" in "".join(steps(reason, key))
    unknown = reasons.UNKNOWN_STATUS(
        vendor="PharmaOne",
        of="prescription",
        call="pharmaone GET /prescriptions/p-1",
        status="x",
        where=PRESCRIPTIONS.where,
    )
    assert "rxbridge call pharmaone GET /prescriptions/p-1" in steps(unknown, key)[0]
    assert f"declined in {PRESCRIPTIONS.where}" in steps(unknown, key)[1]
    assert "statuses.toml" in "".join(steps(reasons.REJECTED_IN_PHARMAONE(request=None), key))


def test_a_hold_at_pharmaone_waits_where_rxscale_has_none():
    sent = OrderRecord(UID, AGO, phase=Phase.ADOPTED, intent_at=AGO)
    record = replace(sent, order_id=OrderId("ORD_1"))
    words = replace(PHARMAONE, means={**PHARMAONE.means, "waiting": State.ON_HOLD})
    held = P1Order(OrderId("ORD_1"), "waiting", NOW, UID)
    view = a_view(record, "in-progress", pharmaone=words, p1_order=held, p1_looked_at=NOW)
    step = next_step(view)
    assert isinstance(step, SetStatus)
    assert (step.word, step.comment) == ("on-hold", "on hold in PharmaOne")
    without = replace(CURRENT, says={})
    assert isinstance(next_step(changed(view, rxscale=without)), Wait)
    late = changed(view, now=NOW + timedelta(seconds=9), p1_looked_at=NOW + timedelta(seconds=9))
    assert type(next_step(late)).__name__ == "Look"
    ours = changed(a_view(replace(record, held=True), "on-hold"), pharmaone=words, p1_order=held)
    kept = changed(ours, p1_looked_at=NOW, record=replace(ours.record, held=True))
    assert isinstance(next_step(kept), Wait)


def test_a_request_whose_answer_was_lost_and_that_was_rejected_had_arrived():
    record = OrderRecord(
        UID, AGO, phase=Phase.SUBMITTING, doubted_at=AGO, intent_at=AGO, rejected_at=NOW
    )
    step = next_step(a_view(record, "pending review"))
    assert isinstance(step, Stuck)
    assert step.reason.code == "rejected_in_pharmaone"
