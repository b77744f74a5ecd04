"""`rxbridge check`: everything the configuration needs, tried out."""

import argparse
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bridge import users
from bridge.app import shipped
from bridge.app.files import open_to_others
from bridge.app.policies import rules_of
from bridge.app.vendors import Vendors, open_vendors
from bridge.cli import show
from bridge.cli.asking import Asker, Finding, Line
from bridge.cli.command import Noun, argument
from bridge.cli.commands.webhooks import is_ours
from bridge.cli.guest import as_a_guest
from bridge.cli.opening import now, open_store, settings_of
from bridge.core import reasons
from bridge.core.alarms import Subscription
from bridge.core.facts import Facts
from bridge.core.model import (
    CatalogueSku,
    OrderId,
    PharmacyOrderUid,
    PharmacySkuUid,
    PrescriptionId,
    ProductId,
)
from bridge.cycles.catalogue import read_skus
from bridge.cycles.sweep import words_refused
from bridge.errors import (
    BridgeError,
    Fault,
    Foreign,
    Misconfigured,
    Phrase,
    Refused,
    Several,
    either,
)
from bridge.exchange import Priority, routes_of
from bridge.health import MOST_AHEAD_SECONDS
from bridge.mapping.matching import propose
from bridge.mapping.rules import Rules
from bridge.pharmaone import dialect as p1
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.shops import Shop as PharmaOneShop
from bridge.pharmaone.token import TokenKeeper
from bridge.rxscale import dialect as rx
from bridge.rxscale.client import RxScale
from bridge.rxscale.pharmacies import several, shown
from bridge.rxscale.shop import Shop
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.settings import Settings
from bridge.store import exists, is_behind, orders, stock

Try = Callable[[], Awaitable[object]]
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
MOST_NAMED = 10
SIZES = "SKUs and products"
NOBODY = "rxbridge-check"
"""No order, SKU or product has this name."""

FEW = 5
"""No more names are readable in one line."""

noun = Noun()


@dataclass(frozen=True, slots=True)
class Need:
    """A route that is needed, and how to try it; `attempt` None: it cannot be."""

    route: rx.Route | p1.Route
    attempt: Try | None

    @property
    def what(self) -> str:
        vendor = "RxScale" if isinstance(self.route, rx.Route) else "PharmaOne"
        return f"{vendor} {self.route.name}"

    @property
    def right(self) -> object:
        """What opens it. Only a token of PharmaOne's has scopes."""
        if isinstance(self.route, rx.Route):
            return either(self.route.permissions)
        return self.route.scope or Phrase("the-api-key")

    @property
    def is_single(self) -> bool:
        """It names something that is not there: "not found" is the good answer, if anything is at
        this address. The public API has one of its own and is asked for it first.
        """
        return not (self.route.is_list or (isinstance(self.route, rx.Route) and self.route.public))


@noun.command(argument("--offline", action="store_true"), of_all=True)
async def check(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with show.busy("trying"):
        lines = await everything(settings, offline=arguments.offline)
    failing = {line.what for line in lines if line.verdict == "fail"}
    then, console = "check" if failing else "run", show.console()
    return show.answer(
        arguments,
        {"checks": lines},
        failed=bool(failing),
        colours=COLOURS,
        width=console.width if console.is_terminal else show.PIPED,
        then="skus match" if failing == {SIZES} else then,
    )


async def everything(settings: Settings, *, offline: bool) -> list[Line]:
    rules, mappings = _mappings(settings)
    lines = [*_configuration(settings), *mappings, *await _store(settings)]
    if not offline and not settings.missing_for_run():
        lines += [line async for line in _vendors(settings, rules) if line is not None]
    return lines


def _configuration(settings: Settings) -> list[Line]:
    try:
        unsafe = settings.unsafe_for_run(users=bool(users.read(settings.users_file)))
    except Misconfigured as mistake:
        unsafe = mistake.faults
    faults = (*settings.missing_for_run(), *unsafe, *open_to_others(settings))
    missing = [Line("configuration", "fail", fault) for fault in faults]
    warned = [Line("configuration", "warn", text) for text in settings.warnings()]
    where = settings.file or Phrase("environment-only")
    return missing + warned or [Line("configuration", "ok", where)]


def _mappings(settings: Settings) -> tuple[Rules | None, list[Line]]:
    try:
        rules = rules_of(settings)
    except Misconfigured as mistake:
        return None, [Line("mappings", "fail", fault) for fault in mistake.faults]
    told = "; ".join(f"{name} = {said}" for name, said in rules.facts_told.items())
    lines = [
        Line("mappings", "ok", Phrase("mappings-well", version=rules.version)),
        Line("facts", "ok", told),
    ]
    if newer := shipped.newer(settings.mappings.dir):
        text = Phrase("mappings-newer", files=", ".join(newer))
        lines.append(Line("mappings changed in this version", "warn", text))
    return rules, lines


async def _store(settings: Settings) -> list[Line]:
    """The store itself where there is one; otherwise whether one could be made there."""
    place, path = settings.place, settings.store.path
    try:
        if exists(place):
            if is_behind(place):
                return [Line("store", "ok", Phrase("store-behind", path=place))]
            async with open_store(settings) as store:
                left = await store.read(orders.left_alone)
            return [Line("store", "ok", place), *_left_alone(left)]
        if not isinstance(place, Path):
            text = Phrase("rows-to-be-made", place=place)
            return [Line("store", "ok", text), *_take_from(settings)]
        with tempfile.NamedTemporaryFile(dir=path.parent):
            line = Line("store", "ok", Phrase("store-to-be-made", path=path))
            return [line, *_take_from(settings)]
    except BridgeError as failure:
        return [Line("store", "fail", failure)]
    except OSError as error:
        fault = Fault("store.path", "not-writable", at=path.parent, why=Foreign(error.strerror))
        return [Line("store", "fail", fault)]


def _left_alone(left: Sequence[PharmacyOrderUid]) -> list[Line]:
    if not left:
        return []
    named = [*left[:MOST_NAMED], *["..."] * (len(left) > MOST_NAMED)]
    text = Phrase("left-alone-open", count=len(left), named=", ".join(named))
    return [Line("orders left alone", "ok", text)]


def _take_from(settings: Settings) -> list[Line]:
    if settings.orders.take_from is not None:
        return [Line("orders.take_from", "ok", settings.orders.take_from.isoformat())]
    text = Phrase("take-from-not-set", now=now().isoformat(timespec="seconds"))
    return [Line("orders.take_from", "warn", text)]


async def _vendors(settings: Settings, rules: Rules | None) -> AsyncIterator[Line | None]:
    """Not as patient as other commands are: what takes long is a finding. A shadow only asks."""
    asker = Asker()
    facts = rules.facts if rules else Facts()
    async with open_vendors(as_a_guest(settings), lambda _: None, facts=facts) as vendors:
        rxscale, pharmaone = vendors.rxscale, vendors.pharmaone
        astray = False
        needs, asks = of_rxscale(settings, rules, rxscale), settings.mode == "shadow"
        for each in needs:
            need = replace(each, attempt=None) if asks and each.route.method != "GET" else each
            line = _astray(need) if astray and need.is_single else await _tried(asker, need)
            astray |= (
                line is not None
                and line.verdict == "fail"
                and str(line.text).startswith(f"{rx.HEALTH.path_name}: ")
            )
            yield line
        if settings.rxscale.pharmacy_uid is None:
            yield await asker.asked("RxScale pharmacy", partial(shown, rxscale.caller), _ours)
        if rules is not None:
            words = partial(_words_refused, rxscale, rules.words.rxscale.open)
            where = rules.words.rxscale.where
            yield await asker.asked("RxScale statuses", words, partial(_worded, where))
        subscribed = partial(_subscribed, settings)
        yield await asker.asked("RxScale webhooks", rxscale.subscriptions, subscribed, "warn")
        if not settings.pharmaone.one_way:
            keyed = partial(_keyed, pharmaone.tokens)
            yield await asker.asked(f"PharmaOne {p1.TOKEN.name}", pharmaone.tokens.get, keyed)
        for need in of_pharmaone(settings, vendors, facts):
            yield await _tried(asker, need)
        yield await _shop(
            asker, None if settings.pharmaone.one_way else settings.pharmaone.shop_id, pharmaone
        )
        yield await _sizes(asker, rules, vendors, settings)
        yield _clocks(vendors)


def _clocks(vendors: Vendors) -> Line:
    """How far each is ahead of ours, by the answers it gave."""
    transports = {"RxScale": vendors.rxscale_transport, "PharmaOne": vendors.pharmaone_transport}
    ahead = {name: each.ahead().total_seconds() for name, each in transports.items()}
    far = any(abs(seconds) > MOST_AHEAD_SECONDS for seconds in ahead.values())
    told = ", ".join(f"{name} {seconds:+.0f} s" for name, seconds in ahead.items())
    return Line("clocks", "warn" if far else "ok", told)


async def _tried(asker: Asker, need: Need) -> Line | None:
    if need.attempt is None:
        return Line(need.what, "warn", Phrase("cannot-be-tried", right=need.right))
    return await asker.asked(
        need.what, need.attempt, lambda _: ("ok", need.right or Phrase("it-answers"))
    )


def _astray(need: Need) -> Line:
    """Where no list is found either, "not found" says nothing of the key."""
    text = Phrase("nothing-found-here", where=rx.HEALTH.path_name, right=need.right)
    return Line(need.what, "fail", text)


def _ours(found: Mapping[str, str]) -> Finding:
    fault = several(found)
    if fault is not None:
        return "fail", fault
    named = ", ".join(f"{uid} {name}".strip() for uid, name in found.items())
    return "ok", named or Phrase("none-shown")


async def _words_refused(rxscale: RxScale, words: Sequence[str]) -> Mapping[str, Refused]:
    refused: dict[str, Refused] = {}
    for word in words:
        try:
            await rxscale.orders_page(word, 0, 1)
        except Refused as refusal:
            refused[word] = refusal
    return refused


def _worded(where: str, refused: Mapping[str, Refused]) -> Finding:
    """Every word that RxScale does not know."""
    fault = words_refused(where, refused)
    return ("fail", fault) if fault else ("ok", Phrase("knows-every-word"))


def _keyed(tokens: TokenKeeper, _: str) -> Finding:
    """The key was exchanged for a token; every scope that is missing."""
    missing = tokens.facts.missing_scopes
    if missing:
        return "fail", Fault("pharmaone.api_key", "key-lacks", scopes=", ".join(missing))
    return "ok", Phrase("every-scope")


def _subscribed(settings: Settings, found: Sequence[Subscription]) -> Finding:
    public = settings.server.public_url
    ours = {each.event for each in found if public is None or is_ours(each, settings)}
    absent = sorted(NEEDED_EVENTS - ours)
    if not absent:
        return "ok", ", ".join(sorted(ours))
    return "warn", Phrase("no-subscription", events=", ".join(absent), url=public)


async def _shop(asker: Asker, wanted: str | None, pharmaone: PharmaOne) -> Line | None:
    what = "PharmaOne shop"
    if wanted is None:
        return Line(what, "ok", Phrase("connector-says-it"))

    def judge(shops: Sequence[PharmaOneShop]) -> Finding:
        known = [str(shop.shop_id) for shop in shops]
        if wanted in known:
            return "ok", wanted
        return "fail", Fault("pharmaone.shop_id", "none-of", shop=wanted, known=", ".join(known))

    return await asker.asked(what, pharmaone.shops, judge, "warn", "cannot-be-looked-up")


async def _sizes(
    asker: Asker, rules: Rules | None, vendors: Vendors, settings: Settings
) -> Line | None:
    if rules is None:
        return Line(SIZES, "warn", Phrase("mend-mappings-first"))

    async def read() -> tuple[Sequence[CatalogueSku], Mapping[ProductId, str] | None]:
        """And names by product; None where they cannot be read, which is told further up."""
        skus = await read_skus(vendors.rxscale)
        with suppress(BridgeError):
            if not settings.pharmaone.one_way:
                inventory = await vendors.pharmaone.inventory(full=True)
                return skus, {**await _listed_once(settings), **inventory.products}
        return skus, None

    judge = partial(_linked, rules)
    return await asker.asked(SIZES, read, judge, "warn", "cannot-be-looked-at")


async def _listed_once(settings: Settings) -> dict[ProductId, str]:
    """What is not doubted, though the inventory may not list it now: sold out, say. No names."""
    if not exists(settings.place) or is_behind(settings.place):
        return {}
    async with open_store(settings) as store:
        found = await store.read(stock.inventory)
    return dict.fromkeys(found.on_hand.keys() - {*found.unlisted}, "") if found else {}


def _linked(
    rules: Rules, found: tuple[Sequence[CatalogueSku], Mapping[ProductId, str] | None]
) -> Finding:
    """Whether anything is linked of which the units, or the product, are not known."""
    skus, products = found
    links = [*rules.links.of(skus)]
    told: list[object] = []
    strange = [each for each in links if products and each.product not in products]
    if strange and products:
        near = {each.uid: each.likely for each in propose(skus, products, links)}
        reason = reasons.NEVER_LISTED(skus=len(strange), first=strange[0].uid)
        named = [_likely(f"{each.uid} {each.product}", near[each.uid]) for each in strange[:FEW]]
        told.append(Phrase("of-it", what=reason, why=Several(named, ", ")))
    doubtful = {link.uid: link for link in links if not link.confirmed}
    if doubtful:
        named = [_likely(each.uid, f"{each.units:f}") for each in [*doubtful.values()][:FEW]]
        some = Several([*named, *["..."] * (len(doubtful) > FEW)], ", ")
        told.append(Phrase("not-confirmed", count=len(doubtful), all=len(links), named=some))
    stocks = {each.pharmacy_sku_uid: each.stock for each in skus if each.stock}
    sold = [(uid, stocks[uid]) for uid in doubtful if uid in stocks]
    for uid, pieces in sold[:1]:
        told.append(reasons.UNCHECKED(skus=len(sold), first=uid, pieces=pieces))
    linked = Phrase("skus-linked", count=len(links), all=len(skus))
    return ("fail", Several(told)) if told else ("ok", linked)


def _likely(what: str, guess: str | None) -> Phrase:
    return Phrase("likely", what=what, guess=guess or None)


# -- what is needed --------------------------------------------------------------------------
#
# A change is tried on something that is not there: "not found" says that the key may, 403 that it
# may not. What an order-request or an adjustment would need is read off the token.


def of_rxscale(settings: Settings, rules: Rules | None, client: RxScale) -> Iterator[Need]:
    """In the order in which they tell most."""
    uid = PharmacyOrderUid(NOBODY)
    first = rules.words.rxscale.open[0] if rules else ""
    word = next(iter(rules.words.rxscale.says.values()), first) if rules else "pending review"
    yield _need(client.health)
    yield _need(client.orders_page, first, 0, 1, refusal_is_well=True)
    yield _need(client.order, uid, refusal_is_well=True)
    yield _need(client.set_status, uid, word, refusal_is_well=True)
    if client.site.generation.completes:
        yield _need(client.complete, uid, refusal_is_well=True)
    yield _need(client.skus_page, 0, 1)
    prices = 0 if settings.stock.sync_prices else None
    by_stock = settings.rxscale.stock_via == "stock" and prices is None
    sku = partial(client.set_sku, PharmacySkuUid(NOBODY), stock=0, price_cents=prices)
    yield Need(rx.SKU_STOCK if by_stock else rx.SKU, _refusal_is_well(sku))
    if settings.rxscale.public_api_key is not None:
        shop = client.shop(NOBODY, settings.rxscale.market)
        yield Need(rx.PUBLIC_PRODUCTS, partial(_sells, shop))


async def _sells(shop: Shop) -> None:
    """Which shop is not configured; one that is not there tells of the key all the same."""
    await shop.health()  # or is it the address? It says so
    await _refusal_is_well(lambda: anext(shop.products(), None))()


def of_pharmaone(settings: Settings, vendors: Vendors, facts: Facts) -> Iterator[Need]:
    """Reads are made; of changes, the token says whether it may."""
    client = vendors.pharmaone
    if settings.pharmaone.one_way:
        yield _scoped(vendors, p1.SUBMIT["connector"])
        return
    yield _need(client.orders_page, 1, 0, Priority.ORDER)
    yield _need(client.order, OrderId(NOBODY), refusal_is_well=True)
    yield _need(client.inventory)
    yield _scoped(vendors, p1.ORDER_STATUS)
    yield _scoped(vendors, p1.SUBMIT[settings.pharmaone.submit_via])
    if settings.orders.prescriptions == "ingest":
        yield _need(client.prescriptions.page, 1, 0)
        yield _need(client.prescription, PrescriptionId(NOBODY), refusal_is_well=True)
        yield _scoped(vendors, p1.INGEST)
    if settings.stock.adopt_external or facts.adjusts:
        yield _need(client.inventory_log, ProductId(NOBODY), refusal_is_well=True)
        yield _scoped(vendors, p1.ADJUST)


def _need(method: Callable[..., Any], *about: Any, refusal_is_well: bool = False) -> Need:
    """The one route that this method of a client calls, tried by calling it."""
    (route,), attempt = routes_of(method), partial(method, *about)
    return Need(route, _refusal_is_well(attempt) if refusal_is_well else attempt)


def _scoped(vendors: Vendors, route: p1.Route) -> Need:
    """Only a request would try a route that takes the key itself, and so knows no scope."""
    is_known = route.api_version == "v2"
    return Need(route, partial(vendors.pharmaone.tokens.get, route.scope) if is_known else None)


def _refusal_is_well(attempt: Try) -> Try:
    """A key that may is told that there is no such thing, or that it is no good."""

    async def tried() -> None:
        try:
            await attempt()
        except Refused:
            return

    return tried
