"""The composition root: builds every part once, opens in order, closes in reverse.

The only module that knows every part. Read it first; `bridge.app.run` then sets them going.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

from bridge.app import signing
from bridge.app.machine import Machine
from bridge.app.policies import policy_of, rules_of, stock_policy_of, zone_of
from bridge.app.replica import Lease
from bridge.app.signing import SigningSecrets
from bridge.app.together import refuse_another
from bridge.app.vendors import Vendors, Wire, scopes_of, vendors_of
from bridge.core.memory import SweepResult
from bridge.core.reasons import FREED_BY_MAPPING
from bridge.cycles.catalogue import CatalogueReader
from bridge.cycles.finder import Finder, cannot_search
from bridge.cycles.listening import ORDERS, STOCK, Listening
from bridge.cycles.p1sweep import P1Sweep
from bridge.cycles.proof import ProofCycle
from bridge.cycles.reload import Reloader
from bridge.cycles.stock.adjust import Adjuster
from bridge.cycles.stock.cycle import StockCycle
from bridge.cycles.stock.push import Pusher
from bridge.cycles.sweep import OrderSweep
from bridge.health import Telling
from bridge.mapping.rules import Rules, refuse_to_forget
from bridge.metrics import Metrics
from bridge.rxscale.prints import key_of, prints
from bridge.server.web import refuse_taken
from bridge.settings import Settings
from bridge.store import Store, exists, journal, notes, person, shadow, todo
from bridge.store.rows import Connection
from bridge.worker.parts import Parts
from bridge.worker.pool import Worker


@dataclass
class Bridge:
    """Every part of a running bridge: each is made of those that were opened, when first used."""

    settings: Settings
    machine: Machine
    metrics: Metrics
    store: Store
    reloader: Reloader
    vendors: Vendors
    by_hand_until: datetime | None = None
    """Until when people typed orders by hand, beside a shadow."""
    vendors_for: Callable[[Callable[[], bool]], Vendors] | None = None
    """Of one of several replicas: it takes deliveries and shows the page, and calls no vendor.
    What works beside it gets its vendors here, and whether it may call.
    """
    p1_news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when PharmaOne told of an order that the store does not know yet."""
    telling: Telling = field(default_factory=Telling)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is about to stop: deliveries are to go to another replica."""

    def __post_init__(self) -> None:
        self.now, self.rules = self.machine.now, lambda: self.reloader.rules
        self.lease: Lease | None = None
        """It works as long as this lasts, beside a standing one."""
        self.acting = self
        """What works here: itself, or of a standing one what has the lease just now."""
        self.started_at = self.now()
        if self.vendors_for is None:
            self.reloader.changed = self.rules_changed

    @cached_property
    def catalogue(self) -> CatalogueReader:
        return CatalogueReader(self.store, self.vendors.rxscale, self.now)

    @cached_property
    def pusher(self) -> Pusher:
        at_once, count = self.settings.stock.at_once, self.metrics.count
        return Pusher(self.vendors.rxscale, self.store, self.now, at_once=at_once, count=count)

    @cached_property
    def stock(self) -> StockCycle:
        settings = self.settings
        adjuster = Adjuster(
            self.store,
            self.vendors.pharmaone,
            self.now,
            rules=self.rules,
            reference=self.machine.reference,
            grace=timedelta(seconds=settings.orders.unsure_grace_seconds),
            adopts=settings.stock.adopt_external,
            **({"since": self.started_at} if self.lease else {}),
        )
        stock = StockCycle(
            self.store,
            self.vendors.pharmaone,
            self.pusher,
            self.rules,
            self.catalogue.read,
            adjuster,
            self.now,
            policy=stock_policy_of(settings),
            sync_seconds=settings.stock.sync_seconds,
            zero_unlinked=settings.stock.on_unlink == "zero",
            shadow=settings.mode == "shadow",
        )
        self.catalogue.on_drift = self._drifted
        return stock

    def wake(self) -> None:
        """Something may be due."""
        self.acting.worker.wake()

    def _drifted(self) -> None:
        """What the first reading shows was missed while the bridge did not run."""
        if self.catalogue.calls:
            self.listening.missed(STOCK)
        self.stock.wake(fetch=False)

    @cached_property
    def worker(self) -> Worker:
        settings, vendors, metrics = self.settings, self.vendors, self.metrics
        key, most = settings.rxscale.api_key, settings.orders.find_details
        learn = self.p1_sweep.learn_one
        finder = Finder(self.store, vendors.pharmaone, self.now, learn, most_details=most)
        parts = Parts(
            store=self.store,
            rxscale=vendors.rxscale,
            pharmaone=vendors.pharmaone,
            rules=self.rules,
            shop_id=settings.pharmaone.named_shop,
            policy=policy_of(settings, self.by_hand_until),
            shadow=settings.mode == "shadow",
            prescriptions=settings.orders.prescriptions,
            find=cannot_search if settings.pharmaone.one_way else finder.find,
            read_catalogue=self.catalogue.read,
            now=self.now,
            jitter=self.machine.jitter,
            count=metrics.count,
            counted_calls=metrics.order_finished,
            prints=partial(prints, key_of(key.get_secret_value() if key else "")),
            pharmaone_rests=vendors.pharmaone_transport.rests,
            is_pharmaone_left_alone=lambda: vendors.pharmaone_transport.is_left_alone,
            rxscale_rests=vendors.rxscale_transport.rests,
            is_rxscale_left_alone=lambda: vendors.rxscale_transport.is_left_alone,
            # Where open orders are not subtracted, only PharmaOne knows what a sale leaves.
            stock_changed=partial(self.stock.wake, fetch=not settings.stock.subtract_open_orders),
        )
        return Worker(parts, at_once=settings.orders.workers)

    @cached_property
    def sweep(self) -> OrderSweep:
        rxscale, listening = self.vendors.rxscale, self.listening
        return OrderSweep(self.store, rxscale, self.rules, self.now, self._swept, listening)

    def _swept(self, result: SweepResult) -> None:
        self.metrics.swept(result.lost_webhooks)
        self.worker.wake()
        self.stock.orders_seen()

    @cached_property
    def p1_sweep(self) -> P1Sweep:
        pharmaone, most = self.vendors.pharmaone, self.settings.orders.find_details
        wake, of_all = self.wake, self.vendors.organisation
        return P1Sweep(self.store, pharmaone, self.rules, self.now, wake, of_all, most_details=most)

    @cached_property
    def secrets(self) -> Mapping[str, SigningSecrets]:
        """Each vendor's."""
        return {name: SigningSecrets(self.settings, name) for name in ("rxscale", "pharmaone")}

    @cached_property
    def listening(self) -> Listening:
        settings, secrets = self.settings, self.secrets
        mends = settings.webhooks.self_heal and settings.mode == "live"
        return Listening(
            self.store,
            self.vendors.rxscale,
            self.now,
            zone_of(settings),
            awaited=lambda: [name for name, known in secrets.items() if any(known())],
            target=settings.webhook_target,
            keep=partial(signing.add, secrets["rxscale"].file) if mends else None,
        )

    @cached_property
    def proof(self) -> ProofCycle:
        settings = self.settings
        return ProofCycle(
            self.store,
            self.vendors.rxscale,
            self.vendors.pharmaone,
            self.catalogue,
            self.stock,
            self.rules,
            self.now,
            policy=policy_of(settings),
            every=timedelta(hours=settings.reconcile.every_hours),
            patience=timedelta(seconds=2 * settings.orders.poll_seconds),
            patience_for_stock=timedelta(seconds=2 * settings.stock.sync_seconds),
            found=self.metrics.unexplained,
            suspected=partial(self.listening.missed, ORDERS),
            woke=self.worker.wake,
        )

    async def rules_changed(self, rules: Rules) -> None:
        """What waited for the change goes on; what it promises too much falls at once."""
        await self.store.write(_take_up, rules, self.now())
        pharmaone = self.vendors.pharmaone
        pharmaone.tokens.needed = scopes_of(self.settings, pharmaone.site, rules.facts)
        self.worker.wake()
        self.stock.wake(fetch=True)
        self.proof.again()


@dataclass
class Shared:
    """What belongs to a process, however many pharmacies it has."""

    wire: Wire
    metrics: Metrics
    rules_of: Callable[[Settings, Rules | None], Rules] = rules_of


@asynccontextmanager
async def open_shared(machine: Machine, metrics: Metrics) -> AsyncIterator[Shared]:
    async with machine.session() as http:
        yield Shared(Wire(machine, http, metrics.called), metrics)


@asynccontextmanager
async def open_bridge(
    settings: Settings,
    machine: Machine | None = None,
    *,
    vet: Callable[[Vendors], Awaitable[None]] | None = None,
    shared: Shared | None = None,
    standing: bool = False,
) -> AsyncIterator[Bridge]:
    """Everything but the listening port and the clockwork. Raises Misconfigured.

    `vet` may refuse what the vendors show; its calls count in their limits like all others.
    `shared`: what the process has for all its pharmacies; without it this is the only one.
    `standing`: one that works only by `open_term`.

    The store is opened last of all that may be refused: opening may make it, or bring it up to
    this version, which the one before could not read any more.
    """
    machine, settings = machine or Machine(), settings.in_mode(settings.mode)
    async with AsyncExitStack() as stack:
        locked = {settings.place, settings.in_mode("live").place}
        for place in set() if standing else locked:
            lock = machine.lock(place)
            if isinstance(place, Path):
                stack.enter_context(lock)
            else:  # the network is slower than a file
                await asyncio.to_thread(lock.__enter__)
                stack.push(lock.__exit__)
        if shared is None:
            refuse_taken_ports(settings)
            shared = await stack.enter_async_context(open_shared(machine, Metrics()))
        read = partial(shared.rules_of, settings)
        reloader = Reloader(settings.mappings.dir, read, settings.source.own)
        known, facts = lambda: reloader.rules.words.known, reloader.rules.facts
        vendors_for = partial(vendors_of, settings, shared.wire, known, facts)
        vendors = vendors_for((lambda: False) if standing else None)
        if vet is not None and not standing:
            await vet(vendors)
        store = await machine.open_store(settings.place, now=machine.now())
        stack.push_async_callback(store.close)
        await _refuse_unlike(store, settings, reloader.rules)
        vendors.organisation.stores.add(store)
        stack.callback(vendors.organisation.stores.discard, store)
        bridge = Bridge(settings, machine, shared.metrics, store, reloader, vendors)
        if standing:
            reloader.changed, bridge = _nothing, replace(bridge, vendors_for=vendors_for)
        else:
            await store.own()
            await _begin(bridge)
        yield bridge


async def _refuse_unlike(store: Store, settings: Settings, rules: Rules) -> None:
    """Raises Misconfigured for another pharmacy's store, and for facts that this one knew."""
    refuse_to_forget(await store.read(journal.known_facts), rules)
    refuse_another(settings, await store.read(notes.get, notes.PHARMACY))


async def _begin(bridge: Bridge) -> None:
    """What only the one at work may write."""
    store, now, rules = bridge.store, bridge.now(), bridge.reloader.rules
    bridge.by_hand_until = await _by_hand_until(bridge.settings, bridge.machine, store)
    await store.write(todo.take_up, now)
    if uid := bridge.settings.rxscale.pharmacy_uid:
        await store.write(notes.put, notes.PHARMACY, uid)
    await store.write(_take_up, rules, now)


def _take_up(connection: Connection, rules: Rules, now: datetime) -> None:
    """What waited for other mapping files is looked at, whenever they changed."""
    said = rules.version, rules.files, rules.known
    if journal.take_up_mappings(connection, *said, now):
        why = f"mapping files changed ({rules.version})"
        person.hint_stuck(connection, FREED_BY_MAPPING, why, now)


@asynccontextmanager
async def open_term(
    bridge: Bridge, lease: Lease, vet: Callable[[Vendors], Awaitable[None]] | None = None
) -> AsyncIterator[Bridge]:
    """A bridge that works beside the standing one as long as the lease lasts: with parts, a store
    and clients of its own, so that what a lease began ends with it.
    """
    machine, claim, place = bridge.machine, lease.claim, bridge.settings.place
    assert bridge.vendors_for is not None  # noqa: S101 - it was opened as a standing one
    await asyncio.to_thread(_refuse_locked, machine.lock(place, leased=True))
    store = await machine.open_store(place, now=bridge.now())
    try:
        await store.own(claim.fence)
        vendors = bridge.vendors_for(lease.may_call)
        lease.counted_at = lease.counted_at or machine.clock()
        for name, transport in vendors.transports.items():
            calls = claim.calls.get(name, ())
            transport.take_over(calls, claim.unreported_seconds, lease.counted_at)
        if vet is not None:
            await vet(vendors)
        term = replace(bridge, store=store, vendors=vendors, vendors_for=None)
        vars(term)["secrets"], term.lease = bridge.secrets, lease
        await _begin(term)
        bridge.acting = term
        yield term
    finally:
        bridge.acting, bridge.reloader.changed = bridge, _nothing
        await store.close()


def _refuse_locked(lock: AbstractContextManager[object]) -> None:
    """Raises Misconfigured while a command holds it."""
    with lock:
        pass


async def _nothing(_: Rules) -> None:
    """Another replica sees to it."""


async def _by_hand_until(settings: Settings, machine: Machine, store: Store) -> datetime | None:
    """A shadow notes when it began; the first live start after that ends the work by hand."""
    place = settings.in_mode("shadow").place
    if settings.mode == "shadow":
        await store.write(notes.put_time, shadow.RAN_AT, machine.now())
        return None
    ran_at = None
    is_file = isinstance(place, Path)
    if exists(place) if is_file else await asyncio.to_thread(exists, place):
        beside = await machine.open_store(place, now=machine.now())
        try:
            ran_at = await beside.read(notes.get_time, shadow.RAN_AT)
        finally:
            await beside.close()
    return await store.write(shadow.take_over, ran_at, machine.now())


def planner(settings: Settings, store: Store, vendors: Vendors) -> StockCycle:
    """For commands that look at the stock beside a running bridge, and write nothing."""
    reloader = Reloader(settings.mappings.dir, partial(rules_of, settings), settings.source.own)
    return Bridge(settings, Machine(), Metrics(), store, reloader, vendors).stock


def refuse_taken_ports(settings: Settings) -> None:
    """Raises Misconfigured if something else listens where the bridge is to."""
    server = settings.server
    refuse_taken(server.host, server.port)
    if server.webhook_port is not None:
        host = server.webhook_host or server.host
        refuse_taken(host, server.webhook_port, "server.webhook_port")
