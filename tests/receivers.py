"""A real mail server and a real HTTP receiver on loopback, for what the bridge sends to people."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web


@dataclass
class Mail:
    """Takes every mail (RFC 5321, without TLS and login), or refuses every recipient."""

    port: int = 0
    refuses: bool = False
    silent: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=bridge@example.org&to=staff@example.org"

    def texts(self) -> list[str]:
        return [f"{mail['subject']}\n{body(mail)}" for mail in self.taken]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        with contextlib.suppress(ConnectionError, EOFError):
            if self.silent:
                await reader.read()
            else:
                await self._talk(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.open.discard(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            verb, answer = line[:4].upper(), b"250 ok"
            if verb == b"RCPT" and self.refuses:
                answer = b"550 nobody of that name"
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                self.taken.append(message_from_bytes(content[:-5], policy=policy.default))
            elif verb == b"QUIT":
                answer = b"221 bye"
            writer.write(answer + b"\r\n")


def body(mail: EmailMessage) -> str:
    return mail.get_body(("plain", "html")).get_content()


@asynccontextmanager
async def mail_server(**how: Any) -> AsyncIterator[Mail]:
    mail = Mail(**how)
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        for _ in range(5):  # whoever was let in just now has no handler before
            await asyncio.sleep(0)
            for writer in [*mail.open]:
                writer.transport.abort()
        while mail.open:  # noqa: ASYNC110 - else some later test is told of an unclosed transport
            await asyncio.sleep(0)


@dataclass
class Hook:
    """Takes every request, with the status it is told to answer."""

    url: str = ""
    status: int = 200
    bodies: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        if request.can_read_body:
            self.bodies.append(await request.json())
        return web.Response(status=self.status)


@asynccontextmanager
async def http_receiver() -> AsyncIterator[Hook]:
    hook = Hook()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", hook.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.url = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield hook
    finally:
        await runner.cleanup()
