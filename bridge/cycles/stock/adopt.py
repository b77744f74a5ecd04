"""Makes a stock that people changed at RxScale PharmaOne's as well (`stock.adopt_external`)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.core.model import PharmacySkuUid
from bridge.core.stock.adopt import (
    Adjustment,
    Drift,
    adjustment,
    links_of,
    search_log,
    unsure_adjustment,
)
from bridge.core.stock.model import Shelf
from bridge.errors import Refused, TryLater, Unsure
from bridge.pharmaone.client import PharmaOne
from bridge.store import Store, adjustments, stock_round

log = logging.getLogger("bridge.stock")


class Adopter:
    """Intent on disk, then the call; a lost answer is looked for before anything is sent again."""

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        now: Callable[[], datetime],
        *,
        reference: Callable[[], str],
        grace: timedelta,
    ) -> None:
        self._store = store
        self._pharmaone = pharmaone
        self._now = now
        self._reference = reference
        self._grace = grace

    async def run(self, shelf: Shelf) -> bool:
        """Whether PharmaOne's stock was changed. Raises what its client raises, but for Unsure."""
        drifts, under_way = await self._store.read(adjustments.outstanding)
        begun = await self._begin(drifts, shelf)
        changed = False
        for each in [*under_way, *begun]:
            changed |= await self._carry_on(each)
        return changed

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
        """Whether it is at PharmaOne now."""
        if each.sent_at is not None:
            there = await self._look_for(each, each.sent_at)
            if there is not None:
                return there
        await self._store.write(adjustments.sending, each, self._now())
        try:
            await self._pharmaone.adjust(each.p1_id, each.delta, each.reason)
        except Unsure as failure:
            log.warning("an adjustment's answer was lost", extra={"why": failure.what})
            return False
        except Refused as refusal:
            await self._store.write(adjustments.give_up, each, self._now(), refusal.what)
            return False
        await self._store.write(adjustments.done, each, self._now())
        return True

    async def _look_for(self, each: Adjustment, sent_at: datetime) -> bool | None:
        """True: it is there; False: nothing can be done now; None: it is not there, so send it."""
        if self._now() - sent_at < self._grace:
            return False
        entries = await self._pharmaone.inventory_log(each.p1_id)
        log_ = None if entries is None else [(entry.reason, entry.at) for entry in entries]
        match search_log(each, sent_at, log_):
            case "there":
                await self._store.write(adjustments.done, each, self._now())
                return True
            case "unknown":
                await self._wait_for_a_person(each.pharmacy_sku_uid, each)
                return False
            case "gone":
                await self._store.write(
                    adjustments.give_up, each, self._now(), "PharmaOne has no such product"
                )
                return False
            case _:
                return None

    async def _wait_for_a_person(self, uid: PharmacySkuUid, each: Adjustment) -> None:
        try:
            await self._store.write(stock_round.refused, uid, unsure_adjustment(each), self._now())
        except TryLater as failure:
            log.warning("cannot note what is stuck", extra={"why": failure.what})
