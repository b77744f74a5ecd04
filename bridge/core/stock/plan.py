"""What is to be written at RxScale, from what PharmaOne holds and what open orders will take.

Never more than there is: (on hand - what open orders will yet take - safety stock) / units in one
SKU, rounded down, never below 0 (design: guarantee 5). Same situation, same plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from bridge.core import reasons
from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.reasons import Code, Reason
from bridge.core.stock import judge
from bridge.core.stock.model import Anomaly, Reading, Situation, SkuLink, SkuStock, Write

NEVER_WRITTEN = frozenset(
    {reasons.HIDDEN, reasons.LEFT, reasons.WAITS_FOR_A_PERSON}
    | {reasons.NEWER_PUSHED, reasons.CHANGED_THERE}
)
"""Such a SKU is left as it is."""


class PlanRow(NamedTuple):
    """One SKU's whole sum. `target` is None where nothing can be said of it.

    `write` is what is to be set at RxScale; `anomaly` why its price is not. `likely`: how many
    units one piece holds, where that is a guess for a person to confirm. `unlisted`: PharmaOne
    never listed the product.
    """

    uid: PharmacySkuUid
    product: ProductId
    on_hand: int | None
    open_units: int
    safety: int
    target: int | None
    at_rxscale: int | None
    why: Code
    write: Write | None = None
    anomaly: Anomaly | None = None
    likely: Decimal | None = None
    unlisted: bool = False

    @property
    def change(self) -> int | None:
        """Pieces more (or, below 0, fewer) than RxScale has; None if either is unknown."""
        if self.target is None or self.at_rxscale is None:
            return None
        return self.target - self.at_rxscale


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` of the SKUs that differ or are to be written; `writes` in the order in which to go."""

    situation: Situation
    rows: tuple[PlanRow, ...]
    writes: tuple[Write, ...]
    linked: int
    """How many SKUs there are whose link is confirmed."""

    @property
    def stale(self) -> bool:
        """Everything goes to 0: the inventory has been unknown for too long."""
        return self.situation.is_stale

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """Prices that are not written."""
        return tuple(row.anomaly for row in self.rows if row.anomaly is not None)

    @property
    def unconfirmed(self) -> list[PlanRow]:
        """SKUs whose link a person has to confirm: its units, or its product."""
        return [row for row in self.rows if row.likely is not None or row.unlisted]

    @property
    def doubts(self) -> tuple[Reason, ...]:
        """What is unconfirmed of them, and what of that is on sale with a number of before."""
        found: list[Reason] = []
        if strange := [row for row in self.rows if row.unlisted]:
            found.append(reasons.NEVER_LISTED(skus=len(strange), first=strange[0].uid))
        if units := [row for row in self.rows if row.likely is not None]:
            found.append(reasons.UNCONFIRMED(skus=len(units), first=units[0].uid))
        if sold := [row for row in units if row.at_rxscale]:
            pieces = sold[0].at_rxscale
            found.append(reasons.UNCHECKED(skus=len(sold), first=sold[0].uid, pieces=pieces))
        return tuple(found)

    @property
    def first_write(self) -> Reason | None:
        """What rises once a person has confirmed the first write; None if nothing waits for it."""
        skus = sum(row.why is reasons.FIRST_WRITE for row in self.rows)
        return reasons.FIRST_WRITE_WAITS(skus=skus) if skus else None

    @property
    def zeroed(self) -> list[str]:
        """The product of each SKU that would go to 0; of one without a link the SKU."""
        return [
            row.product or row.uid
            for row in self.rows
            if row.at_rxscale and row.write is not None and row.write.stock == 0
        ]


def plan(situation: Situation) -> Plan:
    """What to write by what is believed now; nothing while nothing is known of PharmaOne's side."""
    rows = tuple(
        row
        for row in _rows(situation, everything=False)
        if row.change != 0 or row.write is not None or row.anomaly is not None or row.unlisted
    )
    writes = sorted((row.write for row in rows if row.write is not None), key=urgency)
    unconfirmed = sum(row.likely is not None for row in rows)
    linked = sum(map(len, situation.shelf.values())) - unconfirmed
    return Plan(situation, rows, tuple(writes), linked)


def explain(situation: Situation) -> Iterator[PlanRow]:
    """The rows of all linked SKUs, of those too that are as they should be."""
    return _rows(situation, everything=True)


def plan_with(reading: Reading, situation: Situation) -> Plan:
    """Plans by a new reading; or, if it is not to be believed, by what was believed before.

    The plan's own situation says which: it is `pending` there until the reading is confirmed.
    """
    before, policy = situation.stocktake, situation.policy
    after = replace(
        situation,
        stocktake=judge.stocktake_of(
            reading, before, situation.shelf, policy, whole=situation.confirmed
        ),
        pending=None,
        prices=reading.prices,
        open_units=situation.open_units_now,
        believed=True,
    )
    anomaly = judge.inventory_anomaly(reading, before, situation.shelf, policy)
    if anomaly is None:
        found = plan(after)
        linked = found.linked + len(situation.unlinked)
        anomaly = judge.too_many_zeroed(found.zeroed, linked, policy)
        if anomaly is None:
            return found
    pending = judge.still_pending(anomaly, situation.pending, reading.read_at)
    if situation.confirmed or judge.is_confirmed(pending.first_at, reading.read_at, policy):
        taken = judge.stocktake_of(reading, before, situation.shelf, policy, whole=True)
        return plan(replace(after, stocktake=taken))
    return plan(replace(situation, pending=pending))


def urgency(write: Write) -> tuple[bool, bool, int, str]:
    """What promises too much goes first, the most oversold first of all; then what was sold out."""
    if not write.falls or write.stock is None:
        return True, write.before != 0, 0, write.uid
    return False, write.before is None, write.stock - (write.before or 0), write.uid


def _rows(situation: Situation, *, everything: bool) -> Iterator[PlanRow]:
    """Most SKUs are as they should be and cost no more than a comparison, unless `everything`."""
    on_hand = situation.stocktake.on_hand if situation.stocktake else {}
    reserved, stale, unlisted = situation.reserved, situation.is_stale, situation.unlisted
    plain = {} if everything else situation.at_rxscale.plain
    for product, links in situation.shelf.items():
        hand, open_units = on_hand.get(product), reserved.get(product, 0)
        if hand is None and not stale:
            yield from (_row(situation, link, None, open_units, None) for link in links)
            continue
        for link in links:
            if not link.confirmed:
                yield _row(situation, link, hand, open_units, None)
                continue
            target = 0 if stale or hand is None else link.pieces(hand - open_units)
            if product in unlisted or plain.get(link.uid, -1) != target:
                yield _row(situation, link, hand, open_units, target)
    yield from (row for uid in situation.unlinked if (row := _unlinked(situation, uid)))


def _row(
    situation: Situation, link: SkuLink, on_hand: int | None, open_units: int, target: int | None
) -> PlanRow:
    sku = situation.at_rxscale.of(link.uid)
    why = _why(situation, link, sku, target)
    write, anomaly = None, None
    if sku is not None and target is not None:
        price = _price(situation, link, sku)
        if isinstance(price, Anomaly):
            price, anomaly = None, price
        if why not in NEVER_WRITTEN:
            write = _write(situation, sku, target, price)
    return PlanRow(
        uid=link.uid,
        product=link.product,
        on_hand=on_hand,
        open_units=open_units,
        safety=link.safety,
        target=target,
        at_rxscale=sku.stock if sku else None,
        why=why,
        write=write,
        anomaly=anomaly,
        likely=None if link.confirmed else link.units,
        unlisted=link.product in situation.unlisted,
    )


def _unlinked(situation: Situation, uid: PharmacySkuUid) -> PlanRow | None:
    """It goes to 0 once, though it is there already: what others write after that is theirs.

    Many at once are a slip more likely than a wish, so an inventory's round begins it, which
    counts them; other rounds carry it on.
    """
    sku = situation.at_rxscale.of(uid)
    if sku is None:
        return None
    why = _why_left(situation, sku, 0) or reasons.LOST_ITS_LINK
    due = situation.believed or situation.is_stale or sku.wanted == 0
    write = Write(uid, 0, None, sku.promised) if due and why not in NEVER_WRITTEN else None
    return PlanRow(uid, ProductId(""), None, 0, 0, 0, sku.stock, why, write)


def _write(situation: Situation, sku: SkuStock, target: int, price: int | None) -> Write | None:
    """A number that may have been written without an answer is written again."""
    stock = target if sku.stock != target or sku.wanted is not None else None
    write = Write(sku.uid, stock, price, sku.promised)
    waits = not write.falls and not situation.rising
    if stock is not None and (waits or _is_preview(situation, sku, target)):
        write = write._replace(stock=None, price_cents=price if sku.wanted is None else None)
    return None if write.stock is None and write.price_cents is None else write


def _is_preview(situation: Situation, sku: SkuStock, target: int) -> bool:
    """Whether it would or may raise a number, and is only shown so far."""
    raises = target > 0 and (sku.promised is None or target > sku.promised)
    return raises and situation.previews


def _why(situation: Situation, link: SkuLink, sku: SkuStock | None, target: int | None) -> Code:
    is_unlisted = link.product in situation.unlisted
    if not link.confirmed:
        return reasons.NO_SUCH_PRODUCT if is_unlisted else reasons.UNITS_NOT_CONFIRMED
    if target is None:
        return reasons.NO_SUCH_PRODUCT if situation.stocktake else reasons.NOT_READ_YET
    if sku is None:
        return reasons.NOT_IN_LIST
    left = _why_left(situation, sku, target)
    if left is not None:
        return left
    if situation.is_stale:
        return reasons.UNKNOWN_TOO_LONG
    if is_unlisted:
        return reasons.NO_SUCH_PRODUCT
    if situation.stocktake is not None and link.product in situation.stocktake.absent:
        return reasons.ABSENT if target else reasons.ABSENT_CONFIRMED
    if sku.stock == target and sku.wanted is None:
        return reasons.AS_IT_SHOULD_BE
    return _why_changed(situation, link, sku, target)


def _why_left(situation: Situation, sku: SkuStock, target: int) -> Code | None:
    if sku.hidden:
        return reasons.HIDDEN
    if sku.left:
        return reasons.LEFT
    if sku.uid in situation.stuck:
        return reasons.WAITS_FOR_A_PERSON
    if sku.newer and not situation.is_stale:
        return reasons.NEWER_PUSHED
    if sku.drifts and situation.policy.keep_drift and sku.pushed == target:
        return reasons.CHANGED_THERE
    return None


def _why_changed(situation: Situation, link: SkuLink, sku: SkuStock, target: int) -> Code:
    if link.share is not None and not link.share:
        return reasons.HAS_NO_SHARE
    if _is_preview(situation, sku, target):
        return reasons.FIRST_WRITE
    if sku.stock is None or sku.wanted is not None:
        return reasons.NOBODY_KNOWS
    if sku.stock > target:
        return reasons.PROMISES_TOO_MUCH
    return reasons.THERE_IS_MORE if situation.rising else reasons.ORDERS_FIRST


def _price(situation: Situation, link: SkuLink, sku: SkuStock) -> int | Anomaly | None:
    """The cents to be written; None where the price stays as it is. One that was to be written
    before, by a round that believed it or a person who confirmed it, is believed.
    """
    euros, wanted = situation.prices.get(link.product), sku.wanted_price
    if not situation.policy.sync_prices or euros is None:
        return wanted
    most = None if situation.confirmed else situation.policy.price_percent
    price = wanted_price(euros, link, sku.price_cents, most)
    if (
        wanted is not None
        and isinstance(price, Anomaly)
        and price.reason.facts.get("now") == wanted
    ):
        return wanted
    return None if price == sku.price_cents and wanted is None else price


def wanted_price(
    euros: Decimal, link: SkuLink, before: int | None, most_percent: int | None
) -> int | Anomaly:
    """The cents for one SKU, exactly; an anomaly for none, for parts of a cent, or for a sudden
    change. `most_percent` is how far a price may move from `before` at once; None: any way.
    """
    numerator, denominator = (euros * 100).as_integer_ratio()
    units_num, units_den = link.units.as_integer_ratio()
    cents, rest = divmod(numerator * units_num, denominator * units_den)
    if rest or cents <= 0:
        return Anomaly(reasons.PRICE_FRACTION(sku=link.uid, price=str(euros)), link.uid)
    if before and most_percent is not None and abs(cents - before) * 100 > most_percent * before:
        return Anomaly(reasons.PRICE(sku=link.uid, before=before, now=cents), link.uid)
    return cents
