"""A key that shows several pharmacies: nothing starts before it is said which one is meant."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from house import bridge_settings, open_sandbox

from bridge.app.run import run
from bridge.errors import Misconfigured
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault

ROWS = {
    "data": [
        {"uid": "po-1", "pharmacy": {"uid": "ph-1", "display_name": "Nord"}},
        {"uid": "po-2", "pharmacy": {"uid": "ph-2", "display_name": "S\u00fcd"}},
    ],
    "totalRegistries": 2,
    "totalPages": 1,
}


async def started(sandbox: Sandbox, folder: Path, **rxscale: Any) -> bool:
    """Whether the bridge runs; it is stopped at once. Raises what `run` raises."""
    stop, began = asyncio.Event(), False

    def tell(*_: Any) -> None:
        nonlocal began
        began = True
        stop.set()

    await run(bridge_settings(sandbox, folder, {"rxscale": rxscale}), stop, tell)
    return began


def several(**changes: Any) -> Fault:
    route = "GET /pharmacy_orders/"
    return Fault(vendor="rxscale", route=route, **{"status": 200, "body": ROWS, **changes})


async def test_run_refuses_and_names_them(tmp_path: Path):
    async with open_sandbox() as sandbox:
        sandbox.world.break_calls(several())
        with pytest.raises(Misconfigured, match=r"more than one pharmacy: ph-1 \(Nord\), ph-2 \(S"):
            await started(sandbox, tmp_path)
        assert not (tmp_path / "rxbridge.db").exists(), "a refused start changes nothing"
        uid = sandbox.settings.pharmacy_uid
        sandbox.world.break_calls(several())
        assert await started(sandbox, tmp_path, pharmacy_uid=uid), "said which one"


async def test_one_pharmacy_starts(tmp_path: Path):
    async with open_sandbox() as sandbox:
        sandbox.world.add_orders(1, [])
        assert await started(sandbox, tmp_path)


@pytest.mark.parametrize("away", [{"status": 500}, {"cut": True}, {"garble": "html"}])
async def test_a_vendor_that_does_not_answer_keeps_nothing_from_starting(
    tmp_path: Path, away: dict[str, Any]
):
    async with open_sandbox() as sandbox:
        sandbox.world.break_calls(
            Fault(vendor="rxscale", route="GET /pharmacy_orders/", times=9, **away)
        )
        assert await started(sandbox, tmp_path)
