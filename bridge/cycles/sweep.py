"""The backstop behind webhooks: reads RxScale's open orders and hints what is new or changed."""

from collections.abc import Callable, Collection
from datetime import datetime

from bridge.core.memory import SweepResult, SweptOrder
from bridge.core.model import PharmacyOrderUid
from bridge.core.paging import Found, Seen, Wanted, read_all
from bridge.cycles.paged import drive
from bridge.errors import Misconfigured
from bridge.mapping import Rules
from bridge.rxscale.client import RxScale
from bridge.store import Store, rx_sweep

PAGE = 200
"""The largest page RxScale gives (rxscale.md section 5)."""


async def read_open_orders(rxscale: RxScale, words: Collection[str]) -> Found[SweptOrder]:
    """All orders in any of these statuses, by uid. Raises what the client raises."""

    async def page(wanted: Wanted) -> Seen[SweptOrder]:
        got = await rxscale.orders_page(wanted.filter, wanted.number, PAGE)
        rows: dict[str, SweptOrder] = {
            row.uid: SweptOrder(row.status, row.priority, row.name) for row in got.rows
        }
        return Seen(rows, got.total, got.pages, full=len(got.rows) >= PAGE)

    return await drive(read_all(list(words)), page)


class OrderSweep:
    """One sweep at a time; `run` returns what the store made of it."""

    def __init__(
        self,
        store: Store,
        rxscale: RxScale,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        swept: Callable[[SweepResult], None],
    ) -> None:
        self._store = store
        self._rxscale = rxscale
        self._rules = rules
        self._now = now
        self._swept = swept
        self.error: str | None = None
        """What only the operator can mend, and kept the last sweep from reading the list."""

    async def run(self) -> SweepResult:
        """Reads every open list to its end. Raises TryLater or Misconfigured with nothing done."""
        began_at = self._now()
        try:
            found = await read_open_orders(self._rxscale, self._rules().words.rxscale.open)
        except Misconfigured as failure:
            self.error = str(failure)
            raise
        self.error = None
        rows = {PharmacyOrderUid(uid): row for uid, row in found.rows.items()}
        result = await self._store.write(
            rx_sweep.compare, rows, began_at=began_at, now=self._now(), settled=found.settled
        )
        self._swept(result)
        return result
