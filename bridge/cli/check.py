"""`rxbridge check`: everything the configuration needs, tried out; one line each, with the way out.

Nothing is changed anywhere: only questions are asked of the vendors.
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Literal

from bridge import app
from bridge.app import Vendors, open_vendors
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import now, settings_of
from bridge.errors import BridgeError, Misconfigured
from bridge.exchange import Call, Harm
from bridge.rxscale import dialect
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import Route
from bridge.rxscale.webhook import ORDER_EVENTS
from bridge.settings import Settings
from bridge.store import Store

Verdict = Literal["ok", "warn", "fail"]
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """What was tried, and what came of it."""

    what: str
    verdict: Verdict
    text: str


def check(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with show.busy("trying everything out"):
        lines = asyncio.run(_all(settings, offline=arguments.offline))
    if arguments.json:
        show.as_json({"checks": [asdict(line) for line in lines]})
    else:
        for line in lines:
            mark = f"[{COLOURS[line.verdict]}]{line.verdict:4}[/]"
            show.console().print(f"{mark}  {line.what:26} ", end="")
            show.console().print(line.text, markup=False)
    return FAILED if any(line.verdict == "fail" for line in lines) else DONE


async def _all(settings: Settings, *, offline: bool) -> list[Line]:
    lines = [*_configuration(settings), *_mappings(settings), *await _store(settings)]
    if not offline and not settings.missing_for_run():
        lines += [line async for line in _vendors(settings)]
    return lines


def _configuration(settings: Settings) -> list[Line]:
    faults = settings.missing_for_run() + settings.unsafe_for_run()
    missing = [Line("configuration", "fail", str(fault)) for fault in faults]
    warned = [Line("configuration", "warn", text) for text in settings.warnings()]
    where = str(settings.file or "environment only")
    return missing + warned or [Line("configuration", "ok", where)]


def _mappings(settings: Settings) -> list[Line]:
    try:
        rules = app.rules_of(settings)
    except Misconfigured as mistake:
        return [Line("mappings", "fail", str(fault)) for fault in mistake.faults]
    return [Line("mappings", "ok", f"version {rules.version}; every example as expected")]


async def _store(settings: Settings) -> list[Line]:
    """The store itself where there is one; otherwise whether one could be made there."""
    path = settings.store.path
    try:
        if path.exists():
            await (await Store.open(path, now=now())).close()
            return [Line("store", "ok", str(path))]
        with tempfile.NamedTemporaryFile(dir=path.parent):
            return [Line("store", "ok", f"{path} will be made at the first run")]
    except BridgeError as failure:
        return [Line("store", "fail", str(failure))]
    except OSError as error:
        text = f"store.path: {path.parent} is not writable ({error.strerror}) - choose another"
        return [Line("store", "fail", text)]


async def _vendors(settings: Settings) -> AsyncIterator[Line]:
    def unobserved(_: Call) -> None:
        """A check is not measured."""

    async with open_vendors(settings, unobserved) as vendors:
        rxscale, pharmaone = vendors.rxscale, vendors.pharmaone
        first = _first_open(settings)
        yield await _tried("RxScale answers", rxscale.health)
        yield await _tried("RxScale orders_read", lambda: rxscale.orders_page(first, 0, 1))
        yield await _tried("RxScale stock_read", lambda: rxscale.skus_page(0, 1))
        yield await _subscribed(settings, rxscale)
        yield Line("RxScale orders_write", "warn", "cannot be tried without changing an order")
        needed = " or ".join(sku_route(settings).permissions)
        yield Line(f"RxScale {needed}", "warn", "cannot be tried without changing a SKU")
        yield await _tried("PharmaOne key and scopes", lambda: _scopes(vendors))
        yield await _tried("PharmaOne orders.read", lambda: pharmaone.orders_page(1, 0, Harm.ORDER))
        yield await _tried("PharmaOne inventory.read", pharmaone.inventory)
        yield await _shop(settings, vendors)


def sku_route(settings: Settings) -> Route:
    """The route by which stock is written."""
    by_stock = settings.rxscale.stock_via == "stock" and not settings.stock.sync_prices
    return dialect.SKU_STOCK if by_stock else dialect.SKU


def _first_open(settings: Settings) -> str:
    """The first status that is read in sweeps; none if the mapping files cannot be read."""
    try:
        return app.rules_of(settings).rxscale.open[0]
    except Misconfigured:
        return ""


async def _tried(what: str, call: Callable[[], Awaitable[object]]) -> Line:
    try:
        await call()
    except BridgeError as failure:
        return Line(what, "fail", str(failure))
    return Line(what, "ok", "")


async def _scopes(vendors: Vendors) -> None:
    tokens = vendors.pharmaone.tokens
    await tokens.get()
    for scope in tokens.facts.missing_scopes:
        await tokens.get(scope)


async def _subscribed(settings: Settings, rxscale: RxScale) -> Line:
    what = "RxScale webhooks"
    try:
        found = await rxscale.subscriptions()
    except BridgeError as failure:
        return Line(what, "warn", str(failure))
    public = settings.server.public_url
    ours = {s.event for s in found if public is None or s.target.startswith(public)}
    absent = sorted(ORDER_EVENTS - ours)
    if not absent:
        return Line(what, "ok", ", ".join(sorted(ours)))
    do = "set server.public_url and then: " if public is None else ""
    text = (
        f"no subscription for {', '.join(absent)}: orders come by the sweep; "
        f"{do}rxbridge webhooks register --secrets FILE"
    )
    return Line(what, "warn", text)


async def _shop(settings: Settings, vendors: Vendors) -> Line:
    what, wanted = "PharmaOne shop", settings.pharmaone.shop_id
    if wanted is None:
        return Line(what, "ok", "the connector's address says it")
    try:
        shops = await vendors.pharmaone.shops()
    except BridgeError as failure:
        return Line(what, "warn", f"cannot be looked up: {failure}")
    known = [str(shop.shop_id) for shop in shops]
    if wanted in known:
        return Line(what, "ok", wanted)
    return Line(what, "fail", f"pharmaone.shop_id: '{wanted}' is none of {', '.join(known)}")
