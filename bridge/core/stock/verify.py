"""What customers see of the stock, against what there is: sold and not there, or not sold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bridge.core import reasons
from bridge.core.model import PharmacySkuUid, SkuUid
from bridge.core.reasons import Reason

Verdict = Literal["sold_not_there", "there_not_sold", "ok"]
GONE = "Unavailable"
"""The shop's word for a SKU that cannot be had (rxscale.md section 11)."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One SKU as the pharmacy has it: `there` is how many may be sold, None if it is not known."""

    uid: PharmacySkuUid
    sku: SkuUid
    name: str
    there: int | None
    linked: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One SKU as the shop shows it: `stock` pieces, None where the shop does not say how many."""

    available: bool
    stock: int | None = None
    availability: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one SKU, and why."""

    shelved: Shelved
    shown: Shown | None
    verdict: Verdict
    why: Reason


def verify(shelved: Iterable[Shelved], shown: Mapping[SkuUid, Shown]) -> tuple[Verified, ...]:
    """Every SKU, what can be sold without being there first.

    `shown` lacks what the shop does not sell at all. A shop that sells for several pharmacies shows
    the stock of them all: then more than ours is no mistake.
    """
    pairs = ((each, shown.get(each.sku)) for each in shelved)
    found = [Verified(each, there, *_judged(each, there)) for each, there in pairs]
    order = {"sold_not_there": 0, "there_not_sold": 1, "ok": 2}
    return tuple(sorted(found, key=lambda each: (order[each.verdict], each.shelved.uid)))


def _judged(shelved: Shelved, shown: Shown | None) -> tuple[Verdict, Reason]:
    """Where the shop says both, what is worse counts: its list may be older than its live stock."""
    there = shelved.there
    if shown is None or not shown.available or ((there or 0) > 0 and shown.availability == GONE):
        if there is not None and there > 0:
            why = reasons.SHOP_SELLS_NONE if shown is None else reasons.SHOP_IS_SOLD_OUT
            return "there_not_sold", why(there=there)
        return "ok", reasons.NOT_THERE_NOT_SOLD() if there == 0 else reasons.NOT_SOLD()
    if not shelved.linked:
        return "sold_not_there", reasons.NO_PRODUCT()
    if there is None:
        return "sold_not_there", reasons.INVENTORY_SILENT()
    if there <= 0:
        return "sold_not_there", reasons.NONE_THERE()
    if shown.stock is not None and shown.stock > there:
        return "sold_not_there", reasons.MORE_FOR_SALE(stock=shown.stock, there=there)
    return "ok", reasons.AS_IT_SHOULD_BE()
