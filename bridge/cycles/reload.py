"""Takes up changed mapping files; an invalid change is refused and the last valid one stays."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.mapping.rules import Rules, fingerprint

log = logging.getLogger("bridge.mapping")

SHARES = "fault-shares"
"""Told of more than all of a product that pharmacies offer together."""


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """The `version` in force; `error`: why the files on disk are not, and `refused` the same as it
    is told in any language.
    """

    version: str
    error: str | None = None
    refused: Misconfigured | None = None

    def document(self) -> dict[str, object]:
        """What `/health` and the page tell of it."""
        return {"version": self.version, "error": self.refused or self.error}


class Reloader:
    """Holds the rules in force. `error` says why the files on disk are not; `changed` is called
    with those that come into force.
    """

    changed: Callable[[Rules], Awaitable[object]]

    def __init__(
        self, directory: Path, read: Callable[[Rules | None], Rules], own: Path | None = None
    ) -> None:
        """Has `read` load the files that follow those in force, if any are. One in `own` outweighs
        that in `directory`. Raises Misconfigured with every fault of theirs.
        """
        self._mark = partial(fingerprint, directory, own)
        self._read = read
        self._seen = self._glanced = self._mark()
        self.rules = read(None)
        self._told = self.rules.version
        self.refused: Misconfigured | None = None

    @property
    def error(self) -> str | None:
        return None if self.refused is None else str(self.refused)

    def facts(self) -> MappingFacts:
        return MappingFacts(self.rules.version, self.error, self.refused)

    async def look(self, *, still: bool = False) -> None:
        """Loads the files again if they changed since the last look, or another pharmacy's may.
        `still`: only what two looks find the same, for somebody may just be writing it. Raises what
        `changed` does, which is called until it has heard of it.
        """
        seen = await asyncio.to_thread(self._mark)
        before, self._glanced = self._glanced, seen
        if seen == before or not still:
            await self._load(seen)
        version = self.rules.version
        if version != self._told:
            await self.changed(self.rules)
            self._told = version

    async def _load(self, seen: str) -> None:
        if seen == self._seen and not self._waits_for_others():
            return
        self._seen, before = seen, self.error
        try:
            rules = await asyncio.to_thread(self._read, self.rules)
        except Misconfigured as failure:
            self.refused = failure
            if self.error != before:
                log.error(
                    "mapping files refused; the last valid ones stay", extra={"faults": self.error}
                )
            return
        is_new, self.refused = rules.version != self.rules.version, None
        if is_new or before is not None:
            log.info("mapping files taken up", extra={"version": rules.version})
        if is_new:
            self.rules = rules

    def _waits_for_others(self) -> bool:
        """Whether the files are refused for what other pharmacies' files say."""
        faults = self.refused.faults if self.refused is not None else ()
        return any(fault.key == SHARES for fault in faults)
