"""`rxbridge call`: any route of a vendor, signed in, all masked but what is harmless."""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, unquote

from bridge.app.vendors import Vendors, open_vendors
from bridge.cli import show
from bridge.cli.command import DONE, FAILED, Noun, argument
from bridge.cli.guest import as_a_guest, patiently
from bridge.cli.mask import masked
from bridge.cli.opening import check_vendor, settings_of
from bridge.errors import (
    BridgeError,
    Fault,
    Foreign,
    Garbled,
    Misconfigured,
    Phrase,
    Several,
    words,
)
from bridge.exchange import Response
from bridge.pharmaone import dialect as p1
from bridge.pharmaone.answers import ANSWERS as P1_ANSWERS
from bridge.rxscale import dialect as rx
from bridge.rxscale.answers import ANSWERS as RX_ANSWERS
from bridge.settings import Settings
from bridge.vendor.answers import is_accepted
from bridge.vendor.calling import Query, by_offset, by_page
from bridge.vendor.paging import Page, Place, every

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
VENDORS = ("pharmaone", "rxscale", "rxscale-public")
MOST_COLUMNS = 9
WIDEST = 40
CUT = "…"

Route = TypeVar("Route", p1.Route, rx.Route)
Style = Literal["offset", "from 0", "from 1"]
_ROWS = ("data", "products", "items", "orders", "payouts")
_TOTALS = ("total", "totalRegistries")
_PAGING = frozenset({*_TOTALS, "pagination", "totalPages", "page", "pageSize"})
_IDS = ("uid", "id")
"""What names one row; a product's id may stand in many, as in a report."""
LIMIT = 100

noun = Noun()


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it was typed; `body` is JSON that was parsed, None for none."""

    vendor: str
    method: str
    path: str
    query: Query = ()
    body: Any = None
    has_body: bool = False

    @property
    def encoded(self) -> bytes | None:
        return json.dumps(self.body).encode() if self.has_body else None


@dataclass(slots=True)
class Answered:
    """`fault` says what a refusal means; `rows` are those of all pages, if they were asked for."""

    status: int
    content: bytes
    fault: BridgeError | None
    rows: list[Any] | None = None

    def document(self) -> Any:
        """The answer's JSON. Raises ValueError for what is none."""
        return {"data": self.rows} if self.rows is not None else json.loads(self.content)


def _changes(typed: argparse.Namespace) -> str | None:
    """What is written at a vendor, or shown of people; without what was asked for."""
    asked = {"--show-patient-data": typed.show_patient_data, "--show-secrets": typed.show_secrets}
    shown = [name for name, said in asked.items() if said]
    if typed.method == "GET" and not shown:
        return None
    return " ".join((typed.vendor, typed.method, typed.path.partition("?")[0], *shown))


@noun.command(
    argument("vendor", choices=VENDORS, metavar="VENDOR"),
    argument("method", type=str.upper, choices=METHODS, metavar="METHOD"),
    argument("path", metavar="PATH"),
    argument("--query", action="append", default=[], metavar="NAME=VALUE"),
    argument("--json-body", metavar="JSON"),
    argument("--all", action="store_true"),
    argument("--json", action="store_true"),
    argument("--show-patient-data", action="store_true"),
    argument("--show-secrets", action="store_true"),
    json=False,
    changes=_changes,
)
async def call(arguments: argparse.Namespace) -> int:
    asked = _asked(arguments)
    if _shows_a_secret_once(asked) and not arguments.show_secrets:
        raise Misconfigured(Fault("call rxscale POST /webhooks/", "shows-secret"))
    if arguments.all and asked.method != "GET":
        raise Misconfigured(Fault("--all", "only-lists"))
    settings = settings_of(arguments)
    _check(settings, asked)
    async with open_vendors(as_a_guest(settings), lambda _: None) as vendors:
        if arguments.all:
            answered = await _every_page(vendors, asked)
        else:
            answered = _answered(asked, await _once(vendors, asked))
    _print(answered, arguments)
    return FAILED if answered.fault else DONE


# -- what was typed --------------------------------------------------------------------------


def _asked(arguments: argparse.Namespace) -> Asked:
    path = f"/{arguments.path.lstrip('/')}"
    path, _, typed = path.partition("?")
    query = (*_pairs_in(typed), *map(_pair, arguments.query))
    text = arguments.json_body
    return Asked(
        arguments.vendor,
        arguments.method,
        path,
        query,
        None if text is None else _body(text),
        text is not None,
    )


def _pairs_in(address: str) -> list[tuple[str, str]]:
    """What follows the path, as an address writes it (`status=in%20review`)."""
    try:
        return parse_qsl(address, keep_blank_values=True, strict_parsing=bool(address))
    except ValueError:
        raise _no_pair(f"?{address}") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise _no_pair(f"--query {text}")
    return name, value


def _no_pair(typed: str) -> Misconfigured:
    return Misconfigured(Fault(typed, "no-pair"))


def _body(text: str) -> Any:
    """JSON as typed; `@FILE` and `-` read it from a file or the standard input."""
    try:
        if text == "-":
            return json.loads(sys.stdin.read())
        return json.loads(Path(text[1:]).read_text("utf-8") if text[:1] == "@" else text)
    except OSError as error:
        why = Foreign(error.strerror)
        raise Misconfigured(Fault("--json-body", "no-body", file=text[1:], why=why)) from None
    except ValueError as error:
        wrong = error if isinstance(error, json.JSONDecodeError) else None
        raise Misconfigured(Fault("--json-body", "no-json", why=wrong)) from None


def _check(settings: Settings, asked: Asked) -> None:
    """Raises Misconfigured for what this call needs and is not set."""
    if asked.vendor == "rxscale-public" and settings.rxscale.public_api_key is not None:
        return
    check_vendor(settings, asked.vendor.partition("-")[0])
    at_shop = asked.vendor == "pharmaone" and p1_route(asked)[0] is p1.SUBMIT["connector"]
    if at_shop and settings.pharmaone.connector_url is None:
        raise Misconfigured(Fault("pharmaone.connector_url", "no-connector"))


def _shows_a_secret_once(asked: Asked) -> bool:
    return asked.vendor == "rxscale" and rx_route(asked)[0] is rx.SUBSCRIBE


# -- calling ---------------------------------------------------------------------------------


async def _every_page(vendors: Vendors, asked: Asked) -> Answered:
    style = style_of(asked)

    async def fetch(place: Place) -> Page[Any]:
        query = paged(asked.query, query_for(style, place))
        response = await _once(vendors, replace(asked, query=query))
        answered = _answered(asked, response)
        page = None if answered.fault else page_of(_parsed(response))
        if page is None:
            answered.fault = answered.fault or _no_more(asked, place.offset)
            raise _NoPage(answered)
        return page

    rows: list[Any] = []
    try:
        async for row in every(fetch, f"{asked.method} {asked.path}", full=1, key=_id_of):
            rows.append(row)
            if len(rows) % LIMIT == 0 and sys.stderr.isatty():
                said = show.spoken(Phrase("rows-so-far", rows=len(rows)))
                print(f"\r{said}", end="", file=sys.stderr, flush=True)
    except _NoPage as ended:
        return ended.answered
    return Answered(200, b"", None, rows)


class _NoPage(Exception):  # noqa: N818 - an answer, for the user to see
    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


def _no_more(asked: Asked, read: int) -> BridgeError | None:
    """One thing is no list and whole by itself; after rows were read, it is no answer."""
    if not read:
        return None
    return Garbled(Phrase("no-list-after", route=f"{asked.method} {asked.path}", rows=read))


async def _once(vendors: Vendors, asked: Asked) -> Response:
    """At PharmaOne `/auth/token`, `/v1/order-requests` and `/external-order` take the key, the rest
    a token.
    """
    if asked.vendor == "pharmaone":
        at_pharmaone, ident = p1_route(asked)
        call = partial(vendors.pharmaone.caller.call, at_pharmaone)
    else:
        at_rxscale, ident = rx_route(asked)
        call = partial(vendors.rxscale.caller.call, at_rxscale)
    once = partial(call, ident=ident, query=asked.query, body=asked.encoded)
    return await (patiently(once) if asked.method == "GET" else once())


def p1_route(asked: Asked) -> tuple[p1.Route, str]:
    """The documented route and its id, or a route of just this path."""
    found = _documented(p1.ROUTES, asked.method, asked.path)
    return found or (p1.Route(asked.method, asked.path), "")


def rx_route(asked: Asked) -> tuple[rx.Route, str]:
    """The same at RxScale; the public API's paths are typed without their `/public`."""
    public = asked.vendor == "rxscale-public"
    path = f"/public{asked.path}" if public else asked.path
    found = _documented(rx.ROUTES, asked.method, path)
    return found or (rx.Route(asked.method, path, public=public), "")


def _documented(routes: Iterable[Route], method: str, path: str) -> tuple[Route, str] | None:
    """With what stands in the route's place, "" if it has none."""
    for route in routes:
        pattern = re.sub(r"\\\{[a-z]+\\\}", "([^/]+)", re.escape(route.path.rstrip("/")))
        found = re.fullmatch(pattern, path.rstrip("/")) if method == route.method else None
        if found is not None:
            return route, unquote(found[1]) if found.groups() else ""
    return None


def style_of(asked: Asked) -> Style:
    """By what this vendor pages this list (pharmaone.md section 5, rxscale.md section 5)."""
    if asked.vendor != "pharmaone":
        return "from 0"
    return "from 1" if p1_route(asked)[0] is p1.PRODUCTS else "offset"


def _answered(asked: Asked, response: Response) -> Answered:
    return Answered(response.status, response.body, _fault(asked, response))


def _fault(asked: Asked, response: Response) -> BridgeError | None:
    if is_accepted(response):
        return _unreadable(asked, response)
    if asked.vendor == "pharmaone":
        return P1_ANSWERS.failure(p1_route(asked)[0], response)
    route = rx_route(asked)[0]
    if route is rx.LIVE_STOCK and response.status == 409:
        return None  # "not so many" is an answer
    return RX_ANSWERS.failure(route, response)


def _unreadable(asked: Asked, response: Response) -> BridgeError | None:
    """What is asked for and comes as something else. A change need not be answered with JSON."""
    if asked.method != "GET" or response.body.strip() == b"" or _parsed(response) is not None:
        return None
    return Garbled(Phrase("answer-unreadable", route=f"{asked.method} {asked.path}"))


def _parsed(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return None


# -- every page of a list --------------------------------------------------------------------


def page_of(body: Any) -> Page[Any] | None:
    """None for an answer that is no list."""
    if isinstance(body, list):
        return Page(tuple(body))
    if not isinstance(body, Mapping):
        return None
    rows = next((body[key] for key in _ROWS if _holds_rows(body, key)), None)
    if rows is None:
        return None
    inner = body.get("pagination")
    places = (body, inner if isinstance(inner, Mapping) else {})
    totals = (place[key] for place in places for key in _TOTALS if key in place)
    return Page(tuple(rows), next((each for each in totals if isinstance(each, int)), None))


def _holds_rows(body: Mapping[str, Any], key: str) -> bool:
    """Under `data`, or under another name where the answer is a list's by what stands beside it:
    one order has its `items` or `payouts` inside (pharmaone.md 9, rxscale.md 6.2).
    """
    if not isinstance(body.get(key), list):
        return False
    return key == "data" or len(body) == 1 or not _PAGING.isdisjoint(body)


def query_for(style: Style, place: Place, limit: int = LIMIT) -> Query:
    """What to ask for the page at `place`."""
    if style == "offset":
        return by_offset(limit, place.offset)
    return by_page(place.number + (style == "from 1"), limit)


def paged(query: Query, page: Query) -> Query:
    """What was asked for, with the page; a name may be there twice."""
    return (*(pair for pair in query if pair[0] not in dict(page)), *page)


def _id_of(row: Any) -> str | None:
    if not isinstance(row, Mapping):
        return None
    return next((f"{key} {row[key]}" for key in _IDS if row.get(key)), None)


# -- what is shown ---------------------------------------------------------------------------


def _print(answered: Answered, arguments: argparse.Namespace) -> None:
    if answered.fault:
        show.complain(words(answered.fault))
    try:
        raw = answered.document()
    except ValueError:
        size = len(answered.content)
        if size:
            said = Phrase("not-json", status=answered.status, size=size)
            print(show.spoken(said), file=sys.stderr)
        return
    refused, patients = answered.fault is not None, arguments.show_patient_data
    shown = masked(raw, refused=refused, patients=patients, secrets=arguments.show_secrets)
    if arguments.json:
        show.as_json(shown)
        return
    page = page_of(shown)
    if page is not None and all(isinstance(row, Mapping) for row in page.rows):
        _print_rows(page)
    elif isinstance(shown, Mapping):
        _print_one(shown)
    else:
        show.as_json(shown)


def _print_rows(page: Page[Any]) -> None:
    names = list(_columns(page.rows))
    columns, left_out = names[:MOST_COLUMNS], names[MOST_COLUMNS:]
    cells = [[_cell(row.get(key)) for key in columns] for row in page.rows]
    if page.rows:
        show.as_table(columns, cells)
    rows = Phrase("rows", rows=len(page.rows), total=page.total)
    print(f"{show.spoken(rows)} {_lacks(cells, left_out)}".rstrip())


def _print_one(thing: Mapping[str, Any]) -> None:
    cells = [(key, _cell(value)) for key, value in thing.items()]
    show.as_table([show.spoken(Phrase(each)) for each in ("field", "value")], cells)
    if lacks := _lacks(cells, ()):
        print(lacks)


def _lacks(cells: Iterable[Sequence[str]], left_out: Sequence[str]) -> str:
    """What a table does not show, and what does."""
    lacks = [Phrase("not-shown", names=", ".join(left_out))] if left_out else []
    if any(cell.endswith(CUT) for row in cells for cell in row):
        lacks.append(Phrase("cut-short", mark=CUT))
    return show.spoken(Phrase("json-shows-all", lacks=Several(lacks))) if lacks else ""


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """Every key, those with plain values first."""
    plain: dict[str, None] = {}
    nested: dict[str, None] = {}
    for row in rows:
        for key, value in row.items():
            (nested if isinstance(value, dict | list) else plain).setdefault(key)
    return {**plain, **nested}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}{CUT}"
