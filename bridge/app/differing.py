"""The SKUs that differ from the plan, for the page: compared once a round, shown as of now."""

import asyncio
import heapq

from bridge.core.reasons import BEING_WRITTEN, WAITS_FOR_A_PERSON, Reason
from bridge.core.stock.plan import PlanRow
from bridge.cycles.stock import StockCycle, SyncResult
from bridge.server.parts import SkuDifference, StockDifferences
from bridge.store import ShownNow, Store, stock, stock_round

MOST = 100
"""Nobody reads more rows; RxScale may list tens of thousands of SKUs."""


class Differing:
    """Asked whenever the page is shown, so the comparison itself is kept until the next round."""

    def __init__(self, store: Store, stock: StockCycle) -> None:
        self._store = store
        self._stock = stock
        self._of: SyncResult | None = None
        self._rows: list[PlanRow] = []
        self._total = 0

    async def look(self) -> StockDifferences:
        """Raises TryLater if the store cannot be read."""
        result = self._stock.last
        state = await self._store.read(stock_round.state)
        if result is not None and result is not self._of:
            self._rows, self._total = await asyncio.to_thread(worst, result)
            self._of = result
        rows = await self._now()
        odd = [state.pending.reason] if state.pending is not None else []
        if result is not None:
            first = result.plan.first_write
            odd += [first] if first is not None and state.first_write else []
            odd += [each.reason for each in result.plan.anomalies]
        total = self._total - len(self._rows) + len(rows)
        return StockDifferences(tuple(rows), total, state.synced_at, tuple(odd))

    async def _now(self) -> list[SkuDifference]:
        """What was written since the last round is as it should be now."""
        if not self._rows:
            return []
        shown = await self._store.read(stock.shown_now, [row.uid for row in self._rows])
        likely = await self._store.read(stock_round.likely)
        return [
            _difference(row, now)._replace(likely=likely.get(row.uid, "") if row.unlisted else "")
            for row in self._rows
            if (now := shown.get(row.uid)) is None
            or row.unlisted
            or now.waiting
            or now.stock != row.target
        ]


def _difference(row: PlanRow, now: ShownNow | None) -> SkuDifference:
    if now is None:
        return SkuDifference(row, "", row.at_rxscale, row.why())
    return SkuDifference(row, now.name, now.stock, _why(row, now))


def _why(row: PlanRow, now: ShownNow) -> Reason:
    if now.stuck:
        return WAITS_FOR_A_PERSON()
    return BEING_WRITTEN() if now.waiting else row.why()


def worst(result: SyncResult) -> tuple[list[PlanRow], int]:
    """What promises the most too much first; and how many differ in all."""
    differing = [row for row in result.plan.rows if row.change != 0 or row.unlisted]
    return heapq.nsmallest(MOST, differing, key=_urgency), len(differing)


def _urgency(row: PlanRow) -> tuple[bool, int, str]:
    return row.change is None, row.change or 0, row.uid
