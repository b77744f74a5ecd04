"""What a comparison of both sides finds, and what it says the bridge would do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import LEGACY, WORDS

from bridge.core import reasons
from bridge.core.model import (
    Draft,
    Flag,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrderUid,
    Phase,
    PrescriptionId,
    State,
    order_key,
)
from bridge.core.orders.view import Policy
from bridge.core.reconcile import (
    Difference,
    Differing,
    Proof,
    Sides,
    describe,
    difference,
    goes_on,
)
from bridge.core.steps import (
    Done,
    Find,
    Ingest,
    LookAtPharmaOne,
    LookAtPrescription,
    ReadCatalogue,
    Submit,
)
from bridge.texts import say

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
SUBMITTED = OrderRecord(
    UID, AGO, phase=Phase.SUBMITTED, rx_status="pending review", submitted_at=AGO, attempts=1
)
ADOPTED = replace(
    SUBMITTED,
    phase=Phase.ADOPTED,
    order_id=OrderId("ORD_1"),
    p1_status="awaiting_packing",
    rx_status="in-progress",
)
DONE = replace(
    ADOPTED,
    phase=Phase.DONE,
    rx_status="completed",
    state=State.COMPLETED,
    finished_at=AGO,
)
CANCELLED = replace(DONE, rx_status="cancelled", state=State.CANCELLED)


def an_order(status: str = "awaiting_packing", *flags: Flag) -> P1Order:
    return P1Order(OrderId("ORD_1"), status, NOW, external_id=UID, flags=frozenset(flags))


def compare(
    record: OrderRecord | None, rx: str | None, order: P1Order | None = None, **sides: bool
) -> Difference | None:
    detailed = {"detailed": order is not None, **sides}
    return difference(Sides(UID, record, rx, order, **detailed), Policy(), WORDS, NOW)


@pytest.mark.parametrize(
    ("record", "rx", "order"),
    [
        (SUBMITTED, "pending review", None),
        (ADOPTED, "in-progress", an_order()),
        (DONE, "completed", an_order("shipped")),
        (replace(DONE, order_id=None, p1_status=None), "completed", an_order("shipped")),
        (CANCELLED, "cancelled", an_order("cancelled")),
        (replace(SUBMITTED, phase=Phase.DROPPED), "cancelled", None),
    ],
)
def test_sides_that_agree(record, rx, order):
    assert compare(record, rx, order) is None


@pytest.mark.parametrize(
    ("record", "rx", "order", "what", "would"),
    [
        (None, "waiting for pharmacy", None, "the bridge does not know it", "look at it, and send"),
        (SUBMITTED, None, None, "RxScale does not show it", "wait: RxScale does not show it"),
        (
            SUBMITTED,
            "on-hold",
            None,
            "RxScale's status was 'pending review'",
            "wait: on hold at RxScale",
        ),
        (SUBMITTED, "pending review", an_order(), "PharmaOne made ORD_1", "take ORD_1"),
        (
            ADOPTED,
            "in-progress",
            an_order("ready_pickup"),
            "PharmaOne's status was 'awaiting_packing'",
            "set 'ready_for_pickup' at RxScale",
        ),
        (
            replace(ADOPTED, rx_status="ready_for_pickup", p1_status="ready_pickup"),
            "ready_for_pickup",
            an_order("ready_pickup", Flag.PICKED_UP),
            "the two sides differ",
            "complete it at RxScale",
        ),
        (ADOPTED, "cancelled", an_order(), "RxScale's status", "cancel ORD_1 at PharmaOne"),
        (SUBMITTED, "cancelled", None, "RxScale's status", "stuck: RxScale cancelled this order"),
        (
            DONE,
            "completed",
            an_order("cancelled"),
            "PharmaOne's status was",
            "stuck: it had ended, and PharmaOne's order ORD_1 now stands at 'cancelled'",
        ),
        (DONE, "completed", an_order(), "a person", "stuck: it had ended"),
    ],
)
def test_sides_that_differ(record, rx, order, what, would):
    found = compare(record, rx, order)
    assert found is not None
    assert say(found.what[0]).startswith(what)
    assert say(found.would).startswith(would)
    assert found.mends is not say(found.would).startswith("stuck")


def test_ends_that_differ_are_named():
    found = compare(replace(DONE, p1_status="cancelled"), "completed", an_order("cancelled"))
    assert found is not None
    assert found.what == (reasons.PERSON_DECIDES(), reasons.ENDED_DIFFERENTLY())


def test_a_list_that_shows_no_flags_contradicts_no_end():
    assert compare(DONE, "completed", an_order(), detailed=False) is None


@pytest.mark.parametrize(
    ("record", "rx", "order", "would"),
    [
        (
            replace(ADOPTED, rx_status="cancelled"),
            "cancelled",
            an_order("awaiting_packing", Flag.SHIPPED),
            "handed over",
        ),
        (replace(SUBMITTED, rx_status="cancelled"), "cancelled", None, "cannot be withdrawn"),
        (replace(SUBMITTED, rejected_at=AGO), "pending review", None, "rejected in PharmaOne"),
        (replace(DONE, rx_status="pending review"), "pending review", None, "open again"),
    ],
)
def test_what_only_a_person_can_settle_is_no_agreement(record, rx, order, would):
    found = compare(record, rx, order)
    assert found is not None
    assert found.what == (reasons.PERSON_DECIDES(),)
    assert would in say(found.would)
    assert not found.mends


def test_one_that_was_cancelled_and_goes_on_at_pharmaone():
    unsent = replace(CANCELLED, order_id=None, p1_status=None)
    found = compare(unsent, "cancelled", an_order("ready_pickup"))
    assert found is not None
    assert say(found.would).startswith("take ORD_1")


def test_ends_in_another_word_that_means_the_same():
    ended = replace(DONE, rx_status="shipped")
    order, legacy = an_order("shipped"), replace(WORDS, rxscale=LEGACY)
    assert difference(Sides(UID, ended, "completed", order), Policy(), legacy, NOW) is None
    assert compare(DONE, "cancelled", an_order("completed")) is not None


def test_an_order_that_pharmaone_lost():
    found = compare(ADOPTED, "in-progress", p1_gone=True)
    assert found is not None
    assert (found.pharmaone, found.what) == ("gone", (reasons.ORDER_GONE(),))
    flagged = compare(
        ADOPTED, "in-progress", an_order("awaiting_packing", Flag.SHIPPED, Flag.PICKED_UP)
    )
    assert flagged is not None
    assert flagged.pharmaone == "awaiting_packing, shipped, picked_up"
    assert flagged.remembered == "adopted, in-progress"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Submit(Draft({}), "why"), "send the order-request"),
        (Ingest({}, "why"), "send the prescription"),
        (Find(NOW, "why"), "search PharmaOne for it"),
        (ReadCatalogue("why"), "read RxScale's SKU list"),
        (LookAtPharmaOne(OrderId("ORD_1"), "why"), "look at PharmaOne's order"),
        (LookAtPrescription(PrescriptionId("p"), "why"), "look at the prescription"),
        (Done(reasons.COMPLETED()), "finish it: completed at RxScale"),
    ],
)
def test_every_act_has_its_words(step, said):
    assert say(describe(step)) == said


def test_a_prescription_is_compared_before_the_request_that_waits_for_it():
    record = replace(SUBMITTED, prescription_id=PrescriptionId("p-1"), rx_status="pending review")

    def would(status: str) -> Difference | None:
        seen = replace(record, prescription_status=status)
        sides = Sides(UID, seen, "pending review", prescription_looked=True)
        return difference(sides, Policy(), WORDS, NOW)

    assert would("new") is None
    assert would("approved") is None
    declined = would("declined")
    assert declined is not None
    assert "PharmaOne declined the prescription p-1" in say(declined.would)
    assert not declined.mends


@pytest.mark.parametrize(
    ("record", "rx"),
    [
        (replace(CANCELLED, order_id=None, p1_status=None), None),  # given to another pharmacy
        (OrderRecord(UID, AGO, phase=Phase.DONE, rx_status="init", finished_at=AGO), "on-hold"),
    ],
)
def test_what_is_no_longer_this_bridges_business(record, rx):
    assert compare(record, rx) is None
    assert compare(replace(record, state=State.COMPLETED), rx) is not None


def test_a_difference_goes_on_from_the_comparison_before():
    key, reason = order_key(UID), reasons.SIDES_DIFFER()
    found = Differing(key, NOW, 1, reason, reason, explained=False)
    assert goes_on(found, None) == found
    other = replace(found, key=order_key(PharmacyOrderUid("po-2")))
    before = Proof(AGO, 2, 0, (other, replace(found, since=AGO, times=2)))
    assert goes_on(found, before) == replace(found, since=AGO, times=3)
    assert goes_on(found, replace(before, differing=(other,))) == found


def test_a_completed_order_that_pharmaone_lost_is_for_people():
    found = compare(DONE, "completed", p1_gone=True)
    assert found is not None
    assert (found.what, found.would) == ((reasons.ORDER_GONE(),), reasons.LOST_AFTER_ITS_END())
    assert not found.mends


@pytest.mark.parametrize(
    ("sides", "shown"),
    [
        (Sides(UID, None, "pending review", None), ("pending review", "no order", "nothing")),
        (Sides(UID, SUBMITTED, None, None), ("not shown", "no order", "submitted, pending review")),
        (
            Sides(UID, replace(SUBMITTED, rx_status=None), "pending review", None),
            ("pending review", "no order", "submitted, -"),
        ),
        (
            Sides(UID, ADOPTED, "in-progress", None, p1_gone=True),
            ("in-progress", "gone", "adopted, in-progress"),
        ),
    ],
)
def test_a_side_that_has_nothing_is_named_so(sides: Sides, shown: tuple[str, str, str]):
    found = difference(sides, Policy(), WORDS, NOW)
    assert found is not None
    assert (found.rxscale, found.pharmaone, found.remembered) == shown


def test_what_is_gone_there_and_goes_on_here_would_not_be_called_lost():
    found = difference(Sides(UID, ADOPTED, "in-progress", None, p1_gone=True), Policy(), WORDS, NOW)
    assert found is not None
    assert found.would != reasons.LOST_AFTER_ITS_END()
