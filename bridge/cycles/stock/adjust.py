"""Has PharmaOne's stock changed: for orders that it never deducts, and by what people changed at
RxScale (`stock.adopt_external`).
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bridge.core.model import order_key
from bridge.core.reasons import ADJUSTMENT_REFUSED, LINES_UNSURE, Fact
from bridge.core.stock.adjust import (
    Adjustment,
    Drift,
    HandedOver,
    adjustment,
    links_of,
    owed,
    search_log,
    unsure_adjustment,
)
from bridge.core.stock.model import Shelf
from bridge.core.stock.reserve import came_back, released_at
from bridge.errors import BridgeError, Refused, Unsure
from bridge.mapping.rules import Rules
from bridge.pharmaone.client import PharmaOne
from bridge.store import Store, adjustments, stock, waiting

log = logging.getLogger("bridge.stock")

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Adjuster:
    """Intent on disk, then the call; a lost answer is looked for before anything is sent again.

    `adopts`: what people change at RxScale is taken to PharmaOne.
    """

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        now: Callable[[], datetime],
        *,
        rules: Callable[[], Rules],
        reference: Callable[[], str],
        grace: timedelta,
        adopts: bool,
        since: datetime = LONG_AGO,
    ) -> None:
        """`since`: when another replica may have sent its last call."""
        self._since = since
        self._store = store
        self._pharmaone = pharmaone
        self._now = now
        self._rules = rules
        self._reference = reference
        self._grace = grace
        self._adopts = adopts

    async def run(self, shelf: Shelf) -> bool:
        """Whether PharmaOne's stock was changed. Raises what the store raises: what fails at
        PharmaOne is tried again in the next round, and keeps nothing else from going on.
        """
        handed_over, drifts, under_way = await self._store.read(adjustments.owed)
        if handed_over:
            await self._deduct(handed_over, shelf)
            drifts, under_way = await self._store.read(adjustments.outstanding)
        begun = await self._begin(drifts, shelf) if self._adopts else []
        changed = False
        for each in [*under_way, *begun]:
            try:
                changed |= await self._carry_on(each)
            except BridgeError as failure:
                log.warning("PharmaOne's stock was not changed", extra={"reason": str(failure)})
        return changed

    async def _deduct(self, orders: list[HandedOver], shelf: Shelf) -> None:
        """Begins what is owed for orders that were handed over, or tells why it cannot be."""
        rules = self._rules()
        links = links_of(shelf, (line.pharmacy_sku_uid for each in orders for line in each.held))
        for each in orders:
            record, now = each.record, self._now()
            if not rules.facts.adjusts:
                if released_at(record, None, rules.words.deducting, now) is not None:
                    await self._store.write(adjustments.not_needed, record.uid, now)
                continue
            is_back = came_back(record, rules.words.pharmaone.means)
            found = owed(each, links, came_back=is_back, now=now)
            if found is None:
                await self._store.write(
                    adjustments.ask, order_key(record.uid), [LINES_UNSURE()], now
                )
            elif found:
                await self._store.write(adjustments.begin, found)

    async def _begin(self, drifts: list[Drift], shelf: Shelf) -> list[Adjustment]:
        links = links_of(shelf, (drift.uid for drift in drifts))
        begun: list[Adjustment] = []
        for drift in drifts:
            if drift.uid not in links:
                await self._store.write(adjustments.refuse, drift, self._now(), "it is not linked")
                continue
            found = adjustment(drift, links[drift.uid], self._reference(), self._now())
            if isinstance(found, str):
                await self._store.write(adjustments.refuse, drift, self._now(), found)
            else:
                begun.append(found)
        if begun:
            await self._store.write(adjustments.begin, begun)
        return begun

    async def _carry_on(self, each: Adjustment) -> bool:
        """Whether it is at PharmaOne now.

        An order's is looked for before it is first sent, too: a store that was lost or restored
        since may have sent it.
        """
        if each.sent_at is not None or each.order is not None:
            there = await self._look_for(each)
            if there is not None:
                return there
        await self._store.write(adjustments.sending, each, self._now())
        try:
            await self._pharmaone.adjust(each.p1_id, each.delta, each.reason)
        except Unsure as failure:
            log.warning("an adjustment's answer was lost", extra={"why": failure.what})
            return False
        except Refused as refusal:
            await self._give_up(each, refusal.reason)
            return False
        await self._store.write(adjustments.done, each, self._now())
        return True

    async def _look_for(self, each: Adjustment) -> bool | None:
        """True: it is there; False: nothing can be done now; None: it is not there, so send it."""
        sent_at = each.sent_at and max(each.sent_at, self._since)
        if sent_at is not None and self._now() - sent_at < self._grace:
            return False
        entries = await self._pharmaone.inventory_log(each.p1_id)
        log_ = None if entries is None else [(entry.reason, entry.at) for entry in entries]
        match search_log(each, each.sent_at or each.begun_at, log_):
            case "there":
                await self._store.write(adjustments.done, each, self._now())
                return True
            case "unknown":
                await self._wait_for_a_person(each)
                return False
            case "gone":
                await self._give_up(each, "PharmaOne has no such product")
                return False
            case _:
                return None

    async def _give_up(self, each: Adjustment, what: Fact) -> None:
        why = ADJUSTMENT_REFUSED(product=each.p1_id, delta=f"{each.delta:+d}", what=what)
        await self._store.write(adjustments.give_up, each, self._now(), why)

    async def _wait_for_a_person(self, each: Adjustment) -> None:
        why = unsure_adjustment(each)
        if each.order is not None:
            await self._store.write(adjustments.give_up, each, self._now(), why)
        else:
            await self._store.write(waiting.put_stuck, stock.sku_key(each.sku), why, self._now())
