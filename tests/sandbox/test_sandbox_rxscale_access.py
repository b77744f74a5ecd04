"""RxScale's door: keys, permissions, group keys and limits, with the documented answers."""

import pytest
from sandbox.callers import BASE

LISTS = ("/pharmacy_orders/", "/pharmacy_skus/", "/payouts")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-API-Key": None}, "authorization_header_missing"),
        ({"X-API-Key": None, "Authorization": "Bearer x"}, "api_key_missing"),
        ({"X-API-Key": " "}, "invalid_header"),
        ({"X-API-Key": "someone else's"}, "invalid_api_key"),
    ],
)
async def test_a_call_without_a_known_key_is_401(rx, headers, code):
    reply = await rx("GET", "/health/", headers=headers)
    assert reply.status == 401
    assert reply.body["code"] == code
    assert reply.body["description"]


@pytest.mark.parametrize("base", [BASE, "/v1/external-pharmacy-api-v1"])
async def test_health_answers_on_both_base_paths(sandbox, rx_of, base):
    assert (await rx_of(sandbox, base)("GET", "/health/")).status == 200


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/pharmacy_orders/", ["orders_read"]),
        ("GET", "/pharmacy_orders/{order}", ["orders_read"]),
        ("PATCH", "/pharmacy_orders/{order}/status", ["orders_write"]),
        ("PATCH", "/pharmacy_orders/{order}/complete_order", ["orders_write"]),
        ("GET", "/pharmacy_skus/", ["stock_read"]),
        ("PATCH", "/pharmacy_skus/psku-1001", ["pharmacy_sku_write"]),
        ("PATCH", "/pharmacy_skus/psku-1001/stock", ["stock_write", "pharmacy_sku_write"]),
        ("PATCH", "/pharmacy_skus/psku-1001/external_id", ["pharmacy_sku_write"]),
        ("GET", "/payouts", ["orders_read"]),
        ("GET", "/webhooks/", ["webhooks_read"]),
        ("POST", "/webhooks/", ["webhooks_write"]),
        ("DELETE", "/webhooks/ws-9", ["webhooks_write"]),
    ],
)
async def test_each_route_needs_its_permission(start, rx_of, method, path, needed):
    everything = frozenset(
        {
            "orders_read",
            "orders_write",
            "stock_read",
            "stock_write",
            "pharmacy_sku_write",
            "webhooks_read",
            "webhooks_write",
        }
    )
    allowed = {"without": everything - set(needed)}
    allowed |= {f"with {each}": frozenset({each}) for each in needed}
    sandbox = await start(rx_permissions=allowed)
    [order] = sandbox.world.add_orders(1)
    path = path.replace("{order}", order)
    reply = await rx_of(sandbox, key="without")(method, path, {})
    assert reply.status == 403
    assert reply.body["code"] == "permission_denied"
    for each in needed:
        reply = await rx_of(sandbox, key=f"with {each}")(method, path, {})
        assert reply.status not in {401, 403}


@pytest.mark.parametrize("path", [*LISTS, "/pharmacy_orders/po-0000001"])
async def test_a_group_key_has_to_name_the_pharmacy(start, rx_of, path):
    sandbox = await start(group_key="group")
    sandbox.world.add_orders(1)
    rx = rx_of(sandbox, key="group")
    reply = await rx("GET", path)
    assert reply.status == 400
    assert reply.body == {"error": "Missing required parameters: pharmacy_uid"}
    assert (await rx("GET", path, query={"pharmacy_uid": "ph-sandbox"})).status == 200


async def test_a_group_key_sees_the_pharmacy_it_names_and_no_other(start, rx_of):
    sandbox = await start(group_key="group")
    ours, theirs = sandbox.world.add_orders(overrides=[{}, {"pharmacy": {"uid": "ph-other"}}])
    rx = rx_of(sandbox, key="group")
    reply = await rx("GET", "/pharmacy_orders/", query={"pharmacy_uid": "ph-other"})
    assert [order["uid"] for order in reply.body["data"]] == [theirs]
    for method, path in (
        ("GET", f"/pharmacy_orders/{ours}"),
        ("PATCH", "/pharmacy_skus/psku-1001"),
    ):
        reply = await rx(method, path, {}, query={"pharmacy_uid": "ph-other"})
        assert reply.status == 404


async def test_another_pharmacys_order_is_as_if_it_did_not_exist(sandbox, rx):
    [theirs] = sandbox.world.add_orders(overrides=[{"pharmacy": {"uid": "ph-other"}}])
    reply = await rx("GET", f"/pharmacy_orders/{theirs}")
    assert (reply.status, reply.body) == (404, {"error": "Resource not found"})
    reply = await rx("GET", "/pharmacy_orders/", query={"pharmacy_uid": "ph-other"})
    assert reply.status == 404
    for query in ({}, {"pharmacy_uid": "ph-sandbox"}):
        assert (await rx("GET", "/pharmacy_orders/", query=query)).body["data"] == []


@pytest.mark.parametrize("path", ["/pharmacy_orders", "/webhooks", "/health", "/nothing/"])
async def test_an_address_that_is_not_documented_is_404(rx, path):
    reply = await rx("GET", path)
    assert (reply.status, reply.body) == (404, {"error": "Resource not found"})


async def test_ten_calls_a_second_and_key(start, rx_of, clock):
    sandbox = await start(rx_per_second=10, group_key="group")
    rx = rx_of(sandbox)
    assert [(await rx("GET", "/health/")).status for _ in range(10)] == [200] * 10
    clock.now += 0.5
    reply = await rx("GET", "/health/")
    assert (reply.status, reply.body) == (429, {"error": "Rate limit exceeded"})
    assert "Retry-After" not in reply.headers
    assert (await rx_of(sandbox, key="group")("GET", "/health/")).status == 200
    clock.now += 0.5
    assert (await rx("GET", "/health/")).status == 200


async def test_six_hundred_calls_a_minute_and_when_to_come_back(start, rx_of, clock):
    sandbox = await start(rx_per_second=0, rx_per_minute=600, retry_after_header=True)
    rx = rx_of(sandbox)
    for _ in range(600):
        assert (await rx("GET", "/health/")).status == 200
    clock.now += 20.25
    reply = await rx("GET", "/health/")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "40")
    clock.now += 40
    assert (await rx("GET", "/health/")).status == 200


async def test_a_call_refused_for_its_rate_does_no_work(start, rx_of):
    sandbox = await start(rx_per_second=1)
    [uid] = sandbox.world.add_orders(1)
    rx = rx_of(sandbox)
    await rx("GET", "/health/")
    reply = await rx("PATCH", f"/pharmacy_orders/{uid}/status", {"status": "pending review"})
    assert reply.status == 429
    assert sandbox.world.orders[uid].status == "waiting for pharmacy"
    assert not sandbox.world.calls("PATCH /pharmacy_orders/{uid}/status")[0].done
