"""The open port under attack, over real sockets: who is waited for, how long, and how many."""

import asyncio
import contextlib
import gzip
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from fakes import signature
from house import SECRET, House, open_house, open_sandbox

from bridge.app.web import listen, parts_of
from bridge.server import webhooks
from bridge.server.door import Door, Limits
from bridge.server.web import Running, build, serve

PATIENCE_SECONDS = 20
HOSTILE, VENDOR = "127.0.0.1", "127.0.0.2"
RX = "/webhooks/rxscale"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def answering(**limits: object) -> AsyncIterator[tuple[Running, Door]]:
    """A server that says how long a body was."""

    async def long(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def much(_: web.Request) -> web.Response:
        return web.Response(body=bytes(20_000_000))

    async def work(_: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response(text="done")

    application = web.Application(client_max_size=10**9)
    routes = [web.get("/", long), web.get("/much", much), web.get("/work", work)]
    application.add_routes([*routes, web.post("/", long)])
    door = Door(Limits(**limits))  # type: ignore[arg-type]
    running = await serve(application, HOSTILE, 0, door=door)
    try:
        yield running, door
    finally:
        await running.stop()


async def connect(running: Running, sent: bytes = b"", source: str = HOSTILE) -> Line:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", running.port, local_addr=(source, 0)
    )
    writer.write(sent)
    return reader, writer


async def said(line: Line) -> bytes:
    """All that comes until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while more := await line[0].read(2**16):
                found += more
    line[1].close()
    return found


async def answered(line: Line, body: bytes = b"") -> bytes:
    """The next answer with such a body."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await line[0].readuntil(b"\r\n\r\n" + body)


def posted(size: int, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + body


# -- deadlines -------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Y: "])
async def test_a_head_that_does_not_come_is_not_waited_for(sent: bytes):
    async with answering(head_seconds=0.2) as (running, door):
        line = await connect(running, sent)
        assert await said(line) == b""
        assert not door.inside


async def test_a_head_is_not_waited_for_longer_because_it_trickles():
    async with answering(head_seconds=0.3) as (running, _):
        line = await connect(running, b"GET / HTTP/1.1\r\n")
        closed = asyncio.create_task(said(line))
        while not closed.done():
            line[1].write(b"X-Y: z\r\n")
            await asyncio.sleep(0.05)
        assert await closed == b""


async def test_the_second_head_of_a_connection_has_the_same_deadline():
    async with answering(head_seconds=0.2, keepalive_seconds=60) as (running, _):
        line = await connect(running, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await answered(line, b"0")
        line[1].write(b"GET / HT")
        assert await said(line) == b""


async def test_a_body_that_does_not_come_is_not_waited_for(caplog: pytest.LogCaptureFixture):
    async with answering(body_seconds=0.2) as (running, door):
        assert await said(await connect(running, posted(10, b"12345"))) == b""
        assert not door.inside
    assert not caplog.records


async def test_a_connection_is_kept_for_the_next_request_and_not_for_ever():
    async with answering(head_seconds=0.2, keepalive_seconds=2) as (running, _):
        line = await connect(running, posted(1, b"x"))
        await answered(line, b"1")
        await asyncio.sleep(0.5)  # longer than a head may take
        line[1].write(posted(2, b"xy"))
        await answered(line, b"2")
        assert await said(line) == b""


async def test_who_does_not_take_the_answer_is_dropped():
    async with answering(body_seconds=0.2) as (running, door):
        line = await connect(running, b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        line[1].transport.pause_reading()
        await until_empty(door)
        line[1].close()


async def test_work_of_ours_may_take_longer():
    async with answering(head_seconds=0.1, body_seconds=0.1) as (running, _):
        line = await connect(running, b"GET /work HTTP/1.0\r\n\r\n")
        assert (await said(line)).endswith(b"done")


async def until_empty(door: Door) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while door.inside:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)


# -- how many --------------------------------------------------------------------------------


async def test_where_an_address_has_too_many_its_oldest_silent_one_gives_way():
    async with answering(max_connections_per_address=3) as (running, door):
        lines = []
        for _ in range(4):
            lines.append(await connect(running, b"GET /"))
            await asyncio.sleep(0.01)
        assert await said(lines[0]) == b""
        assert len(door.inside) == 3
        elsewhere = await connect(running, posted(1, b"x"), VENDOR)
        await answered(elsewhere, b"1")
        for _, writer in [*lines, elsewhere]:
            writer.close()


async def test_one_that_is_at_work_never_gives_way_and_then_the_new_one_is_refused():
    begun, go = asyncio.Semaphore(0), asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        begun.release()
        await go.wait()
        return web.Response(text="done")

    application = web.Application()
    application.add_routes([web.get("/", wait)])
    door = Door(Limits(max_connections=2))
    running = await serve(application, HOSTILE, 0, door=door)
    lines = [await connect(running, b"GET / HTTP/1.0\r\n\r\n") for _ in range(2)]
    for _ in lines:
        await begun.acquire()
    assert await said(await connect(running, b"GET / HTTP/1.0\r\n\r\n", VENDOR)) == b""
    go.set()
    assert all([(await said(line)).endswith(b"done") for line in lines])
    await running.stop()


async def test_behind_a_proxy_nobody_knows_whose_they_are():
    proxies = (ip_network("127.0.0.1/32"),)
    async with answering(max_connections_per_address=1, trusted_proxies=proxies) as (running, _):
        lines = [await connect(running, posted(1)) for _ in range(3)]
        for line in lines:
            line[1].write(b"x")
            await answered(line, b"1")
            line[1].close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
async def test_whoever_has_one_ipv6_address_has_many(one: str, other: str, same: bool):
    door = Door(Limits())
    assert (door.place((one, 1, 0, 0)) == door.place((other, 2, 0, 0))) is same
    assert door.place(None) == ""


# -- under attack ----------------------------------------------------------------------------


@asynccontextmanager
async def behind(house: House, **limits: object) -> AsyncIterator[tuple[Running, Door]]:
    door = Door(Limits(**limits))  # type: ignore[arg-type]
    running = await serve(build(parts_of(house.bridge)), HOSTILE, 0, door=door)
    yield running, door
    await running.stop()


def delivery(number: int, *headers: bytes) -> bytes:
    body = b'{"event_type":"brand_new_event","timestamp":%d}' % number
    return raw_post(body, b"X-Webhook-Signature: " + signature(SECRET, body).encode(), *headers)


def raw_post(body: bytes, *headers: bytes, size: int | None = None) -> bytes:
    told = [b"Host: x", b"Content-Length: %d" % (len(body) if size is None else size), *headers]
    return b"POST /webhooks/rxscale HTTP/1.1\r\n" + b"\r\n".join(told) + b"\r\n\r\n" + body


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
async def test_webhooks_are_answered_while_a_thousand_say_nothing(tmp_path: Path):
    proof = b"X-Webhook-Signature: " + b"0" * 64
    slow = raw_post(b"{", proof, size=10_000)
    bomb = raw_post(gzip.compress(bytes(10**6)), proof, b"Content-Encoding: gzip")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with behind(house, head_seconds=300, body_seconds=300) as (running, door):
            lines = [await connect(running) for _ in range(1000)]
            lines += [await connect(running, slow) for _ in range(20)]
            bombs = [await connect(running, bomb) for _ in range(20)]
            vendor = await connect(running, source=VENDOR)
            for number in range(50):
                vendor[1].write(delivery(number))
                assert (await answered(vendor)).startswith(b"HTTP/1.1 200 ")
                assert await vendor[0].readexactly(len(b'{"status":"noted"}'))
                fresh = await connect(running, delivery(number, b"Connection: close"), VENDOR)
                assert b'{"status":"duplicate"}' in await said(fresh)
            assert sum(each.waits for each in door.inside) > 100, (
                "the hostile ones were still there"
            )
            for each in door.inside:  # their five minutes are over
                each.due = 0.0
            assert all([(await said(b)).startswith(b"HTTP/1.1 415 ") for b in bombs])
            assert [await said(each) for each in lines] == [b""] * 1020
            vendor[1].close()
            await until_empty(door)


async def test_sixty_four_busy_connections_of_one_vendor_pass(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with behind(house) as (running, _):

            async def busy(number: int) -> None:
                line = await connect(running, source=VENDOR)
                for again in range(10):
                    line[1].write(delivery(number * 100 + again))
                    assert (await answered(line, b'{"status":"noted"}')).startswith(b"HTTP/1.1 200")
                line[1].close()

            await asyncio.gather(*map(busy, range(64)))


async def test_few_large_deliveries_are_taken_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MOST_LARGE", 1)
    pad = b'{"event_type":"e","pad":"%s"}' % (b"y" * webhooks.LARGE_BYTES)
    proof = b"X-Webhook-Signature: " + signature(SECRET, pad).encode()
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with behind(house) as (running, _):
            lines = [await connect(running, raw_post(pad, proof)[:-1]) for _ in range(2)]
            asked = {asyncio.create_task(answered(line)): line for line in lines}
            (told,), (waits,) = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            assert (await told).startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: 30\r\n" in await told
            asked[waits][1].write(pad[-1:])
            assert (await waits).startswith(b"HTTP/1.1 200 ")
            for _, writer in lines:
                writer.close()


# -- what is refused, and how ----------------------------------------------------------------


async def exchanged(house: House, sent: bytes) -> bytes:
    return await said(await connect(house.running, sent))


async def test_a_malformed_signature_is_refused_before_the_body(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        for vendor, name, good in (
            ("rxscale", "X-Webhook-Signature", "0" * 64),
            ("pharmaone", "X-PharmaOne-Signature", "sha256=" + "0" * 64),
        ):
            for bad in ("", "nonsense", good[:-1], good.replace("0", "A"), f"sha1={good}"):
                head = f"POST /webhooks/{vendor} HTTP/1.1\r\nHost: x\r\n{name}: {bad}\r\n"
                line = await connect(house.running, f"{head}Content-Length: 9999\r\n\r\n".encode())
                assert (await answered(line)).startswith(b"HTTP/1.1 401 ")
                line[1].close()


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"identity, gzip", b"x"])
async def test_what_is_compressed_is_refused_whoever_signed_it(tmp_path: Path, coding: bytes):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        told = await exchanged(house, delivery(1, b"Content-Encoding: " + coding))
        assert told.startswith(b"HTTP/1.1 415 ")
        assert b"Connection: close" in told
        whole = await exchanged(
            house, delivery(2, b"Content-Encoding: identity", b"Connection: close")
        )
        assert whole.startswith(b"HTTP/1.1 200 ")


async def test_too_large_is_the_end_of_the_connection(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        proof = b"X-Webhook-Signature: " + b"0" * 64
        sent = raw_post(b"{", proof, size=webhooks.MOST_BYTES + 1)
        told = await exchanged(house, sent)
        assert told.startswith(b"HTTP/1.1 413 ")
        assert b"Connection: close" in told
        assert told.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GE\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_request_learns_nothing_and_fills_no_log(
    tmp_path: Path, sent: bytes, caplog: pytest.LogCaptureFixture
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        caplog.clear()
        told = await exchanged(house, sent)
        assert told.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
        assert b"Server: rxbridge\r\n" in told
        assert told.endswith(b'{"error": "no request"}')
        assert not any(word in told.lower() for word in (b"aiohttp", b"python", b"bad status"))
        assert not [each for each in caplog.records if each.name != "asyncio"]


@pytest.mark.parametrize("broken", [b"zz\r\n", b"5\r\nabcdefgh", b"-1\r\n\r\n"])
async def test_a_broken_body_is_no_mistake_of_ours(
    tmp_path: Path, broken: bytes, caplog: pytest.LogCaptureFixture
):
    head = b"POST /webhooks/rxscale HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
    proof = b"X-Webhook-Signature: " + b"0" * 64 + b"\r\n\r\n"
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        told = await exchanged(house, head + proof + broken)
        assert told[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")
        assert told.count(b"HTTP/1") == 1
        gone = await connect(house.running, raw_post(b"{", proof[:-4], size=10))
        gone[1].transport.abort()
        async with aiohttp.ClientSession(house.running.url) as http:
            async with http.get("/health/live") as alive:
                assert alive.status == 200
                assert alive.headers["Server"] == "rxbridge"
    assert not [each for each in caplog.records if each.name == "bridge.server"]


async def test_a_running_bridge_has_one_door_of_the_configured_size(tmp_path: Path):
    server = {"head_seconds": 0.2, "webhook_port": 0, "max_connections": 1}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=server) as house:
        running = await listen(house.bridge)
        assert running.apart is not None
        first = await connect(running)
        second = await connect(running.apart)
        assert await said(first) == await said(second) == b""
        await running.stop()
