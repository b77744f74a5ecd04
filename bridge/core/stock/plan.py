"""What is to be written at RxScale, from what PharmaOne holds and what open orders will take.

Never more than there is: (on hand - what open orders will yet take - safety stock) / units in one
SKU, rounded down, never below 0 (design: guarantee 5). Same situation, same plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.stock.judge import is_confirmed, oddity, still_pending, taken_up, too_many_zeroed
from bridge.core.stock.model import (
    Anomaly,
    Known,
    Offer,
    Pending,
    Reading,
    Situation,
    Stocktake,
    Write,
)
from bridge.core.stock.prices import wanted_price

WAITS_FOR_A_PERSON = "it waits for a person: rxbridge stuck list"


@dataclass(frozen=True, slots=True)
class Plan:
    """`writes` in the order in which they are to go.

    `unlisted` SKUs are linked and not in RxScale's list; `unknown` products are linked and never
    were in PharmaOne's inventory: neither is touched. `held`: SKUs that are left as they are for
    another reason. `zeroed` of the SKUs, made of `zeroed_products`, would go to 0.
    """

    writes: tuple[Write, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    linked: int = 0
    unlisted: tuple[PharmacySkuUid, ...] = ()
    unknown: tuple[ProductId, ...] = ()
    held: int = 0
    zeroed: int = 0
    zeroed_products: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a reading: the plan, what it was made from, and what is to be confirmed."""

    plan: Plan
    situation: Situation
    pending: Pending | None
    believed: bool


def take_stock(
    reading: Reading, situation: Situation, pending: Pending | None, *, confirmed: bool
) -> Taken:
    """Plans with a new reading; or, if it is not to be believed, with what was believed before.

    `situation` holds the stocktake before, with what open orders take off that one. `confirmed`: a
    person says that the reading is true.
    """
    before, policy = situation.stocktake, situation.policy
    anomaly = oddity(reading, before, situation.shelf, policy)
    taken = taken_up(reading, before, policy, whole=False)
    after = replace(
        situation, stocktake=taken, prices=reading.prices, open_units=reading.open_units
    )
    found = plan(after) if anomaly is None else Plan()
    if anomaly is None:
        anomaly = too_many_zeroed(found.zeroed, found.zeroed_products, found.linked, policy)
    if anomaly is None:
        return Taken(found, after, None, believed=True)
    pending = still_pending(anomaly, pending, reading.read_at)
    if confirmed or is_confirmed(pending.first_at, reading.read_at, policy):
        after = replace(after, stocktake=taken_up(reading, before, policy, whole=True))
        return Taken(plan(after), after, None, believed=True)
    return Taken(plan(situation), situation, pending, believed=False)


def plan(situation: Situation) -> Plan:
    """What to write by what is believed now; nothing while nothing is known of PharmaOne's side."""
    if situation.stocktake is None:
        return Plan(linked=sum(map(len, situation.shelf.values())))
    return _Planner(situation).run(situation.stocktake)


class _Planner:
    """One run over the shelf. Most SKUs are as they should be and cost a comparison."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._stale = situation.is_stale
        self._writes: list[Write] = []
        self._anomalies: list[Anomaly] = []
        self._held = 0
        self._zeroed = 0
        self._zeroed_products: set[ProductId] = set()

    def run(self, stocktake: Stocktake) -> Plan:
        situation = self._situation
        on_hand, open_units = stocktake.on_hand, situation.open_units
        plain, stale = situation.known.plain, self._stale
        linked, unlisted, unknown = 0, list[PharmacySkuUid](), list[ProductId]()
        for product, offers in situation.shelf.items():
            linked += len(offers)
            hand = on_hand.get(product)
            if hand is None:
                unknown.append(product)
                continue
            free = hand - open_units.get(product, 0)
            for offer in offers:
                target = 0 if stale else offer.pieces(free)
                if plain.get(offer.uid, -1) == target:
                    continue
                known = situation.known.of(offer.uid)
                if known is None:
                    unlisted.append(offer.uid)
                else:
                    self._decide(product, offer, known, target)
        return Plan(
            writes=tuple(sorted(self._writes, key=urgency)),
            anomalies=tuple(self._anomalies),
            linked=linked,
            unlisted=tuple(unlisted),
            unknown=tuple(unknown),
            held=self._held,
            zeroed=self._zeroed,
            zeroed_products=len(self._zeroed_products),
            stale=stale,
        )

    def _decide(self, product: ProductId, offer: Offer, known: Known, target: int) -> None:
        price = self._price(product, offer, known)
        stock = target if known.stock != target or known.wanted is not None else None
        if stock is None and price is None:
            return
        if why_left(self._situation, known, target) is not None:
            self._held += 1
            return
        write = Write(offer.uid, stock, price, known.promised)
        if stock is not None and not write.falls and not self._situation.rising:
            self._held += 1
            if price is None or known.wanted is not None:
                return
            write = write._replace(stock=None)
        self._writes.append(write)
        if stock == 0 and known.stock:
            self._zeroed += 1
            self._zeroed_products.add(product)

    def _price(self, product: ProductId, offer: Offer, known: Known) -> int | None:
        situation = self._situation
        euros = situation.prices.get(product)
        if not situation.policy.sync_prices or euros is None:
            return known.wanted_price
        percent = None if situation.confirmed else situation.policy.price_percent
        price = wanted_price(euros, offer, known.price_cents, percent)
        if isinstance(price, Anomaly):
            self._anomalies.append(price)
            return None
        return price if price != known.price_cents or known.wanted_price is not None else None


def why_left(situation: Situation, known: Known, target: int) -> str | None:
    """Why a SKU that is not as it should be is left so; None if it is to be written."""
    if known.hidden:
        return "RxScale does not show it"
    if known.left:
        return "a person wants it left alone (rxbridge stuck retry takes it up again)"
    if known.uid in situation.stuck:
        return WAITS_FOR_A_PERSON
    if known.newer and not situation.is_stale:
        return "a newer inventory was pushed already"
    if known.drifts and situation.policy.keep_drift and known.pushed == target:
        return "somebody changed it at RxScale"
    return None


def urgency(write: Write) -> tuple[bool, bool, int, str]:
    """What promises too much goes first, the most oversold first of all; then what was sold out."""
    if not write.falls or write.stock is None:
        return True, write.before != 0, 0, write.uid
    return False, write.before is None, write.stock - (write.before or 0), write.uid


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One SKU's whole sum, for people. `target` is None where nothing can be said of it."""

    uid: PharmacySkuUid
    product: ProductId
    on_hand: int | None
    open_units: int
    safety: int
    target: int | None
    at_rxscale: int | None
    why: str

    @property
    def change(self) -> int | None:
        """Pieces more (or, below 0, fewer) than RxScale has; None if either is unknown."""
        if self.target is None or self.at_rxscale is None:
            return None
        return self.target - self.at_rxscale


def explain(situation: Situation) -> Iterator[PlanRow]:
    """Every linked SKU: its numbers, and why it is as it is."""
    on_hand = situation.stocktake.on_hand if situation.stocktake else {}
    for product, offers in situation.shelf.items():
        hand, open_units = on_hand.get(product), situation.open_units.get(product, 0)
        for offer in offers:
            known = situation.known.of(offer.uid)
            target = _target(situation, offer, hand, open_units)
            yield PlanRow(
                uid=offer.uid,
                product=product,
                on_hand=hand,
                open_units=open_units,
                safety=offer.safety,
                target=target,
                at_rxscale=known.stock if known else None,
                why=_why(situation, product, offer, known, target),
            )


def _target(situation: Situation, offer: Offer, hand: int | None, open_units: int) -> int | None:
    if hand is None:
        return None
    return 0 if situation.is_stale else offer.pieces(hand - open_units)


def _why(
    situation: Situation, product: ProductId, offer: Offer, known: Known | None, target: int | None
) -> str:
    stocktake = situation.stocktake
    if stocktake is None:
        return "PharmaOne's inventory has not been read yet"
    if target is None:
        return "PharmaOne's inventory has no such product"
    if known is None:
        return "RxScale's list does not show it"
    left = why_left(situation, known, target)
    if left is not None:
        return left
    if situation.is_stale:
        return "PharmaOne's inventory has been unknown for too long"
    if product in stocktake.absent:
        return "missing from PharmaOne's inventory" + ("" if target else ", and confirmed")
    return _change(situation, offer, known, target)


def _change(situation: Situation, offer: Offer, known: Known, target: int) -> str:
    if known.stock == target and known.wanted is None:
        return "as it should be"
    if not offer.share_num:
        return "its product is split by share, and it has none"
    if known.stock is None or known.wanted is not None:
        return "nobody knows what RxScale has"
    if known.stock > target:
        return "promises more than there is"
    return "there is more" if situation.rising else "there is more; orders are looked at first"
