"""`rxbridge call VENDOR METHOD PATH`: any route, signed in, within the limits, persons masked."""

import argparse
import asyncio
import json
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from bridge.app import Vendors, open_vendors
from bridge.cli.api.answered import Answered, tell
from bridge.cli.api.paging import LIMIT, Page, Style, fresh, is_last, page_of, paged, query_for
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared.opened import check_vendor, settings_of
from bridge.cli.shared.working import as_a_guest, patiently
from bridge.errors import BridgeError, Fault, Garbled, Misconfigured
from bridge.exchange import Priority, Response
from bridge.pharmaone import answers as p1_answers
from bridge.pharmaone import dialect as p1
from bridge.rxscale import answers as rx_answers
from bridge.rxscale import dialect as rx
from bridge.settings import Settings

VENDORS = ("pharmaone", "rxscale", "rxscale-public")


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it was typed; `body` is JSON that was parsed, None for none."""

    vendor: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    has_body: bool = False


def call(arguments: argparse.Namespace) -> int:
    asked = _asked(arguments)
    if _shows_a_secret_once(asked) and not arguments.show_secrets:
        raise Misconfigured(
            Fault(
                "call rxscale POST /webhooks/",
                "its answer shows a signing secret, once, and it would be masked",
                "use `rxbridge webhooks register`, which keeps it, or add --show-secrets",
            )
        )
    if arguments.all and asked.method != "GET":
        raise Misconfigured(Fault("--all", "only reads lists", "leave it out, or GET the list"))
    settings = settings_of(arguments)
    _check(settings, asked)
    answered = asyncio.run(_call(as_a_guest(settings), asked, everything=arguments.all))
    tell(answered, arguments)
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
    return Misconfigured(Fault(typed, "is no name=value", "write it like limit=5"))


def _body(text: str) -> Any:
    """JSON as typed; `@FILE` and `-` read it from a file or the standard input."""
    try:
        if text == "-":
            return json.loads(sys.stdin.read())
        return json.loads(Path(text[1:]).read_text("utf-8") if text[:1] == "@" else text)
    except OSError as error:
        raise Misconfigured(
            Fault("--json-body", f"{text[1:]} cannot be read ({error.strerror})", "name another")
        ) from None
    except ValueError as error:
        what = f"is no JSON ({error})" if isinstance(error, json.JSONDecodeError) else "is no text"
        raise Misconfigured(Fault("--json-body", what, "write it like '{\"stock\": 5}'")) from None


def _check(settings: Settings, asked: Asked) -> None:
    """Raises Misconfigured for what this vendor's door needs and is not set."""
    if asked.vendor == "rxscale-public" and settings.rxscale.public_api_key is not None:
        return
    check_vendor(settings, asked.vendor.partition("-")[0])
    at_shop = asked.vendor == "pharmaone" and p1_route(asked)[0] is p1.SUBMIT["connector"]
    if at_shop and settings.pharmaone.connector_url is None:
        remedy = "set the address of the shop, whose door this is"
        raise Misconfigured(Fault("pharmaone.connector_url", "not set", remedy))


def _shows_a_secret_once(asked: Asked) -> bool:
    return asked.vendor == "rxscale" and rx_route(asked)[0] is rx.SUBSCRIBE


# -- calling ---------------------------------------------------------------------------------


async def _call(settings: Settings, asked: Asked, *, everything: bool) -> Answered:
    async with open_vendors(settings, lambda _: None) as vendors:
        if not everything:
            response = await _once(vendors, asked)
            return _answered(asked, response)
        return await _every_page(vendors, asked)


async def _every_page(vendors: Vendors, asked: Asked) -> Answered:
    style = style_of(asked)
    rows: list[Any] = []
    seen: set[str] = set()
    before: Page | None = None
    number = read = 0
    while True:
        query = paged(asked.query, query_for(style, number, read, LIMIT))
        response = await _once(vendors, replace(asked, query=query))
        answered = _answered(asked, response)
        page = None if answered.fault else page_of(_parsed(response))
        if page is None:
            answered.fault = answered.fault or _no_more(asked, read)
            return answered
        if before is None or list(before.rows) != list(page.rows):
            rows += fresh(page.rows, seen)
            read += len(page.rows)
        if is_last(page, before, read):
            answered.rows = rows
            return answered
        before, number = page, number + 1
        if sys.stderr.isatty():
            print(f"\r{len(rows)} rows ...", end="", file=sys.stderr, flush=True)


def _no_more(asked: Asked, read: int) -> BridgeError | None:
    """One thing is no list and whole by itself; after rows were read, it is no answer."""
    if not read:
        return None
    return Garbled(f"the answer to {asked.method} {asked.path} after {read} rows is no list")


async def _once(vendors: Vendors, asked: Asked) -> Response:
    async def once() -> Response:
        if asked.vendor == "pharmaone":
            return await _at_pharmaone(vendors, asked)
        return await _at_rxscale(vendors, asked)

    return await (patiently(once) if asked.method == "GET" else once())


async def _at_pharmaone(vendors: Vendors, asked: Asked) -> Response:
    """`/auth/token`, `/v1/order-requests` and `/external-order` take the key, the rest a token."""
    route, ident = p1_route(asked)
    body = json.dumps(asked.body).encode() if asked.has_body else None
    caller = vendors.pharmaone.caller
    return await caller.call(route, Priority.SWEEP, ident=ident, query=asked.query, body=body)


async def _at_rxscale(vendors: Vendors, asked: Asked) -> Response:
    route, ident = rx_route(asked)
    body = asked.body if asked.has_body else None
    caller = vendors.rxscale.caller
    return await caller.call(route, Priority.SWEEP, uid=ident, query=asked.query, body=body)


def p1_route(asked: Asked) -> tuple[p1.Route, str]:
    """The documented route and its id, or a route of just this path."""
    for route in p1.ROUTES:
        ident = _ident(route.method, route.path, asked.method, asked.path)
        if ident is not None:
            return route, ident
    return p1.Route(asked.method, asked.path), ""


def rx_route(asked: Asked) -> tuple[rx.Route, str]:
    """The same at RxScale; the public API's paths are typed without their `/public`."""
    public = asked.vendor == "rxscale-public"
    path = f"/public{asked.path}" if public else asked.path
    for route in rx.ROUTES:
        ident = _ident(route.method, route.path, asked.method, path)
        if ident is not None:
            return route, ident
    return rx.Route(asked.method, path, public=public), ""


def _ident(method: str, template: str, asked_method: str, path: str) -> str | None:
    """What stands in the template's place, "" if it has none; None for another route."""
    pattern = re.sub(r"\\\{[a-z]+\\\}", "([^/]+)", re.escape(template.rstrip("/")))
    found = re.fullmatch(pattern, path.rstrip("/"))
    if found is None or method != asked_method:
        return None
    return unquote(found[1]) if found.groups() else ""


def style_of(asked: Asked) -> Style:
    """By what this vendor pages this list (pharmaone.md section 5, rxscale.md section 5)."""
    if asked.vendor != "pharmaone":
        return "from 0"
    return "from 1" if p1_route(asked)[0] is p1.PRODUCTS else "offset"


def _answered(asked: Asked, response: Response) -> Answered:
    return Answered(response.status, response.body, _fault(asked, response))


def _fault(asked: Asked, response: Response) -> BridgeError | None:
    if 200 <= response.status < 300:
        return _unreadable(asked, response)
    if asked.vendor == "pharmaone":
        return p1_answers.failure(p1_route(asked)[0], response)
    route = rx_route(asked)[0]
    if route is rx.LIVE_STOCK and response.status == 409:
        return None  # "not so many" is an answer
    return rx_answers.failure(route, response)


def _unreadable(asked: Asked, response: Response) -> BridgeError | None:
    """What is asked for and comes as something else. A change need not be answered with JSON."""
    if asked.method != "GET" or response.body.strip() == b"" or _parsed(response) is not None:
        return None
    return Garbled(f"the answer to {asked.method} {asked.path} cannot be read: try it again")


def _parsed(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return None
