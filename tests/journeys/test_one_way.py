"""With the shop's connector and nothing else: orders go in, and nothing is read back."""

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house, open_sandbox

from bridge.app import vitals
from bridge.app.run import _timers
from bridge.core.model import Phase
from bridge.sandbox.traffic import Fault

FAULT = {"vendor": "pharmaone", "route": "POST /external-order", "cut": True, "when": "after"}


@asynccontextmanager
async def one_way(folder: Path, **sandboxed: Any):
    async with open_sandbox(**sandboxed) as sandbox:
        pharmaone = {
            "submit_via": "connector",
            "connector_url": sandbox.pharmaone_url,
            "org_id": None,
            "shop_id": None,
        }
        async with open_house(sandbox, folder, swept=False, pharmaone=pharmaone) as house:
            await house.bridge.sweep.run()
            yield house


def asked(house: House) -> set[str]:
    return {call.route for call in house.calls() if call.vendor == "pharmaone"}


async def test_an_order_goes_in_and_ends_as_staff_end_it(tmp_path: Path):
    async with one_way(tmp_path) as house:
        (uid,) = await house.orders_arrive()
        assert (await house.record(uid)).phase is Phase.SUBMITTED
        assert house.status(uid) == "pending review"
        for status in ("in-progress", "ready_for_pickup", "completed"):
            await house.change_at_rxscale(uid, status)
        assert (await house.record(uid)).phase is Phase.DONE
        assert asked(house) == {"POST /external-order"}


@pytest.mark.parametrize("mode", ["same", "second"])
async def test_a_lost_answer_cannot_be_looked_for_and_says_so(tmp_path: Path, mode: str):
    async with one_way(tmp_path, reference_mode=mode) as house:
        house.world.break_calls(Fault(**FAULT))
        (uid,) = await house.orders_arrive()
        (row,) = await house.stuck()
        assert row.reason.code == "unsure_submission"
        assert row.reason.facts["why"].code == "not_readable"
        assert len(house.requests(uid)) == 1
        assert asked(house) == {"POST /external-order"}


async def test_one_that_somebody_else_took_is_never_sent(tmp_path: Path):
    async with one_way(tmp_path) as house:
        (uid,) = house.world.add_orders(1, [], announce=False)
        house.world.set_order_status(uid, "pending review", None)
        await house.settle()
        (row,) = await house.stuck()
        assert row.reason.facts["why"].code == "not_readable"
        assert house.requests(uid) == []


async def test_health_says_so_and_nothing_is_read_by_the_clock(tmp_path: Path):
    async with one_way(tmp_path) as house:
        await house.bridge.catalogue.read()
        checks = (await vitals.health(house.bridge)).document()["checks"]
        assert checks["pharmaone"]["status"] == "degraded"
        assert "nothing is read back" in checks["pharmaone"]["reason"]
        assert checks["stock"]["status"] == "ok"
        timers = _timers(house.bridge)
        for coroutine in timers:
            coroutine.close()
        assert len(timers) == 8
