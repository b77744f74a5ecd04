"""A fleet in simulated time, idle: what each pharmacy asks of RxScale and of its store, and weighs.

`python -m bench.fleet_idle [COUNT ...]` measures fleets of these sizes, forty pharmacies to a key,
and prints a row for each; without one, of 1,000. The clock jumps from timer to timer, and vendors,
stores and bridge are in one process: processor time is of all of them together.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from house import PHARMACY
from simulation import wire
from simulation.disk import Disk
from simulation.hooks import serving
from simulation.loop import SimulatedLoop
from simulation.neighbours import Clocks, Neighbours

from bench.servers import KEY, MAPPINGS, SECRET, mebibytes
from bridge import config
from bridge.app.fleet import run_fleet
from bridge.app.machine import Machine

BEGINS = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()
A_KEY, SKUS = 40, 8
SETTLES_SECONDS, IDLE_SECONDS = 300.0, 600.0
HEAD = (
    "| pharmacies | memory | RxScale calls, each a minute | statements, each a second "
    "| processor, each a second |\n| --- | --- | --- | --- | --- |"
)


class Counting(Disk):
    """Counts the statements of all stores."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.statements = 0

    def _count(self, _: str) -> None:
        self.statements += 1

    async def open_store(self, path: Path, *, now: datetime) -> Any:
        store = await super().open_store(path, now=now)
        for connection in self._open[-2:]:
            connection.set_trace_callback(self._count)
        log = path.with_name(f"{path.name}-wal")
        store.trace = lambda: log.stat().st_size  # type: ignore[method-assign]  # as in earnest
        return store


def written(folder: Path, names: list[str]) -> dict[str, str]:
    """The fleet's files; its environment."""
    shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "pharmacies").mkdir()
    environ = {"RXBRIDGE_PHARMAONE__API_KEY": "p1-sandbox-key"}
    environ["RXBRIDGE_PHARMAONE__WEBHOOK_SECRETS"] = SECRET
    base = '[pharmaone]\nbase_url = "https://pharmaone.test"\norg_id = "org1"\nshop_id = "shop1"\n'
    base += '[log]\nlevel = "error"\n[stock]\nwrite = true\n[server]\nport = 8080\n'
    for key in range(-(-len(names) // A_KEY)):
        wire.HOSTS[f"rxscale-{key}.test"] = "rxscale"  # type: ignore[index]
        base += f"[keys.chain-{key}]\n"
        environ[f"RXBRIDGE_KEY__CHAIN_{key}__API_KEY"] = KEY
        environ[f"RXBRIDGE_KEY__CHAIN_{key}__WEBHOOK_SECRETS"] = SECRET
    (folder / "rxbridge.toml").write_text(base)
    for number, name in enumerate(names):
        key = number // A_KEY
        text = PHARMACY.format(name=name, key=f"chain-{key}")
        text += f'base_url = "https://rxscale-{key}.test"\n'
        (folder / "pharmacies" / f"{name}.toml").write_text(text)
    return environ


def stocked(around: Neighbours, names: list[str]) -> None:
    goods = [sku for sku in around.world.skus.values() if sku["external_id"]][:SKUS]
    same = "sku", "external_id", "stock"
    own = [
        {key: sku[key] for key in same} | {"uid": f"{sku['uid']}-{name}", "pharmacy": f"ph-{name}"}
        for name in names
        for sku in goods
    ]
    around.world.set_skus(changes=own, announce=False)


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield None


async def measure(loop: SimulatedLoop, folder: Path, count: int) -> str:
    names, asked = [f"p{number}" for number in range(count)], [0]
    environ, disk = written(folder, names), Counting()

    def clock() -> float:
        return BEGINS + loop.time()

    settings = Clocks(
        clock=clock, group_key=KEY, rx_api_key="of-one", grams=False, log_limit=0,
        rx_per_second=0, rx_per_minute=0,
    )  # fmt: skip
    around = Neighbours(settings, lambda *_: None)
    stocked(around, names)

    def told(call: wire.Call) -> None:
        asked[0] += call.vendor == "rxscale"

    vendors = wire.Wire(around.gates, copy_context(), lambda *_: "", lambda *_: None, told)
    chance = Random(1)
    machine = Machine(
        now=lambda: datetime.fromtimestamp(clock(), UTC),
        clock=loop.time,
        jitter=chance.random,
        reference=lambda: f"{chance.getrandbits(64):016x}",
        lock=disk.lock,
        open_store=disk.open_store,
        session=_nothing,
        exchange=vendors.exchange,
        serve=serving(copy_context(), []),
    )
    stop, base = asyncio.Event(), config.load(None, environ, cwd=folder)
    fleet = asyncio.create_task(run_fleet(base, stop, lambda _: None, machine, environ))
    await asyncio.sleep(SETTLES_SECONDS)
    assert not fleet.done(), fleet.exception()
    assert len(disk._open) >= 2 * count, "not all are at work"
    calls, statements, spent = asked[0], disk.statements, time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    spent = time.process_time() - spent
    weight = mebibytes(os.getpid(), "VmRSS")
    calls, statements = asked[0] - calls, disk.statements - statements
    stop.set()
    await fleet
    senders = around.world.courier._senders
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    each = count * IDLE_SECONDS
    return (
        f"| {count:,} | {weight:,.0f} MiB | {60 * calls / each:.2f} | {statements / each:.2f} "
        f"| {1000 * spent / each:.2f} ms |"
    )


def measured(count: int) -> str:
    loop = SimulatedLoop(Random(1))
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as folder:
        return loop.run_until_complete(measure(loop, Path(folder), count))


def main(*sizes: str) -> None:
    print(HEAD)
    for size in map(int, sizes or ("1000",)):
        print(measured(size), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
