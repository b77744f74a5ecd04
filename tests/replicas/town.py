"""Some pharmacies, three replicas that work for them, both vendors, and people who order."""

import asyncio
import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from house import CHAIN, MAPPINGS, P1_SECRET, PHARMACY, SECRET, free_port, sandbox_settings

from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale
from bridge.sandbox import Sandbox, server
from replicas.database import Door, Pair

KEY, OWN_KEY = "campaign-group-key", "campaign-own-key"
ALONE = "solo"
"""It has a key of its own; all others share one."""
BASE = f"""{CHAIN}[log]
level = "info"
[stock]
write = true
[orders]
poll_seconds = 3600
unsure_grace_seconds = {{grace}}
[keys.chain]
"""
SECRETS = {
    "KEY__CHAIN__API_KEY": KEY,
    "KEY__CHAIN__WEBHOOK_SECRETS": SECRET,
    "PHARMACY__SOLO__RXSCALE__API_KEY": OWN_KEY,
    "PHARMACY__SOLO__RXSCALE__WEBHOOK_SECRETS": SECRET,
    "PHARMAONE__API_KEY": "p1-sandbox-key",
    "PHARMAONE__WEBHOOK_SECRETS": P1_SECRET,
}
BUDGETS = {KEY: "key:chain", OWN_KEY: ALONE}
ACCOUNTS = ("pharmaone", "pharmaone alone")
"""At PharmaOne: of all, and by another address that of the one which has a key of its own."""
OWN_ADDRESS = """
[pharmaone]
base_url = "{url}"
"""
REPLICAS = 3
ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("replica.py")
DRAIN_SECONDS = 60.0
TRY_SECONDS = 1.5
"""So long the proxy waits for a replica before it asks the next one."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call as a vendor saw it. `by`: the number of the replica."""

    at: float
    vendor: str
    key: str
    by: int


@dataclass(eq=False)
class Replica:
    """A process, and what comes after it once it is killed."""

    number: int
    folder: Path
    port: int
    doors: list[Door]
    pids: list[int] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        hosts = ",".join(f"127.0.0.1:{door.port}" for door in self.doors)
        store = f"postgresql://rxbridge@{hosts}/rxbridge?target_session_attrs=read-write"
        values = {**SECRETS, "STORE__URL": store}
        environ = {f"RXBRIDGE_{name}": value for name, value in values.items()}
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(PROGRAM), "--config", str(self.folder / "rxbridge.toml")),
                "run",
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
            )
        self.pids.append(self.process.pid)

    def tell(self, word: str) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    def send(self, number: int) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def kill(self) -> None:
        assert self.process is not None
        self.send(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> None:
        assert self.process is not None
        self.send(signal.SIGTERM)
        assert await self.process.wait() == 0

    async def end(self) -> None:
        """Nothing is asked of it any more."""
        if self.process is not None and self.process.returncode is None:
            await self.kill()

    def is_alive(self) -> None:
        assert self.process is not None
        assert self.process.returncode is None, (self.folder / "log").read_text()[-2000:]

    def stands_still(self) -> bool:
        assert self.process is not None
        with suppress(OSError):
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
            return stat.rpartition(")")[2].split()[0] == "T"
        return False


class Town:
    """All of it, and what was seen."""

    def __init__(self, sandbox: Sandbox, pair: Pair, names: list[str], luck: random.Random) -> None:
        self.sandbox, self.pair, self.names, self.luck = sandbox, pair, names, luck
        self.replicas: list[Replica] = []
        self.calls: list[Called] = []
        self.taken: set[tuple[str, str]] = set()
        """Deliveries that were answered with a 2xx."""
        self._turns = itertools.count()
        self.orders_a_minute = 15.0

    def number_of(self, owner: str | None) -> int | None:
        """Which replica that is, by the name it has in the database: `host:pid:id`."""
        pid = int(owner.split(":")[-2]) if owner is not None else None
        found = [each.number for each in self.replicas if pid in each.pids]
        return found[-1] if found else None

    def note(self, at: float, vendor: str, key: str, host: str) -> None:
        """The replicas know the vendors by different names: 127.0.0.1, .2 and .3; and the one
        pharmacy PharmaOne as 127.0.1.1 and so on.
        """
        number = int(host.partition(":")[0].rpartition(".")[2]) - 1
        self.calls.append(Called(at, vendor, key, number))

    def order(self) -> str:
        name = self.luck.choice(self.names)
        uid = "ph-sandbox" if name == ALONE else f"ph-{name}"
        (made,) = self.sandbox.world.add_orders(1, [{"pharmacy": {"uid": uid}}])
        return made

    async def people(self) -> None:
        """Order, approve (the sandbox does it), pack and hand over."""
        world, due = self.sandbox.world, time.monotonic()
        while True:
            if time.monotonic() >= due and self.orders_a_minute:
                due = time.monotonic() + 60 / self.orders_a_minute
                self.order()
            for order in world.p1_orders.values():
                if order.status == "awaiting_packing":
                    world.change_p1_order(order.id, status="ready_pickup")
                elif not order.data["picked_up"]:
                    world.change_p1_order(order.id, picked_up=True)
            await asyncio.sleep(1.0)

    async def finished(self, seconds: float) -> list[str]:
        """Nobody orders any more; the orders that are not at their end after so long."""
        self.orders_a_minute = 0.0
        until = time.monotonic() + seconds
        while self.unfinished() and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        with suppress(TimeoutError):  # what nobody takes is sent again ever later
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.sandbox.drain()
        return self.unfinished()

    def unfinished(self) -> list[str]:
        orders = self.sandbox.world.orders.values()
        return [order.uid for order in orders if order.status != "completed"]

    async def pass_on(self, request: web.Request) -> web.Response:
        """As a proxy before the replicas: the next one, if one does not answer or says 503."""
        body, vendor = await request.read(), request.match_info["vendor"]
        headers = {name: value for name, value in request.headers.items() if name[:2] == "X-"}
        path = (
            f"/webhooks/{self._whose(body)}/rxscale"
            if vendor == "rxscale"
            else "/webhooks/pharmaone"
        )
        first = next(self._turns)
        status = 503
        for at in range(len(self.replicas)):
            one = self.replicas[(first + at) % len(self.replicas)]
            with suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(TRY_SECONDS):
                    async with self.http.post(one.url + path, data=body, headers=headers) as answer:
                        status = answer.status
                if status != 503:
                    break
        if status < 300:
            self.taken.add(named(vendor, headers, body))
        return web.Response(status=status)

    @staticmethod
    def _whose(body: bytes) -> str:
        uid = json.loads(body)["data"]["pharmacy"]
        return ALONE if (uid if isinstance(uid, str) else uid["uid"]) == "ph-sandbox" else "chain"

    @property
    def http(self) -> aiohttp.ClientSession:
        return self._http

    @http.setter
    def http(self, session: aiohttp.ClientSession) -> None:
        self._http = session

    async def at_work(self) -> None:
        """Every replica has every pharmacy, and each key is somebody's."""
        async with asyncio.timeout(180):
            for each in self.replicas:
                while not await self._has_all(each):
                    each.is_alive()
                    await asyncio.sleep(0.5)

    async def _has_all(self, one: Replica) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(5), self.http.get(f"{one.url}/health") as answer:
                told = (await answer.json())["pharmacies"]
            return len(told) == len(self.names) and all(
                each["status"] != "down" for each in told.values()
            )
        return False


def named(vendor: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
    """As the store names a delivery."""
    now = datetime.now(UTC)
    if vendor == "rxscale":
        read = rxscale.read(headers, body, [SECRET], now)
        assert read is not None
        return vendor, read.dedup_key
    return vendor, pharmaone.read(headers, body, [P1_SECRET], now).dedup_key


@asynccontextmanager
async def open_town(
    folder: Path, pair: Pair, pharmacies: int, seed: int, grace: float = 21.0
) -> AsyncIterator[Town]:
    """`grace`: more than a call to a vendor may take, where one may take long."""
    async with AsyncExitStack() as stack:
        names = [ALONE, *(f"p{number}" for number in range(1, pharmacies))]
        settings = sandbox_settings(
            host="0.0.0.0",
            seed=seed,
            group_key=KEY,
            rx_api_key=OWN_KEY,
            rx_per_second=10,
            rx_per_minute=600,
            auto_approve_seconds=1.0,
            reference_mode="second",
            webhook_base_seconds=0.5,
            webhook_attempts=12,
            p1_low_stock_at=0,
        )
        sandbox = await stack.enter_async_context(Sandbox(settings))
        town = Town(sandbox, pair, names, random.Random(seed))
        _watch(town, stack)
        _stock(sandbox, names)
        town.http = await stack.enter_async_context(aiohttp.ClientSession())
        await _proxy(stack, town)
        for number in range(REPLICAS):
            town.replicas.append(await _replica(stack, folder, town, number, grace))
        await town.replicas[0].start()
        while not await asyncio.to_thread(pair.has_tables):
            town.replicas[0].is_alive()
            await asyncio.sleep(0.2)
        await asyncio.to_thread(pair.take_note)
        for each in town.replicas[1:]:
            await each.start()
        await town.at_work()
        people = asyncio.create_task(town.people())
        try:
            yield town
        finally:
            people.cancel()
            await asyncio.gather(people, return_exceptions=True)


def _watch(town: Town, stack: AsyncExitStack) -> None:
    """Who made each call, and with which key, which the sandbox's own log does not say."""
    real: Callable[..., None] = server.Gate._note

    def note(gate, number, route, ask, done, given):
        host = ask.headers["Host"]
        account = ACCOUNTS[host.startswith("127.0.1.")]
        key = server._key(ask) if gate._vendor == "rxscale" else account
        town.note(time.time(), gate._vendor, key, host)
        real(gate, number, route, ask, done, given)

    server.Gate._note = note
    stack.callback(setattr, server.Gate, "_note", real)


def _stock(sandbox: Sandbox, names: list[str]) -> None:
    sandbox.world.add_pharmacies(f"ph-{name}" for name in names[1:])
    rows = [{"p1_id": each, "stockquantity": 100_000} for each in sandbox.world.inventory]
    sandbox.world.set_inventory(rows, announce=False)


async def _proxy(stack: AsyncExitStack, town: Town) -> None:
    app = web.Application()
    app.router.add_post("/{vendor}", town.pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    town.sandbox.world.subscribe("rxscale", f"{base}/rxscale", SECRET)
    town.sandbox.world.subscribe("pharmaone", f"{base}/pharmaone", P1_SECRET)


async def _replica(
    stack: AsyncExitStack, folder: Path, town: Town, number: int, grace: float
) -> Replica:
    home = folder / f"replica{number}"
    (home / "pharmacies").mkdir(parents=True)
    shutil.copytree(MAPPINGS, home / "mappings")
    own = OWN_ADDRESS.format(
        url=town.sandbox.pharmaone_url.replace("0.0.0.0", f"127.0.1.{number + 1}")
    )
    for name in town.names:
        text = own if name == ALONE else PHARMACY.format(name=name, key="chain")
        (home / "pharmacies" / f"{name}.toml").write_text(text)
    port = free_port()
    rx, p1 = (
        url.replace("0.0.0.0", f"127.0.0.{number + 1}")
        for url in (town.sandbox.rxscale_url, town.sandbox.pharmaone_url)
    )
    text = BASE.format(rxscale=rx, pharmaone=p1, grace=grace).replace("port = 0", f"port = {port}")
    (home / "rxbridge.toml").write_text(text)
    doors = [Door(each) for each in town.pair.servers]
    for door in doors:
        opened = await door.open()
        stack.callback(opened.close)
    found = Replica(number, home, port, doors)
    stack.push_async_callback(found.end)
    return found
