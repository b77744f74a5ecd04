"""Which product a SKU most likely is: by `external_id`, else by a similar name and its pack's size.

A wrong link sells the wrong thing, so what differs weighs more than what is alike: another number
is another strength, and another word is another cultivar.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from rapidfuzz import fuzz, process

from bridge.core.model import CatalogueSku, PharmacySkuUid, ProductId

CANDIDATES = 8
LEAST = 40.0
SAME_WORD = 84.0
"""Two words that are so similar differ by a slip of the pen."""
CLOSE = 6
"""A runner-up that is so close could be meant as well."""
OTHER_NUMBER, OTHER_WORD, OTHER_SIZE, OTHER_PACK = 50, 65, 60, 80
"""The most confidence where numbers, words or sizes contradict each other, or where several of
PharmaOne's packs would make one SKU."""
MISSING_NUMBER, MISSING_WORD = 20, 6
"""What each number or word costs that only one of the names has."""


# -- names: their words, their numbers, and how much is in a pack ----------------------------

_FACTORS = {
    "kg": ("g", 1000), "g": ("g", 1), "gr": ("g", 1), "gramm": ("g", 1),
    "l": ("ml", 1000), "ml": ("ml", 1),
    "st": ("st", 1), "stk": ("st", 1), "stuck": ("st", 1), "tabletten": ("st", 1),
    "tabl": ("st", 1), "kapseln": ("st", 1), "kaps": ("st", 1),
}  # fmt: skip
"""Units of packs, and what they are counted in. A dose (mg, %) is none."""
_UNITS = "|".join(sorted(_FACTORS, key=len, reverse=True))
_SIZE = re.compile(
    rf"(?:(?<![\d.,/])(\d{{1,4}})\s*x\s*)?(?<![\d.,/])(\d{{1,6}}(?:[.,]\d{{1,3}})?)\s*({_UNITS})"
    r"(?![a-z/])"
)
_SAYS_NOTHING = frozenset({"thc", "cbd", "cannabisbluten", "bluten", "flos"})
"""Words that many names hold and as many leave out."""
_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is in one pack: grams, millilitres or pieces."""

    amount: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart. `numbers` are those that are no pack's size: strengths, types."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    size: Size | None

    @property
    def text(self) -> str:
        """Words and numbers, in one order whatever the order they came in."""
        return " ".join(sorted((*self.words, *self.numbers)))


def read_name(text: str) -> Name:
    """Case, accents and punctuation do not count; of several sizes the last is the pack's."""
    plain = _folded(text)
    size, last = None, None
    for last in _SIZE.finditer(plain):
        size = _size(last)
    if last is not None:
        plain = f"{plain[: last.start()]} {plain[last.end() :]}"
    tokens = _TOKEN.findall(plain)
    numbers = tuple(token.replace(",", ".") for token in tokens if token[0].isdigit())
    words = tuple(
        token for token in tokens if not token[0].isdigit() and token not in _SAYS_NOTHING
    )
    return Name(words, numbers, size)


def size_of(amount: str | None, unit: str | None) -> Size | None:
    """A pack's size as RxScale's list tells it beside the name."""
    factor = _FACTORS.get(_folded(unit or "").strip(" ."))
    if amount is None or factor is None or not Decimal(amount):
        return None
    return Size(_plain(Decimal(amount) * factor[1]), factor[0])


def _size(found: re.Match[str]) -> Size | None:
    unit, factor = _FACTORS[found[3]]
    amount = Decimal(found[2].replace(",", ".")) * factor * int(found[1] or 1)
    return Size(_plain(amount), unit) if amount else None


def _plain(amount: Decimal) -> Decimal:
    return Decimal(f"{amount.normalize():f}")


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# -- proposals -----------------------------------------------------------------------------


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
    why: str = "nothing similar"
    runner_up: ProductId | None = None

    @property
    def is_clear(self) -> bool:
        """No other product could be meant as well."""
        return self.product is not None and self.runner_up is None


def propose(
    skus: Iterable[CatalogueSku],
    products: Mapping[ProductId, str],
    listed: Iterable[PharmacySkuUid] = (),
) -> list[Proposal]:
    """For each SKU without a link; those with an `external_id` of a product's, and the `listed`
    ones, have one. `products` are PharmaOne's, with their names ("" where unknown).
    """
    known = frozenset(listed)
    names = {product: read_name(name) for product, name in products.items() if name}
    texts = {product: name.text for product, name in names.items()}
    by_id = {_bare(product): product for product in products}
    found: list[Proposal] = []
    for sku in skus:
        if sku.pharmacy_sku_uid in known or (sku.external_id or "").strip() in products:
            continue
        own = by_id.get(_bare(sku.external_id or ""))
        proposal = _by_name(sku, names, texts) if own is None else _by_id(sku, own, names.get(own))
        named = products[proposal.product] if proposal.product is not None else ""
        found.append(replace(proposal, product_name=named))
    return found


def _by_id(sku: CatalogueSku, product: ProductId, name: Name | None) -> Proposal:
    """Its `external_id` is the product's id, but for blanks, case or zeros before it."""
    units, why = _units(_size_of(sku, read_name(sku.name)), name.size if name else None)
    return Proposal(
        uid=sku.pharmacy_sku_uid,
        name=sku.name,
        product=product,
        confidence=100 if units else OTHER_SIZE,
        units=units or Decimal(1),
        why=f"its external_id is '{sku.external_id}'; {why}",
    )


def _by_name(
    sku: CatalogueSku, names: Mapping[ProductId, Name], texts: Mapping[ProductId, str]
) -> Proposal:
    wanted = read_name(sku.name)
    near = process.extract(
        wanted.text, texts, scorer=fuzz.token_set_ratio, limit=CANDIDATES, score_cutoff=LEAST
    )
    found = [_judge(sku, wanted, product, names[product]) for _, _, product in near]
    if not found:
        return Proposal(sku.pharmacy_sku_uid, sku.name)
    best, *others = sorted(found, key=lambda each: (-each.confidence, each.product or ""))
    close = [each.product for each in others if best.confidence - each.confidence <= CLOSE]
    return replace(best, runner_up=close[0] if close else None)


def _size_of(sku: CatalogueSku, name: Name) -> Size | None:
    return name.size or size_of(sku.selling_unit, sku.unit)


def _judge(sku: CatalogueSku, wanted: Name, product: ProductId, name: Name) -> Proposal:
    """How sure it is that both names mean the same goods."""
    score = float(fuzz.token_sort_ratio(wanted.text, name.text))
    remarks: list[str] = []
    left, right = _unmatched(wanted.words, name.words)
    if left and right:
        score = min(score, OTHER_WORD)
        remarks.append(f"'{left[0]}' is not '{right[0]}'")
    elif left or right:
        score = max(score, 100.0) - MISSING_WORD * len(left + right)
        remarks.append(f"only one says '{(left + right)[0]}'")
    elif wanted.words:
        score = max(score, 100.0)
    score, remark = _numbers(score, wanted.numbers, name.numbers)
    remarks += [remark] if remark else []
    units, why = _units(_size_of(sku, wanted), name.size)
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
        why="; ".join(remarks),
    )


def _numbers(
    score: float, wanted: tuple[str, ...], there: tuple[str, ...]
) -> tuple[float, str | None]:
    left, right = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    if left and right:
        return min(score, OTHER_NUMBER), f"{left[0]} is not {right[0]}"
    if left or right:
        missing = left + right
        return score - MISSING_NUMBER * len(missing), f"only one says {missing[0]}"
    return score, None


def _unmatched(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The words of each that have no like in the other."""
    return (
        [word for word in left if not any(_alike(word, other) for other in right)],
        [word for word in right if not any(_alike(word, other) for other in left)],
    )


def _alike(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) > 3 and fuzz.ratio(one, other) >= SAME_WORD)


def _units(size: Size | None, of_product: Size | None) -> tuple[Decimal, str]:
    """PharmaOne units in one SKU, and why; 0 where the sizes contradict each other."""
    if size is None:
        return Decimal(1), "no size is known: 1 unit"
    if of_product is None:
        return size.amount, f"{size} of a product that is counted in {size.unit}"
    units, rest = divmod(size.amount, of_product.amount)
    if size.unit != of_product.unit or rest or not units:
        return Decimal(0), f"{size} are no packs of {of_product}"
    if units == 1:
        return units, f"both are packs of {size}"
    return units, f"{size} are {units} packs of {of_product}"


def _bare(ident: str) -> str:
    """An id as people copy it: case, blanks and zeros before it do not count; "" for none."""
    return ident.strip().casefold().lstrip("0")
