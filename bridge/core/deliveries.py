"""What a webhook delivery tells, one small type a kind, and which deliveries tell nothing new."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from bridge.core.lifecycle import TERMINAL
from bridge.core.model import OrderId, OrderRecord, PharmacyOrderUid, PharmacySkuUid, Phase, State
from bridge.core.records import replace

RXSCALE = "rxscale"
PHARMAONE = "pharmaone"

# None of these is frozen: one is made for every delivery, and freezing triples the cost.


@dataclass(slots=True)
class _Delivered:
    """`dedup_key` is what two deliveries of one event have in common."""

    event: str
    dedup_key: str
    received_at: datetime


@dataclass(slots=True)
class Noted(_Delivered):
    """Nothing to look at; `known` says whether the bridge has a word for this event."""

    vendor: str
    known: bool = True


@dataclass(slots=True)
class OrderChanged(_Delivered):
    """RxScale created or changed a pharmacy order, at `created_at` and `changed_at` by our clock.

    `reported_status`: its status, if readable.
    """

    uid: PharmacyOrderUid
    reported_status: str | None = None
    priority: int = 0
    name: str | None = None
    changed_at: datetime | None = None
    created_at: datetime | None = None

    vendor: ClassVar[str] = RXSCALE


@dataclass(slots=True)
class SkuChanged(_Delivered):
    """RxScale changed the stock of a SKU, to `stock` pieces if the event says how many."""

    sku_uid: PharmacySkuUid
    stock: int | None
    changed_at: datetime

    vendor: ClassVar[str] = RXSCALE


@dataclass(slots=True)
class PharmaOneChanged(_Delivered):
    """PharmaOne changed an order, an order-request or a prescription.

    `order_id` is PharmaOne's own id. `references` are all other ids in the event that may belong
    to one of our orders. `reported_status` is the new status where the status changed. `quiet`
    events report no progress. `deleted`: the order was deleted. `refused`: staff refused the
    order-request that `references` name. `of_an_order`: the event is about an order, even where
    it does not say which.
    """

    order_id: OrderId | None = None
    reported_status: str | None = None
    references: tuple[str, ...] = ()
    quiet: bool = False
    refused: bool = False
    deleted: bool = False
    of_an_order: bool = True

    vendor: ClassVar[str] = PHARMAONE


@dataclass(slots=True)
class InventoryChanged(_Delivered):
    """PharmaOne reports that a product runs low or has run out; which one is not documented."""

    vendor: ClassVar[str] = PHARMAONE


Delivery = OrderChanged | SkuChanged | PharmaOneChanged | InventoryChanged | Noted


class Receipt(StrEnum):
    """What became of a delivery. All are acknowledged alike."""

    HINTED = "hinted"  # there is something to look at
    DUPLICATE = "duplicate"  # this delivery was received before
    ECHO = "echo"  # it reports what is known already
    NOTED = "noted"  # nothing in it to look at
    STOCK = "stock"  # the stock of a SKU or a product is not what it was
    UNREAD = "unread"  # about an order of PharmaOne's that is not known: it is read next


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that was taken in. `fresh`: for the first time; `of_their_order`: it told of an
    order at PharmaOne.
    """

    vendor: str
    event: str
    received_at: datetime
    fresh: bool
    of_their_order: bool
    receipt: Receipt | None = None


OF_PHARMAONE = f"{PHARMAONE} news:"
"""What a hint reports where PharmaOne told of more than a status, or its list did."""


def is_of_pharmaone(reported: str | None) -> bool:
    """Whether only PharmaOne told of something, so that RxScale's side is as it was last seen."""
    lines = (reported or ":").splitlines()
    return all(line.startswith(PHARMAONE) for line in lines)


ECHO_WITHIN = timedelta(seconds=10)
"""So much later than our write RxScale may date its echo; what is later is a change by others."""


def is_echo(
    record: OrderRecord,
    *,
    stuck: bool,
    vendor: str,
    reported_status: str | None,
    changed_at: datetime | None = None,
) -> bool:
    """Whether a delivery with `reported_status` says nothing that would change what we do.

    True only where the order-request is out of our hands. Each status that we set at RxScale comes
    back once (rxscale.md section 7); the same status again may tell of changed details, so it is
    looked at. PharmaOne's are known by the status that was last seen there (pharmaone.md section
    14). Of an order that a person dropped only PharmaOne's end is awaited, for what it takes.
    """
    if record.phase is Phase.DROPPED:
        return vendor != PHARMAONE or record.p1_state in TERMINAL
    if vendor == PHARMAONE and record.phase is Phase.DONE:
        return _tells_nothing_after_the_end(record, reported_status)
    if changed_at and record.wrote_at and changed_at > record.wrote_at + ECHO_WITHIN:
        return False
    if reported_status is not None and _is_our_claim(record, vendor, reported_status):
        return True
    if stuck or reported_status is None:
        return False
    if vendor == PHARMAONE:
        return record.phase is Phase.ADOPTED and reported_status == record.p1_status
    if record.phase is Phase.DONE and reported_status == record.rx_status:
        return True
    out_of_our_hands = record.phase in (Phase.SUBMITTED, Phase.ADOPTED)
    return out_of_our_hands and reported_status in record.echoes.splitlines()


def _tells_nothing_after_the_end(record: OrderRecord, reported_status: str | None) -> bool:
    """PharmaOne may still ship what was cancelled, cancel what was completed, or name the page of
    a parcel that was shipped without one.
    """
    if record.state is State.COMPLETED and reported_status is None:
        return record.untracked_at is None
    return reported_status == record.p1_status


def _is_our_claim(record: OrderRecord, vendor: str, reported_status: str) -> bool:
    """Our claim coming back once, whatever became of the order-request after it."""
    ours = vendor != PHARMAONE and reported_status == record.claimed_as
    return ours and reported_status in record.echoes.splitlines()


def without_echo(record: OrderRecord, vendor: str, reported_status: str | None) -> OrderRecord:
    """The record once an echo came: a status that we set on the way is reported once."""
    words = record.echoes.splitlines()
    if vendor == PHARMAONE or reported_status not in words:
        return record
    words.remove(reported_status)
    after = replace(record, echoes="\n".join(words))
    if reported_status != record.rx_status:
        return after
    return replace(after, is_believed=False, unheeded=0)


def without_echoes(record: OrderRecord, reported: str | None, *, stuck: bool) -> OrderRecord | None:
    """The record after all that was reported during a look (`vendor:status`, one a line), if that
    was nothing but echoes; None if any of it asks for another look.
    """
    for line in (reported or ":").splitlines():
        vendor, _, word = line.partition(":")
        if not is_echo(record, stuck=stuck, vendor=vendor, reported_status=word or None):
            return None
        record = without_echo(record, vendor, word)
    return record
