"""Products for the page: the plan's own sums, PharmaOne's names, and links saved into skus.csv."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bridge.app.build import Bridge
from bridge.app.files import mapping_file, mark_of, write_links
from bridge.core.model import ProductId
from bridge.core.stock import goods
from bridge.core.stock.goods import Good, Standing
from bridge.core.stock.model import Shelf, Situation, SkuLink
from bridge.errors import Misconfigured
from bridge.mapping.reading import SKUS
from bridge.server.parts import NONE, Choice, Shelves
from bridge.store import rxscale_lists

log = logging.getLogger("bridge")

KEPT = timedelta(minutes=5)
"""PharmaOne's names are read again after so long."""
MOST = 5


class Products:
    """Asked with each view."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.names: Mapping[ProductId, str] = {}
        self._names_at: datetime | None = None
        self._listed: tuple[tuple[Shelf, Mapping[ProductId, str]], goods.Listing]
        self._listed = ({}, {}), goods.Listing({}, ())
        self._one = asyncio.Lock()

    async def look(self, words: str = "", standing: str = "", part: slice = NONE) -> Shelves:
        """By what the store knows now and the mapping files that are in force."""
        stock = self._bridge.stock
        situation = await stock.seen()
        listed = await self._listing(situation.shelf)
        standing_of = await asyncio.to_thread(goods.standings, listed, situation)
        groups = goods.chosen(listed, standing_of, words.casefold().split())
        uids = [uid for each, found in groups.items() if standing in ("", each) for uid in found]
        odd = [uid for uid, each in standing_of.items() if each is Standing.STUCK]
        prices = await self._goods(odd if situation.policy.sync_prices else (), situation)
        counts = Counter(standing_of.values())
        counts[Standing.RIGHT] = len(listed.texts) - len(standing_of)
        return Shelves(
            goods=await self._goods(uids[part], situation),
            total=len(uids),
            counts={each: counts[each] for each in Standing},
            situation=situation,
            moved=goods.moved(stock.reading, situation),
            odd_prices=[each for each in prices if each.price_now is not None],
        )

    async def good(self, uid: str) -> tuple[Good | None, Situation]:
        situation = await self._bridge.stock.seen()
        found = await self._goods([uid], situation)
        return found[0] if found else None, situation

    async def _goods(self, uids: Sequence[str], situation: Situation) -> Sequence[Good]:
        skus = await self._bridge.store.read(rxscale_lists.skus, uids) if uids else []
        return await asyncio.to_thread(goods.goods, skus, situation) if skus else []

    async def _listing(self, linked: Shelf) -> goods.Listing:
        """Made anew when RxScale's list, the links or PharmaOne's names have changed."""
        made_of, listed = self._listed
        if made_of[0] is not linked or made_of[1] is not self.names:
            made_of = linked, self.names
            catalogue = await self._bridge.store.read(rxscale_lists.catalogue)
            listed = await asyncio.to_thread(goods.listing, catalogue, *made_of)
            self._listed = made_of, listed
        return listed

    async def offered(self) -> Mapping[ProductId, str]:
        """Raises what PharmaOne's client raises."""
        async with self._one:
            now = self._bridge.machine.now()
            if self._names_at is None or now - self._names_at > KEPT:
                inventory = await self._bridge.vendors.pharmaone.inventory(full=True)
                self.names, self._names_at = inventory.products, now
            return self.names

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

    async def save(self, link: SkuLink, note: str, seen: str) -> None:
        """A link that was saved is in force when this returns."""
        settings = self._bridge.settings
        try:
            await asyncio.to_thread(write_links, settings, [(link, note)], seen=seen)
        except Misconfigured as failure:
            log.warning("a link was not saved", extra={"reason": str(failure)})
            raise
        await self._bridge.reloader.look()
