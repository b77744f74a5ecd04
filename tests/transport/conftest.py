"""Transports to a scripted vendor, with a time that is ours."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from transport.doubles import NOON, Time, Vendor

from bridge.exchange import Call
from bridge.transport.budget import Limits
from bridge.transport.client import Transport
from bridge.transport.session import session


@pytest.fixture(autouse=True)
def no_test_waits_for_ever() -> Iterator[None]:
    """A fault that leaves a call waiting fails its test, instead of holding up all others."""

    def ring(*_: Any) -> None:
        raise TimeoutError("somebody waits for ever")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 20)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    app = web.Application()
    server = TestServer(app)
    vendor = Vendor(server)
    app.router.add_route("*", "/{path:.*}", vendor.handle)
    async with server:
        yield vendor


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def transport(
    http: aiohttp.ClientSession, time: Time, calls: list[Call]
) -> Callable[..., Transport]:
    def make(limits: Limits | None = None, **more: Any) -> Transport:
        given: dict[str, Any] = {
            "clock": time.clock,
            "sleep": time.sleep,
            "now": lambda: NOON,
            "jitter": lambda: 0.5,
            "observe": calls.append,
        }
        pool = more.pop("http", http)
        return Transport("RxScale", pool, limits or Limits(0, 0), **(given | more))

    return make
