"""What a decision about an order rests on: the policy, the words and what was seen so far."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.core.facts import KEEPS_STATUS, Facts
from bridge.core.lifecycle import Vocabulary, Words
from bridge.core.model import (
    Draft,
    Gaps,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyUid,
    Phase,
    State,
    TrackingLink,
)
from bridge.core.reasons import UNKNOWN_STATUS, Reason
from bridge.core.steps import Stuck
from bridge.core.stock.reserve import Demand

_ON_ITS_WAY = frozenset({State.IN_REVIEW, State.PREPARING, State.READY})


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices, from `rxbridge.toml`."""

    fresh: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=30)
    repeat_unsure: bool = True
    hold_when_stuck: bool = False
    most_submissions: int = 5
    confirm: timedelta = timedelta(seconds=60)
    """How long RxScale has to tell of an end that we set, before it is looked at."""
    reads_back: bool = True
    """PharmaOne's orders can be read; a connector alone only takes order-requests."""
    gone_after: timedelta = timedelta(minutes=15)
    """How long a vendor has to deny an order before that is believed."""
    pharmacy: PharmacyUid | None = None
    """Ours, where the configuration says so; orders of another one are none of our business."""
    unusual_count: int = 3
    unusual_percent: int = 20
    """More than both, of the open orders, are not cancelled at once without a person."""
    catalogue_fresh: timedelta = timedelta(seconds=60)
    take_from: datetime | None = None
    """Orders made before are left alone."""
    by_hand_until: datetime | None = None
    """Until then people did by hand what a shadow only noted: what they have is left to them."""
    review: timedelta = timedelta(hours=24)
    """How long staff may review an order-request before a person is told; 0: for ever."""
    prescription: timedelta = timedelta(minutes=10)
    """How long an order waits for the file of its prescription before a person is told."""
    tracking: timedelta = timedelta(0)
    """How long completing a shipped order waits for its parcel's page."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search through PharmaOne's orders. `gap` says why it could not see everything."""

    began_at: datetime
    gap: Reason | None = None
    twin: OrderId | None = None
    """An order that a person typed into PharmaOne by hand and that likely is this one."""


@dataclass(frozen=True, slots=True)
class Company:
    """Those that are to be cancelled at the same vendor, this one among them.

    `wanted_at`: since when this one is; `same`: how many are at about that time, of `open` ones;
    `due`: others that are to be looked at now; `is_confirmed`: a person said that it is right.
    """

    wanted_at: datetime
    same: int
    open: int
    due: int = 0
    is_confirmed: bool = False


@dataclass(slots=True)
class Sight:
    """What one look has seen so far; the worker fills it in, the decision reads it.

    It holds a patient's data (`order`, `draft`), so it ends with the look and is never stored.
    """

    record: OrderRecord
    order: PharmacyOrder | None = None
    gone: bool = False
    """RxScale answered 404."""
    warnings: tuple[Reason, ...] = ()
    """What the mapping files make of it that a person should know (`Kind.ATTENTION`, one code)."""
    draft: Draft | Gaps | None = None
    demands: tuple[Demand, ...] | None = None
    """What the order's lines will take off the stock; None if they were not read in this look."""
    catalogue_at: datetime | None = None
    p1_order: P1Order | None = None
    p1_looked_at: datetime | None = None
    """When the order itself was seen at PharmaOne; lists do not show its flags."""
    p1_gone: bool = False
    """PharmaOne answered 404."""
    p1_unlisted_at: datetime | None = None
    """When its whole list was last asked for that showed other orders we know, and not this one."""
    tracking: tuple[TrackingLink, ...] | None = None
    """The parcels that PharmaOne's order tells of; None: not looked for."""
    tracking_refused: bool = False
    """RxScale did not take a tracking link: the order is completed without it."""
    is_short: bool = False
    """RxScale did not complete the order: of its own stock there was too little."""
    refused_word: str | None = None
    """The status that RxScale refused once in this look."""
    written: bool = False
    """RxScale took a status in this look, which did not fetch its side."""
    search: Search | None = None
    prescription_looked: bool = False
    company: Company | None = None
    """None where it was not asked in this look: it is not to be cancelled."""
    saved: OrderRecord | None = None
    """The record as the store has it."""


@dataclass(slots=True)  # not frozen: made for every step, at a third of the cost
class View:
    """All that a decision may rest on. `now` is aware UTC."""

    now: datetime
    policy: Policy
    words: Words
    sight: Sight
    facts: Facts = field(default_factory=Facts)
    """What was found out about the vendors."""
    rx_unchanged: bool = False
    """Only PharmaOne told of something since RxScale's side was last seen."""
    pharmaone_ready: bool = True
    """PharmaOne is not being left alone after repeated failures: its breaker is closed."""

    @property
    def record(self) -> OrderRecord:
        return self.sight.record


def remembered(view: View) -> PharmacyOrder | None:
    """RxScale's side as last seen, without its content, where that will do to write a status: it
    refuses a step that is not legal, so a wrong memory, or a write without effect, does no harm.
    """
    record = view.record
    trusted = KEEPS_STATUS[view.facts.refuses_illegal_steps] and view.rx_unchanged
    phases = (Phase.SUBMITTED, Phase.ADOPTED)
    on_its_way = record.state in _ON_ITS_WAY and record.phase in phases
    is_known = view.sight.written or on_its_way
    if not trusted or not is_known or view.sight.refused_word is not None:
        return None
    return PharmacyOrder(record.uid, record.rx_status or "", record.rx_seen_at or view.now)


def is_fresh(view: View) -> bool:
    """Whether RxScale's side was seen recently enough to write a status on it.

    What was only accepted was not seen: no step is built on another one, unless RxScale refuses
    what does not follow.
    """
    order = view.sight.order
    if order is None:
        return remembered(view) is not None
    return not order.is_believed and is_recent(view)


def is_recent(view: View) -> bool:
    """Whether RxScale's side was seen, or set by us, a moment ago."""
    order = view.sight.order
    return order is not None and abs(view.now - order.seen_at) <= view.policy.fresh


def prescription_ends(view: View) -> datetime | None:
    """Until when the order waits for its prescription, at most; None if it waits for none."""
    draft = view.sight.draft
    if not isinstance(draft, Draft) or not draft.lacks_prescription:
        return None
    ends = view.record.first_seen_at + view.policy.prescription
    return None if draft.goes_without and ends <= view.now else ends


def is_p1_fresh(view: View) -> bool:
    """Whether PharmaOne's order was looked at itself (lists lack its flags) and recently."""
    seen_at = view.sight.p1_looked_at
    return seen_at is not None and abs(view.now - seen_at) <= view.policy.fresh


def meaning_of(order: P1Order, vocabulary: Vocabulary) -> tuple[State, str] | None:
    """The state that PharmaOne's flags and word amount to, and the rule that says so.

    A raised flag outweighs the word. None for a word that is not listed: it is never guessed.
    """
    for flag, state in vocabulary.flags.items():
        if flag in (order.flags or ()):
            return state, f"{vocabulary.where}.flags.{flag}"
    state_of_word = vocabulary.means.get(order.status)
    if state_of_word is None:
        return None
    return state_of_word, f"{vocabulary.where}.means.{order.status}"


_ROUTES = {"RxScale": "rxscale GET /pharmacy_orders/", "PharmaOne": "pharmaone GET /orders/"}
"""By what `rxbridge call` shows an order."""


def unknown_status(view: View, vendor: str, ident: str, word: str) -> Stuck:
    """A word that is not in the vendor's vocabulary: it is never guessed."""
    words = view.words.rxscale if vendor == "RxScale" else view.words.pharmaone
    call = f"{_ROUTES[vendor]}{ident}"
    why = UNKNOWN_STATUS(vendor=vendor, of="order", call=call, status=word, where=words.where)
    return Stuck(why)
