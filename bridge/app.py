"""The composition root: builds every part once, opens in order, closes in reverse.

The only module that knows everyone. Read it first.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp

from bridge import vitals
from bridge.core.memory import SweepResult
from bridge.core.orders import FREED_BY_MAPPING
from bridge.core.steps import Policy
from bridge.cycles import CatalogueReader, Finder, OrderSweep, P1Sweep, Reloader, every
from bridge.cycles.upkeep import CATALOGUE_SECONDS, FORGET_SECONDS, Upkeep
from bridge.errors import TryLater
from bridge.exchange import Call
from bridge.mapping import Rules
from bridge.metrics import Metrics
from bridge.pharmaone import client as pharmaone_client
from bridge.pharmaone import dialect as pharmaone_dialect
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.token import TokenKeeper
from bridge.rxscale import dialect as rxscale_dialect
from bridge.rxscale.client import RxScale
from bridge.server import Running, ServerParts, build, serve
from bridge.settings import Settings
from bridge.store import RunLock, Store
from bridge.transport import Limits, Transport, session
from bridge.worker import Parts, Worker

log = logging.getLogger("bridge")

RELOAD_SECONDS = 2.0


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Vendors:
    """The roads to both vendors; also all that `rxbridge check` needs."""

    rxscale: RxScale
    pharmaone: PharmaOne
    rxscale_road: Transport
    pharmaone_road: Transport


@dataclass(slots=True)
class Bridge:
    """Every part of a running bridge."""

    settings: Settings
    metrics: Metrics
    store: Store
    reloader: Reloader
    vendors: Vendors
    sweep: OrderSweep
    p1_sweep: P1Sweep
    catalogue: CatalogueReader
    worker: Worker
    started_at: datetime = field(default_factory=now)
    p1_news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when PharmaOne told of an order that nobody knows yet."""


@asynccontextmanager
async def open_vendors(
    settings: Settings, observe: Callable[[Call], None]
) -> AsyncIterator[Vendors]:
    """Both clients over one pool of connections. Calls nobody yet."""
    async with session() as http:
        roads = {
            name: _road(name, http, limits, observe)
            for name, limits in (
                ("rxscale", _limits(settings.rxscale)),
                ("pharmaone", _limits(settings.pharmaone)),
            )
        }
        site = _pharmaone_site(settings)
        tokens = TokenKeeper(
            pharmaone_client.exchange(roads["pharmaone"], site),
            now=now,
            org_id=site.org_id,
            needed_scopes=site.needed_scopes | _more_scopes(settings),
        )
        yield Vendors(
            RxScale(roads["rxscale"], _rxscale_site(settings), now),
            PharmaOne(roads["pharmaone"], site, tokens, now),
            roads["rxscale"],
            roads["pharmaone"],
        )


@asynccontextmanager
async def open_bridge(settings: Settings) -> AsyncIterator[Bridge]:
    """Everything but the listening port and the clockwork. Raises Misconfigured."""
    async with AsyncExitStack() as stack:
        stack.enter_context(RunLock(settings.store.path))
        store = await Store.open(settings.store.path, now=now())
        stack.push_async_callback(store.close)
        reloader = Reloader(
            settings.mappings.dir, settings.rxscale.dialect, partial(_rules_changed, store)
        )
        metrics = Metrics()
        vendors = await stack.enter_async_context(open_vendors(settings, metrics.called))
        bridge = _assemble(settings, metrics, store, reloader, vendors)
        await store.release_leases()
        yield bridge


def _assemble(
    settings: Settings, metrics: Metrics, store: Store, reloader: Reloader, vendors: Vendors
) -> Bridge:
    finder = Finder(store, vendors.pharmaone, now, most_details=settings.orders.find_details)
    catalogue = CatalogueReader(store, vendors.rxscale, now)
    connector = settings.pharmaone.submit_via == "connector"
    parts = Parts(
        store=store,
        rxscale=vendors.rxscale,
        pharmaone=vendors.pharmaone,
        rules=lambda: reloader.rules,
        shop_id=None if connector else settings.pharmaone.shop_id,
        policy=policy_of(settings),
        prescriptions=settings.orders.prescriptions,
        find=finder.find,
        read_catalogue=catalogue.read,
        now=now,
        jitter=random.random,
        told=metrics.told,
        counted_calls=metrics.order_finished,
    )
    worker = Worker(parts, at_once=settings.orders.workers)

    def swept(result: SweepResult) -> None:
        metrics.swept(result.lost_webhooks)
        worker.wake()

    sweep = OrderSweep(store, vendors.rxscale, lambda: reloader.rules, now, swept)
    p1_sweep = P1Sweep(store, vendors.pharmaone, lambda: reloader.rules, now, worker.wake)
    return Bridge(settings, metrics, store, reloader, vendors, sweep, p1_sweep, catalogue, worker)


async def run(
    settings: Settings, stop: asyncio.Event, started: Callable[[Bridge, Running], None]
) -> None:
    """Serves and works until `stop` is set, then drains. Raises Misconfigured at the start only."""
    async with open_bridge(settings) as bridge:
        running = await serve(web_of(bridge), settings.server.host, settings.server.port)
        clockwork = [asyncio.create_task(coroutine) for coroutine in _clockwork(bridge)]
        work = asyncio.create_task(bridge.worker.run())
        try:
            started(bridge, running)
            await stop.wait()
        finally:
            await _drain(bridge, running, clockwork, work)


async def _drain(
    bridge: Bridge, running: Running, clockwork: list[asyncio.Task[None]], work: asyncio.Task[None]
) -> None:
    """Deliveries first, then looks under way; what takes too long is left to the next start."""
    log.info("stopping")
    for task in clockwork:
        task.cancel()
    await asyncio.gather(*clockwork, return_exceptions=True)
    await running.stop()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(bridge.settings.server.drain_seconds):
            await bridge.worker.stop()
            await work
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def _clockwork(bridge: Bridge) -> list[Coroutine[Any, Any, None]]:
    settings, reload_after = bridge.settings, lambda: RELOAD_SECONDS
    poll_after = lambda: settings.orders.poll_seconds  # noqa: E731
    upkeep = Upkeep(
        bridge.store, bridge.catalogue, bridge.p1_sweep, now, settings.store.retention_days
    )
    return [
        every(poll_after, "the order sweep", bridge.sweep.run),
        every(poll_after, "the sweep of PharmaOne's orders", bridge.p1_sweep.run),
        every(lambda: 0.0, "reading PharmaOne's new orders", partial(upkeep.learn, bridge.p1_news)),
        every(reload_after, "looking at the mapping files", bridge.reloader.look),
        every(lambda: CATALOGUE_SECONDS, "reading the SKU list", upkeep.read_skus),
        every(lambda: FORGET_SECONDS, "forgetting old orders", upkeep.forget),
        every(reload_after, "counting", partial(vitals.measure, bridge)),
    ]


async def _rules_changed(store: Store, rules: Rules) -> None:
    await store.hint_stuck(FREED_BY_MAPPING, f"mapping files changed ({rules.version})", now())


def web_of(bridge: Bridge) -> aiohttp.web.Application:
    def secrets(section: Any) -> Callable[[], list[str]]:
        plain = [secret.get_secret_value() for secret in section.webhook_secrets]
        return lambda: plain

    async def ready() -> str | None:
        try:
            await bridge.store.check()
        except TryLater as failure:
            return failure.what
        return None

    return build(
        ServerParts(
            store=bridge.store,
            rxscale_secrets=secrets(bridge.settings.rxscale),
            pharmaone_secrets=secrets(bridge.settings.pharmaone),
            health=partial(vitals.health, bridge),
            ready=ready,
            metrics=bridge.metrics,
            on_hint=bridge.worker.wake,
            now=now,
            on_unread=bridge.p1_news.set,
            rejecting=lambda: bridge.reloader.rules.rejecting_events,
            pharmacy_uid=bridge.settings.rxscale.pharmacy_uid,
        )
    )


def _road(
    name: str, http: aiohttp.ClientSession, limits: Limits, observe: Callable[[Call], None]
) -> Transport:
    return Transport(
        name,
        http,
        limits,
        clock=time.monotonic,
        now=now,
        jitter=random.random,
        observe=observe,
    )


def _limits(section: Any) -> Limits:
    return Limits(
        per_second=section.requests_per_second,
        per_minute=section.requests_per_minute,
        at_once=section.at_once,
    )


def _more_scopes(settings: Settings) -> frozenset[str]:
    ingests = settings.orders.prescriptions == "ingest"
    return pharmaone_dialect.INGESTING if ingests else frozenset()


def policy_of(settings: Settings) -> Policy:
    orders = settings.orders
    return Policy(
        fresh=timedelta(seconds=orders.fresh_seconds),
        grace=timedelta(seconds=orders.unsure_grace_seconds),
        repeat_unsure=orders.unsure_submission == "repeat",
        hold_when_stuck=orders.hold_when_stuck,
    )


def _rxscale_site(settings: Settings) -> rxscale_dialect.Site:
    vendor = settings.rxscale
    return rxscale_dialect.Site(
        base_url=vendor.base_url,
        api_path=vendor.api_path,
        api_key=vendor.api_key.get_secret_value() if vendor.api_key else "",
        pharmacy_uid=vendor.pharmacy_uid,
        dialect=vendor.dialect,
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
    )
