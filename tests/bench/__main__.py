"""Measures, prints a table, and keeps it in docs/performance.md."""

import asyncio
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import uvloop
from house import free_port

from bench import attack, growth, load, stock, views
from bench.servers import KEY, MAPPINGS, SECRET, mebibytes, process

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
ROUNDS, STARTS = 3, 3
ORDERS = 2000
NOT_OF_ONE_ORDER = re.compile(
    r'route="(GET /(orders|inventory|pharmacy_orders/|pharmacy_skus/)"|PATCH /pharmacy_skus/)'
)


async def orders(rxscale: str, bridge: str) -> float:
    """Orders a second, from their webhooks to PharmaOne's acceptance of the last one."""
    target = {"vendor": "rxscale", "target": f"{bridge}/webhooks/rxscale", "secret": SECRET}
    async with aiohttp.ClientSession() as session:

        async def post(path: str, body: Any) -> None:
            async with session.post(f"{rxscale}/_sandbox/{path}", json=body) as answer:
                assert answer.status < 300, await answer.text()

        await post("webhooks/subscriptions", target)
        await swept(session, bridge)
        began = time.monotonic()
        await post("orders", {"count": ORDERS})
        while await accepted(session, bridge) < ORDERS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        seconds = time.monotonic() - began
        await quiet(session, rxscale)
        return ORDERS / seconds


async def quiet(session: aiohttp.ClientSession, sandbox: str) -> None:
    """Until the vendors have told all they had to tell."""
    while True:
        async with session.get(f"{sandbox}/_sandbox/idle") as answer:
            if not (await answer.json())["pending_deliveries"]:
                return
        await asyncio.sleep(0.05)


async def lives(sandbox: str, bridge: str) -> tuple[float, dict[str, float]]:
    """Whole lives a second, webhook to completion, and the calls an order took at each vendor.

    Each stage begins when the one before has reached RxScale for all orders.
    """
    async with aiohttp.ClientSession() as session:

        async def post(path: str, body: Any = None) -> Any:
            async with session.post(f"{sandbox}/_sandbox/{path}", json=body) as answer:
                assert answer.status < 300, await answer.text()
                return await answer.json()

        async def held() -> dict[str, Any]:
            async with session.get(f"{sandbox}/_sandbox/state") as answer:
                return await answer.json()

        for vendor in ("rxscale", "pharmaone"):
            target = f"{bridge}/webhooks/{vendor}"
            body = {"vendor": vendor, "target": target, "secret": SECRET}
            await post("webhooks/subscriptions", body)
        await swept(session, bridge)
        calls_before = await calls(session, bridge)
        began = time.monotonic()
        await post("orders", {"count": ORDERS})
        await all_at(session, sandbox, "pending review")
        requests = [each["id"] for each in (await held())["pharmaone"]["order_requests"]]
        made = [(await post(f"order-requests/{name}/approve"))["order_id"] for name in requests]
        await all_at(session, sandbox, "in-progress")
        for name in made:
            await post(f"pharmaone/orders/{name}", {"status": "ready_pickup"})
        await all_at(session, sandbox, "ready_for_pickup")
        for name in made:
            await post(f"pharmaone/orders/{name}", {"picked_up": True})
        await all_at(session, sandbox, "completed")
        seconds = time.monotonic() - began
        spent = await calls(session, bridge)
    return ORDERS / seconds, {v: (spent[v] - calls_before[v]) / ORDERS for v in spent}


async def all_at(session: aiohttp.ClientSession, rxscale: str, status: str) -> None:
    """Until every order stands at this status."""
    url = f"{rxscale}/v1/external_pharmacy_api/pharmacy_orders/"
    query = {"status": status, "limit": "1"}
    while True:
        async with session.get(url, params=query, headers={"X-API-Key": KEY}) as answer:
            if (await answer.json())["totalRegistries"] == ORDERS:
                return
        await asyncio.sleep(0.05)


async def calls(session: aiohttp.ClientSession, bridge: str) -> dict[str, float]:
    """How many calls each vendor got from the bridge so far, but for sweeps and stock."""
    async with session.get(f"{bridge}/metrics") as answer:
        text = await answer.text()
    found = {"rxscale": 0.0, "pharmaone": 0.0}
    pattern = r"rxbridge_vendor_call_seconds_count\{(.*?)\} ([\d.]+)"
    for labels, count in re.findall(pattern, text):
        vendor = "rxscale" if 'vendor="rxscale"' in labels else "pharmaone"
        if not NOT_OF_ONE_ORDER.search(labels):
            found[vendor] += float(count)
    return found


async def swept(session: aiohttp.ClientSession, bridge: str) -> None:
    while True:
        async with session.get(f"{bridge}/health") as answer:
            if (await answer.json())["checks"]["orders"]["last_poll_at"]:
                return
        await asyncio.sleep(0.05)


async def accepted(session: aiohttp.ClientSession, bridge: str) -> int:
    """As the bridge's own metrics count them."""
    async with session.get(f"{bridge}/metrics") as answer:
        text = await answer.text()
    found = re.search(r'rxbridge_submissions_total\{outcome="submitted"\} ([\d.]+)', text)
    return int(float(found[1])) if found else 0


class Handler(NamedTuple):
    """Deliveries a second, and microseconds of processor for each."""

    rate: float
    processor: float


def handlers() -> dict[str, Handler]:
    """In turns: the bare handler, the minimal one that keeps what it is sent, the bridge."""
    found: dict[str, list[Handler]] = {"bare": [], "minimal": [], "intake": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            for kind, rounds in found.items():
                place = Path(folder, kind, str(turn))
                place.mkdir(parents=True)
                with process(kind, str(place)) as (running, url, _):
                    first = turn * load.MOST
                    measured = load.flood(f"{url}/webhooks/rxscale", first, running.pid)
                    rounds.append(Handler(*measured))
    return {
        kind: Handler(*map(statistics.median, zip(*r, strict=True))) for kind, r in found.items()
    }


def start(rxscale: str, pharmaone: str, folder: Path) -> tuple[float, float]:
    """Seconds from `rxbridge run` to its first acknowledgement, and MiB once it has settled."""
    port = free_port()
    shutil.copytree(MAPPINGS, folder / "mappings")
    lines = ["[rxscale]", f'base_url = "{rxscale}"', "[pharmaone]", f'base_url = "{pharmaone}"']
    lines += ['org_id = "org1"', 'shop_id = "shop1"', "[server]", f"port = {port}"]
    (folder / "rxbridge.toml").write_text("\n".join(lines))
    keys = {"RXSCALE__API_KEY": KEY, "PHARMAONE__API_KEY": "p1-sandbox-key"}
    keys |= {f"{each}__WEBHOOK_SECRETS": SECRET for each in ("RXSCALE", "PHARMAONE")}
    words = [sys.executable, "-m", "bridge", "--config", str(folder / "rxbridge.toml"), "run"]
    began = time.monotonic()
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **{f"RXBRIDGE_{name}": key for name, key in keys.items()}},
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        asyncio.run(acknowledged(f"http://127.0.0.1:{port}/webhooks/rxscale"))
        seconds = time.monotonic() - began
        time.sleep(2)
        idle = mebibytes(running.pid, "VmRSS")
        running.send_signal(signal.SIGTERM)
    return seconds, idle


async def acknowledged(url: str) -> None:
    body, headers = load.delivery(1)
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 200


def starts() -> tuple[float, float]:
    """The second and later ones: the first compiles."""
    found = []
    with process("sandbox") as (_, vendors, _):
        for _ in range(STARTS + 1):
            with tempfile.TemporaryDirectory() as folder:
                found.append(start(*vendors.split(), Path(folder)))
    return tuple(map(statistics.median, zip(*found[1:], strict=True)))  # type: ignore[return-value]


def measure() -> list[tuple[str, str, str, bool]]:
    print(f"acknowledged deliveries, sent by {load.sender()} ...", flush=True)
    measured = handlers()
    bare, minimal, bridge = measured["bare"], measured["minimal"], measured["intake"]
    print("start and idle ...", flush=True)
    seconds, idle = starts()
    with tempfile.TemporaryDirectory() as two, process("sandbox") as (_, vendors, _):
        rxscale, pharmaone = vendors.split()
        with process("whole", two, rxscale, pharmaone) as (running, url, _):
            print("orders through both vendors ...", flush=True)
            through = uvloop.run(orders(rxscale, url))
            most = mebibytes(running.pid, "VmHWM")
    with tempfile.TemporaryDirectory() as three, process("sandbox") as (_, vendors, _):
        rxscale, pharmaone = vendors.split()
        with process("whole", three, rxscale, pharmaone) as (running, url, _):
            print("whole lives ...", flush=True)
            alive, spent = uvloop.run(lives(rxscale, url))
            grown = mebibytes(running.pid, "VmHWM")
    share, cost = bridge.rate / bare.rate, bridge.processor / bare.processor
    least = minimal.rate / bare.rate, minimal.processor / bare.processor
    beside = f"{load.CONNECTIONS} connections, sent by {load.sender()}"
    return [
        (
            f"acknowledged deliveries/s with the commit ÷ bare handler, {beside}",
            "≥ 0.62",
            f"{share:.2f} ({bridge.rate:,.0f} ÷ {bare.rate:,.0f})",
            share >= 0.62,
        ),
        (
            "processor time of an acknowledged delivery ÷ bare handler's",
            "≤ 1.55",
            f"{cost:.2f} ({bridge.processor:.0f} ÷ {bare.processor:.0f} µs)",
            cost <= 1.55,
        ),
        (
            "the same two of the minimal handler, which keeps a row of each and no more",
            "",
            f"{least[0]:.2f}; {least[1]:.2f}",
            True,
        ),
        (
            "orders/s, webhook to order-request accepted, limits lifted",
            "≥ 850",
            f"{through:,.0f}",
            through >= 850,
        ),
        (f"{ORDERS:,} whole lives, webhook to completion: orders/s", "", f"{alive:,.0f}", True),
        (
            "calls an order took: RxScale, PharmaOne",
            "≤ 8, ≤ 8",
            f"{spent['rxscale']:.1f}, {spent['pharmaone']:.1f}",
            max(spent.values()) <= 8,
        ),
        ("memory after the whole lives (peak)", "≤ 100 MiB", f"{grown:.0f} MiB", grown <= 100),
        ("memory under load (peak)", "≤ 100 MiB", f"{most:.0f} MiB", most <= 100),
        ("memory idle (RSS)", "≤ 52 MiB", f"{idle:.0f} MiB", idle <= 52),
        ("start to first acknowledgement", "≤ 0.5 s", f"{seconds:.2f} s", seconds <= 0.5),
    ]


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    rows = measure()
    grown, growing = growth.measure()
    looked, viewing = views.measure()
    rows += grown + looked + stock.measure() + attack.measure()
    lines = ["| what | target | measured | met |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {what} | {target} | {measured} | {('yes' if met else 'no') if target else ''} |"
        for what, target, measured, met in rows
    ]
    table = "\n".join([*lines, "", growing, "", viewing])
    print(table)
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
