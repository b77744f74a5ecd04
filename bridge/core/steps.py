"""What a decision about an order may rest on (the view), and what it may answer (the steps)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.lifecycle import Vocabulary
from bridge.core.model import Draft, Gaps, Link, P1Order, PharmacyOrder, State, StuckNote


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices, from `rxbridge.toml`."""

    fresh: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=30)
    repeat_unsure: bool = True
    hold_when_stuck: bool = False
    most_submissions: int = 5
    most_looks_for_gone: int = 4
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
    link: Link
    policy: Policy
    rxscale: Vocabulary
    pharmaone: Vocabulary
    review: State = State.IN_REVIEW
    order: PharmacyOrder | None = None
    gone: bool = False
    looks: int = 0
    """How many looks in a row came to nothing before this one."""
    draft: Draft | Gaps | None = None
    catalogue_at: datetime | None = None
    p1_order: P1Order | None = None
    search: Search | None = None


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
class SetStatus:
    """Take one legal step at RxScale. `rule` is the file and key that decided."""

    word: str
    rule: str
    comment: str | None = None


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


Step = Look | ReadCatalogue | Find | Adopt | Submit | SetStatus | Wait | Stuck | Done
