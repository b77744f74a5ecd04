"""What the pharmacies of one organisation read of PharmaOne once for all of them.

PharmaOne's lists and webhooks are the organisation's (pharmaone.md sections 9 and 14): all of them
hear of each order. Whose it is, its `external_id` alone tells. (A row names a shop, too; but no
document says that an order keeps the shop of its order-request, nor that staff leave it there.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bridge.core.model import Hint, OrderId, P1Order, P1Row, P1Sight, order_uid
from bridge.errors import BridgeError
from bridge.store import Store, orders
from bridge.vendor.paging import Listing

SHARED = timedelta(seconds=5)
"""A reading of the list may have begun so long before somebody asked for one."""
KEPT = timedelta(minutes=10)
"""For so long it is known what a single order said. (Its own pharmacy looks at it anew.)"""
MOST_KNOWN = 10_000

Reading = tuple[datetime, Listing[P1Row]]


class Organisation:
    """Of one organisation and key in one process. Keeps no patient data."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.stores: set[Store] = set()
        """One of each pharmacy's."""
        self._now = now
        self._orders: dict[OrderId, P1Order] = {}
        self._lists: dict[tuple[str, ...], Reading] = {}
        self._locks = WeakValueDictionary[object, asyncio.Lock]()
        self._others: set[str] = set()
        """Pharmacy orders that RxScale showed to one of them, and PharmaOne's list to another."""

    def _alone(self, what: object) -> asyncio.Lock:
        return self._locks.setdefault(what, asyncio.Lock())

    async def listed(
        self,
        words: Collection[str],
        before: datetime | None,
        read: Callable[[], Awaitable[Listing[P1Row]]],
    ) -> Reading:
        """A reading of the list and when it began: `read` anew, or what another pharmacy read just
        now. `before`: when the last one began that the caller was given. Raises what `read` raises.
        """
        asked_at, name = self._now(), tuple(words)
        async with self._alone(name):
            found = self._lists.get(name)
            if found is None or found[0] < asked_at - SHARED or found[0] == before:
                began_at, listing = self._now(), await read()
                rows = {
                    name: replace(row, customer_name=None) for name, row in listing.rows.items()
                }
                found = self._lists[name] = began_at, replace(listing, rows=rows)
            return found

    async def order(
        self, name: OrderId, read: Callable[[], Awaitable[P1Sight | None]]
    ) -> P1Order | None:
        """What a single order says, by whoever read it; None where it is not shown, which is asked
        for again each time. Raises what `read` raises, to the one that reads.
        """
        async with self._alone(name):
            known = self._orders.get(name)
            if known is None or known.seen_at < self._now() - KEPT:
                sight = await read()
                if sight is None:
                    return None
                whose = sight.order.external_id or ""  # without: it has none
                known = replace(sight.order, external_id=whose)
                if len(self._orders) >= MOST_KNOWN:
                    del self._orders[next(iter(self._orders))]
                self._orders[name] = known
            return known

    async def of_nobody(self, found: Collection[Hint]) -> list[Hint]:
        """Without those whose order RxScale showed to another pharmacy here: it is that one's."""
        uids = {order_uid(each.key) for each in found}
        for store in [*self.stores] if uids - self._others else ():
            with suppress(BridgeError):  # its trouble is not ours: RxScale is asked
                known = await store.read(orders.find_all, uids)
                self._others |= {each.uid for each in known.values() if each.rx_seen_at}
        return [each for each in found if order_uid(each.key) not in self._others]
