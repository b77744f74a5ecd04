"""Faults on demand: each kind, before and after the work, and what the log says of it."""

import asyncio
import json

import aiohttp
import pytest
from sandbox.callers import until

from bridge.sandbox.traffic import Fault

STATUS = "PATCH /pharmacy_orders/{uid}/status"
CUT = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.fixture
def order(sandbox):
    [uid] = sandbox.world.add_orders(1)
    return uid


@pytest.fixture
def review(rx, order):
    """Moves the order to `pending review`."""

    async def go():
        return await rx("PATCH", f"/pharmacy_orders/{order}/status", {"status": "pending review"})

    return go


def done(sandbox, order):
    return sandbox.world.orders[order].status == "pending review"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_cut_connection(sandbox, order, review, when):
    sandbox.world.break_calls(Fault(route=STATUS, cut=True, when=when))
    with pytest.raises(CUT):
        await review()
    assert done(sandbox, order) == (when == "after")
    [call] = sandbox.world.calls(STATUS)
    assert (call.outcome, call.done, call.uid) == ("cut", when == "after", order)
    assert (await review()).status == 200, "the fault is used up"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_status_of_its_own(sandbox, order, review, when):
    sandbox.world.break_calls(Fault(route=STATUS, status=503, body={"error": "x"}, when=when))
    reply = await review()
    assert (reply.status, reply.body) == (503, {"error": "x"})
    assert done(sandbox, order) == (when == "after")
    [call] = sandbox.world.calls(STATUS)
    assert (call.outcome, call.done) == (503, when == "after")


async def test_a_429_says_when_to_come_back(sandbox, order, review):
    sandbox.world.break_calls(Fault(status=429, headers={"Retry-After": "7"}))
    reply = await review()
    assert (reply.status, reply.headers["Retry-After"], reply.body) == (429, "7", {})
    assert not done(sandbox, order)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_web_page_in_place_of_the_answer(sandbox, order, review, when):
    sandbox.world.break_calls(Fault(garble="html", when=when))
    reply = await review()
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html")
    assert reply.text.startswith("<html>")
    assert done(sandbox, order) == (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_half_an_answer(sandbox, order, review, when):
    sandbox.world.break_calls(Fault(garble="truncated", when=when))
    reply = await review()
    assert reply.status == 200
    assert reply.text.startswith("{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)
    assert done(sandbox, order) == (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("body", [[1, 2], {"uid": 5}, "plain text", 0, False])
async def test_another_answer(sandbox, order, review, when, body):
    sandbox.world.break_calls(Fault(body=body, when=when))
    reply = await review()
    assert reply.status == 200
    assert (reply.text if isinstance(body, str) else reply.body) == body
    assert done(sandbox, order) == (when == "after")


async def test_a_header_may_be_replaced_too(sandbox, review):
    sandbox.world.break_calls(Fault(body="{}", headers={"content-type": "text/x"}))
    assert (await review()).headers.getall("Content-Type") == ["text/x"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_late_answer_is_the_real_one(sandbox, order, review, when):
    sandbox.world.break_calls(Fault(delay_seconds=0.1, when=when))
    call = asyncio.create_task(review())
    await until(lambda: not sandbox.world.faults)
    assert done(sandbox, order) == (when == "after")
    assert not call.done()
    assert (await call).status == 200
    assert done(sandbox, order)


async def test_a_caller_who_does_not_wait_gets_his_work_done_all_the_same(sandbox, order, review):
    sandbox.world.break_calls(Fault(delay_seconds=0.1))
    call = asyncio.create_task(review())
    await until(lambda: not sandbox.world.faults)
    call.cancel()
    assert not done(sandbox, order)
    await until(lambda: done(sandbox, order))


async def test_a_late_cut(sandbox, review):
    sandbox.world.break_calls(Fault(delay_seconds=0.02, cut=True))
    with pytest.raises(CUT):
        await review()


async def test_a_fault_strikes_the_calls_it_is_meant_for(sandbox, rx, p1):
    sandbox.world.break_calls(
        Fault(vendor="rxscale", route="GET /pharmacy_orders", status=500),
        Fault(vendor="pharmaone", status=502),
    )
    assert (await rx("GET", "/pharmacy_skus/")).status == 200
    assert (await p1("GET", "/orders")).status == 502
    assert (await rx("GET", "/pharmacy_orders/")).status == 500, "a last slash does not matter"
    assert len(sandbox.world.faults) == 0


async def test_a_fault_strikes_so_often_after_so_many(sandbox, rx):
    sandbox.world.break_calls(Fault(status=500, times=2, skip=1))
    replies = [(await rx("GET", "/health/")).status for _ in range(5)]
    assert replies == [200, 500, 500, 200, 200]


async def test_faults_are_met_in_the_order_given_and_can_be_called_off(sandbox, rx):
    sandbox.world.break_calls(Fault(status=500), Fault(status=501), Fault(status=502))
    assert [(await rx("GET", "/health/")).status for _ in range(2)] == [500, 501]
    sandbox.world.faults.clear()
    assert (await rx("GET", "/health/")).status == 200


async def test_a_fault_after_a_refusal_had_no_work_done(sandbox, rx):
    sandbox.world.break_calls(Fault(when="after", status=200, body={"uid": "po-none"}))
    reply = await rx("GET", "/pharmacy_orders/po-none")
    assert reply.status == 200
    [call] = sandbox.world.calls()
    assert not call.done


async def test_a_submission_whose_answer_is_lost_stands(sandbox, p1):
    payload = {"shop_id": "shop1", "customer_name": "x", "items": [{"name": "x", "quantity": 1}]}
    sandbox.world.break_calls(Fault(route="POST /order-requests", cut=True, when="after"))
    with pytest.raises(CUT):
        await p1("POST", "/order-requests", {"external_reference": "po-1", "payload": payload})
    [request] = sandbox.world.order_requests.values()
    [call] = sandbox.world.calls("POST /order-requests")
    assert (call.uid, call.reference) == (request.id, "po-1")
    assert (call.done, call.outcome) == (True, "cut")


@pytest.mark.parametrize(
    "wrong",
    [
        {"when": "later"},
        {"garble": "xml"},
        {"times": 0},
        {"skip": -1},
        {"delay_seconds": -1},
        {"delay": 1},
    ],
)
def test_a_fault_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="Fault"):
        Fault(**wrong)


# ---------------------------------------------------------------------- the log


async def test_the_calls_about_one_order_are_found_at_both_vendors(sandbox, rx, p1, order):
    payload = {"shop_id": "shop1", "customer_name": "x", "external_id": order, "items": []}
    payload |= {"prescription_pdf_url": "https://example.org/rezept.pdf"}
    await rx("GET", f"/pharmacy_orders/{order}")
    body = {"external_reference": order, "payload": payload}
    order_id = sandbox.world.approve((await p1("POST", "/order-requests", body)).body["id"])
    await p1("GET", f"/orders/{order_id}")
    await p1("GET", "/orders")
    assert [call.route for call in sandbox.world.calls(uid=order)] == [
        "GET /pharmacy_orders/{uid}",
        "POST /order-requests",
        "GET /orders/{id}",
    ]


async def test_every_call_is_noted_in_order(sandbox, rx, p1, order, clock):
    await rx("GET", "/pharmacy_orders/", query={"status": "on-hold"})
    await rx("GET", f"/pharmacy_orders/{order}")
    await p1("GET", "/shops", query={"apikey": "secret"})
    await rx("GET", "/nowhere", headers={"X-API-Key": None})
    token, *calls = sandbox.world.calls()
    assert (token.vendor, token.route, token.outcome) == ("pharmaone", "POST /auth/token", 200)
    assert [call.number for call in calls] == [2, 3, 4, 5]
    assert [(call.vendor, call.route, call.uid, call.outcome, call.done) for call in calls] == [
        ("rxscale", "GET /pharmacy_orders/", "", 200, True),
        ("rxscale", "GET /pharmacy_orders/{uid}", order, 200, True),
        ("pharmaone", "GET /shops", "", 200, True),
        ("rxscale", "GET (unknown)", "", 404, False),
    ]
    assert [dict(call.query) for call in calls] == [{"status": "on-hold"}, {}, {}, {}]
    assert calls[1].path == f"/v1/external_pharmacy_api/pharmacy_orders/{order}"
    assert calls[1].at == clock.now
    assert sandbox.world.calls(vendor="rxscale", uid=order) == [calls[1]]


@pytest.mark.parametrize(("limit", "kept"), [(None, 3), (2, 2), (0, 0)])
async def test_the_log_may_be_bounded_or_off(start, rx_of, limit, kept):
    sandbox = await start(log_limit=limit)
    for _ in range(3):
        await rx_of(sandbox)("GET", "/health/")
    assert len(sandbox.world.calls()) == kept


ODD = [
    {"vendor": "rxscal"},
    {"route": 1},
    {"about": 1},
    {"times": "x"},
    {"times": True},
    {"status": "abc"},
    {"status": 99},
    {"headers": 5},
    {"headers": {"Retry-After": 7}},
    {"delay_seconds": "x"},
    {"delay_seconds": float("nan")},
    {"when": []},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_could_be_no_answer_is_no_fault(odd):
    with pytest.raises(ValueError, match="for Fault"):
        Fault(**odd)


@pytest.mark.parametrize(
    "nowhere",
    [{"route": "GET /pharmacy_order/"}, {"vendor": "pharmaone", "route": STATUS}],
    ids=str,
)
async def test_a_fault_that_could_never_come_is_refused(sandbox, rx, nowhere):
    """Else whoever mistyped a route would believe that it was survived."""
    with pytest.raises(ValueError, match="has no route"):
        sandbox.world.break_calls(Fault(status=500), Fault(**nowhere, status=500))
    assert not sandbox.world.faults
    assert (await rx("GET", "/pharmacy_orders/")).status == 200


# ---------------------------------------------------------------------- believable wrong answers


async def test_a_fault_about_one_order_leaves_the_others_alone(sandbox, rx, order):
    [other] = sandbox.world.add_orders(1)
    sandbox.world.break_calls(Fault(about=order, status=404, times=9))
    assert (await rx("GET", f"/pharmacy_orders/{order}")).status == 404
    assert (await rx("GET", f"/pharmacy_orders/{other}")).status == 200


async def test_a_fault_about_what_is_in_the_body(sandbox, p1):
    payload = {"shop_id": "shop1", "customer_name": "Erika Muster", "items": [{"name": "x"}]}
    sandbox.world.break_calls(Fault(about="po-1", status=418))
    for reference, status in (("po-2", 400), ("po-1", 418), ("po-1", 400)):
        body = {"external_reference": reference, "payload": payload}
        assert (await p1("POST", "/order-requests", body)).status == status


async def test_a_stale_list_is_the_last_that_went_well(sandbox, rx, order):
    before = await rx("GET", "/pharmacy_orders/")
    sandbox.world.set_order_status(order, "cancelled")
    sandbox.world.break_calls(Fault(route="GET /pharmacy_orders/", stale=True))
    assert (await rx("GET", "/pharmacy_orders/")).body == before.body
    now = await rx("GET", "/pharmacy_orders/")
    assert now.body["data"][0]["status"] == "cancelled"


async def test_a_stale_list_that_nobody_asked_for_is_the_real_one(sandbox, rx, order):
    sandbox.world.break_calls(Fault(route="GET /pharmacy_orders/", stale=True))
    assert len((await rx("GET", "/pharmacy_orders/")).body["data"]) == 1


async def test_a_database_is_put_back(sandbox, admin, order):
    world = sandbox.world
    assert (await admin("POST", "/copies/yesterday")).status == 200
    payload = {"shop_id": "shop1", "customer_name": "Erika Muster", "items": []}
    request = world.pharmaone.submit(payload, order, "v2")
    made = world.approve(request.id)
    world.set_order_status(order, "cancelled")
    [new] = world.add_orders(1)
    world.copy("today")
    await admin("POST", "/copies/yesterday/put_back", {"vendor": "pharmaone"})
    assert (list(world.order_requests), list(world.p1_orders)) == ([], [])
    assert world.orders.keys() == {order, new}
    await admin("POST", "/copies/yesterday/put_back")
    assert [(each.uid, each.status) for each in world.orders.values()] == [
        (order, "waiting for pharmacy")
    ]
    await admin("POST", "/copies/today/put_back")
    assert world.orders[order].status == "cancelled"
    assert world.p1_orders.keys() == {made}
    assert world.pharmaone.submit(payload, order, "v2").id == request.id
    assert (await admin("POST", "/copies/never/put_back")).status == 404
