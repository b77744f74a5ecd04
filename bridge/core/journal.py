"""What happened, in words: the story of an order or a SKU, and the audit log's deeds.

How each event is told stands in `bridge/texts`, under `event-` and the word.
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
    """What happened, and where; the words stand in the store."""

    side: Side

    def __new__(cls, word: str, side: Side = Side.BRIDGE) -> "Event":
        event = str.__new__(cls, word)
        event._value_, event.side = word, side
        return event

    DELIVERED = "delivered"
    ECHO = "echo"
    UNKNOWN_EVENT = "unknown event"
    SWEPT = "swept", Side.RXSCALE
    LOOKED = "looked", Side.RXSCALE
    LOOKED_AT_PHARMAONE = "looked at PharmaOne", Side.PHARMAONE
    LOOKED_AT_PRESCRIPTION = "looked at prescription", Side.PHARMAONE
    READ_CATALOGUE = "read catalogue", Side.RXSCALE
    SEARCHED_PHARMAONE = "searched PharmaOne", Side.PHARMAONE
    ADOPTED = "adopted", Side.PHARMAONE
    INTENDS_TO_SUBMIT = "intends to submit"
    SUBMITTED = "submitted", Side.PHARMAONE
    UNSURE = "unsure", Side.PHARMAONE
    REFUSED = "refused", Side.PHARMAONE
    NOT_SENT = "not sent"
    INTENDS_TO_PRESCRIBE = "intends to prescribe"
    PRESCRIBED = "prescribed", Side.PHARMAONE
    CLAIMED = "claimed", Side.RXSCALE
    SET_STATUS = "set status", Side.RXSCALE
    STATUS_REFUSED = "status refused", Side.RXSCALE
    NOT_HEEDED = "not heeded", Side.RXSCALE
    COMPLETED = "completed", Side.RXSCALE
    TRACKING_REFUSED = "tracking refused", Side.RXSCALE
    LENT = "lent", Side.RXSCALE
    CANCELLED_THERE = "cancelled there", Side.PHARMAONE
    CANCELLATION_REFUSED = "cancellation refused", Side.PHARMAONE
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
    WRITTEN = "written", Side.RXSCALE
    HIDDEN = "hidden", Side.RXSCALE
    DRIFTED = "drifted", Side.RXSCALE
    ADJUSTED = "adjusted", Side.PHARMAONE
    NOT_ADJUSTED = "not adjusted"


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
        return self.what.side


class Deed(StrEnum):
    """What is done without a command; a button is named like the command that does the same."""

    LOGGED_IN = "logged in"
    LOGIN_FAILED = "login failed"
    LOGGED_OUT = "logged out"
    MAPPINGS_CHANGED = "mapping files changed"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. Never a patient's data, and nothing that a person typed: a reason for leaving an
    order alone stands in the order's story, and goes with it.

    `who`: a name, "" where none had to be said. `origin`: "command line", or "page" and the
    address. `what`: a command's name or a `Deed`. `subject`: keys, ids or file names. `version`:
    of the mapping files in force.
    """

    at: datetime
    who: str
    origin: str
    what: str
    subject: str = ""
    outcome: str = "done"
    version: str = ""
