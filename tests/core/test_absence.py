"""What a vendor no longer shows: nothing irreversible follows from a 404 alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, PHARMAONE, changed, view_of

from bridge.core import remember
from bridge.core.model import (
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, View
from bridge.core.steps import Adopt, Done, SetStatus, Stuck, Wait

UID, ORDER = PharmacyOrderUid("po-1"), OrderId("ORD_1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)
JUST_NOW = NOW - timedelta(seconds=1)
LONG_AGO = NOW - PATIENCE
VERY_LONG_AGO = NOW - 2 * PATIENCE
ALONE = Company(NOW, same=1, open=1)


def denied(since: datetime | None, unlisted_at: datetime | None = None, **changes) -> View:
    """PharmaOne answers 404 for the order made from ours."""
    record = OrderRecord(
        UID, NOW - timedelta(days=1), phase=Phase.ADOPTED, order_id=ORDER, p1_gone_since=since
    )
    order = PharmacyOrder(UID, changes.pop("status", "in-progress"), NOW)
    record = remember.seen(replace(record, **changes), order, CURRENT)
    return view_of(
        record, NOW, order=order, p1_gone=True, p1_unlisted_at=unlisted_at, company=ALONE
    )


@pytest.mark.parametrize(("since", "expected"), [(None, Wait), (JUST_NOW, Wait), (LONG_AGO, Stuck)])
def test_what_rxscale_does_not_show_is_for_a_person_after_a_while(since, expected):
    record = OrderRecord(UID, LONG_AGO, rx_gone_since=since)
    assert isinstance(next_step(view_of(record, NOW, gone=True)), expected)


@pytest.mark.parametrize(
    ("state", "expected"), [(State.COMPLETED, Done), (State.CANCELLED, Stuck), (None, Stuck)]
)
def test_a_completed_order_that_is_not_shown_any_more_needs_nobody(state, expected):
    record = OrderRecord(UID, LONG_AGO, phase=Phase.DONE, state=state, rx_gone_since=LONG_AGO)
    assert isinstance(next_step(view_of(record, NOW, gone=True)), expected)


@pytest.mark.parametrize(
    ("since", "unlisted_at", "believed"),
    [
        (None, None, Wait),
        (JUST_NOW, JUST_NOW, Wait),
        (LONG_AGO, None, Wait),
        (LONG_AGO, LONG_AGO - timedelta(seconds=1), Wait),
        (VERY_LONG_AGO, None, Stuck),
        (LONG_AGO, LONG_AGO, None),
    ],
)
def test_a_denied_order_is_gone_once_time_and_the_list_say_so(since, unlisted_at, believed):
    for status, otherwise in (("in-progress", SetStatus), ("cancelled", Done)):
        view = denied(since, unlisted_at, p1_deleted_at=NOW, status=status)
        assert isinstance(next_step(view), believed or otherwise), status


@pytest.mark.parametrize("status", ["in-progress", "cancelled", "completed"])
@pytest.mark.parametrize(
    ("since", "other", "expected"),
    [
        (JUST_NOW, "ORD_2", Wait),
        (LONG_AGO, "ORD_2", Adopt),
        (LONG_AGO, ORDER, Wait),  # as the list had it
        (VERY_LONG_AGO, "ORD_2", Adopt),
    ],
)
def test_another_order_made_of_ours_takes_the_place_of_a_gone_one(since, other, expected, status):
    view = denied(since, status=status)
    view.sight.p1_order = P1Order(OrderId(other), "pending", NOW)
    assert isinstance(next_step(view), expected)


def test_what_was_asked_of_the_order_before_is_not_asked_of_the_one_in_its_place():
    record = OrderRecord(UID, NOW, order_id=ORDER, p1_cancelled_at=NOW, p1_gone_since=NOW)
    same, other = (remember.adopted(record, P1Order(OrderId(name), "pending", NOW))
                   for name in (ORDER, "ORD_2"))  # fmt: skip
    assert (same.p1_cancelled_at, other.p1_cancelled_at) == (NOW, None)
    assert other.p1_gone_since is None


@pytest.mark.parametrize(
    ("seen_at", "deleted_at", "gone", "unannounced", "expected"),
    [
        (None, None, State.CANCELLED, None, Stuck),
        (NOW, LONG_AGO, State.CANCELLED, None, Stuck),  # it was there after the event
        (LONG_AGO, NOW, State.CANCELLED, None, SetStatus),
        (LONG_AGO, NOW, None, State.CANCELLED, Stuck),
        (None, None, None, State.CANCELLED, SetStatus),
    ],
)
def test_what_a_gone_order_means(seen_at, deleted_at, gone, unannounced, expected):
    words = replace(PHARMAONE, gone=gone, gone_unannounced=unannounced)
    view = denied(LONG_AGO, NOW, p1_seen_at=seen_at, p1_deleted_at=deleted_at)
    step = next_step(changed(view, pharmaone=words))
    assert isinstance(step, expected)
    if isinstance(step, Stuck):
        assert step.reason.code == "deleted_in_pharmaone"


def test_an_answer_that_shows_another_status_is_no_claim():
    record = OrderRecord(UID, NOW, claimed_as="pending review", held=True, unheeded=1)
    after = remember.not_heeded(record, NOW)
    assert (after.claimed_as, after.held, after.unheeded, after.wrote_at) == (None, False, 2, NOW)


def test_what_is_denied_is_remembered_from_the_first_time_until_it_is_seen():
    record = OrderRecord(UID, NOW)
    for moment in (LONG_AGO, NOW):
        record = remember.denied_there(remember.denied(record, moment), moment)
    assert (record.rx_gone_since, record.p1_gone_since) == (LONG_AGO, LONG_AGO)
    seen = remember.seen(record, PharmacyOrder(UID, "in-progress", NOW), CURRENT)
    assert remember.seen_there(seen, P1Order(ORDER, "pending", NOW)).p1_gone_since is None
    assert (seen.rx_gone_since, seen.p1_gone_since) == (None, LONG_AGO)
