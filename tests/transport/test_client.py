"""An answer comes: it is handed on as it is, over connections that remember nothing."""

import asyncio
import gzip
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from transport.doubles import NOBODY, Held, Make, Time, Vendor, outcomes, status

from bridge.errors import BridgeError, Garbled, Unsure
from bridge.exchange import Call, Priority, Request
from bridge.transport.budget import Limits
from bridge.transport.session import session

# Answers, as they are


@pytest.mark.parametrize("code", [200, 201, 204, 301, 302, 307, 400, 401, 403, 404, 409, 422])
async def test_every_answer_is_returned_as_it_is(
    vendor: Vendor, transport: Make, code: int
) -> None:
    body = b"" if code == 204 else b'{"a": 1}'
    vendor.will(status(code, body, X_Word="here", Location=NOBODY))
    answer = await transport()(vendor.request("POST", body=b"{}"))
    assert (answer.status, answer.body) == (code, body)
    assert answer.headers["x-word"] == "here"
    assert vendor.seen == ["POST /thing"]


async def test_the_request_arrives_as_it_was_given(vendor: Vendor, transport: Make) -> None:
    got: dict[str, Any] = {}

    async def look(request: web.Request) -> web.StreamResponse:
        got.update(body=await request.read(), query=list(request.query.items()))
        return web.Response()

    vendor.will(look)
    await transport()(
        vendor.request(
            "PATCH",
            "/a/b%2Fc",
            headers={"X-API-Key": "k"},
            query=(("status", "open"), ("status", "on hold"), ("page", "0")),
            body=b"\x00raw",
        )
    )
    assert got["body"] == b"\x00raw"
    assert got["query"] == [("status", "open"), ("status", "on hold"), ("page", "0")]
    assert vendor.requests[0].headers["X-API-Key"] == "k"
    assert vendor.requests[0].raw_path.startswith("/a/b%2Fc?")


async def test_compressed_answers_are_unpacked(vendor: Vendor, transport: Make) -> None:
    vendor.will(status(200, gzip.compress(b"long" * 1000), Content_Encoding="gzip"))
    assert (await transport()(vendor.request())).body == b"long" * 1000


async def test_cookies_are_not_kept(vendor: Vendor, transport: Make) -> None:
    vendor.will(status(200, Set_Cookie="track=me"))
    send = transport()
    # By name: cookies of bare addresses are not kept by anyone.
    url = str(vendor.server.make_url("/thing")).replace("127.0.0.1", "localhost")
    await send(vendor.request(url=url))
    await send(vendor.request(url=url))
    assert "Cookie" not in vendor.requests[1].headers


async def test_connections_are_kept_and_used_again(vendor: Vendor, transport: Make) -> None:
    send = transport()
    for _ in range(3):
        await send(vendor.request("POST", body=b"{}"))
    assert len({request.transport for request in vendor.requests}) == 1


async def test_a_proxy_named_in_the_environment_is_not_asked(
    vendor: Vendor, transport: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", NOBODY)
    assert (await transport()(vendor.request())).status == 200


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("repeatable", "kind"), [(True, Garbled), (False, Unsure)])
async def test_an_answer_too_long_is_not_read(
    vendor: Vendor, transport: Make, repeatable: bool, kind: type[BridgeError], packed: bool
) -> None:
    body = b"x" * 5000
    vendor.will(
        status(200, gzip.compress(body), Content_Encoding="gzip") if packed else status(200, body)
    )
    send = transport(Limits(0, 0, answer_bytes=4999))
    with pytest.raises(kind) as raised:
        await send(vendor.request("PUT", repeatable=repeatable))
    assert type(raised.value) is kind
    assert len(vendor.seen) == 1
    assert (await transport(Limits(0, 0, answer_bytes=5000))(vendor.request())).status == 200


# Cancellation


async def test_a_call_under_way_can_be_cancelled(
    vendor: Vendor, transport: Make, calls: list[Call]
) -> None:
    held = Held()
    vendor.will(held)
    send = transport(Limits(0, 0, at_once=1))
    for repeatable in (True, False):
        held.arrived.clear()
        vendor.will(held)
        call = asyncio.create_task(send(vendor.request(repeatable=repeatable)))
        await held.arrived.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    held.go.set()
    assert outcomes(calls) == ["abandoned"] * 2
    vendor.script.clear()
    assert (await send(vendor.request())).status == 200


async def test_a_pause_between_tries_can_be_cancelled(
    vendor: Vendor, transport: Make, calls: list[Call]
) -> None:
    pausing = asyncio.Event()

    async def for_ever(_: float) -> None:
        pausing.set()
        await asyncio.Event().wait()

    vendor.will(status(500))
    call = asyncio.create_task(transport(sleep=for_ever)(vendor.request()))
    await pausing.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert outcomes(calls) == ["500"]


# Odd cases


async def test_an_error_of_aiohttp_never_seen_before_is_unsure(
    transport: Make, mocked: Any
) -> None:
    mocked.post("http://h/x", exception=aiohttp.ClientError("http://h/x?secret"))
    with pytest.raises(Unsure, match=r"^no answer from RxScale to POST /x \(ClientError\)$"):
        await transport()(
            Request("POST", "http://h/x", "POST /x", Priority.ORDER, repeatable=False)
        )


async def test_a_session_that_does_not_tell_of_sending_counts_calls_when_they_end(
    transport: Make, mocked: Any, time: Time
) -> None:
    mocked.get("http://h/x", status=200, body="{}", repeat=True)
    send = transport(Limits(1, 0))
    for _ in range(2):
        answer = await send(Request("GET", "http://h/x", "GET /x", Priority.ORDER, repeatable=True))
        assert (answer.status, answer.body) == (200, b"{}")
    assert sum(time.sleeps) == pytest.approx(1.01, abs=0.005)


async def test_such_a_session_counts_calls_whose_answer_was_lost_too(
    transport: Make, mocked: Any, time: Time
) -> None:
    mocked.post("http://h/x", exception=aiohttp.ServerDisconnectedError())
    mocked.post("http://h/x", status=200)
    send = transport(Limits(1, 0))
    request = Request("POST", "http://h/x", "POST /x", Priority.ORDER, repeatable=False)
    with pytest.raises(Unsure):
        await send(request)
    await send(request)
    assert sum(time.sleeps) == pytest.approx(1.01, abs=0.005)


async def test_a_session_of_our_own_stays_open_for_its_owner_to_close() -> None:
    http = session()
    assert not http.trust_env
    await http.close()
    assert http.closed


async def test_a_late_answer_is_nobody_elses(vendor: Vendor, transport: Make) -> None:
    """The connection of a call that was given up is not used again."""
    held = Held()
    vendor.will(held)
    hasty = transport(Limits(0, 0, deadline_seconds=0.1, connect_seconds=0.05))
    with pytest.raises(Unsure):
        await hasty(vendor.request("POST"))
    vendor.will(status(200, b"mine"))
    held.go.set()
    assert (await transport()(vendor.request("POST"))).body == b"mine"
    assert len({request.transport for request in vendor.requests}) == 2


@pytest.mark.parametrize("value", ["k\r\nX-Other: 1", "k\nX-Other: 1", "k\rX-Other: 1", "k\0"])
async def test_a_header_of_two_lines_is_not_sent(
    vendor: Vendor, transport: Make, value: str
) -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader"):
        await transport()(vendor.request("POST", headers={"X-API-Key": value}))
    assert not vendor.seen
    assert (await transport()(vendor.request())).status == 200
