"""What goes into the store and comes out of it, as plain values; the model's words are used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bridge.core.model import Claim, JournalEntry, Key, Link, Phase, StuckNote

CLEARED_BY_A_PERSON = frozenset({"unsure_submission", "cannot_know"})
"""Stuck codes for which a person's "retry" means: I looked, it is not there, send it."""


class Taken(StrEnum):
    """What became of a delivery. All four are acknowledged alike."""

    HINTED = "hinted"  # there is something to look at
    DUPLICATE = "duplicate"  # this delivery was taken before
    ECHO = "echo"  # it tells what is known already
    NOTED = "noted"  # nothing in it to look at


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook delivery, as far as it is remembered.

    `dedup_key` is what two deliveries of one event have in common, within `vendor`. `key` is None
    where nothing is to be looked at. `told_status` is the vendor's status word, where it tells one.
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a look ended: what to remember, and when to look again.

    `again_at` None: not before the next hint. `failed`: the look came to nothing, so the next
    claim counts one more attempt.
    """

    claim: Claim
    link: Link
    entries: tuple[JournalEntry, ...]
    again_at: datetime | None
    failed: bool
    stuck: StuckNote | None
    now: datetime


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


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the list of orders. `due_at`: when it is looked at next, None if on a hint."""

    link: Link
    stuck: StuckNote | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is remembered of one order; `entries` in time order."""

    link: Link
    entries: tuple[JournalEntry, ...]
    stuck: StuckRow | None
    due_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Numbers for health and metrics. Times are aware UTC.

    `pending`: keys due now or being looked at; `oldest_seconds`: how long the oldest of them has
    been due. `open_orders`: neither finished nor dropped.
    """

    pending: int
    unsure: int
    oldest_seconds: float | None
    stuck: int
    open_orders: int
    last_poll_at: datetime | None
    first_sweep_at: datetime | None
    catalogue_at: datetime | None
    counters: Mapping[str, int] = field(default_factory=dict)


def is_echo(link: Link, *, stuck: bool, told_status: str | None) -> bool:
    """Whether a delivery that tells `told_status` says nothing that would change what we do.

    True only where the order-request is out of our hands and RxScale tells the status that we
    remember: our own status changes come back like this (rxscale.md section 7). An order that a
    person dropped is left alone whatever is told.
    """
    if link.phase is Phase.DROPPED:
        return True
    if stuck or told_status is None or told_status != link.rx_status:
        return False
    return link.phase in (Phase.SUBMITTED, Phase.ADOPTED, Phase.DONE)
