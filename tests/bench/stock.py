"""Stock: what planning costs, how fast numbers are written, and how soon nothing is oversold.

`python -m bench.stock plan FOLDER SKUS` measures one round in a process of its own.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bench.servers import KEY, mebibytes, process, settings
from bridge.app.build import Bridge, open_bridge
from bridge.cli import loop
from bridge.core.model import CatalogueSku, PharmacySkuUid, SkuUid
from bridge.core.stock.model import Write
from bridge.exchange import Request, Response
from bridge.store import Store, notes, rxscale_lists, stock

SIZES, SKUS = (5_000, 50_000, 200_000), 50_000
CHANGED_OF = 100
"""One of so many changed since the round before."""
MOST_MICROSECONDS, MOST_MEBIBYTES = 3.6, 220
WRITES, AT_ONCE, ROUNDS = 4_000, 16, 3
MOVED, FELL = 2_000, 200
Row = tuple[str, str, str, bool]


def uid(number: int) -> PharmacySkuUid:
    return PharmacySkuUid(f"psku-{number}")


def hand(number: int) -> int:
    return 40 + number % 400


def inventory(hands: Sequence[int]) -> bytes:
    """PharmaOne's documented rows (about 160 bytes each)."""
    rows = [
        {
            "p1_id": 20_000 + number,
            "name": f"Musterblüte {number}",
            "stockquantity": units,
            "price": 7.5 + number % 90 / 100,
            "category": "Blüten",
            "log_entries": 3,
            "last_activity": "2026-01-02T08:00:00Z",
        }
        for number, units in enumerate(hands)
    ]
    return json.dumps({"data": rows}, ensure_ascii=False).encode()


async def fill(store: Store, hands: Sequence[int]) -> None:
    """RxScale's list as it is when everything is as it should be."""
    now = datetime.now(UTC)
    catalogue = [
        CatalogueSku(
            uid(number),
            SkuUid(f"sku-{number}"),
            str(20_000 + number),
            "Musterblüte",
            selling_unit="1",
            stock=units,
            price_cents=3750,
        )
        for number, units in enumerate(hands)
    ]
    await store.write(rxscale_lists.save_catalogue, catalogue, seen_at=now, complete=True)
    await store.write(stock.listed, catalogue, now)


# -- what a round costs --------------------------------------------------------------------


async def prepare(folder: Path, skus: int) -> None:
    hands = [hand(number) for number in range(skus)]
    moved = [units + 7 * (number % CHANGED_OF == 0) for number, units in enumerate(hands)]
    await asyncio.to_thread((folder / "1").write_bytes, inventory(hands))
    await asyncio.to_thread((folder / "2").write_bytes, inventory(moved))
    async with open_bridge(settings(folder, "http://127.0.0.1:9", "http://127.0.0.1:9")) as b:
        await b.store.write(notes.put, "first_sweep_at", "0")
        await fill(b.store, hands)


async def one_round(folder: Path, skus: int) -> None:
    """Prints the CPU a round takes once the inventory's answer is there, and the peak of memory."""
    answers = iter(("1", "2"))
    took = 0.0

    async def send(request: Request) -> Response:
        nonlocal took
        if request.route == "POST /auth/token":
            return Response(200, {}, b'{"access_token":"token","expires_in":3600}')
        body = (folder / next(answers)).read_bytes()
        took = time.process_time()
        return Response(200, {}, body)

    async with open_bridge(settings(folder, "http://127.0.0.1:9", "http://127.0.0.1:9")) as b:
        object.__setattr__(b.vendors.pharmaone.caller, "send", send)
        object.__setattr__(b.vendors.pharmaone.tokens, "_exchange", _token)

        async def round_(changed: int) -> None:
            nonlocal took
            result, before = await b.stock.look()
            await b.store.write(stock.planned, result.plan, before, b.started_at)
            b.stock.keep(result)
            took = time.process_time() - took
            assert result.failure is None, result.failure
            assert len(result.plan.writes) == changed, len(result.plan.writes)

        loop.settled()
        await round_(0)
        await round_(skus // CHANGED_OF)
    print(json.dumps({"ms": took * 1000, "mib": mebibytes(os.getpid(), "VmHWM")}))


async def _token() -> Any:
    from bridge.pharmaone.token import TokenAnswer

    return TokenAnswer(access_token="token", expires_in=3600)


def planning() -> list[Row]:
    found = {skus: _planned(skus) for skus in SIZES}
    each = [took * 1000 / skus for skus, (took, _) in found.items()]
    peak = found[SIZES[-1]][1]
    sizes = " / ".join(f"{skus:,}" for skus in SIZES)
    return [
        (
            f"{sizes} inventory rows, 1 % changed: decode, plan, compare, note, each (CPU)",
            f"≤ {MOST_MICROSECONDS} µs",
            f"{' / '.join(f'{one:.1f}' for one in each)} µs",
            max(each) <= MOST_MICROSECONDS,
        ),
        (
            f"the whole bridge's memory at {SIZES[-1]:,} (peak)",
            f"≤ {MOST_MEBIBYTES} MiB",
            f"{peak:.0f} MiB",
            peak <= MOST_MEBIBYTES,
        ),
    ]


def _planned(skus: int) -> tuple[float, float]:
    """Milliseconds of processor and MiB of a round in a process of its own."""
    words, runs = [sys.executable, "-m", "bench.stock"], []
    for _ in range(ROUNDS if skus <= SKUS else 1):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([*words, "prepare", folder, str(skus)], check=True)
            found = subprocess.check_output([*words, "plan", folder, str(skus)], text=True)
            runs.append(json.loads(found))
    took, peak = (statistics.median(run[key] for run in runs) for key in ("ms", "mib"))
    return took, peak


# -- how fast numbers are written ----------------------------------------------------------


async def bare(rxscale: str, skus: Sequence[str], number: int) -> float:
    """PATCHes a second of the least client that could send them."""
    waiting = iter(skus)
    url = f"{rxscale}/v1/external_pharmacy_api/pharmacy_skus/"
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def send() -> None:
            for sku in waiting:
                body = json.dumps({"stock": number}).encode()
                async with session.patch(url + sku, data=body) as answer:
                    assert answer.status == 200
                    await answer.read()

        began = time.monotonic()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        return len(skus) / (time.monotonic() - began)


async def bridged(bridge: Bridge, skus: Sequence[str], number: int) -> float:
    """The same by the bridge, with every number noted on disk before and after."""
    now = datetime.now(UTC)
    writes = [Write(PharmacySkuUid(sku), number, None, 0) for sku in skus]
    began = time.monotonic()
    bridge.pusher.mark()
    bridge.pusher.replace(writes, now)
    await bridge.pusher.idle()
    assert bridge.pusher.trouble is None
    return len(skus) / (time.monotonic() - began)


async def rates(rxscale: str, pharmaone: str, folder: Path) -> tuple[float, float]:
    chosen = settings(folder, rxscale, pharmaone)
    stock = chosen.stock.model_copy(update={"at_once": AT_ONCE})
    chosen = chosen.model_copy(update={"stock": stock})
    found: list[tuple[float, float]] = []
    async with open_bridge(chosen) as bridge:
        await bridge.catalogue.read()
        skus = [sku.pharmacy_sku_uid for sku in await bridge.store.read(rxscale_lists.catalogue)]
        loop.settled()
        for turn in range(ROUNDS):
            least = await bare(rxscale, skus, 100 + turn)
            found.append((least, await bridged(bridge, skus, 200 + turn)))
    return statistics.median(b for _, b in found), statistics.median(b for b, _ in found)


def writing() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        process("sandbox", str(WRITES)) as (_, vendors, _),
    ):
        ours, least = uvloop.run(rates(*vendors.split(), Path(folder)))
    return [
        (
            f"PATCHes/s, limits lifted ÷ bare aiohttp client, {AT_ONCE} at once",
            "≥ 0.60",
            f"{ours / least:.2f} ({ours:,.0f} ÷ {least:,.0f})",
            ours / least >= 0.6,
        )
    ]


# -- how soon nothing is oversold ----------------------------------------------------------


async def oversold(folder: Path) -> float:
    """Seconds from the start of a round until no SKU promises more than there is, at 10 calls/s."""
    from bridge.sandbox import Sandbox, SandboxSettings

    async with Sandbox(SandboxSettings(skus=SKUS, log_limit=0, grams=False)) as sandbox:
        shelf = sandbox.world.skus
        chosen = settings(folder, sandbox.rxscale_url, sandbox.pharmaone_url)
        limits = {"requests_per_second": 10, "requests_per_minute": 600}
        chosen = chosen.model_copy(update={"rxscale": chosen.rxscale.model_copy(update=limits)})
        hands = [hand(number) for number in range(SKUS)]
        for number, sku in enumerate(shelf.values()):
            sku["stock"] = hands[number]
        names = list(shelf)
        now_there = list(hands)
        for number in range(0, SKUS, SKUS // MOVED):
            fell = number % (SKUS // FELL) == 0
            now_there[number] += -9 if fell else 9
        body = inventory(now_there)

        async def send(_: Request) -> Response:
            return Response(200, {}, body)

        async with open_bridge(chosen) as bridge:
            now = datetime.now(UTC)
            catalogue = [
                CatalogueSku(
                    PharmacySkuUid(name),
                    SkuUid(name),
                    str(20_000 + n),
                    "x",
                    selling_unit="1",
                    stock=hands[n],
                )
                for n, name in enumerate(names)
            ]
            await bridge.store.write(
                rxscale_lists.save_catalogue, catalogue, seen_at=now, complete=True
            )
            await bridge.store.write(stock.listed, catalogue, now)
            await bridge.sweep.run()
            caller = replace(bridge.vendors.pharmaone.caller, send=send)
            bridge.stock._pharmaone = replace(bridge.vendors.pharmaone, caller=caller)
            object.__setattr__(bridge.vendors.pharmaone.tokens, "_exchange", _token)
            began = time.monotonic()
            await bridge.stock.sync()
            while any(  # noqa: ASYNC110 - the vendors tell nobody
                shelf[name]["stock"] > now_there[n] for n, name in enumerate(names)
            ):
                await asyncio.sleep(0.25)
            seconds = time.monotonic() - began
            bridge.pusher.cancel()
            return seconds


def safety() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        seconds = uvloop.run(oversold(Path(folder)))
    return [
        (
            f"{MOVED:,} of {SKUS:,} changed, {FELL} of them fell, at RxScale's 10 calls/s: until "
            "no SKU promises more than there is",
            "< 25 s",
            f"{seconds:.1f} s",
            seconds < 25,
        )
    ]


def measure() -> list[Row]:
    print("planning stock ...", flush=True)
    rows = planning()
    print("writing stock ...", flush=True)
    rows += writing()
    print("falling stock at RxScale's real limits ...", flush=True)
    return rows + safety()


if __name__ == "__main__":
    what, place, many = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    loop.run(prepare(place, many) if what == "prepare" else one_round(place, many))
