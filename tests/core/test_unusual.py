"""Too many cancellations at once are held, as a table: one row a situation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import view_of

from bridge.core.model import OrderId, OrderRecord, P1Order, PharmacyOrder, PharmacyOrderUid, Phase
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, View
from bridge.core.steps import Cancel, SetStatus, Stuck, Wait, Weigh

UID, ORDER = PharmacyOrderUid("po-1"), OrderId("ORD_1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
NONE = frozenset[str]()


def a_view(here: str, there: str, **changes) -> View:
    record = OrderRecord(UID, NOW, phase=Phase.ADOPTED, intent_at=NOW, order_id=ORDER)
    seen = P1Order(ORDER, there, NOW, UID, NONE)
    order = PharmacyOrder(UID, here, NOW)
    return view_of(record, NOW, order=order, p1_order=seen, p1_looked_at=NOW, **changes)


SIDES = [("in-progress", "cancelled", "RxScale"), ("cancelled", "awaiting_packing", "PharmaOne")]


@pytest.mark.parametrize(("here", "there", "vendor"), SIDES)
def test_whoever_is_cancelled_is_weighed_first(here, there, vendor):
    assert next_step(a_view(here, there)) == Weigh(vendor)


def test_what_takes_its_course_is_not():
    assert isinstance(next_step(a_view("in-progress", "ready_pickup")), SetStatus)


ALONE = Company(NOW, same=1, open=5)


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        (ALONE, "goes on"),
        (replace(ALONE, same=3), "goes on"),
        (replace(ALONE, same=4), Stuck),
        (replace(ALONE, same=4, open=20), "goes on"),  # 20 percent are not more than 20
        (replace(ALONE, same=4, open=19), Stuck),
        (replace(ALONE, same=4, is_confirmed=True), "goes on"),
        (replace(ALONE, due=3), Wait),
        (replace(ALONE, due=2), "goes on"),
        (replace(ALONE, due=3, wanted_at=NOW - timedelta(seconds=60)), "goes on"),
        (replace(ALONE, due=3, wanted_at=NOW - timedelta(seconds=59)), Wait),
    ],
)
def test_how_many_are_too_many(company, expected):
    for (here, there, _), step in zip(SIDES, (SetStatus, Cancel), strict=True):
        found = next_step(a_view(here, there, company=company))
        assert isinstance(found, step if expected == "goes on" else expected)
        if isinstance(found, Stuck):
            assert found.reason.code == "unusually_many"


@pytest.mark.parametrize(("confirmed", "expected"), [(False, Stuck), (True, SetStatus)])
def test_a_person_says_that_pharmaones_order_was_deleted(confirmed, expected):
    record = OrderRecord(UID, NOW, phase=Phase.ADOPTED, order_id=ORDER)
    record = replace(record, p1_gone_since=NOW - timedelta(hours=1))
    view = view_of(record, NOW, order=PharmacyOrder(UID, "in-progress", NOW), p1_gone=True)
    assert next_step(view) == Weigh("RxScale")
    view.sight.company = replace(ALONE, is_confirmed=confirmed)
    assert isinstance(next_step(view), expected)
