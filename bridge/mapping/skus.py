"""skus.csv: which PharmaOne product a SKU is, looked up, and read line by line."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from bridge.core.model import (
    CatalogueSku,
    OrderLine,
    PharmacyOrder,
    PharmacySkuUid,
    ProductId,
    SkuUid,
)
from bridge.core.stock.model import SkuLink
from bridge.core.stock.reserve import Demand
from bridge.mapping.names import pack_of, says_one
from bridge.mapping.reading import SKUS, Faults, Place, decode, nearest

_decimal = lru_cache(maxsize=1024)(Decimal)
"""Most SKUs hold the same few amounts, which are kept once."""
COLUMNS = ("pharmacy_sku_uid", "p1_id", "units_per_sku", "safety_stock", "share", "note")
NEEDED = COLUMNS[:2]
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_SHARE = re.compile(r"(0(?:\.[0-9]{1,4})?|1(?:\.0{1,4})?)|([0-9]{1,3}(?:\.[0-9]{1,2})?) ?%")
_WHOLE = re.compile(r"[0-9]{1,9}")
_ROUNDED_BY_EXCEL = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+")


@dataclass(frozen=True, slots=True)
class SkuLinks:
    """The links of skus.csv.

    `by_selling_unit`: where a line does not say how many units one SKU holds, RxScale's
    `standard_selling_unit` does (`stock.units_from`). Else one SKU is one unit only where RxScale
    sells it by the one; any other is linked and not confirmed.
    """

    listed: Mapping[PharmacySkuUid, SkuLink] = field(default_factory=dict)
    by_selling_unit: bool = False

    def find(self, line: OrderLine, sku: CatalogueSku | None) -> SkuLink | None:
        """The link of an ordered line: its row, else its `external_id` as the product's id.

        What the line itself says is fresher than the SKU list (rxscale.md section 7.1).
        """
        uid = pharmacy_sku(line, sku) or PharmacySkuUid("")
        link = self._link(uid, line.external_id or (sku.external_id if sku else None))
        return _sized_lately(link, sku, self.by_selling_unit)

    def of(self, catalogue: Iterable[CatalogueSku]) -> Iterator[SkuLink]:
        """The links of all SKUs that RxScale lists."""
        for sku in catalogue:
            link = self._link(sku.pharmacy_sku_uid, sku.external_id)
            link = _sized(link, sku, self.by_selling_unit)
            if link is not None:
                yield link

    def demand(
        self, order: PharmacyOrder, skus: Mapping[SkuUid, CatalogueSku]
    ) -> tuple[Demand, ...]:
        """What each line of an order takes off the stock of both sides."""
        return tuple(
            self._demand(place, line, skus.get(line.sku_uid))
            for place, line in enumerate(order.lines, start=1)
        )

    def _demand(self, place: int, line: OrderLine, sku: CatalogueSku | None) -> Demand:
        uid = pharmacy_sku(line, sku) or PharmacySkuUid("")
        link = self.find(line, sku)
        amount = max(0, line.amount)
        if link is None:
            return Demand(place, uid, ProductId(""), amount, 0)
        return Demand(place, uid, link.product, amount, link.most_units(amount))

    def _link(self, uid: PharmacySkuUid, external_id: str | None) -> SkuLink | None:
        """By its row, else by its `external_id` as the product's id."""
        listed = self.listed.get(uid)
        if listed is not None:
            return listed
        product = (external_id or "").strip()
        return SkuLink(uid, ProductId(product), confirmed=False) if product else None


def _sized(link: SkuLink | None, sku: CatalogueSku | None, by_selling_unit: bool) -> SkuLink | None:
    if link is None or link.confirmed or sku is None:
        return link
    if by_selling_unit and sku.selling_unit is not None:
        return replace(link, units=_decimal(sku.selling_unit), confirmed=True)
    pack, sold = pack_of(sku), _decimal(sku.selling_unit or 1)
    return replace(link, units=pack.amount if pack else sold, confirmed=says_one(sku))


_sized_lately = lru_cache(maxsize=256)(_sized)
"""For ordered lines: many orders hold the same goods."""


def pharmacy_sku(line: OrderLine, sku: CatalogueSku | None) -> PharmacySkuUid | None:
    """The pharmacy SKU of an ordered line, from the line or from RxScale's SKU list."""
    return line.pharmacy_sku_uid or (sku.pharmacy_sku_uid if sku else None)


# -- reading -------------------------------------------------------------------------------


def read_skus(content: bytes | None, faults: Faults) -> SkuLinks | None:
    """The links; `faults` gets every faulty row. Tables written by people and by Excel are read:
    semicolons or commas, quotes, blanks, blank lines and `#` comment lines.
    """
    text = None if content is None else decode(SKUS, content, faults)
    if text is None:
        return None
    lines = lines_that_count(text)
    number, header_line = next(lines, (0, ""))
    delimiter = _delimiter(header_line)
    header = _header(header_line, number, delimiter, faults)
    if header is None:
        return None
    listed: dict[PharmacySkuUid, SkuLink] = {}
    for number, line in lines:
        row = _row(line, number, header, delimiter, faults)
        if row is not None:
            _add(row, Place(SKUS, f"line {number}"), listed, faults)
    _check_shares(listed, faults)
    return SkuLinks(listed)


def columns_of(content: bytes, faults: Faults) -> tuple[list[str], str] | None:
    """The columns of a table and what separates them; None for a table without a header."""
    text = decode(SKUS, content, faults)
    number, line = next(lines_that_count(text or ""), (0, ""))
    if not line:
        return None
    header = _header(line, number, _delimiter(line), faults)
    return None if header is None else (header, _delimiter(line))


def _delimiter(header_line: str) -> str:
    return ";" if ";" in header_line else ","


def lines_that_count(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if counts(line):
            yield number, line.rstrip()


def counts(line: str) -> bool:
    """Whether a line is the header or a row: neither blank nor a comment, as Excel saves them."""
    bare = line.strip(' \t\xa0;,"')
    return bool(bare) and not bare.startswith("#")


def cells_of(line: str, number: int, delimiter: str, faults: Faults) -> list[str] | None:
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        faults.tell(Place(SKUS, f"line {number}"), "quotes")
        return None
    return [cell.strip() for cell in rows[0]]


def _header(line: str, number: int, delimiter: str, faults: Faults) -> list[str] | None:
    first = ",".join(COLUMNS)
    if not line:
        faults.tell(SKUS, "no-header", first=first)
        return None
    cells = cells_of(line, number, delimiter, faults)
    if cells is None:
        return None
    header = [cell.lower() for cell in cells]
    place = Place(SKUS, f"line {number}")
    problems = len(faults)
    for name in dict.fromkeys(header):
        if name and name not in COLUMNS:
            faults.tell(place, "unknown-column", name=name, way=nearest(name, COLUMNS))
        elif name and header.count(name) > 1:
            faults.tell(place, "column-twice", name=name)
    for name in NEEDED:
        if name not in header:
            faults.tell(place, "no-column", name=name, first=first)
    return header if len(faults) == problems else None


def _row(
    line: str, number: int, header: list[str], delimiter: str, faults: Faults
) -> dict[str, str] | None:
    cells = cells_of(line, number, delimiter, faults)
    if cells is None:
        return None
    if any(cells[len(header) :]) or (len(cells) == 1 and len(header) > 1):
        place, count = Place(SKUS, f"line {number}"), len(cells)
        faults.tell(place, "columns", count=count, wanted=len(header), delimiter=delimiter)
        return None
    row = dict.fromkeys(COLUMNS, "")
    row.update((name, cell) for name, cell in zip(header, cells, strict=False) if name)
    return row


def _add(
    row: Mapping[str, str], place: Place, listed: dict[PharmacySkuUid, SkuLink], faults: Faults
) -> None:
    uid = PharmacySkuUid(row["pharmacy_sku_uid"])
    problems = list(_problems(row))
    if uid in listed:
        earlier = listed[uid].row.removeprefix(f"{SKUS}: ")
        problems.append(("sku-listed", {"uid": uid, "line": earlier.removeprefix("line ")}))
    for key, facts in problems:
        faults.tell(place, key, **facts)
    if not problems:
        units, safety = row["units_per_sku"] or "1", row["safety_stock"] or "0"
        listed[uid] = SkuLink(
            uid,
            ProductId(row["p1_id"]),
            Decimal(units),
            int(safety),
            _share(row["share"]),
            str(place),
            confirmed=bool(row["units_per_sku"]),
        )


def _problems(row: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong with a row's cells: texts and facts."""
    uid, p1_id, share = row["pharmacy_sku_uid"], row["p1_id"], row["share"]
    if not uid:
        yield "no-sku", {}
    elif uid.startswith("sku-"):
        yield "no-pharmacy-sku", {"uid": uid}
    if not p1_id:
        yield "no-p1-id", {}
    elif set(p1_id) & set("<>"):
        yield "placeholder", {"product": p1_id}
    elif _ROUNDED_BY_EXCEL.fullmatch(p1_id):
        yield "rounded", {"product": p1_id}
    units, safety = row["units_per_sku"], row["safety_stock"]
    if units and (not _NUMBER.fullmatch(units) or not Decimal(units)):
        yield "no-units", {"units": units}
    if safety and not _WHOLE.fullmatch(safety):
        yield "no-safety-stock", {"safety": safety}
    if share and _share(share) is None:
        yield "no-share", {"share": share}


def _share(text: str) -> Decimal | None:
    """The part that a cell names, as 0.25 or as 25 %; None for an empty cell or no such part."""
    found = _SHARE.fullmatch(text)
    if found is None:
        return None
    share = Decimal(found[1]) if found[1] else Decimal(found[2]) / 100
    return share if share <= 1 else None


def _check_shares(listed: Mapping[PharmacySkuUid, SkuLink], faults: Faults) -> None:
    """Parts of one product's stock must not be more than all of it, or it would be sold twice."""
    of_product: dict[ProductId, list[SkuLink]] = {}
    for link in listed.values():
        of_product.setdefault(link.product, []).append(link)
    for product, links in of_product.items():
        shares = [link.share for link in links if link.share is not None]
        for link in links:
            if shares and link.share is None:
                faults.tell(_place(link), "share-missing", uid=link.uid, product=product)
        if sum(shares) > 1:
            faults.tell(_place(links[-1]), "shares-too-many", product=product, sum=sum(shares))


def _place(link: SkuLink) -> Place:
    return Place(SKUS, link.row.removeprefix(f"{SKUS}: "))
