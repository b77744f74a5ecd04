"""Gathers what each part of a running bridge says of itself, for `/health` and the gauges."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bridge import __version__
from bridge.app.build import Bridge
from bridge.errors import TryLater
from bridge.health import Facts, HealthReport, Links, report
from bridge.store import Store, notes, proofs, rxscale_lists, stock, views, waiting


async def health(bridge: Bridge) -> HealthReport:
    """What `/health` answers. Never raises for a store that does not work: it says so."""
    return report(await facts(bridge, whole=True))


async def measure(bridge: Bridge) -> None:
    """Sets the gauges: those of the store only where it can be read. Raises TryLater if not."""
    found = await facts(bridge, whole=False)
    bridge.metrics.measure(found)
    if found.store_error is not None:
        raise TryLater(found.store_error)


async def try_to_write(bridge: Bridge) -> None:
    """Sets the gauge that tells of a full disk before a delivery meets it. Raises TryLater."""
    try:
        await bridge.store.write_quietly(notes.touch)
    except TryLater:
        bridge.metrics.tried_to_write(done=False)
        raise
    bridge.metrics.tried_to_write(done=True)


async def tally(bridge: Bridge) -> None:
    """Adds the vendors' calls to this hour's, for the page's pictures. Raises TryLater."""
    counts = dict(bridge.metrics.tally)
    await bridge.store.write(notes.count_in_hour, counts, bridge.machine.now())
    bridge.metrics.tally.subtract(counts)


class Ready:
    """Whether it is to be sent deliveries: it stays, and the store takes a write, which is tried at
    most once a second, however often it is asked.
    """

    def __init__(self, store: Store, clock: Callable[[], float], leaving: asyncio.Event) -> None:
        self._store, self._clock, self._leaving = store, clock, leaving
        self._one = asyncio.Lock()
        self._again_at = clock()
        self._found: str | None = None

    async def __call__(self) -> str | None:
        """None, or why not."""
        if self._leaving.is_set():
            return "it is about to stop"
        async with self._one:
            if self._clock() >= self._again_at:
                try:
                    await self._store.write_quietly(notes.touch)
                    self._found = None
                except TryLater as failure:
                    self._found = failure.what
                self._again_at = self._clock() + 1
            return self._found


async def facts(bridge: Bridge, *, whole: bool) -> Facts:
    """`whole`: with what costs too much for every few seconds: a write, and reading every SKU."""
    store, bridge, is_shared = bridge.store, bridge.acting, bridge.vendors_for is not None
    vendors, settings, at = bridge.vendors, bridge.settings, bridge.machine.now()
    found = Facts(
        version=__version__,
        now=at,
        started_at=bridge.started_at,
        poll_seconds=settings.orders.poll_seconds,
        sync_seconds=settings.stock.sync_seconds,
        mappings=bridge.reloader.facts(),
        rxscale=vendors.rxscale_transport.facts(),
        pharmaone=vendors.pharmaone_transport.facts(),
        token=vendors.pharmaone.tokens.facts,
        round=bridge.stock.facts(),
        sweep_error=bridge.sweep.error,
        telling=bridge.telling,
        addresses=len(settings.notify.urls),
        mode=settings.mode,
        one_way=settings.pharmaone.one_way,
        webhooks=bridge.listening.facts,
    )
    links = Links()
    try:
        if whole:
            await store.write_quietly(notes.touch)
            linked, unlinked = await store.read(
                rxscale_lists.linked, list(bridge.reloader.rules.links.listed)
            )
            links = Links(max(0, linked - len(found.round.unconfirmed)), unlinked)
        standing, proof = await store.read(waiting.open_alarms), await store.read(proofs.last)
        work, goods = await store.read(views.facts, at), await store.read(stock.state)
        replica = await _replica(bridge, store) if is_shared else None
    except TryLater as failure:
        return replace(found, store_error=failure.what)
    return replace(
        found,
        is_store_read=True,
        work=work,
        stock=goods,
        links=links,
        alarms=standing,
        proof=proof,
        replica=replica,
    )


async def _replica(bridge: Bridge, store: Store) -> Mapping[str, Any]:
    from bridge.store.postgresql.replicas import owner

    here = bridge.lease is not None and bridge.lease.may_call()
    return {"owner": await store.read(owner), "here": here}
