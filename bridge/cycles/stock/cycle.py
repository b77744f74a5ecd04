"""One round after another: read the inventory, plan, note what is to be written, have it written.

A round is due every `sync_seconds`, after an anomaly when a second look may confirm it, and at once
when something is reported or done that changes what may be offered.
"""

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bridge.core.model import CatalogueSku, PharmacySkuUid, ProductId
from bridge.core.patience import pause
from bridge.core.reasons import LOST_ITS_LINK, Reason
from bridge.core.shadow import numbers
from bridge.core.stock.model import (
    Pending,
    Reading,
    RxScaleStock,
    Shelf,
    Situation,
    SkuLink,
    StockPolicy,
    Stocktake,
    shelf,
)
from bridge.core.stock.plan import Plan, plan, plan_with
from bridge.cycles.stock.adjust import Adjuster
from bridge.cycles.stock.push import Pusher
from bridge.errors import BridgeError, Misconfigured, TryLater
from bridge.mapping.rules import Rules
from bridge.pharmaone.client import PharmaOne
from bridge.store import Store, notes, rxscale_lists, shadow, stock
from bridge.texts import say

log = logging.getLogger("bridge.stock")

RETRY_SECONDS = 30.0
"""A reading that failed is tried again after so long, a write at the latest."""
GATHER_SECONDS = 0.2
"""What is reported one after another is answered with one round."""
REST = 5
"""Between two rounds that were not due passes so many times what the last one took."""
MOST_REST_SECONDS = 10.0
LEARN_AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one round came to. `read`: PharmaOne's inventory was; `failure`: why it could not be.

    `products`: names of all that it lists, where they were asked for.
    """

    plan: Plan
    read: bool
    failure: BridgeError | None = None
    products: Mapping[ProductId, str] = field(default_factory=dict)

    @property
    def pending(self) -> Pending | None:
        """What the inventory shows and no person has confirmed yet."""
        return self.plan.situation.pending


@dataclass(frozen=True, slots=True)
class StockFacts:
    """What the last round found: SKUs `linked`, prices and numbers that wait to be confirmed
    (`anomalies`), whether the inventory is too old to be used (`stale`). `unconfirmed`: SKUs for
    a person has to confirm the link, and why (`doubts`). `first_write`: what rises once
    a person confirms it. `trouble`: why the last reading or write failed.
    """

    linked: int = 0
    anomalies: int = 0
    stale: bool = False
    unconfirmed: tuple[PharmacySkuUid, ...] = ()
    doubts: tuple[Reason, ...] = ()
    first_write: Reason | None = None
    trouble: Reason | None = None


class StockCycle:
    """One round at a time, in this process only: it holds the store's run lock."""

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        pusher: Pusher,
        rules: Callable[[], Rules],
        read_catalogue: Callable[[], Awaitable[None]],
        adjuster: Adjuster,
        now: Callable[[], datetime],
        *,
        policy: StockPolicy,
        sync_seconds: float,
        zero_unlinked: bool = True,
        shadow: bool = False,
    ) -> None:
        """`shadow`: what would be written is compared with what people wrote, and that is all."""
        self._store = store
        self._pharmaone = pharmaone
        self._pusher = pusher
        self._rules = rules
        self._read_catalogue = read_catalogue
        self._now = now
        self._policy = policy
        self._sync_seconds = sync_seconds
        self._zero_unlinked = zero_unlinked
        self._adjuster = adjuster
        self._shadow = shadow
        self._shelf: Shelf = {}
        self._shelf_of: tuple[str, str] | None = None
        self._unlinked: list[PharmacySkuUid] | None = None
        """SKUs that lost their link; None while it was not looked which those are."""
        self._noted_of: tuple[str, str] | None = None
        self._woken = asyncio.Event()
        self._asked = asyncio.Event()
        self._fetch = True
        self._confirm = False
        self._said: tuple[str, ...] = ()
        self._prices: Mapping[ProductId, Decimal] = {}
        self._learn_again_at = -math.inf
        self._retry: asyncio.TimerHandle | None = None
        self._failures = 0
        """Rounds in a row of which a write failed."""
        pusher.on_failure = self._write_failed
        self.last: SyncResult | None = None
        self.reading: Reading | None = None
        """The last one, whether it was believed or not."""

    def wake(self, *, fetch: bool, confirm: bool = False) -> None:
        """Something changed; `fetch`: at PharmaOne, so its inventory is to be read."""
        self._fetch |= fetch
        self._confirm |= confirm
        self._woken.set()

    def facts(self) -> StockFacts:
        plan = self.last.plan if self.last is not None else None
        trouble = (self.last.failure if self.last is not None else None) or self._pusher.trouble
        return StockFacts(
            linked=plan.linked if plan is not None else 0,
            anomalies=len(plan.anomalies) if plan is not None else 0,
            stale=plan is not None and plan.stale,
            unconfirmed=tuple(row.uid for row in plan.unconfirmed) if plan is not None else (),
            doubts=plan.doubts if plan is not None else (),
            first_write=plan.first_write if plan is not None else None,
            trouble=trouble.reason if trouble is not None else None,
        )

    def look_for_asked(self) -> None:
        """A command may have asked for a round."""
        self._asked.set()

    def _write_failed(self, failure: BridgeError) -> None:
        """What promises too much is not left on sale until the next round by the clock."""
        if self._retry is not None:
            return
        self._failures += 1
        usual = (
            RETRY_SECONDS
            if isinstance(failure, Misconfigured)
            else pause(self._failures, RETRY_SECONDS)
        )
        asked = failure.after if isinstance(failure, TryLater) else None
        loop = asyncio.get_running_loop()
        self._retry = loop.call_later(max(usual, asked or 0.0), self._write_again)

    def _write_again(self) -> None:
        self._retry = None
        self.wake(fetch=False)

    def orders_seen(self) -> None:
        """A sweep has ended: if numbers were held back until orders are known, look again."""
        if self.last is None or not self.last.plan.situation.rising:
            self.wake(fetch=False)

    async def run(self) -> None:
        """Round after round, until cancelled."""
        asking = asyncio.create_task(self._listen())
        clock, due = asyncio.get_running_loop().time, math.inf
        try:
            while True:
                began, reads = clock(), self._fetch
                again_at = began + await self._round()
                due = again_at if reads else min(due, again_at)
                took = clock() - began
                await asyncio.sleep(min(MOST_REST_SECONDS, max(GATHER_SECONDS, took * REST)))
                try:
                    async with asyncio.timeout_at(due):
                        await self._woken.wait()
                except TimeoutError:
                    self._fetch = True
                self._fetch |= clock() >= due  # however often it was woken
        finally:
            asking.cancel()

    async def _listen(self) -> None:
        """Takes up what commands ask for."""
        while True:
            try:
                if await self._store.read(stock.is_asked):
                    asked = await self._store.write(stock.begin_asked)
                    self.wake(fetch=True, confirm=asked == "confirm")
            except Exception as failure:
                if not isinstance(failure, TryLater):
                    log.exception("looking for what commands ask failed unexpectedly")
            await self._asked.wait()
            self._asked.clear()

    async def _round(self) -> float:
        """Seconds until the next one is due by itself."""
        self._woken.clear()
        fetch, self._fetch = self._fetch, False
        confirm, self._confirm = self._confirm, False
        try:
            result = await self.sync(fetch=fetch, confirm=confirm)
        except BridgeError as failure:
            log.warning("stock was not looked at", extra={"reason": failure})
            return min(self._sync_seconds, RETRY_SECONDS)
        except Exception:
            log.exception("looking at the stock failed unexpectedly")
            return min(self._sync_seconds, RETRY_SECONDS)
        if result.failure is not None:
            return min(self._sync_seconds, RETRY_SECONDS)
        return self._until_second_look(result.pending)

    def _until_second_look(self, pending: Pending | None) -> float:
        second_look = self._policy.second_look
        if pending is None or second_look is None:
            return self._sync_seconds
        left = (pending.first_at + second_look - self._now()).total_seconds()
        return min(self._sync_seconds, max(0.0, left))

    async def reread(self) -> None:
        """Reads RxScale's whole list. Raises what its client raises."""
        await self._read_catalogue()

    async def sync(self, *, fetch: bool = True, confirm: bool = False) -> SyncResult:
        """One round; its writes are under way when it returns. Raises what `look` raises."""
        shelf = await self._shelf_now()
        if self._noted_of != self._shelf_of:
            await self._store.write(stock.linked, shelf)
            self._noted_of = self._shelf_of
        fetch |= not self._shadow and await self._adjuster.run(shelf)
        if self._pusher.trouble is None:
            self._failures = 0
        await self._pusher.flush()
        self._pusher.mark()
        result, before = await self.look(fetch=fetch, confirm=confirm, linked=shelf)
        if self._shadow:
            result = await self._compare(result)
        known_at, self._prices = result.plan.situation.known_at, result.plan.situation.prices
        read_at = self._now() if result.read else None
        await self._store.write(stock.planned, result.plan, before, read_at)
        if known_at is not None:
            self._pusher.replace(result.plan.writes, known_at)
        self._tell(result)
        self.keep(result)
        await self._name_likely(result)
        await self._learn_of_drift(result)
        return result

    def keep(self, result: SyncResult) -> None:
        """Of use from now on: the next round asks anew what RxScale has, of each SKU."""
        shown = RxScaleStock(special=result.plan.situation.at_rxscale.special)
        situation = replace(result.plan.situation, at_rxscale=shown)
        self.last = replace(result, plan=replace(result.plan, situation=situation), products={})

    async def _compare(self, result: SyncResult) -> SyncResult:
        """Nothing is left to write of it."""
        found = await asyncio.to_thread(lambda: [*numbers(result.plan.situation)])
        await self._store.write(shadow.compare, found, self._now())
        return replace(result, plan=replace(result.plan, writes=()))

    async def _name_likely(self, result: SyncResult) -> None:
        """Notes, for people, what a SKU may be whose product was never listed."""
        unlisted = {row.uid for row in result.plan.rows if row.unlisted}
        if not unlisted or not result.products:
            return
        noted = await self._store.read(stock.likely_products)
        uids = unlisted - noted.keys()
        if not uids:
            return
        from bridge.mapping.matching import propose  # loads what matching needs

        mine = [
            sku async for some in self._listed() for sku in some if sku.pharmacy_sku_uid in uids
        ]
        links = self._rules().links.of(mine)
        found = await asyncio.to_thread(propose, mine, result.products, links)
        noted |= {each.uid: each.likely for each in found}
        await self._store.write(notes.put, stock.LIKELY, json.dumps(noted))

    async def _learn_of_drift(self, result: SyncResult) -> None:
        """RxScale's event need not say how many there are now: then its list does.

        Where our own number is written over it at once, no person needs to know.
        """
        clock = asyncio.get_running_loop().time
        if not self._policy.keep_drift or clock() < self._learn_again_at:
            return
        if result.plan.situation.drifts_unknown:
            self._learn_again_at = clock() + LEARN_AGAIN_SECONDS
            await self._read_catalogue()
            self.wake(fetch=False)

    async def look(
        self, *, fetch: bool = True, confirm: bool = False, linked: Shelf | None = None
    ) -> tuple[SyncResult, Stocktake | None]:
        """What a round would write, and what was believed before it; changes nothing.

        A failure to read PharmaOne's inventory is part of the result; then the plan is made from
        what was believed before. Raises what reading RxScale's list or the store raises.
        """
        shelf = await self._shelf_now() if linked is None else linked
        unlinked = await self._unlinked_now()
        read_at, inventory, failure = self._now(), None, None
        if fetch and (shelf or unlinked):
            names = confirm or bool(await self._store.read(stock.never_listed_products))
            try:
                inventory = await self._pharmaone.inventory(full=names or self._policy.sync_prices)
            except BridgeError as unread:
                failure = unread
        situation = await self._situation(read_at if inventory else None, shelf, unlinked)
        situation = replace(situation, confirmed=confirm)
        if inventory is None:
            found = await asyncio.to_thread(plan, situation)
        else:
            self.reading = reading = Reading(inventory.on_hand, read_at, inventory.prices)
            found = await asyncio.to_thread(plan_with, reading, situation)
        products = inventory.products if inventory is not None and inventory.names else {}
        result = SyncResult(found, inventory is not None, failure, products)
        return result, situation.stocktake

    async def seen(self) -> Situation:
        """What the next plan is made from if nothing new is read meanwhile, for people. Asks no
        vendor, and leaves no trace in the rounds.
        """
        mark, rules = await self._store.read(rxscale_lists.catalogue_mark), self._rules()
        linked = self._shelf
        if (mark, rules.version) != self._shelf_of:
            linked = await self._shelved(rules)
        return await self._situation(None, linked, self._unlinked or ())

    async def _situation(
        self, as_of: datetime | None, linked: Shelf, unlinked: Collection[PharmacySkuUid]
    ) -> Situation:
        kept = self.last.plan.situation.stocktake if self.last is not None else None
        remembered = await self._store.read(
            stock.situation, as_of, self._now(), prices=self._policy.sync_prices, kept=kept
        )
        return replace(
            remembered, shelf=linked, unlinked=unlinked, policy=self._policy, prices=self._prices
        )

    async def _shelf_now(self) -> Shelf:
        """All links, made anew when the mapping files or RxScale's list have changed."""
        mark, rules = await self._store.read(rxscale_lists.catalogue_mark), self._rules()
        if not mark:
            await self._read_catalogue()
            mark = await self._store.read(rxscale_lists.catalogue_mark)
        if (mark, rules.version) != self._shelf_of:
            self._shelf = await self._shelved(rules)
            self._shelf_of, self._unlinked = (mark, rules.version), None
        return self._shelf

    async def _shelved(self, rules: Rules) -> Shelf:
        links: list[SkuLink] = []
        async for some in self._listed():
            await asyncio.to_thread(links.extend, rules.links.of(some))
        return await asyncio.to_thread(shelf, links)

    async def _listed(self) -> AsyncIterator[list[CatalogueSku]]:
        """RxScale's SKUs, some at a time: all of them at once would take a lot of memory."""
        after = PharmacySkuUid("")
        while some := await self._store.read(rxscale_lists.for_linking, after):
            yield some
            after = some[-1].pharmacy_sku_uid

    async def _unlinked_now(self) -> list[PharmacySkuUid]:
        """SKUs that are to go to 0, looked for anew until none is left."""
        if self._zero_unlinked and self._unlinked != []:
            self._unlinked = await self._store.read(stock.unlinked, self._shelf)
        return self._unlinked or []

    def _tell(self, result: SyncResult) -> None:
        """What a person should know is logged once, not with every round."""
        words = tuple(_news(result))
        for word in words:
            if word not in self._said:
                log.warning("stock: %s", word)
        self._said = words


def _news(result: SyncResult) -> Iterator[str]:
    if result.failure is not None:
        yield f"PharmaOne's inventory was not read: {result.failure}"
    if result.pending is not None:
        yield f"{say(result.pending.reason)}; nothing is changed by it until it is confirmed"
    if result.plan.first_write is not None:
        yield f"{say(result.plan.first_write)} (rxbridge stock plan)"
    lost = sum(row.why is LOST_ITS_LINK for row in result.plan.rows)
    if lost:
        yield f"{lost} SKUs are linked no more, and their numbers go to 0"
    if result.plan.stale:
        yield "PharmaOne's inventory has been unknown for too long: everything goes to 0"
    yield from (say(anomaly.reason) for anomaly in result.plan.anomalies)
