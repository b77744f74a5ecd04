"""What open orders will yet take off PharmaOne's stock, and until when that is held back.

Whether PharmaOne takes an order's goods off its stock by itself, and when, is not documented
(pharmaone.md section 8): `deducts` of statuses.toml says in which states it has done so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.model import OrderRecord, PharmacySkuUid, Phase, ProductId, State

LINGER = timedelta(hours=24)
"""An order that ended here without having been seen deducted there is held back for so long."""


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
    """From when on an order's units are not held back any more; None while that is open.

    `there`: what PharmaOne's order means, if it was seen. An inventory that was asked for before
    then does not show the deduction yet. Once released, always released: the earliest time counts.
    """
    if there is not None and (there in deducts or there is State.CANCELLED):
        return now
    if record.phase is Phase.DONE and record.state is State.CANCELLED:
        return now
    if record.phase in (Phase.DONE, Phase.DROPPED):
        return (record.finished_at or now) + LINGER
    return None


def is_sold(record: OrderRecord) -> bool:
    """Whether RxScale has taken the order's pieces off its own stock (rxscale.md section 6.4)."""
    return record.state is State.COMPLETED
