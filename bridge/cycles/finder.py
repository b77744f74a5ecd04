"""Searches PharmaOne's orders for those that were made from our order-requests.

PharmaOne has no filter by `external_id` and its list may lack the field (pharmaone.md sections
9 and 10, C4), so the whole list is read and, where needed, single orders. What an order's
`external_id` is never changes: it is read once and remembered. One search serves everyone who
asked before it began.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bridge.core.model import P1Order
from bridge.core.orders.view import Search
from bridge.core.reasons import LIST_NOT_SETTLED, TOO_MANY_TO_READ, Reason
from bridge.cycles.p1sweep import ALL, read_orders
from bridge.errors import TryLater
from bridge.exchange import Priority
from bridge.pharmaone.client import PharmaOne
from bridge.store import Store, p1_sweep, vendor_lists
from bridge.store.p1_sweep import NEW
from bridge.vendor.paging import Listing


class Finder:
    """`find(since)` answers with a search that began at `since` or later."""

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        now: Callable[[], datetime],
        *,
        most_details: int,
    ) -> None:
        self._store = store
        self._pharmaone = pharmaone
        self._now = now
        self._most_details = most_details
        self._last: Search | None = None
        self._lock = asyncio.Lock()

    async def find(self, since: datetime) -> Search:
        """Results are in the store afterwards. Raises what the vendor's client raises; TryLater
        also where a new order that may be the one is listed and not shown yet.
        """
        async with self._lock:
            if self._last is None or self._last.began_at < since or self._last.gap:
                self._last = await self._search()
            return self._last

    async def _search(self) -> Search:
        began_at = self._now()
        listed = await read_orders(self._pharmaone, [ALL], Priority.ORDER)
        orders = list(listed.rows.values())
        unread = await self._without_external_id(orders)
        rows = {order.id: order for order in orders}
        await self._store.write(
            p1_sweep.compare,
            rows,
            began_at=began_at,
            now=self._now(),
            listed=None if listed.settled else (),
        )
        hidden = await self._read_details(unread[: self._most_details])
        if any(_is_new(order, began_at) for order in hidden):
            raise TryLater("PharmaOne lists a new order that it does not show yet")
        return Search(began_at, self._gap(listed, len(unread)))

    def _gap(self, listed: Listing[P1Order], unread: int) -> Reason | None:
        if unread > self._most_details:
            return TOO_MANY_TO_READ(unread=unread, most=self._most_details)
        if not listed.settled:
            return LIST_NOT_SETTLED()
        return None

    async def _without_external_id(self, orders: list[P1Order]) -> list[P1Order]:
        """Newest first: what we look for is seldom old."""
        silent = [order for order in orders if order.external_id is None]
        known = await self._store.read(vendor_lists.known, [order.id for order in silent])
        unread = [order for order in silent if order.id not in known]
        return sorted(unread, key=lambda order: order.created_at or order.seen_at, reverse=True)

    async def _read_details(self, orders: list[P1Order]) -> list[P1Order]:
        """Those that PharmaOne lists and does not show (404)."""
        hidden = []
        for order in orders:
            sight = await self._pharmaone.order(order.id, Priority.ORDER)
            if sight is None:
                hidden.append(order)
                continue
            told = replace(sight.order, external_id=sight.order.external_id or "")
            await self._store.write(vendor_lists.save_orders, [told])
        return hidden


def _is_new(order: P1Order, now: datetime) -> bool:
    """Made so lately that PharmaOne may list it and not answer for it yet."""
    return order.created_at is not None and order.created_at > now - NEW
