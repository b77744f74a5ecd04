"""The words of stock: links by product, what each side holds, and what is to be written."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from bridge.core.model import PharmacySkuUid, ProductId


@dataclass(frozen=True, slots=True)
class StockLink:
    """One SKU holds `units` PharmaOne units (grams, packs) of a product; `place` names the rule.

    `safety` units of the product are never offered. `share` is the part of the product's pool that
    this SKU may offer, where the pool is split.
    """

    uid: PharmacySkuUid
    product: ProductId
    units: Decimal = Decimal(1)
    safety: int = 0
    share: Decimal | None = None
    place: str = ""


class Offer(NamedTuple):
    """A link made ready for counting: all factors as whole numbers.

    `share_*` is 1/1 where the pool is offered in full, 0/1 for a SKU without a share of a pool
    that is split. In a split pool every SKU keeps back the greatest safety stock of them all.
    """

    uid: PharmacySkuUid
    units_num: int
    units_den: int
    safety: int
    share_num: int
    share_den: int

    def pieces(self, free: int) -> int:
        """How many may be offered while `free` units of the product are there; never below 0."""
        pool = free - self.safety
        if pool <= 0:
            return 0
        return pool * self.share_num * self.units_den // (self.share_den * self.units_num)


Shelf = Mapping[ProductId, tuple[Offer, ...]]
"""All linked SKUs by the product they are made of."""


def shelf(links: Iterable[StockLink]) -> Shelf:
    """Made once for each version of the links: planning runs over it again and again."""
    by_product: dict[ProductId, list[StockLink]] = {}
    for link in links:
        by_product.setdefault(link.product, []).append(link)
    return {product: tuple(_offers(found)) for product, found in by_product.items()}


def _offers(links: list[StockLink]) -> Iterable[Offer]:
    split = any(link.share is not None for link in links)
    safest = max(link.safety for link in links)
    for link in links:
        units_num, units_den = link.units.as_integer_ratio()
        share = (link.share or Decimal(0)) if split else Decimal(1)
        safety = safest if split else link.safety
        yield Offer(link.uid, units_num, units_den, safety, *share.as_integer_ratio())


@dataclass(frozen=True, slots=True)
class Reading:
    """PharmaOne's inventory as an answer told it; `read_at` is when it was asked for.

    `prices` are euros a unit, where they were asked for; `open_units` what open orders will yet
    take off what it shows.
    """

    on_hand: Mapping[ProductId, int]
    read_at: datetime
    prices: Mapping[ProductId, Decimal] = field(default_factory=dict)
    open_units: Mapping[ProductId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stocktake:
    """What PharmaOne is believed to hold. `read_at`: of the last reading that was believed.

    `on_hand` holds absent products with their last number until their absence is confirmed, and 0
    after that; `absent` says since when.
    """

    on_hand: Mapping[ProductId, int]
    read_at: datetime
    absent: Mapping[ProductId, datetime] = field(default_factory=dict)


class Known(NamedTuple):
    """What is known of one SKU at RxScale; None where it is not.

    `pushed` is the last number we wrote, `wanted` one that is to be written or may have been.
    `newer`: what was pushed rests on a newer inventory than the one planned with. `drifts`: it
    differs from what we wrote, by somebody else's doing. `left`: a person wants it left alone.
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
        """The most that RxScale may be offering; None if nobody knows."""
        if self.stock is None:
            return None
        return max(self.stock, self.wanted or 0)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is known of all SKUs: just the pieces of `plain` ones, of which there is no more to say
    and of which there may be tens of thousands, and the `special` ones whole.
    """

    plain: Mapping[PharmacySkuUid, int | None] = field(default_factory=dict)
    special: Mapping[PharmacySkuUid, Known] = field(default_factory=dict)

    def of(self, uid: PharmacySkuUid) -> Known | None:
        found = self.special.get(uid)
        if found is None and uid in self.plain:
            return Known(uid, self.plain[uid])
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

    code: Literal["empty", "partial", "halved", "zeroed", "price", "price_fraction"]
    what: str
    uid: PharmacySkuUid | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An anomaly of the inventory that was seen and not confirmed; `first_at`: when asked for."""

    code: str
    what: str
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
    keep_drift: bool = False
    """What others wrote at RxScale stays until our own number changes."""
    sync_prices: bool = False
    price_percent: int = 30


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan is made from. `open_units` are units that open orders will yet take.

    `rising`: numbers may be raised; not while there are orders whose lines nobody has seen yet.
    `stuck` SKUs wait for a person.
    """

    shelf: Shelf
    stocktake: Stocktake | None
    open_units: Mapping[ProductId, int]
    known: Numbers
    policy: StockPolicy
    now: datetime
    prices: Mapping[ProductId, Decimal] = field(default_factory=dict)
    rising: bool = True
    stuck: Collection[PharmacySkuUid] = frozenset()
    confirmed: bool = False
    """A person has looked at the anomalies of prices."""

    @property
    def drifts_unknown(self) -> bool:
        """Somebody changed a SKU, and nobody said to how many."""
        return any(sku.drifts and sku.stock is None for sku in self.known.special.values())

    @property
    def is_stale(self) -> bool:
        """PharmaOne's inventory has been unknown for too long to offer anything by it."""
        if self.stocktake is None or self.policy.stale_after is None:
            return False
        return self.now - self.stocktake.read_at > self.policy.stale_after
