"""The steps that a decision about an order may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bridge.core.model import Draft, OrderId, P1Order, PrescriptionId, TrackingLink
from bridge.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class Look:
    """Fetch the pharmacy order from RxScale."""

    why: Reason


@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """Read RxScale's SKU list: it may link what is not linked yet."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Find:
    """Search PharmaOne's orders for this one; the search must begin at `since` or later."""

    since: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class Weigh:
    """See how many other orders are to be cancelled at that vendor as well."""

    vendor: str


@dataclass(frozen=True, slots=True)
class Adopt:
    """PharmaOne's order made from our order-request is known: remember it."""

    order: P1Order


@dataclass(frozen=True, slots=True)
class Submit:
    """Send the order-request."""

    draft: Draft
    why: Reason


@dataclass(frozen=True, slots=True)
class Ingest:
    """Send the prescription by itself."""

    body: Mapping[str, Any] = field(hash=False, repr=False)
    why: Reason


@dataclass(frozen=True, slots=True)
class LookAtPrescription:
    """Ask PharmaOne how far a prescription has come."""

    prescription_id: PrescriptionId
    why: Reason


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Take one legal step at RxScale. `rule` is the file and key that decided.

    `claims`: the step takes the order out of the queue, so that it may be sent. `submits`: it is
    sent right after, so the intent of both is written down at once.
    """

    word: str
    rule: str
    comment: str | Reason | None = None
    claims: bool = False
    submits: bool = False


@dataclass(frozen=True, slots=True)
class LookAtPharmaOne:
    """Fetch PharmaOne's order."""

    order_id: OrderId
    why: Reason


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

    why: Reason
    until: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    """Only a person can decide; `until`: looked at again then all the same."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    why: Reason


Looking = Look | LookAtPharmaOne | LookAtPrescription | ReadCatalogue | Find | Weigh | Adopt
"""Something to see or to remember now; it changes nothing at a vendor."""
Sending = Submit | Ingest | SetStatus | Complete | Cancel
"""Something to change at a vendor now."""
Act = Looking | Sending
Ending = Wait | Stuck | Done
"""Nothing more to do now."""
Step = Act | Ending
