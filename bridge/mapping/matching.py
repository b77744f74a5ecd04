"""Which product a SKU most likely is: by `external_id`, else by a similar name and its pack's size.

A wrong link sells the wrong thing, so what differs weighs more than what is alike: another number
is another strength, and another word is another cultivar.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from bridge.core import reasons
from bridge.core.model import CatalogueSku, PharmacySkuUid, ProductId
from bridge.core.reasons import Reason
from bridge.core.stock.model import SkuLink
from bridge.mapping.names import Name, pack_of, read_name, says_one
from bridge.texts import say

CANDIDATES = 8
NEAR = 200
LEAST = 40.0
SAME_WORD = 84.0
"""Two words that are so similar differ by a slip of the pen."""
CLOSE = 6
"""A runner-up that is so close could be meant as well."""
OTHER_NUMBER, OTHER_WORD, OTHER_SIZE, OTHER_PACK = 50, 65, 60, 80
"""The most confidence where numbers, words or sizes contradict each other, or where several of
PharmaOne's packs would make one SKU."""
OTHER_PRODUCT = 50
"""The most confidence in another product than a line of skus.csv names."""
MISSING_NUMBER, MISSING_WORD = 20, 6
"""What each number or word costs that only one of the names has."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A SKU and the product it may be; None where nothing is similar.

    `confidence` is 0 to 100; `units` how many PharmaOne units one SKU holds. `runner_up` is the
    next best product, where it is close.
    """

    uid: PharmacySkuUid
    name: str
    product: ProductId | None = None
    product_name: str = ""
    confidence: int = 0
    units: Decimal = Decimal(1)
    told: tuple[Reason, ...] = (reasons.NOTHING_ALIKE(),)
    runner_up: ProductId | None = None

    @property
    def why(self) -> str:
        return "; ".join(map(say, self.told))

    @property
    def likely(self) -> str:
        """The product with the units in one, in no language; "" for nothing similar."""
        return f"{self.product} '{self.product_name}' x {self.units:f}" if self.product else ""

    @property
    def is_clear(self) -> bool:
        """No other product could be meant as well."""
        return self.product is not None and self.runner_up is None


def propose(
    skus: Iterable[CatalogueSku],
    products: Mapping[ProductId, str],
    links: Iterable[SkuLink] = (),
) -> list[Proposal]:
    """For each SKU without a link, for each whose link is not confirmed, and for each whose product
    PharmaOne does not list. `products` are
    PharmaOne's, with their names ("" where unknown); `links` those there are.
    """
    linked = {link.uid: link for link in links}
    names = {product: read_name(name) for product, name in products.items() if name}
    texts = {product: name.text for product, name in names.items()}
    by_id = {_bare(product): product for product in products}
    found: list[Proposal] = []
    for sku in skus:
        link = linked.get(sku.pharmacy_sku_uid)
        if link is not None and link.confirmed and link.product in products:
            continue
        own = link.product if link is not None else None
        if own is not None and own not in products:
            own = by_id.get(_bare(own))
        if link is None or own is None:
            proposal = _by_name(sku, names, texts)
            if link is not None and link.row:
                proposal = _instead(link, proposal)
        else:
            proposal = _by_id(sku, link, own, names.get(own))
        named = products[proposal.product] if proposal.product is not None else ""
        found.append(replace(proposal, product_name=named))
    return found


def choices(
    sku: CatalogueSku, products: Mapping[ProductId, str], link: SkuLink | None
) -> list[Proposal]:
    """What `propose` says of one SKU, and then each other product with a similar name, the surest
    first: for a person, who decides. Only the `NEAR` most similar are looked into.
    """
    near = process.extract(
        sku.name, products, scorer=fuzz.token_set_ratio, processor=default_process, limit=NEAR
    )
    own = [each for each in products if _bare(each) == _bare(link.product)] if link else []
    offered = {each: products[each] for each in (*own, *(product for _, _, product in near))}
    names = {product: read_name(name) for product, name in offered.items() if name}
    texts = {product: name.text for product, name in names.items()}
    first = [each for each in propose([sku], offered, [link] if link else ()) if each.product]
    named = {each.product for each in first}
    others = [each for each in _alike_ones(sku, names, texts) if each.product not in named]
    return first + [
        replace(each, product_name=products[each.product]) for each in others if each.product
    ]


def _instead(link: SkuLink, found: Proposal) -> Proposal:
    """For a line whose product PharmaOne does not list: what a person wrote is never sure to be
    wrong.
    """
    why = (reasons.LINE_SAYS(place=link.row, product=link.product), *found.told)
    return replace(found, confidence=min(found.confidence, OTHER_PRODUCT), told=why)


def _by_id(sku: CatalogueSku, link: SkuLink, product: ProductId, name: Name | None) -> Proposal:
    """Its link is the product's id, but for blanks, case or zeros before it."""
    units, why = _units(sku, name)
    return Proposal(
        uid=sku.pharmacy_sku_uid,
        name=sku.name,
        product=product,
        confidence=100 if units else OTHER_SIZE,
        units=units or Decimal(1),
        told=(reasons.LINKED_BY(place=link.place), why),
    )


def _by_name(
    sku: CatalogueSku, names: Mapping[ProductId, Name], texts: Mapping[ProductId, str]
) -> Proposal:
    found = _alike_ones(sku, names, texts)
    if not found:
        return Proposal(sku.pharmacy_sku_uid, sku.name)
    best, *others = found
    close = [each.product for each in others if best.confidence - each.confidence <= CLOSE]
    return replace(best, runner_up=close[0] if close else None)


def _alike_ones(
    sku: CatalogueSku, names: Mapping[ProductId, Name], texts: Mapping[ProductId, str]
) -> list[Proposal]:
    """Each product with a similar name, the surest first."""
    wanted = read_name(sku.name)
    near = process.extract(
        wanted.text, texts, scorer=fuzz.token_set_ratio, limit=CANDIDATES, score_cutoff=LEAST
    )
    found = [_judge(sku, wanted, product, names[product]) for _, _, product in near]
    return sorted(found, key=lambda each: (-each.confidence, each.product or ""))


def _judge(sku: CatalogueSku, wanted: Name, product: ProductId, name: Name) -> Proposal:
    """How sure it is that both names mean the same goods."""
    score = float(fuzz.token_sort_ratio(wanted.text, name.text))
    remarks: list[Reason] = []
    left, right = _unmatched(wanted.words, name.words)
    if left and right:
        score = min(score, OTHER_WORD)
        remarks.append(reasons.OTHER_WORD(one=left[0], other=right[0]))
    elif left or right:
        score = max(score, 100.0) - MISSING_WORD * len(left + right)
        remarks.append(reasons.ONE_SAYS(word=(left + right)[0]))
    elif wanted.words:
        score = max(score, 100.0)
    score, remark = _numbers(score, wanted.numbers, name.numbers)
    remarks += [remark] if remark else []
    units, why = _units(sku, name)
    if not units:
        units, score = Decimal(1), min(score, OTHER_SIZE)
    elif name.size is not None and units != 1:
        score = min(score, OTHER_PACK)
    remarks.append(why)
    return Proposal(
        uid=sku.pharmacy_sku_uid,
        name=sku.name,
        product=product,
        confidence=max(0, round(score)),
        units=units,
        told=tuple(remarks),
    )


def _numbers(
    score: float, wanted: tuple[str, ...], there: tuple[str, ...]
) -> tuple[float, Reason | None]:
    left, right = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    if left and right:
        return min(score, OTHER_NUMBER), reasons.OTHER_WORD(one=left[0], other=right[0])
    if left or right:
        missing = left + right
        return score - MISSING_NUMBER * len(missing), reasons.ONE_SAYS(word=missing[0])
    return score, None


def _unmatched(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The words of each that have no like in the other."""
    return (
        [word for word in left if not any(_alike(word, other) for other in right)],
        [word for word in right if not any(_alike(word, other) for other in left)],
    )


def _alike(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) > 3 and fuzz.ratio(one, other) >= SAME_WORD)


def _units(sku: CatalogueSku, name: Name | None) -> tuple[Decimal, Reason]:
    """PharmaOne units in one SKU, and why; 0 where the sizes contradict each other, or where
    RxScale sells it as more or less than one of an unknown unit.
    """
    size, of_product = pack_of(sku), name.size if name else None
    if size is None:
        units = Decimal(says_one(sku))
        return units, reasons.SOLD_BY_ONE() if units else reasons.SIZE_UNKNOWN()
    if of_product is None:
        return size.amount, reasons.COUNTED_IN(size=str(size), unit=size.unit)
    units, rest = divmod(size.amount, of_product.amount)
    if size.unit != of_product.unit or rest or not units:
        return Decimal(0), reasons.NO_PACKS(size=str(size), pack=str(of_product))
    if units == 1:
        return units, reasons.SAME_PACK(size=str(size))
    return units, reasons.PACKS(size=str(size), packs=f"{units:f}", pack=str(of_product))


def _bare(ident: str) -> str:
    """An id as people copy it: case, blanks and zeros before it do not count; "" for none."""
    return ident.strip().casefold().lstrip("0")
