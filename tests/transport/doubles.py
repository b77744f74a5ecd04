"""A vendor over a real socket that does as it is told, and a clock that moves when slept on."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.exchange import Call, Priority, Request
from bridge.transport.client import Transport

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
NOBODY = "http://127.0.0.1:1/nobody-listens"
Make = Callable[..., Transport]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Time:
    """A monotonic clock that moves only when somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


@dataclass
class Vendor:
    """Answers 200 unless told otherwise; `seen` are the requests whose head arrived."""

    server: TestServer
    script: deque[Answer] = field(default_factory=deque)
    seen: list[str] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)

    def will(self, *answers: Answer) -> None:
        self.script.extend(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        self.requests.append(request)
        answer = self.script.popleft() if self.script else status(200)
        return await answer(request)

    def request(self, method: str = "GET", path: str = "/thing", **more: Any) -> Request:
        given: dict[str, Any] = {
            "method": method,
            "url": str(self.server.make_url(path)),
            "route": f"{method} /{{thing}}",
            "priority": Priority.ORDER,
            "repeatable": method == "GET",
        }
        return Request(**(given | more))


def status(code: int, body: bytes = b"{}", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=code, body=body, headers=named)

    return answer


async def cut_before_headers(request: web.Request) -> web.StreamResponse:
    """Takes the whole request in, then hangs up without a word."""
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def cut_after_half(request: web.Request) -> web.StreamResponse:
    """Announces a body and hangs up in the middle of it."""
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b"x" * 50)
    assert request.transport is not None
    request.transport.close()
    return answer


async def never(request: web.Request) -> web.StreamResponse:
    await request.read()
    await asyncio.Event().wait()
    raise AssertionError


class Held:
    """An answer that is given when the test says so."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        self.arrived.set()
        await self.go.wait()
        return web.Response()


def outcomes(calls: list[Call]) -> list[str]:
    return [call.outcome for call in calls]


async def failures(send: Transport, vendor: Vendor, count: int) -> None:
    vendor.will(*[status(500)] * count)
    for _ in range(count):
        await send(vendor.request("POST"))
