"""Order-requests: the three ways in, what is refused, a repeated reference, and the review."""

import base64
from copy import deepcopy

import pytest
from sandbox.callers import V1, Caller, until

KEY = {"apikey": "p1-sandbox-key"}
PDF = base64.b64encode(b"%PDF-1.4 Muster").decode()
PLAIN = {
    "external_reference": "po-1",
    "source": "tests",
    "payload": {
        "shop_id": "shop1",
        "external_id": "po-1",
        "customer_name": "Erika Muster",
        "total_amount": 30.0,
        "items": [{"name": "Musterblüte", "quantity": 4, "price": 7.5, "p1_id": "20401"}],
    },
}
ROUTES = ("v2", "v1", "connector")


def envelope(without=(), **changes):
    """PLAIN with its payload changed; keys named in `without` left out."""
    body = deepcopy(PLAIN)
    body["payload"] |= changes
    for key in without:
        del body["payload"][key]
    return body


def item(**changes):
    return [{**PLAIN["payload"]["items"][0], **changes}]


@pytest.fixture
def submit(session, p1_of):
    """Submits by any of the three routes, as that route wants it unless told otherwise."""

    async def go(sandbox, via, body=None, **more):
        body = envelope() if body is None else body
        if via == "connector" and not more.pop("as_is", False):
            body = {**body, "payload": {**body["payload"]}}
            body["payload"].pop("shop_id", None)
        if via == "v2":
            return await (await p1_of(sandbox))("POST", "/order-requests", body, **more)
        path = f"{V1}/order-requests" if via == "v1" else "/api/v1/external-order"
        more.setdefault("headers", KEY)
        return await Caller(session, sandbox.pharmaone_url)("POST", path, body, **more)

    return go


@pytest.mark.parametrize("via", ROUTES)
async def test_each_route_takes_a_request_for_review(sandbox, submit, via):
    reply = await submit(sandbox, via)
    assert reply.status == 200
    assert reply.body.keys() == {"id", "status", "message", "external_reference"}
    assert (reply.body["status"], reply.body["external_reference"]) == ("pending", "po-1")
    [request] = sandbox.world.order_requests.values()
    assert (request.id, request.via, request.status) == (reply.body["id"], via, "pending")
    assert request.payload == PLAIN["payload"], "the shop's address stands for its shop_id"
    assert sandbox.world.p1_orders == {}


@pytest.mark.parametrize("via", ["v1", "connector"])
@pytest.mark.parametrize("name", ["apikey", "X-API-Key"])
async def test_a_key_may_come_in_either_header(sandbox, submit, via, name):
    reply = await submit(sandbox, via, headers={name: "p1-sandbox-key"})
    assert reply.status == 200


async def test_a_key_in_the_query_is_for_the_shops_address_only(sandbox, submit):
    query = {"apikey": "p1-sandbox-key"}
    assert (await submit(sandbox, "connector", headers={}, query=query)).status == 200
    assert (await submit(sandbox, "v1", headers={}, query=query)).status == 401


@pytest.mark.parametrize("via", ["v1", "connector"])
async def test_a_wrong_key_is_refused(sandbox, submit, via):
    reply = await submit(sandbox, via, headers={"apikey": "wrong"})
    assert reply.status == 401
    assert reply.body["message"] == "Unauthorized"
    assert sandbox.world.order_requests == {}


@pytest.mark.parametrize("key", ["shop_id", "org_id"])
@pytest.mark.parametrize("in_payload", [True, False])
async def test_the_shops_address_wants_no_shop_and_no_organisation(
    sandbox, submit, key, in_payload
):
    body = envelope(without=["shop_id"])
    (body["payload"] if in_payload else body)[key] = "shop1"
    reply = await submit(sandbox, "connector", body, as_is=True)
    assert (reply.status, reply.body) == (400, {"error": f"{key} must not be sent"})


@pytest.mark.parametrize("via", ROUTES)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (envelope(without=["customer_name"]), "customer_name or customer_email is required"),
        (envelope(customer_name=""), "customer_name or customer_email is required"),
        (envelope(items=[]), "items or a prescription PDF is required"),
        (envelope(without=["items"]), "items or a prescription PDF is required"),
        (envelope(items={}), "items must be a list"),
        (envelope(items=["x"]), "items[0] must be an object"),
        (envelope(items=item(quantity=0)), "quantity must be an integer greater than 0"),
        (envelope(items=item(quantity=1.0)), "quantity must be an integer greater than 0"),
        (envelope(items=item(quantity="1")), "quantity must be an integer greater than 0"),
        (envelope(items=item(quantity=True)), "quantity must be an integer greater than 0"),
        (envelope(items=[{"quantity": 1}]), "items[0] needs a name, p1_id or product_id"),
        (envelope(items=[{"quantity": 1, "name": ""}]), "items[0] needs a name"),
        (envelope(items=item(p1_id=20401)), "each a string"),
        (envelope(items=item(price=7.501)), "items[0].price must be a number"),
        (envelope(items=item(price="7.50")), "items[0].price must be a number"),
        (envelope(items=item(price=True)), "items[0].price must be a number"),
        (envelope(items=[*item(), *item(price=-1)]), "items[1].price must be a number"),
        (envelope(total_amount=30.005), "total_amount must be a number with at most 2 decimals"),
        (envelope(total_amount=float("inf")), "total_amount must be a number"),
        (envelope(customer_email=5), "customer_email must be a string"),
        (envelope(address_street=["x"]), "address_street must be a string"),
        (envelope(cash_on_pickup=1), "cash_on_pickup must be a boolean"),
        (envelope(prescription_pdf_base64="no base64!"), "prescription_pdf_base64 must be base64"),
        ({**envelope(), "external_reference": 17}, "external_reference must be a string"),
        ({**envelope(), "source": None}, "source must be a string"),
    ],
)
async def test_what_is_not_documented_is_refused(sandbox, submit, via, body, said):
    reply = await submit(sandbox, via, body)
    assert reply.status == 400
    assert reply.body.keys() == {"error"}
    assert said in reply.body["error"]
    assert sandbox.world.order_requests == {}


@pytest.mark.parametrize("via", ["v2", "v1"])
@pytest.mark.parametrize(
    "body",
    [
        envelope(shop_id="shop2"),
        envelope(without=["shop_id"]),
        {"external_reference": "po-1"},
        {"payload": []},
        [],
    ],
)
async def test_a_payload_for_a_known_shop_is_needed(sandbox, submit, via, body):
    reply = await submit(sandbox, via, body)
    assert (reply.status, reply.body.keys()) == (400, {"error"})


@pytest.mark.parametrize(
    "body",
    [
        envelope(without=["items"], prescription_pdf_base64=PDF),
        envelope(without=["items"], prescription_pdf_url="https://example.org/rezept.pdf"),
        envelope(prescription_pdf_base64=PDF),
        envelope(without=["customer_name"], customer_email="erika@example.org"),
        envelope(items=[{"quantity": 1, "product_id": "x"}]),
        envelope(items=item(price=8.59), total_amount=34),
        envelope(note={"free": True}),
    ],
)
async def test_what_is_documented_is_taken(sandbox, submit, body):
    assert (await submit(sandbox, "v2", body)).status == 200


# ---------------------------------------------------------------------- a repeated reference


@pytest.mark.parametrize("again", ROUTES)
async def test_a_repeated_reference_is_the_same_request(sandbox, submit, again):
    first = await submit(sandbox, "v2")
    second = await submit(sandbox, again)
    assert (second.status, second.body["id"]) == (200, first.body["id"])
    assert len(sandbox.world.order_requests) == 1


async def test_a_repeated_reference_may_be_a_second_request(start, submit):
    sandbox = await start(reference_mode="second")
    ids = {(await submit(sandbox, "v1")).body["id"] for _ in range(2)}
    assert len(ids) == len(sandbox.world.order_requests) == 2


async def test_a_repeated_reference_may_be_a_conflict(start, submit):
    sandbox = await start(reference_mode="conflict")
    assert (await submit(sandbox, "v1")).status == 200
    reply = await submit(sandbox, "v1")
    assert (reply.status, reply.body.keys()) == (409, {"error"})
    assert len(sandbox.world.order_requests) == 1


async def test_requests_without_a_reference_are_never_the_same(sandbox, submit):
    body = envelope()
    del body["external_reference"]
    replies = [await submit(sandbox, "v1", body) for _ in range(2)]
    assert [reply.body["external_reference"] for reply in replies] == [None, None]
    assert len(sandbox.world.order_requests) == 2


# ---------------------------------------------------------------------- the review


async def test_staff_approve_and_an_order_is_made(sandbox, submit, p1):
    request_id = (await submit(sandbox, "v2")).body["id"]
    order_id = sandbox.world.approve(request_id)
    order = (await p1("GET", f"/orders/{order_id}")).body
    assert (order["external_id"], order["status"]) == ("po-1", "awaiting_packing")
    request = sandbox.world.order_requests[request_id]
    assert (request.status, request.order_id) == ("approved", order_id)
    with pytest.raises(ValueError, match="approved already"):
        sandbox.world.reject(request_id)


async def test_staff_reject_and_no_order_is_made(sandbox, submit):
    request_id = (await submit(sandbox, "v2")).body["id"]
    sandbox.world.reject(request_id)
    assert sandbox.world.order_requests[request_id].status == "rejected"
    assert sandbox.world.p1_orders == {}
    with pytest.raises(ValueError, match="rejected already"):
        sandbox.world.approve(request_id)


async def test_staff_may_approve_by_themselves_but_not_what_was_rejected(start, submit, caplog):
    sandbox = await start(auto_approve_seconds=0.01)
    rejected = sandbox.world.pharmaone.submit(PLAIN["payload"], None, "v1")
    sandbox.world.reject(rejected.id)
    reply = await submit(sandbox, "v1")
    assert reply.body["status"] == "pending", "the answer comes before the review"
    await until(lambda: sandbox.world.p1_orders)
    requests = sandbox.world.order_requests.values()
    assert [request.status for request in requests] == ["rejected", "approved"]
    assert not caplog.records, "nothing was tried that had to fail"


async def test_an_order_request_cannot_be_read(sandbox, submit, p1):
    request_id = (await submit(sandbox, "v2")).body["id"]
    assert (await p1("GET", f"/order-requests/{request_id}")).status == 404
