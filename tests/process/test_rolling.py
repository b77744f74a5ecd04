"""A rolling restart under load: replicas are stopped and started one after the other behind a proxy
that sends each delivery to one that says it is ready, and never a second time.
"""

import asyncio
import itertools
import json
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from fakes import signature
from house import SECRET, free_port, open_sandbox
from postgresql import Server
from process.test_run import PATIENCE_SECONDS, environment, start, until

from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Call
from bridge.server.web import serve

LEAVE_SECONDS = 2.0
ASK_SECONDS = 0.2
ORDERS_A_SECOND, KNOCKS_A_SECOND = 5, 40
IDLE_SECONDS = 2.0
"""Nobody works for longer than that at no time (the issue's limit)."""


@dataclass
class Proxy:
    """Asks each replica again and again whether it is ready."""

    replicas: Sequence[str]
    http: aiohttp.ClientSession
    ready: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    passed: int = 0
    _turns: Iterator[int] = field(default_factory=itertools.count)

    async def ask(self) -> None:
        while True:
            answers = await asyncio.gather(*map(self._is_ready, self.replicas))
            self.ready = [
                url for url, is_ready in zip(self.replicas, answers, strict=True) if is_ready
            ]
            await asyncio.sleep(ASK_SECONDS)

    async def _is_ready(self, url: str) -> bool:
        with suppress(aiohttp.ClientError):
            async with self.http.get(f"{url}/health/ready") as answer:
                return answer.status == 200
        return False

    async def pass_on(self, request: web.Request) -> web.Response:
        body, ready = await request.read(), self.ready
        if not ready:
            self.refused.append("nobody is ready")
            return web.Response(status=502)
        url = ready[next(self._turns) % len(ready)]
        try:
            sent = {"data": body, "headers": request.headers}
            async with self.http.post(url + request.path, **sent) as answer:
                if answer.status != 200:
                    self.refused.append(f"{answer.status}: {await answer.text()}")
                self.passed += answer.status == 200
                return web.Response(status=answer.status)
        except aiohttp.ClientError as error:
            self.refused.append(repr(error))
            return web.Response(status=502)


@asynccontextmanager
async def proxy(replicas: Sequence[str]) -> AsyncIterator[tuple[Proxy, str]]:
    async with aiohttp.ClientSession() as http:
        found, application = Proxy(replicas, http), web.Application()
        application.add_routes([web.post("/webhooks/rxscale", found.pass_on)])
        running = await serve(application, "127.0.0.1", 0)
        asking = asyncio.create_task(found.ask())
        try:
            yield found, f"{running.url}/webhooks/rxscale"
        finally:
            asking.cancel()
            await running.stop()


class Replica:
    """A process that is started again and again at one port. `said`: its log, once it ended."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.said: list[dict[str, str]] = []
        self._env = env | {"RXBRIDGE_SERVER__PORT": str(port)}
        self._folder = folder

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Replica"]:
        await self.start()
        try:
            yield self
        finally:
            await self.end(signal.SIGKILL)

    async def start(self) -> None:
        self._process = await start(self._env, self._folder)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> float:
        """How long it took to stop."""
        clock = asyncio.get_running_loop().time
        began = clock()
        if self._process.returncode is None:
            self._process.send_signal(how)
        _, said = await asyncio.wait_for(self._process.communicate(), PATIENCE_SECONDS)
        self.said += map(json.loads, said.splitlines())
        assert self._process.returncode in (0, -signal.SIGKILL), said.decode()
        return clock() - began


@asynccontextmanager
async def knocking(address: str) -> AsyncIterator[None]:
    """So many deliveries a second that nobody need act on, beside those of orders."""

    async def knock(http: aiohttp.ClientSession, number: int) -> None:
        body = json.dumps({"event_type": "unheard_of", "timestamp": number, "data": {}}).encode()
        headers = {"X-Webhook-Signature": signature(SECRET, body)}
        async with http.post(address, data=body, headers=headers) as answer:
            await answer.read()

    async def knock_on() -> None:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            for number in itertools.count():
                group.create_task(knock(http, number))
                await asyncio.sleep(1 / KNOCKS_A_SECOND)

    task = asyncio.create_task(knock_on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def ordering(sandbox: Sandbox) -> AsyncIterator[list[str]]:
    """So many orders a second, each told by a webhook at once."""
    uids: list[str] = []

    async def order() -> None:
        while True:
            uids.extend(sandbox.world.add_orders(1))
            await asyncio.sleep(1 / ORDERS_A_SECOND)

    task = asyncio.create_task(order())
    try:
        yield uids
    finally:
        task.cancel()


def at(line: dict[str, str]) -> float:
    return datetime.fromisoformat(line["time"]).timestamp()


def idle(replicas: Sequence[Replica], calls: Sequence[Call]) -> list[float]:
    """Of each hand-over: how long from the end of the one's work to the first call of the next."""
    said = sorted((line for each in replicas for line in each.said), key=at)
    ends = [at(line) for line in said if line["message"] == "stopping"]
    claims = [at(line) for line in said if line["message"] == "works for"][1:]
    assert len(ends) == len(claims)
    begins = [min(call.at for call in calls if call.at > claim) for claim in claims]
    return [begun - ended for ended, begun in zip(ends, begins, strict=True)]


async def test_no_webhook_is_refused_and_nobody_waits(tmp_path: Path, postgresql: Server):
    async with open_sandbox() as sandbox, AsyncExitStack() as stack:
        rows = {"URL": postgresql.url(), "PHARMACY": postgresql.place().pharmacy}
        more = {f"RXBRIDGE_STORE__{key}": value for key, value in rows.items()}
        more["RXBRIDGE_SERVER__LEAVE_SECONDS"] = str(LEAVE_SECONDS)
        more["RXBRIDGE_ORDERS__POLL_SECONDS"] = "3600"
        env = environment(sandbox, tmp_path, **more)
        replicas = [
            await stack.enter_async_context(Replica(env, tmp_path).running()) for _ in range(3)
        ]
        passing = proxy([each.url for each in replicas])
        door, address = await stack.enter_async_context(passing)
        await until(lambda: len(door.ready) == 3)
        sandbox.world.subscribe("rxscale", address, SECRET)
        async with knocking(address), ordering(sandbox) as uids:
            await until(lambda: sandbox.world.order_requests)
            for each in replicas:
                assert await each.end() > LEAVE_SECONDS
                await each.start()
                await until(lambda: len(door.ready) == 3)
        held = sandbox.world.order_requests
        await until(lambda: len(held) == len(uids))
        assert door.refused == []
        assert door.passed > 3 * KNOCKS_A_SECOND * LEAVE_SECONDS
        assert sandbox.world.courier.counts["refused"] == 0
        assert sorted(each.external_reference for each in held.values()) == sorted(uids)
        for each in replicas:
            await each.end(signal.SIGKILL)
        found = idle(replicas, sandbox.world.calls())
        assert found
        assert max(found) < IDLE_SECONDS
