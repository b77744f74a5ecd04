"""Short words for situations of stock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.stock.model import (
    Reading,
    RxScaleStock,
    Situation,
    SkuLink,
    SkuStock,
    StockPolicy,
    Stocktake,
    shelf,
)

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)
PLAIN = StockPolicy()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def sku(number: int) -> PharmacySkuUid:
    return PharmacySkuUid(f"psku-{number}")


def product(number: int) -> ProductId:
    return ProductId(f"P{number}")


def link(
    number: int, of: int, units: str = "1", safety: int = 0, share: str | None = None
) -> SkuLink:
    part = None if share is None else Decimal(share)
    return SkuLink(sku(number), product(of), Decimal(units), safety, part)


def known(number: int, stock: int | None, **more: Any) -> SkuStock:
    return SkuStock(sku(number), stock, **more)


def hands(on_hand: Mapping[int, int]) -> dict[ProductId, int]:
    return {product(number): units for number, units in on_hand.items()}


def situation(
    links: list[SkuLink],
    on_hand: Mapping[int, int] | None,
    at_rxscale: Mapping[int, int | None] | list[SkuStock],
    *,
    open_units: Mapping[int, int] | None = None,
    **more: Any,
) -> Situation:
    if isinstance(at_rxscale, list):
        rows = at_rxscale
    else:
        rows = [known(number, stock) for number, stock in at_rxscale.items()]
    return Situation(
        shelf=shelf(links),
        stocktake=None if on_hand is None else Stocktake(hands(on_hand), NOW),
        open_units=hands(open_units or {}),
        at_rxscale=RxScaleStock({}, {row.uid: row for row in rows}),
        policy=more.pop("policy", PLAIN),
        now=more.pop("now", NOW),
        **more,
    )


def reading(on_hand: Mapping[int, int], at: datetime = NOW, **more: Any) -> Reading:
    return replace(Reading(hands(on_hand), at), **more)
