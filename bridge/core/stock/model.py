"""The types of stock: links by product, what each side holds, and what is to be written."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.reasons import Reason


@lru_cache(maxsize=1024)
def _ratio(units: Decimal, share: Decimal | None) -> tuple[int, int]:
    """Pieces for one unit of the product, as numerator and denominator."""
    units_num, units_den = units.as_integer_ratio()
    share_num, share_den = (1, 1) if share is None else share.as_integer_ratio()
    return share_num * units_den, share_den * units_num


@dataclass(frozen=True, slots=True)
class SkuLink:
    """One SKU holds `units` PharmaOne units (grams, packs) of a product.

    `safety` units of the product are never offered. `share` is the part of the product's stock that
    this SKU may offer, None where the stock is not split. `row` is its line of skus.csv, "" where
    the SKU's own `external_id` names the product. `confirmed`: it is known how many units;
    else `units` are only likely, nothing is written for the SKU, and no order for it is submitted.
    """

    uid: PharmacySkuUid
    product: ProductId
    units: Decimal = Decimal(1)
    safety: int = 0
    share: Decimal | None = None
    row: str = ""
    confirmed: bool = True
    _pieces_per_unit: tuple[int, int] = field(init=False, repr=False, compare=False)
    """Whole numbers, made once: planning counts with them for tens of thousands of SKUs."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pieces_per_unit", _ratio(self.units, self.share))

    @property
    def place(self) -> str:
        """The rule that links it, for people."""
        return self.row or f"external_id {self.product}"

    def pieces(self, free: int) -> int:
        """How many may be offered while `free` units of the product are there; never below 0."""
        pool = free - self.safety
        if pool <= 0:
            return 0
        numerator, denominator = self._pieces_per_unit
        return pool * numerator // denominator

    def whole_units(self, pieces: int) -> int | None:
        """PharmaOne units in so many pieces; None if that is no whole number."""
        numerator, denominator = self.units.as_integer_ratio()
        units, rest = divmod(pieces * numerator, denominator)
        return None if rest else units

    def most_units(self, pieces: int) -> int:
        """Whole PharmaOne units that so many pieces take at the most; never below 0."""
        numerator, denominator = self.units.as_integer_ratio()
        return max(0, -(-pieces * numerator // denominator))


Shelf = Mapping[ProductId, tuple[SkuLink, ...]]
"""All linked SKUs by the product they are made of."""


def shelf(links: Iterable[SkuLink]) -> Shelf:
    """Made once for each version of the links: planning runs over it again and again.

    Where a product's stock is split, a SKU without a share has none of it, and every SKU keeps back
    the greatest safety stock of them all.
    """
    by_product: dict[ProductId, list[SkuLink]] = {}
    for link in links:
        by_product.setdefault(link.product, []).append(link)
    return {product: _pooled(found) for product, found in by_product.items()}


def _pooled(links: list[SkuLink]) -> tuple[SkuLink, ...]:
    if all(link.share is None for link in links):
        return tuple(links)
    safest = max(link.safety for link in links)
    return tuple(replace(each, safety=safest, share=each.share or Decimal(0)) for each in links)


@dataclass(frozen=True, slots=True)
class Reading:
    """PharmaOne's inventory as one answer reported it; `read_at` is when it was asked for.

    `prices` are euros a unit, where they were asked for.
    """

    on_hand: Mapping[ProductId, int]
    read_at: datetime
    prices: Mapping[ProductId, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stocktake:
    """What PharmaOne is believed to hold. `read_at`: of the last reading that was believed.

    `on_hand` holds absent products with their last number, if they ever had one, until their
    absence is confirmed, and 0 after that; `absent` says since when. `unlisted` are those of them
    that no inventory has ever listed.
    """

    on_hand: Mapping[ProductId, int]
    read_at: datetime
    absent: Mapping[ProductId, datetime] = field(default_factory=dict)
    unlisted: Collection[ProductId] = frozenset()


class SkuStock(NamedTuple):
    """What is known of one SKU at RxScale; None where it is not.

    `pushed` is the last number we wrote, `wanted` one that is to be written or may have been.
    `newer`: what was pushed rests on a newer inventory than the one planned with. `drifts`: it
    differs from what we wrote, and others changed it. `left`: a person wants it left alone.
    """

    uid: PharmacySkuUid
    stock: int | None
    price_cents: int | None = None
    pushed: int | None = None
    wanted: int | None = None
    wanted_price: int | None = None
    newer: bool = False
    drifts: bool = False
    hidden: bool = False
    left: bool = False

    @property
    def promised(self) -> int | None:
        """The most that RxScale may be offering; None if it is not known."""
        if self.stock is None:
            return None
        return max(self.stock, self.wanted or 0)


@dataclass(frozen=True, slots=True)
class RxScaleStock:
    """What is known of all SKUs at RxScale: just the pieces of `plain` ones, of which there is no
    more to say and of which there may be tens of thousands, and the `special` ones whole.
    """

    plain: Mapping[PharmacySkuUid, int | None] = field(default_factory=dict)
    special: Mapping[PharmacySkuUid, SkuStock] = field(default_factory=dict)

    def of(self, uid: PharmacySkuUid) -> SkuStock | None:
        found = self.special.get(uid)
        if found is None and uid in self.plain:
            return SkuStock(uid, self.plain[uid])
        return found


class Write(NamedTuple):
    """One SKU to be set. `before`: the most it may be at now, None if unknown."""

    uid: PharmacySkuUid
    stock: int | None
    price_cents: int | None
    before: int | None

    @property
    def falls(self) -> bool:
        """It promises more than there is, or may do so."""
        return self.stock is not None and (self.before is None or self.before > self.stock)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something so unlikely that nothing is changed until it is confirmed.

    `uid` is set where it concerns one SKU only.
    """

    reason: Reason
    uid: PharmacySkuUid | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An anomaly of the inventory that was seen and not confirmed; `first_at`: when asked for."""

    reason: Reason
    first_at: datetime


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """How careful to be; percentages of what was before."""

    subtract_open_orders: bool = True
    stale_after: timedelta | None = timedelta(hours=1)
    halved_percent: int = 50
    partial_percent: int = 10
    zeroed_percent: int = 20
    second_look: timedelta | None = timedelta(seconds=30)
    """How much later a second look must be to confirm; None: only a person can."""
    write: bool = False
    """Numbers may rise though no person has confirmed the first write."""
    keep_drift: bool = False
    """What others wrote at RxScale stays until our own number changes."""
    sync_prices: bool = False
    price_percent: int = 30


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan is made from. The store fills in what it remembers, up to `rising`.

    `unread_since`: when the first inventory was not to be had, while none was ever believed.
    `open_units` are the units that open orders will yet take off the stocktake, `open_units_now`
    off an inventory that is read now. `unlinked` SKUs hold a number of ours and have no link any
    more; `believed`: the stocktake was read just now. `stuck` SKUs wait for a person. `rising`:
    numbers may be raised; not while there are orders whose lines nobody has seen yet.
    `first_write`: no person has confirmed the first write. `prices` are euros a unit.
    """

    now: datetime
    stocktake: Stocktake | None = None
    unread_since: datetime | None = None
    pending: Pending | None = None
    open_units: Mapping[ProductId, int] = field(default_factory=dict)
    open_units_now: Mapping[ProductId, int] = field(default_factory=dict)
    at_rxscale: RxScaleStock = field(default_factory=RxScaleStock)
    stuck: Collection[PharmacySkuUid] = frozenset()
    rising: bool = True
    first_write: bool = False
    shelf: Shelf = field(default_factory=dict)
    unlinked: Collection[PharmacySkuUid] = frozenset()
    believed: bool = False
    policy: StockPolicy = field(default_factory=StockPolicy)
    prices: Mapping[ProductId, Decimal] = field(default_factory=dict)
    confirmed: bool = False
    """A person has looked at the anomalies, and they are true."""

    @property
    def reserved(self) -> Mapping[ProductId, int]:
        """What is kept back for open orders (`stock.subtract_open_orders`)."""
        return self.open_units if self.policy.subtract_open_orders else {}

    @property
    def unlisted(self) -> Collection[ProductId]:
        """Products that no inventory has ever listed, as a second look confirmed."""
        return self.stocktake.unlisted if self.stocktake is not None else ()

    @property
    def drifts_unknown(self) -> bool:
        """A SKU was changed, and it was not said to how many."""
        return any(sku.drifts and sku.stock is None for sku in self.at_rxscale.special.values())

    @property
    def previews(self) -> bool:
        """Numbers fall only; what would rise is shown until a person confirms the first write."""
        return self.first_write and not (self.confirmed or self.policy.write)

    @property
    def is_stale(self) -> bool:
        """PharmaOne's inventory has been unknown for too long to offer anything by it."""
        since, stale_after = self.known_at, self.policy.stale_after
        return since is not None and stale_after is not None and self.now - since > stale_after

    @property
    def known_at(self) -> datetime | None:
        """As of when PharmaOne's inventory is known; where it never was: since when it is not."""
        return self.stocktake.read_at if self.stocktake is not None else self.unread_since
