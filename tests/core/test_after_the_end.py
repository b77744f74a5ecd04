"""Which of PharmaOne's deliveries says something of an order that has ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.deliveries import PHARMAONE, is_echo, is_of_pharmaone
from bridge.core.model import OrderRecord, PharmacyOrderUid, Phase, State

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)
SHIPPED = OrderRecord(
    PharmacyOrderUid("po-1"),
    NOW - timedelta(days=1),
    phase=Phase.DONE,
    state=State.COMPLETED,
    rx_status="completed",
    p1_status="shipped",
)
UNTRACKED = replace(SHIPPED, untracked_at=NOW)
CANCELLED = replace(SHIPPED, state=State.CANCELLED, rx_status="cancelled", p1_status="cancelled")


@pytest.mark.parametrize(
    ("record", "reported", "says_nothing"),
    [
        (SHIPPED, "shipped", True),
        (SHIPPED, "cancelled", False),  # staff may cancel what was completed
        (SHIPPED, None, True),  # its details matter no more
        (UNTRACKED, None, False),  # but for the page of a parcel that was shipped without one
        (UNTRACKED, "shipped", True),
        (UNTRACKED, "cancelled", False),
        (CANCELLED, "cancelled", True),
        (CANCELLED, "shipped", False),  # and ship what was cancelled
        (CANCELLED, None, False),
    ],
)
@pytest.mark.parametrize("stuck", [False, True])
def test_after_its_end(record: OrderRecord, reported: str | None, says_nothing: bool, stuck: bool):
    found = is_echo(record, stuck=stuck, vendor=PHARMAONE, reported_status=reported)
    assert found is says_nothing


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (f"{PHARMAONE}:shipped", True),
        (f"{PHARMAONE}:shipped\n{PHARMAONE}:", True),
        (f"{PHARMAONE}:shipped\nrxscale:completed", False),
        ("rxscale:completed", False),
        (None, False),
        ("", False),
    ],
)
def test_whose_news_it_is(reported: str | None, expected: bool):
    assert is_of_pharmaone(reported) is expected
