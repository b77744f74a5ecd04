"""The log of a product's changes of stock (pharmaone.md section 8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.pharmaone.wire import Time
from bridge.vendor.fields import Bare, Count, Listed, MaybeId, Text, Wire, in_our_time


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change; None where the answer does not say.

    `delta` and `incoming` count units: of what is on hand, and of what is on its way.
    """

    delta: int | None
    reason: str
    at: datetime | None
    incoming: int | None = None
    shop_id: str | None = None
    id: str | None = None


class LogRow(Wire):
    """What describes a change is read if it can be."""

    id: MaybeId = None
    shop_id: Text = None
    delta_on_hand: Count = None
    delta_incoming: Count = None
    reason: Text = None
    created_at: Time = None

    def entry(self, ahead: timedelta) -> LogEntry:
        return LogEntry(
            self.delta_on_hand,
            self.reason or "",
            in_our_time(self.created_at, ahead),
            self.delta_incoming,
            self.shop_id,
            self.id,
        )


LogRows = Listed[LogRow]

HistoryRows = Bare[dict[str, Any]]
"""Changes by day; the rows' shape was not seen."""
