"""`rxbridge check`: everything the configuration needs, tried out; one line each, with the way out.

Nothing is changed anywhere: vendors are asked, and changes are tried on what is not there.
"""

import argparse
import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

from bridge import app
from bridge.app import Vendors, open_vendors
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.needs import Need, of_pharmaone, of_rxscale
from bridge.cli.shared.opened import now, settings_of
from bridge.cli.shared.working import as_a_guest
from bridge.cli.webhooks import is_ours
from bridge.cycles.catalogue import read_skus
from bridge.errors import BridgeError, Misconfigured, TryLater
from bridge.exchange import Call
from bridge.mapping.rules import Rules
from bridge.pharmaone.dialect import TOKEN
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import HEALTH
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.settings import Settings
from bridge.store import Store, is_behind

Answer = TypeVar("Answer")
Verdict = Literal["ok", "warn", "fail"]
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
WIDTH = 52
TRIES = 3
MOMENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """What was tried, and what came of it."""

    what: str
    verdict: Verdict
    text: str


def check(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with show.busy("trying everything out"), _quiet(logging.getLogger("bridge.transport")):
        lines = asyncio.run(_all(settings, offline=arguments.offline))
    if arguments.json:
        show.as_json({"checks": [asdict(line) for line in lines]})
    else:
        for line in lines:
            _print(line)
    return FAILED if any(line.verdict == "fail" for line in lines) else DONE


def _print(line: Line) -> None:
    """On one line, if the terminal has room for it."""
    told = show.plain(f"{line.verdict:4}", COLOURS[line.verdict])
    told.append(f"  {line.what:{WIDTH}} ", "default not bold")
    console = show.console()
    if console.is_terminal and len(told) + len(line.text) > console.width:
        told = told[: len(told.plain.rstrip())].append("\n      ")
    show.prose(told.append(show.plain(line.text, "default not bold")))


@contextmanager
def _quiet(log: logging.Logger) -> Iterator[None]:
    """Each line tells what went wrong; the log need not."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


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
            if is_behind(path):
                text = f"{path} is an earlier version's; `rxbridge run` brings it up to this one"
                return [Line("store", "ok", text)]
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

    guest = as_a_guest(settings) if settings.store.path.exists() else settings
    async with open_vendors(guest, unobserved) as vendors:
        astray = False
        for need in of_rxscale(settings, _rules(settings), vendors.rxscale):
            line = _astray(need) if astray and need.is_single else await _tried(need)
            astray |= line.verdict == "fail" and line.text.startswith(f"{HEALTH.path_name}: ")
            yield line
        yield await _subscribed(settings, vendors.rxscale)
        yield await _keyed(vendors)
        for need in of_pharmaone(settings, vendors):
            yield await _tried(need)
        yield await _shop(settings, vendors)
        yield await _sizes(_rules(settings), vendors.rxscale)


def _rules(settings: Settings) -> Rules | None:
    """None if the mapping files cannot be read."""
    try:
        return app.rules_of(settings)
    except Misconfigured:
        return None


async def _tried(need: Need) -> Line:
    if need.attempt is None:
        return Line(need.what, "warn", f"{need.right}: cannot be tried without sending something")
    try:
        await _unhurried(need.attempt)
    except BridgeError as failure:
        return Line(need.what, "fail", str(failure))
    return Line(need.what, "ok", need.right or "it answers")


def _astray(need: Need) -> Line:
    """Where no list is found either, "not found" says nothing of the key."""
    text = f"{HEALTH.path_name}: nothing is found here, so whether the key has {need.right} "
    return Line(need.what, "fail", f"{text}cannot be told")


async def _unhurried(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Waits for a vendor that asks for a moment's patience, but not for one that is away."""
    for _ in range(TRIES - 1):
        try:
            return await ask()
        except TryLater as failure:
            if failure.after is None or failure.after > MOMENT_SECONDS:
                raise
            await asyncio.sleep(failure.after)
    return await ask()


async def _keyed(vendors: Vendors) -> Line:
    """The exchange of the key for a token, and every scope that is missing."""
    what, tokens = f"PharmaOne {TOKEN.name}", vendors.pharmaone.tokens
    try:
        await _unhurried(tokens.get)
    except BridgeError as failure:
        return Line(what, "fail", str(failure))
    missing = tokens.facts.missing_scopes
    if missing:
        text = f"pharmaone.api_key: the key lacks {', '.join(missing)} - make one that has them"
        return Line(what, "fail", text)
    return Line(what, "ok", "every scope that is needed")


async def _subscribed(settings: Settings, rxscale: RxScale) -> Line:
    what = "RxScale webhooks"
    try:
        found = await _unhurried(rxscale.subscriptions)
    except BridgeError as failure:
        return Line(what, "warn", str(failure))
    public = settings.server.public_url
    ours = {each.event for each in found if public is None or is_ours(each, settings)}
    absent = sorted(NEEDED_EVENTS - ours)
    if not absent:
        return Line(what, "ok", ", ".join(sorted(ours)))
    do = "set server.public_url and then: " if public is None else ""
    text = (
        f"no subscription for {', '.join(absent)}: what they tell is found later, by the sweeps; "
        f"{do}rxbridge webhooks register --secrets FILE"
    )
    return Line(what, "warn", text)


async def _shop(settings: Settings, vendors: Vendors) -> Line:
    what, wanted = "PharmaOne shop", settings.pharmaone.shop_id
    if wanted is None:
        return Line(what, "ok", "the connector's address says it")
    try:
        shops = await _unhurried(vendors.pharmaone.shops)
    except BridgeError as failure:
        return Line(what, "warn", f"cannot be looked up: {failure}")
    known = [str(shop.shop_id) for shop in shops]
    if wanted in known:
        return Line(what, "ok", wanted)
    return Line(what, "fail", f"pharmaone.shop_id: '{wanted}' is none of {', '.join(known)}")


async def _sizes(rules: Rules | None, rxscale: RxScale) -> Line:
    """Whether anything is offered by the bag that may be there by the gram."""
    what = "SKUs and products"
    if rules is None:
        return Line(what, "warn", "cannot be told before the mapping files are mended")
    try:
        skus = await _unhurried(lambda: read_skus(rxscale))
    except BridgeError as failure:
        return Line(what, "warn", f"cannot be looked at: {failure}")
    linked = len([*rules.links.stock_links(skus)])
    doubtful = rules.links.taken_for_one(skus)
    if not doubtful:
        return Line(what, "ok", f"{linked} of {len(skus)} SKUs are linked")
    first = doubtful[0]
    return Line(
        what,
        "warn",
        f"{len(doubtful)} of {linked} linked SKUs count as one unit of their product, and RxScale "
        f"sells them as more ({first.pharmacy_sku_uid}: {first.selling_unit} {first.unit or ''}): "
        "if PharmaOne counts that unit, more would be sold than is there - give units_per_sku in "
        "skus.csv (1 where it is one), or set stock.units_from",
    )
