"""A shop full of PharmaOne's orders whose list rows do not say whose they are."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Phase
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault

READ = "GET /orders/{id}"
MOST = 10


def a_past(sandbox: Sandbox, count: int = 120) -> None:
    """So many orders from before, of other customers, one an hour."""
    for number in range(count):
        order = sandbox.world.pharmaone.upsert(
            {"external_id": f"shop-{number}", "items": [{"qty": 1, "price": 1, "name": "x"}]}
        )
        order.data["created_at"] = text(now() - timedelta(hours=number + 2))


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def details(house: House) -> int:
    return len(house.world.calls(READ))


@pytest.mark.parametrize("apart", [0.0, 7200.0, -7200.0], ids="clocks apart by {}".format)
async def test_a_lost_store_finds_its_orders_and_reads_no_others(tmp_path: Path, apart: float):
    clocks = {"rx_clock_ahead_seconds": apart, "p1_clock_ahead_seconds": -apart}
    async with open_sandbox(rx_tells_created=True, reference_mode="second", **clocks) as sandbox:
        a_past(sandbox)
        async with open_house(sandbox, tmp_path, orders={"find_details": MOST}) as house:
            uids = await house.orders_arrive(count=3)
            for uid in uids:
                await house.approve(uid)
        (tmp_path / "rxbridge.db").unlink()
        before = len(sandbox.world.calls(READ))
        async with open_house(sandbox, tmp_path, orders={"find_details": MOST}) as house:
            assert await house.stuck() == []
            assert details(house) - before <= 2 * MOST  # by the search, and of those before it
            for uid in uids:
                assert (await house.record(uid)).phase is Phase.ADOPTED
                assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("listed", [True, False], ids="external_id in the list: {}".format)
async def test_one_cancelled_while_the_store_was_lost_is_cancelled_at_pharmaone(
    tmp_path: Path, listed: bool
):
    """RxScale's lists of open orders do not show it any more: PharmaOne's side tells of it."""
    async with open_sandbox(list_has_external_id=listed) as sandbox:
        a_past(sandbox, 20)
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive()
            order_id = await house.approve(uid)
            sandbox.world.p1_orders[order_id].data["created_at"] = text(now() - timedelta(hours=1))
        (tmp_path / "rxbridge.db").unlink()
        sandbox.world.set_order_status(uid, "cancelled")
        async with open_house(sandbox, tmp_path) as house:
            await house.sweep()
            assert sandbox.world.p1_orders[order_id].status == "cancelled"
            assert await house.stuck() == []
            others = [
                each.status for each in sandbox.world.p1_orders.values() if each.id != order_id
            ]
            assert "cancelled" not in others


async def test_where_nobody_tells_when_an_order_was_made_a_person_decides(tmp_path: Path):
    async with open_sandbox() as sandbox:
        a_past(sandbox)
        (uid,) = sandbox.world.add_orders(1, [{"status": "in-progress"}], announce=False)
        async with open_house(sandbox, tmp_path, orders={"find_details": MOST}) as house:
            (row,) = await house.stuck()
            assert row.reason.facts["why"].code == "too_many_to_read"
            assert house.requests(uid) == []


async def test_an_unsure_submission_is_searched_for_among_the_new(tmp_path: Path):
    """RxScale need not tell: this store saw the order in the queue."""
    async with open_sandbox() as sandbox:
        a_past(sandbox)
        async with open_house(sandbox, tmp_path, orders={"find_details": MOST}) as house:
            house.world.break_calls(
                Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")
            )
            before = details(house)
            (uid,) = await house.orders_arrive()
            assert await house.stuck() == []
            assert details(house) == before, "none of the old ones was read"
            record = await house.record(uid)
            assert (record.phase, record.attempts) == (Phase.SUBMITTED, 2)
