"""What goes into the store and comes out of it, as plain values; the model's words are used."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bridge.core.model import (
    Claim,
    JournalEntry,
    Key,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacySkuUid,
    Phase,
    StuckNote,
)
from bridge.core.stock.reasons import UNSURE_ADJUSTMENT
from bridge.core.stock.reserve import Demand

PHARMAONE = "pharmaone"
CLEARED_BY_A_PERSON = frozenset({"unsure_submission", "cannot_know", "unsure_prescription"})
"""Stuck codes for which a person's "retry" means: I looked, it is not there, send it."""


class Taken(StrEnum):
    """What became of a delivery. All are acknowledged alike."""

    HINTED = "hinted"  # there is something to look at
    DUPLICATE = "duplicate"  # this delivery was taken before
    ECHO = "echo"  # it tells what is known already
    NOTED = "noted"  # nothing in it to look at
    STOCK = "stock"  # the stock of a SKU or a product is not what it was
    UNREAD = "unread"  # about an order of PharmaOne's that nobody knows: it is read next


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Delivery:
    """A verified webhook delivery, as far as it is remembered.

    `dedup_key` is what two deliveries of one event have in common, within `vendor`. `key` is None
    where nothing is to be looked at. `told_status` is the vendor's status word, where it tells one.

    PharmaOne's deliveries name its own order (`order_id`), from which the store finds the key, or
    by any of `references` an order-request that staff `rejects`; `quiet` ones tell of no progress.
    `unread`: about orders of PharmaOne's that nobody knows yet.

    `stock`: about a stock; RxScale's name the SKU, and perhaps how many there are as of `told_at`.
    """

    vendor: str
    event: str
    dedup_key: str
    key: Key | None
    told_status: str | None
    priority: int
    name: str | None
    received_at: datetime
    known_event: bool = True
    order_id: OrderId | None = None
    references: tuple[str, ...] = ()
    rejects: bool = False
    quiet: bool = False
    unread: bool = False
    stock: bool = False
    sku_uid: PharmacySkuUid | None = None
    sku_stock: int | None = None
    told_at: datetime | None = None


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


def is_echo(record: OrderRecord, *, stuck: bool, vendor: str, told_status: str | None) -> bool:
    """Whether a delivery that tells `told_status` says nothing that would change what we do.

    True only where the order-request is out of our hands and the vendor tells the status that we
    remember of its side, or one that we set on the way there: our own changes come back like this
    (rxscale.md section 7, pharmaone.md section 14). An order that a person dropped is left alone
    whatever is told, and PharmaOne has nothing more to say to one that is over at RxScale.
    """
    if record.phase is Phase.DROPPED:
        return True
    if vendor == PHARMAONE and record.phase is Phase.DONE:
        return True
    if stuck or told_status is None:
        return False
    if vendor == PHARMAONE:
        return record.phase is Phase.ADOPTED and told_status == record.p1_status
    out_of_our_hands = record.phase in (Phase.SUBMITTED, Phase.ADOPTED, Phase.DONE)
    return out_of_our_hands and told_status in (record.rx_status, *record.echoes.splitlines())


def told_back(record: OrderRecord, vendor: str, told_status: str | None) -> OrderRecord:
    """The record once an echo was heard: what we set on the way is told once."""
    words = record.echoes.splitlines()
    if vendor == PHARMAONE or told_status not in words:
        return record
    words.remove(told_status)
    return replace(record, echoes="\n".join(words))


def all_echoes(record: OrderRecord, told: str | None, *, stuck: bool) -> OrderRecord | None:
    """The record after all that was told during a look (`vendor:status`, one a line), if that was
    nothing but echoes; None if any of it asks for another look.
    """
    for line in (told or ":").splitlines():
        vendor, _, word = line.partition(":")
        if not is_echo(record, stuck=stuck, vendor=vendor, told_status=word or None):
            return None
        record = told_back(record, vendor, word)
    return record
