"""The clients of both vendors, made from the settings."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial

from bridge.app.machine import Machine
from bridge.app.policies import rules_of
from bridge.core.facts import Facts
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
from bridge.settings import Settings, VendorSection
from bridge.transport import Limits, Transport

UNKNOWN = Facts()


@dataclass(slots=True)
class Vendors:
    """The clients of both vendors; also all that `rxbridge check` needs."""

    rxscale: RxScale
    pharmaone: PharmaOne
    rxscale_transport: Transport
    pharmaone_transport: Transport


@asynccontextmanager
async def open_vendors(
    settings: Settings,
    observe: Callable[[Call], None],
    machine: Machine | None = None,
    known: Callable[[], Collection[str]] | None = None,
    facts: Facts = UNKNOWN,
) -> AsyncIterator[Vendors]:
    """Both clients over one pool of connections. Calls nobody yet.

    `known`: the words of statuses.toml, where it may change meanwhile.
    """
    machine, known = machine or Machine(), known or cache(partial(_known_words, settings))

    def transport(name: str, section: VendorSection) -> Transport:
        per_second, per_minute = section.requests_per_second, section.requests_per_minute
        return Transport(
            name,
            http,
            Limits(per_second=per_second, per_minute=per_minute, at_once=section.at_once),
            clock=machine.clock,
            now=machine.now,
            jitter=machine.jitter,
            observe=observe,
            exchange=machine.exchange,
        )

    async with machine.session() as http:
        rxscale = transport("rxscale", settings.rxscale)
        pharmaone = transport("pharmaone", settings.pharmaone)
        site = _pharmaone_site(settings)
        tokens = TokenKeeper(
            exchange(pharmaone, site),
            now=machine.now,
            org_id=site.org_id,
            needed_scopes=scopes_of(settings, site, facts),
            ahead=pharmaone.ahead,
        )
        rx_send, p1_send = (_carried(settings, each) for each in (rxscale, pharmaone))
        rx = RxScaleCaller(rx_send, _rxscale_site(settings), known=known)
        p1 = PharmaOneCaller(p1_send, site, tokens, known=known)
        yield Vendors(
            RxScale(rx, machine.now, rxscale.ahead),
            PharmaOne(p1, machine.now, pharmaone.ahead),
            rxscale,
            pharmaone,
        )


def _carried(settings: Settings, send: Send) -> Send:
    """In shadow mode nothing passes that may change something at a vendor, whoever sends it."""

    async def asked(request: Request) -> Response:
        if request.method != "GET" and request.route != rxscale_dialect.LIVE_STOCK.name:
            raise Misconfigured(in_shadow(request.route))
        return await send(request)

    return asked if settings.mode == "shadow" else send


def in_shadow(what: str) -> Fault:
    """Why this is not done."""
    return Fault("mode", f"shadow: nothing is written ({what})", "rxbridge go-live ends that")


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
