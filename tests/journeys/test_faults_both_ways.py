"""Each fault at each call of the way back: one completion, one cancellation, or a true reason."""

from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.core.model import Phase
from bridge.sandbox.traffic import Fault

FAULTS = {
    "500 before": {"status": 500, "when": "before"},
    "500 after": {"status": 500, "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "1"}},
    "cut before": {"cut": True, "when": "before"},
    "cut after": {"cut": True, "when": "after"},
    "html": {"garble": "html", "when": "after"},
    "half a JSON": {"garble": "truncated", "when": "after"},
    "401": {"status": 401, "body": {"error": "no"}},
    "400": {"status": 400, "body": {"error": "no"}},
    "wrong types": {"body": [1, 2], "when": "after"},
}
RX_ORDER = ("rxscale", "GET /pharmacy_orders/{uid}")
RX_STATUS = ("rxscale", "PATCH /pharmacy_orders/{uid}/status")
RX_COMPLETE = ("rxscale", "PATCH /pharmacy_orders/{uid}/complete_order")
P1_ORDER = ("pharmaone", "GET /orders/{id}")
P1_STATUS = ("pharmaone", "PATCH /orders/{id}/status")


def done(house: House, route: str) -> int:
    """How many calls of a route the vendor carried out."""
    return sum(call.route == route and call.done for call in house.world.calls())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.core.patience.MISCONFIGURED_SECONDS", 0.2)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [RX_ORDER, RX_STATUS, RX_COMPLETE, P1_ORDER])
async def test_on_the_way_to_completion(tmp_path: Path, vendor: str, route: str, fault: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        order_id = await house.approve(uid)
        await house.sweep()  # an order whose reading failed is read again by the next sweep
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        assert not house.world.faults, "the fault never struck"
        assert len(house.requests(uid)) == 1
        assert done(house, RX_COMPLETE[1]) <= 1
        stuck = await house.stuck()
        if stuck:
            assert stuck[0].note.code in ("refused", "unreadable")
            await house.bridge.store.retry([stuck[0].key], house.bridge.started_at)
            await house.settle()
        assert house.status(uid) == "completed"
        assert done(house, RX_COMPLETE[1]) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [RX_ORDER, P1_ORDER, P1_STATUS])
async def test_on_the_way_to_cancelling_at_pharmaone(
    tmp_path: Path, vendor: str, route: str, fault: str
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        await house.change_at_rxscale(uid, "cancelled")
        assert not house.world.faults, "the fault never struck"
        assert done(house, P1_STATUS[1]) <= 1
        stuck = await house.stuck()
        if stuck:
            assert stuck[0].note.code in ("refused", "unreadable")
            await house.bridge.store.retry([stuck[0].key], house.bridge.started_at)
            await house.settle()
        assert house.world.p1_orders[order_id].status == "cancelled"
        assert done(house, P1_STATUS[1]) == 1
        assert (await house.link(uid)).phase is Phase.DONE


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [RX_ORDER, RX_STATUS, P1_ORDER])
async def test_on_the_way_to_cancelling_at_rxscale(
    tmp_path: Path, vendor: str, route: str, fault: str
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        await house.change(order_id, status="cancelled")
        assert not house.world.faults, "the fault never struck"
        stuck = await house.stuck()
        if stuck:
            assert stuck[0].note.code in ("refused", "unreadable")
            await house.bridge.store.retry([stuck[0].key], house.bridge.started_at)
            await house.settle()
        assert house.status(uid) == "cancelled"
        assert (await house.link(uid)).phase is Phase.DONE
