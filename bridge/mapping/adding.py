"""skus.csv written to: lines added and units confirmed, all else as it stands, to the byte."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bridge.core.model import PharmacySkuUid
from bridge.core.stock.model import SkuLink
from bridge.errors import Fault, Misconfigured
from bridge.mapping.reading import SKUS, Faults
from bridge.mapping.skus import COLUMNS, cells_of, columns_of, counts, read_skus

UNITS, SAFETY = "units_per_sku", "safety_stock"
MARK = b"\xef\xbb\xbf"


def written(content: bytes, links: Iterable[tuple[SkuLink, str]], *, safety: bool = False) -> bytes:
    """The file with each link confirmed: its units in the line that it has, and a line more for
    each other link, with share 0 of a split product. `safety`: the lines that are there get its
    safety stock as well. Raises Misconfigured as `append` does, where there is no column for what
    is to be written, and where the file would have faults.
    """
    links = list(links)
    if not links:
        return content
    table, found, faults = read_skus(content, Faults()), columns_of(content, Faults()), Faults()
    listed = table.listed if table else {}
    split = {link.product for link in listed.values() if link.share is not None}
    if found is not None:
        wanted = (UNITS, SAFETY) if safety and any(link.safety for link, _ in links) else (UNITS,)
        for column in wanted:
            if column not in found[0]:
                raise Misconfigured(Fault(SKUS, "column-to-write", column=column))
        there = {link.uid: link for link, _ in links if link.uid in listed}
        content = b"".join(_confirmed(content, there, *found, safety=safety))
    more = [
        (replace(link, share=Decimal(0)) if link.product in split else link, note)
        for link, note in links
        if link.uid not in listed
    ]
    content = append(content, more)
    read_skus(content, faults)
    if faults:
        raise Misconfigured(faults)
    return content


def _confirmed(
    content: bytes,
    links: Mapping[PharmacySkuUid, SkuLink],
    columns: Sequence[str],
    delimiter: str,
    *,
    safety: bool,
) -> Iterator[bytes]:
    """Line by line; one that names none of the links stays as it is, to the byte."""
    uid, kept = columns.index("pharmacy_sku_uid"), safety and SAFETY in columns
    for line in re.split(rb"(\r\n|\n|\r)", content):
        text = line.decode()
        cells = cells_of(text, 0, delimiter, Faults()) if counts(text) else None
        link = links.get(PharmacySkuUid(cells[uid])) if cells and len(cells) > uid else None
        if cells is None or link is None:
            yield line
            continue
        cells += [""] * (len(columns) - len(cells))
        said = {UNITS: f"{link.units:f}", "p1_id": link.product}
        for column, cell in {**said, **({SAFETY: _safety(link)} if kept else {})}.items():
            cells[columns.index(column)] = cell
        yield _row(cells, delimiter).encode()


def append(content: bytes, links: Iterable[tuple[SkuLink, str]]) -> bytes:
    """The file with a line more for each link and its note for people, in the file's own form:
    byte-order mark, line ends, delimiter and columns. What it holds stays as it is, to the byte. An
    empty file gets the header. Raises Misconfigured for a header with faults, and
    for an id that would make its line a comment.
    """
    links = list(links)
    if not links:
        return content
    faults = Faults()
    found = columns_of(content, faults)
    if faults:
        raise Misconfigured(faults)
    if found is None:
        header = f"{','.join(COLUMNS)}\n".encode()
        content = content + (_gap(content, b"\n") if content.removeprefix(MARK) else b"") + header
        found = list(COLUMNS), ","
    columns, delimiter = found
    end = _line_end(content)
    lines = "".join(_line(link, note, columns, delimiter) + end.decode() for link, note in links)
    return content + _gap(content, end) + lines.encode()


def _line(link: SkuLink, note: str, columns: Sequence[str], delimiter: str) -> str:
    """The link as a line that is read as one: an apostrophe hides a `#` that would begin it."""
    note = _harmless(note)
    for each in (note, f"'{note}"):
        line = _written(link, each, columns, delimiter)
        if counts(line):
            return line
    raise Misconfigured(Fault(SKUS, "would-be-comment", uid=link.uid))


def _written(link: SkuLink, note: str, columns: Sequence[str], delimiter: str) -> str:
    cells = {
        "pharmacy_sku_uid": link.uid,
        "p1_id": link.product,
        UNITS: f"{link.units:f}",
        SAFETY: _safety(link),
        "share": "" if link.share is None else f"{link.share:f}",
        "note": note,
    }
    return _row([cells.get(column, "") for column in columns], delimiter)


def _safety(link: SkuLink) -> str:
    return str(link.safety) if link.safety else ""


def _row(cells: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return text.getvalue()


def _harmless(note: str) -> str:
    """On one line, and no formula to a spreadsheet."""
    plain = " ".join(note.split())
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@") else plain


def _line_end(content: bytes) -> bytes:
    for end in (b"\r\n", b"\n", b"\r"):
        if end in content:
            return end
    return b"\n"


def _gap(content: bytes, end: bytes) -> bytes:
    return b"" if content.endswith((b"\n", b"\r")) else end
