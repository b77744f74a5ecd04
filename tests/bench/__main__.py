"""Measures, prints a table, and keeps it in docs/performance.md."""

import asyncio
import hashlib
import hmac
import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bench import attack, stock
from bench.servers import KEY, SECRET, mebibytes, process

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
CONNECTIONS = 64
DELIVERIES = 6000
ROUNDS = 3
STEADY_PER_SECOND, STEADY_SECONDS = 100, 10
ORDERS = 2000
NOT_OF_ONE_ORDER = re.compile(
    r'route="(GET /(orders|inventory|pharmacy_orders/|pharmacy_skus/)"|PATCH /pharmacy_skus/)'
)


def delivery(number: int, status: str = "waiting for pharmacy") -> tuple[bytes, dict[str, str]]:
    """A signed delivery of the documented shape (about 1 kB), invented people."""
    address = {"first_name": "Erika", "last_name": "Beispiel", "street": "Weg", "city": "Köln"}
    body = json.dumps(
        {
            "event_type": "pharmacy_order_created",
            "timestamp": 1716000000 + number,
            "payload_version": "1",
            "data": {
                "uid": f"po-bench-{number}",
                "status": status,
                "name": f"#{number}",
                "pharmacy": {"uid": "ph-1", "display_name": "Musterapotheke"},
                "order": {"uid": "o", "delivery_address": address, "invoice_address": address},
                "order_items": [{"sku": {"pzn": "01234562"}, "amount": 1}] * 2,
                "patient_data": {"uid": "pat-1", "display_name": "Erika Beispiel"},
            },
        }
    ).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Webhook-Signature": signature, "Content-Type": "application/json"}


async def flood(url: str, first: int) -> float:
    """Deliveries a second, over as many connections as may be."""
    ready = [delivery(number) for number in range(first, first + DELIVERIES)]
    waiting = iter(ready)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def send() -> None:
            for body, headers in waiting:
                async with session.post(url, data=body, headers=headers) as answer:
                    assert answer.status == 200, answer.status

        began = time.monotonic()
        await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
        return DELIVERIES / (time.monotonic() - began)


async def steady(url: str) -> float:
    """The 99th percentile of the acknowledgement at a steady rate, in milliseconds."""
    took: list[float] = []
    async with aiohttp.ClientSession() as session:

        async def send(number: int) -> None:
            body, headers = delivery(number)
            began = time.monotonic()
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 200
            took.append((time.monotonic() - began) * 1000)

        began, tasks = time.monotonic(), []
        for number in range(STEADY_PER_SECOND * STEADY_SECONDS):
            await asyncio.sleep(began + number / STEADY_PER_SECOND - time.monotonic())
            tasks.append(asyncio.create_task(send(10**6 + number)))
        await asyncio.gather(*tasks)
    return statistics.quantiles(took, n=100)[98]


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


def ratio(folder: Path) -> tuple[float, float]:
    bare_rates, bridge_rates = [], []
    with process("bare") as (_, bare, _), process("intake", str(folder)) as (_, bridge, _):
        for turn in range(ROUNDS):
            bare_rates.append(uvloop.run(flood(f"{bare}/webhooks/rxscale", 0)))
            first = turn * DELIVERIES
            bridge_rates.append(uvloop.run(flood(f"{bridge}/webhooks/rxscale", first)))
    return statistics.median(bridge_rates), statistics.median(bare_rates)


def measure() -> list[tuple[str, str, str, bool]]:
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        tempfile.TemporaryDirectory() as three,
    ):
        print("acknowledged deliveries, against a bare handler ...", flush=True)
        bridge, bare = ratio(Path(one))
        with process("sandbox") as (_, vendors, _):
            rxscale, pharmaone = vendors.split()
            words = ("whole", two, rxscale, pharmaone)
            with process(*words) as (running, url, seconds):
                time.sleep(2)
                idle = mebibytes(running.pid, "VmRSS")
                print("orders through both vendors ...", flush=True)
                through = uvloop.run(orders(rxscale, url))
                print("the acknowledgement at a steady rate ...", flush=True)
                late = uvloop.run(steady(f"{url}/webhooks/rxscale"))
                load = mebibytes(running.pid, "VmHWM")
        with process("sandbox") as (_, vendors, _):
            rxscale, pharmaone = vendors.split()
            with process("whole", three, rxscale, pharmaone) as (running, url, _):
                print("whole lives ...", flush=True)
                alive, spent = uvloop.run(lives(rxscale, url))
                grown = mebibytes(running.pid, "VmHWM")
    share = bridge / bare
    return [
        (
            f"acknowledged deliveries/s with the commit ÷ bare handler, {CONNECTIONS} connections",
            "≥ 0.60",
            f"{share:.2f} ({bridge:,.0f} ÷ {bare:,.0f})",
            share >= 0.6,
        ),
        ("p99 of the acknowledgement at 100 deliveries/s", "≤ 10 ms", f"{late:.1f} ms", late <= 10),
        (
            "orders/s, webhook to order-request accepted, limits lifted",
            "≥ 400",
            f"{through:,.0f}",
            through >= 400,
        ),
        (
            f"{ORDERS:,} whole lives, webhook to completion: orders/s",
            "",
            f"{alive:,.0f}",
            True,
        ),
        (
            "calls an order took: RxScale, PharmaOne",
            "≤ 8, ≤ 8",
            f"{spent['rxscale']:.1f}, {spent['pharmaone']:.1f}",
            max(spent.values()) <= 8,
        ),
        ("memory after the whole lives (peak)", "≤ 100 MiB", f"{grown:.0f} MiB", grown <= 100),
        ("memory idle", "≤ 60 MiB", f"{idle:.0f} MiB", idle <= 60),
        ("memory under load (peak)", "≤ 100 MiB", f"{load:.0f} MiB", load <= 100),
        ("start to listening", "≤ 1.0 s", f"{seconds:.2f} s", seconds <= 1.0),
    ]


def main() -> None:
    rows = measure() + stock.measure() + attack.measure()
    lines = ["| what | target | measured | met |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {what} | {target} | {measured} | {('yes' if met else 'no') if target else ''} |"
        for what, target, measured, met in rows
    ]
    table = "\n".join(lines)
    print(table)
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
