"""Each SKU as a person looks for it: the sum behind its number, and which need somebody first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from bridge.core.model import CatalogueSku
from bridge.core.reasons import HIDDEN, LEFT, WAITS_FOR_A_PERSON
from bridge.core.stock.model import Reading, Situation, SkuLink, shelf
from bridge.core.stock.plan import PlanRow, explain


class Standing(StrEnum):
    """How a SKU stands; what needs somebody comes first."""

    UNCONFIRMED = "unconfirmed"
    UNLINKED = "unlinked"
    STUCK = "stuck"
    HIDDEN = "hidden"
    DIFFERS = "differs"
    RIGHT = "right"


PLACE = {standing: place for place, standing in enumerate(Standing)}


class Good(NamedTuple):
    """A SKU with its link and its row of the plan, None where nothing links it. `stock`: pieces
    that RxScale has, None if nobody knows.
    """

    sku: CatalogueSku
    link: SkuLink | None
    row: PlanRow | None
    stock: int | None
    standing: Standing

    @property
    def needs_somebody(self) -> bool:
        return PLACE[self.standing] < PLACE[Standing.DIFFERS]

    def says(self, words: Sequence[str], product_name: str = "") -> bool:
        """Whether each of the words, in lower case, stands in a name, an id or the PZN of it."""
        sku, product = self.sku, self.link.product if self.link else ""
        ids = f"{sku.pharmacy_sku_uid} {sku.sku_uid} {sku.external_id or ''} {sku.pzn or ''}"
        text = f"{sku.name} {ids} {product} {product_name}".casefold() if words else ""
        return all(word in text for word in words)


class Moved(NamedTuple):
    """A linked product of which an inventory that waits shows less: units before and now."""

    product: str
    before: int
    now: int


def goods(catalogue: Iterable[CatalogueSku], situation: Situation) -> list[Good]:
    """Every SKU that RxScale lists, by the very plan that a round writes by."""
    links = {link.uid: link for found in situation.shelf.values() for link in found}
    rows = {row.uid: row for row in explain(situation)}
    found: list[Good] = []
    for sku in catalogue:
        uid = sku.pharmacy_sku_uid
        link, row, known = links.get(uid), rows.get(uid), situation.at_rxscale.of(uid)
        stock = known.stock if known is not None else None
        found.append(Good(sku, link, row, stock, _standing(sku, link, row)))
    return sorted(found, key=lambda each: (PLACE[each.standing], each.sku.name.casefold()))


def _standing(sku: CatalogueSku, link: SkuLink | None, row: PlanRow | None) -> Standing:
    if link is None or row is None:
        return Standing.RIGHT if sku.digital else Standing.UNLINKED
    if row.likely is not None or row.unlisted:
        return Standing.UNCONFIRMED
    if row.why in (WAITS_FOR_A_PERSON, LEFT) or row.anomaly is not None:
        return Standing.STUCK
    if row.why is HIDDEN:
        return Standing.HIDDEN
    return Standing.DIFFERS if row.change or row.write is not None else Standing.RIGHT


def with_link(situation: Situation, link: SkuLink) -> PlanRow:
    """The row of a SKU as it would be with this link: its product's SKUs are planned, no others."""
    others = situation.shelf.get(link.product, ())
    kept = [each for each in others if each.uid != link.uid]
    seen = replace(situation, shelf=shelf([*kept, link]), unlinked=())
    return next(row for row in explain(seen) if row.uid == link.uid)


def moved(reading: Reading | None, situation: Situation) -> list[Moved]:
    """What an inventory that waits to be confirmed shows less of, the most first."""
    before = situation.stocktake
    if reading is None or before is None or situation.pending is None:
        return []
    pairs = ((each, before.on_hand.get(each, 0)) for each in situation.shelf)
    fell = [Moved(each, was, reading.on_hand.get(each, 0)) for each, was in pairs]
    return sorted((each for each in fell if each.now < each.before), key=lambda m: m.now - m.before)
