"""A stock that people changed at RxScale, as a change of PharmaOne's stock: by choice only.

PharmaOne takes relative changes only and knows no key for them (pharmaone.md section 8), so each
carries a reference of its own in its `reason`, and is looked up in the product's log when unsure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.reasons import UNSURE_ADJUSTMENT, Reason
from bridge.core.stock.model import Shelf, SkuLink

MOST_ENTRIES = 200
"""A product's log shows no more, the newest (pharmaone.md section 8)."""
MARGIN = timedelta(minutes=1)
"""So long before an adjustment a full log must begin: clocks are compared to the second only."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A SKU of which RxScale had `before` pieces and, by somebody's doing, shows `now`.

    What it had is what we wrote, less what completed orders took off it since.
    """

    uid: PharmacySkuUid
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`delta` units of a product for `pieces` of a SKU; `sent_at` is None before the first call."""

    pharmacy_sku_uid: PharmacySkuUid
    p1_id: ProductId
    delta: int
    pieces: int
    reference: str
    begun_at: datetime
    sent_at: datetime | None = None

    @property
    def reason(self) -> str:
        """What PharmaOne's log will show."""
        return f"RxScale {self.pharmacy_sku_uid}: {self.pieces:+d} (rxbridge {self.reference})"


def adjustment(drift: Drift, link: SkuLink, reference: str, now: datetime) -> Adjustment | str:
    """The change at PharmaOne; or why there can be none."""
    pieces = drift.now - drift.before
    delta = link.whole_units(pieces)
    if delta is None:
        return f"{pieces} pieces are no whole number of PharmaOne's units"
    return Adjustment(drift.uid, link.product, delta, pieces, reference, now)


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
    return UNSURE_ADJUSTMENT(product=each.p1_id, delta=f"{each.delta:+d}", reference=each.reference)


def search_log(
    adjustment: Adjustment, sent_at: datetime, log: Sequence[tuple[str, datetime | None]] | None
) -> Literal["there", "not there", "unknown", "gone"]:
    """What the product's log, as reasons and times, says of an adjustment sent at `sent_at`.

    A full log that begins later no longer reaches back to it: then nobody knows. None: there is
    no such product.
    """
    if log is None:
        return "gone"
    if any(adjustment.reference in reason for reason, _ in log):
        return "there"
    times = [at for _, at in log if at is not None]
    reaches_back = len(log) < MOST_ENTRIES or (bool(times) and min(times) <= sent_at - MARGIN)
    return "not there" if reaches_back else "unknown"
