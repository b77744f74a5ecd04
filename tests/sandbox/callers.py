"""The far ends of the sandbox in its tests: who calls the vendors, and whom they call."""

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

BASE = "/v1/external_pharmacy_api"
V2 = "/api/v2/public/orgs/org1"
V1 = "/api/v1/public/orgs/org1"


@dataclass(frozen=True)
class Reply:
    status: int
    text: str
    headers: Any

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Caller:
    """Calls one vendor; `headers` go with every call."""

    session: aiohttp.ClientSession
    root: str
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        """`query`, `headers` and raw `data` may be given; None as a header leaves it out."""
        headers = {**self.headers, **more.pop("headers", {})}
        headers = {key: value for key, value in headers.items() if value is not None}
        data = more.pop("data", None if body is None else json.dumps(body).encode())
        async with self.session.request(
            method, self.root + path, data=data, params=more.pop("query", None), headers=headers
        ) as response:
            assert not more
            return Reply(response.status, await response.text(), response.headers)


@dataclass(frozen=True)
class Received:
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    def signed_by(self, secret: str) -> str:
        return hmac.new(secret.encode(), self.raw, "sha256").hexdigest()


@dataclass
class Receiver:
    """A subscriber. Answers with `statuses` in turn, then 200; `slow` holds an answer back."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: deque[int] = field(default_factory=deque)
    slow: Callable[[Received], bool] = lambda _delivery: False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        delivery = Received(request.headers.copy(), await request.read())
        self.received.append(delivery)
        if self.slow(delivery):
            await self.released.wait()
        status = self.statuses.popleft() if self.statuses else 200
        headers = {"Location": self.url} if 300 <= status < 400 else {}
        return web.Response(status=status, headers=headers)

    def said(self, event: str) -> list[Any]:
        """The bodies received for this event, in the order of arrival."""
        bodies = [each.body for each in self.received]
        return [body for body in bodies if body["event_type"] == event]


async def until(condition: Callable[[], object]) -> None:
    """Returns as soon as the condition holds; fails if that takes unreasonably long."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - looks at plain state, which tells nobody
            await asyncio.sleep(0.002)
