"""The side of aiohttp: connections, and one request put on the wire exactly once.

Connections, TLS, time-outs of connecting and the reading of answers are aiohttp's. Its request,
response and session are passed by: they cost more of the processor than the rest of a call
(docs/decisions/0011-calls.md).
"""

import asyncio
import re
from typing import Protocol, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from yarl import URL

from bridge.exchange import Request, Response
from bridge.transport.answers import TOO_MANY_REQUESTS, Answer, Loss, Lost
from bridge.transport.turns import Turn

# Below the idle time after which servers and load balancers usually hang up (60 s and more): a
# connection they close just as we use it makes a POST's fate unknown.
KEEPALIVE_SECONDS = 15
_ALWAYS = ("User-Agent: rxbridge", "Accept-Encoding: gzip, deflate")
_PLAIN = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
"""What follows an address's host and can be sent as it is."""
_BREAKS = re.compile(r"[\r\n\0]")
_WITHOUT_BODY = ("GET", "HEAD")
_SWITCHING_PROTOCOLS = 101


class Session:
    """Pooled keep-alive connections that remember nothing else: no cookies, no proxy or netrc.

    The number of connections is bounded by each transport's `at_once`. Needs a running event loop;
    whoever made it closes it.
    """

    def __init__(self, connector: aiohttp.TCPConnector | None = None) -> None:
        self._connector = connector or aiohttp.TCPConnector(
            limit=0, keepalive_timeout=KEEPALIVE_SECONDS
        )
        self._places: dict[str, aiohttp.ClientRequest] = {}
        """What aiohttp wants to know of a scheme and host to connect there."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connector.close()

    def place(self, url: str) -> tuple[aiohttp.ClientRequest, str]:
        """Where it is, and the rest of the address. Raises InvalidURL for none of HTTP's."""
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0]
        found = self._places.get(f"{scheme}://{host}")
        if found is None:
            try:
                address = URL(url)
            except ValueError as error:
                raise aiohttp.InvalidUrlClientError(url) from error
            if address.scheme not in ("http", "https"):
                raise aiohttp.NonHttpUrlClientError(url)
            if not address.raw_host:
                raise aiohttp.InvalidUrlClientError(url)
            found = aiohttp.ClientRequest("GET", address.origin())
            self._places[f"{scheme}://{host}"] = found
        target = rest[len(host) :]
        return found, target if _PLAIN.fullmatch(target) else URL(url).raw_path_qs

    async def connect(
        self, place: aiohttp.ClientRequest, timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A connection to that host, new or kept."""
        try:
            return await self._connector.connect(place, [], timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError from error


class Exchange(Protocol):
    """As `exchange`: one request, once, and what came of it."""

    async def __call__(
        self,
        http: Session,
        request: Request,
        turn: Turn,
        timeout: aiohttp.ClientTimeout,
        answer_bytes: int,
    ) -> Answer: ...


def message(place: aiohttp.ClientRequest, target: str, request: Request) -> bytes:
    """The request as it goes on the wire. Raises ValueError for a header of two lines."""
    if request.query:
        target += ("&" if "?" in target else "?") + urlencode(request.query)
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {place.headers['Host']}", *_ALWAYS]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    body = request.body or b""
    if body or request.method not in _WITHOUT_BODY:
        lines.append(f"Content-Length: {len(body)}")
    if _BREAKS.search("".join(lines)):
        raise ValueError("a header that is not one line")
    return "\r\n".join((*lines, "", "")).encode() + body


async def exchange(
    http: Session,
    request: Request,
    turn: Turn,
    timeout: aiohttp.ClientTimeout,
    answer_bytes: int,
) -> Answer:
    """Send the request, once, and read the whole answer, redirects included.

    Returns `Lost` for all that the network and the vendor can do to an answer; errors name the
    class of what happened, for aiohttp's texts hold addresses.
    """
    try:
        async with asyncio.timeout(timeout.total):
            place, target = http.place(request.url)
            connection = await http.connect(place, timeout)
            try:
                protocol, wire = connection.protocol, connection.transport
                if protocol is None or wire is None:
                    raise aiohttp.ServerDisconnectedError
                protocol.set_response_params(
                    skip_payload=request.method == "HEAD", read_until_eof=True
                )
                sent = message(place, target, request)
                if request.permit is not None and not request.permit():
                    return Lost(Loss.NOT_PERMITTED)
                turn.sent()
                wire.write(sent)
                answer = await _whole(protocol, answer_bytes)
                connection.release()
                return answer
            finally:
                connection.close()  # unless it was released
    except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
        loss = Loss.NO_CONNECTION if turn.sent_at is None else Loss.NO_ANSWER
        return Lost(loss, type(error).__name__)


async def _whole(protocol: ResponseHandler, answer_bytes: int) -> Answer:
    head, content = await protocol.read()
    while head.code < 200 and head.code != _SWITCHING_PROTOCOLS:
        head, content = await protocol.read()
    if head.code == TOO_MANY_REQUESTS:
        # Certainly not carried out: not even a body cut short may put that in doubt.
        return Response(head.code, head.headers, b"")
    chunks: list[bytes] = []
    size = 0
    while not content.at_eof():
        chunks.append(await content.readany())
        size += len(chunks[-1])
        if size > answer_bytes:
            return Lost(Loss.TOO_LONG)
    return Response(head.code, head.headers, b"".join(chunks))
