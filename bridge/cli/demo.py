"""`rxbridge demo`: no accounts, both vendors simulated, real signed webhooks through the bridge."""

import argparse
import asyncio
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bridge import app
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import loop, show
from bridge.cli.shared.opened import shipped_mappings
from bridge.core.memory import OrderRow
from bridge.core.model import PharmacyOrderUid, Phase
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.server import Running
from bridge.settings import Settings

PATIENCE_SECONDS = 120.0
ENDED = (Phase.SUBMITTED, Phase.ADOPTED, Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True, slots=True)
class Result:
    """One order as each of the three ended up with it."""

    order: str
    name: str | None
    state: str | None
    phase: str
    request: str | None
    at_rxscale: str
    at_pharmaone: int
    calls: int


def demo(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="rxbridge-demo-") as folder:
        results = loop.run(loop.until_stopped(partial(_demo, arguments, Path(folder))))
    good = len(results) == arguments.orders and all(_is_good(result) for result in results)
    return DONE if good else FAILED


async def _demo(arguments: argparse.Namespace, folder: Path, stop: asyncio.Event) -> list[Result]:
    secret = f"whsec_{secrets.token_hex(16)}"
    async with Sandbox(SandboxSettings(rx_webhook_secret=secret)) as sandbox:
        settings = _settings(sandbox, secret, folder)
        async with _running(settings) as (bridge, running):
            return await _show(arguments, sandbox, bridge, running, secret, stop)


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[tuple[app.Bridge, Running]]:
    """The whole bridge, as `rxbridge run` starts it. Raises what starting it raises."""
    began: asyncio.Queue[tuple[app.Bridge, Running]] = asyncio.Queue()
    end = asyncio.Event()
    running = asyncio.create_task(app.run(settings, end, lambda *parts: began.put_nowait(parts)))
    first = asyncio.create_task(began.get())
    await asyncio.wait({running, first}, return_when=asyncio.FIRST_COMPLETED)
    if not first.done():
        first.cancel()
        await running
    try:
        yield first.result()
    finally:
        end.set()
        await running


def _settings(sandbox: Sandbox, secret: str, folder: Path) -> Settings:
    shutil.copytree(shipped_mappings(), folder / "mappings")
    return Settings.model_validate(
        {
            "rxscale": {
                "base_url": sandbox.rxscale_url,
                "api_key": sandbox.settings.rx_api_key,
                "webhook_secrets": [secret],
            },
            "pharmaone": {
                "base_url": sandbox.pharmaone_url,
                "api_key": sandbox.settings.p1_api_key,
                "org_id": sandbox.settings.org_id,
                "shop_id": sandbox.settings.shop_id,
            },
            "server": {"port": 0},
            "store": {"path": folder / "rxbridge.db"},
            "mappings": {"dir": folder / "mappings"},
        }
    )


async def _show(
    arguments: argparse.Namespace,
    sandbox: Sandbox,
    bridge: app.Bridge,
    running: Running,
    secret: str,
    stop: asyncio.Event,
) -> list[Result]:
    quiet = arguments.json
    if not quiet:
        print(f"RxScale and PharmaOne are simulated at {sandbox.rxscale_url} and", end=" ")
        print(f"{sandbox.pharmaone_url}; the bridge listens at {running.url}")
    sandbox.world.subscribe("rxscale", f"{running.url}/webhooks/rxscale", secret)
    await _first_sweep(bridge)
    began = time.monotonic()
    uids = sandbox.world.add_orders(arguments.orders)
    rows = await _watch(bridge, [PharmacyOrderUid(uid) for uid in uids], stop, quiet=quiet)
    results = [_result(row, sandbox) for row in rows]
    _tell(results, time.monotonic() - began, as_json=quiet)
    if arguments.keep and not stop.is_set():
        print(f"Still up: {running.url}/health, {sandbox.rxscale_url}/_sandbox/state (Ctrl-C ends)")
        await stop.wait()
    return results


async def _first_sweep(bridge: app.Bridge) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await bridge.store.facts(app.now())).first_sweep_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the store is a file: it tells nobody


async def _watch(
    bridge: app.Bridge, uids: list[PharmacyOrderUid], stop: asyncio.Event, *, quiet: bool
) -> list[OrderRow]:
    """Every order's row, once each has come as far as it can by itself."""
    bar = Progress(
        TextColumn("order-requests accepted by PharmaOne"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        disable=quiet,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    with bar:
        task = bar.add_task("", total=len(uids))
        while True:
            rows = await bridge.store.orders(limit=len(uids) + 100)
            ended = [row for row in rows if row.link.phase in ENDED or row.stuck]
            bar.update(task, completed=len(ended))
            idle = (await bridge.store.facts(app.now())).pending == 0
            over = time.monotonic() > deadline or stop.is_set()
            if over or (len(ended) >= len(uids) and idle):
                return sorted(rows, key=lambda row: uids.index(row.link.uid))
            await asyncio.sleep(0.1)


def _result(row: OrderRow, sandbox: Sandbox) -> Result:
    link = row.link
    requests = [
        r for r in sandbox.world.order_requests.values() if r.external_reference == link.uid
    ]
    return Result(
        order=link.uid,
        name=link.name,
        state=f"stuck: {row.stuck.reason}" if row.stuck else link.state and link.state.value,
        phase=link.phase.value,
        request=link.request_id,
        at_rxscale=sandbox.world.orders[link.uid].status,
        at_pharmaone=sum(request.external_reference == link.uid for request in requests),
        calls=link.calls,
    )


def _is_good(result: Result) -> bool:
    return result.phase == Phase.SUBMITTED and result.at_pharmaone == 1


def _tell(results: list[Result], seconds: float, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"orders": [_document(r) for r in results], "seconds": round(seconds, 1)})
        return
    show.as_table(
        ("order", "name", "state", "request", "RxScale holds", "PharmaOne holds"),
        [
            (r.order, r.name, r.state, r.request, r.at_rxscale, f"{r.at_pharmaone} under review")
            for r in results
        ],
    )
    good = sum(_is_good(result) for result in results)
    calls = sum(result.calls for result in results)
    each = calls / len(results) if results else 0.0
    print(f"{good} of {len(results)} orders: one order-request each, in {seconds:.1f} s;", end=" ")
    print(f"{each:.1f} calls an order (RxScale allows 10 a second).")


def _document(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in Result.__slots__}
