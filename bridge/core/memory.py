"""What goes into the store and comes out of it, as plain values; the model's words are used."""

from dataclasses import dataclass
from datetime import datetime

from bridge.core.facts import ShortStock
from bridge.core.journal import JournalEntry
from bridge.core.model import Claim, Key, OrderRecord, P1Order, PharmacyOrderUid
from bridge.core.reasons import Reason
from bridge.core.shadow import Note
from bridge.core.stock.reserve import Demand

NOBODY = PharmacyOrderUid("")


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
    stuck: Reason | None
    now: datetime
    attentions: tuple[Reason, ...] | None = None
    """What a person should know of it; None: as before, since it was not looked."""
    cancels: bool = True
    """The order is to be cancelled, or was; False: it is open, and is not to be."""
    p1_order: P1Order | None = None
    """PharmaOne's order as it was seen, so that the next sweep does not take it for news."""
    takes: tuple[Demand, ...] | None = None
    """What the order's lines take off the stock; None if they were not looked at."""
    released_at: datetime | None = None
    """From when on that is not held back any more."""
    short_stock: ShortStock = "unknown"
    """What RxScale does where the order took more than was there."""
    noted: tuple[Note, ...] = ()
    """In shadow mode: what would have been done of it, and what people did."""
    before: OrderRecord | None = None
    """The record as the store has it; None: it is not known."""


@dataclass(frozen=True, slots=True)
class SweptOrder:
    """What RxScale's order list says of one pharmacy order (rxscale.md section 6.1).

    `status` is "" where the row held no usable word; a look at the order then names the fault.
    """

    status: str
    priority: int = 0
    name: str | None = None
    uid: PharmacyOrderUid = NOBODY


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep found, in orders; `lost_webhooks` of the new ones should have been announced.

    `untold`: new or changed, or listed no more, and nothing had told of it.
    """

    seen: int
    new: int = 0
    lost_webhooks: int = 0
    changed: int = 0
    missing: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class StuckRow:
    """What waits for a person, or what a person should know (`Kind.ATTENTION`), and since when."""

    key: Key
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the list of orders. `due_at`: when it is looked at next, None if on a hint."""

    record: OrderRecord
    stuck: Reason | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is remembered of one order; `entries` in time order."""

    record: OrderRecord
    entries: tuple[JournalEntry, ...]
    stuck: StuckRow | None
    attentions: tuple[StuckRow, ...]
    due_at: datetime | None
