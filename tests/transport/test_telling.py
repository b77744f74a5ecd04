"""What the log, the observer and the health facts are told, and what they must never hear."""

import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from transport.doubles import (
    NOBODY,
    NOON,
    Make,
    Time,
    Vendor,
    cut_after_half,
    cut_before_headers,
    failures,
    status,
)

from bridge.errors import BridgeError
from bridge.exchange import Call, Priority, Request
from bridge.transport.breaker import State


async def test_every_http_request_is_observed_and_timed(
    vendor: Vendor, transport: Make, calls: list[Call], time: Time
) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        time.now += 1.234
        return web.Response(status=201)

    vendor.will(slow)
    await transport()(vendor.request("POST"))
    assert calls == [Call("RxScale", "POST /{thing}", "201", 1234)]


SECRETS = ("canary-api-key", "Kanarienvogel", "secret-query", "secret-path", "127.0.0.1")


@pytest.mark.parametrize(
    "answer",
    [status(200), status(404), status(500), status(429), cut_before_headers, cut_after_half],
)
@pytest.mark.parametrize("url", [None, NOBODY, "http://secret-path.test:bad/", "http://"])
async def test_no_log_line_error_or_fact_holds_more_than_route_and_outcome(
    vendor: Vendor,
    transport: Make,
    calls: list[Call],
    caplog: pytest.LogCaptureFixture,
    answer: Any,
    url: str | None,
) -> None:
    vendor.will(answer)
    given = vendor.request("POST", "/secret-path/Kanarienvogel")
    request = Request(
        "POST",
        url or given.url,
        given.route,
        Priority.ORDER,
        repeatable=False,
        headers={"X-API-Key": "canary-api-key"},
        query=(("q", "secret-query"),),
        body=b"Kanarienvogel",
    )
    send, told = transport(), ""
    caplog.set_level(logging.DEBUG, "bridge.transport")
    try:
        await send(request)
    except BridgeError as error:
        told = "".join(traceback.format_exception(error))
        assert error.__context__ is None
    lines = [line for line in caplog.messages if line.startswith("RxScale: ")]
    assert len(lines) == len(calls) == 1
    assert "POST /{thing}" in lines[0]
    for secret in SECRETS:
        assert secret not in told + lines[0] + repr(calls) + repr(send.facts())


async def test_facts(vendor: Vendor, transport: Make) -> None:
    moments = iter(NOON + timedelta(seconds=n) for n in range(9))
    vendor.will(status(200), status(404), status(401))
    send = transport(now=lambda: next(moments))
    fresh = send.facts()
    assert (fresh.last_success_at, fresh.last_error_at, fresh.last_error) == (None, None, None)
    assert (fresh.breaker, fresh.waiting, fresh.paused_seconds) == (State.CLOSED, 0, 0.0)
    for _ in range(3):
        await send(vendor.request())
    facts = send.facts()
    assert facts.last_success_at == NOON
    assert facts.last_error_at == NOON + timedelta(seconds=2)
    assert facts.last_error == "GET /{thing}: 401"


async def test_the_breaker_is_heard_of_when_it_turns(
    vendor: Vendor, transport: Make, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    send = transport()
    await failures(send, vendor, 5)
    time.now += 5
    await send(vendor.request())
    turns = [line for line in caplog.messages if "breaker" in line]
    assert turns == ["RxScale: breaker open", "RxScale: breaker closed"]
