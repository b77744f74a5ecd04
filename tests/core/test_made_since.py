"""From when on an order of PharmaOne's may be made from a pharmacy order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT

from bridge.core import remember
from bridge.core.copies import LONGEST_QUEUE, MARGIN, made_since, typed_since
from bridge.core.model import OrderRecord, PharmacyOrder, PharmacyOrderUid, Phase

UID = PharmacyOrderUid("po-1")
MET = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
MADE = MET - timedelta(days=3)
SEEN = MET + timedelta(hours=2)
QUEUED, REVIEW = "waiting for pharmacy", "pending review"


def test_who_types_it_by_hand_does_so_later():
    told = replace(NEW, created_at=MADE)
    assert typed_since(told) == MADE - MARGIN
    assert typed_since(replace(told, unsent_at=SEEN)) == MADE - MARGIN, "it may be in the queue"
    assert typed_since(NEW) == MET - LONGEST_QUEUE - MARGIN


def sight(status: str, at: datetime = SEEN, created_at: datetime | None = None) -> PharmacyOrder:
    return PharmacyOrder(UID, status, at, created_at=created_at)


def seen(record: OrderRecord, *sights: PharmacyOrder) -> OrderRecord:
    for each in sights:
        record = remember.seen(record, each, CURRENT)
    return record


NEW = OrderRecord(UID, MET)
LATER = SEEN + timedelta(days=1)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(NEW, None, id="nobody knows"),
        pytest.param(seen(NEW, sight("in-progress")), None, id="met past the queue"),
        pytest.param(seen(NEW, sight("cancelled")), None, id="met at its end"),
        pytest.param(seen(NEW, sight("in-progress", created_at=MADE)), MADE, id="RxScale tells"),
        pytest.param(seen(NEW, sight("completed", created_at=SEEN)), MET, id="a clock ahead"),
        pytest.param(seen(NEW, sight(QUEUED)), SEEN, id="seen in the queue"),
        pytest.param(seen(NEW, sight(QUEUED), sight("in-progress", LATER)), SEEN, id="taken since"),
        pytest.param(seen(NEW, sight(QUEUED), sight("cancelled", LATER)), SEEN, id="ended since"),
        pytest.param(
            seen(replace(NEW, claimed_as=REVIEW), sight(REVIEW)), SEEN, id="at our own claim"
        ),
        pytest.param(
            seen(replace(seen(NEW, sight(QUEUED)), attempts=1), sight(QUEUED, LATER)),
            SEEN,
            id="sent once: a person's word that it is not there moves nothing",
        ),
        pytest.param(
            seen(replace(NEW, phase=Phase.SUBMITTED), sight(QUEUED)), None, id="marked as sent"
        ),
    ],
)
def test_no_earlier_than(record: OrderRecord, expected: datetime | None):
    assert made_since(record) == (expected - MARGIN if expected else None)
