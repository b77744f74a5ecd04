"""Each SKU as a person looks for it: the sum behind its number, and which need a person first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from bridge.core.model import CatalogueSku, PharmacySkuUid, ProductId
from bridge.core.reasons import HIDDEN, LEFT, WAITS_FOR_A_PERSON
from bridge.core.stock.model import Reading, Shelf, Situation, SkuLink, shelf
from bridge.core.stock.plan import PlanRow, explain, plan


class Standing(StrEnum):
    """How a SKU stands; what needs a person comes first."""

    UNCONFIRMED = "unconfirmed"
    UNLINKED = "unlinked"
    STUCK = "stuck"
    HIDDEN = "hidden"
    DIFFERS = "differs"
    RIGHT = "right"


class Good(NamedTuple):
    """A SKU with its link and its row of the plan, None where nothing links it. `stock`: pieces
    that RxScale has, None if it is not known.
    """

    sku: CatalogueSku
    link: SkuLink | None
    row: PlanRow | None
    stock: int | None
    standing: Standing

    @property
    def needs_somebody(self) -> bool:
        return self.standing not in (Standing.DIFFERS, Standing.RIGHT)

    @property
    def price_now(self) -> int | None:
        """The cents that wait for a person; None where no price does."""
        anomaly = self.row.anomaly if self.row else None
        now = anomaly.reason.facts.get("now") if anomaly else None
        return now if isinstance(now, int) else None


class Listing(NamedTuple):
    """RxScale's list, made once for each version of it and of the links. `texts`: what each SKU is
    found by, in lower case, in the order of their names; `unlinked`: those that nothing links.
    """

    texts: Mapping[PharmacySkuUid, str]
    unlinked: Sequence[PharmacySkuUid]


class Moved(NamedTuple):
    """A linked product of which an inventory that waits shows less: units before and now."""

    product: str
    before: int
    now: int


def listing(
    catalogue: Iterable[CatalogueSku], linked: Shelf, names: Mapping[ProductId, str]
) -> Listing:
    """`names`: PharmaOne's products, as far as they are known."""
    of = {link.uid: link.product for found in linked.values() for link in found}
    by_name = sorted(catalogue, key=lambda each: each.name.casefold())
    texts: dict[PharmacySkuUid, str] = {}
    for sku in by_name:
        product = of.get(sku.pharmacy_sku_uid, ProductId(""))
        ids = (sku.pharmacy_sku_uid, sku.sku_uid, sku.external_id, sku.pzn, product)
        texts[sku.pharmacy_sku_uid] = " ".join(
            filter(None, (sku.name, *ids, names.get(product)))
        ).casefold()
    bare = (each.pharmacy_sku_uid for each in by_name if not each.digital)
    return Listing(texts, [uid for uid in bare if uid not in of])


def standings(listed: Listing, situation: Situation) -> dict[PharmacySkuUid, Standing]:
    """How each SKU stands that is not right: found as a round finds what it writes, with the sums
    of no others.
    """
    found = dict.fromkeys(listed.unlinked, Standing.UNLINKED)
    special = situation.at_rxscale.special.values()
    kept = {each.uid for each in special if each.hidden or each.left}.union(situation.stuck)
    for row in chain(plan(situation).rows, explain(_only(situation, kept))):
        if row.product and row.uid in listed.texts and _standing(row) is not Standing.RIGHT:
            found[row.uid] = _standing(row)
    return found


def chosen(
    listed: Listing, standing_of: Mapping[PharmacySkuUid, Standing], words: Sequence[str]
) -> dict[Standing, list[PharmacySkuUid]]:
    """The SKUs of which each word (in lower case) is a part of a name, an id or the PZN: what needs
    a person first, each group in the order of names.
    """
    groups: dict[Standing, list[PharmacySkuUid]] = {standing: [] for standing in Standing}
    for uid, text in listed.texts.items():
        if not words or all(word in text for word in words):
            groups[standing_of.get(uid, Standing.RIGHT)].append(uid)
    return groups


def goods(skus: Collection[CatalogueSku], situation: Situation) -> list[Good]:
    """These SKUs, by the very plan that a round writes by; no others are planned."""
    seen = _only(situation, {sku.pharmacy_sku_uid for sku in skus})
    links = {link.uid: link for found in seen.shelf.values() for link in found}
    rows = {row.uid: row for row in explain(seen)}
    found: list[Good] = []
    for sku in skus:
        uid = sku.pharmacy_sku_uid
        link, row, known = links.get(uid), rows.get(uid), situation.at_rxscale.of(uid)
        bare = Standing.RIGHT if sku.digital else Standing.UNLINKED
        standing = bare if link is None or row is None else _standing(row)
        found.append(Good(sku, link, row, known.stock if known is not None else None, standing))
    return found


def _only(situation: Situation, uids: Collection[PharmacySkuUid]) -> Situation:
    links = (link for found in situation.shelf.values() for link in found if link.uid in uids)
    unlinked = [uid for uid in situation.unlinked if uid in uids]
    return replace(situation, shelf=shelf(links), unlinked=unlinked)


def _standing(row: PlanRow) -> Standing:
    """Of a SKU that is linked."""
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
