"""Whose side each entry of a story happened on."""

from datetime import UTC, datetime

import pytest

from bridge.core.journal import Event, JournalEntry, Side
from bridge.core.model import Key

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("what", "facts", "side"),
    [
        (Event.DELIVERED, {"vendor": "pharmaone"}, Side.PHARMAONE),
        (Event.DELIVERED, {"vendor": "rxscale"}, Side.RXSCALE),
        (Event.ECHO, {"vendor": "pharmaone"}, Side.PHARMAONE),
        (Event.SET_STATUS, {}, Side.RXSCALE),
        (Event.ADJUSTED, {}, Side.PHARMAONE),
        (Event.CANCELLED_THERE, {}, Side.PHARMAONE),
        (Event.STUCK, {}, Side.BRIDGE),
    ],
)
def test_the_side(what: Event, facts: dict[str, str], side: Side):
    assert JournalEntry(Key("order:po-1"), NOW, what, facts).side is side
