"""The stock, beside a running bridge: what a sync would do, and having one done."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bridge.app.build import Bridge, open_bridge, planner
from bridge.cli.guest import is_running, open_guest, patiently
from bridge.cli.language import LANGUAGE
from bridge.cli.loop import until
from bridge.cli.opening import now, open_beside
from bridge.core.model import PharmacySkuUid
from bridge.core.stock.model import Pending
from bridge.cycles.stock.cycle import SyncResult
from bridge.errors import Phrase, TryLater
from bridge.settings import Settings
from bridge.store import StockState, Store, exists, rxscale_lists, stock

PATIENCE_SECONDS = 60.0
"""How long a running bridge may take to begin what it is asked for."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the names of the SKUs in it."""

    result: SyncResult
    names: dict[PharmacySkuUid, str]


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync came to. `left`: writes that are not answered yet. `first_write`: numbers only
    fall until a person confirms the first write.
    """

    written: int
    left: int
    pending: Pending | None
    read_at: datetime | None
    failure: object = None
    first_write: bool = False


async def look(settings: Settings, *, reread: bool) -> Planned:
    """What a sync would do now; changes nothing. `reread`: RxScale's whole list is read first."""
    async with store_or_empty(settings) as store, open_guest(settings) as vendors:
        cycle = planner(settings, store, vendors)
        if reread:
            await cycle.reread()
        result, _ = await cycle.look()
        names = {
            sku.pharmacy_sku_uid: sku.name for sku in await store.read(rxscale_lists.catalogue)
        }
        return Planned(result, names)


@asynccontextmanager
async def store_or_empty(settings: Settings) -> AsyncIterator[Store]:
    """The store; where there is none, an empty one that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        there = settings.place
        async with open_beside(there if exists(there) else Path(folder) / "plan.db") as store:
            yield store


async def sync(settings: Settings, *, confirm: bool) -> Synced:
    """Has the bridge that is running sync the stock, or does it itself if none is."""
    if is_running(settings):
        return await _ask(settings, confirm=confirm)
    async with open_bridge(settings) as bridge:
        await patiently(bridge.catalogue.read)
        await patiently(bridge.sweep.run)
        before = await bridge.store.read(stock.state)
        result = await patiently(partial(bridge.stock.sync, confirm=confirm))
        await _watch(bridge.store, len(result.plan.writes), _written(bridge))
        state = await bridge.store.read(stock.state)
        return _outcome(before, state, result.failure or bridge.pusher.trouble)


async def _written(bridge: Bridge) -> None:
    """Returns when all is written, or RxScale has put writes off for PATIENCE_SECONDS."""
    deadline = now() + timedelta(seconds=PATIENCE_SECONDS)
    await bridge.pusher.idle()
    while isinstance(bridge.pusher.trouble, TryLater) and now() < deadline:
        await asyncio.sleep(bridge.pusher.trouble.after or 1.0)
        await bridge.stock.sync(fetch=False)
        await bridge.pusher.idle()


async def _ask(settings: Settings, *, confirm: bool) -> Synced:
    """Asks the running bridge through the store, and follows there what it does."""
    async with open_beside(settings.place) as store:
        asked_at, before = now(), await store.read(stock.state)
        await store.write(stock.ask_for_round, confirm=confirm)
        state = await _begun(store, asked_at)
        if state is None:
            left = (await store.read(stock.state)).waiting
            return Synced(0, left, None, None, Phrase("inventory-not-read"))
        await _watch(store, state.waiting, _until_written(store))
        return _outcome(before, await store.read(stock.state), None)


async def _begun(store: Store, asked_at: datetime) -> StockState | None:
    async def begun() -> StockState | None:
        state = await store.read(stock.state)
        return state if state.synced_at is not None and state.synced_at >= asked_at else None

    return await until(begun, PATIENCE_SECONDS)


async def _until_written(store: Store) -> None:
    """Returns when all is written, or nothing was written for PATIENCE_SECONDS."""
    waiting, still = -1, 0
    while still < PATIENCE_SECONDS * 10:
        left = (await store.read(stock.state)).waiting
        if not left:
            return
        still = still + 1 if left == waiting else 0
        waiting = left
        await asyncio.sleep(0.1)


async def _watch(store: Store, total: int, work: Coroutine[Any, Any, None]) -> None:
    """Shows on a terminal how far the writes are."""
    task = asyncio.create_task(work)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    said = Phrase("busy-writing").told(LANGUAGE.get())
    with Progress(*columns, disable=not sys.stderr.isatty(), transient=True) as bar:
        row = bar.add_task(said, total=total)
        while not task.done():
            await asyncio.wait([task], timeout=0.2)
            left = (await store.read(stock.state)).waiting
            bar.update(row, completed=max(0, total - left))
    await task


def _outcome(before: StockState, after: StockState, failure: object) -> Synced:
    written = after.written - before.written
    left, pending, read_at = after.waiting, after.pending, after.read_at
    return Synced(written, left, pending, read_at, failure, after.first_write)
