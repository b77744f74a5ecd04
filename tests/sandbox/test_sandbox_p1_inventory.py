"""PharmaOne's inventory as simulated (pharmaone.md section 8)."""

import pytest

from bridge.sandbox import Sandbox


async def adjust(p1, **body):
    return await p1("POST", "/inventory/adjust", {"p1_id": "20401", "reason": "Kasse", **body})


async def listed(p1) -> dict[int | str, dict]:
    rows = (await p1("GET", "/inventory")).body["data"]
    return {row["p1_id"]: row for row in rows}


async def test_rows_have_the_documented_fields(p1):
    row = (await listed(p1))[20401]
    assert row.keys() == {
        "p1_id", "name", "stockquantity", "price", "category", "log_entries", "last_activity",
    }  # fmt: skip
    assert row["stockquantity"] == 400


async def test_an_adjustment_is_relative_and_logged(p1, sandbox: Sandbox):
    first = await adjust(p1, delta_on_hand=-3, metadata={"pos": "1"})
    assert (first.status, first.body["status"]) == (200, "ok")
    await adjust(p1, delta_on_hand=10, delta_incoming=-10, reason="delivery")
    row = (await listed(p1))[20401]
    assert (row["stockquantity"], row["log_entries"]) == (407, 2)
    log = (await p1("GET", "/inventory/20401/log")).body["data"]
    assert [(e["delta_on_hand"], e["delta_incoming"], e["reason"]) for e in log] == [
        (10, -10, "delivery"),
        (-3, 0, "Kasse"),
    ]
    assert log[1]["id"] == first.body["id"]
    assert "metadata" not in log[0]
    history = (await p1("GET", "/inventory/20401/history?days=7")).body["data"]
    assert [(d["delta_on_hand"], d["delta_incoming"]) for d in history] == [(7, -10)]


async def test_what_a_log_shows_is_configurable_and_bounded(start, session):
    sandbox = await start(p1_log_has_metadata=True)
    for number in range(210):
        sandbox.world.pharmaone.goods.adjust("20401", 1, str(number), metadata={"n": number})
    log = sandbox.world.pharmaone.goods.log("20401")
    assert len(log) == 200
    assert log[0]["metadata"] == {"n": 209}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"p1_id": 20401}, "p1_id is required"),
        ({"p1_id": ""}, "p1_id is required"),
        ({"reason": " "}, "reason is required"),
        ({"reason": None}, "reason is required"),
        ({"delta_on_hand": "3"}, "delta_on_hand must be an integer"),
        ({"delta_on_hand": 1.5}, "delta_on_hand must be an integer"),
        ({"delta_incoming": True}, "delta_incoming must be an integer"),
        ({"delta_on_hand": -401}, "Stock cannot go below zero"),
    ],
)
async def test_refused(p1, change, error):
    refused = await adjust(p1, **change)
    assert (refused.status, refused.body) == (400, {"error": error})
    assert (await listed(p1))[20401]["stockquantity"] == 400


async def test_unknown_products_and_odd_bodies(p1):
    assert (await adjust(p1, p1_id="nowhere", delta_on_hand=1)).status == 404
    assert (await p1("GET", "/inventory/nowhere/log")).status == 404
    assert (await p1("GET", "/inventory/nowhere/history")).status == 404
    assert (await p1("GET", "/inventory/20401/history?days=0")).status == 400
    assert (await p1("POST", "/inventory/adjust", [1])).status == 400


async def test_below_zero_may_end_at_0(start):
    sandbox = await start(p1_below_zero="clamp")
    sandbox.world.pharmaone.goods.adjust("20401", -1000, "too many")
    assert sandbox.world.inventory["20401"]["stockquantity"] == 0


async def test_alerts_cross_their_threshold_once(sandbox: Sandbox, receiver):
    sandbox.world.subscribe("pharmaone", receiver.url, "p1")
    for units in (6, 5, 4, 0, 0):
        sandbox.world.set_inventory([{"p1_id": 20401, "stockquantity": units}])
    await sandbox.drain()
    told = [(each.body["event_type"], each.body["metadata"]) for each in receiver.received]
    assert sorted(told, key=str) == [
        ("low_stock", {"p1_id": "20401", "stockquantity": 5}),
        ("out_of_stock", {"p1_id": "20401", "stockquantity": 0}),
    ]


async def test_alerts_may_say_nothing(start, receiver):
    sandbox = await start(p1_alerts_say_what=False)
    sandbox.world.subscribe("pharmaone", receiver.url, "p1")
    sandbox.world.set_inventory([{"p1_id": 20401, "stockquantity": 0}])
    await sandbox.drain()
    assert [each.body["metadata"] for each in receiver.received] == [{}]


async def test_staff_change_add_and_remove_products(p1, admin, sandbox: Sandbox):
    body = {"rows": [{"p1_id": 20402, "stockquantity": 7}, {"p1_id": "neu-1"}], "announce": False}
    assert (await admin("POST", "/pharmaone/inventory", body)).status == 200
    rows = await listed(p1)
    assert rows[20402]["stockquantity"] == 7
    assert rows["neu-1"]["stockquantity"] == 0
    await admin("POST", "/pharmaone/inventory", {"remove": ["20402"]})
    assert 20402 not in await listed(p1)
    wrong = await admin("POST", "/pharmaone/inventory", {"rows": [{"p1_id": 1, "odd": 1}]})
    assert wrong.status == 400
    assert (await admin("POST", "/pharmaone/inventory", {"remove": ["nowhere"]})).status == 404
    await admin("DELETE", "/pharmaone/inventory")
    assert await listed(p1) == {}


@pytest.mark.parametrize("at", ["approved", "handed_over", None])
async def test_when_an_order_leaves_the_stock_is_configurable(start, at):
    sandbox = await start(p1_deducts_at=at)
    world = sandbox.world
    items = [{"p1_id": "20401", "quantity": 4, "price": 1}, {"p1_id": "odd", "quantity": 1}]
    request = world.pharmaone.submit({"shop_id": "shop1", "items": items}, "r", "v2")
    seen = [world.inventory["20401"]["stockquantity"]]
    order = world.approve(request.id)
    seen.append(world.inventory["20401"]["stockquantity"])
    world.change_p1_order(order, picked_up=True)
    world.change_p1_order(order, shipped=True)
    seen.append(world.inventory["20401"]["stockquantity"])
    expected = {"approved": [400, 396, 396], "handed_over": [400, 400, 396], None: [400] * 3}
    assert seen == expected[at]
