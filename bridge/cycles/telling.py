"""Tells people by message what is wrong and what is mended, one address at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bridge.core.news import Digest, News, Rhythm, Topic, digest
from bridge.core.reasons import Code, Kind
from bridge.store import Store, told, views

log = logging.getLogger("bridge.telling")

TRY_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is wrong now; of the checks in `unknown` nothing can be said yet."""

    wrong: Sequence[News]
    unknown: Collection[str] = ()


@dataclass(slots=True)
class Telling:
    """How telling goes: `failing` since when which addresses have not taken what was sent."""

    last_at: datetime | None = None
    failing: dict[str, datetime] = field(default_factory=dict)


class Teller:
    """Looks at what is wrong and tells each address what it has not been told.

    `send` takes an address' name and a message; it returns why that was not taken, or None.
    """

    def __init__(
        self,
        store: Store,
        see: Callable[[], Awaitable[Seen]],
        send: Callable[[str, Digest], Awaitable[str | None]],
        now: Callable[[], datetime],
        telling: Telling,
        *,
        addresses: Sequence[str] = (),
        topics: Collection[Topic] = tuple(Topic),
        rhythm: Rhythm,
    ) -> None:
        self._store, self._see, self._send, self._now = store, see, send, now
        self._telling, self.addresses = telling, addresses
        self._topics, self._rhythm = topics, rhythm
        self._again_at: dict[str, datetime] = {}
        self._waiting: set[tuple[str, Code]] | None = None
        self.changed = asyncio.Event()
        """Set when anything in the store was changed."""

    async def note_changes(self) -> None:
        """Waits for a change; then a line for each thing that became stuck or was freed by it."""
        await self.changed.wait()
        self.changed.clear()
        rows = await self._store.read(views.waiting)
        now = {(str(row.key), row.reason.code) for row in rows}
        before, self._waiting = self._waiting, now
        if before is None:
            return
        for key, code in sorted(now - before):
            what = "to know" if code.kind in (Kind.ATTENTION, Kind.ALARM) else "stuck"
            log.warning("%s", what, extra={"key": key, "code": str(code)})
        for key, code in sorted(before - now):
            log.info("freed", extra={"key": key, "code": str(code)})

    async def tell(self, address: str) -> None:
        """Sends the address what it is to be told now, if anything. Raises TryLater."""
        now = self._now()
        if now < self._again_at.get(address, now):
            return
        message = await self._message(address, now)
        if message is None:
            return
        why = await self._send(address, message)
        if why is not None:
            self._telling.failing.setdefault(address, now)
            self._again_at[address] = now + TRY_AGAIN
            log.warning("a message was not taken", extra={"address": address})
            return
        self._telling.failing.pop(address, None)
        self._telling.last_at = now
        await self._store.write(told.note, address, message, now)
        log.info("told", extra={"address": address, "news": len(message.fresh)})

    async def _message(self, address: str, now: datetime) -> Digest | None:
        seen, known = await self._see(), await self._store.read(told.of, address)
        return digest(
            [each for each in seen.wrong if each.topic in self._topics],
            [each for each in known if each.topic in self._topics],
            seen.unknown,
            now.astimezone(),
            self._rhythm,
        )
