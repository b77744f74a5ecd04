"""A stock that people changed at RxScale, as a change of PharmaOne's stock: by choice only.

PharmaOne takes relative changes only and knows no key for them (pharmaone.md section 8), so each
carries a reference of its own in its `reason`, and is looked up in the product's log when unsure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.stock.model import Offer, Shelf


@dataclass(frozen=True, slots=True)
class Drift:
    """A SKU at which we wrote `pushed` pieces and RxScale now shows `now`."""

    uid: PharmacySkuUid
    pushed: int
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


def adjustment(
    drift: Drift, product: ProductId, offer: Offer, reference: str, now: datetime
) -> Adjustment | str:
    """The change at PharmaOne; or why there can be none."""
    pieces = drift.now - drift.pushed
    delta, rest = divmod(pieces * offer.units_num, offer.units_den)
    if rest:
        return f"{pieces} pieces are no whole number of PharmaOne's units"
    return Adjustment(drift.uid, product, delta, pieces, reference, now)


def offers_of(
    shelf: Shelf, uids: Iterable[PharmacySkuUid]
) -> Mapping[PharmacySkuUid, tuple[ProductId, Offer]]:
    """Product and offer of each of these SKUs that is linked."""
    wanted = frozenset(uids)
    return {
        offer.uid: (product, offer)
        for product, offers in shelf.items()
        for offer in offers
        if offer.uid in wanted
    }


def found_in_log(
    adjustment: Adjustment, reasons: Iterable[str] | None
) -> Literal["there", "not there"]:
    """Whether the product's log, newest entries first, shows the adjustment."""
    there = any(adjustment.reference in reason for reason in reasons or ())
    return "there" if there else "not there"
