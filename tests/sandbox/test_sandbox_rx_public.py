"""RxScale's Public API v2: its doors, products, live stock and reservations."""

import pytest
from sandbox.callers import Caller

BASE = "/v2/public-api"
SHOP = "/products/sandbox-shop"
KEY = "rx-public-sandbox-key"


@pytest.fixture
def public_of(session):
    def make(sandbox, base=BASE, **headers):
        headers = headers or {"X-API-Key": KEY}
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return Caller(session, sandbox.rxscale_url + base, headers)

    return make


@pytest.fixture
def public(sandbox, public_of):
    return public_of(sandbox)


# ---------------------------------------------------------------------- the doors


@pytest.mark.parametrize("base", [BASE, "/v2/public"])
@pytest.mark.parametrize(
    "headers",
    [{"X_RxScale_Authorization": KEY}, {"Authorization": f"Bearer {KEY}"}, {"X_API_Key": KEY}],
    ids=["legacy", "bearer", "plain"],
)
async def test_a_key_may_come_in_three_headers_on_both_paths(sandbox, public_of, base, headers):
    public = public_of(sandbox, base, **headers)
    assert (await public("GET", "/health/")).status == 200
    reply = await public("GET", SHOP, query={"market": "DE"})
    assert (reply.status, reply.body["totalRegistries"]) == (200, 8)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "authorization_header_missing"),
        ({"X-API-Key": ""}, "invalid_header"),
        ({"Authorization": "Basic x"}, "invalid_header"),
        ({"Authorization": "Bearer "}, "invalid_header"),
        ({"Authorization": "Bearer unknown"}, "invalid_api_key"),
        ({"X-RxScale-Authorization": "unknown"}, "invalid_api_key"),
    ],
)
async def test_without_a_known_key_it_is_401(public, headers, code):
    reply = await public("GET", "/health/", headers={"X-API-Key": None, **headers})
    assert (reply.status, reply.body["code"]) == (401, code)


@pytest.mark.parametrize("header", ["X-RxScale-Authorization", "Authorization"])
async def test_these_headers_are_for_the_public_api_only(sandbox, rx, header):
    key = {"Authorization": f"Bearer {sandbox.settings.rx_api_key}"}
    headers = {"X-API-Key": None, header: key.get(header, sandbox.settings.rx_api_key)}
    assert (await rx("GET", "/health/", headers=headers)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", f"{SHOP}?market=DE", "product:read"),
        ("POST", f"{SHOP}/live-stock", "product:read"),
        ("POST", f"{SHOP}/reservation", "create_prescription_checkout"),
    ],
)
async def test_each_route_needs_its_permission(start, public_of, method, path, needed):
    every = {"product:read", "create_prescription_checkout"}
    allowed = {"with": frozenset({needed}), "without": frozenset(every - {needed})}
    sandbox = await start(rx_permissions=allowed)
    reply = await public_of(sandbox, X_API_Key="without")(method, path, [])
    assert (reply.status, reply.body["code"]) == (403, "permission_denied")
    reply = await public_of(sandbox, X_API_Key="with")(method, path, [])
    assert reply.status not in {401, 403}


async def test_a_pharmacys_key_is_not_for_the_shop(sandbox, public_of):
    public = public_of(sandbox, X_API_Key=sandbox.settings.rx_api_key)
    assert (await public("GET", SHOP, query={"market": "DE"})).status == 403


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", "/live-stock"), ("POST", "/reservation")]
)
async def test_an_unknown_shop_is_404(public, method, path):
    reply = await public(method, f"/products/other{path}", [], query={"market": "DE"})
    assert (reply.status, reply.body) == (404, {"error": "Resource not found"})


# ---------------------------------------------------------------------- products


async def test_a_product_has_the_documented_fields(sandbox, public):
    body = (await public("GET", SHOP, query={"market": "DE", "limit": 1})).body
    assert (body["totalRegistries"], body["totalPages"]) == (8, 8)
    [product] = body["data"]
    assert product.keys() == {"uid", "display_name", "attributes", "skus"}
    [sku] = product["skus"]
    own = sandbox.world.skus["psku-1001"]
    assert sku == {
        "uid": "sku-1001",
        "display_name": own["sku"]["display_name"],
        "attributes": {"package_size": "5g"},
        "availability": "High",
        "telemedicine_provider_data": {"external_id": "partner-sku-1001"},
        "price": own["price"],
        "currency": "EUR",
        "unit": "g",
        "standard_selling_unit": 5.0,
    }


async def test_the_market_has_to_be_named(public):
    reply = await public("GET", SHOP)
    assert (reply.status, reply.body) == (400, {"error": "Missing required parameters: market"})
    assert (await public("GET", SHOP, query={"market": "FR"})).body["data"] == []


async def test_a_page_has_at_most_150_products(start, public_of):
    sandbox = await start(skus=151)
    public = public_of(sandbox)
    body = (await public("GET", SHOP, query={"market": "DE", "limit": 200})).body
    assert (len(body["data"]), body["totalPages"]) == (150, 2)
    body = (await public("GET", SHOP, query={"market": "DE"})).body
    assert (len(body["data"]), body["totalPages"]) == (50, 4)


async def test_search_keeps_products_and_skus_of_that_name(sandbox, public):
    product = {"product_uid": "prod-x", "product_display_name": "Findeblüte"}
    sandbox.world.set_skus(
        changes=[
            {"sku": {**product, "display_name": "Findeblüte 5g"}},
            {"sku": {**product, "display_name": "Findeblüte 10g"}},
        ]
    )
    [both] = (await public("GET", SHOP, query={"market": "DE", "search": "findeBLÜTE"})).body[
        "data"
    ]
    assert [sku["display_name"] for sku in both["skus"]] == ["Findeblüte 5g", "Findeblüte 10g"]
    query = {"market": "DE", "search": "findeblüte 10g"}
    [one] = (await public("GET", SHOP, query=query)).body["data"]
    assert [sku["display_name"] for sku in one["skus"]] == ["Findeblüte 10g"]


@pytest.mark.parametrize(
    ("stock", "word"),
    [
        (0, "Unavailable"),
        (-3, "Unavailable"),
        (1, "Low"),
        (10, "Low"),
        (30, "Medium"),
        (31, "High"),
    ],
)
async def test_availability_follows_stock(sandbox, public, stock, word):
    sandbox.world.rxscale.shelf.change("psku-1001", {"stock": stock})
    [product] = (await public("GET", SHOP, query={"market": "DE", "limit": 1})).body["data"]
    assert product["skus"][0]["availability"] == word


async def test_goods_come_and_go(sandbox, public):
    async def count():
        return (await public("GET", SHOP, query={"market": "DE"})).body["totalRegistries"]

    assert await count() == 8
    sandbox.world.set_skus(1)
    assert await count() == 9
    sandbox.world.set_skus(changes=[{"uid": "psku-1001", "deleted": True}])
    assert await count() == 8
    reply = await public("POST", f"{SHOP}/live-stock", [{"sku_uid": "sku-1001", "quantity": 1}])
    assert reply.status == 404


# ---------------------------------------------------------------------- live stock


@pytest.mark.parametrize(("quantity", "status"), [(40, 200), (41, 409)])
async def test_live_stock_is_409_when_anything_lacks(public, quantity, status):
    lines = [{"sku_uid": "sku-1001", "quantity": quantity}, {"sku_uid": "sku-1002", "quantity": 1}]
    reply = await public("POST", f"{SHOP}/live-stock", lines)
    enough = status == 200
    assert (reply.status, reply.body["available"]) == (status, enough)
    assert reply.body["lines"] == [
        {"sku_uid": "sku-1001", "quantity": quantity, "available": enough, "available_stock": 40},
        {"sku_uid": "sku-1002", "quantity": 1, "available": True, "available_stock": 41},
    ]


BAD_LINES = [
    [],
    ["sku-1001"],
    [{"quantity": 1}],
    [{"sku_uid": "sku-1001"}],
    [{"sku_uid": "sku-1001", "quantity": 0}],
    [{"sku_uid": "sku-1001", "quantity": 1.0}],
    [{"sku_uid": "sku-1001", "quantity": 1}, {"sku_uid": "sku-1001", "quantity": 1}],
]


@pytest.mark.parametrize("lines", [*BAD_LINES, {}])
async def test_lines_that_cannot_be_are_400(public, lines):
    assert (await public("POST", f"{SHOP}/live-stock", lines)).status == 400
    assert (await public("POST", f"{SHOP}/reservation", {"lines": lines})).status == 400


async def test_a_body_that_is_no_json_is_400(public):
    for path in ("live-stock", "reservation"):
        reply = await public("POST", f"{SHOP}/{path}", data=b"[")
        assert (reply.status, reply.body) == (400, {"error": "Bad request"})


async def test_an_unknown_sku_is_404(public):
    lines = [{"sku_uid": "sku-none", "quantity": 1}]
    assert (await public("POST", f"{SHOP}/live-stock", lines)).status == 404
    assert (await public("POST", f"{SHOP}/reservation", {"lines": lines})).status == 404


# ---------------------------------------------------------------------- reservations


async def live(public):
    reply = await public("POST", f"{SHOP}/live-stock", [{"sku_uid": "sku-1001", "quantity": 1}])
    return reply.body["lines"][0]["available_stock"]


async def test_a_reservation_holds_stock_for_a_day(sandbox, public, clock):
    lines = [{"sku_uid": "sku-1001", "quantity": 15}]
    body = {"external_reservation_id": "r-1", "lines": lines}
    reply = await public("POST", f"{SHOP}/reservation", body)
    assert reply.status == 200
    assert reply.body.keys() == {"status", "external_reservation_id", "draft_order"}
    assert (reply.body["status"], reply.body["external_reservation_id"]) == ("success", "r-1")
    draft = reply.body["draft_order"]
    assert draft.keys() == {"id", "invoiceUrl", "reserve_inventory_until"}
    assert draft["reserve_inventory_until"] == "2026-01-03T08:00:00Z"
    assert draft["id"].isdecimal()
    assert await live(public) == 25
    assert sandbox.world.skus["psku-1001"]["stock"] == 40, "the pharmacy's own stock is as it was"
    again = await public("POST", f"{SHOP}/reservation", {"lines": lines})
    assert again.body["external_reservation_id"] is None
    assert again.body["draft_order"]["id"] != draft["id"]
    assert await live(public) == 10
    reply = await public("POST", f"{SHOP}/reservation", {"lines": lines})
    assert reply.status == 400, "there is not enough"
    clock.now += 24 * 3600
    assert await live(public) == 40


async def test_a_reservation_needs_a_telemedicine_provider(start, public_of):
    allowed = {"shop": frozenset({"product:read", "create_prescription_checkout"})}
    sandbox = await start(rx_permissions=allowed)
    public = public_of(sandbox, X_API_Key="shop")
    body = {"lines": [{"sku_uid": "sku-1001", "quantity": 1}]}
    assert (await public("POST", f"{SHOP}/reservation", body)).status == 400
    assert await live(public) == 40


async def test_a_reservations_name_is_a_text(public):
    body = {"external_reservation_id": 5, "lines": [{"sku_uid": "sku-1001", "quantity": 1}]}
    reply = await public("POST", f"{SHOP}/reservation", body)
    assert (reply.status, reply.body["error"].keys()) == (400, {"external_reservation_id"})
