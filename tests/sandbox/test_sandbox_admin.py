"""The sandbox's own routes and what it makes up: orders, overrides, state, steering."""

from dataclasses import asdict

import aiohttp
import pytest
from sandbox.callers import Caller

from bridge.sandbox import Sandbox, SandboxSettings
from bridge.sandbox.admin import _is_local


async def submitted(sandbox, **payload):
    payload = {"shop_id": "shop1", "customer_name": "Erika Muster", "items": [], **payload}
    return sandbox.world.pharmaone.submit(payload, "po-1", "v1").id


# ---------------------------------------------------------------------- orders


async def test_orders_are_made_on_request(sandbox, admin, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    reply = await admin("POST", "/orders", {"count": 3})
    assert reply.status == 200
    assert reply.body["uids"] == list(sandbox.world.orders)
    quiet = await admin("POST", "/orders", {"orders": [{"uid": "po-mine"}], "announce": False})
    assert quiet.body == {"uids": ["po-mine"]}
    assert (await admin("POST", "/orders")).body["uids"] == [list(sandbox.world.orders)[-1]]
    await sandbox.drain()
    assert len(receiver.received) == 4


async def test_an_override_is_laid_over_object_by_object(sandbox):
    plain, changed = sandbox.world.add_orders(
        overrides=[
            {},
            {
                "order": {"priority": 9, "delivery_address": {"city": "Probedorf"}},
                "patient_data": None,
                "order_items": [
                    {"sku": {"uid": "sku-1007"}, "amount": 2},
                    {"sku": {"uid": "sku-1001"}, "total_paid_amount": 1},
                    {"uid": "oi-x", "sku": {"uid": "sku-foreign", "pzn": "00000000"}, "amount": 1},
                ],
            },
        ]
    )
    data = sandbox.world.orders[changed].data
    assert data["order"]["priority"] == 9
    address = data["order"]["delivery_address"]
    assert (address["city"], address["country"]) == ("Probedorf", "Germany")
    assert data["patient_data"] is None
    first, second, third = data["order_items"]
    assert first["sku"]["pzn"] == sandbox.world.skus["psku-1007"]["sku"]["pzn"]
    assert first["total_paid_amount"] == 2 * sandbox.world.skus["psku-1007"]["price"]
    assert (second["amount"], second["total_paid_amount"]) == (1, 1)
    assert third == {
        "uid": "oi-x",
        "sku": {"uid": "sku-foreign", "pzn": "00000000"},
        "amount": 1,
    }
    assert sandbox.world.orders[plain].data["patient_data"]


async def test_a_uid_is_given_once(sandbox, admin):
    assert (await admin("POST", "/orders", {"orders": [{"uid": "po-x"}]})).status == 200
    reply = await admin("POST", "/orders", {"orders": [{"uid": "po-x"}]})
    assert reply.status == 400
    assert "po-x" in reply.body["error"]


async def test_synthetic_orders_are_the_same_for_the_same_seed_and_varied(start):
    def shown(sandbox):
        sandbox.world.add_orders(60)
        return [order.detail() for order in sandbox.world.orders.values()]

    first, again, other = [shown(await start(seed=seed)) for seed in (1, 1, 2)]
    assert first == again
    uids = {order["uid"] for order in first}
    assert uids.isdisjoint(order["uid"] for order in other)
    assert {len(order["order_items"]) for order in first} == {1, 2, 3}
    assert {order["prepaid"] for order in first} == {0, 1}
    assert len({order["prescription_file"]["content_base64"] for order in first}) == 60
    for order in first:
        assert {line["sku"]["uid"] for line in order["order_items"]} <= {
            f"sku-{number}" for number in range(1001, 1007)
        }, "only linked ones"


async def test_a_catalogue_of_two_has_both_linked(start):
    sandbox = await start(skus=2)
    assert [sku["external_id"] for sku in sandbox.world.skus.values()] == ["20401", "20402"]
    assert sandbox.world.add_orders(5)


# ---------------------------------------------------------------------- steering


async def test_the_state_of_both_vendors(sandbox, admin):
    [uid] = sandbox.world.add_orders(1)
    request_id = await submitted(sandbox, external_id=uid)
    order_id = sandbox.world.approve(request_id)
    state = (await admin("GET", "/state")).body
    [order] = state["rxscale"]["orders"]
    assert (order["uid"], order["status"]) == (uid, "waiting for pharmacy")
    assert len(state["rxscale"]["skus"]) == 8
    [request] = state["pharmaone"]["order_requests"]
    assert (request["id"], request["external_reference"]) == (request_id, "po-1")
    assert (request["status"], request["via"]) == ("approved", "v1")
    assert request["payload"]["external_id"] == uid
    assert [order["id"] for order in state["pharmaone"]["orders"]] == [order_id]


async def test_both_ports_have_these_routes(sandbox, session):
    uids = sandbox.world.add_orders(1)
    for url in (sandbox.rxscale_url, sandbox.pharmaone_url):
        state = (await Caller(session, url)("GET", "/_sandbox/state")).body
        assert [order["uid"] for order in state["rxscale"]["orders"]] == uids


async def test_calls_can_be_read_and_forgotten(sandbox, admin, rx, p1):
    await rx("GET", "/health/")
    read = (await admin("GET", "/calls")).body["calls"]
    assert [call["route"] for call in read] == ["POST /auth/token", "GET /health/"]
    assert read[1] == asdict(sandbox.world.calls()[1])
    one = await admin("GET", "/calls", query={"vendor": "rxscale", "route": "GET /health"})
    assert len(one.body["calls"]) == 1
    assert (await admin("GET", "/calls", query={"vendor": "x"})).status == 400
    await admin("DELETE", "/calls")
    assert (await admin("GET", "/calls")).body == {"calls": []}


async def test_faults_come_singly_or_in_a_list_and_are_called_off(sandbox, admin, rx):
    assert (await admin("POST", "/faults", {"status": 500})).body == {"faults": 1}
    assert (await rx("GET", "/health/")).status == 500
    both = [{"vendor": "rxscale", "route": "*", "status": 501}, {"status": 502}]
    assert (await admin("POST", "/faults", both)).body == {"faults": 2}
    assert (await rx("GET", "/health/")).status == 501
    await admin("DELETE", "/faults")
    assert (await rx("GET", "/health/")).status == 200
    reply = await admin("POST", "/faults", {"stauts": 500})
    assert (reply.status, "stauts" in reply.body["error"]) == (400, True)


async def test_rxscales_people_change_and_delete_orders(sandbox, admin):
    [uid] = sandbox.world.add_orders(1)
    reply = await admin("POST", f"/rxscale/orders/{uid}/status", {"status": "a new word"})
    assert reply.status == 200
    assert sandbox.world.orders[uid].status == "a new word"
    assert (await admin("POST", f"/rxscale/orders/{uid}/status", {})).status == 400
    assert (await admin("DELETE", f"/rxscale/orders/{uid}")).status == 200
    assert (await admin("DELETE", f"/rxscale/orders/{uid}")).status == 404
    assert sandbox.world.orders == {}


async def test_staff_decide(sandbox, admin):
    request_id = await submitted(sandbox)
    order_id = (await admin("POST", f"/order-requests/{request_id}/approve")).body["order_id"]
    assert order_id in sandbox.world.p1_orders
    assert (await admin("POST", f"/order-requests/{request_id}/reject")).status == 400
    assert (await admin("POST", "/order-requests/or-none/reject")).status == 404
    reply = await admin("POST", f"/pharmaone/orders/{order_id}", {"shipped": True})
    assert reply.status == 200
    assert sandbox.world.p1_orders[order_id].data["shipped"] is True
    reply = await admin("POST", f"/pharmaone/orders/{order_id}", {"colour": "red"})
    assert reply.status == 400
    other = sandbox.world.pharmaone.submit({"shop_id": "shop1"}, None, "v1").id
    assert (await admin("POST", f"/order-requests/{other}/reject")).status == 200
    assert sandbox.world.order_requests[other].status == "rejected"


async def test_tokens_are_revoked(admin, p1):
    await admin("POST", "/tokens/revoke")
    assert (await p1("GET", "/shops")).status == 401


async def test_webhooks_are_subscribed_spoilt_tried_and_awaited(sandbox, admin, receiver):
    target = {"vendor": "rxscale", "target": receiver.url, "secret": "s"}
    assert len((await admin("POST", "/webhooks/subscriptions", target)).body["uids"]) == 3
    chaos = {"vendor": "rxscale", "plan": ["lose"], "double": 0.0}
    assert (await admin("POST", "/webhooks/chaos", chaos)).status == 200
    await admin("POST", "/orders", {"count": 2})
    test = {"vendor": "rxscale", "event_type": "pharmacy_order_created"}
    assert (await admin("POST", "/webhooks/test", test)).status == 200
    await sandbox.drain()
    assert (await admin("GET", "/idle")).body == {
        "pending_deliveries": 0,
        "deliveries": {"lose": 1, "acknowledged": 2},
    }
    for uid in list(sandbox.world.courier.subscriptions):
        assert (await admin("DELETE", f"/webhooks/subscriptions/{uid}")).status == 200
    assert (await admin("DELETE", "/webhooks/subscriptions/ws-0")).status == 404
    await admin("POST", "/orders")
    assert sandbox.world.courier.pending == 0
    for body in ({**target, "vendor": "x"}, {**target, "secret": None}, {}, []):
        assert (await admin("POST", "/webhooks/subscriptions", body)).status == 400
    assert (await admin("POST", "/webhooks/chaos", {"loose": 1})).status == 400


async def test_idle_counts_what_is_still_to_be_delivered(start, session, receiver):
    sandbox = await start(rx_webhook_target=receiver.url)
    receiver.slow = lambda _delivery: True
    sandbox.world.add_orders(3)
    idle = await Caller(session, sandbox.rxscale_url)("GET", "/_sandbox/idle")
    assert idle.body["pending_deliveries"] == 3
    receiver.released.set()
    await sandbox.drain()


async def test_a_broken_body_is_400(admin):
    assert (await admin("POST", "/orders", data=b"{")).status == 400


@pytest.mark.parametrize(
    ("remote", "local"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), (None, False)],
)
def test_these_routes_are_for_this_machine_only(remote, local):
    assert _is_local(remote) is local


async def test_a_call_from_elsewhere_is_refused(admin, monkeypatch):
    monkeypatch.setattr(aiohttp.web.BaseRequest, "remote", "192.0.2.1")
    assert (await admin("GET", "/state")).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8201"}, 200),
        ({"Host": "[::1]:8201"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_no_web_page_steers_it(start, session, headers: dict[str, str], status: int):
    sandbox = await start()
    url = f"{sandbox.rxscale_url}/_sandbox/orders"
    async with session.post(url, data=b'{"count": 1}', headers=headers) as answer:
        assert answer.status == status
    assert len(sandbox.world.orders) == (1 if status == 200 else 0)


# ---------------------------------------------------------------------- the whole


async def test_a_port_in_use_is_an_error_and_leaves_nothing_open(sandbox):
    port = int(sandbox.rxscale_url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with Sandbox(SandboxSettings(pharmaone_port=port)):
            raise AssertionError("it must not start")


async def test_ports_are_as_asked(unused_tcp_port_factory):
    one, two = unused_tcp_port_factory(), unused_tcp_port_factory()
    async with Sandbox(SandboxSettings(rxscale_port=one, pharmaone_port=two)) as sandbox:
        assert sandbox.rxscale_url == f"http://127.0.0.1:{one}"
        assert sandbox.pharmaone_url == f"http://127.0.0.1:{two}"


async def test_ten_calls_a_second_are_the_default():
    settings = SandboxSettings()
    assert (settings.rx_per_second, settings.rx_per_minute) == (10, 600)
    assert (settings.webhook_base_seconds, settings.webhook_attempts) == (1.0, 6)


# ---------------------------------------------------------------------- content


async def test_an_orders_content_is_edited_and_announced(sandbox, admin, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s", ["pharmacy_order_updated"])
    (uid,) = sandbox.world.add_orders()
    changes = {
        "order": {"delivery_address": {"city": "Probedorf"}},
        "order_items": [{"sku": {"uid": "sku-1001"}, "amount": 7}],
    }
    assert (await admin("POST", f"/rxscale/orders/{uid}", changes)).status == 200
    detail = sandbox.world.orders[uid].detail()
    assert detail["order"]["delivery_address"]["city"] == "Probedorf"
    assert [line["amount"] for line in detail["order_items"]] == [7]
    assert detail["order_items"][0]["total_paid_amount"] > 0
    assert b"Probedorf" in sandbox.world.orders[uid].row()
    await sandbox.drain()
    assert len(receiver.received) == 1
    assert (await admin("POST", f"/rxscale/orders/{uid}", {"status": "x"})).status == 400
    assert (await admin("POST", "/rxscale/orders/po-none", {})).status == 404
