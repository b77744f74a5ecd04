"""From PharmaOne's approval to RxScale's completion, over real HTTP and a real file."""

from collections import Counter
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.core.model import Phase

MOST_CALLS = 8
BESIDES = ("POST /auth/token", "GET /pharmacy_skus/")


def calls_since(house: House, number: int) -> dict[str, Counter[str]]:
    """The calls each vendor got after the first `number`, token and SKU list aside."""
    found: dict[str, Counter[str]] = {"rxscale": Counter(), "pharmaone": Counter()}
    for call in house.world.calls()[number:]:
        if call.route not in BESIDES:
            found[call.vendor][call.route] += 1
    return found


@pytest.mark.parametrize("dialect", ["current", "legacy"])
async def test_the_good_order_from_approval_to_completion(tmp_path: Path, dialect: str):
    async with (
        open_sandbox(rx_dialect=dialect) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        began = len(house.world.calls())
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        record = await house.record(uid)
        assert (record.phase, record.order_id) == (Phase.ADOPTED, order_id)
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        assert house.status(uid) in ("completed", "shipped")
        assert (await house.record(uid)).phase is Phase.DONE
        assert not await house.stuck()
        for vendor, calls in calls_since(house, began).items():
            assert calls.total() <= MOST_CALLS, (vendor, calls)
