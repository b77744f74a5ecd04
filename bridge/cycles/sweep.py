"""The backstop behind webhooks: reads RxScale's open orders and hints what is new or changed."""

from collections.abc import Callable, Collection
from datetime import datetime

from bridge.core.memory import SweepResult
from bridge.core.model import PharmacyOrderUid
from bridge.errors import Misconfigured
from bridge.mapping import Rules
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import MOST_ROWS
from bridge.rxscale.orders import SweptRow
from bridge.store import Store, rx_sweep
from bridge.vendor.paging import Listing, Page, Place, read_settled


async def read_open_orders(rxscale: RxScale, words: Collection[str]) -> Listing[SweptRow]:
    """All orders in any of these statuses, by uid. Raises what the client raises."""

    async def fetch(word: str, place: Place) -> Page[SweptRow]:
        return await rxscale.orders_page(word, place.number, MOST_ROWS)

    return await read_settled(fetch, lambda row: row.uid, list(words), full=MOST_ROWS)


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
