"""Links: which PharmaOne product a SKU is, and what an order or a stock is in its units."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bridge.core.model import (
    CatalogueSku,
    OrderLine,
    PharmacyOrder,
    PharmacySkuUid,
    ProductId,
    SkuUid,
)
from bridge.core.stock.model import StockLink
from bridge.core.stock.reserve import Demand


@dataclass(frozen=True, slots=True)
class SkuLink:
    """One SKU is `units` PharmaOne units (packs, grams) of product `p1_id`.

    `safety_stock` counts PharmaOne units that are never offered; `share` is the part of the
    product's stock that this SKU may offer, None where the stock is not split. `place` names the
    rule. `sized`: the rule says how many units, so nothing else has a say in it.
    """

    p1_id: ProductId
    units: Decimal = Decimal(1)
    safety_stock: int = 0
    place: str = ""
    share: Decimal | None = None
    sized: bool = True

    def quantity(self, amount: int) -> int | None:
        """PharmaOne units in `amount` SKUs; None unless that is a whole number above zero."""
        numerator, denominator = self.units.as_integer_ratio()
        units, rest = divmod(amount * numerator, denominator)
        return units if units > 0 and not rest else None

    def at_most(self, amount: int) -> int:
        """Whole PharmaOne units that `amount` SKUs take at the most."""
        numerator, denominator = self.units.as_integer_ratio()
        return max(0, -(-amount * numerator // denominator))


@dataclass(frozen=True, slots=True)
class SkuLinks:
    """The rows of skus.csv.

    `by_selling_unit`: where a rule does not say how many units one SKU holds, RxScale's
    `standard_selling_unit` does (`stock.units_from`); a SKU without one is then not linked.
    """

    listed: Mapping[PharmacySkuUid, SkuLink] = field(default_factory=dict)
    by_selling_unit: bool = False

    def find(self, line: OrderLine, sku: CatalogueSku | None) -> SkuLink | None:
        """The link of an ordered line: its row, else its `external_id` as the product's id.

        What the line itself says is fresher than the SKU list (rxscale.md section 7.1).
        """
        uid = pharmacy_sku(line, sku)
        row = self.listed.get(uid) if uid else None
        return self._sized(row or _own(line.external_id or (sku.external_id if sku else None)), sku)

    def stock_links(self, catalogue: Iterable[CatalogueSku]) -> Iterator[StockLink]:
        """The links of all SKUs that RxScale lists."""
        for sku in catalogue:
            uid = sku.pharmacy_sku_uid
            link = self._sized(self.listed.get(uid) or _own(sku.external_id), sku)
            if link is not None:
                yield StockLink(
                    uid, link.p1_id, link.units, link.safety_stock, link.share, link.place
                )

    def taken_for_one(self, catalogue: Iterable[CatalogueSku]) -> list[CatalogueSku]:
        """SKUs that count as one unit of their product because nothing says otherwise, though
        RxScale sells them as more of a unit: bags of 5 g of what may be counted in grams.
        """
        return [
            sku
            for sku in catalogue
            if (link := self.listed.get(sku.pharmacy_sku_uid) or _own(sku.external_id)) is not None
            and not (link.sized or self.by_selling_unit)
            and sku.selling_unit is not None
            and Decimal(sku.selling_unit) != link.units
        ]

    def takes(
        self, order: PharmacyOrder, skus: Mapping[SkuUid, CatalogueSku]
    ) -> tuple[Demand, ...]:
        """What each line of an order takes off the stock of both sides."""
        return tuple(
            self._take(place, line, skus.get(line.sku_uid))
            for place, line in enumerate(order.lines, start=1)
        )

    def _take(self, place: int, line: OrderLine, sku: CatalogueSku | None) -> Demand:
        uid = pharmacy_sku(line, sku) or PharmacySkuUid("")
        link = self.find(line, sku)
        amount = max(0, line.amount)
        if link is None:
            return Demand(place, uid, ProductId(""), amount, 0)
        return Demand(place, uid, link.p1_id, amount, link.at_most(amount))

    def _sized(self, link: SkuLink | None, sku: CatalogueSku | None) -> SkuLink | None:
        if link is None or link.sized or not self.by_selling_unit:
            return link
        if sku is None or sku.selling_unit is None:
            return None
        return replace(link, units=Decimal(sku.selling_unit))


def _own(external_id: str | None) -> SkuLink | None:
    """The link of a SKU that is not listed: its `external_id` is the product's id."""
    product = (external_id or "").strip()
    if not product:
        return None
    return SkuLink(ProductId(product), place=f"external_id {product}", sized=False)


def pharmacy_sku(line: OrderLine, sku: CatalogueSku | None) -> PharmacySkuUid | None:
    """The pharmacy SKU of an ordered line, from the line or from RxScale's SKU list."""
    return line.pharmacy_sku_uid or (sku.pharmacy_sku_uid if sku else None)


def pzn_is_valid(pzn: str) -> bool:
    """Eight digits whose last is the first seven, weighed 1 to 7, modulo 11; never 10.

    The rule is IFA's for the German pharmaceutical number, PZN8.
    """
    if len(pzn) != 8 or not (pzn.isascii() and pzn.isdigit()):
        return False
    weighed = sum(weight * int(digit) for weight, digit in enumerate(pzn[:7], start=1))
    return weighed % 11 == int(pzn[7])
