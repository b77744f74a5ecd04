"""Reads RxScale's SKU list, which ties an order's `sku` to this pharmacy's SKU and external id."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bridge.core.model import CatalogueSku
from bridge.core.paging import Seen, Wanted, read_all
from bridge.cycles.paged import drive
from bridge.exchange import Harm
from bridge.rxscale.client import RxScale
from bridge.store import Store

PAGE = 200


class CatalogueReader:
    """One reading at a time: whoever asks meanwhile gets the reading under way."""

    def __init__(self, store: Store, rxscale: RxScale, now: Callable[[], datetime]) -> None:
        self._store = store
        self._rxscale = rxscale
        self._now = now
        self._under_way: asyncio.Task[None] | None = None

    async def read(self, harm: Harm = Harm.ORDER) -> None:
        """Raises what the vendor's client raises; the remembered list then stays as it was."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._read(harm))
        await asyncio.shield(self._under_way)

    async def _read(self, harm: Harm) -> None:
        began_at = self._now()
        found = await drive(read_all([""]), partial(self._page, harm))
        skus = list(found.rows.values())
        await self._store.save_catalogue(skus, seen_at=began_at, complete=found.settled)

    async def _page(self, harm: Harm, wanted: Wanted) -> Seen[CatalogueSku]:
        page = await self._rxscale.skus_page(wanted.number, PAGE, harm=harm)
        rows: dict[str, CatalogueSku] = {sku.pharmacy_sku_uid: sku for sku in page.skus}
        return Seen(rows, page.total, page.pages, full=len(page.skus) >= PAGE)
