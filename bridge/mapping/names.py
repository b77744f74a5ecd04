"""What a name of goods says: its words, its numbers, and how much is in one pack."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bridge.core.copies import folded
from bridge.core.model import CatalogueSku

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


@lru_cache(maxsize=8192)
def read_name(text: str) -> Name:
    """Case, accents and punctuation do not count; of several sizes the last is the pack's."""
    plain = folded(text)
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
    factor = _FACTORS.get(folded(unit or "").strip(" ."))
    if amount is None or factor is None or not Decimal(amount):
        return None
    return Size(_plain(Decimal(amount) * factor[1]), factor[0])


def _size(found: re.Match[str]) -> Size | None:
    unit, factor = _FACTORS[found[3]]
    amount = Decimal(found[2].replace(",", ".")) * factor * int(found[1] or 1)
    return Size(_plain(amount), unit) if amount else None


def _plain(amount: Decimal) -> Decimal:
    return Decimal(f"{amount.normalize():f}")


def pack_of(sku: CatalogueSku) -> Size | None:
    """How much is in one SKU: by its name, else by RxScale's `standard_selling_unit`."""
    return read_name(sku.name).size or size_of(sku.selling_unit, sku.unit)


def says_one(sku: CatalogueSku) -> bool:
    """RxScale sells it by the one, and nothing speaks against that."""
    if sku.selling_unit is None or Decimal(sku.selling_unit) != 1:
        return False
    pack = pack_of(sku)
    return pack is None or pack.amount == 1
