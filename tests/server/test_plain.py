"""Plain deliveries are answered as aiohttp would, and nothing else is taken for one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_parser import HttpRequestParser
from fakes import signature
from house import SECRET, House, open_house, open_sandbox
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import TryLater
from bridge.server import plain, webhooks
from bridge.server.plain import Way
from bridge.store import Store, deliveries, views

RX = "/webhooks/rxscale"
WAYS = {RX: Way(lambda _: True, lambda *_: None)}
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def body_of(number: int) -> bytes:
    data = b'{"event_type":"pharmacy_order_created","timestamp":%d,"data":{"uid":"po-%d"}}'
    return data % (number, number)


def request(number: int = 1, *more: bytes, secret: str = SECRET, line: bytes = b"") -> bytes:
    body = body_of(number)
    head = [
        line or b"POST /webhooks/rxscale HTTP/1.1",
        b"Host: bridge.example",
        b"X-Webhook-Signature: " + signature(secret, body).encode(),
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        *more,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@asynccontextmanager
async def house_of(folder: Path) -> AsyncIterator[House]:
    async with open_sandbox() as sandbox, open_house(sandbox, folder) as house:
        yield house


async def dialled(house: House, sent: bytes = b"") -> Line:
    line = await asyncio.open_connection("127.0.0.1", house.running.port)
    line[1].write(sent)
    return line


async def answer(line: Line) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """The next one's status line, headers and body."""
    async with asyncio.timeout(20):
        first, *rest = (await line[0].readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2]
        headers = dict(each.split(b": ", 1) for each in rest)
        return first, headers, await line[0].readexactly(int(headers[b"Content-Length"]))


@pytest.fixture
def by_aiohttp(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What aiohttp was left with."""
    seen: list[str] = []
    receiver = webhooks._receiver

    def watched(parts: object, vendor: str, whom: object) -> webhooks.Handler:
        handler = receiver(parts, vendor, whom)  # type: ignore[arg-type]

        async def receive(request: object) -> object:
            seen.append(vendor)
            return await handler(request)  # type: ignore[arg-type]

        return receive  # type: ignore[return-value]

    monkeypatch.setattr(webhooks, "_receiver", watched)
    return seen


# -- as aiohttp answers ------------------------------------------------------------------------


async def test_both_ways_answer_alike(tmp_path: Path, by_aiohttp: list[str]):
    async with house_of(tmp_path) as house:
        first = await dialled(house, request(1))
        plainly = await answer(first)
        second = await dialled(house, request(2, b"Accept-Encoding: gzip", b"TE: trailers"))
        usual = await answer(second)
        for line in (first, second):
            line[1].close()
    assert by_aiohttp == ["rxscale"]
    for _, headers, _ in (plainly, usual):
        assert headers.pop(b"Date").endswith(b" GMT")
    assert plainly == usual
    assert plainly[2] == b'{"status":"hinted"}'


async def test_a_connection_is_kept_for_one_delivery_after_the_other(
    tmp_path: Path, by_aiohttp: list[str]
):
    async with house_of(tmp_path) as house:
        line = await dialled(house)
        for number in (1, 2, 2, 3):
            line[1].write(request(number))
            assert (await answer(line))[0] == b"HTTP/1.1 200 OK"
        line[1].close()
        counters = (await house.bridge.store.read(views.facts, house.bridge.started_at)).counters
    assert counters["deliveries_duplicate"] == 1
    assert not by_aiohttp


async def test_a_body_may_come_in_pieces_after_its_head(tmp_path: Path, by_aiohttp: list[str]):
    async with house_of(tmp_path) as house:
        sent = request(1)
        at = sent.index(b"\r\n\r\n") + 4
        line = await dialled(house, sent[:at])
        for piece in (sent[at : at + 1], sent[at + 1 : at + 20], sent[at + 20 :]):
            await asyncio.sleep(0.01)
            line[1].write(piece)
        assert (await answer(line))[0] == b"HTTP/1.1 200 OK"
        line[1].close()
    assert not by_aiohttp


@pytest.mark.parametrize("cut", [1, 20, 40, 100, -10])
async def test_a_delivery_may_come_in_two(tmp_path: Path, cut: int):
    async with house_of(tmp_path) as house:
        line = await dialled(house, request(1)[:cut])
        await asyncio.sleep(0.01)
        line[1].write(request(1)[cut:])
        assert (await answer(line))[0] == b"HTTP/1.1 200 OK"
        line[1].close()


async def test_who_does_not_wait_for_answers_gets_them_in_turn(tmp_path: Path):
    async with house_of(tmp_path) as house:
        line = await dialled(house, request(1))
        for number in (1, 2, 1):
            await asyncio.sleep(0)
            line[1].write(request(number))
        line[1].write(request(3) + request(4)[:-5])
        found = [(await answer(line))[2] for _ in range(5)]
        line[1].write(request(4)[-5:])
        found.append((await answer(line))[2])
        line[1].close()
    new, again = b'{"status":"hinted"}', b'{"status":"duplicate"}'
    assert found == [new, again, new, again, new, new]


# -- what is left to aiohttp -------------------------------------------------------------------


async def test_a_refusal_is_told_and_counted_once(tmp_path: Path, by_aiohttp: list[str]):
    async with house_of(tmp_path) as house:
        line = await dialled(house, request(1, secret="whsec_other"))
        assert (await answer(line))[0].startswith(b"HTTP/1.1 401 ")
        line[1].write(request(1))
        assert (await answer(line))[2] == b'{"status":"hinted"}'
        line[1].close()
        assert house.bridge.listening._forged["rxscale"] == 0  # what is genuine ends it
        assert b'outcome="bad signature",vendor="rxscale"} 1.0' in house.bridge.metrics.text()
    assert by_aiohttp == ["rxscale"] * 2


async def test_what_cannot_be_stored_at_first_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_aiohttp: list[str]
):
    async with house_of(tmp_path) as house:
        fails = [TryLater("locked"), TryLater("locked")]  # in the event loop, in the thread
        receive = deliveries.receive

        def failing(connection: object, some: object) -> object:
            if fails:
                raise fails.pop()
            return receive(connection, some)  # type: ignore[arg-type]

        monkeypatch.setattr("bridge.server.webhooks.deliveries.receive", failing)
        line = await dialled(house, request(1))
        assert (await answer(line))[2] == b'{"status":"hinted"}'
        line[1].close()
    assert by_aiohttp == ["rxscale"]


async def test_what_is_on_its_way_when_the_server_stops_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with house_of(tmp_path) as house:
        begun, free = asyncio.Event(), asyncio.Event()
        parts = house.bridge.store

        async def slowly(*given: object) -> object:
            begun.set()
            await free.wait()
            return webhooks.Receipt.HINTED

        monkeypatch.setattr(type(parts), "write_together", slowly)
        line = await dialled(house, request(1))
        await begun.wait()
        stopping = asyncio.create_task(house.running.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done()
        free.set()
        assert (await answer(line))[0] == b"HTTP/1.1 200 OK"
        await stopping
        monkeypatch.undo()
        line[1].close()


def test_who_goes_away_before_the_answer_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    uvloop = pytest.importorskip("uvloop")  # asyncio's own says nothing of it
    said: list[str] = []
    lines: list[Line] = []
    store = Store.write_together

    async def slowly(*given: object) -> object:
        lines[0][1].transport.abort()
        await asyncio.sleep(0.05)
        return await store(*given)  # type: ignore[arg-type]

    async def gone() -> int:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: said.append(str(told)))
        async with house_of(tmp_path) as house:
            monkeypatch.setattr(Store, "write_together", slowly)
            lines.append(await dialled(house, request(1)))
            await asyncio.sleep(0.3)
            return (await house.bridge.store.read(views.facts, house.bridge.started_at)).open_orders

    assert uvloop.run(gone()) == 1
    assert not said


UNUSUAL = [
    (b"Transfer-Encoding: chunked",),
    (b"Content-Length: 3",),
    (b"Host: other.example",),
    (b"Content-Encoding: gzip",),
    (b"Expect: 100-continue",),
    (b"Upgrade: websocket", b"Connection: Upgrade"),
    (b"Connection: close",),
    (b"X-Folded: a", b" b"),
    (b"X-Space : a",),
    (b"X-Latin: \xe4",),
    (b"X-Nul: a\0b",),
    (b"X-Bare: a\nX-Other: b",),
    (b"X-Empty:",),
    (b": nameless",),
]


@pytest.mark.parametrize("more", UNUSUAL)
def test_what_can_be_read_in_two_ways_is_not_plain(more: tuple[bytes, ...]):
    assert plain.read(request(1, b"Connection: keep-alive", b"X-Trace: 1"), WAYS) is not None
    assert plain.read(request(1, *more), WAYS) is None


@pytest.mark.parametrize(
    "line",
    [
        b"POST /webhooks/rxscale HTTP/1.0",
        b"post /webhooks/rxscale HTTP/1.1",
        b"GET /webhooks/rxscale HTTP/1.1",
        b"POST  /webhooks/rxscale HTTP/1.1",
        b"POST /webhooks/rxscale/ HTTP/1.1",
        b"POST /webhooks/rxscale?a=b HTTP/1.1",
        b"POST http://x/webhooks/rxscale HTTP/1.1",
        b"\r\nPOST /webhooks/rxscale HTTP/1.1",
    ],
)
def test_nor_is_another_first_line(line: bytes):
    assert plain.read(request(line=line), WAYS) is None


@pytest.mark.parametrize(
    "size", [b"", b"0", b"-1", b"+5", b"05", b"5 ", b"0x5", b"65537", b"9" * 9]
)
def test_nor_another_size(size: bytes):
    sent = b"POST /webhooks/rxscale HTTP/1.1\r\nHost: x\r\nContent-Length: %b\r\n\r\n12345"
    assert plain.read(sent % b"5", WAYS) is not None
    assert plain.read(sent % size, WAYS) is None


def test_nor_a_head_beyond_what_aiohttp_takes():
    assert plain.read(request(1, b"X-Long: " + b"a" * 8000), WAYS) is None


PIECES = st.sampled_from(
    [
        *(b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b"\xff", b"0", b"1", b"a"),
        *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: y\r\n"),
        *(b"Connection: close\r\n", b"\r\n\r\n", b"POST / HTTP/1.1\r\n", b"HTTP/1.0", b"%2e"),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 8), PIECES), max_size=4))
@example([])
def test_aiohttp_reads_what_is_plain_in_the_same_way(changes: list[tuple[int, int, bytes]]):
    sent = request(7)
    for at, length, piece in changes:
        sent = sent[:at] + piece + sent[at + length :]
    found = plain.read(sent, WAYS)
    if found is None or found[3] > len(sent):
        return
    _, headers, begins, ends = found

    async def parsed() -> None:
        loop = asyncio.get_running_loop()
        parser = HttpRequestParser(BaseProtocol(loop), loop, 2**16)
        messages, upgraded, rest = parser.feed_data(sent[:ends])
        [(message, payload)] = messages
        assert (message.method, message.path, message.version) == ("POST", RX, (1, 1))
        assert not any((upgraded, rest, message.should_close, message.chunked))
        assert {name.lower(): value for name, value in message.headers.items()} == {
            name: value.rstrip() for name, value in headers.items()
        }
        assert await payload.read() == sent[begins:ends]

    asyncio.run(parsed())
