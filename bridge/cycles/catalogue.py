"""Reads RxScale's SKU list, which ties an order's `sku` to this pharmacy's SKU and external id."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from bridge.core.model import CatalogueSku
from bridge.core.reasons import FREED_BY_CATALOGUE
from bridge.exchange import Priority
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import MOST_ROWS
from bridge.store import Store, person, rxscale_lists, stock
from bridge.vendor.paging import Fetch, Listing, Page, Place, read_settled


async def read_skus(rxscale: RxScale) -> list[CatalogueSku]:
    """RxScale's whole list, not remembered. Raises what the client raises."""

    found = await _read_settled(lambda place: rxscale.skus_page(place.number))
    return list(found.rows.values())


def _read_settled(
    fetch: Fetch[CatalogueSku], before: AbstractSet[str] | None = None
) -> Awaitable[Listing[CatalogueSku]]:
    return read_settled(
        lambda _, place: fetch(place),
        lambda sku: sku.pharmacy_sku_uid,
        full=MOST_ROWS,
        before=before,
    )


class CatalogueReader:
    """One reading at a time: callers that come meanwhile wait for the reading under way."""

    def __init__(self, store: Store, rxscale: RxScale, now: Callable[[], datetime]) -> None:
        self._store = store
        self._rxscale = rxscale
        self._now = now
        self.on_drift: Callable[[], None] = lambda: None
        """Called when a page shows that others changed a stock."""
        self._under_way: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._before: AbstractSet[str] | None = None
        """Which SKUs the last reading showed."""
        self.calls = 0
        """How many the last whole reading took; 0 before the first since this process began."""

    async def read(self, priority: Priority = Priority.ORDER) -> None:
        """Raises what the vendor's client raises; the remembered list then stays as it was."""
        self._hurry.set()
        await self._join(priority, 0.0)

    async def read_slowly(self, seconds: float) -> None:
        """The same, spread over about so long, unless `read` is called meanwhile."""
        if self._under_way is None or self._under_way.done():
            self._hurry.clear()
        await self._join(Priority.SWEEP, seconds)

    async def stop(self) -> None:
        """Ends the reading under way: no caller waits for it any more."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _join(self, priority: Priority, seconds: float) -> None:
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._read(priority, seconds))
        await asyncio.shield(self._under_way)

    async def _read(self, priority: Priority, seconds: float) -> None:
        began_at, calls = self._now(), 0

        async def fetch(place: Place) -> Page[CatalogueSku]:
            nonlocal calls
            calls += 1
            page = await self._page(place, priority)
            if calls < (page.pages or 1):  # a second look at what has changed is not put off
                await self._rest(seconds / (page.pages or 1))
            return page

        found = await _read_settled(fetch, self._before)
        self._before = found.rows.keys()
        skus = list(found.rows.values())
        before = await self._store.read(rxscale_lists.catalogue_mark)
        await self._store.write(
            rxscale_lists.save_catalogue, skus, seen_at=began_at, complete=found.settled
        )
        self.calls = calls
        if await self._store.read(rxscale_lists.catalogue_mark) != before:
            await self._store.write(
                person.hint_stuck, FREED_BY_CATALOGUE, "RxScale's SKU list changed", self._now()
            )

    async def _page(self, place: Place, priority: Priority) -> Page[CatalogueSku]:
        began_at = self._now()
        page = await self._rxscale.skus_page(place.number, priority=priority)
        if await self._store.write(stock.listed, page.rows, began_at):
            self.on_drift()
        return page

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
