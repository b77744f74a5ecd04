"""A fleet of one group key: what it weighs, what it asks of RxScale while nothing happens, and how
a rush is shared.

`python -m bench.fleet [COUNT ...]` measures fleets of these sizes, and keeps the table in
docs/fleet.md; without one, of 1, 40 and 100.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from house import CHAIN, PHARMACY

from bench.servers import KEY, MAPPINGS, SECRET, mebibytes, process, processor
from bridge.cli.chain import most_within

PAGE = Path(__file__).parents[2] / "docs" / "fleet.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SIZES = (1, 40, 100)
IDLE_SECONDS, SETTLED_SECONDS = 180.0, 30.0
RUSH = 10
SKUS = 8
BASE = f"""{CHAIN}[log]
level = "warning"
[stock]
write = true
[keys.chain]
"""
SECRETS = {
    "KEY__CHAIN__API_KEY": KEY,
    "KEY__CHAIN__WEBHOOK_SECRETS": SECRET,
    "PHARMAONE__API_KEY": "p1-sandbox-key",
    "PHARMAONE__WEBHOOK_SECRETS": SECRET,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """`last`: seconds until the order of a pharmacy that came last in a rush was under review;
    `most`: calls in any second, and any minute, by RxScale's own log.
    """

    count: int
    started: float
    mebibytes: float
    processor: float
    calls: float
    last: float
    most: tuple[int, int]

    def row(self) -> str:
        second, minute = self.most
        return (
            f"| {self.count} | {self.started:.1f} s | {self.mebibytes:.0f} MiB "
            f"| {self.processor:.2f} ms | {self.calls:.1f} | {self.last:.0f} s "
            f"| {second}, {minute} |"
        )


@contextmanager
def fleet(folder: Path, names: Sequence[str], vendors: str) -> Iterator[tuple[int, str]]:
    """`rxbridge run`: its process' id and its address."""
    rxscale, pharmaone = vendors.split()
    shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "pharmacies").mkdir()
    for name in names:
        (folder / "pharmacies" / f"{name}.toml").write_text(PHARMACY.format(name=name, key="chain"))
    (folder / "rxbridge.toml").write_text(BASE.format(rxscale=rxscale, pharmaone=pharmaone))
    words = [sys.executable, "-m", "bridge", "--config", str(folder / "rxbridge.toml"), "run"]
    environ = os.environ | {f"RXBRIDGE_{name}": value for name, value in SECRETS.items()}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environ, text=True) as running:
        assert running.stdout is not None
        yield running.pid, running.stdout.readline().partition(" at ")[2].split()[0]
        running.terminate()


class Vendor:
    """The sandbox, over HTTP."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, f"{url}/_sandbox/"

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self._http.request(method, self._url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def stock(self, names: Sequence[str]) -> None:
        held = (await self.ask("GET", "state"))["rxscale"]["skus"]
        goods = [sku for sku in held if sku["external_id"]][:SKUS]
        same = "sku", "external_id", "stock"
        skus = [
            {key: sku[key] for key in same}
            | {"uid": f"{sku['uid']}-{name}", "pharmacy": f"ph-{name}"}
            for name in names
            for sku in goods
        ]
        await self.ask("POST", "rxscale/skus", {"skus": skus, "announce": False})

    async def order(self, names: Sequence[str]) -> list[str]:
        wanted = [{"pharmacy": {"uid": f"ph-{name}"}} for name in names]
        return (await self.ask("POST", "orders", {"orders": wanted}))["uids"]

    async def reviewed(self, uids: Sequence[str]) -> bool:
        held = (await self.ask("GET", "state"))["rxscale"]["orders"]
        status = {each["uid"]: each["status"] for each in held}
        return all(status[uid] == "pending review" for uid in uids)

    async def writes_nothing(self) -> bool:
        """Within half a minute; numbers that rise come after all others."""
        before = len(await self.calls())
        await asyncio.sleep(SETTLED_SECONDS)
        return all(call["method"] == "GET" for call in (await self.calls())[before:])

    async def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("GET", "calls?vendor=rxscale"))["calls"]
        return found


async def until(so: Callable[[], Awaitable[bool]]) -> float:
    began = time.monotonic()
    while not await so():  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def measure(names: Sequence[str], vendors: str, pid: int, url: str, began: float) -> Measured:
    async with aiohttp.ClientSession() as http:
        sandbox = Vendor(http, vendors.split(maxsplit=1)[0])

        async def at_work() -> bool:
            async with http.get(f"{url}/health") as answer:
                told = (await answer.json())["pharmacies"]
            return len(told) == len(names) and all(its["status"] == "ok" for its in told.values())

        await until(at_work)
        started = time.monotonic() - began
        target = {"vendor": "rxscale", "target": f"{url}/webhooks/chain/rxscale", "secret": SECRET}
        await sandbox.ask("POST", "webhooks/subscriptions", target)
        first = await sandbox.order(names)
        await until(lambda: sandbox.reviewed(first))
        await until(sandbox.writes_nothing)
        before, log = processor(pid), len(await sandbox.calls())
        await asyncio.sleep(IDLE_SECONDS)
        spent = (processor(pid) - before) / IDLE_SECONDS
        # PharmaOne's first inventory may be believed, and written, only at its second reading.
        idle = [call for call in (await sandbox.calls())[log:] if call["method"] == "GET"]
        weight = mebibytes(pid, "VmRSS")
        await sandbox.order([name for name in names[:-1] for _ in range(RUSH)])
        last = await sandbox.order(names[-1:])
        waited = await until(lambda: sandbox.reviewed(last))
        times = [call["at"] for call in await sandbox.calls()]
    return Measured(
        len(names),
        started,
        weight,
        1000 * spent / len(names),
        60 * len(idle) / IDLE_SECONDS / len(names),
        waited,
        (most_within(1.0, times), most_within(60.0, times)),
    )


def measured(count: int) -> Measured:
    names = [f"p{number}" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder, process("sandbox", "chain") as (_, vendors, _):

        async def stock() -> None:
            async with aiohttp.ClientSession() as http:
                await Vendor(http, vendors.split(maxsplit=1)[0]).stock(names)

        uvloop.run(stock())
        began = time.monotonic()
        with fleet(Path(folder), names, vendors) as (pid, url):
            return uvloop.run(measure(names, vendors, pid, url, began))


def main(*sizes: str) -> None:
    lines = [
        "| pharmacies | all at work after | memory | processor, idle: each a second "
        "| RxScale calls, idle: each a minute | last one's order in a rush under review after "
        "| most calls at RxScale in a second, a minute |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for size in map(int, sizes or SIZES):
        lines.append(measured(size).row())
        print(lines[-1], flush=True)
    if sizes:
        return
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
