"""Adds lines to skus.csv and leaves all that stands there as it is, to the byte."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bridge.core.model import PharmacySkuUid, ProductId
from bridge.errors import Fault, Misconfigured
from bridge.mapping.reading import SKUS, Faults
from bridge.mapping.skus import COLUMNS, columns_of, counts

MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A link to be written down. `note` is for people."""

    uid: PharmacySkuUid
    product: ProductId
    units: Decimal
    note: str


def append(content: bytes, links: Iterable[Accepted]) -> bytes:
    """The file with a line for each link, in its own form: byte-order mark, line ends, delimiter
    and columns. An empty file gets the header. Raises Misconfigured for a header with faults, and
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
    lines = "".join(_line(link, columns, delimiter) + end.decode() for link in links)
    return content + _gap(content, end) + lines.encode()


def _line(link: Accepted, columns: Sequence[str], delimiter: str) -> str:
    """The link as a line that is read as one: an apostrophe hides a `#` that would begin it."""
    note = _harmless(link.note)
    for each in (note, f"'{note}"):
        line = _written(link, each, columns, delimiter)
        if counts(line):
            return line
    what = f"the line of {link.uid} would be a comment, with '#' at its beginning"
    raise Misconfigured(Fault(SKUS, what, "move p1_id behind pharmacy_sku_uid"))


def _written(link: Accepted, note: str, columns: Sequence[str], delimiter: str) -> str:
    cells = {
        "pharmacy_sku_uid": link.uid,
        "p1_id": link.product,
        "units_per_sku": f"{link.units:f}",
        "note": note,
    }
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="")
    writer.writerow([cells.get(column, "") for column in columns])
    return written.getvalue()


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
