"""The composition root: builds every part once, opens in order, closes in reverse.

The only module that knows everyone. Read it first.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bridge import vitals
from bridge.app.policies import policy_of, rules_of, stock_policy_of
from bridge.app.vendors import Vendors, now, open_vendors
from bridge.app.web import listen, refuse_taken_ports
from bridge.core.memory import SweepResult
from bridge.core.orders import FREED_BY_MAPPING
from bridge.cycles import CatalogueReader, Finder, OrderSweep, P1Sweep, Reloader, every
from bridge.cycles.stock import Adopter, Pusher, StockCycle
from bridge.cycles.upkeep import FORGET_SECONDS, Upkeep
from bridge.mapping import Rules
from bridge.metrics import Metrics
from bridge.pharmaone.client import PharmaOne
from bridge.server import Running
from bridge.settings import Settings
from bridge.store import RunLock, Store
from bridge.worker import Parts, Worker

log = logging.getLogger("bridge")

RELOAD_SECONDS = 2.0
TRY_TO_WRITE_SECONDS = 30.0


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
    stock: StockCycle
    pusher: Pusher
    started_at: datetime = field(default_factory=now)
    p1_news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when PharmaOne told of an order that nobody knows yet."""


@asynccontextmanager
async def open_bridge(settings: Settings) -> AsyncIterator[Bridge]:
    """Everything but the listening port and the clockwork. Raises Misconfigured.

    The store is opened last of all that may be refused: opening may make it, or bring it up to
    this version, which the one before could not read any more.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(RunLock(settings.store.path))
        refuse_taken_ports(settings)
        reloader = Reloader(
            settings.mappings.dir,
            partial(rules_of, settings),
            lambda rules: _rules_changed(store, rules),
        )
        store = await Store.open(settings.store.path, now=now())
        stack.push_async_callback(store.close)
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
    pusher, stock = _stock_of(settings, metrics, store, reloader, vendors, catalogue)
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
        # Where open orders are not subtracted, only PharmaOne knows what is left after a sale.
        stock_changed=partial(stock.wake, fetch=not settings.stock.subtract_open_orders),
    )
    worker = Worker(parts, at_once=settings.orders.workers)

    def swept(result: SweepResult) -> None:
        metrics.swept(result.lost_webhooks)
        worker.wake()
        stock.orders_seen()

    sweep = OrderSweep(store, vendors.rxscale, lambda: reloader.rules, now, swept)
    p1_sweep = P1Sweep(store, vendors.pharmaone, lambda: reloader.rules, now, worker.wake)
    return Bridge(
        settings,
        metrics,
        store,
        reloader,
        vendors,
        sweep,
        p1_sweep,
        catalogue,
        worker,
        stock,
        pusher,
    )


def _stock_of(
    settings: Settings,
    metrics: Metrics,
    store: Store,
    reloader: Reloader,
    vendors: Vendors,
    catalogue: CatalogueReader,
) -> tuple[Pusher, StockCycle]:
    pusher = Pusher(vendors.rxscale, store, now, at_once=settings.stock.at_once, told=metrics.told)
    stock = StockCycle(
        store,
        vendors.pharmaone,
        pusher,
        lambda: reloader.rules,
        catalogue.read,
        now,
        policy=stock_policy_of(settings),
        sync_seconds=settings.stock.sync_seconds,
        adopter=_adopter(settings, store, vendors.pharmaone),
    )
    catalogue.on_drift = partial(stock.wake, fetch=False)
    return pusher, stock


def planner(settings: Settings, store: Store, vendors: Vendors) -> tuple[StockCycle, Rules]:
    """For commands that look at the stock beside a running bridge, and write nothing."""
    rules = rules_of(settings)
    catalogue = CatalogueReader(store, vendors.rxscale, now)
    pusher = Pusher(vendors.rxscale, store, now, at_once=1, told=lambda *_: None)
    cycle = StockCycle(
        store,
        vendors.pharmaone,
        pusher,
        lambda: rules,
        catalogue.read,
        now,
        policy=stock_policy_of(settings),
        sync_seconds=settings.stock.sync_seconds,
    )
    return cycle, rules


def _adopter(settings: Settings, store: Store, pharmaone: PharmaOne) -> Adopter | None:
    if not settings.stock.adopt_external:
        return None
    grace = timedelta(seconds=settings.orders.unsure_grace_seconds)
    return Adopter(store, pharmaone, now, reference=lambda: secrets.token_hex(8), grace=grace)


async def run(
    settings: Settings, stop: asyncio.Event, started: Callable[[Bridge, Running], None]
) -> None:
    """Serves and works until `stop` is set, then drains. Raises Misconfigured at the start only."""
    async with open_bridge(settings) as bridge:
        running = await listen(bridge)
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
            await asyncio.gather(bridge.worker.stop(), bridge.pusher.stop())
            await work
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def _clockwork(bridge: Bridge) -> list[Coroutine[Any, Any, None]]:
    settings, reload_after = bridge.settings, lambda: RELOAD_SECONDS
    poll_after = lambda: settings.orders.poll_seconds  # noqa: E731
    reread_after = lambda: settings.stock.reread_seconds / 2  # noqa: E731
    upkeep = Upkeep(
        bridge.store,
        bridge.catalogue,
        bridge.p1_sweep,
        now,
        settings.store.retention_days,
        settings.stock.reread_seconds,
    )
    return [
        every(poll_after, "the order sweep", bridge.sweep.run),
        every(poll_after, "the sweep of PharmaOne's orders", bridge.p1_sweep.run),
        every(lambda: 0.0, "reading PharmaOne's new orders", partial(upkeep.learn, bridge.p1_news)),
        every(reload_after, "looking at the mapping files", bridge.reloader.look),
        every(reread_after, "reading the SKU list", upkeep.read_skus),
        bridge.stock.run(),
        every(lambda: FORGET_SECONDS, "forgetting old orders", upkeep.forget),
        every(reload_after, "counting", partial(vitals.measure, bridge)),
        every(
            lambda: TRY_TO_WRITE_SECONDS,
            "writing to the store",
            partial(vitals.try_to_write, bridge),
        ),
    ]


async def _rules_changed(store: Store, rules: Rules) -> None:
    await store.hint_stuck(FREED_BY_MAPPING, f"mapping files changed ({rules.version})", now())
