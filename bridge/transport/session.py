"""The side of aiohttp: connections, and one request put on the wire exactly once."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol

import aiohttp
from aiohttp.connector import Connection

from bridge.exchange import Request, Response
from bridge.transport.answers import TOO_MANY_REQUESTS, Answer, Loss, Lost
from bridge.transport.turns import Turn

# Below the idle time after which servers and load balancers usually hang up (60 s and more): a
# connection they close just as we use it makes a POST's fate unknown.
KEEPALIVE_SECONDS = 15
_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


_turn: ContextVar[Turn | None] = ContextVar("turn")
"""Whose request the running task is sending. (aiohttp's own tracing costs a fifth of a call.)"""


_permit: ContextVar[Callable[[], bool] | None] = ContextVar("permit")


class _NotPermittedError(Exception):
    """Nothing was sent."""


class _DatedRequest(aiohttp.ClientRequest):
    """Tells its turn when it goes out, which is once there is a connection."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        permit = _permit.get(None)
        if permit is not None and not permit():
            raise _NotPermittedError
        if turn := _turn.get(None):  # none: no vendor's
            turn.sent()
        return await super().send(conn)


class Exchange(Protocol):
    """As `exchange`: one request, once, and what came of it."""

    async def __call__(
        self,
        http: Any,
        request: Request,
        turn: Turn,
        timeout: aiohttp.ClientTimeout,
        answer_bytes: int,
    ) -> Answer: ...


def session() -> aiohttp.ClientSession:
    """Pooled keep-alive connections that remember nothing else: no cookies, no proxy or netrc.

    The number of connections is bounded by each transport's `at_once`. Needs a running event loop;
    the caller closes it.
    """
    http = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "rxbridge"},
        trust_env=False,
        auto_decompress=True,
        request_class=_DatedRequest,
    )
    # aiohttp sends a GET, PUT or DELETE once more when a connection breaks: behind the budget's
    # back, and for us not every one of them may be repeated.
    http._retry_connection = False  # noqa: SLF001
    return http


async def exchange(
    http: aiohttp.ClientSession,
    request: Request,
    turn: Turn,
    timeout: aiohttp.ClientTimeout,
    answer_bytes: int,
) -> Answer:
    """Send the request, once, and read the whole answer, redirects included.

    The timeout is handed to aiohttp. Returns `Lost` for all that the network and the vendor can
    do to an answer; errors name the class of what happened, for aiohttp's texts hold addresses.
    """
    _turn.set(turn)
    _permit.set(request.permit)
    try:
        async with http.request(
            request.method,
            request.url,
            params=request.query or None,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            return await _whole(answer, answer_bytes)
    except _NotPermittedError:
        return Lost(Loss.NOT_PERMITTED)
    except _NEVER_SENT as error:
        return Lost(Loss.NO_CONNECTION, type(error).__name__)
    except (aiohttp.ClientError, OSError) as error:
        return Lost(Loss.NO_ANSWER, type(error).__name__)


async def _whole(answer: aiohttp.ClientResponse, answer_bytes: int) -> Answer:
    if answer.status == TOO_MANY_REQUESTS:
        # Certainly not carried out: not even a body cut short may put that in doubt.
        return Response(answer.status, answer.headers, b"")
    chunks: list[bytes] = []
    size, content = 0, answer.content
    while not content.at_eof():
        chunks.append(await content.readany())
        size += len(chunks[-1])
        if size > answer_bytes:
            return Lost(Loss.TOO_LONG)
    return Response(answer.status, answer.headers, b"".join(chunks))
