"""The backstop behind PharmaOne's webhooks: reads its orders, hints changes, learns whose each is.

The list shows statuses and times of change; an order's flags and, perhaps, its `external_id` only
stand in the order itself (pharmaone.md section 9, C4). There is no filter by time, so a long list
is read by the words that mean "open", and wholly now and then.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bridge.core.model import OrderId, P1Order, P1Row, PrescriptionId
from bridge.cycles.organisation import Organisation
from bridge.exchange import Priority
from bridge.mapping.rules import Rules
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.dialect import MOST_ROWS
from bridge.store import Store, pharmaone_lists, todo
from bridge.vendor.paging import Listing, Page, Place, read_settled, walk

SHORT_LIST = 1000
"""Up to so many orders the whole list is read each time."""
WHOLE_EVERY = 10
"""How often a longer one is read wholly: an order may be made and finished between two sweeps."""
MOST_PAGES = 10
"""How far back prescriptions are looked for in the list, which has no filter by id."""
AT_ONCE = 8
"""How many single orders are read side by side."""
ALL = ""
SHARED = timedelta(seconds=5)
"""Another pharmacy's reading of the list may have begun so long before this one asked."""
KEPT = timedelta(minutes=10)
"""For so long a single order is known by what it said. (Its own pharmacy looks at it anew.)"""


async def read_orders(
    pharmaone: PharmaOne, words: Collection[str], priority: Priority
) -> Listing[P1Row]:
    """All orders in any of these statuses (ALL: in any). Raises what the client raises."""

    async def fetch(word: str, place: Place) -> Page[P1Row]:
        return await pharmaone.orders_page(MOST_ROWS, place.offset, priority, word)

    return await read_settled(fetch, lambda order: order.id, list(words), full=MOST_ROWS)


class P1Sweep:
    """`run` reads the list, `learn` the orders that are not known; `woke` is called after hints."""

    def __init__(
        self,
        store: Store,
        pharmaone: PharmaOne,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        woke: Callable[[], None],
        organisation: Organisation | None = None,
        *,
        most_details: int,
    ) -> None:
        """`most_details`: so many orders that an earlier store may have known are read."""
        self._store = store
        self._pharmaone = pharmaone
        self._rules = rules
        self._now = now
        self._woke = woke
        self._most_details = most_details
        self._organisation = organisation or Organisation()
        self._began_at: datetime | None = None
        self._count = 0
        self._known_total = 0
        self._learning = asyncio.Lock()
        self._denied: dict[OrderId, datetime] = {}
        """Orders that are listed and not shown, since when."""

    async def run(self) -> int:
        """One sweep; how many orders it hinted. Raises TryLater or Misconfigured."""
        asked_at, words = self._now(), self._words()
        rows, settled, began_at = await self._organisation.once(
            tuple(words),
            lambda last: asked_at - SHARED <= last[2] != self._began_at,
            partial(self._listed, words),
        )
        self._began_at = began_at
        whole = words == [ALL]
        if whole:
            self._known_total = len(rows)
        listed = (None if whole else words) if settled else ()
        hinted = await self._store.write_quietly(
            pharmaone_lists.compare_orders, rows, began_at=began_at, now=self._now(), listed=listed
        )
        self._count += 1
        if hinted:
            self._woke()
        try:
            hinted += await self.learn()
        finally:  # what could not be read keeps nothing that was from being looked for
            hinted += await self._hint_orphans()
        return hinted + await self._prescriptions()

    async def _listed(self, words: list[str]) -> tuple[dict[OrderId, P1Row], bool, datetime]:
        """The list, whether it settled, and when reading it began."""
        began_at = self._now()
        found = await read_orders(self._pharmaone, words, Priority.SWEEP)
        rows = {OrderId(each): replace(row, customer_name=None) for each, row in found.rows.items()}
        return rows, found.settled, began_at

    async def _hint_orphans(self) -> int:
        found = await self._store.read(pharmaone_lists.orphans, self._rules().words.pharmaone.open)
        found = await self._organisation.of_nobody(found)
        if found:
            await self._store.write(todo.hint, found, self._now())
            self._woke()
        return len(found)

    async def _prescriptions(self) -> int:
        """No event tells that one was declined (section 12), so those that wait are listed."""
        waiting = set(await self._store.read(pharmaone_lists.prescriptions))
        if not waiting:
            return 0
        listed: dict[PrescriptionId, str] = {}
        prescriptions = self._pharmaone.prescriptions
        async for place, page in walk(lambda at: prescriptions.page(MOST_ROWS, at.offset)):
            listed |= {PrescriptionId(row.id): row.status for row in page.rows}
            if place.number + 1 == MOST_PAGES or waiting <= listed.keys():
                break
        hinted = await self._store.write(pharmaone_lists.compare_prescriptions, listed, self._now())
        if hinted:
            self._woke()
        return hinted

    def _words(self) -> list[str]:
        short = self._known_total <= SHORT_LIST
        if short or self._count % WHOLE_EVERY == 0:
            return [ALL]
        return list(self._rules().words.pharmaone.open)

    async def learn(self) -> int:
        """Reads all orders that may be made of ours; how many of them were.

        One that cannot be read stops none of the others; the first such failure is raised at
        the end, and the next sweep tries again.
        """
        learnt, failed = 0, dict[OrderId, BaseException | None]()
        async with self._learning:
            while names := await self._unread(failed):
                came = await asyncio.gather(*map(self.learn_one, names), return_exceptions=True)
                for name, what in zip(names, came, strict=True):
                    if what is None or isinstance(what, BaseException):
                        failed[name] = what
                    else:
                        learnt += what
        for failure in filter(None, failed.values()):
            raise failure
        return learnt

    async def _unread(self, failed: Collection[OrderId]) -> list[OrderId]:
        words = self._rules().words.pharmaone.open
        names = await self._store.read(
            pharmaone_lists.unread, AT_ONCE + len(failed), words, self._most_details
        )
        return [name for name in names if name not in failed]

    async def learn_one(self, name: OrderId) -> bool | None:
        """Whether it was made of ours; None: PharmaOne does not show it, and may yet."""
        young = lambda order: order.seen_at > self._now() - KEPT  # noqa: E731
        known = await self._organisation.once(name, young, partial(self._read, name))
        now = self._now()
        if known is not None:
            self._denied.pop(name, None)
        order = known or P1Order(name, "", now)  # without external_id: not shown
        may_come = known is None and self._denied.setdefault(name, now) > now - pharmaone_lists.NEW
        ours = await self._store.write(pharmaone_lists.save_read, order, now, believed=not may_come)
        if ours:
            self._woke()
        return None if may_come else ours

    async def _read(self, name: OrderId) -> P1Order | None:
        sight = await self._pharmaone.order(name, Priority.ORDER)
        if sight is None:
            return None
        return replace(sight.order, external_id=sight.order.external_id or "")
