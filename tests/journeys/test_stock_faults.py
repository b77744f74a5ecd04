"""Each fault at each call of stock: in the end RxScale offers what there is, and no more."""

import time
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.sandbox.traffic import Fault
from bridge.store import adjustments, journal, person, stock

FAULTS = {
    "500 before": {"status": 500, "when": "before"},
    "500 after": {"status": 500, "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "0"}},
    "cut before": {"cut": True, "when": "before"},
    "cut after": {"cut": True, "when": "after"},
    "html": {"garble": "html", "when": "after"},
    "half a JSON": {"garble": "truncated", "when": "after"},
    "401": {"status": 401, "body": {"error": "no"}},
    "400": {"status": 400, "body": {"error": "no"}},
    "403": {"status": 403, "body": {"error": "no"}},
    "wrong types": {"body": [1, 2], "when": "after"},
    "empty object": {"body": {}, "when": "after"},
}
INVENTORY = ("pharmaone", "GET /inventory")
PATCH = ("rxscale", "PATCH /pharmacy_skus/{uid}")
LIST = ("rxscale", "GET /pharmacy_skus/")
TOKEN = ("pharmaone", "POST /auth/token")


async def settled(house: House) -> None:
    """Rounds until nothing is to be written; a person frees what was refused."""
    for _ in range(4):
        for row in await house.stuck():
            assert row.reason.code == "sku_refused", row
            await house.bridge.store.write(person.retry, [row.key], house.bridge.started_at)
        house.bridge.vendors.rxscale_transport._breaker.succeeded()
        house.bridge.vendors.pharmaone_transport._breaker.succeeded()
        result = await house.sync()
    assert result.failure is None
    assert result.plan.writes == ()
    assert (await house.bridge.store.read(stock.state)).waiting == 0


def agree(house: House) -> None:
    rows = house.world.inventory
    for sku in house.world.skus.values():
        if sku["external_id"] is not None:
            assert sku["stock"] == rows[sku["external_id"]]["stockquantity"], sku["uid"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), [INVENTORY, PATCH, LIST, TOKEN])
@pytest.mark.parametrize("times", [1, 3])
async def test_in_the_end_both_sides_agree(
    tmp_path: Path, vendor: str, route: str, fault: str, times: int
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        for number in range(6):
            house.hand(str(20401 + number), 380 + 20 * number)
        house.bridge.vendors.pharmaone.tokens.invalidate(
            await house.bridge.vendors.pharmaone.tokens.get()
        )
        house.world.break_calls(Fault(vendor=vendor, route=route, times=times, **FAULTS[fault]))
        for _ in range(2):
            try:
                await house.bridge.catalogue.read()
            except Exception as failure:
                assert (vendor, route) == LIST, failure
            await house.sync()
            never_more(house)
        house.world.faults.clear()
        await settled(house)
        agree(house)


def never_more(house: House) -> None:
    """What fell is not offered any more once it could be written; nothing rises beyond."""
    rows = house.world.inventory
    for sku in house.world.skus.values():
        if sku["external_id"] is not None:
            now = rows[sku["external_id"]]["stockquantity"]
            assert sku["stock"] in (now, *range(400, 451, 10)), sku["uid"]


@pytest.mark.parametrize("fault", ["500 after", "cut after", "html", "429", "cut before"])
async def test_a_person_s_change_is_taken_to_pharmaone_once(tmp_path: Path, fault: str):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        await changed_by_people(house, "psku-1002", 400)
        route = Fault(vendor="pharmaone", route="POST /inventory/adjust", **FAULTS[fault])
        house.world.break_calls(route)
        await house.sync(fetch=False)
        house.later(60)
        await house.sync()
        await house.sync()
        assert house.world.inventory["20402"]["stockquantity"] == 400
        assert [entry["delta_on_hand"] for entry in house.world.pharmaone.goods.log("20402")] == [
            -10
        ]
        assert house.stock("psku-1002") == 400
        state = await house.bridge.store.read(stock.state)
        assert (state.adjusting, state.drift) == (0, 0)


async def changed_by_people(house: House, sku: str, stock: int) -> None:
    hour = 3600 * 10**6
    statement = "UPDATE stock SET ours_at = ours_at - ?, rx_seen_at = rx_seen_at - ?"
    await house.bridge.store.write(lambda c: c.execute(statement, (hour, hour)))
    house.world.set_skus(changes=[{"uid": sku, "stock": stock}])
    await house.settle()


async def test_the_reference_is_found_in_the_log(tmp_path: Path):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        await changed_by_people(house, "psku-1002", 420)
        house.world.break_calls(
            Fault(vendor="pharmaone", route="POST /inventory/adjust", cut=True, when="after")
        )
        await house.sync(fetch=False)
        (under_way,) = (await house.bridge.store.read(adjustments.outstanding))[1]
        assert under_way.sent_at is not None
        assert house.stock("psku-1002") == 420
        house.later(60)
        await house.sync()
        (entry,) = house.world.pharmaone.goods.log("20402")
        assert under_way.reference in entry["reason"]
        assert "psku-1002" in entry["reason"]
        asked = house.world.calls("GET /inventory/{id}/log")
        assert len(asked) == 1
        story = await house.bridge.store.read(journal.of, "sku:psku-1002")
        assert [each.what for each in story] == ["written", "drifted", "adjusted"]


async def test_what_was_sold_before_is_no_part_of_a_change_by_people(tmp_path: Path):
    """RxScale takes a completed order's pieces off by itself, and our number is not back yet."""
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        line = {"order_items": [{"sku": {"uid": "sku-1002"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        await house.sync()
        order_id = await house.approve(uid)
        await house.change(order_id, shipped=True)
        assert (house.stock("psku-1002"), house.status(uid)) == (404, "completed")
        await changed_by_people(house, "psku-1002", 400)
        await house.sync()
        (entry,) = house.world.pharmaone.goods.log("20402")[:1]
        assert (entry["delta_on_hand"], house.stock("psku-1002")) == (-4, 403)
        assert (await house.bridge.store.read(stock.state)).drift == 0


async def test_what_is_sold_after_a_change_by_people_is_no_part_of_it(tmp_path: Path):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        line = {"order_items": [{"sku": {"uid": "sku-1002"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        await house.sync()
        order_id = await house.approve(uid)
        await changed_by_people(house, "psku-1002", 400)  # of 407
        await house.change(order_id, shipped=True)
        assert (house.stock("psku-1002"), house.status(uid)) == (397, "completed")
        await house.sync()
        assert house.world.pharmaone.goods.log("20402")[0]["delta_on_hand"] == -7
        assert house.stock("psku-1002") == 400


async def test_put_back_by_people_there_is_nothing_to_adopt(tmp_path: Path):
    chosen, ahead = {"adopt_external": True}, 0.0
    async with (
        open_sandbox(clock=lambda: time.time() + ahead) as sandbox,
        open_house(sandbox, tmp_path, stock=chosen) as house,
    ):
        line = {"order_items": [{"sku": {"uid": "sku-1002"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        await house.sync()
        await house.change(await house.approve(uid), shipped=True)
        await changed_by_people(house, "psku-1002", 400)
        assert (await house.bridge.store.read(stock.state)).drift == 1
        ahead = 5.0  # in one second, two changes look like one
        await changed_by_people(house, "psku-1002", 404)
        assert (await house.bridge.store.read(stock.state)).drift == 0
        await house.sync()
        assert house.world.calls("POST /inventory/adjust") == []
        assert house.stock("psku-1002") == 407


async def test_refused_or_impossible_it_is_written_over(tmp_path: Path):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        house.hand("20402", 5)  # sold meanwhile, and the change would take it below 0
        await changed_by_people(house, "psku-1002", 100)
        await changed_by_people(house, "psku-1003", 0)
        await house.sync()
        assert house.stock("psku-1002") == 5
        assert house.world.inventory["20402"]["stockquantity"] == 5
        story = await house.bridge.store.read(journal.of, "sku:psku-1002")
        assert "not adjusted" in [each.what for each in story]
        assert house.world.inventory["20403"]["stockquantity"] == 0


async def test_a_log_that_does_not_reach_back_asks_a_person(tmp_path: Path):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        await changed_by_people(house, "psku-1002", 400)
        house.world.break_calls(
            Fault(vendor="pharmaone", route="POST /inventory/adjust", cut=True, when="before")
        )
        await house.sync(fetch=False)
        for _ in range(200):
            house.world.pharmaone.goods.adjust("20402", 1, "cash desk")
        house.later(60)
        await house.sync()
        (row,) = await house.stuck()
        assert (row.key, row.reason.code) == ("sku:psku-1002", "unsure_adjustment")
        now = house.bridge.started_at
        assert await house.bridge.store.write(person.retry, [row.key], now) == [
            row.key
        ]  # it is not there
        await house.sync()
        assert house.world.inventory["20402"]["stockquantity"] == 600
        await house.sync()
        assert house.stock("psku-1002") == 600


async def test_seen_to_by_a_person_it_is_not_sent_again(tmp_path: Path):
    chosen = {"adopt_external": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        await changed_by_people(house, "psku-1002", 400)
        house.world.break_calls(
            Fault(vendor="pharmaone", route="POST /inventory/adjust", cut=True, when="before")
        )
        await house.sync(fetch=False)
        for _ in range(200):
            house.world.pharmaone.goods.adjust("20402", 0, "cash desk")
        house.later(60)
        await house.sync()
        (row,) = await house.stuck()
        house.hand("20402", 400)
        assert await house.bridge.store.write(
            person.drop, row.key, "done by hand", house.bridge.started_at
        )
        await house.sync()
        assert house.world.inventory["20402"]["stockquantity"] == 400
        assert house.stock("psku-1002") == 400
        assert (await house.bridge.store.read(stock.state)).adjusting == 0
