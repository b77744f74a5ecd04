"""Takes up changed mapping files; an invalid change is refused and the last valid one stays."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.mapping import Rules, fingerprint

log = logging.getLogger("bridge.mapping")


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """The `version` in force; `error`: why the files on disk are not."""

    version: str
    error: str | None = None


class Reloader:
    """Holds the rules in force. `error` says why the files on disk are not; `changed` is called
    with those that come into force.
    """

    changed: Callable[[Rules], Awaitable[object]]

    def __init__(self, directory: Path, read: Callable[[], Rules], own: Path | None = None) -> None:
        """Has `read` load the files, of which one in `own` outweighs that in `directory`. Raises
        Misconfigured with every fault of theirs.
        """
        self._mark = partial(fingerprint, directory, own)
        self._read = read
        self._seen = self._mark()
        self.rules = read()
        self.error: str | None = None

    def facts(self) -> MappingFacts:
        return MappingFacts(self.rules.version, self.error)

    async def look(self) -> None:
        """Loads the files again if they changed since the last look."""
        seen = await asyncio.to_thread(self._mark)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            rules = await asyncio.to_thread(self._read)
        except Misconfigured as failure:
            self.error = str(failure)
            log.error(
                "mapping files refused; the last valid ones stay", extra={"faults": self.error}
            )
            return
        self.error = None
        if rules.version != self.rules.version:
            self.rules = rules
            log.info("mapping files taken up", extra={"version": rules.version})
            await self.changed(rules)
