"""RxScale's SKUs and webhook subscriptions: their routes, and the goods they start with."""

import pytest

from bridge.sandbox.rxscale import samples

SKU = {
    "uid",
    "external_id",
    "price",
    "stock",
    "pharmacy",
    "sku",
    "created_at",
    "updated_at",
    "deleted_at",
}
GOODS = {
    "uid",
    "display_name",
    "pzn",
    "product_uid",
    "product_display_name",
    "standard_selling_unit",
    "unit",
    "product_handle",
    "digital",
}


async def test_a_sku_has_the_documented_fields(rx):
    reply = await rx("GET", "/pharmacy_skus/", query={"limit": 1})
    [row] = reply.body["data"]
    assert (row.keys(), row["sku"].keys()) == (SKU, GOODS)
    assert row["pharmacy"] == "ph-sandbox", "a text here, an object in orders"
    assert (reply.body["totalRegistries"], reply.body["totalPages"]) == (8, 8)


async def test_the_catalogue_matches_what_pharmaone_has(sandbox, rx, p1):
    rows = (await rx("GET", "/pharmacy_skus/")).body["data"]
    products = (await p1("GET", "/inventory")).body["data"]
    links = [row["external_id"] for row in rows]
    assert [row["uid"] for row in rows] == [f"psku-{number}" for number in range(1001, 1009)]
    assert links == [*(str(p1_id) for p1_id in range(20401, 20407)), None, None]
    assert [product["p1_id"] for product in products] == [*range(20401, 20409)]
    names = [row["sku"]["product_display_name"] for row in rows]
    assert names == [product["name"] for product in products]


def test_every_pzn_has_its_check_digit():
    codes = [sku["sku"]["pzn"] for sku in samples.catalogue(samples.goods("ph"), 50)]
    assert len(set(codes)) == 50
    for code in codes:
        digits = [int(digit) for digit in code]
        assert len(digits) == 8
        assert sum(weight * digit for weight, digit in enumerate(digits[:7], 1)) % 11 == digits[7]
    assert samples.pzn(1001007) is None, "its check digit would be 10"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"price": 1299, "stock": 3, "external_id": "P1"}),
        ("", {"stock": 0}),
        ("", {"external_id": None}),
        ("/stock", {"stock": 7}),
        ("/external_id", {"external_id": "20999"}),
    ],
)
async def test_a_sku_is_changed_where_the_body_says(sandbox, rx, path, body):
    before = dict(sandbox.world.skus["psku-1003"])
    reply = await rx("PATCH", f"/pharmacy_skus/psku-1003{path}", body)
    assert reply.status == 200
    after = sandbox.world.skus["psku-1003"]
    assert after == reply.body
    assert {**before, **body, "updated_at": after["updated_at"]} == after


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"stock": -1}, "stock"),
        ("", {"stock": 1.5}, "stock"),
        ("", {"stock": True}, "stock"),
        ("", {"price": "12"}, "price"),
        ("", {"external_id": 20401}, "external_id"),
        ("", {"stok": 1}, "stok"),
        ("/stock", {}, "stock"),
        ("/stock", {"stock": 1, "price": 1}, "price"),
        ("/external_id", {}, "external_id"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_by_its_field(sandbox, rx, path, body, field):
    before = dict(sandbox.world.skus["psku-1003"])
    reply = await rx("PATCH", f"/pharmacy_skus/psku-1003{path}", body)
    assert reply.status == 400
    assert reply.body["error"].keys() == {field}
    assert sandbox.world.skus["psku-1003"] == before


async def test_an_unknown_sku_is_404(rx):
    assert (await rx("PATCH", "/pharmacy_skus/psku-none", {"stock": 1})).status == 404


async def test_a_change_of_stock_is_announced_a_change_of_price_is_not(sandbox, rx, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    await rx("PATCH", "/pharmacy_skus/psku-1001", {"price": 1})
    await rx("PATCH", "/pharmacy_skus/psku-1001/stock", {"stock": 1})
    await rx("PATCH", "/pharmacy_skus/psku-1001/stock", {"stock": 1})
    await sandbox.drain()
    [event] = receiver.said("pharmacy_sku_stock_updated")
    assert (event["data"]["uid"], event["data"]["stock"]) == ("psku-1001", 1)


# ---------------------------------------------------------------------- subscriptions


async def test_a_subscription_shows_its_secret_once(sandbox, rx, receiver):
    body = {"target": receiver.url, "notification_type": "pharmacy_order_created"}
    added = await rx("POST", "/webhooks/", body)
    assert added.status == 201
    secret = added.body.pop("signing_secret")
    assert secret.startswith("whsec_")
    listed = await rx("GET", "/webhooks/")
    assert listed.body == [{**body, "uid": added.body["uid"]}], "a bare array, no secret"
    sandbox.world.add_orders(1)
    await sandbox.drain()
    [delivery] = receiver.received
    assert delivery.headers["X-Webhook-Signature"] == delivery.signed_by(secret)


async def test_the_other_vendors_subscriptions_are_not_rxscales(sandbox, rx, receiver):
    [theirs] = sandbox.world.subscribe("pharmaone", receiver.url, "s", ["order_created"])
    assert (await rx("GET", "/webhooks/")).body == []
    assert (await rx("DELETE", f"/webhooks/{theirs.uid}")).status == 404
    assert theirs.uid in sandbox.world.courier.subscriptions


async def test_a_subscription_ends(sandbox, rx, receiver):
    body = {"target": receiver.url, "notification_type": "pharmacy_order_created"}
    uid = (await rx("POST", "/webhooks/", body)).body["uid"]
    reply = await rx("DELETE", f"/webhooks/{uid}")
    assert (reply.status, reply.text) == (204, "")
    assert (await rx("GET", "/webhooks/")).body == []
    assert (await rx("DELETE", f"/webhooks/{uid}")).status == 404
    sandbox.world.add_orders(1)
    await sandbox.drain()
    assert receiver.received == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": "nowhere"}, "target"),
        ({"target": 5}, "target"),
        ({"notification_type": "everything"}, "notification_type"),
        ({"notification_type": None}, "notification_type"),
    ],
)
async def test_a_subscription_needs_an_address_and_one_known_event(rx, change, field):
    body = {"target": "https://example.org/x", "notification_type": "pharmacy_order_created"}
    reply = await rx("POST", "/webhooks/", {**body, **change})
    assert reply.status == 400
    assert reply.body["error"].keys() == {field}
