"""kill -9 at every named point of the way in and back: nothing lost, nothing doubled."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from crash.victim import CANCELLING, POINTS, WAY_BACK, Life
from house import P1_SECRET, SECRET, bridge_settings, free_port, open_sandbox

from bridge.sandbox import Sandbox

PATIENCE_SECONDS = 30


def written(sandbox: Sandbox, folder: Path, port: int, **orders: Any) -> Path:
    """The settings as a file; the store and the port outlive each process."""
    sections = {"server": {"port": port}, "orders": {"unsure_grace_seconds": 0.1, **orders}}
    settings = bridge_settings(sandbox, folder, sections)
    document = settings.model_dump(mode="json")
    document["rxscale"]["api_key"] = sandbox.settings.rx_api_key
    document["rxscale"]["webhook_secrets"] = [SECRET]
    document["pharmaone"]["api_key"] = sandbox.settings.p1_api_key
    document["pharmaone"]["webhook_secrets"] = [P1_SECRET]
    file = folder / "settings.json"
    file.write_text(json.dumps(document))
    return file


@asynccontextmanager
async def living(
    settings: Path, point: str = "", number: int = signal.SIGKILL
) -> AsyncIterator[Life]:
    life = Life(settings, point, number)
    try:
        await life.listens(PATIENCE_SECONDS)
        yield life
    finally:
        if life.returncode is None:
            life.send_signal(signal.SIGTERM)
        await asyncio.wait_for(life.wait(), PATIENCE_SECONDS)
        life.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


async def swept(settings: Path) -> None:
    """The first sweep has ended."""
    await healthy(settings, lambda checks: checks["orders"]["last_poll_at"] is not None)


async def at_rest(settings: Path) -> None:
    """Nothing is due, and no submission is without an answer."""
    await healthy(settings, lambda c: (c["work"]["pending"], c["work"]["unsure"]) == (0, 0))


async def healthy(settings: Path, true: Callable[[dict[str, Any]], bool]) -> None:
    url = f"http://127.0.0.1:{settings_port(settings)}/health"
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as answer:
                if true((await answer.json())["checks"]):
                    return
            await asyncio.sleep(0.02)


def requests(sandbox: Sandbox, uid: str) -> int:
    held = sandbox.world.order_requests.values()
    return sum(request.external_reference == uid for request in held)


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
async def test_killed_and_started_again(tmp_path: Path, point: str):
    async with open_sandbox(webhook_base_seconds=0.2) as sandbox:
        port = free_port()
        settings = written(sandbox, tmp_path, port)
        async with living(settings, point) as victim:
            await swept(settings)
            target = f"http://127.0.0.1:{port}/webhooks/rxscale"
            sandbox.world.subscribe("rxscale", target, SECRET)
            (uid,) = sandbox.world.add_orders()
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
            assert victim.returncode == -signal.SIGKILL
        async with living(settings):
            await until(lambda: requests(sandbox, uid) == 1)
            await sandbox.drain()
            await at_rest(settings)
        assert sandbox.world.orders[uid].status == "pending review"
        assert requests(sandbox, uid) == 1


@pytest.mark.crash
async def test_killed_around_a_submission_and_told_to_ask(tmp_path: Path):
    """Where PharmaOne would make a second request of it, "ask" sends nothing of itself."""
    async with open_sandbox(webhook_base_seconds=0.2, reference_mode="second") as sandbox:
        settings = written(sandbox, tmp_path, free_port(), unsure_submission="ask")
        point = "after the submission, before it is recorded"
        async with living(settings, point) as victim:
            await swept(settings)
            target = f"http://127.0.0.1:{settings_port(settings)}/webhooks/rxscale"
            sandbox.world.subscribe("rxscale", target, SECRET)
            (new,) = sandbox.world.add_orders()
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
        sandbox.world.calls.clear()
        async with living(settings):
            await until(lambda: len(sandbox.world.calls("GET /orders")) >= 2)
        assert requests(sandbox, new) == 1


def subscribe(sandbox: Sandbox, settings: Path) -> None:
    base = f"http://127.0.0.1:{settings_port(settings)}/webhooks"
    sandbox.world.subscribe("rxscale", f"{base}/rxscale", SECRET)
    sandbox.world.subscribe("pharmaone", f"{base}/pharmaone", P1_SECRET)


async def approved(sandbox: Sandbox, uid: str) -> str:
    """PharmaOne's order, once our order-request is there and staff have said yes."""
    await until(lambda: requests(sandbox, uid) == 1)
    held = sandbox.world.order_requests.values()
    (request,) = [each for each in held if each.external_reference == uid]
    return sandbox.world.approve(request.id)


def carried_out(sandbox: Sandbox, route: str) -> int:
    return sum(call.done for call in sandbox.world.calls(route))


@pytest.mark.crash
@pytest.mark.parametrize("point", WAY_BACK)
async def test_killed_on_the_way_back_and_started_again(tmp_path: Path, point: str):
    async with open_sandbox(webhook_base_seconds=0.2) as sandbox:
        settings = written(sandbox, tmp_path, free_port(), poll_seconds=1)
        async with living(settings, point) as victim:
            await swept(settings)
            subscribe(sandbox, settings)
            (uid,) = sandbox.world.add_orders()
            order_id = await approved(sandbox, uid)
            sandbox.world.change_p1_order(order_id, shipped=True)
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
            assert victim.returncode == -signal.SIGKILL
        async with living(settings):
            await until(lambda: sandbox.world.orders[uid].status == "completed")
            await sandbox.drain()
        assert requests(sandbox, uid) == 1
        assert carried_out(sandbox, "PATCH /pharmacy_orders/{uid}/status") == 3
        assert carried_out(sandbox, "PATCH /pharmacy_orders/{uid}/complete_order") == 1


@pytest.mark.crash
@pytest.mark.parametrize("point", CANCELLING)
async def test_killed_around_a_cancellation_and_started_again(tmp_path: Path, point: str):
    async with open_sandbox(webhook_base_seconds=0.2) as sandbox:
        settings = written(sandbox, tmp_path, free_port(), poll_seconds=1)
        async with living(settings, point) as victim:
            await swept(settings)
            subscribe(sandbox, settings)
            (uid,) = sandbox.world.add_orders()
            order_id = await approved(sandbox, uid)
            await until(lambda: sandbox.world.orders[uid].status == "in-progress")
            sandbox.world.set_order_status(uid, "cancelled")
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
            assert victim.returncode == -signal.SIGKILL
        async with living(settings):
            await until(lambda: sandbox.world.p1_orders[order_id].status == "cancelled")
            await sandbox.drain()
        assert carried_out(sandbox, "PATCH /orders/{id}/status") == 1


def settings_port(settings: Path) -> int:
    return int(json.loads(settings.read_text())["server"]["port"])
