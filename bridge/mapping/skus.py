"""skus.csv: which PharmaOne product an ordered SKU is, and how many units of it one SKU holds."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bridge.core.model import CatalogueSku, OrderLine, PharmacySkuUid, ProductId
from bridge.mapping.reading import SKUS, Faults, Place, decode, nearest

COLUMNS = ("pharmacy_sku_uid", "p1_id", "units_per_sku", "safety_stock", "note")
NEEDED = COLUMNS[:2]
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_ROUNDED_BY_EXCEL = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+")


@dataclass(frozen=True, slots=True)
class SkuLink:
    """One SKU is `units` PharmaOne units (packs, grams) of product `p1_id`.

    `safety_stock` counts PharmaOne units that are never offered. `place` names the rule.
    """

    p1_id: ProductId
    units: Decimal = Decimal(1)
    safety_stock: int = 0
    place: str = ""

    def quantity(self, amount: int) -> int | None:
        """PharmaOne units in `amount` SKUs; None unless that is a whole number above zero."""
        numerator, denominator = self.units.as_integer_ratio()
        units, rest = divmod(amount * numerator, denominator)
        return units if units > 0 and not rest else None


@dataclass(frozen=True, slots=True)
class SkuLinks:
    """The rows of skus.csv."""

    listed: Mapping[PharmacySkuUid, SkuLink] = field(default_factory=dict)

    def find(self, line: OrderLine, sku: CatalogueSku | None) -> SkuLink | None:
        """The link of an ordered line: its row, else its `external_id` as the product's id.

        What the line itself says is fresher than the SKU list (rxscale.md section 7.1).
        """
        uid = pharmacy_sku(line, sku)
        row = self.listed.get(uid) if uid else None
        if row is not None:
            return row
        product = (line.external_id or (sku.external_id if sku else None) or "").strip()
        return SkuLink(ProductId(product), place=f"external_id {product}") if product else None


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


def read_skus(content: bytes | None, faults: Faults) -> SkuLinks | None:
    """The links, with every faulty row told. Tables written by people and by Excel are read:
    semicolons or commas, quotes, blanks, blank lines and `#` comment lines.
    """
    text = None if content is None else decode(SKUS, content, faults)
    if text is None:
        return None
    lines = _lines_that_count(text)
    number, header_line = next(lines, (0, ""))
    delimiter = ";" if ";" in header_line else ","
    header = _header(header_line, number, delimiter, faults)
    if header is None:
        return None
    listed: dict[PharmacySkuUid, SkuLink] = {}
    for number, line in lines:
        row = _row(line, number, header, delimiter, faults)
        if row is not None:
            _add(row, Place(SKUS, f"line {number}"), listed, faults)
    return SkuLinks(listed)


def _lines_that_count(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        bare = line.strip(' \t\xa0;,"')
        if bare and not bare.startswith("#"):
            yield number, line.rstrip()


def _cells(line: str, number: int, delimiter: str, faults: Faults) -> list[str] | None:
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        remedy = "close the quotes on the same line; write a quote within quotes twice"
        faults.tell(Place(SKUS, f"line {number}"), "its quotes do not match", remedy)
        return None
    return [cell.strip() for cell in rows[0]]


def _header(line: str, number: int, delimiter: str, faults: Faults) -> list[str] | None:
    remedy = f"the first line is: {','.join(COLUMNS)}"
    if not line:
        faults.tell(SKUS, "the header line is missing", remedy)
        return None
    cells = _cells(line, number, delimiter, faults)
    if cells is None:
        return None
    header = [cell.lower() for cell in cells]
    place = Place(SKUS, f"line {number}")
    problems = len(faults)
    for name in dict.fromkeys(header):
        if name and name not in COLUMNS:
            faults.tell(place, f"unknown column '{name}'", nearest(name, COLUMNS))
        elif name and header.count(name) > 1:
            faults.tell(place, f"column '{name}' stands there twice", "keep one")
    for name in NEEDED:
        if name not in header:
            faults.tell(place, f"column '{name}' is missing", remedy)
    return header if len(faults) == problems else None


def _row(
    line: str, number: int, header: list[str], delimiter: str, faults: Faults
) -> dict[str, str] | None:
    cells = _cells(line, number, delimiter, faults)
    if cells is None:
        return None
    if any(cells[len(header) :]) or (len(cells) == 1 and len(header) > 1):
        what = f"{len(cells)} columns where the header has {len(header)}"
        remedy = f"separate with '{delimiter}' as in the header; quote a text that holds it"
        faults.tell(Place(SKUS, f"line {number}"), what, remedy)
        return None
    row = dict.fromkeys(COLUMNS, "")
    row.update((name, cell) for name, cell in zip(header, cells, strict=False) if name)
    return row


def _add(
    row: Mapping[str, str], place: Place, listed: dict[PharmacySkuUid, SkuLink], faults: Faults
) -> None:
    uid = PharmacySkuUid(row["pharmacy_sku_uid"])
    problems = [
        *_uid_problems(uid),
        *_product_problems(row["p1_id"]),
        *_number_problems(row["units_per_sku"], row["safety_stock"]),
    ]
    if uid in listed:
        earlier = listed[uid].place.removeprefix(f"{SKUS}: ")
        problems.append((f"{uid} is listed in {earlier} already", "keep one of the two"))
    for what, remedy in problems:
        faults.tell(place, what, remedy)
    if not problems:
        units, safety = row["units_per_sku"] or "1", row["safety_stock"] or "0"
        listed[uid] = SkuLink(ProductId(row["p1_id"]), Decimal(units), int(safety), str(place))


Problems = Iterator[tuple[str, str]]


def _uid_problems(uid: str) -> Problems:
    if not uid:
        yield "pharmacy_sku_uid is empty", "write RxScale's pharmacy SKU (psku-...)"
    elif uid.startswith("sku-"):
        yield f"{uid} is no pharmacy SKU", "its id starts with psku- (RxScale's SKU list)"


def _product_problems(p1_id: str) -> Problems:
    if not p1_id:
        yield "p1_id is empty", "write PharmaOne's product id, or take the line out"
    elif _ROUNDED_BY_EXCEL.fullmatch(p1_id):
        yield f"p1_id '{p1_id}' was rounded", "format the column as text and write the id anew"


def _number_problems(units: str, safety: str) -> Problems:
    if units and (not _NUMBER.fullmatch(units) or not Decimal(units)):
        what = f"units_per_sku '{units}' is no number above 0"
        yield what, "write digits, with a point for fractions: 2.5"
    if safety and not _WHOLE.fullmatch(safety):
        yield f"safety_stock '{safety}' is no whole number from 0 up", "write digits only"
