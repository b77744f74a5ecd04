"""The composition root: builds every part once, opens in order, closes in reverse.

The only module that knows every part. Read it first; `bridge.app.run` then sets them going.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bridge.app import signing
from bridge.app.machine import Machine
from bridge.app.policies import policy_of, rules_of, stock_policy_of, zone_of
from bridge.app.signing import SigningSecrets
from bridge.app.vendors import Vendors, open_vendors, scopes_of
from bridge.core.memory import SweepResult
from bridge.core.reasons import FREED_BY_MAPPING
from bridge.cycles import CatalogueReader, Finder, OrderSweep, P1Sweep, Reloader, cannot_search
from bridge.cycles.listening import Listening
from bridge.cycles.proof import ProofCycle
from bridge.cycles.stock import Adjuster, Pusher, StockCycle
from bridge.cycles.telling import Telling
from bridge.mapping import Rules
from bridge.metrics import Metrics
from bridge.rxscale.prints import key_of, prints
from bridge.server import refuse_taken
from bridge.settings import Settings
from bridge.store import Store, audit, notes, person, shadow, todo
from bridge.worker import Parts, Worker


@dataclass(slots=True)
class Bridge:
    """Every part of a running bridge."""

    settings: Settings
    machine: Machine
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
    secrets: Mapping[str, SigningSecrets]
    """Each vendor's."""
    listening: Listening
    proof: ProofCycle
    started_at: datetime
    p1_news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when PharmaOne told of an order that nobody knows yet."""
    telling: Telling = field(default_factory=Telling)


@asynccontextmanager
async def open_bridge(
    settings: Settings,
    machine: Machine | None = None,
    *,
    vet: Callable[[Vendors], Awaitable[None]] | None = None,
) -> AsyncIterator[Bridge]:
    """Everything but the listening port and the clockwork. Raises Misconfigured.

    `vet` may refuse what the vendors show; its calls count in their limits like all others.

    The store is opened last of all that may be refused: opening may make it, or bring it up to
    this version, which the one before could not read any more.
    """
    machine, settings = machine or Machine(), settings.in_mode(settings.mode)
    async with AsyncExitStack() as stack:
        for path in {settings.store.path, settings.in_mode("live").store.path}:
            stack.enter_context(machine.lock(path))
        _refuse_taken_ports(settings)
        reloader = Reloader(
            settings.mappings.dir,
            partial(rules_of, settings),
            lambda rules: _rules_changed(bridge, rules),
        )
        metrics = Metrics()
        vendors = await stack.enter_async_context(
            open_vendors(
                settings,
                metrics.called,
                machine,
                lambda: reloader.rules.words.known,
                reloader.rules.facts,
            )
        )
        if vet is not None:
            await vet(vendors)
        store = await machine.open_store(settings.store.path, now=machine.now())
        stack.push_async_callback(store.close)
        until = await _by_hand_until(settings, machine, store)
        bridge = _assemble(settings, machine, metrics, store, reloader, vendors, until)
        await store.write(todo.take_up, machine.now())
        rules = reloader.rules
        await store.write(audit.took_up, rules.version, rules.files, machine.now())
        yield bridge


async def _by_hand_until(settings: Settings, machine: Machine, store: Store) -> datetime | None:
    """A shadow notes when it began; the first live start after that ends the work by hand."""
    path = settings.in_mode("shadow").store.path
    if settings.mode == "shadow":
        await store.write(notes.put_time, shadow.RAN_AT, machine.now())
        return None
    ran_at = None
    if path.exists():
        beside = await machine.open_store(path, now=machine.now())
        try:
            ran_at = await beside.read(notes.get_time, shadow.RAN_AT)
        finally:
            await beside.close()
    return await store.write(shadow.take_over, ran_at, machine.now())


def _assemble(
    settings: Settings,
    machine: Machine,
    metrics: Metrics,
    store: Store,
    reloader: Reloader,
    vendors: Vendors,
    by_hand_until: datetime | None,
) -> Bridge:
    now = machine.now

    def rules() -> Rules:
        return reloader.rules

    catalogue = CatalogueReader(store, vendors.rxscale, now)
    pusher, stock = _stock_of(settings, machine, store, vendors, rules, metrics.count, catalogue)
    parts = _parts_of(settings, machine, metrics, store, vendors, rules, catalogue, stock)
    parts = replace(parts, policy=policy_of(settings, by_hand_until))
    worker = Worker(parts, at_once=settings.orders.workers)

    def swept(result: SweepResult) -> None:
        metrics.swept(result.lost_webhooks)
        worker.wake()
        stock.orders_seen()

    sweep = OrderSweep(store, vendors.rxscale, rules, now, swept)
    secrets = {name: SigningSecrets(settings, name) for name in ("rxscale", "pharmaone")}
    most = settings.orders.find_details
    p1_sweep = P1Sweep(store, vendors.pharmaone, rules, now, worker.wake, most_details=most)
    return Bridge(
        settings=settings,
        machine=machine,
        started_at=now(),
        metrics=metrics,
        store=store,
        reloader=reloader,
        vendors=vendors,
        sweep=sweep,
        p1_sweep=p1_sweep,
        catalogue=catalogue,
        worker=worker,
        stock=stock,
        pusher=pusher,
        secrets=secrets,
        listening=_listening(settings, machine, store, vendors, secrets),
        proof=_proof(settings, machine, metrics, store, vendors, rules, catalogue, stock, worker),
    )


def _proof(
    settings: Settings,
    machine: Machine,
    metrics: Metrics,
    store: Store,
    vendors: Vendors,
    rules: Callable[[], Rules],
    catalogue: CatalogueReader,
    stock: StockCycle,
    worker: Worker,
) -> ProofCycle:
    return ProofCycle(
        store,
        vendors.rxscale,
        vendors.pharmaone,
        catalogue,
        stock,
        rules,
        machine.now,
        policy=policy_of(settings),
        every=timedelta(hours=settings.reconcile.every_hours),
        patience=timedelta(seconds=2 * settings.orders.poll_seconds),
        patience_for_stock=timedelta(seconds=2 * settings.stock.sync_seconds),
        found=metrics.unexplained,
        woke=worker.wake,
    )


def _listening(
    settings: Settings,
    machine: Machine,
    store: Store,
    vendors: Vendors,
    secrets: Mapping[str, SigningSecrets],
) -> Listening:
    kept = secrets["rxscale"].file
    mends = settings.webhooks.self_heal and settings.mode == "live"
    return Listening(
        store,
        vendors.rxscale,
        machine.now,
        zone_of(settings),
        awaited=lambda: [name for name, known in secrets.items() if any(known())],
        target=settings.webhook_target,
        keep=partial(signing.add, kept) if mends else None,
    )


def _parts_of(
    settings: Settings,
    machine: Machine,
    metrics: Metrics,
    store: Store,
    vendors: Vendors,
    rules: Callable[[], Rules],
    catalogue: CatalogueReader,
    stock: StockCycle,
) -> Parts:
    most = settings.orders.find_details
    finder = Finder(store, vendors.pharmaone, machine.now, most_details=most)
    return Parts(
        store=store,
        rxscale=vendors.rxscale,
        pharmaone=vendors.pharmaone,
        rules=rules,
        shop_id=settings.pharmaone.named_shop,
        policy=policy_of(settings),
        shadow=settings.mode == "shadow",
        prescriptions=settings.orders.prescriptions,
        find=cannot_search if settings.pharmaone.one_way else finder.find,
        read_catalogue=catalogue.read,
        now=machine.now,
        jitter=machine.jitter,
        count=metrics.count,
        counted_calls=metrics.order_finished,
        prints=_prints_of(settings),
        pharmaone_rests=vendors.pharmaone_transport.rests,
        is_pharmaone_left_alone=lambda: vendors.pharmaone_transport.is_left_alone,
        # Where open orders are not subtracted, only PharmaOne knows what is left after a sale.
        stock_changed=partial(stock.wake, fetch=not settings.stock.subtract_open_orders),
    )


def _prints_of(settings: Settings) -> Callable[[Mapping[str, Any]], Mapping[str, str]]:
    api_key = settings.rxscale.api_key
    return partial(prints, key_of(api_key.get_secret_value() if api_key else ""))


def planner(settings: Settings, store: Store, vendors: Vendors) -> StockCycle:
    """For commands that look at the stock beside a running bridge, and write nothing."""
    rules = rules_of(settings)
    _, stock = _stock_of(settings, Machine(), store, vendors, lambda: rules, lambda *_: None)
    return stock


def _stock_of(
    settings: Settings,
    machine: Machine,
    store: Store,
    vendors: Vendors,
    rules: Callable[[], Rules],
    count: Callable[[str, str], None],
    catalogue: CatalogueReader | None = None,
) -> tuple[Pusher, StockCycle]:
    now = machine.now
    catalogue = catalogue or CatalogueReader(store, vendors.rxscale, now)
    pusher = Pusher(vendors.rxscale, store, now, at_once=settings.stock.at_once, count=count)
    adjuster = Adjuster(
        store,
        vendors.pharmaone,
        now,
        rules=rules,
        reference=machine.reference,
        grace=timedelta(seconds=settings.orders.unsure_grace_seconds),
        adopts=settings.stock.adopt_external,
    )
    stock = StockCycle(
        store,
        vendors.pharmaone,
        pusher,
        rules,
        catalogue.read,
        adjuster,
        now,
        policy=stock_policy_of(settings),
        sync_seconds=settings.stock.sync_seconds,
        zero_unlinked=settings.stock.on_unlink == "zero",
        shadow=settings.mode == "shadow",
    )
    catalogue.on_drift = partial(stock.wake, fetch=False)
    return pusher, stock


def _refuse_taken_ports(settings: Settings) -> None:
    """Raises Misconfigured if something else listens where the bridge is to."""
    server = settings.server
    refuse_taken(server.host, server.port)
    if server.webhook_port is not None:
        host = server.webhook_host or server.host
        refuse_taken(host, server.webhook_port, "server.webhook_port")


async def _rules_changed(bridge: Bridge, rules: Rules) -> None:
    """What waited for the change goes on; what it promises too much falls at once."""
    await bridge.store.write(audit.took_up, rules.version, rules.files, bridge.machine.now())
    pharmaone = bridge.vendors.pharmaone
    pharmaone.tokens.needed = scopes_of(bridge.settings, pharmaone.site, rules.facts)
    why = f"mapping files changed ({rules.version})"
    await bridge.store.write(person.hint_stuck, FREED_BY_MAPPING, why, bridge.machine.now())
    bridge.worker.wake()
    bridge.stock.wake(fetch=True)
    bridge.proof.again()
