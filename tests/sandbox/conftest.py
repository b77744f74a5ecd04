"""Sandboxes to start, and callers and receivers around them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sandbox.callers import BASE, V2, Caller, Receiver

from bridge.sandbox import Sandbox, SandboxSettings

Start = Callable[..., Awaitable[Sandbox]]


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = 1_767_340_800.5

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def start(clock: Clock) -> AsyncIterator[Start]:
    """Starts a sandbox without limits and with hasty redeliveries, unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def go(**settings: Any) -> Sandbox:
            usual = {
                "rx_per_second": 0,
                "rx_per_minute": 0,
                "webhook_base_seconds": 0.01,
                "clock": clock,
            }
            return await stack.enter_async_context(Sandbox(SandboxSettings(**usual | settings)))

        yield go


@pytest.fixture
async def sandbox(start: Start) -> Sandbox:
    return await start()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    # aiohttp sends a GET again when a kept connection breaks; here every call has its own
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
def rx_of(session: aiohttp.ClientSession) -> Callable[..., Caller]:
    """A caller of that sandbox's RxScale, below its base path, with a key."""

    def make(sandbox: Sandbox, base: str = BASE, key: str | None = None) -> Caller:
        key = sandbox.settings.rx_api_key if key is None else key
        return Caller(session, sandbox.rxscale_url + base, {"X-API-Key": key})

    return make


@pytest.fixture
def rx(sandbox: Sandbox, rx_of: Callable[..., Caller]) -> Caller:
    return rx_of(sandbox)


@pytest.fixture
def p1_of(session: aiohttp.ClientSession) -> Callable[..., Awaitable[Caller]]:
    """A caller of that sandbox's PharmaOne with a fresh token, below its v2 path."""

    async def make(sandbox: Sandbox, path: str = V2) -> Caller:
        caller = Caller(session, sandbox.pharmaone_url)
        key = {"apikey": sandbox.settings.p1_api_key}
        token = await caller("POST", f"{V2}/auth/token", headers=key)
        bearer = {"Authorization": f"Bearer {token.body['access_token']}"}
        return Caller(session, sandbox.pharmaone_url + path, bearer)

    return make


@pytest.fixture
async def p1(sandbox: Sandbox, p1_of: Callable[..., Awaitable[Caller]]) -> Caller:
    return await p1_of(sandbox)


@pytest.fixture
def admin(sandbox: Sandbox, session: aiohttp.ClientSession) -> Caller:
    return Caller(session, f"{sandbox.rxscale_url}/_sandbox")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.released.set()
    await runner.cleanup()
