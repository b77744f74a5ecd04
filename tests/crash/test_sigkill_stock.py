"""kill -9 in the middle of writing stock: both sides agree in the end, nothing is done twice."""

import asyncio
import json
import signal
from pathlib import Path

import pytest
from crash.test_sigkill import (
    PATIENCE_SECONDS,
    healthy,
    living,
    settings_port,
    subscribe,
    swept,
    until,
    written,
)
from crash.victim import ADOPTING, POINTS, STOCK
from house import SECRET, free_port, open_sandbox

from bridge.sandbox import Sandbox

LINKED = [f"psku-{1001 + number}" for number in range(6)]


def settings_of(sandbox: Sandbox, folder: Path, **stock: object) -> Path:
    file = written(sandbox, folder, free_port())
    document = json.loads(file.read_text())
    document["stock"].update(stock)
    file.write_text(json.dumps(document))
    return file


def agree(sandbox: Sandbox) -> bool:
    rows = sandbox.world.inventory
    skus = [sandbox.world.skus[uid] for uid in LINKED]
    return all(sku["stock"] == rows[sku["external_id"]]["stockquantity"] for sku in skus)


@pytest.mark.crash
@pytest.mark.parametrize("point", STOCK)
async def test_killed_in_the_middle_of_a_sync_and_started_again(tmp_path: Path, point: str):
    async with open_sandbox() as sandbox:
        settings = settings_of(sandbox, tmp_path, second_look_seconds=0)
        async with living(settings, point) as victim:
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
            assert victim.returncode == -signal.SIGKILL
        # what was written before may be too much by now, and nobody remembers that it was written
        sandbox.world.set_inventory(
            [{"p1_id": 20401 + number, "stockquantity": 40 + number} for number in range(6)]
        )
        async with living(settings):
            await until(lambda: agree(sandbox))


@pytest.mark.crash
@pytest.mark.parametrize("point", ADOPTING)
async def test_killed_around_an_adjustment_and_started_again(tmp_path: Path, point: str):
    async with open_sandbox() as sandbox:
        settings = settings_of(sandbox, tmp_path, adopt_external=True, sync_seconds=0.5)
        async with living(settings, point) as victim:
            await until(lambda: agree(sandbox))
            subscribe(sandbox, settings)
            await healthy(settings, lambda c: c["stock"]["waiting"] == 0)
            sandbox.world.set_skus(changes=[{"uid": "psku-1002", "stock": 400}])
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
            assert victim.returncode == -signal.SIGKILL
        async with living(settings):
            await until(lambda: sandbox.world.inventory["20402"]["stockquantity"] == 400)
            await until(lambda: agree(sandbox))
        log = sandbox.world.pharmaone.goods.log("20402")
        assert [entry["delta_on_hand"] for entry in log] == [-10]


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
async def test_what_an_order_takes_is_known_wherever_its_first_look_was_killed(
    tmp_path: Path, point: str
):
    async with open_sandbox(webhook_base_seconds=0.2) as sandbox:
        settings = settings_of(sandbox, tmp_path, sync_seconds=0.5)
        async with living(settings, point) as victim:
            await swept(settings)
            await until(lambda: agree(sandbox))
            target = f"http://127.0.0.1:{settings_port(settings)}/webhooks/rxscale"
            sandbox.world.subscribe("rxscale", target, SECRET)
            line = {"sku": {"uid": "sku-1006"}, "amount": 7}
            (uid,) = sandbox.world.add_orders(overrides=[{"order_items": [line]}])
            await asyncio.wait_for(victim.wait(), PATIENCE_SECONDS)
        async with living(settings):
            await until(lambda: sandbox.world.orders[uid].status == "pending review")
            await until(lambda: sandbox.world.skus["psku-1006"]["stock"] == 443)
            sandbox.world.set_inventory([{"p1_id": 20401, "stockquantity": 900}])
            await until(lambda: sandbox.world.skus["psku-1001"]["stock"] == 900)
