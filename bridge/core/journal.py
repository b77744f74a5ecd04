"""The words of the journal: what may be told in the story of an order or a SKU, and where it was.

How each is told stands in `bridge/texts`, under `event-` and the word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.core.model import Key


class Side(StrEnum):
    """Where something happened."""

    RXSCALE = "RxScale"
    PHARMAONE = "PharmaOne"
    BRIDGE = "bridge"


VENDORS = {"rxscale": Side.RXSCALE, "pharmaone": Side.PHARMAONE}


class Event(StrEnum):
    """What happened; the words stand in the store."""

    DELIVERED = "delivered"
    ECHO = "echo"
    UNKNOWN_EVENT = "unknown event"
    SWEPT = "swept"
    LOOKED = "looked"
    LOOKED_AT_PHARMAONE = "looked at PharmaOne"
    LOOKED_AT_PRESCRIPTION = "looked at prescription"
    READ_CATALOGUE = "read catalogue"
    SEARCHED_PHARMAONE = "searched PharmaOne"
    ADOPTED = "adopted"
    INTENDS_TO_SUBMIT = "intends to submit"
    SUBMITTED = "submitted"
    UNSURE = "unsure"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    INTENDS_TO_PRESCRIBE = "intends to prescribe"
    PRESCRIBED = "prescribed"
    CLAIMED = "claimed"
    SET_STATUS = "set status"
    STATUS_REFUSED = "status refused"
    NOT_HEEDED = "not heeded"
    COMPLETED = "completed"
    TRACKING_REFUSED = "tracking refused"
    LENT = "lent"
    CANCELLED_THERE = "cancelled there"
    CANCELLATION_REFUSED = "cancellation refused"
    WOULD = "would"
    WAITS = "waits"
    STUCK = "stuck"
    DONE = "done"
    RETRIED = "retried"
    DROPPED = "dropped"
    UNEXPLAINED = "unexplained"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    RESUMED = "resumed"
    MARKED_SUBMITTED = "marked submitted"
    RESTORED = "restored"
    WRITTEN = "written"
    HIDDEN = "hidden"
    DRIFTED = "drifted"
    ADJUSTED = "adjusted"
    NOT_ADJUSTED = "not adjusted"


_AT_RXSCALE = frozenset(
    {
        Event.SWEPT,
        Event.LOOKED,
        Event.READ_CATALOGUE,
        Event.CLAIMED,
        Event.SET_STATUS,
        Event.STATUS_REFUSED,
        Event.NOT_HEEDED,
        Event.COMPLETED,
        Event.TRACKING_REFUSED,
        Event.LENT,
        Event.WRITTEN,
        Event.HIDDEN,
        Event.DRIFTED,
    }
)
_AT_PHARMAONE = frozenset(
    {
        Event.LOOKED_AT_PHARMAONE,
        Event.LOOKED_AT_PRESCRIPTION,
        Event.SEARCHED_PHARMAONE,
        Event.ADOPTED,
        Event.SUBMITTED,
        Event.UNSURE,
        Event.REFUSED,
        Event.PRESCRIBED,
        Event.CANCELLED_THERE,
        Event.CANCELLATION_REFUSED,
        Event.ADJUSTED,
    }
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What was found or done, in a key's story. `facts` hold ids, words, numbers and reasons."""

    key: Key
    at: datetime
    what: Event
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def side(self) -> Side:
        """RxScale, PharmaOne or the bridge itself."""
        if self.what in (Event.DELIVERED, Event.ECHO):
            return VENDORS.get(self.facts.get("vendor", ""), Side.RXSCALE)
        if self.what in _AT_RXSCALE:
            return Side.RXSCALE
        return Side.PHARMAONE if self.what in _AT_PHARMAONE else Side.BRIDGE
