"""What a person takes up again, and from where it then goes on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.core import remember
from bridge.core.copies import reference
from bridge.core.model import OrderId, OrderRecord, OrderRequestId, PharmacyOrderUid, Phase, State

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(hours=3)
KNOWN = OrderRecord(
    PharmacyOrderUid("po-1"), AGO, rx_status="pending review", claimed_as="pending review"
)
REFUSED = replace(KNOWN, attempts=1)
UNSURE = replace(KNOWN, phase=Phase.SUBMITTING, attempts=1, intent_at=AGO, doubted_at=AGO)
SUBMITTED = replace(
    KNOWN,
    phase=Phase.SUBMITTED,
    attempts=1,
    intent_at=AGO,
    submitted_at=AGO,
    request_id=OrderRequestId("or-1"),
)
ADOPTED = replace(SUBMITTED, phase=Phase.ADOPTED, order_id=OrderId("ORD_1"))
REJECTED = replace(SUBMITTED, rejected_at=AGO)


def dropped(record: OrderRecord) -> OrderRecord:
    return replace(record, phase=Phase.DROPPED, finished_at=AGO)


def marked(record: OrderRecord) -> OrderRecord:
    return replace(record, phase=Phase.SUBMITTED, submitted_at=AGO)


@pytest.mark.parametrize(
    ("before", "phase", "doubted_at"),
    [
        pytest.param(dropped(KNOWN), Phase.KNOWN, None, id="nothing was sent"),
        pytest.param(dropped(replace(KNOWN, doubted_at=AGO)), Phase.KNOWN, AGO, id="in doubt"),
        pytest.param(dropped(REFUSED), Phase.KNOWN, None, id="what was sent was refused"),
        pytest.param(dropped(UNSURE), Phase.SUBMITTING, NOW, id="it may be there"),
        pytest.param(dropped(SUBMITTED), Phase.SUBMITTED, None, id="under review"),
        pytest.param(dropped(ADOPTED), Phase.ADOPTED, None, id="an order was made"),
        pytest.param(dropped(marked(KNOWN)), Phase.SUBMITTED, None, id="marked, then dropped"),
        pytest.param(marked(KNOWN), Phase.KNOWN, None, id="marked, never sent"),
        pytest.param(marked(REFUSED), Phase.KNOWN, None, id="marked, refused before"),
        pytest.param(marked(UNSURE), Phase.SUBMITTING, NOW, id="marked, maybe sent"),
        pytest.param(
            replace(KNOWN, phase=Phase.DONE, state=State.NEW, finished_at=AGO),
            Phase.KNOWN,
            None,
            id="left alone",
        ),
    ],
)
def test_it_goes_on_from_where_it_had_come(before, phase, doubted_at):
    after = remember.resumed(replace(before, unheeded=9, p1_cancelled_at=AGO), NOW)
    assert after is not None
    assert (after.unheeded, after.p1_cancelled_at) == (0, None)
    assert (after.phase, after.doubted_at, after.finished_at) == (phase, doubted_at, None)
    assert (after.wanted_at, after.searched_at, after.edition) == (NOW, None, 1)
    assert (after.submitted_at is not None) is (phase in (Phase.SUBMITTED, Phase.ADOPTED))
    assert after.claimed_as == before.claimed_as


@pytest.mark.parametrize("before", [REJECTED, dropped(REJECTED), replace(UNSURE, rejected_at=AGO)])
def test_what_staff_refused_is_sent_again(before):
    after = remember.resumed(replace(before, rx_status="in-progress"), NOW)
    assert after == replace(
        KNOWN,
        rx_status="in-progress",
        claimed_as="in-progress",
        attempts=1,
        intent_at=AGO,
        wanted_at=NOW,
        edition=2,
    )


@pytest.mark.parametrize(
    "record",
    [
        KNOWN,
        UNSURE,
        SUBMITTED,
        ADOPTED,
        replace(ADOPTED, rejected_at=AGO),
        replace(ADOPTED, phase=Phase.DONE, state=State.COMPLETED, finished_at=AGO),
        replace(KNOWN, phase=Phase.DONE, state=State.CANCELLED, finished_at=AGO),
        replace(REJECTED, phase=Phase.DONE, state=State.CANCELLED, finished_at=AGO),
    ],
)
def test_what_goes_on_or_has_ended_is_not_taken_up(record):
    assert remember.resumed(record, NOW) is None


@pytest.mark.parametrize(
    ("edition", "repeated", "expected"),
    [
        (1, "unknown", "po-1"),
        (2, "unknown", "po-1-2"),
        (2, "same", "po-1-2"),
        (3, "refused", "po-1-3"),
        (3, "second", "po-1"),
    ],
)
def test_what_an_order_request_goes_by(edition, repeated, expected):
    assert reference(replace(KNOWN, edition=edition), repeated) == expected
