"""RxScale's SKUs as its own people change, hide, delete and add them."""

import pytest

PATCHES = [("", {"stock": 1}), ("/stock", {"stock": 1}), ("/external_id", {"external_id": "x"})]


async def listed(rx):
    body = (await rx("GET", "/pharmacy_skus/", query={"limit": 200})).body
    assert body["totalRegistries"] == len(body["data"])
    return {row["uid"]: row for row in body["data"]}


async def test_people_change_what_a_pharmacy_may_and_every_stock_is_announced(
    sandbox, rx, admin, receiver, clock
):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    clock.now += 5
    skus = [
        {"uid": "psku-1001", "stock": 3},
        {"uid": "psku-1002", "price": 999, "external_id": None},
        {"uid": "psku-1003", "stock": 42},
    ]
    reply = await admin("POST", "/rxscale/skus", {"skus": skus})
    assert reply.body == {"uids": ["psku-1001", "psku-1002", "psku-1003"]}
    rows = await listed(rx)
    assert (rows["psku-1001"]["stock"], rows["psku-1001"]["updated_at"]) == (3, int(clock.now))
    assert (rows["psku-1002"]["price"], rows["psku-1002"]["external_id"]) == (999, None)
    await sandbox.drain()
    [event] = receiver.said("pharmacy_sku_stock_updated")
    assert event["timestamp"] == int(clock.now)
    assert event["data"] == rows["psku-1001"], "1003 had 42 before: no change, no event"
    quiet = {"skus": [{"uid": "psku-1001", "stock": 9}], "announce": False}
    await admin("POST", "/rxscale/skus", quiet)
    await sandbox.drain()
    assert len(receiver.received) == 1
    assert (await listed(rx))["psku-1001"]["stock"] == 9


@pytest.mark.parametrize(("path", "body"), PATCHES)
async def test_a_hidden_sku_is_not_listed_not_counted_and_404(sandbox, rx, admin, path, body):
    before = await listed(rx)
    hide = {"skus": [{"uid": "psku-1003", "hidden": True}]}
    assert (await admin("POST", "/rxscale/skus", hide)).status == 200
    assert (await listed(rx)).keys() == before.keys() - {"psku-1003"}
    reply = await rx("PATCH", f"/pharmacy_skus/psku-1003{path}", body)
    assert (reply.status, reply.body) == (404, {"error": "Resource not found"})
    assert sandbox.world.skus["psku-1003"] == before["psku-1003"]
    await admin("POST", "/rxscale/skus", {"skus": [{"uid": "psku-1003", "hidden": False}]})
    assert await listed(rx) == before
    assert (await rx("PATCH", f"/pharmacy_skus/psku-1003{path}", body)).status == 200


@pytest.mark.parametrize(("hidden", "left"), [("digital", 8), ("physical", 1)])
async def test_an_account_hides_a_type(start, rx_of, hidden, left):
    sandbox = await start(rx_hidden_types=frozenset({hidden}))
    [video] = sandbox.world.set_skus(changes=[{"uid": "psku-video", "sku": {"digital": True}}])
    rx = rx_of(sandbox)
    assert len(await listed(rx)) == left
    assert (video in await listed(rx)) == (hidden == "physical")
    answers = [
        (await rx("PATCH", f"/pharmacy_skus/{uid}", {"price": 1})).status
        for uid in ("psku-1001", "psku-video")
    ]
    assert answers == ([200, 404] if hidden == "digital" else [404, 200])


async def test_the_account_changes_its_mind_about_types(rx, admin):
    await admin("POST", "/rxscale/skus", {"hidden_types": ["physical"]})
    assert await listed(rx) == {}
    await admin("POST", "/rxscale/skus", {"hidden_types": []})
    assert len(await listed(rx)) == 8
    assert (await admin("POST", "/rxscale/skus", {"hidden_types": ["liquid"]})).status == 400


@pytest.mark.parametrize("shown", [True, False])
async def test_a_deleted_sku_takes_no_change_and_stays_listed_or_not(start, rx_of, clock, shown):
    sandbox = await start(rx_lists_deleted=shown)
    rx = rx_of(sandbox)
    assert len(await listed(rx)) == 8
    sandbox.world.set_skus(changes=[{"uid": "psku-1001", "deleted": True}])
    rows = await listed(rx)
    assert ("psku-1001" in rows) == shown
    assert not shown or rows["psku-1001"]["deleted_at"] == int(clock.now)
    for path, body in PATCHES:
        assert (await rx("PATCH", f"/pharmacy_skus/psku-1001{path}", body)).status == 404
    sandbox.world.add_orders(20)
    sold = {line["sku"]["uid"] for order in sandbox.world.orders.values() for line in order.lines}
    assert "sku-1001" not in sold
    sandbox.world.set_skus(changes=[{"uid": "psku-1001", "deleted": False}])
    assert (await listed(rx))["psku-1001"]["deleted_at"] is None


async def test_skus_are_added_one_by_one(sandbox, rx, admin, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    skus = [
        {"uid": "psku-mine", "stock": 2, "external_id": "A1", "sku": {"pzn": "00000000"}},
        {"pharmacy": "ph-other"},
    ]
    mine, theirs = (await admin("POST", "/rxscale/skus", {"skus": skus})).body["uids"]
    rows = await listed(rx)
    assert (mine in rows, theirs in rows) == (True, False)
    assert (rows[mine]["stock"], rows[mine]["external_id"]) == (2, "A1")
    assert (rows[mine]["sku"]["pzn"], rows[mine]["sku"]["unit"]) == ("00000000", "g")
    await sandbox.drain()
    assert receiver.received == [], "nothing that was known has another stock now"
    goods = sandbox.world.skus[mine]["sku"]["uid"]
    order = {"order_items": [{"sku": {"uid": goods}, "amount": 1}]}
    [uid] = sandbox.world.add_orders(overrides=[order])
    sandbox.world.set_order_status(uid, "completed")
    assert sandbox.world.skus[mine]["stock"] == 1


async def test_an_order_takes_from_its_own_pharmacys_shelf(sandbox):
    sandbox.world.set_skus(
        changes=[{"uid": "psku-theirs", "pharmacy": "ph-other", "sku": {"uid": "sku-1001"}}]
    )
    before = {uid: sku["stock"] for uid, sku in sandbox.world.skus.items()}
    line = {"sku": {"uid": "sku-1001"}, "amount": 2}
    [uid] = sandbox.world.add_orders(
        overrides=[{"pharmacy": {"uid": "ph-other"}, "order_items": [line]}]
    )
    sandbox.world.set_order_status(uid, "completed")
    after = {uid: sku["stock"] for uid, sku in sandbox.world.skus.items()}
    assert after == {**before, "psku-theirs": before["psku-theirs"] - 2}


async def test_fifty_thousand_at_once(sandbox, rx, admin):
    uids = (await admin("POST", "/rxscale/skus", {"count": 50_000})).body["uids"]
    assert len(set(uids)) == 50_000
    body = (await rx("GET", "/pharmacy_skus/", query={"page": 250, "limit": 200})).body
    assert (body["totalRegistries"], len(body["data"])) == (50_008, 8)
    assert [row["uid"] for row in body["data"]] == uids[-8:]
    links = {sku["external_id"] for sku in sandbox.world.skus.values()}
    assert len(links) == 50_000 - 2 + 8 + 1, "all are linked but two of the first eight"
    assert len({sku["sku"]["pzn"] for sku in sandbox.world.skus.values()}) == 50_008


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": "psku-1002", "stock": -1},
        {"uid": "psku-1002", "stock": True},
        {"uid": "psku-1002", "price": "1"},
        {"uid": "psku-1002", "external_id": 7},
        {"uid": "psku-1002", "pzn": "1"},
        {"uid": "psku-1002", "sku": {"digital": True}},
        {"uid": "psku-new", "colour": "red"},
    ],
)
async def test_what_cannot_be_changes_nothing_at_all(sandbox, admin, wrong):
    before = {uid: dict(sku) for uid, sku in sandbox.world.skus.items()}
    skus = [{"uid": "psku-1001", "stock": 1}, wrong]
    assert (await admin("POST", "/rxscale/skus", {"skus": skus, "count": 1})).status == 400
    assert sandbox.world.skus == before
