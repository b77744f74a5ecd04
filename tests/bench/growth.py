"""What becomes slower with what lies in the store: an empty one beside that of a busy pharmacy."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import uvloop

from bench import large, load
from bench.servers import process, processor
from bridge.core.deliveries import Noted
from bridge.core.memory import SweptOrder
from bridge.store import Store, deliveries, rxscale_lists, work

SECONDS = 10
COMMIT_SECONDS = 3
PAGES = {"/": 30.0, "an order's page": 5.0, "/health": 5.0}
"""What is asked for, and how many milliseconds it may take."""
FORGOTTEN = 10_000
Row = tuple[str, str, str, bool]
QUERY = "SELECT uid, submitted_at FROM orders WHERE submitted_at IS NOT NULL AND first_seen_at > ?"


@dataclass(frozen=True)
class Figures:
    """Milliseconds; `processor` and `commits` for each order."""

    acknowledged: float
    accepted: float
    processor: float
    commits: float
    pages: dict[str, float]
    kilobytes: float
    stuck_list: float


async def figures(folder: Path, *, filled: bool) -> Figures:
    with process("sandbox") as (_, vendors, _):
        rxscale, pharmaone = vendors.split()
        if filled:
            await let_rxscale_list_them(rxscale)
        with process("whole", str(folder), rxscale, pharmaone) as (running, url, _):
            await settled(url)
            began = time.time()
            await load.steady(rxscale, url, 1)
            before = processor(running.pid)
            found = await load.steady(rxscale, url, SECONDS)
            accepted = await all_accepted(folder, found, began)
            spent = (processor(running.pid) - before) / len(found.sent_at) * 1000
            running.send_signal(signal.SIGUSR1)
            counted = await load.steady(rxscale, url, COMMIT_SECONDS)
            await all_accepted(folder, counted, began)
            running.send_signal(signal.SIGUSR2)
            assert running.stdout is not None
            commits = int(await asyncio.to_thread(running.stdout.readline))
            pages, size = await shown(url)
            listed = await asyncio.to_thread(stuck_list, folder)
        return Figures(
            found.p99, accepted, spent, commits / len(counted.sent_at), pages, size, listed
        )


async def let_rxscale_list_them(rxscale: str) -> None:
    """The open orders of the large store, as the bridge last saw them: the first lack a link."""
    async with aiohttp.ClientSession() as session:
        for first in range(0, large.OPEN, 500):
            orders = [
                {
                    "uid": f"po-large-{number:06d}",
                    "status": "waiting for pharmacy" if number < large.STUCK else "pending review",
                    **({"order_items": unlinked(number)} if number < large.STUCK else {}),
                }
                for number in range(first, first + 500)
            ]
            body = {"orders": orders, "announce": False}
            async with session.post(f"{rxscale}/_sandbox/orders", json=body) as answer:
                assert answer.status < 300, await answer.text()


def unlinked(number: int) -> list[dict[str, object]]:
    """A line of a SKU that nobody has linked, as the large store has it."""
    sku = {"uid": f"sku-none-{number % 50}", "display_name": f"Musterblüte {number % 50}"}
    return [{"sku": {**sku, "pzn": None}, "amount": 1}]


async def settled(url: str) -> None:
    """Until the first sweep and round of stock are over, and what the start made due."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}/health") as answer:
                checks = (await answer.json())["checks"]
            is_read = checks["orders"]["last_poll_at"] and checks["stock"]["last_sync_at"]
            if is_read and not checks["work"]["pending"]:
                return await asyncio.sleep(2)
            await asyncio.sleep(0.05)


async def all_accepted(folder: Path, sent: load.Steady, began: float) -> float:
    """How long an order waited from its webhook to PharmaOne's acceptance: 99 of 100, in ms."""
    with closing(sqlite3.connect(f"file:{folder}/rxbridge.db?mode=ro", uri=True)) as store:
        for _ in range(600):
            at = dict(store.execute(QUERY, (int(began * 1e6),)).fetchall())
            if sent.sent_at.keys() <= at.keys():
                return load.percentile([at[u] / 1e3 - s * 1e3 for u, s in sent.sent_at.items()])
            await asyncio.sleep(0.1)
    raise AssertionError("not all orders were accepted within a minute")


async def shown(url: str) -> tuple[dict[str, float], float]:
    """How long each page takes, in milliseconds; and how large the first is, in kB."""
    known = f"/orders/po-large-{large.ORDERS // 2:06d}"
    took, sizes = {}, {}
    async with aiohttp.ClientSession() as session:
        for name in PAGES:
            times = []
            for _ in range(21):
                began = time.monotonic()
                path = known if "order" in name else name
                async with session.get(f"{url}{path}") as answer:
                    body = await answer.read()
                times.append((time.monotonic() - began) * 1000)
            took[name] = statistics.median(times)
            sizes[name] = len(body) / 1000
    return took, sizes["/"]


def stuck_list(folder: Path) -> float:
    """Seconds."""
    path = folder / "rxbridge.toml"
    path.write_text(f'[store]\npath = "{folder}/rxbridge.db"\n')
    words = [sys.executable, "-m", "bridge", "--config", str(path), "stuck", "list"]
    times = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - began)
    return statistics.median(times)


# -- what holds up acknowledgements --------------------------------------------------------


async def held_up(path: Path) -> list[Row]:
    """A sweep and a round of forgetting on the store itself, with deliveries all the while."""
    now = datetime.now(UTC)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT uid, rx_status FROM orders WHERE finished_at IS NULL"
        listed = {uid: SweptOrder(status) for uid, status in connection.execute(query)}
        last = "SELECT finished_at FROM orders WHERE finished_at > 0 ORDER BY 1 LIMIT 1 OFFSET ?"
        at = connection.execute(last, (FORGOTTEN,)).fetchone()[0]
    before = datetime.fromtimestamp(at / 1e6, UTC)
    store = await Store.open(path, now=now)
    try:
        async with waits(store) as usual:
            await asyncio.sleep(2)
        swept, compared = [], []
        for _ in range(9):
            async with waits(store) as meanwhile:
                began = time.monotonic()
                await store.write(
                    rxscale_lists.compare_orders, listed, began_at=now, now=now, settled=True
                )
                compared.append((time.monotonic() - began) * 1000)
            swept.append(max(meanwhile))
        began, forgotten, more = time.monotonic(), 0, True
        async with waits(store) as meanwhile:
            while more:
                result = await store.write(work.forget, before, now - timedelta(days=365))
                forgotten, more = forgotten + result.orders, result.more
        seconds = time.monotonic() - began
    finally:
        await store.close()
    assert forgotten == FORGOTTEN, forgotten
    alone = statistics.median(usual)
    by_sweep = statistics.median(swept) - alone
    by_forgetting = load.percentile(meanwhile) - alone
    took = statistics.median(compared)
    return [
        (
            f"a sweep's comparison with {large.OPEN:,} open orders; what an acknowledgement waits "
            "for it",
            "≤ 60 ms; ≤ 10 ms",
            f"{took:.0f} ms; {by_sweep:.1f} ms",
            took <= 60 and by_sweep <= 10,
        ),
        (
            f"{FORGOTTEN:,} orders forgotten in {seconds:.0f} s: what an acknowledgement waits for "
            "it (p99)",
            "≤ 10 ms",
            f"{by_forgetting:.1f} ms",
            by_forgetting <= 10,
        ),
    ]


@asynccontextmanager
async def waits(store: Store) -> AsyncIterator[list[float]]:
    """How long each delivery took meanwhile to be on disk, in milliseconds; one every 2 ms."""
    took: list[float] = []

    async def deliver() -> None:
        while True:
            began = time.monotonic()
            name = os.urandom(16).hex()
            noted = Noted("other", name, datetime.now(UTC), "rxscale", known=True)
            await store.write_together(deliveries.receive, noted)
            took.append((time.monotonic() - began) * 1000)
            await asyncio.sleep(0.002)

    delivering = asyncio.create_task(deliver())
    await asyncio.sleep(0.05)
    try:
        yield took
    finally:
        delivering.cancel()
        await asyncio.wait([delivering])


# -- the tables ----------------------------------------------------------------------------


def measure() -> tuple[list[Row], str]:
    """The rows, and the table of growth."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        print("100 orders a second, on an empty store ...", flush=True)
        empty = uvloop.run(figures(Path(one), filled=False))
        print("filling a large store ...", flush=True)
        path = Path(two, "rxbridge.db")
        asyncio.run(large.make(path))
        beside = Path(two, "beside.db")
        shutil.copyfile(path, beside)
        print("the same on a large one ...", flush=True)
        full = uvloop.run(figures(Path(two), filled=True))
        print("sweeping and forgetting in it ...", flush=True)
        rows = uvloop.run(held_up(beside))
    return rows_of(empty, full) + rows, table_of(empty, full)


def rows_of(empty: Figures, full: Figures) -> list[Row]:
    pages = [f"{name}: {full.pages[name]:.0f} ms" for name in PAGES]
    quick = all(full.pages[name] <= most for name, most in PAGES.items())
    at, there = f"at {load.STEADY_PER_SECOND} a second", "empty store; large store"
    return [
        (
            f"p99 of acknowledgements {at}: {there}",
            "≤ 5; ≤ 6 ms",
            f"{empty.acknowledged:.1f}; {full.acknowledged:.1f} ms",
            empty.acknowledged <= 5 and full.acknowledged <= 6,
        ),
        (
            f"webhook to order-request accepted, p99 {at}: {there}",
            "≤ 12; ≤ 15 ms",
            f"{empty.accepted:.0f}; {full.accepted:.0f} ms",
            empty.accepted <= 12 and full.accepted <= 15,
        ),
        (
            f"processor per order {at}; commits per order",
            "≤ 2.5 ms; ≤ 3",
            f"{empty.processor:.1f} ms; {empty.commits:.1f}",
            empty.processor <= 2.5 and empty.commits <= 3,
        ),
        (
            f"large store: {', '.join(PAGES)}",
            "≤ 30, 5, 5 ms",
            ", ".join(pages),
            quick,
        ),
        (
            f"the first page with {large.STUCK:,} stuck orders; `rxbridge stuck list`",
            "≤ 200 kB; ≤ 0.35 s",
            f"{full.kilobytes:.0f} kB; {full.stuck_list:.2f} s",
            full.kilobytes <= 200 and full.stuck_list <= 0.35,
        ),
    ]


def table_of(empty: Figures, full: Figures) -> str:
    much = f"{large.ORDERS:,} orders, {large.OPEN:,} open, {large.STUCK:,} stuck, "
    much += f"{large.ORDERS * large.DELIVERIES_EACH:,} deliveries"
    shown: dict[str, Callable[[Figures], str]] = {
        "p99 of acknowledgements": lambda f: f"{f.acknowledged:.1f} ms",
        "webhook to order-request accepted, p99": lambda f: f"{f.accepted:.0f} ms",
        "processor per order": lambda f: f"{f.processor:.1f} ms",
        "commits per order": lambda f: f"{f.commits:.1f}",
        "`/`": lambda f: f"{f.pages['/']:.0f} ms, {f.kilobytes:.0f} kB",
        "`/health`": lambda f: f"{f.pages['/health']:.1f} ms",
        "`rxbridge stuck list`": lambda f: f"{f.stuck_list:.2f} s",
    }
    lines = [f"| at {load.STEADY_PER_SECOND} orders a second | empty store | {much} |"]
    lines += ["| --- | --- | --- |"]
    lines += [f"| {what} | {told(empty)} | {told(full)} |" for what, told in shown.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    found, table = measure()
    print(json.dumps(found, indent=1, ensure_ascii=False), table, sep="\n")
