"""PharmaOne's door and orders: keys, tokens, scopes, the list and its pages, the flags."""

import jwt
import pytest
from sandbox.callers import V1, V2, Caller

from bridge.sandbox.pharmaone.access import TOKEN_SECRET

ENVELOPE = {
    "external_reference": "po-1",
    "payload": {"shop_id": "shop1", "customer_name": "Erika Muster", "items": [{"name": "x"}]},
}
ORDER = {
    "id",
    "external_id",
    "status",
    "shop_id",
    "customer_name",
    "customer_email",
    "total_amount",
    "payment_status",
    "payment_reference",
    "shipped",
    "picked_up",
    "cash_on_pickup",
    "shipping_address",
    "items",
    "created_at",
    "updated_at",
}


@pytest.fixture
def door(sandbox, session) -> Caller:
    """A caller that shows nothing unless told to."""
    return Caller(session, sandbox.pharmaone_url)


def submitted(sandbox, **payload):
    """The id of an order made from a request with this payload."""
    payload = {"shop_id": "shop1", "customer_name": "Erika Muster", "items": [], **payload}
    request = sandbox.world.pharmaone.submit(payload, None, "v2")
    return sandbox.world.approve(request.id)


# ---------------------------------------------------------------------- keys and tokens


@pytest.mark.parametrize(
    "where",
    [
        {"headers": {"apikey": "p1-sandbox-key"}},
        {"headers": {"X-API-Key": "p1-sandbox-key"}},
        {"query": {"apikey": "p1-sandbox-key"}},
    ],
)
async def test_a_key_is_exchanged_for_a_token(sandbox, door, clock, where):
    reply = await door("POST", f"{V2}/auth/token", **where)
    assert reply.status == 200
    assert reply.body.keys() == {"access_token", "token_type", "expires_in"}
    assert (reply.body["token_type"], reply.body["expires_in"]) == ("Bearer", 3600)
    token = reply.body["access_token"]
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(
        token, TOKEN_SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    assert (claims["org_id"], claims["iss"]) == ("org1", "pharmaone-integration")
    assert (claims["sub"], len(claims["scopes"])) == ("integration", 10)
    assert (claims["iat"], claims["exp"]) == (int(clock.now), int(clock.now) + 3600)


async def test_a_token_may_carry_the_four_documented_claims_only(start, p1_of):
    p1 = await p1_of(await start(token_has_exp=False))
    claims = jwt.decode(p1.headers["Authorization"][7:], options={"verify_signature": False})
    assert claims.keys() == {"org_id", "scopes", "iss", "sub"}


@pytest.mark.parametrize("path", [f"{V2}/auth/token", f"{V1}/order-requests"])
@pytest.mark.parametrize(
    ("headers", "message"),
    [({}, "No API key found in request"), ({"apikey": "wrong"}, "Unauthorized")],
)
async def test_the_gateway_refuses_keys_in_its_own_words(door, path, headers, message):
    reply = await door("POST", path, ENVELOPE, headers=headers)
    assert reply.status == 401
    assert reply.body.keys() == {"message", "request_id"}
    assert reply.body["message"] == message
    assert len(reply.body["request_id"]) == 32
    int(reply.body["request_id"], 16)


@pytest.mark.parametrize("path", ["/auth/token", "/order-requests"])
async def test_a_key_does_not_open_another_organisation(door, path):
    version = V2 if path == "/auth/token" else V1
    address = version.replace("org1", "org2") + path
    reply = await door("POST", address, ENVELOPE, headers={"apikey": "p1-sandbox-key"})
    assert (reply.status, reply.body) == (401, {"error": "Invalid or missing API key"})


@pytest.mark.parametrize("bearer", [None, "Bearer ", "Bearer x.y.z", "Basic x"])
async def test_a_v2_route_needs_a_token(door, bearer):
    reply = await door("GET", f"{V2}/orders", headers={"Authorization": bearer})
    assert reply.status == 401
    assert reply.body.keys() == {"error"}


async def test_a_token_ends(start, p1_of, clock):
    p1 = await p1_of(await start(token_seconds=60))
    clock.now += 59
    assert (await p1("GET", "/shops")).status == 200
    clock.now += 1
    assert (await p1("GET", "/shops")).status == 401


async def test_a_token_is_shown_as_bearer(p1):
    token = p1.headers["Authorization"].removeprefix("Bearer ")
    assert (await p1("GET", "/shops", headers={"Authorization": f"Basic {token}"})).status == 401


async def test_tokens_are_revoked_and_issued_anew(sandbox, p1, p1_of):
    sandbox.world.revoke_tokens()
    assert (await p1("GET", "/shops")).status == 401
    fresh = await p1_of(sandbox)
    assert (await fresh("GET", "/shops")).status == 200
    assert (await p1("GET", "/shops")).status == 401, "the old one stays revoked"


async def test_a_token_opens_its_own_organisation_only(sandbox, p1_of):
    p1 = await p1_of(sandbox, V2.replace("org1", "org2"))
    reply = await p1("GET", "/orders")
    assert reply.status == 403
    assert reply.body == {
        "error": "org_mismatch",
        "message": "Token org_id does not match URL orgId",
    }


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/shops", "products.read"),
        ("GET", "/orders", "orders.read"),
        ("GET", "/orders/ORD_x", "orders.read"),
        ("PATCH", "/orders/ORD_x/status", "orders.write"),
        ("GET", "/inventory", "inventory.read"),
        ("POST", "/order-requests", "order_requests.write"),
    ],
)
async def test_each_v2_route_needs_its_scope(start, p1_of, method, path, scope):
    everything = {
        "products.read",
        "orders.read",
        "orders.write",
        "inventory.read",
        "order_requests.write",
    }
    p1 = await p1_of(await start(token_claims={"scopes": sorted(everything - {scope})}))
    reply = await p1(method, path, {})
    assert reply.status == 403
    assert reply.body == {"error": "insufficient_scope", "message": f"Missing scope: {scope}"}


async def test_a_limit_is_the_gateways(start, p1_of):
    p1 = await p1_of(await start(p1_per_second=1, retry_after_header=True))
    assert (await p1("GET", "/shops")).status == 200
    reply = await p1("GET", "/shops")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "1")
    assert "message" in reply.body


async def test_an_address_that_is_not_documented_is_404(p1):
    assert (await p1("GET", "/order-requests")).status == 404


# ---------------------------------------------------------------------- reading


async def test_shops(p1):
    reply = await p1("GET", "/shops")
    assert reply.body == {
        "data": [{"shop_id": "shop1", "name": "Musterapotheke", "is_active": True}]
    }


async def test_inventory_rows_name_products_by_number(p1):
    rows = (await p1("GET", "/inventory")).body["data"]
    assert rows[0].keys() == {
        "p1_id",
        "name",
        "stockquantity",
        "price",
        "category",
        "log_entries",
        "last_activity",
    }
    assert (type(rows[0]["p1_id"]), type(rows[0]["stockquantity"])) == (int, int)


async def test_an_orders_detail(sandbox, p1, clock):
    order_id = submitted(
        sandbox,
        external_id="po-1",
        customer_email="erika@example.org",
        address_street="Musterstraße 1",
        address_city="Musterstadt",
        items=[{"p1_id": "20401", "quantity": 4, "price": 7.5, "note": "x"}],
        total_amount=34.99,
        payment_status="paid",
        cash_on_pickup=True,
    )
    assert order_id.startswith("ORD_20260102_")
    assert len(order_id) == len("ORD_20260102_") + 10
    order = (await p1("GET", f"/orders/{order_id}")).body
    assert order.keys() == ORDER
    assert (order["external_id"], order["status"]) == ("po-1", "awaiting_packing")
    assert (order["shipped"], order["picked_up"], order["cash_on_pickup"]) == (False, False, True)
    assert order["shipping_address"] == {
        "street": "Musterstraße 1",
        "city": "Musterstadt",
        "postal_code": "",
        "phone": "",
    }
    assert order["items"] == [{"p1_id": "20401", "name": "", "quantity": 4, "price": 7.5}]
    assert order["total_amount"] == 34.99
    assert order["created_at"] == "2026-01-02T08:00:00.500000Z"


async def test_a_total_that_was_not_sent_is_what_the_items_come_to(sandbox, p1):
    lines = [{"name": "a", "quantity": 3, "price": 8.59}, {"name": "b", "quantity": 1}]
    order_id = submitted(sandbox, items=lines)
    assert (await p1("GET", f"/orders/{order_id}")).body["total_amount"] == 25.77


async def test_an_unknown_order_is_404(p1):
    for method, path in (("GET", "/orders/ORD_none"), ("PATCH", "/orders/ORD_none/status")):
        reply = await p1(method, path, {"status": "pending"})
        assert (reply.status, reply.body) == (404, {"error": "Order not found"})


async def test_the_order_list_is_newest_first_and_paged_by_offset(sandbox, p1):
    ids = [submitted(sandbox, external_id=f"po-{number}") for number in range(5)][::-1]
    seen = []
    for offset in (0, 2, 4):
        reply = await p1("GET", "/orders", query={"limit": 2, "offset": offset})
        assert reply.body["pagination"] == {"limit": 2, "offset": offset, "total": 5}
        seen += [row["id"] for row in reply.body["data"]]
    assert seen == ids
    assert "external_id" not in reply.body["data"][0], "as in the live sample"


async def test_the_order_list_may_carry_the_external_id(start, p1_of):
    sandbox = await start(list_has_external_id=True)
    submitted(sandbox, external_id="po-1")
    p1 = await p1_of(sandbox)
    assert (await p1("GET", "/orders")).body["data"][0]["external_id"] == "po-1"


async def test_the_order_list_gives_fifty_by_default_and_at_most_two_hundred(sandbox, p1):
    for _ in range(201):
        submitted(sandbox)
    reply = await p1("GET", "/orders")
    assert (len(reply.body["data"]), reply.body["pagination"]["limit"]) == (50, 50)
    reply = await p1("GET", "/orders", query={"limit": 500})
    assert (len(reply.body["data"]), reply.body["pagination"]["limit"]) == (200, 200)


async def test_the_order_list_is_filtered(sandbox, p1):
    first, second = submitted(sandbox), submitted(sandbox)
    sandbox.world.change_p1_order(first, status="ready_pickup")
    for query, ids in (
        ({"status": "ready_pickup"}, [first]),
        ({"status": "awaiting_packing", "shop_id": "shop1"}, [second]),
        ({"shop_id": "shop2"}, []),
    ):
        reply = await p1("GET", "/orders", query=query)
        assert [row["id"] for row in reply.body["data"]] == ids
        assert reply.body["pagination"]["total"] == len(ids)


@pytest.mark.parametrize("query", [{"limit": "x"}, {"limit": "0"}, {"offset": "-1"}])
async def test_a_query_that_means_nothing_is_400(p1, query):
    reply = await p1("GET", "/orders", query=query)
    assert reply.status == 400
    assert reply.body.keys() == {"error"}


# ---------------------------------------------------------------------- changing


@pytest.mark.parametrize(
    "body",
    [{"status": "ready_pickup"}, {"shipped": True}, {"status": "pending", "picked_up": True}],
)
async def test_status_and_flags_are_set(sandbox, p1, body):
    order_id = submitted(sandbox)
    assert (await p1("GET", "/orders")).body["data"][0]["status"] == "awaiting_packing"
    reply = await p1("PATCH", f"/orders/{order_id}/status", body)
    assert reply.status == 200
    assert {key: reply.body[key] for key in body} == body
    row = (await p1("GET", "/orders")).body["data"][0]
    assert row["status"] == body.get("status", "awaiting_packing")


@pytest.mark.parametrize(
    "body",
    [{}, [], {"status": "lost"}, {"status": ["pending"]}, {"shipped": "yes"}, {"colour": True}],
)
async def test_a_change_that_cannot_be_is_400(sandbox, p1, body):
    order_id = submitted(sandbox)
    before = dict(sandbox.world.p1_orders[order_id].data)
    reply = await p1("PATCH", f"/orders/{order_id}/status", body)
    assert reply.status == 400
    assert sandbox.world.p1_orders[order_id].data == before


async def test_changes_are_announced_whoever_made_them(start, p1_of, receiver):
    sandbox = await start(p1_webhook_target=receiver.url, p1_webhook_secret="p1-secret")
    p1 = await p1_of(sandbox)
    order_id = submitted(sandbox)
    await p1("PATCH", f"/orders/{order_id}/status", {"status": "ready_pickup"})
    await p1("PATCH", f"/orders/{order_id}/status", {"status": "ready_pickup"})
    sandbox.world.change_p1_order(order_id, picked_up=True)
    await sandbox.drain()
    [created] = receiver.said("order_created")
    assert created["metadata"] == {"order_id": order_id}
    changes = [event["metadata"] for event in receiver.said("order_status_updated")]
    expected = [("awaiting_packing", "ready_pickup"), ("ready_pickup", "ready_pickup")]
    assert sorted((each["old_status"], each["new_status"]) for each in changes) == expected
    assert {each["order_id"] for each in changes} == {order_id}


async def test_a_delivery_has_the_documented_headers_and_body(start, receiver):
    sandbox = await start(p1_webhook_target=receiver.url, p1_webhook_secret="p1-secret")
    submitted(sandbox)
    submitted(sandbox)
    await sandbox.drain()
    first, second = receiver.received
    assert first.headers["X-PharmaOne-Event"] == "order_created"
    assert first.headers["X-PharmaOne-Signature"] == f"sha256={first.signed_by('p1-secret')}"
    assert len(first.headers["X-PharmaOne-Delivery-Id"]) == 36
    name = "X-PharmaOne-Delivery-Id"
    assert first.headers[name] != second.headers[name]
    assert first.body.keys() == {
        "id",
        "org_id",
        "event_type",
        "title",
        "description",
        "metadata",
        "created_at",
    }
    assert first.body["org_id"] == "org1"
    assert first.body["id"] not in {second.body["id"], first.headers[name]}
