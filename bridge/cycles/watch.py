"""Notices what others wrote into the store: commands beside the bridge, other replicas."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bridge.core.deliveries import Taken
from bridge.store import Store, deliveries

OVERLAP = timedelta(minutes=1)
"""So far apart the clocks of two replicas, or the commits of two deliveries, may be."""


class Watch:
    """One small question again and again, instead of each part looking for itself."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self._seen: object = None
        self._trace: object = None

    async def look(self) -> None:
        """Calls `changed` if anything worth that was committed since the last look. Raises
        TryLater.
        """
        before, self._trace = self._trace, self._store.trace()
        if self._trace is not None and self._trace == before:
            return
        seen = await self._store.changes()
        if seen != self._seen:
            self._seen = seen
            self._changed()


class TakenIn:
    """What all replicas took in for a pharmacy, told to the one of them that works for it."""

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
