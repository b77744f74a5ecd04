"""Who may keep a connection: how long a client is waited for, and how many there may be.

aiohttp itself waits for a request's head and body as long as the client likes.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp.streams import StreamReader

from bridge.errors import BadSignature
from bridge.server import plain
from bridge.server.addresses import Network, address_of, is_of, network_of
from bridge.server.plain import SERVER, Stored, Way

log = logging.getLogger("bridge.server")

OPTIONS: dict[str, Any] = {
    "access_log": None,
    "auto_decompress": False,
    "max_headers": 64,
    "lingering_time": 2.0,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """As `[server]` of the configuration has them."""

    head_seconds: float = 10.0
    body_seconds: float = 10.0
    keepalive_seconds: float = 30.0
    max_connections: int = 512
    max_connections_per_address: int = 128
    trusted_proxies: tuple[Network, ...] = ()


class Connection(web.RequestHandler):
    """aiohttp's, which is waited for until `due` (the loop's time) and not longer.

    aiohttp gets nothing of it while all that comes are plain deliveries, one after the other.
    """

    __slots__ = (
        *("_awaited", "_body", "_door", "_early", "_idle", "_line", "_stored", "_taken"),
        *("_told", "_ways", "due", "place"),
    )

    def __init__(self, server: web.Server, door: "Door", ways: Mapping[str, Way]) -> None:
        self._door, self._idle, self._body = door, False, cast("StreamReader | None", None)
        self._ways, self._early, self._awaited = ways, b"", 0
        self._taken, self._stored = b"", cast("Stored | None", None)
        after = door.limits.keepalive_seconds
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, keepalive_timeout=after, **OPTIONS)

    @property
    def waits(self) -> bool:
        """Whether the client has to do something: send, or take what it asked for."""
        ours = self._stored is not None or (self._body is not None and self._body.is_eof())
        return not ours or self.writing_paused

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line = cast("asyncio.Transport", transport)
        self.place = self._door.place(transport.get_extra_info("peername"))
        self._wait(self._door.limits.head_seconds)
        if self._door.admit(self):
            super().connection_made(transport)
        else:
            self.drop()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._door.inside.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._idle and data:
            self._idle = False
            self._wait(self._door.limits.head_seconds)
        if not self._ways:
            super().data_received(data)
            return
        self._early += data
        if self._stored is not None:  # its sender does not wait for the answer
            self._line.pause_reading()
        elif len(self._early) >= self._awaited and not self._is_taken(self._early):
            self._leave_to_aiohttp()

    def _is_taken(self, data: bytes) -> bool:
        """Whether aiohttp is not needed for it, or not yet."""
        found = None if self.writing_paused else plain.read(data, self._ways)
        if found is None:
            return False
        way, headers, begins, self._awaited = found
        if len(data) < self._awaited:
            self._wait(self._door.limits.body_seconds)
            with contextlib.suppress(BadSignature):
                return bool(way.signed(headers))
        taken = way.take(headers, data[begins:]) if len(data) == self._awaited else None
        if taken is None:
            return False
        self._stored, self._told = taken
        self._taken, self._early, self._awaited = data, b"", 0
        self._wait(self._door.limits.keepalive_seconds)
        # Without arguments: the event loop would log them, and they may be a patient's.
        self._stored.add_done_callback(self._acknowledge)
        return True

    def _acknowledge(self, stored: Stored) -> None:
        """Where it is not on disk, aiohttp takes it once more, and says so."""
        self._stored, answer = None, b""
        with contextlib.suppress(Exception, asyncio.CancelledError):
            answer = plain.answer(self._told(stored.result()), time.time())
        taken, self._taken = self._taken, b""
        if self._line.is_closing():
            return
        if answer:
            self._line.write(answer)
            self._idle = True
            self._wait(self._door.limits.keepalive_seconds)
        self._early = self._early if answer else taken + self._early
        if self._early:
            self._line.resume_reading()
            self._leave_to_aiohttp()

    def _leave_to_aiohttp(self) -> None:
        self._wait(self._door.limits.head_seconds)
        data, self._early, self._ways = self._early, b"", {}
        super().data_received(data)

    async def shutdown(self, timeout: float | None = 15.0) -> None:
        self._ways = {}
        if self._stored is not None:
            await asyncio.wait([self._stored], timeout=timeout)
        await super().shutdown(timeout)

    def began(self, body: StreamReader) -> None:
        """A head is whole; now its body."""
        self._body, self._idle = body, False
        self._wait(self._door.limits.body_seconds)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(self._door.limits.body_seconds)

    async def finish_response(self, *answered: Any) -> tuple[web.StreamResponse, bool]:
        done = await super().finish_response(*answered)
        self._body, self._idle = None, True
        self._wait(self._door.limits.keepalive_seconds)
        return done

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what came
    ) -> web.StreamResponse:
        """Says nothing of what came, nor of what answers; strangers fill no log with it."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            raise ConnectionError
        if status >= web.HTTPInternalServerError.status_code:
            log.error("unexpected", exc_info=exc)
        answer = web.json_response({"error": "no request"}, status=status, headers=SERVER)
        answer.force_close()
        return answer

    def drop(self) -> None:
        """At once, whatever is still to be sent."""
        self._door.inside.discard(self)
        self._line.abort()

    def _wait(self, seconds: float) -> None:
        self.due = self._next_keepalive_close_time = self._loop.time() + seconds


class Door:
    """All connections, through whichever port."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inside: set[Connection] = set()
        self._looking = False

    def opened(self, server: web.Server, ways: Mapping[str, Way]) -> Callable[[], Connection]:
        """What a listening socket makes of who comes in. `ways`: of plain deliveries."""
        make: Callable[..., web.BaseRequest] = server.request_factory

        def told(message: Any, body: StreamReader, connection: Any, *more: Any) -> web.BaseRequest:
            connection.began(body)
            return make(message, body, connection, *more)

        server.request_factory = told
        return lambda: Connection(server, self, ways)

    def place(self, peer: Any) -> str | None:
        """From where it comes; "" if it is gone already. None: from a proxy, which passes on the
        connections of many.
        """
        address = address_of(peer[0]) if peer else ""
        return None if is_of(address, self.limits.trusted_proxies) else network_of(address)

    def admit(self, new: Connection) -> bool:
        """Where it is full, an idle connection is closed; without one, the new one."""
        same = [each for each in self.inside if each.place == new.place is not None]
        if not _room(same, self.limits.max_connections_per_address):
            return False
        if not _room(self.inside, self.limits.max_connections):
            return False
        self.inside.add(new)
        if not self._looking:
            self._look()
        return True

    def _look(self) -> None:
        """Who is late; ten times within the shortest deadline."""
        loop, limits = asyncio.get_running_loop(), self.limits
        for late in [each for each in self.inside if each.due <= loop.time() and each.waits]:
            late.drop()
        self._looking = bool(self.inside)
        if self._looking:
            shortest = min(limits.head_seconds, limits.body_seconds, limits.keepalive_seconds)
            loop.call_later(min(1.0, shortest / 10), self._look)


def _room(crowd: set[Connection] | list[Connection], most: int) -> bool:
    """Made where there is none: who is nearest to its end goes, so the silent before the busy."""
    if len(crowd) < most:
        return True
    first = min((each for each in crowd if each.waits), key=lambda each: each.due, default=None)
    if first is not None:
        first.drop()
    return first is not None
