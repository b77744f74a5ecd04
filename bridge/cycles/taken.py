"""What all replicas took in for a pharmacy, told to the one of them that works for it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.core.deliveries import Taken
from bridge.store import Store, deliveries

OVERLAP = timedelta(minutes=1)
"""So far apart the clocks of two replicas, or the commits of two deliveries, may be."""


class TakenIn:
    """Reads them once the store has changed."""

    def __init__(self, store: Store, now: datetime, came: Callable[[Taken], None]) -> None:
        self._store, self._came = store, came
        self._since = now
        self._known: set[tuple[str, str]] = set()
        self.changed = asyncio.Event()

    async def look(self) -> None:
        """Waits for a change, and tells of each delivery once. Raises TryLater."""
        await self.changed.wait()
        self.changed.clear()
        found = await self._store.read(deliveries.since, self._since - OVERLAP)
        for name, taken in found.items():
            self._since = max(self._since, taken.received_at)
            if name not in self._known:
                self._came(taken)
        self._known = set(found)
