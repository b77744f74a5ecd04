"""No whole answer: what was certainly not sent, what may have been, and how often it is sent."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from transport.doubles import (
    NOBODY,
    Make,
    Time,
    Vendor,
    cut_after_half,
    cut_before_headers,
    never,
    outcomes,
    status,
)

from bridge.errors import BridgeError, TryLater, Unsure
from bridge.exchange import Call, Priority, Request
from bridge.transport.budget import Limits
from bridge.transport.client import Transport

HASTY = Limits(0, 0, deadline_seconds=0.2, connect_seconds=0.1)


# Nothing was sent


class Resolver(AbstractResolver):
    """Knows no host, or never finds out."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.hangs = hangs

    async def resolve(self, *_: Any, **__: Any) -> list[ResolveResult]:
        if self.hangs:
            await asyncio.Event().wait()
        raise OSError(None, "no such host")

    async def close(self) -> None:
        return None


def lost_in_dns(*, hangs: bool) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Resolver(hangs=hangs)))


async def assert_no_connection(
    send: Transport, calls: list[Call], url: str, repeatable: bool, cause: str
) -> None:
    request = Request("POST", url, "POST /x", Priority.ORDER, repeatable)
    with pytest.raises(TryLater) as raised:
        await send(request)
    assert cause in raised.value.what
    assert raised.value.what.startswith(
        ("no connection to RxScale (", "RxScale.base_url: the name")
    )
    assert outcomes(calls) == ["no connection"]


@pytest.mark.parametrize("repeatable", [True, False])
class TestNothingWasSent:
    async def test_nobody_listens(
        self, transport: Make, calls: list[Call], repeatable: bool
    ) -> None:
        await assert_no_connection(transport(), calls, NOBODY, repeatable, "ClientConnectorError")

    async def test_unknown_host(self, transport: Make, calls: list[Call], repeatable: bool) -> None:
        async with lost_in_dns(hangs=False) as http:
            send = transport(http=http)
            await assert_no_connection(
                send, calls, "http://nowhere.test/", repeatable, "nowhere.test cannot be found"
            )

    async def test_connecting_takes_too_long(
        self, transport: Make, calls: list[Call], repeatable: bool
    ) -> None:
        async with lost_in_dns(hangs=True) as http:
            send = transport(Limits(0, 0, connect_seconds=0.05), http=http)
            async with asyncio.timeout(5):
                await assert_no_connection(
                    send, calls, "http://slow.test/", repeatable, "ConnectionTimeoutError"
                )

    async def test_no_tls_on_the_other_side(
        self, vendor: Vendor, transport: Make, calls: list[Call], repeatable: bool
    ) -> None:
        url = str(vendor.server.make_url("/")).replace("http:", "https:")
        await assert_no_connection(transport(), calls, url, repeatable, "ClientConnectorSSLError")

    async def test_no_address_at_all(
        self, transport: Make, calls: list[Call], repeatable: bool
    ) -> None:
        cause = "InvalidUrlClientError"
        await assert_no_connection(transport(), calls, "http://", repeatable, cause)

    async def test_a_scheme_that_is_not_http(
        self, transport: Make, calls: list[Call], repeatable: bool
    ) -> None:
        cause = "NonHttpUrlClientError"
        await assert_no_connection(transport(), calls, "ftp://h/", repeatable, cause)


async def test_a_call_that_never_left_does_not_use_up_the_limit(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    send = transport(Limits(1, 1))
    with pytest.raises(TryLater):
        await send(vendor.request("POST", url=NOBODY))
    await send(vendor.request())
    assert time.sleeps == []


# Sent, and no whole answer


LOSSES = [
    pytest.param(cut_before_headers, "ServerDisconnectedError", id="cut before the headers"),
    pytest.param(cut_after_half, "ClientPayloadError", id="half a body"),
]


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize(("loss", "cause"), LOSSES)
async def test_what_may_not_be_repeated_is_sent_exactly_once(
    vendor: Vendor, transport: Make, calls: list[Call], method: str, loss: Any, cause: str
) -> None:
    vendor.will(*[loss] * 5)
    with pytest.raises(Unsure) as raised:
        await transport()(vendor.request(method, repeatable=False))
    assert raised.value.what == f"no answer from RxScale to {method} /{{thing}} ({cause})"
    assert len(vendor.seen) == 1
    assert outcomes(calls) == ["no answer"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT"])
@pytest.mark.parametrize(("loss", "cause"), LOSSES)
async def test_what_may_be_repeated_is_tried_three_times(
    vendor: Vendor, transport: Make, calls: list[Call], method: str, loss: Any, cause: str
) -> None:
    vendor.will(*[loss] * 5)
    with pytest.raises(TryLater) as raised:
        await transport()(vendor.request(method, repeatable=True))
    assert type(raised.value) is TryLater
    assert raised.value.what == f"no answer from RxScale to {method} /{{thing}} ({cause})"
    assert len(vendor.seen) == 3
    assert outcomes(calls) == ["no answer"] * 3


async def test_the_second_try_may_do(vendor: Vendor, transport: Make, calls: list[Call]) -> None:
    vendor.will(cut_before_headers, status(200, b"at last"))
    assert (await transport()(vendor.request())).body == b"at last"
    assert outcomes(calls) == ["no answer", "200"]


async def test_pauses_between_tries_are_jittered_and_grow(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    vendor.will(*[cut_before_headers] * 3)
    with pytest.raises(TryLater):
        await transport()(vendor.request())
    assert time.sleeps == [0.25, 0.5]


async def test_no_pause_leads_beyond_the_deadline(vendor: Vendor, transport: Make) -> None:
    vendor.will(*[cut_before_headers] * 3)
    limits = Limits(0, 0, deadline_seconds=0.6, connect_seconds=0.5)
    with pytest.raises(TryLater):
        await transport(limits)(vendor.request())
    assert len(vendor.seen) == 2


async def test_the_time_tries_take_comes_off_the_deadline(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        time.now += 9.8
        return await cut_before_headers(request)

    vendor.will(*[slow] * 3)
    with pytest.raises(TryLater):
        await transport()(vendor.request())  # a third try would need a pause of 0.5 s
    assert len(vendor.seen) == 2


@pytest.mark.parametrize(("repeatable", "kind"), [(True, TryLater), (False, Unsure)])
async def test_an_answer_later_than_the_deadline_is_no_answer(
    vendor: Vendor, transport: Make, repeatable: bool, kind: type[BridgeError]
) -> None:
    vendor.will(*[never] * 3)
    loop = asyncio.get_running_loop()
    send = transport(HASTY, clock=loop.time)
    async with asyncio.timeout(5):
        with pytest.raises(kind, match="no answer from RxScale"):
            await send(vendor.request("POST", repeatable=repeatable))
    assert len(vendor.seen) == 1


async def test_a_stale_kept_connection_makes_a_post_unsure(
    transport: Make, calls: list[Call]
) -> None:
    heads = []

    async def close_on_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(close_on_second, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        send = transport()
        await send(Request("GET", url, "GET /", Priority.ORDER, repeatable=True))
        with pytest.raises(Unsure):
            await send(Request("POST", url, "POST /", Priority.ORDER, repeatable=False))
    assert [head.split()[0] for head in heads] == [b"GET", b"POST"]
    assert outcomes(calls) == ["200", "no answer"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_no_answer(transport: Make, garbage: bytes) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(Unsure, match="no answer"):
            await transport()(Request("POST", url, "POST /", Priority.ORDER, repeatable=False))
