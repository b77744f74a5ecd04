"""What one look will tell of itself: every call made and every entry of the order's story."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
from bridge.errors import TryLater, Unsure
from bridge.exchange import Call, Request, Response, Send


class Notebook:
    """Entries are taken out when they are written to the store; the call count stays.

    It is the book of the task that made it: what is sent there through `listening` is noted in it.
    """

    def __init__(self, key: Key, now: Callable[[], datetime]) -> None:
        self._key = key
        self._now = now
        self._calls: list[Call] = []
        self._entries: list[JournalEntry] = []
        self.call_count = 0
        _BOOK.set(self)

    def note(self, what: Event, **facts: Any) -> None:
        """An entry, with the calls made since the last one. Facts that are None are left out."""
        kept = {name: value for name, value in facts.items() if value is not None}
        if self._calls:
            kept["calls"] = [
                {name: getattr(call, name) for name in Call.__slots__} for call in self._calls
            ]
            self._calls.clear()
        self._entries.append(JournalEntry(self._key, self._now(), what, kept))

    def take(self) -> tuple[JournalEntry, ...]:
        entries = tuple(self._entries)
        self._entries.clear()
        return entries

    def called(self, call: Call) -> None:
        self._calls.append(call)
        self.call_count += 1


_BOOK: ContextVar[Notebook] = ContextVar("book")


def listening(vendor: str, send: Send) -> Send:
    """The same road to the vendor, with every trip of a look noted in its book."""

    async def noted(request: Request) -> Response:
        clock = asyncio.get_running_loop().time
        began, book = clock(), _BOOK.get()
        outcome = "cut short"
        try:
            response = await send(request)
            outcome = str(response.status)
        except (TryLater, Unsure) as failure:
            outcome = failure.what
            raise
        else:
            return response
        finally:
            took = round((clock() - began) * 1000)
            book.called(Call(vendor, request.route, outcome, took))

    return noted
