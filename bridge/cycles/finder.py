"""Searches PharmaOne's orders for those that were made from our order-requests.

PharmaOne has no filter by `external_id` and its list may lack the field (pharmaone.md sections
9 and 10, C4), so the whole list is read and, where needed, single orders: those that were not made
before the one that is looked for. What an order's `external_id` is never changes: it is read once
and remembered. One reading of the list serves everyone who asked before it began.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bridge.core.copies import (
    Content,
    is_likely_twin,
    made_since,
    may_be_ours,
    may_be_twin,
    typed_since,
    words,
)
from bridge.core.model import OrderId, OrderRecord, P1Row
from bridge.core.orders.view import Search
from bridge.core.reasons import LIST_NOT_SETTLED, NOT_READABLE, TOO_MANY_TO_READ
from bridge.cycles.p1sweep import ALL, read_orders
from bridge.errors import Phrase, TryLater
from bridge.exchange import Priority
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.orders import content
from bridge.store import Store, pharmaone_lists

KEPT_SECONDS = 600
"""Names of customers are in the list: it is not kept in memory for longer."""


@dataclass(frozen=True, slots=True)
class _List:
    """A reading of PharmaOne's list; `silent` are the orders whose row names no `external_id`."""

    began_at: datetime
    silent: tuple[P1Row, ...]
    settled: bool


class Finder:
    """`find(since)` answers with a search that began at `since` or later."""

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        now: Callable[[], datetime],
        learn: Callable[[OrderId], Awaitable[bool | None]],
        *,
        most_details: int,
    ) -> None:
        """`learn` reads an order and remembers whose it is; None: it may be shown yet."""
        self._store = store
        self._pharmaone = pharmaone
        self._now = now
        self._learn = learn
        self._most_details = most_details
        self._list: _List | None = None
        self._lock = asyncio.Lock()

    async def find(
        self, since: datetime, record: OrderRecord, looks: Content | None = None
    ) -> Search:
        """A search for the order made from this one, and for one that was typed by hand and `looks`
        like it, where that is known.

        Results are in the store afterwards. Raises what the vendor's client raises; TryLater also
        where an order that may be the one is listed and not shown.
        """
        since = min(since, self._now())  # later, where this machine's clock was ahead for a while
        async with self._lock:
            if self._list is None or self._list.began_at < since or not self._list.settled:
                self._list = await self._read_list()
                asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, self._list)
            return await self._search(self._list, record, looks)

    def _forget(self, found: _List) -> None:
        if self._list is found:
            self._list = None

    async def _read_list(self) -> _List:
        began_at = self._now()
        listed = await read_orders(self._pharmaone, [ALL], Priority.ORDER)
        await self._store.write(
            pharmaone_lists.compare_orders,
            {OrderId(name): order for name, order in listed.rows.items()},
            began_at=began_at,
            now=self._now(),
            listed=None if listed.settled else (),
        )
        silent = tuple(order for order in listed.rows.values() if not order.external_id)
        return _List(began_at, silent, listed.settled)

    async def _search(self, found: _List, record: OrderRecord, looks: Content | None) -> Search:
        unread = await self._unread(found.silent, record)
        read = [await self._learn(order.id) for order in unread[: self._most_details]]
        if None in read:
            self._list = None
            raise TryLater(Phrase("listed-not-shown"))
        alike = await self._alike(found.silent, record, looks) if looks else []
        twin = await self._twin(alike[: self._most_details], looks)
        gap, count = None, max(len(unread), 0 if twin else len(alike))
        if count > self._most_details:
            gap = TOO_MANY_TO_READ(unread=count, most=self._most_details)
        elif not found.settled:
            gap = LIST_NOT_SETTLED()
        return Search(found.began_at, gap, twin)

    async def _unread(self, silent: Iterable[P1Row], record: OrderRecord) -> list[P1Row]:
        """Those that may be it, newest first: what we look for is seldom old.

        Whose an order is that was read earlier is known only for names like RxScale's documents
        show: for another one, all are read again.
        """
        since = made_since(record)
        young = [order for order in silent if since is None or _made_at(order) >= since]
        ids = [order.id for order in young] if may_be_ours(record.uid) else []
        known = await self._store.read(pharmaone_lists.external_ids, ids)
        unread = [order for order in young if order.id not in known]
        return sorted(unread, key=_made_at, reverse=True)

    async def _alike(
        self, silent: Iterable[P1Row], record: OrderRecord, looks: Content
    ) -> list[P1Row]:
        """Those whose row looks like it and that are nobody's, as far as is known; newest first."""
        since, others = typed_since(record), record.not_twins.split()
        alike = [
            order
            for order in silent
            if _made_at(order) >= since
            and order.id not in others
            and may_be_twin(looks, Content(words(order.customer_name), None, order.total))
        ]
        known = await self._store.read(pharmaone_lists.external_ids, [order.id for order in alike])
        return sorted((o for o in alike if not known.get(o.id)), key=_made_at, reverse=True)

    async def _twin(self, alike: Iterable[P1Row], looks: Content | None) -> OrderId | None:
        """The first that is likely the same; read anew, since nothing of it is remembered."""
        for order in alike:
            sight = await self._pharmaone.order(order.id, Priority.ORDER)
            typed = sight is not None and not sight.order.external_id
            if sight and typed and looks and is_likely_twin(looks, content(sight.detail)):
                return order.id
        return None


async def cannot_search(since: datetime, *_: object) -> Search:
    """Stands in for `Finder.find` where nothing can be read from PharmaOne."""
    return Search(since, NOT_READABLE())


def _made_at(order: P1Row) -> datetime:
    return order.created_at or order.seen_at
