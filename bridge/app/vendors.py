"""The clients of both vendors, made from the settings."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, partial

import aiohttp

from bridge.app.machine import Machine
from bridge.app.policies import rules_of
from bridge.core.facts import Facts
from bridge.cycles.organisation import Organisation
from bridge.errors import Fault, Misconfigured
from bridge.exchange import Call, Request, Response, Send
from bridge.pharmaone import dialect as pharmaone_dialect
from bridge.pharmaone.calling import Caller as PharmaOneCaller
from bridge.pharmaone.calling import exchange
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.token import TokenKeeper
from bridge.rxscale import dialect as rxscale_dialect
from bridge.rxscale.calling import Caller as RxScaleCaller
from bridge.rxscale.client import RxScale
from bridge.settings import PharmaOneSection, RxScaleSection, Settings, VendorSection
from bridge.store import Store
from bridge.transport.budget import Limits
from bridge.transport.client import Transport

UNKNOWN = Facts()


@dataclass(slots=True)
class Vendors:
    """The clients of both vendors; also all that `rxbridge check` needs."""

    rxscale: RxScale
    pharmaone: PharmaOne
    rxscale_transport: Transport
    pharmaone_transport: Transport
    organisation: Organisation
    """What is read of PharmaOne once for all that have its key here."""

    @property
    def transports(self) -> Mapping[str, Transport]:
        return {"rxscale": self.rxscale_transport, "pharmaone": self.pharmaone_transport}


@dataclass(slots=True)
class Wire:
    """One pool of connections, and a transport for each key at each vendor's address: it holds what
    that key may be used for, by all pharmacies together.
    """

    machine: Machine
    http: aiohttp.ClientSession
    observe: Callable[[Call], None]
    _transports: dict[tuple[str, str, str], tuple[Transport, set[str]]] = field(
        default_factory=dict
    )
    _organisations: dict[tuple[int, str], Organisation] = field(default_factory=dict)
    _stores: defaultdict[str, set[Store]] = field(default_factory=lambda: defaultdict(set))

    def organisation(self, transport: Transport, org_id: str) -> Organisation:
        """One for all that share the transport; its stores are those of all its keys."""
        made = Organisation(self._stores[org_id])
        return self._organisations.setdefault((id(transport), org_id), made)

    def transport(
        self, name: str, section: RxScaleSection | PharmaOneSection, who: str
    ) -> Transport:
        """The one of this key, which `who` uses from now on."""
        key = section.api_key.get_secret_value() if section.api_key else ""
        place = name, section.base_url, key
        if place not in self._transports:
            self._transports[place] = self._made(name, section), set()
        found, owners = self._transports[place]
        owners.add(who)
        if len(owners) > 1:
            found.share()
        return found

    def _made(self, name: str, section: VendorSection) -> Transport:
        machine, at_once = self.machine, section.at_once
        per_second, per_minute = section.requests_per_second, section.requests_per_minute
        return Transport(
            name,
            self.http,
            Limits(per_second=per_second, per_minute=per_minute, at_once=at_once),
            clock=machine.clock,
            now=machine.now,
            jitter=machine.jitter,
            observe=self.observe,
            exchange=machine.exchange,
        )


@asynccontextmanager
async def open_vendors(
    settings: Settings,
    observe: Callable[[Call], None],
    machine: Machine | None = None,
    facts: Facts = UNKNOWN,
) -> AsyncIterator[Vendors]:
    """Both clients over one pool of connections. Makes no call yet."""
    machine = machine or Machine()
    async with machine.session() as http:
        yield vendors_of(settings, Wire(machine, http, observe), facts=facts)


def vendors_of(
    settings: Settings,
    wire: Wire,
    known: Callable[[], Collection[str]] | None = None,
    facts: Facts = UNKNOWN,
    permit: Callable[[], bool] | None = None,
) -> Vendors:
    """`known`: the words of statuses.toml, where it may change meanwhile. `permit`: asked right
    before each call, where another process may be the one to call.
    """
    now, who = wire.machine.now, settings.source.pharmacy
    known = known or cache(partial(_known_words, settings))
    rxscale = wire.transport("rxscale", settings.rxscale, who)
    pharmaone = wire.transport("pharmaone", settings.pharmaone, who)
    rx_send, p1_send = (_owned(who, each, permit) for each in (rxscale, pharmaone))
    site = _pharmaone_site(settings)
    tokens = TokenKeeper(
        exchange(p1_send, site),
        now=now,
        org_id=site.org_id,
        needed_scopes=scopes_of(settings, site, facts),
        ahead=pharmaone.ahead,
    )
    rx = RxScaleCaller(_carried(settings, rx_send), _rxscale_site(settings), known=known)
    p1 = PharmaOneCaller(_carried(settings, p1_send), site, tokens, known=known)
    return Vendors(
        RxScale(rx, now, rxscale.ahead),
        PharmaOne(p1, now, pharmaone.ahead),
        rxscale,
        pharmaone,
        wire.organisation(pharmaone, site.org_id),
    )


def _owned(who: str, send: Send, permit: Callable[[], bool] | None) -> Send:
    """What a pharmacy of several sends is known by its id; the only one's goes as it is."""

    async def owned(request: Request) -> Response:
        request.owner, request.permit = who, permit
        return await send(request)

    return owned if who or permit is not None else send


def _carried(settings: Settings, send: Send) -> Send:
    """In shadow mode no call passes that may change something at a vendor."""

    async def asked(request: Request) -> Response:
        if request.method != "GET" and request.route != rxscale_dialect.LIVE_STOCK.name:
            raise Misconfigured(Fault("mode", "in-shadow", what=request.route))
        return await send(request)

    return asked if settings.mode == "shadow" else send


def _known_words(settings: Settings) -> Collection[str]:
    """None of its own where the mapping files are at fault, which others tell."""
    try:
        return rules_of(settings).words.known
    except Misconfigured:
        return ()


def scopes_of(settings: Settings, site: pharmaone_dialect.Site, facts: Facts) -> frozenset[str]:
    """What is needed of PharmaOne's token: by the configuration, and by what is known of it."""
    needed = site.needed_scopes | pharmaone_dialect.STOCK
    if settings.orders.prescriptions == "ingest":
        needed |= pharmaone_dialect.INGESTING
    if settings.stock.adopt_external or facts.adjusts:
        needed |= pharmaone_dialect.ADJUSTING
    return needed


def _rxscale_site(settings: Settings) -> rxscale_dialect.Site:
    vendor = settings.rxscale
    return rxscale_dialect.Site(
        base_url=vendor.base_url,
        api_path=vendor.api_path,
        api_key=vendor.api_key.get_secret_value() if vendor.api_key else "",
        pharmacy_uid=vendor.pharmacy_uid,
        dialect=vendor.dialect,
        stock_via=vendor.stock_via,
        public_api_path=vendor.public_api_path,
        public_api_key=vendor.public_api_key.get_secret_value() if vendor.public_api_key else "",
    )


def _pharmaone_site(settings: Settings) -> pharmaone_dialect.Site:
    vendor = settings.pharmaone
    return pharmaone_dialect.Site(
        base_url=vendor.base_url,
        org_id=vendor.org_id or "",
        shop_id=vendor.shop_id,
        api_key=vendor.api_key.get_secret_value() if vendor.api_key else "",
        submit_via=vendor.submit_via,
        connector_url=vendor.connector_url,
        key_header=vendor.api_key_header,
    )
