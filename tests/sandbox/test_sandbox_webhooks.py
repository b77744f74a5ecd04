"""Webhooks: what is sent and how it is signed, echoes, redelivery, and chaos on request."""

import aiohttp
import pytest
from sandbox.callers import until

from bridge.sandbox.webhooks import Chaos, Timers

CREATED, UPDATED = "pharmacy_order_created", "pharmacy_order_updated"


@pytest.fixture
async def heard(start, receiver):
    """A sandbox whose RxScale events all go to the receiver."""
    return await start(rx_webhook_target=receiver.url, rx_webhook_secret="whsec_test")


def order_of(delivery):
    return delivery.body["data"]["uid"]


async def test_a_new_order_is_announced_as_documented(heard, receiver, clock):
    line = {"sku": {"uid": "sku-1001"}, "amount": 2}
    [uid] = heard.world.add_orders(overrides=[{"status": "init", "order_items": [line]}])
    await heard.drain()
    [delivery] = receiver.received
    assert delivery.headers["Content-Type"] == "application/json"
    assert delivery.headers["X-Webhook-Event"] == CREATED
    assert delivery.headers["X-Webhook-Signature"] == delivery.signed_by("whsec_test")
    assert "X-Webhook-Test" not in delivery.headers
    body = delivery.body
    assert body.keys() == {"event_type", "timestamp", "payload_version", "data"}
    assert (body["event_type"], body["payload_version"]) == (CREATED, "1")
    assert body["timestamp"] == int(clock.now)
    assert type(body["timestamp"]) is int
    data = body["data"]
    assert (data["uid"], data["status"], data["data"]) == (uid, "init", {})
    assert data["created_at"] == data["updated_at"] == int(clock.now)
    assert data["pharmacy"] == {"uid": "ph-sandbox", "display_name": "Musterapotheke"}
    assert {"shipping_costs_amount", "shipping_costs_currency"} <= data["order"].keys()
    assert "province" not in data["order"]["delivery_address"]
    [line] = data["order_items"]
    assert line["sku"]["product_uid"] == "prod-1001"
    assert line["pharmacy_sku"] == {"uid": "psku-1001", "external_id": "20401", **_price(heard)}
    assert data["patient_data"]["display_name"]
    assert {"prescription_file", "doctor_data", "prepaid"}.isdisjoint(data)


def _price(sandbox):
    sku = sandbox.world.skus["psku-1001"]
    return {"price": sku["price"], "stock": sku["stock"]}


async def test_a_line_whose_sku_is_not_ours_has_no_pharmacy_sku(heard, receiver):
    line = {"uid": "oi-1", "sku": {"uid": "sku-foreign"}, "amount": 1}
    heard.world.add_orders(overrides=[{"order_items": [line]}])
    await heard.drain()
    assert receiver.received[0].body["data"]["order_items"][0]["pharmacy_sku"] is None


async def test_every_change_is_announced_those_of_the_pharmacy_too(heard, receiver, rx_of):
    [uid] = heard.world.add_orders(1)
    await heard.drain()
    body = {"status": "pending review"}
    await rx_of(heard)("PATCH", f"/pharmacy_orders/{uid}/status", body)
    heard.world.set_order_status(uid, "something new")
    await heard.drain()
    said = [event["data"]["status"] for event in receiver.said(UPDATED)]
    assert sorted(said) == ["pending review", "something new"]


async def test_an_order_may_come_without_a_word(heard, receiver):
    heard.world.add_orders(2, announce=False)
    await heard.drain()
    assert receiver.received == []


async def test_each_subscriber_gets_what_it_asked_for_signed_with_its_own_secret(sandbox, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "one", [CREATED])
    sandbox.world.subscribe("rxscale", receiver.url, "two", [CREATED, UPDATED])
    sandbox.world.subscribe("pharmaone", receiver.url, "three", [CREATED])
    [uid] = sandbox.world.add_orders(1)
    sandbox.world.set_order_status(uid, "cancelled")
    await sandbox.drain()
    found = {
        (each.body["event_type"], secret)
        for each in receiver.received
        for secret in ("one", "two", "three")
        if each.headers["X-Webhook-Signature"] == each.signed_by(secret)
    }
    assert found == {(CREATED, "one"), (CREATED, "two"), (UPDATED, "two")}
    assert len(receiver.received) == 3


# ---------------------------------------------------------------------- redelivery


async def test_what_is_not_acknowledged_comes_again_the_same(heard, receiver):
    receiver.statuses.extend([500, 307, 404])
    heard.world.add_orders(1)
    await heard.drain()
    assert len(receiver.received) == 4
    assert len({each.raw for each in receiver.received}) == 1
    assert len({each.headers["X-Webhook-Signature"] for each in receiver.received}) == 1
    assert heard.world.courier.counts == {"refused": 3, "acknowledged": 1}


async def test_a_redelivery_of_pharmaone_keeps_its_id(start, receiver):
    sandbox = await start(p1_webhook_target=receiver.url)
    receiver.statuses.append(500)
    sandbox.world.pharmaone.send_test("order_created")
    await sandbox.drain()
    assert len({each.headers["X-PharmaOne-Delivery-Id"] for each in receiver.received}) == 1
    assert len(receiver.received) == 2


async def test_it_is_given_up_after_so_many_attempts(start, receiver):
    sandbox = await start(rx_webhook_target=receiver.url, webhook_attempts=3)
    receiver.statuses.extend([503] * 9)
    sandbox.world.add_orders(1)
    await sandbox.drain()
    assert len(receiver.received) == 3
    assert sandbox.world.courier.counts == {"refused": 3, "given_up": 1}


async def test_the_wait_doubles_with_each_attempt(heard, receiver, monkeypatch):
    waits = []
    later = heard.world.timers.later
    monkeypatch.setattr(
        heard.world.timers, "later", lambda wait, do: (waits.append(wait), later(0, do))
    )
    receiver.statuses.extend([500] * 6)
    heard.world.add_orders(1)
    await heard.drain()
    assert waits == [0.01, 0.02, 0.04, 0.08, 0.16]


async def test_a_subscriber_that_is_away_gets_it_when_it_is_back(start, receiver, unused_tcp_port):
    sandbox = await start(webhook_base_seconds=0.05)
    gone = f"http://127.0.0.1:{unused_tcp_port}/hook"
    sandbox.world.subscribe("rxscale", gone, "s", [CREATED])
    sandbox.world.add_orders(1)
    await until(lambda: sandbox.world.courier.counts["refused"])
    runner = aiohttp.web.AppRunner(_app(receiver))
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    await sandbox.drain()
    await runner.cleanup()
    assert len(receiver.received) == 1


def _app(receiver):
    app = aiohttp.web.Application()
    app.router.add_post("/hook", receiver.take)
    return app


async def test_an_answer_that_comes_too_late_is_none(start, receiver):
    sandbox = await start(rx_webhook_target=receiver.url, webhook_timeout_seconds=0.25)
    receiver.slow = lambda _delivery: len(receiver.received) == 1
    sandbox.world.add_orders(1)
    await sandbox.drain()
    assert len(receiver.received) == 2


async def test_stopping_does_not_wait_for_redeliveries(start, receiver):
    sandbox = await start(rx_webhook_target=receiver.url, webhook_base_seconds=3600)
    receiver.statuses.append(500)
    sandbox.world.add_orders(1)
    await until(lambda: sandbox.world.courier.counts["refused"])
    assert sandbox.world.courier.pending == 1, "the fixture stops it all the same"


async def test_what_was_called_off_does_not_happen():
    timers, happened = Timers(), []
    timers.later(0, lambda: happened.append("called off"))
    timers.close()
    timers.later(0, lambda: happened.append("done"))
    await until(lambda: happened)
    assert happened == ["done"]


# ---------------------------------------------------------------------- chaos


async def test_the_next_deliveries_meet_what_was_planned_for_them(heard, receiver):
    heard.world.spoil_webhooks(Chaos(plan=("lose", "deliver", "double")), ["rxscale"])
    uids = heard.world.add_orders(4)
    await heard.drain()
    assert sorted(map(order_of, receiver.received)) == [uids[1], uids[2], uids[2], uids[3]]
    counts = heard.world.courier.counts
    assert counts == {"lose": 1, "double": 1, "acknowledged": 4}


async def test_a_doubled_delivery_is_the_same_twice(heard, receiver):
    heard.world.spoil_webhooks(Chaos(double=1.0))
    heard.world.add_orders(1)
    await heard.drain()
    assert len(receiver.received) == 2
    assert len({each.raw for each in receiver.received}) == 1


async def test_an_overtaken_delivery_comes_after_the_next(heard, receiver):
    heard.world.spoil_webhooks(Chaos(plan=("reorder",)))
    uids = heard.world.add_orders(2)
    await heard.drain()
    assert list(map(order_of, receiver.received)) == uids[::-1]


async def test_an_overtaken_delivery_that_nothing_overtakes_comes_in_the_end(heard, receiver):
    heard.world.spoil_webhooks(Chaos(reorder=1.0))
    uids = heard.world.add_orders(2)
    await heard.drain()
    assert sorted(map(order_of, receiver.received)) == uids


@pytest.mark.parametrize("fate", ["lose", "double", "reorder"])
async def test_a_fraction_is_met_about_as_often_and_the_same_in_every_run(
    start, receiver, monkeypatch, fate
):
    monkeypatch.setattr("bridge.sandbox.webhooks.HOLD_SECONDS", 0.0)
    runs = []
    for _ in range(2):
        sandbox = await start(rx_webhook_target=receiver.url, seed=7)
        sandbox.world.spoil_webhooks(Chaos(**{fate: 0.3}))
        receiver.received.clear()
        sandbox.world.add_orders(200)
        await sandbox.drain()
        runs.append(sorted(map(order_of, receiver.received)))
        assert 40 <= sandbox.world.courier.counts[fate] <= 80
    assert runs[0] == runs[1]


async def test_chaos_ends(heard, receiver):
    heard.world.spoil_webhooks(Chaos(lose=1.0, plan=("lose",)))
    heard.world.spoil_webhooks(Chaos())
    heard.world.add_orders(3)
    await heard.drain()
    assert len(receiver.received) == 3


async def test_chaos_may_be_one_vendors_only(heard, receiver):
    heard.world.subscribe("pharmaone", receiver.url, "s")
    heard.world.spoil_webhooks(Chaos(lose=1.0), ["pharmaone"])
    heard.world.add_orders(1)
    heard.world.pharmaone.send_test("order_created")
    await heard.drain()
    assert [each.body["event_type"] for each in receiver.received] == [CREATED]


@pytest.mark.parametrize("wrong", [{"lose": -0.1}, {"lose": 0.6, "double": 0.6}, {"plan": ("x",)}])
def test_a_chaos_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="not a chaos"):
        Chaos(**wrong)


# ---------------------------------------------------------------------- tests of the wiring


async def test_a_test_delivery_says_so(heard, receiver):
    heard.world.send_test("rxscale", CREATED)
    await heard.drain()
    [delivery] = receiver.received
    assert delivery.headers["X-Webhook-Test"] == "true"
    assert delivery.headers["X-Webhook-Signature"] == delivery.signed_by("whsec_test")
    assert delivery.body["data"]["uid"] not in heard.world.orders
