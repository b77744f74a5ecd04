"""RxScale's complete_order and holds: what is refused, what goes on, what leaves the stock."""

import pytest

FLOW = ("waiting for pharmacy", "pending review", "in-progress", "ready_for_pickup")
LINK = "https://example.org/parcel/1"
MUSTER = {"uid": "ph-sandbox", "display_name": "Musterapotheke"}


def complete(rx, uid, body=None):
    return rx("PATCH", f"/pharmacy_orders/{uid}/complete_order", body)


def tracking(link=LINK, carrier="DHL"):
    return {"tracking_links": [{"tracking_link": link, "carrier": carrier}]}


@pytest.mark.parametrize("body", [None, {}, tracking()])
async def test_completing_takes_the_goods_out_of_stock(sandbox, rx, body):
    line = {"sku": {"uid": "sku-1001"}, "amount": 3}
    [uid] = sandbox.world.add_orders(
        overrides=[{"status": "ready_for_pickup", "order_items": [line]}]
    )
    before = sandbox.world.skus["psku-1001"]["stock"]
    reply = await complete(rx, uid, body)
    assert reply.status == 200
    assert reply.body["status"] == "completed"
    assert "order" not in reply.body
    assert "total_paid_amount" not in reply.body["order_items"][0]
    assert sandbox.world.skus["psku-1001"]["stock"] == before - 3


async def test_completing_an_order_of_foreign_goods_takes_nothing(sandbox, rx):
    line = {"uid": "oi-1", "sku": {"uid": "sku-foreign"}, "amount": 1}
    [uid] = sandbox.world.add_orders(
        overrides=[{"status": "ready_for_pickup", "order_items": [line]}]
    )
    stock = [sku["stock"] for sku in sandbox.world.skus.values()]
    assert (await complete(rx, uid)).status == 200
    assert stock == [sku["stock"] for sku in sandbox.world.skus.values()]


@pytest.mark.parametrize("here", ["init", *FLOW[:-1], "on-hold", "cancelled"])
async def test_completing_starts_from_ready_only(sandbox, rx, here):
    [uid] = sandbox.world.add_orders(overrides=[{"status": here}])
    reply = await complete(rx, uid, {})
    assert reply.status == 400
    assert reply.body["error"].keys() == {"status"}
    assert reply.body["pharmacy"] == MUSTER
    assert sandbox.world.orders[uid].status == here


async def ready(sandbox, amount=1):
    """An order to complete, of `amount` of what psku-1001 sells."""
    line = {"sku": {"uid": "sku-1001"}, "amount": amount}
    [uid] = sandbox.world.add_orders(
        overrides=[{"status": "ready_for_pickup", "order_items": [line]}]
    )
    return uid


async def test_the_answer_has_the_documented_fields(sandbox, rx):
    reply = await complete(rx, await ready(sandbox))
    assert reply.body.keys() == {
        "uid",
        "status",
        "name",
        "external_status",
        "pharmacy",
        "order_items",
        "shop_shipping_methods",
        "shipping_costs_amount",
        "shipping_costs_currency",
    }


@pytest.mark.parametrize("carrier", ["DHL", "DPD", "UPS", "Hermes", "FedEx", "Other"])
async def test_each_carrier_is_taken_and_the_first_link_goes_on(sandbox, rx, carrier):
    uid = await ready(sandbox)
    links = (
        tracking(carrier=carrier)["tracking_links"]
        + tracking("https://example.org/2")["tracking_links"]
    )
    assert (await complete(rx, uid, {"tracking_links": links})).status == 200
    assert sandbox.world.orders[uid].tracking == {"tracking_link": LINK, "carrier": carrier}


async def test_an_invalid_link_is_refused_in_the_documented_words(sandbox, rx):
    reply = await complete(rx, await ready(sandbox), tracking(link="parcel 1"))
    assert reply.body == {
        "error": {"tracking_links": {"0": {"tracking_link": ["Invalid tracking link"]}}},
        "pharmacy": MUSTER,
    }


@pytest.mark.parametrize(
    ("link", "fields"),
    [
        ({"tracking_link": "http://[bad", "carrier": "DHL"}, {"tracking_link"}),
        ({"tracking_link": "https://", "carrier": "DHL"}, {"tracking_link"}),
        ({"tracking_link": "https://example.org/a b", "carrier": "DHL"}, {"tracking_link"}),
        ({"tracking_link": "ftp://example.org/1", "carrier": "DHL"}, {"tracking_link"}),
        ({"tracking_link": None, "carrier": "DHL"}, {"tracking_link"}),
        ({"carrier": "DHL"}, {"tracking_link"}),
        ({"tracking_link": LINK, "carrier": "dhl"}, {"carrier"}),
        ({"tracking_link": LINK, "carrier": "GLS"}, {"carrier"}),
        ({"tracking_link": LINK, "carrier": None}, {"carrier"}),
        ({"tracking_link": LINK}, {"carrier"}),
        ({}, {"tracking_link", "carrier"}),
        (LINK, {"_schema"}),
    ],
)
async def test_tracking_that_is_not_allowed_is_refused_by_its_place(sandbox, rx, link, fields):
    uid = await ready(sandbox)
    good = {"tracking_link": LINK, "carrier": "DHL"}
    reply = await complete(rx, uid, {"tracking_links": [good, link]})
    assert reply.status == 400
    assert reply.body["error"]["tracking_links"].keys() == {"1"}
    assert reply.body["error"]["tracking_links"]["1"].keys() == fields
    assert reply.body["pharmacy"] == MUSTER
    assert sandbox.world.orders[uid].status == "ready_for_pickup"


async def test_tracking_has_to_be_a_list(sandbox, rx):
    assert (await complete(rx, await ready(sandbox), {"tracking_links": {}})).status == 400


async def test_completing_again_changes_nothing_and_takes_no_tracking(sandbox, rx, receiver):
    uid = await ready(sandbox)
    assert (await complete(rx, uid)).status == 200
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    stock = sandbox.world.skus["psku-1001"]["stock"]
    for body in (None, {}, {"tracking_links": []}):
        reply = await complete(rx, uid, body)
        assert (reply.status, reply.body["status"]) == (200, "completed")
    reply = await complete(rx, uid, tracking())
    assert (reply.status, reply.body["pharmacy"]) == (400, MUSTER)
    assert reply.body["error"].keys() == {"tracking_links"}
    assert sandbox.world.orders[uid].tracking is None
    assert sandbox.world.skus["psku-1001"]["stock"] == stock
    await sandbox.drain()
    assert receiver.received == []


async def test_completing_is_announced_with_the_stock_it_takes(sandbox, rx, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    uid = await ready(sandbox, amount=2)
    stock = sandbox.world.skus["psku-1001"]["stock"]
    await complete(rx, uid, tracking())
    await sandbox.drain()
    [order] = receiver.said("pharmacy_order_updated")
    assert (order["data"]["uid"], order["data"]["status"]) == (uid, "completed")
    [sku] = receiver.said("pharmacy_sku_stock_updated")
    assert (sku["data"]["uid"], sku["data"]["stock"]) == ("psku-1001", stock - 2)


# ---------------------------------------------------------------------- what is not documented


@pytest.mark.parametrize(
    ("settings", "status", "left"),
    [
        ({}, 200, 0),
        ({"rx_short_stock": "negative"}, 200, -960),
        ({"rx_short_stock": "refuse"}, 400, 40),
        ({"rx_deducts_stock": False}, 200, 40),
    ],
)
async def test_too_little_stock(start, rx_of, settings, status, left):
    sandbox = await start(**settings)
    uid = await ready(sandbox, amount=1000)
    reply = await complete(rx_of(sandbox), uid)
    assert reply.status == status
    assert sandbox.world.skus["psku-1001"]["stock"] == left
    assert sandbox.world.orders[uid].status == ("completed" if status == 200 else FLOW[-1])


async def test_enough_stock_is_not_refused_nor_asked_for_twice(start, rx_of):
    sandbox = await start(rx_short_stock="refuse")
    uid = await ready(sandbox, amount=40)
    for _ in range(2):
        assert (await complete(rx_of(sandbox), uid)).status == 200
        assert sandbox.world.skus["psku-1001"]["stock"] == 0


async def test_completing_from_where_the_setting_says(start, rx_of):
    sandbox = await start(rx_completes_from=("in-progress", "ready_for_pickup"))
    early, late, never = sandbox.world.add_orders(
        overrides=[{"status": here} for here in ("in-progress", "ready_for_pickup", "on-hold")]
    )
    answers = [(await complete(rx_of(sandbox), uid)).status for uid in (early, late, never)]
    assert answers == [200, 200, 400]


# ---------------------------------------------------------------------- holds, and RxScale's people


async def test_a_hold_opens_one_thread_with_its_comment(sandbox, rx, admin):
    [uid] = sandbox.world.add_orders(1)
    path = f"/pharmacy_orders/{uid}/status"
    for comment in ("Out of stock until June", "again"):
        reply = await rx("PATCH", path, {"status": "on-hold", "comment": comment})
        assert reply.status == 200
    await rx("PATCH", path, {"status": "in-progress", "comment": "ignored"})
    [order] = (await admin("GET", "/state")).body["rxscale"]["orders"]
    assert order["threads"] == ["Out of stock until June"]


@pytest.mark.parametrize("here", [*FLOW, "on-hold", "completed", "cancelled"])
@pytest.mark.parametrize("there", ["on-hold", "in-progress", "cancelled"])
async def test_rxscales_people_hold_release_and_cancel_at_any_status(
    sandbox, admin, receiver, here, there
):
    [uid] = sandbox.world.add_orders(overrides=[{"status": here}])
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    path = f"/rxscale/orders/{uid}/status"
    reply = await admin("POST", path, {"status": there, "comment": "Ask the doctor"})
    assert reply.status == 200
    await sandbox.drain()
    said = [event["data"]["status"] for event in receiver.said("pharmacy_order_updated")]
    assert said == ([] if here == there else [there])
    held = there == "on-hold" != here
    assert sandbox.world.orders[uid].threads == (["Ask the doctor"] if held else [])
