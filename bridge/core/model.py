"""The bridge's own words: ids, states and the facts decisions are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType

from bridge.core.reasons import Reason

PharmacyOrderUid = NewType("PharmacyOrderUid", str)
"""RxScale's pharmacy order (`po-...`); also our `external_reference` and `external_id`."""
PharmacyUid = NewType("PharmacyUid", str)
SkuUid = NewType("SkuUid", str)
"""RxScale's SKU (`sku-...`), the same in every pharmacy; order items name this one."""
PharmacySkuUid = NewType("PharmacySkuUid", str)
"""RxScale's SKU in one pharmacy (`psku-...`): has stock, price and external_id."""
ProductId = NewType("ProductId", str)
"""PharmaOne's product (`p1_id`), always as text here (a number on some routes)."""
OrderId = NewType("OrderId", str)
"""PharmaOne's order (`ORD_...`)."""
OrderRequestId = NewType("OrderRequestId", str)
PrescriptionId = NewType("PrescriptionId", str)
"""PharmaOne's prescription, where prescriptions are sent by themselves."""
Key = NewType("Key", str)
"""What work is about: `order:po-...` or `sku:psku-...`."""


def order_key(uid: PharmacyOrderUid) -> Key:
    return Key(f"order:{uid}")


def order_uid(key: Key) -> PharmacyOrderUid:
    """The pharmacy order a key is about. Raises ValueError for a key of another kind."""
    kind, _, uid = key.partition(":")
    if kind != "order" or not uid:
        raise ValueError(f"not an order's key: {key}")
    return PharmacyOrderUid(uid)


class State(StrEnum):
    """The bridge's own order state, into which both vendors' statuses translate."""

    NEW = "new"
    IN_REVIEW = "in_review"
    PREPARING = "preparing"
    READY = "ready"
    COMPLETED = "completed"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


FIRST_LOOK = "first_look"
"""Stands in a snapshot of what was sent that is not known: RxScale's order as it was first seen."""


class Phase(StrEnum):
    """How far a pharmacy order's order-request has come; what the store must never forget."""

    KNOWN = "known"  # seen; nothing was ever sent
    SUBMITTING = "submitting"  # intent on disk: a call is under way, or its answer was lost
    SUBMITTED = "submitted"  # PharmaOne took the order-request
    ADOPTED = "adopted"  # the PharmaOne order made from it is known
    DROPPED = "dropped"  # a person said: leave it alone
    DONE = "done"  # nothing more to do


class AnnouncedBy(StrEnum):
    WEBHOOK = "webhook"
    SWEEP = "sweep"  # no webhook had told of it: a lost one
    FIRST_SWEEP = "first_sweep"  # it was there before this store was


@dataclass(frozen=True)  # without slots: see `core.records`
class OrderRecord:
    """The stored mapping pharmacy order - order-request - order. All times are aware UTC."""

    uid: PharmacyOrderUid
    first_seen_at: datetime
    phase: Phase = Phase.KNOWN
    announced_by: AnnouncedBy = AnnouncedBy.WEBHOOK
    name: str | None = None
    priority: int = 0
    claimed_as: str | None = None
    """The word that this store set at RxScale to claim it before sending; the intent counts."""
    doubted_at: datetime | None = None
    """Since when it may be at PharmaOne without our knowing: an answer was lost, or it was taken
    past the queue by others. None: no doubt."""
    searched_at: datetime | None = None
    """When the last complete search that did not find its order began."""
    rx_status: str | None = None
    rx_seen_at: datetime | None = None
    wrote_at: datetime | None = None
    """When RxScale last accepted a status of ours."""
    is_believed: bool = False
    """RxScale accepted `rx_status`, and has neither shown it nor told of it yet."""
    rx_gone_since: datetime | None = None
    """Since when RxScale answers that there is no such order."""
    state: State | None = None
    attempts: int = 0
    """How many submissions were sent, whatever came of them."""
    intent_at: datetime | None = None
    submitted_at: datetime | None = None
    request_id: OrderRequestId | None = None
    order_id: OrderId | None = None
    p1_status: str | None = None
    p1_seen_at: datetime | None = None
    p1_state: State | None = None
    """What PharmaOne's order amounted to when it was last looked at, its flags included."""
    p1_cancelled_at: datetime | None = None
    """When PharmaOne accepted our cancellation of its order."""
    unheeded: int = 0
    """How often in a row a vendor accepted a write of ours and a look showed nothing of it."""
    p1_gone_since: datetime | None = None
    """Since when PharmaOne answers that there is no such order."""
    p1_deleted_at: datetime | None = None
    """When an event last told that it was deleted."""
    calls: int = 0
    rules_version: str = ""
    finished_at: datetime | None = None
    held: bool = False
    """The bridge itself put it on hold (`orders.hold_when_stuck`)."""
    rejected_at: datetime | None = None
    """When PharmaOne's staff refused the order-request, as an event told."""
    prescription_id: PrescriptionId | None = None
    prescription_status: str | None = None
    prescription_at: datetime | None = None
    """When sending the prescription was begun, while no answer is known."""
    created_at: datetime | None = None
    """When RxScale made it, where RxScale told; or since when nobody had looked, if it was found
    after that."""
    unsent_at: datetime | None = None
    """Until when nobody can have sent it: it was seen in the queue, or at this store's own claim
    before the first submission."""
    untracked_at: datetime | None = None
    """Since when PharmaOne shows it as shipped and no parcel's page; it stays when completed so."""
    sent: str = ""
    """The snapshot of the order that its order-request was made of (`core.orders.edits`)."""
    snapshot: str = ""
    """That of its last look; "" before it was sent."""
    wanted_at: datetime | None = None
    """When a person said that it is not at PharmaOne and is to be sent."""
    not_twins: str = ""
    """PharmaOne's orders that look like it and are other ones, as a person said; one a line."""
    edition: int = 1
    """Which of its order-requests is the last: staff refused those before, and it was resumed."""
    echoes: str = ""
    """The words set at RxScale that were not told back yet, one a line."""

    @property
    def is_unread(self) -> bool:
        """What PharmaOne's order holds was not seen yet, and this store did not send it."""
        is_ours = self.intent_at is not None or (self.sent and FIRST_LOOK not in self.sent)
        return self.phase is Phase.ADOPTED and not is_ours

    @property
    def is_left_alone(self) -> bool:
        """Nothing was ever sent of it and it is finished here, though it is open at RxScale."""
        unsent = self.phase is Phase.DONE and not self.attempts and self.order_id is None
        return unsent and self.state not in (State.COMPLETED, State.CANCELLED)

    @property
    def names(self) -> tuple[str, ...]:
        """What its order-requests go by, the last one at the end."""
        return self.uid, *(f"{self.uid}-{number}" for number in range(2, self.edition + 1))

    @property
    def is_marked(self) -> bool:
        """That it is submitted is a person's word: PharmaOne's would have ended every doubt."""
        by_hand = self.intent_at is None or self.doubted_at is not None
        return self.submitted_at is not None and by_hand

    @property
    def made_at(self) -> datetime | None:
        """When it was made, None where nobody told: before it was met, whatever RxScale's clock."""
        return None if self.created_at is None else min(self.created_at, self.first_seen_at)

    @property
    def is_searched(self) -> bool:
        """Whether a complete search did not find it since its doubt arose."""
        doubted_at, searched_at = self.doubted_at, self.searched_at
        return searched_at is not None and (doubted_at is None or searched_at >= doubted_at)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One ordered SKU. `paid_cents` as sent: per line or per piece is the mapping's business."""

    uid: str
    sku_uid: SkuUid
    amount: int
    paid_cents: int | None = None
    name: str = ""
    pzn: str | None = None
    pharmacy_sku_uid: PharmacySkuUid | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class PharmacyOrder:
    """RxScale's side as just seen. `detail` is the whole answer: memory only, never stored."""

    uid: PharmacyOrderUid
    status: str
    seen_at: datetime
    name: str | None = None
    priority: int = 0
    created_at: datetime | None = None
    lines: tuple[OrderLine, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict, repr=False)
    pharmacy_uid: PharmacyUid | None = None
    """Whose order it is; None where the answer does not say."""
    is_believed: bool = False
    """RxScale accepted this status just now, and was not asked whether it took effect."""


class Flag(StrEnum):
    """The flags of PharmaOne's order that statuses.toml may give a meaning (pharmaone.md 9)."""

    SHIPPED = "shipped"
    PICKED_UP = "picked_up"
    CASH_ON_PICKUP = "cash_on_pickup"


HANDOVER = (Flag.SHIPPED, Flag.PICKED_UP)
"""Those that say where the goods are. An answer without any of them shows no flags."""


@dataclass(frozen=True, slots=True)
class P1Order:
    """PharmaOne's order as last seen. `external_id` is None where the answer did not hold it.

    `flags` are those that are raised, None where the answer does not show them (C4). `created_at`
    is in our own time; `updated_at` in PharmaOne's, to be compared with itself only.
    """

    id: OrderId
    status: str
    seen_at: datetime
    external_id: str | None = None
    flags: frozenset[Flag] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def handed_over(self) -> tuple[Flag, ...]:
        """The raised flags that say where the goods are."""
        return tuple(flag for flag in HANDOVER if flag in (self.flags or ()))


@dataclass(frozen=True, slots=True)
class P1Row(P1Order):
    """The same as PharmaOne's list shows it; whose it is, is memory only. `total` is in euros."""

    customer_name: str | None = field(default=None, kw_only=True, repr=False)
    total: Decimal | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class P1Sight:
    """PharmaOne's order as just seen itself. `detail` is the whole answer: memory only."""

    order: P1Order
    detail: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """A parcel's page; `carrier` is one of the words RxScale allows (rxscale.md section 6.4)."""

    url: str
    carrier: str


@dataclass(frozen=True, slots=True)
class CatalogueSku:
    """What RxScale's SKU list says of one pharmacy SKU.

    Its pieces and its price change all the time: they do not make it another one, and are
    remembered apart from it.
    """

    pharmacy_sku_uid: PharmacySkuUid
    sku_uid: SkuUid
    external_id: str | None = None
    name: str = ""
    pzn: str | None = None
    selling_unit: str | None = None
    """How many of `unit` one holds, as decimal digits (`standard_selling_unit`)."""
    unit: str | None = None
    digital: bool = False
    """Nothing that lies on a shelf."""
    stock: int | None = field(default=None, compare=False)
    price_cents: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """An ordered line in PharmaOne's units: `quantity` pieces (or grams) of product `p1_id`.

    `price_cents` is the price of one PharmaOne unit; an ordered line whose paid total does not
    divide evenly becomes two of these, a cent apart, so that nothing is lost.
    """

    p1_id: ProductId
    quantity: int
    price_cents: int | None
    name: str
    sku_uid: SkuUid
    pzn: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An order-request ready to send: PharmaOne's `payload`. Memory only, never stored."""

    payload: Mapping[str, Any] = field(repr=False)
    rules: tuple[str, ...] = ()
    """The rules that made it, as `file: key`, for the order's story."""
    prescription: Mapping[str, Any] | None = field(default=None, repr=False)
    """What is sent as a prescription of its own, before the order-request."""
    lacks_prescription: bool = False
    """It needs one, and RxScale shows no file yet."""
    goes_without: bool = False
    """Once it has waited, it is sent without its prescription."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What keeps an order from being submitted: everything, together."""

    gaps: tuple[Reason, ...]


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Hint:
    """Look at X. Higher `priority` is more urgent (RxScale's `order.priority`)."""

    key: Key
    why: str
    priority: int = 0
    announced_by: AnnouncedBy = AnnouncedBy.WEBHOOK
    name: str | None = None
    reported: str | None = None
    """`vendor:status word`, where a delivery told one."""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the to-do table, taken by the worker for a while."""

    key: Key
    generation: int
    attempts: int
    why: str
    priority: int
    reported: str | None = None
    """Who told of it, and which status: `vendor:status`, one a line; None: others did."""
