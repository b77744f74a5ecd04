"""The backstop behind webhooks: reads RxScale's open orders and hints what is new or changed."""

from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from bridge.core.memory import SweepResult, SweptOrder
from bridge.core.model import PharmacyOrderUid
from bridge.cycles.listening import ORDERS, Listening
from bridge.errors import Fault, Misconfigured, Refused
from bridge.exchange import Priority
from bridge.mapping.rules import Rules
from bridge.rxscale.client import RxScale
from bridge.rxscale.dialect import MOST_ROWS
from bridge.store import Store, rxscale_lists
from bridge.vendor.paging import Listing, Page, Place, read_settled

WHOLE_EVERY = 5
"""How often all words are read while deliveries are proved to come: every so many sweeps. In
between only the words under which new orders arrive."""
_OF_A_WORD = (400, 422)
"""How RxScale may refuse a status that it does not know; not documented (rxscale.md 6.1)."""


class OpenOrders(NamedTuple):
    """What RxScale lists, by uid; and the words of which it lists nothing, for it knows none."""

    listed: Listing[SweptOrder]
    refused: Mapping[str, Refused]


async def read_open_orders(
    rxscale: RxScale,
    words: Collection[str],
    priority: Priority = Priority.SWEEP,
    before: AbstractSet[str] | None = None,
) -> OpenOrders:
    """All orders in any of these statuses. Raises what the client raises; where each word is
    refused, it is not for the word. `before`: as `read_settled` has it.
    """
    refused: dict[str, Refused] = {}

    async def fetch(word: str, place: Place) -> Page[SweptOrder]:
        if word not in refused:
            try:
                return await rxscale.orders_page(word, place.number, MOST_ROWS, priority)
            except Refused as refusal:
                if refusal.status not in _OF_A_WORD:
                    raise
                refused[word] = refusal
        if len(refused) == len(words):
            raise refused[word]
        return Page((), total=0)

    found = await read_settled(
        fetch, lambda row: row.uid, list(words), full=MOST_ROWS, before=before
    )
    return OpenOrders(found, refused)


def words_refused(where: str, refused: Mapping[str, Refused]) -> Fault | None:
    """What is to be mended, if any word was refused; `where` names the dialect's table."""
    if not refused:
        return None
    words = ", ".join(f"'{word}' ({refusal.status})" for word, refusal in refused.items())
    return Fault(f"{where}.open", "no-such-status", words=words)


class OrderSweep:
    """One sweep at a time; `run` returns what the store made of it."""

    def __init__(
        self,
        store: Store,
        rxscale: RxScale,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        swept: Callable[[SweepResult], None],
        listening: Listening,
    ) -> None:
        self._store = store
        self._rxscale = rxscale
        self._rules = rules
        self._now = now
        self._swept = swept
        self._listening = listening
        self._before: AbstractSet[str] | None = None
        """What the last sweep of all words listed."""
        self._queued: AbstractSet[str] = frozenset()
        """What it listed of that in the queue, or the last sweep of the queue alone."""
        self._left = 0
        """So many sweeps may pass before all words have to be read again."""
        self.error: str | None = None
        """What only the operator can mend, and kept the last sweep from reading lists."""

    async def round(self) -> None:
        """One sweep by the clock: of all words, or of the queue's where that is enough. Raises as
        `run`.
        """
        if not self._left or not self._listening.is_told(ORDERS):
            await self.run()
            return
        self._left -= 1
        began_at, words = self._now(), self._rules().words.rxscale
        queue = [word for word in words.open if word in words.queue]
        found, _ = await read_open_orders(self._rxscale, queue, before=self._queued)
        self._queued = found.rows.keys()
        unread = frozenset(words.open) - words.queue
        await self._compare(found.rows, began_at, settled=False, unlisted=unread)

    async def run(self) -> SweepResult:
        """Reads every open list to its end. Raises TryLater or Misconfigured with nothing done,
        and Refused where RxScale refuses every list.
        """
        began_at, words = self._now(), self._rules().words.rxscale
        self._left = 0
        try:
            found, refused = await read_open_orders(self._rxscale, words.open, before=self._before)
        except (Misconfigured, Refused) as failure:
            self.error = str(failure)
            raise
        fault = words_refused(words.where, refused)
        self.error = str(fault) if fault else None
        result = await self._compare(
            found.rows, began_at, settled=found.settled, unlisted=frozenset(refused)
        )
        self._left = WHOLE_EVERY - 1 if found.settled and not refused else 0
        self._before = found.rows.keys()
        self._queued = {uid for uid, row in found.rows.items() if row.status in words.queue}
        return result

    async def _compare(
        self,
        found: Mapping[str, SweptOrder],
        began_at: datetime,
        *,
        settled: bool,
        unlisted: Collection[str],
    ) -> SweepResult:
        result = await self._store.write_quietly(
            rxscale_lists.compare_orders,
            {PharmacyOrderUid(uid): row for uid, row in found.items()},
            began_at=began_at,
            now=self._now(),
            settled=settled,
            unlisted=unlisted,
        )
        # What the first one finds was missed while no bridge ran.
        if result.untold and self._before is not None:
            self._listening.missed(ORDERS)
        self._swept(result)
        return result
