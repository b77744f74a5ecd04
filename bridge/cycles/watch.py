"""Notices what anybody wrote into the store: commands beside the bridge ask for things that way."""

from collections.abc import Callable

from bridge.store import Store, notes


class Watch:
    """One small question again and again, instead of each part looking for itself."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self._seen: int | None = None

    async def look(self) -> None:
        """Calls `changed` if anything was committed since the last look. Raises TryLater."""
        version = await self._store.read(notes.version)
        if version != self._seen:
            self._seen = version
            self._changed()
