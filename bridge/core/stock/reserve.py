"""What open orders will yet take off PharmaOne's stock, and until when that is held back.

Whether PharmaOne takes an order's goods off its stock by itself, and when, is not documented
(pharmaone.md section 8): `deducts` of statuses.toml says in which states it has done so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bridge.core.lifecycle import TERMINAL
from bridge.core.model import OrderRecord, PharmacySkuUid, Phase, ProductId, State

_NEVER_TAKEN = frozenset({State.CANCELLED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Demand:
    """One ordered line: `amount` pieces of a SKU, which are `units` whole units of a product.

    "" where the SKU or its product is not known: then `units` is 0.
    """

    place: int
    pharmacy_sku_uid: PharmacySkuUid
    p1_id: ProductId
    amount: int
    units: int


def released_at(
    record: OrderRecord, there: State | None, deducts: Collection[State], now: datetime
) -> datetime | None:
    """From when on an order's units are not held back any more; None: they are.

    `there`: what PharmaOne's order means, if it was seen. No time that passes releases anything:
    PharmaOne was seen to have deducted them, or the order is over and it never will. An inventory
    that was asked for before then does not show the deduction yet. Once released, always released.
    What was handed over left the shelf, whatever RxScale says of the order later.
    """
    if not {there, record.p1_state}.isdisjoint({*deducts, *_NEVER_TAKEN}):
        return now
    is_over = record.phase is Phase.DONE and record.state in _NEVER_TAKEN
    return now if is_over and record.p1_state is not State.COMPLETED else None


def came_back(record: OrderRecord, means: Mapping[str, State]) -> bool:
    """PharmaOne's word is a cancelled one: of goods that were handed over, it is not known whether
    they may be sold again. A flag that is still raised does not matter here.
    """
    return means.get(record.p1_status or "") in _NEVER_TAKEN


def is_unseen(record: OrderRecord, deducts: Collection[State], *, adjusts: bool = False) -> bool:
    """Finished here, and no look will ever show whether PharmaOne has deducted it.

    `adjusts`: the bridge deducts by itself what was handed over, or tells why it cannot.
    """
    if adjusts and record.p1_state is State.COMPLETED:
        return False
    if released_at(record, None, deducts, record.first_seen_at) is not None:
        return False
    there = record.order_id is not None and record.p1_gone_since is None
    is_followed = there and record.p1_state not in TERMINAL
    return record.phase is Phase.DONE or (record.phase is Phase.DROPPED and not is_followed)


def at_least(takes: Sequence[Demand], sent: Iterable[Demand]) -> tuple[Demand, ...]:
    """What an order takes that was edited: PharmaOne deducts what its order-request was made of.

    Of each product of which that was more, the rest is a line of no SKU, with a place below 0.
    """
    more: dict[ProductId, int] = {}
    for each in sent:
        more[each.p1_id] = more.get(each.p1_id, 0) + each.units
    for each in takes:
        more[each.p1_id] = more.get(each.p1_id, 0) - each.units
    rest = sorted((product, units) for product, units in more.items() if units > 0)
    nobody = PharmacySkuUid("")
    lines = (Demand(-n, nobody, product, 0, units) for n, (product, units) in enumerate(rest, 1))
    return (*takes, *lines)


class Lent(NamedTuple):
    """A SKU whose pieces are put back on top while its order is completed.

    `before`: what RxScale may offer of it; `raised`: with the order's own pieces.
    """

    uid: PharmacySkuUid
    before: int
    raised: int


class Ordered(NamedTuple):
    """`amount` pieces that an order will take of a SKU. `stock`: what RxScale has of it, None if
    nobody knows; `wanted`: a number that may have been written.
    """

    uid: PharmacySkuUid
    amount: int
    stock: int | None
    wanted: int | None

    @property
    def is_short(self) -> bool:
        return self.stock is None or self.stock < self.amount


def lending(ordered: Sequence[Ordered], *, refused: bool) -> list[Lent]:
    """What is put back where RxScale completes no order of which it has too little; if it has
    `refused` this one and none is known to be short, all of it. What is not known counts as 0.
    """
    short = [each for each in ordered if each.is_short] or (ordered if refused else [])
    found = [(each, _least(each)) for each in short]
    return [Lent(each.uid, before, before + each.amount) for each, before in found]


def _least(each: Ordered) -> int:
    if each.stock is None:
        return 0
    return max(0, each.stock if each.wanted is None else min(each.stock, each.wanted))


def is_sold(record: OrderRecord) -> bool:
    """Whether RxScale has taken the order's pieces off its own stock (rxscale.md section 6.4)."""
    return record.state is State.COMPLETED
