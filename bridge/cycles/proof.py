"""The standing proof: both sides compared completely, again and again, with spare calls only."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.core.alarms import Topic, unproved
from bridge.core.model import Hint, Key, PharmacySkuUid, order_key
from bridge.core.orders.view import Policy
from bridge.core.reasons import (
    CHANGED_THERE,
    HIDDEN,
    LEFT,
    LOST_AFTER_ITS_END,
    NUMBER_DIFFERS,
    WAITS_FOR_A_PERSON,
    together,
)
from bridge.core.reconcile import Difference, Differing, Proof, Sides, difference, goes_on
from bridge.core.stock.plan import PlanRow
from bridge.cycles.catalogue import CatalogueReader
from bridge.cycles.comparing import Reader
from bridge.cycles.listening import settle
from bridge.cycles.stock.cycle import StockCycle
from bridge.exchange import Priority
from bridge.mapping.rules import Rules
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.store import Store, orders, proofs, todo, waiting

DAYS = timedelta(days=30)
"""So long ended orders are compared."""
SOON = timedelta(minutes=10)
"""What is looked at again within this time is under way."""
RETRY_SECONDS = 60.0
AT_ONCE = 50
"""So many orders are compared without a pause: about 5 ms."""
NOT_OURS = frozenset({HIDDEN, LEFT, CHANGED_THERE})
"""SKUs that are to stay as they are."""


class ProofCycle:
    """`round` waits until a comparison is due, and makes it; `again` makes one due."""

    def __init__(
        self,
        store: Store,
        rxscale: RxScale,
        pharmaone: PharmaOne,
        catalogue: CatalogueReader,
        stock: StockCycle,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        policy: Policy,
        every: timedelta,
        patience: timedelta,
        patience_for_stock: timedelta,
        found: Callable[[], None],
        suspected: Callable[[], None],
        woke: Callable[[], None],
    ) -> None:
        """`patience`: within this time the loop finds by itself what changed meanwhile. `found` is
        called for each difference that it did not, `suspected` where orders differ at first, `woke`
        when there is something to look at.
        """
        self._store, self._rxscale, self._pharmaone = store, rxscale, pharmaone
        self._catalogue, self._stock, self._rules, self._now = catalogue, stock, rules, now
        self._policy, self._every, self._patience = policy, every, patience
        self._patience_for_stock = patience_for_stock
        self._found, self._suspected, self._woke = found, suspected, woke
        self._due_at = now() + patience
        self._asked = asyncio.Event()

    def again(self) -> None:
        """Something changed that all may rest on: compare soon."""
        self._due_at = min(self._due_at, self._now() + self._patience)
        self._asked.set()

    async def round(self) -> None:
        """Raises what `compare` raises."""
        await self._judge()
        while (left := (self._due_at - self._now()).total_seconds()) > 0:
            self._asked.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._asked.wait()
        await self.compare()

    async def compare(self) -> Proof:
        """One complete comparison. What differs is looked at again after a while, and only what
        still does then is told. Raises what the clients raise.
        """
        records = await self._store.read(orders.since, self._now() - DAYS)
        reader = Reader(self._rxscale, self._pharmaone, self._rules().words, Priority.PROOF)
        suspects, compared = list[Sides](), 0
        async for sides in reader.sides(records):
            compared += 1
            if not compared % AT_ONCE:
                await asyncio.sleep(0)  # webhooks wait meanwhile
            suspects += [sides] if self._difference(sides) is not None else []
        await self._catalogue.read(Priority.PROOF)
        skus = await self._skus(fetch=True)
        linked = self._stock.facts().linked
        found = list[Differing]()
        if suspects:
            self._suspected()
        if suspects or skus:
            patience = max(self._patience, self._patience_for_stock) if skus else self._patience
            await asyncio.sleep(patience.total_seconds())
            found = [each for sides in suspects for each in await self._order(reader, sides)]
            still = await self._skus(fetch=False)
            found += [await self._sku(still[uid]) for uid in skus if uid in still]
        before = await self._store.read(proofs.last)
        differing = tuple(goes_on(each, before) for each in found)
        proof = Proof(self._now(), compared, linked, differing)
        await self._store.write(proofs.save, proof)
        await self._see_to(proof, before)
        self._due_at = self._now() + self._every
        await self._judge()
        return proof

    async def _judge(self) -> None:
        now = self._now()
        last_at = await self._store.write(proofs.awaited_at, now)
        proof = await self._store.read(proofs.last)
        times = [(each.key, each.times) for each in proof.differing] if proof else []
        await settle(self._store, Topic.PROOF, "comparison", unproved(last_at, now, times), now)

    def _difference(self, sides: Sides) -> Difference | None:
        return difference(sides, self._policy, self._rules().words, self._now())

    async def _order(self, reader: Reader, sides: Sides) -> list[Differing]:
        """The order, if its sides still differ; not where the loop is at it just now."""
        record = await self._store.read(orders.find, sides.uid)
        again = await reader.again(sides, record)
        found = self._difference(again) if again is not None else None
        if found is None:
            return []
        key, now = order_key(sides.uid), self._now()
        waits = await self._waits_for_a_person(key)
        standing = await self._store.read(todo.standing, key)
        soon = standing is not None and standing.due_at <= now + SOON
        doing = WAITS_FOR_A_PERSON() if waits else found.would
        explained = waits or soon or doing.code == LOST_AFTER_ITS_END
        return [Differing(key, now, 1, together(found.what), doing, explained)]

    async def _sku(self, row: PlanRow) -> Differing:
        key, trouble = Key(f"sku:{row.uid}"), self._stock.facts().trouble
        explained = row.write is None or trouble is not None
        what = NUMBER_DIFFERS(target=row.target, offered=row.at_rxscale)
        return Differing(key, self._now(), 1, what, trouble or row.why(), explained)

    async def _skus(self, *, fetch: bool) -> Mapping[PharmacySkuUid, PlanRow]:
        """The linked SKUs whose number differs; with `fetch` from an inventory of just now, without
        from the one that the loop believes.
        """
        result, _ = await self._stock.look(fetch=fetch)
        if result.failure is not None:
            raise result.failure
        rows = result.plan.rows
        return {row.uid: row for row in rows if row.change and row.why not in NOT_OURS}

    async def _waits_for_a_person(self, key: Key) -> bool:
        if await self._store.read(waiting.find_stuck, key) is not None:
            return True
        return bool(await self._store.read(waiting.open_attentions, key))

    async def _see_to(self, proof: Proof, before: Proof | None) -> None:
        """Counts what was not found before, tells it in its story, and has all of it looked at."""
        known = {each.key for each in before.differing if not each.explained} if before else set()
        for each in proof.differing:
            if not each.explained and each.key not in known:
                await self._store.write(proofs.unexplained, each, proof.compared_at)
                self._found()
        keys = [each.key for each in proof.differing if not each.explained]
        hints = [Hint(key, "the comparison found it") for key in keys if key.startswith("order:")]
        await self._store.write(todo.hint, hints, self._now())
        if len(hints) < len(keys):
            self._stock.wake(fetch=True)
        self._woke()
