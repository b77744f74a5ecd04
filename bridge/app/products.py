"""Products for the page: the plan's own sums, PharmaOne's names, and links saved into skus.csv."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bridge.app.build import Bridge
from bridge.app.files import mapping_file, mark_of, write_links
from bridge.core.model import ProductId
from bridge.core.stock.goods import Good, goods, moved
from bridge.core.stock.model import SkuLink
from bridge.errors import Misconfigured
from bridge.mapping.reading import SKUS
from bridge.server.parts import Choice, Shelves
from bridge.store import vendor_lists

log = logging.getLogger("bridge")

KEPT = timedelta(minutes=5)
"""PharmaOne's names are read again after so long."""
MOST = 5


class Products:
    """Asked whenever somebody looks."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._names: Mapping[ProductId, str] = {}
        self._names_at: datetime | None = None
        self._one = asyncio.Lock()

    async def look(self) -> Shelves:
        """By what the store knows now and the mapping files that are in force."""
        stock, store = self._bridge.stock, self._bridge.store
        catalogue, situation = await store.read(vendor_lists.catalogue), await stock.seen()
        found = await asyncio.to_thread(goods, catalogue, situation)
        return Shelves(found, situation, moved(stock.reading, situation), self._names)

    async def offered(self) -> Mapping[ProductId, str]:
        """Raises what PharmaOne's client raises."""
        async with self._one:
            now = self._bridge.machine.now()
            if self._names_at is None or now - self._names_at > KEPT:
                inventory = await self._bridge.vendors.pharmaone.inventory(full=True)
                self._names, self._names_at = inventory.products, now
            return self._names

    async def choices(self, good: Good) -> Sequence[Choice]:
        """As `rxbridge skus match` has them. Raises what PharmaOne's client raises."""
        from bridge.mapping.matching import choices  # loads what matching needs

        products = await self.offered()
        found = await asyncio.to_thread(choices, good.sku, products, good.link)
        return [
            Choice(each.product, each.product_name, each.units, each.confidence, each.told)
            for each in found[:MOST]
            if each.product is not None
        ]

    async def file(self) -> tuple[str, datetime | None]:
        path = mapping_file(self._bridge.settings, SKUS)
        if not path.exists():
            return mark_of(b""), None
        content = await asyncio.to_thread(path.read_bytes)
        return mark_of(content), datetime.fromtimestamp(path.stat().st_mtime, UTC)

    async def save(self, link: SkuLink, note: str, seen: str) -> str:
        """A link that was saved is in force when this returns."""
        settings = self._bridge.settings
        try:
            await asyncio.to_thread(write_links, settings, [(link, note)], seen=seen)
        except Misconfigured as failure:
            log.warning("a link was not saved", extra={"reason": str(failure)})
            return str(failure)
        await self._bridge.reloader.look()
        return ""
