"""Which changes of its stock PharmaOne is sent, and whether one of them has arrived.

They come of a stock that people changed at RxScale (by choice), and of an order that was handed
over where PharmaOne never deducts by itself. PharmaOne takes relative changes only and knows no key
for them (pharmaone.md section 8), so each carries a reference of its own in its `reason`, and is
looked up in the product's log when unsure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.model import (
    Key,
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    ProductId,
    order_key,
    order_uid,
)
from bridge.core.orders.edits import lines_differ
from bridge.core.reasons import ADJUSTMENT_UNSURE, UNSURE_ADJUSTMENT, Reason
from bridge.core.stock.model import Shelf, SkuLink
from bridge.core.stock.reserve import Demand

MOST_ENTRIES = 200
"""A product's log shows no more, the newest (pharmaone.md section 8)."""
MARGIN = timedelta(minutes=1)
"""So long before an adjustment a full log must begin: clocks are compared to the second only."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A SKU of which RxScale had `before` pieces and, changed by others, shows `now`.

    What it had is what we wrote, less what completed orders took off it since.
    """

    uid: PharmacySkuUid
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`delta` units of a product, for a SKU of which people changed `pieces`, or for an order.

    `sent_at` is None before the first call, `done_at` until PharmaOne is known to have it; `asked`:
    why a person has to see to it (a reason's document as JSON), and nothing more is sent.
    """

    key: Key
    p1_id: ProductId
    delta: int
    pieces: int
    reference: str
    begun_at: datetime
    sent_at: datetime | None = None
    done_at: datetime | None = None
    asked: str | None = None

    @property
    def mark(self) -> str:
        """What no other entry of the product's log holds."""
        return f"(rxbridge {self.reference})"

    @property
    def reason(self) -> str:
        """What PharmaOne's log will show."""
        return f"RxScale {self.key.partition(':')[2]}: {self.pieces or self.delta:+d} {self.mark}"

    @property
    def order(self) -> PharmacyOrderUid | None:
        """The order that it is for; None where it is for a SKU."""
        return order_uid(self.key) if self.key.startswith("order:") else None

    @property
    def sku(self) -> PharmacySkuUid:
        """The SKU that people changed."""
        return PharmacySkuUid(self.key.removeprefix("sku:"))


def adjustment(drift: Drift, link: SkuLink, reference: str, now: datetime) -> Adjustment | str:
    """The change at PharmaOne; or why there can be none."""
    pieces = drift.now - drift.before
    delta = link.whole_units(pieces)
    if delta is None:
        return f"{pieces} pieces are no whole number of PharmaOne's units"
    return Adjustment(Key(f"sku:{drift.uid}"), link.product, delta, pieces, reference, now)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """An order that PharmaOne was seen to hand over and whose `held` lines are kept back still;
    `made`: the adjustments that were made or begun for it.
    """

    record: OrderRecord
    held: Sequence[Demand]
    made: Sequence[Adjustment]


def owed(
    order: HandedOver, links: Mapping[PharmacySkuUid, SkuLink], *, came_back: bool, now: datetime
) -> list[Adjustment] | None:
    """What is to be taken off PharmaOne's stock for it, a product at a time; None: a person says.

    Nothing is guessed: neither of a line whose SKU has no confirmed link to its product (any more),
    nor of an order whose lines were changed after it was sent, or that came back meanwhile.
    """
    if came_back or lines_differ(order.record.sent, order.record.snapshot):
        return None
    units: dict[ProductId, int] = {}
    for line in order.held:
        link = links.get(line.pharmacy_sku_uid)
        if link is None or link.product != line.p1_id:
            return None
        units[line.p1_id] = units.get(line.p1_id, 0) - line.units
    begun = {each.p1_id for each in order.made}
    return [
        _next(order.record.uid, product, delta, (), now)
        for product, delta in units.items()
        if product not in begun
    ]


def put_back(uid: PharmacyOrderUid, made: Sequence[Adjustment], now: datetime) -> list[Adjustment]:
    """The opposite of what was taken off PharmaOne's stock for an order, a product at a time."""
    return [
        _next(uid, product, -delta, [each for each in made if each.p1_id == product], now)
        for product, delta in net(made).items()
    ]


def net(made: Iterable[Adjustment]) -> dict[ProductId, int]:
    """What adjustments come to by product, where that is not 0."""
    units: dict[ProductId, int] = {}
    for each in made:
        units[each.p1_id] = units.get(each.p1_id, 0) + each.delta
    return {product: delta for product, delta in units.items() if delta}


def _next(
    uid: PharmacyOrderUid,
    product: ProductId,
    delta: int,
    before: Sequence[Adjustment],
    now: datetime,
) -> Adjustment:
    """Its reference is the order's own and counts on, so that a store that was lost or restored
    finds in the log what an earlier one has sent.
    """
    reference = f"{uid}/{len(before) + 1}"
    return Adjustment(order_key(uid), product, delta, 0, reference, now)


def links_of(shelf: Shelf, uids: Iterable[PharmacySkuUid]) -> Mapping[PharmacySkuUid, SkuLink]:
    """The links of those of these SKUs that have one which is confirmed."""
    wanted = frozenset(uids)
    return {
        link.uid: link
        for links in shelf.values()
        for link in links
        if link.uid in wanted and link.confirmed
    }


def unsure_adjustment(each: Adjustment) -> Reason:
    """An adjustment's answer was lost, and the product's log no longer reaches back to it."""
    code = ADJUSTMENT_UNSURE if each.order else UNSURE_ADJUSTMENT
    return code(product=each.p1_id, delta=f"{each.delta:+d}", reference=each.reference)


def search_log(
    adjustment: Adjustment, sent_at: datetime, log: Sequence[tuple[str, datetime | None]] | None
) -> Literal["there", "not there", "unknown", "gone"]:
    """What the product's log, as reasons and times, says of an adjustment sent at `sent_at`.

    A full log that begins later no longer reaches back to it: then it is not known. None: there is
    no such product.
    """
    if log is None:
        return "gone"
    if any(adjustment.mark in reason for reason, _ in log):
        return "there"
    times = [at for _, at in log if at is not None]
    reaches_back = len(log) < MOST_ENTRIES or (bool(times) and min(times) <= sent_at - MARGIN)
    return "not there" if reaches_back else "unknown"
