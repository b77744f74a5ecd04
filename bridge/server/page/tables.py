"""What the page's tables share: filters in the address, pages of 50, the file they are saved as."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from io import StringIO
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from bridge.server.page.render import HEADERS

T = TypeVar("T")
PAGE = 50
"""Rows of one page."""
LONGEST = 200
"""Letters of what is looked for."""
MOST_PAGES = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a table: its filters (those that are set), and which page."""

    path: str
    filters: Mapping[str, str]
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE

    def get(self, name: str) -> str:
        """A filter's value; "" where it is not set."""
        return self.filters.get(name, "")

    def link(self, path: str = "", **changed: str | int) -> str:
        """The address with these filters changed, on its first page if `page` is not named."""
        asked = {n: v for n, v in {**self.filters, **changed}.items() if v not in ("", 1)}
        return (path or self.path) + (f"?{urlencode(asked)}" if asked else "")


def asked(request: web.Request, path: str, *names: str) -> Asked:
    """Reads the filters `names` from an address; whatever else stands there is left out."""
    given = {name: request.query.get(name, "").strip()[:LONGEST] for name in names}
    page = request.query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    filters = {name: value for name, value in given.items() if value}
    return Asked(path, filters, min(max(number, 1), MOST_PAGES))


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page's rows. `total` is None where they are not counted."""

    asked: Asked
    rows: Sequence[T]
    more: bool
    total: int | None = None

    @property
    def previous(self) -> str:
        """Its address, or ""."""
        page = self.asked.page
        return self.asked.link(page=page - 1) if page > 1 else ""

    @property
    def next(self) -> str:
        return self.asked.link(page=self.asked.page + 1) if self.more else ""

    @property
    def first(self) -> int:
        """The first row's number, from 1 on."""
        return self.asked.offset + 1


def saved(
    kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> web.Response:
    """A table as a file: `kind` is csv (a header, UTF-8 as spreadsheets know it) or json."""
    text = _csv(headings, rows) if kind == "csv" else _json(headings, rows)
    disposition = {"Content-Disposition": f'attachment; filename="rxbridge-{name}.{kind}"'}
    media = "text/csv" if kind == "csv" else "application/json"
    headers = HEADERS | disposition
    return web.Response(text=text, content_type=media, charset="utf-8", headers=headers)


class _Seen(HTMLParser):
    """The words of one table of a page: its headings, then its rows."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._name, self._inside, self._open = name, False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._inside = dict(attrs).get("id") == self._name
        if self._inside and tag == "tr":
            self.rows.append([])
        elif self._inside and tag in ("th", "td"):
            self.rows[-1].append("")
            self._open = True
        elif tag in ("form", "label"):
            self._open = False

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._open = False
        self._inside &= tag != "table"

    def handle_data(self, data: str) -> None:
        if self._inside and self._open:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


def as_seen(page: web.Response, name: str, kind: str | None) -> web.Response:
    """The page's table of this id as a file, in the words in which it is shown; else the page."""
    seen = _Seen(name)
    seen.feed(page.text or "")
    if not seen.rows:
        return page
    return saved(kind or "csv", name.removeprefix("table-"), seen.rows[0], seen.rows[1:])


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(headings)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return "\ufeff" + file.getvalue()


def _cell(value: Any) -> Any:
    value = _plain(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _json(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    plain = [dict(zip(headings, map(_plain, row), strict=True)) for row in rows]
    return json.dumps(plain, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
