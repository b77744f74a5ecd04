"""What each view of the page takes: 50,000 orders, and 5,000 or 50,000 SKUs.

`python -m bench.views` prints the table.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
import uvloop

from bench import large
from bench.servers import process, settings
from bridge.app.build import open_bridge
from bridge.app.web import parts_of
from bridge.server.web import build, serve
from bridge.store import rxscale_lists

ORDERS, SIZES = 50_000, (5_000, 50_000)
MOST, ROUNDS = 100.0, 11
"""Milliseconds a view may take; how often each is asked for."""
VIEWS = {
    "/": "overview",
    "/orders": "orders",
    "/orders?state=completed&page=500": "orders: completed, page 500",
    "/orders?q=kundrige+12&side=pharmaone": "orders: of a product's name",
    "/orders?stuck=yes": "orders: stuck",
    "/orders/po-large-000400": "an order that is stuck",
    "/orders/po-large-020000": "an order's story",
    "/products": "products",
    "/products?page=40": "products: page 40",
    "/products?q=kundrige+12": "products: found by name",
    "/products?standing=unlinked": "products: without a link",
    "/products/psku-1200": "a product",
    "/pictures": "pictures",
    "/pictures?by=day": "pictures by day",
    "/checks": "checks",
    "/settings": "settings",
}
Row = tuple[str, str, str, bool]


async def took(folder: Path, rxscale: str, pharmaone: str) -> dict[str, tuple[float, float]]:
    """Milliseconds of processor (the one who asks included) of each view: the first time, then the
    median.
    """
    async with open_bridge(settings(folder, rxscale, pharmaone)) as bridge:
        await bridge.catalogue.read()
        await bridge.stock.sync()
        await bridge.pusher.idle()
        assert await bridge.store.read(rxscale_lists.catalogue_mark)
        running = await serve(build(parts_of(bridge)), "127.0.0.1", 0)
        async with aiohttp.ClientSession() as session:
            await _asked(session, f"{running.url}/login")  # templates and words are loaded
            found = {}
            for path in VIEWS:
                each = [await _asked(session, running.url + path) for _ in range(ROUNDS)]
                found[path] = each[0], statistics.median(each)
        await running.stop()
    return found


async def _asked(session: aiohttp.ClientSession, url: str) -> float:
    began = time.process_time()
    async with session.get(url) as answer:
        await answer.read()
        assert answer.status == 200, (url, answer.status)
    return (time.process_time() - began) * 1000


def measure() -> tuple[list[Row], str]:
    """The row for the targets, and the table of all views."""
    found = []
    for skus in SIZES:
        print(f"the page's views at {ORDERS:,} orders, {skus:,} SKUs ...", flush=True)
        with tempfile.TemporaryDirectory() as name, process("sandbox", str(skus)) as (_, url, _):
            folder = Path(name)
            asyncio.run(large.make(folder / "rxbridge.db", ORDERS, 2))
            found.append(uvloop.run(took(folder, *url.split())))
    lines = [f"| {ORDERS:,} orders | {' | '.join(f'{skus:,} SKUs' for skus in SIZES)} |"]
    lines += ["| --- | --- | --- |"]
    for path, name in VIEWS.items():
        cells = " | ".join(
            f"{first:.0f}, {then:.0f} ms" for first, then in (f[path] for f in found)
        )
        lines.append(f"| {name} | {cells} |")
    slowest = [max(then for _, then in each.values()) for each in found]
    told = "; ".join(f"{each:.0f} ms" for each in slowest)
    what = f"slowest view of the page at {ORDERS:,} orders: 5,000 SKUs; 50,000 SKUs (CPU)"
    return [(what, f"≤ {MOST:.0f} ms", told, slowest[0] <= MOST)], "\n".join(lines)


if __name__ == "__main__":
    rows, table = measure()
    print(*rows, table, sep="\n")
