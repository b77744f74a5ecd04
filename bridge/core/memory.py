"""What goes into the store and comes out of it, as plain values; the model's words are used."""

from dataclasses import dataclass
from datetime import datetime

from bridge.core.model import (
    Claim,
    JournalEntry,
    Key,
    OrderRecord,
    P1Order,
    StuckNote,
)
from bridge.core.stock.reasons import UNSURE_ADJUSTMENT
from bridge.core.stock.reserve import Demand

CLEARED_BY_A_PERSON = frozenset({"unsure_submission", "cannot_know", "unsure_prescription"})
"""Stuck codes for which a person's "retry" means: I looked, it is not there, send it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a look ended: what to remember, and when to look again.

    `again_at` None: not before the next hint. `failed`: the look came to nothing, so the next
    claim counts one more attempt.
    """

    claim: Claim
    record: OrderRecord
    entries: tuple[JournalEntry, ...]
    again_at: datetime | None
    failed: bool
    stuck: StuckNote | None
    now: datetime
    p1_order: P1Order | None = None
    """PharmaOne's order as it was seen, so that the next sweep does not take it for news."""
    takes: tuple[Demand, ...] | None = None
    """What the order's lines take off the stock; None if they were not looked at."""
    released_at: datetime | None = None
    """From when on that is not held back any more."""


@dataclass(frozen=True, slots=True)
class SweptOrder:
    """What RxScale's order list says of one pharmacy order (rxscale.md section 6.1)."""

    status: str
    priority: int = 0
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep found, in orders; `lost_webhooks` of the new ones should have been announced."""

    seen: int
    new: int = 0
    lost_webhooks: int = 0
    changed: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class StuckRow:
    """What waits for a person, and since when."""

    key: Key
    since: datetime
    note: StuckNote

    @property
    def must_look(self) -> bool:
        """A retry sends again what may have arrived: somebody has to have looked before."""
        return self.note.code in CLEARED_BY_A_PERSON or self.note.code == UNSURE_ADJUSTMENT


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the list of orders. `due_at`: when it is looked at next, None if on a hint."""

    record: OrderRecord
    stuck: StuckNote | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is remembered of one order; `entries` in time order."""

    record: OrderRecord
    entries: tuple[JournalEntry, ...]
    stuck: StuckRow | None
    due_at: datetime | None
    attempts: int
