"""Deliveries: the vendors' signed bytes, handed to the real handlers of the process that runs."""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any

from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpVersion11, RawRequestMessage
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bridge.server.web import Running

URLS = {"/webhooks/rxscale": URL("http://127.0.0.1/webhooks/rxscale"),
        "/webhooks/pharmaone": URL("http://127.0.0.1/webhooks/pharmaone")}  # fmt: skip


class _Protocol(BaseProtocol):
    """What a request knows of its connection: there is none."""

    peername = ("127.0.0.1", 40000)
    sockname = ("127.0.0.1", 8080)
    ssl_context = None
    transport = None
    max_field_size = max_line_length = 8190
    max_headers = 128


class Listening:
    """Stands for `Running`: takes deliveries while its process lives."""

    def __init__(self, application: web.Application, context: Context) -> None:
        self.url, self.port, self.apart = "http://127.0.0.1:8080", 8080, None
        self._application = application
        self._context = context
        self._open: set[asyncio.Future[int]] = set()
        self._stopped = False

    @property
    def webhooks_url(self) -> str:
        return self.url

    async def stop(self) -> None:
        self._stopped = True

    def kill(self) -> None:
        """Every connection breaks."""
        self._stopped = True
        for answer in self._open:
            if not answer.done():
                answer.set_result(0)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> "asyncio.Future[int]":
        """The status it answers; 0: no answer."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self._stopped:
            answer.set_result(0)
            return answer
        self._open.add(answer)
        answer.add_done_callback(self._open.discard)
        loop = asyncio.get_running_loop()
        self._context.copy().run(loop.create_task, self._handle(path, headers, body, answer))
        return answer

    async def _handle(
        self, path: str, headers: Mapping[str, str], body: bytes, answer: "asyncio.Future[int]"
    ) -> None:
        loop = asyncio.get_running_loop()
        protocol: Any = _Protocol(loop)
        payload = StreamReader(protocol, 2**16, loop=loop)
        payload.feed_data(body)
        payload.feed_eof()
        found = CIMultiDictProxy(
            CIMultiDict({**headers, "Content-Length": str(len(body)), "Host": "127.0.0.1"})
        )
        raw = tuple((name.encode(), value.encode()) for name, value in found.items())
        message = RawRequestMessage(
            "POST", path, HttpVersion11, found, raw, False, None, False, False, URLS[path]
        )
        task: Any = asyncio.current_task()
        writer: Any = None
        request = web.Request(message, payload, protocol, writer, task, loop, client_max_size=2**20)
        response = await self._application._handle(request)
        if not answer.done():
            answer.set_result(response.status)


def serving(context: Context, started: list[Listening]) -> Any:
    async def serve(
        application: web.Application, host: str, port: int, key: str = "server.port", **_: Any
    ) -> Running:
        application.freeze()
        listening: Any = Listening(application, context)
        started.append(listening)
        return listening

    return serve
