"""The log of a product's changes of stock (pharmaone.md section 8)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from bridge.pharmaone.wire import Time
from bridge.vendor.fields import Bare, Count, Listed, MaybeId, Text, TextOrEmpty, in_our_time


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change; None where the answer does not say.

    `delta` and `incoming` count units: of what is on hand, and of what is on its way.
    """

    delta: Annotated[Count, Field(validation_alias="delta_on_hand")] = None
    reason: TextOrEmpty = ""
    at: Annotated[Time, Field(validation_alias="created_at")] = None
    incoming: Annotated[Count, Field(validation_alias="delta_incoming")] = None
    shop_id: Text = None
    id: MaybeId = None

    def in_our_time(self, ahead: timedelta) -> "LogEntry":
        """PharmaOne's clock is so far `ahead` of ours."""
        return replace(self, at=in_our_time(self.at, ahead))


LogRows = Listed[LogEntry]
HistoryRows = Bare[dict[str, Any]]
"""Changes by day; the rows' shape was not seen."""
