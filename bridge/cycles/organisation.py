"""What the pharmacies of one organisation read of PharmaOne once for all of them.

PharmaOne's lists and webhooks are the organisation's (pharmaone.md sections 9 and 14): all of them
hear of each order. Whose it is, its `external_id` alone tells. (A row names a shop, too; but no
document says that an order keeps the shop of its order-request, nor that staff leave it there.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from bridge.core.model import Hint, PharmacyOrderUid, order_uid
from bridge.errors import BridgeError
from bridge.store import Store, orders

MOST_KNOWN = 10_000


class Organisation:
    """Of one organisation and key in one process. No patient data is given to it.

    `stores`: one of each of the organisation's pharmacies, of those with other keys too.
    """

    def __init__(self, stores: set[Store] | None = None) -> None:
        self.stores = set[Store]() if stores is None else stores
        self._known: dict[object, Any] = {}
        self._locks = WeakValueDictionary[object, asyncio.Lock]()
        self._others: set[PharmacyOrderUid] = set()

    async def once(
        self, what: object, will_do: Callable[[Any], bool], read: Callable[[], Awaitable[Any]]
    ) -> Any:
        """What was read of it last, if that will do; else it is read anew, by one at a time.

        Raises what `read` raises, to the one that reads.
        """
        async with self._locks.setdefault(what, asyncio.Lock()):
            found = self._known.pop(what, None)
            if found is None or not will_do(found):
                found = await read()
            self._known[what] = found
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
            return found

    async def of_nobody(self, found: Collection[Hint]) -> list[Hint]:
        """Without those whose order RxScale showed to another pharmacy here: it is that one's."""
        uids = {order_uid(each.key) for each in found}
        for store in [*self.stores] if uids - self._others else ():
            with suppress(BridgeError):  # its trouble is not ours: RxScale is asked
                known = await store.read(orders.find_all, uids)
                self._others |= {each.uid for each in known.values() if each.rx_seen_at}
        return [each for each in found if order_uid(each.key) not in self._others]
