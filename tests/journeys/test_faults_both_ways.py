"""Each fault at each call of the way back: one completion, one cancellation, or a true reason."""

import shutil
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.core.model import Phase
from bridge.sandbox.traffic import Fault
from bridge.store import person

FAULTS = {
    "500 before": {"status": 500, "when": "before"},
    "500 after": {"status": 500, "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "1"}},
    "cut before": {"cut": True, "when": "before"},
    "cut after": {"cut": True, "when": "after"},
    "html": {"garble": "html", "when": "after"},
    "html instead": {"garble": "html", "when": "before"},
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


async def free(house: House) -> None:
    """What a refusal or an unreadable answer made stuck, a person frees; nothing else is."""
    for row in await house.stuck():
        assert row.reason.code in ("refused", "unreadable", "cancelled_at_rxscale")
        await house.bridge.store.write(person.retry, [row.key], house.bridge.started_at)
    await house.settle()


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
        await free(house)
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
        await free(house)
        assert house.world.p1_orders[order_id].status == "cancelled"
        assert done(house, P1_STATUS[1]) == 1
        assert (await house.record(uid)).phase is Phase.DONE


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
        await free(house)
        assert house.status(uid) == "cancelled"
        assert (await house.record(uid)).phase is Phase.DONE


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [RX_ORDER, RX_STATUS, RX_COMPLETE, P1_ORDER])
async def test_on_the_way_of_a_jump_with_a_parcel(
    tmp_path: Path, vendor: str, route: str, fault: str
):
    """Four steps in one look: a fault in the middle leaves none of them out."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.p1_orders[order_id].data.update(tracking_url="https://track.example/1")
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        await house.change(order_id, shipped=True)
        assert not house.world.faults, "the fault never struck"
        await free(house)
        assert house.status(uid) == "completed"
        assert done(house, RX_COMPLETE[1]) == 1
        assert done(house, RX_STATUS[1]) == 3


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [RX_ORDER, RX_STATUS, P1_ORDER])
async def test_on_the_way_of_a_hold_at_pharmaone(
    tmp_path: Path, vendor: str, route: str, fault: str
):
    shutil.copytree(MAPPINGS, tmp_path / "mappings")
    file = tmp_path / "mappings" / "statuses.toml"
    word = '"ready_pickup" = "ready" '
    file.write_text(file.read_text().replace(word, f'"waiting" = "on_hold"\n{word}'))
    words = frozenset({"awaiting_packing", "waiting", "ready_pickup"})
    async with open_sandbox(p1_statuses=words) as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        await house.change(order_id, status="waiting")
        assert not house.world.faults, "the fault never struck"
        await free(house)
        assert house.status(uid) == "on-hold"
        assert len(house.world.orders[uid].threads) == 1
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "ready_for_pickup"
