"""Notices what anybody wrote into the store: commands beside the bridge ask for things that way."""

from collections.abc import Callable

from bridge.store import Store


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
