"""What a decision about an order may rest on (the view), and what it may answer (the steps)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bridge.core.lifecycle import Prescriptions, Vocabulary
from bridge.core.model import (
    Draft,
    Gaps,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PrescriptionId,
    State,
    StuckNote,
    TrackingLink,
)
from bridge.core.patience import ENOUGH_LOOKS


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices, from `rxbridge.toml`."""

    fresh: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=30)
    repeat_unsure: bool = True
    hold_when_stuck: bool = False
    most_submissions: int = 5
    most_looks_for_gone: int = ENOUGH_LOOKS
    catalogue_fresh: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Search:
    """A search through PharmaOne's orders. `gap` says why it could not see everything."""

    began_at: datetime
    gap: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All that a decision may rest on."""

    now: datetime
    record: OrderRecord
    policy: Policy
    rxscale: Vocabulary
    pharmaone: Vocabulary
    review: State = State.IN_REVIEW
    rejected: State | None = None
    """What a rejected order-request makes of the pharmacy order; None: a person says."""
    hold_comment: str = "on hold in PharmaOne"
    """RxScale wants a reason for every hold."""
    order: PharmacyOrder | None = None
    gone: bool = False
    looks: int = 0
    """How many looks in a row came to nothing before this one."""
    draft: Draft | Gaps | None = None
    catalogue_at: datetime | None = None
    p1_order: P1Order | None = None
    p1_looked_at: datetime | None = None
    """When the order itself was seen at PharmaOne; lists do not show its flags."""
    p1_gone: bool = False
    tracking: tuple[TrackingLink, ...] | None = None
    """The parcels that PharmaOne's order tells of; None: not looked for."""
    tracking_refused: bool = False
    """RxScale did not take a tracking link: the order is completed without it."""
    search: Search | None = None
    prescriptions: Prescriptions | None = None
    prescription_looked: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Fetch the pharmacy order from RxScale."""

    why: str


@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """Read RxScale's SKU list: it may link what is not linked yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Find:
    """Search PharmaOne's orders for this one; the search must begin at `since` or later."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Adopt:
    """PharmaOne's order made from our order-request is known: remember it."""

    order: P1Order


@dataclass(frozen=True, slots=True)
class Submit:
    """Send the order-request."""

    draft: Draft
    why: str


@dataclass(frozen=True, slots=True)
class Ingest:
    """Send the prescription by itself."""

    body: Mapping[str, Any] = field(hash=False, repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class LookAtPrescription:
    """Ask PharmaOne how far a prescription has come."""

    prescription_id: PrescriptionId
    why: str


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Take one legal step at RxScale. `rule` is the file and key that decided."""

    word: str
    rule: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class LookAtPharmaOne:
    """Fetch PharmaOne's order."""

    order_id: OrderId
    why: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Complete the pharmacy order at RxScale, which makes its status `word`."""

    word: str
    tracking: tuple[TrackingLink, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel PharmaOne's order by sending `body`, which makes its status `word`."""

    order_id: OrderId
    word: str
    body: Mapping[str, Any] = field(hash=False)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until something changes, or until `until`."""

    why: str
    until: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    note: StuckNote


@dataclass(frozen=True, slots=True)
class Done:
    why: str


Looking = Look | LookAtPharmaOne | LookAtPrescription | ReadCatalogue | Find | Adopt
"""Something to see or to remember now; it changes nothing at a vendor."""
Sending = Submit | Ingest | SetStatus | Complete | Cancel
"""Something to change at a vendor now."""
Act = Looking | Sending
Ending = Wait | Stuck | Done
"""Nothing more to do now."""
Step = Act | Ending
