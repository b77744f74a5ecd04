"""Runs a bridge that was built: listens, works, starts the timers, and stops in order."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from functools import partial
from typing import Any

from bridge.app import vitals
from bridge.app.build import Bridge, open_bridge, open_term
from bridge.app.machine import Machine
from bridge.app.replica import Replica, first_of, open_replica, timed
from bridge.app.telling import Teller, heartbeat
from bridge.app.vendors import Vendors
from bridge.app.web import listen, stock_changed
from bridge.core.deliveries import Receipt, Taken
from bridge.core.patience import reread_seconds
from bridge.cycles.listening import READ_SECONDS, STOCK
from bridge.cycles.proof import RETRY_SECONDS
from bridge.cycles.sweep import WHOLE_EVERY
from bridge.cycles.timer import every
from bridge.cycles.upkeep import FORGET_SECONDS, Upkeep
from bridge.cycles.watch import TakenIn, Watch
from bridge.errors import BridgeError, Misconfigured, TryLater
from bridge.exchange import Priority
from bridge.place import Database
from bridge.rxscale.pharmacies import several, shown
from bridge.server.web import Running
from bridge.settings import Settings
from bridge.store import notes

log = logging.getLogger("bridge")

ASK_SECONDS = 5.0
TELL_SECONDS = 30.0
WAIT_SECONDS = 5.0


async def run(
    settings: Settings,
    stop: asyncio.Event,
    started: Callable[[Bridge, Running], None],
    machine: Machine | None = None,
) -> None:
    """Serves and works until `stop` is set, then drains. Raises Misconfigured at the start only."""
    async with contextlib.AsyncExitStack() as stack:
        machine = timed(machine, url_of(settings))
        bridge = await _opened(stack, settings, stop, machine)
        if bridge is None:
            return
        replica = await stack.enter_async_context(open_replica(url_of(settings), machine))
        running, end = await listen(bridge), asyncio.Event()
        leaving = asyncio.create_task(leave(stop, end, [bridge], [replica], settings))
        try:
            await work(bridge, end, lambda: started(bridge, running), running.stop, replica)
        finally:
            await _end([leaving])


async def leave(
    stop: asyncio.Event,
    end: asyncio.Event,
    bridges: Collection[Bridge],
    replicas: Collection[Replica | None],
    settings: Settings,
) -> None:
    """Once it is to stop: not ready from then on, and where others take over it serves on a while
    before the `end`.
    """
    await stop.wait()
    for bridge in bridges:
        bridge.leaving.set()
    seconds = settings.server.leave_seconds
    await asyncio.gather(*(each.linger(seconds) for each in replicas if each is not None))
    end.set()


def url_of(settings: Settings) -> str | None:
    return settings.store.url.get_secret_value() if settings.store.url is not None else None


async def _opened(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    stop: asyncio.Event,
    machine: Machine | None,
) -> Bridge | None:
    """Waits for a database that does not answer yet, and says so; None if it is to stop."""
    vet = partial(refuse_several_pharmacies, settings)
    while True:
        try:
            standing = settings.store.url is not None
            opening = open_bridge(settings, machine, vet=vet, standing=standing)
            return await stack.enter_async_context(opening)
        except TryLater as failure:
            if settings.store.url is None:
                raise
            log.warning("waiting for the database", extra={"reason": failure})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await stop.wait()
                return None


async def work(
    bridge: Bridge,
    stop: asyncio.Event,
    started: Callable[[], None],
    stop_listening: Callable[[], Awaitable[None]],
    replica: Replica | None = None,
) -> None:
    """Works until `stop` is set, then drains: of several replicas the one that has the lease."""
    standing = [asyncio.create_task(coroutine) for coroutine in _standing(bridge)]
    try:
        if replica is None:
            await _work_until(bridge, started, stop_listening, stop)
        else:
            started()
            await _in_terms(bridge, replica, stop)
            await stop_listening()
    finally:
        await _end(standing)


async def _in_terms(bridge: Bridge, replica: Replica, stop: asyncio.Event) -> None:
    """Works whenever the key is held here, until `stop` is set; then others have it."""
    vendors, place = bridge.vendors.transports, bridge.settings.place
    count = lambda: {name: each.recent() for name, each in vendors.items()}  # noqa: E731
    assert isinstance(place, Database)  # noqa: S101 - replicas share one
    key = replica.want(place.budget or place.pharmacy, count, vendors["pharmaone"])
    vet = partial(refuse_several_pharmacies, bridge.settings)
    try:
        while not stop.is_set():
            await first_of(key.held, stop)
            lease = key.lease
            if lease is None or stop.is_set():
                continue
            try:
                async with replica.working(key, lease), open_term(bridge, lease, vet) as term:
                    ends = lease.lost, lease.given, stop
                    await _work_until(term, lambda: None, _listens_on, *ends)
            except BridgeError as failure:
                log.error("cannot work here", extra={"reason": failure})
                await first_of(lease.lost, stop, seconds=WAIT_SECONDS)
    finally:
        await replica.drop(key)


async def _work_until(
    bridge: Bridge,
    started: Callable[[], None],
    stop_listening: Callable[[], Awaitable[None]],
    *ends: asyncio.Event,
) -> None:
    await bridge.store.write(notes.begin_run, bridge.now())
    timers = [asyncio.create_task(coroutine) for coroutine in _timers(bridge)]
    at_work = asyncio.create_task(bridge.worker.run())
    try:
        started()
        await first_of(*ends)
    finally:
        await _drain(bridge, stop_listening, timers, at_work)


async def refuse_several_pharmacies(settings: Settings, vendors: Vendors) -> None:
    """Raises Misconfigured. A vendor that does not answer is no reason not to start."""
    if settings.rxscale.pharmacy_uid is not None:
        return
    try:
        async with asyncio.timeout(ASK_SECONDS):
            fault = several(await shown(vendors.rxscale.caller))
    except (BridgeError, TimeoutError) as failure:
        log.warning("whose orders the key shows is not known", extra={"reason": str(failure)})
        return
    if fault is not None:
        raise Misconfigured(fault)


async def _drain(
    bridge: Bridge,
    stop_listening: Callable[[], Awaitable[None]],
    timers: list[asyncio.Task[None]],
    at_work: asyncio.Task[None],
) -> None:
    """Deliveries first, then looks under way; what takes too long is left to the next start."""
    log.info("stopping")
    await _end(timers)
    await stop_listening()
    is_lost = bridge.lease is not None and bridge.lease.lost.is_set()
    with contextlib.suppress(TimeoutError):  # without its lease it can write nothing down
        async with asyncio.timeout(0.0 if is_lost else bridge.settings.server.drain_seconds):
            await asyncio.gather(bridge.worker.stop(), bridge.pusher.stop())
            await at_work
    at_work.cancel()
    bridge.pusher.cancel()
    left = at_work, bridge.catalogue.stop(), bridge.pusher.idle()
    await asyncio.gather(*left, return_exceptions=True)
    with contextlib.suppress(TryLater):
        await bridge.store.write(notes.end_run)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _listens_on() -> None:
    """Deliveries are taken, whichever replica works next."""


def _reread_seconds(bridge: Bridge) -> float:
    rxscale, stock = bridge.settings.rxscale, bridge.settings.stock
    times = WHOLE_EVERY if bridge.listening.is_told(STOCK) else 1
    return reread_seconds(
        bridge.catalogue.calls,
        rxscale.requests_per_second,
        rxscale.requests_per_minute,
        shortest=stock.sync_seconds * times,
        longest=stock.reread_seconds,
    )


def _proof(bridge: Bridge) -> list[Coroutine[Any, Any, None]]:
    """A shadow writes nothing, so both sides differ as they like."""
    if not bridge.settings.reconcile.every_hours or bridge.settings.mode == "shadow":
        return []
    return [every(lambda: RETRY_SECONDS, "comparing both sides", bridge.proof.round)]


async def _look_at_files(bridge: Bridge) -> None:
    """New secrets tell of new subscriptions."""
    await bridge.reloader.look(still=True)
    changed = {secrets.look() for secrets in bridge.secrets.values()}
    if True in changed:
        await bridge.acting.listening.read_subscriptions()


def _standing(bridge: Bridge) -> list[Coroutine[Any, Any, None]]:
    """What each replica does, whichever of them works."""
    machine, try_to_write = bridge.machine, partial(vitals.try_to_write, bridge)
    look = partial(_look_at_files, bridge)
    return [
        every(lambda: machine.reload_seconds, "looking at the mapping files", look),
        every(lambda: machine.try_seconds, "writing to the store", try_to_write),
    ]


def _timers(bridge: Bridge) -> list[Coroutine[Any, Any, None]]:
    settings, machine = bridge.settings, bridge.machine
    watch_after = lambda: machine.watch_seconds  # noqa: E731
    poll_after = lambda: settings.orders.poll_seconds  # noqa: E731
    reread = partial(_reread_seconds, bridge)
    upkeep = Upkeep(
        bridge.store,
        bridge.catalogue,
        bridge.p1_sweep,
        bridge.machine.now,
        settings.store.retention_days,
        settings.audit.retention_days,
        reread,
        settings.store.backup_hour,
        settings.store.backup_keep,
        # Many that begin at once would have it wait in each other's fifth of a key.
        Priority.RISING_STOCK if settings.source.pharmacy else Priority.SWEEP,
    )

    teller = Teller(bridge)

    taken = TakenIn(bridge.store, bridge.now(), partial(_came, bridge))

    def changed() -> None:
        bridge.worker.wake()
        bridge.stock.look_for_asked()
        teller.changed.set()
        taken.changed.set()

    timers = [
        every(poll_after, "the order sweep", bridge.sweep.round),
        every(lambda: machine.judge_seconds, "judging what was heard", bridge.listening.look),
        every(lambda: machine.judge_seconds, "counting calls", partial(vitals.tally, bridge)),
        every(lambda: READ_SECONDS, "reading subscriptions", bridge.listening.read_subscriptions),
        every(lambda: reread() / 2, "reading the SKU list", upkeep.read_skus),
        every(lambda: FORGET_SECONDS, "forgetting old orders", upkeep.forget),
        every(watch_after, "watching the store", Watch(bridge.store, changed).look),
        *_telling(bridge, teller),
        *([every(lambda: 0.0, "what replicas took in", taken.look)] if bridge.lease else []),
    ]
    if settings.pharmaone.one_way:
        return timers
    learn = partial(upkeep.learn, bridge.p1_news)
    return [
        *timers,
        every(poll_after, "the sweep of PharmaOne's orders", bridge.p1_sweep.run),
        every(lambda: 0.0, "reading PharmaOne's new orders", learn),
        bridge.stock.run(),
        *_proof(bridge),
    ]


def _came(bridge: Bridge, taken: Taken) -> None:
    bridge.listening.came(taken)
    if taken.receipt is Receipt.STOCK:
        stock_changed(bridge, taken.vendor)
    elif taken.receipt is Receipt.UNREAD:
        bridge.p1_news.set()


def _telling(bridge: Bridge, teller: Teller) -> Iterator[Coroutine[Any, Any, None]]:
    """What tells people, each address for itself: one that does not answer keeps none waiting."""
    yield every(lambda: 0.0, "noting what is stuck", teller.note_changes)
    for address in teller.addresses:
        tell = partial(teller.tell, address)
        yield every(lambda: TELL_SECONDS, f"telling {address}", tell)
    beat_after = bridge.settings.notify.heartbeat_seconds
    if bridge.settings.notify.heartbeat_url is not None:
        yield every(lambda: beat_after, "the heartbeat", partial(heartbeat, bridge))
