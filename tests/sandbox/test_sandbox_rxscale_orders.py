"""RxScale's orders: the list and its pages, the detail, the steps it lets a pharmacy take."""

import pytest
from sandbox.callers import until

ROW = {
    "uid",
    "status",
    "name",
    "shop_order_name",
    "external_status",
    "pharmacy",
    "order",
    "order_items",
    "shop_shipping_methods",
    "shipping_costs_amount",
    "shipping_costs_currency",
}
DETAIL = ROW | {"patient_data", "doctor_data", "prescription_file", "prepaid", "payouts"}
FLOW = ("waiting for pharmacy", "pending review", "in-progress", "ready_for_pickup")


async def set_status(rx, uid, status, **more):
    return await rx("PATCH", f"/pharmacy_orders/{uid}/status", {"status": status, **more})


# ---------------------------------------------------------------------- reading


async def test_a_row_has_the_documented_fields_and_no_patient(sandbox, rx):
    sandbox.world.add_orders(1)
    reply = await rx("GET", "/pharmacy_orders/")
    [row] = reply.body["data"]
    assert row.keys() == ROW
    assert row["order"].keys() == {"uid", "delivery_address", "invoice_address", "priority"}
    assert row["order_items"][0].keys() == {"uid", "amount", "sku", "total_paid_amount"}
    assert row["order_items"][0]["sku"].keys() == {"uid", "display_name", "pzn"}
    assert {key: reply.body[key] for key in ("totalRegistries", "totalPages")} == {
        "totalRegistries": 1,
        "totalPages": 1,
    }


async def test_the_detail_adds_patient_doctor_prescription_and_payouts(sandbox, rx):
    [uid] = sandbox.world.add_orders(overrides=[{"prepaid": 1}])
    body = (await rx("GET", f"/pharmacy_orders/{uid}")).body
    assert body.keys() == DETAIL
    assert body["patient_data"].keys() == {"uid", "display_name", "email", "date_of_birth"}
    assert body["prescription_file"].keys() == {"filename", "content_base64"}
    assert body["prepaid"] == 1
    assert {row["status"] for row in body["payouts"]} == {"projected"}


async def test_an_unknown_order_is_404(rx):
    for method, path in (
        ("GET", "/pharmacy_orders/po-none"),
        ("PATCH", "/pharmacy_orders/po-none/status"),
        ("PATCH", "/pharmacy_orders/po-none/complete_order"),
    ):
        reply = await rx(method, path, {})
        assert (reply.status, reply.body) == (404, {"error": "Resource not found"})


async def test_pages_count_from_zero_and_fit_together(sandbox, rx):
    uids = sandbox.world.add_orders(7)
    seen = []
    for page in range(3):
        reply = await rx("GET", "/pharmacy_orders/", query={"page": page, "limit": 3})
        assert (reply.body["totalRegistries"], reply.body["totalPages"]) == (7, 3)
        seen += [row["uid"] for row in reply.body["data"]]
    assert seen == uids[::-1]
    beyond = await rx("GET", "/pharmacy_orders/", query={"page": 3, "limit": 3})
    assert beyond.body["data"] == []


async def test_a_page_has_fifty_rows_by_default_and_never_more_than_two_hundred(sandbox, rx):
    sandbox.world.add_orders(201)
    reply = await rx("GET", "/pharmacy_orders/")
    assert (len(reply.body["data"]), reply.body["totalPages"]) == (50, 5)
    reply = await rx("GET", "/pharmacy_orders/", query={"limit": 1000})
    assert (len(reply.body["data"]), reply.body["totalPages"]) == (200, 2)


async def test_an_empty_list_has_no_pages(rx):
    reply = await rx("GET", "/pharmacy_orders/")
    assert reply.body == {"data": [], "totalRegistries": 0, "totalPages": 0}


async def test_the_oldest_may_come_first(start, rx_of):
    sandbox = await start(rx_list_order="oldest")
    uids = sandbox.world.add_orders(3)
    reply = await rx_of(sandbox)("GET", "/pharmacy_orders/")
    assert [row["uid"] for row in reply.body["data"]] == uids


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"page": "x"}, {"page": "9" * 5000}, {"limit": "0"}, {"status": "no"}]
)
async def test_a_query_that_means_nothing_is_400(rx, query):
    reply = await rx("GET", "/pharmacy_orders/", query=query)
    assert reply.status == 400
    assert reply.body["error"].keys() == query.keys()


async def test_a_list_read_before_shows_what_came_and_went_since(sandbox, rx):
    async def listed(**query):
        reply = await rx("GET", "/pharmacy_orders/", query=query)
        return [row["uid"] for row in reply.body["data"]]

    waiting, review = {"status": "waiting for pharmacy"}, {"status": "pending review"}
    first, second = sandbox.world.add_orders(2)
    assert [await listed(), await listed(**waiting), await listed(**review)] == [
        [second, first],
        [second, first],
        [],
    ]
    [third] = sandbox.world.add_orders(1)
    sandbox.world.set_order_status(third, "pending review")
    sandbox.world.set_order_status(first, "pending review")
    assert await listed() == [third, second, first]
    assert (await listed(**waiting), await listed(**review)) == ([second], [third, first])
    for uid in (second, third):
        sandbox.world.delete_order(uid)
    assert (await listed(), await listed(**waiting), await listed(**review)) == (
        [first],
        [],
        [first],
    )


async def test_the_list_is_filtered_by_status_as_it_is_now(sandbox, rx):
    first, second = sandbox.world.add_orders(2)
    await set_status(rx, first, "pending review")
    for status, uid in (("pending review", first), ("waiting for pharmacy", second)):
        reply = await rx("GET", "/pharmacy_orders/", query={"status": status})
        assert [(row["uid"], row["status"]) for row in reply.body["data"]] == [(uid, status)]
        assert reply.body["totalRegistries"] == 1


@pytest.mark.parametrize(
    "text", ["po-wanted", "#9001", "#S-77", "ERIKA", "ord-wanted"], ids=lambda text: text.strip("#")
)
async def test_search_looks_in_names_and_uids_whatever_the_case(sandbox, rx, text):
    wanted = {
        "uid": "po-wanted-1",
        "name": "#9001",
        "shop_order_name": "#S-77",
        "order": {"uid": "ord-wanted-1"},
        "patient_data": {"display_name": "Erika Findemich"},
    }
    plain = {"patient_data": {"display_name": "Otto Niemand"}, "shop_order_name": None}
    sandbox.world.add_orders(overrides=[plain, wanted, {"patient_data": None, **plain}])
    reply = await rx("GET", "/pharmacy_orders/", query={"search": text})
    assert [row["uid"] for row in reply.body["data"]] == ["po-wanted-1"]


# ---------------------------------------------------------------------- the current steps


async def test_the_way_of_an_order_one_step_at_a_time(sandbox, rx):
    [uid] = sandbox.world.add_orders(1)
    for status in FLOW[1:]:
        reply = await set_status(rx, uid, status)
        assert (reply.status, reply.body["status"]) == (200, status)
        assert sandbox.world.orders[uid].status == status


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("init", "waiting for pharmacy"),
        ("init", "pending review"),
        ("waiting for pharmacy", "in-progress"),
        ("waiting for pharmacy", "ready_for_pickup"),
        ("pending review", "ready_for_pickup"),
        ("pending review", "waiting for pharmacy"),
        ("in-progress", "pending review"),
        ("ready_for_pickup", "in-progress"),
        ("init", "on-hold"),
        ("on-hold", "ready_for_pickup"),
        ("completed", "cancelled"),
        ("cancelled", "pending review"),
        ("waiting for pharmacy", "init"),
        ("ready_for_pickup", "completed"),
        ("waiting for pharmacy", "processing"),
        ("waiting for pharmacy", ["cancelled"]),
        ("waiting for pharmacy", None),
    ],
)
async def test_a_step_that_is_not_documented_is_refused(sandbox, rx, here, there):
    [uid] = sandbox.world.add_orders(overrides=[{"status": here}])
    reply = await set_status(rx, uid, there, comment="because")
    assert reply.status == 400
    assert reply.body["error"].keys() == {"status"}
    assert sandbox.world.orders[uid].status == here


@pytest.mark.parametrize("here", FLOW[:-1])
async def test_on_hold_and_back(sandbox, rx, here):
    [uid] = sandbox.world.add_orders(overrides=[{"status": here}])
    for comment in ({}, {"comment": "  "}, {"comment": None}, {"comment": 5}):
        reply = await set_status(rx, uid, "on-hold", **comment)
        assert reply.status == 400
        assert reply.body["error"].keys() == {"comment"}
    assert (await set_status(rx, uid, "on-hold", comment="Out of stock")).status == 200
    assert (await set_status(rx, uid, "on-hold")).status == 200, "sent again, it needs no comment"
    assert (await set_status(rx, uid, here)).status == 200


@pytest.mark.parametrize("here", ["init", *FLOW, "on-hold"])
async def test_cancelling_any_time_before_completion(sandbox, rx, here):
    [uid] = sandbox.world.add_orders(overrides=[{"status": here}])
    assert (await set_status(rx, uid, "cancelled")).status == 200


async def test_the_same_status_again_changes_nothing(sandbox, rx, receiver):
    sandbox.world.subscribe("rxscale", receiver.url, "s")
    [uid] = sandbox.world.add_orders(overrides=[{"status": "in-progress"}])
    assert (await set_status(rx, uid, "in-progress")).status == 200
    await sandbox.drain()
    assert receiver.said("pharmacy_order_updated") == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"x"'])
async def test_a_body_that_is_no_object_is_400(sandbox, rx, data):
    [uid] = sandbox.world.add_orders(1)
    reply = await rx("PATCH", f"/pharmacy_orders/{uid}/status", data=data)
    assert (reply.status, reply.body) == (400, {"error": "Bad request"})


# ---------------------------------------------------------------------- the legacy steps


@pytest.fixture
async def legacy(start):
    return await start(rx_dialect="legacy", auto_complete_seconds=0.01)


async def test_legacy_goes_from_open_to_shipped_and_completes_by_itself(legacy, rx_of, receiver):
    legacy.world.subscribe("rxscale", receiver.url, "s")
    rx = rx_of(legacy, "/v1/external-pharmacy-api-v1")
    line = {"sku": {"uid": "sku-1002"}, "amount": 1}
    [uid] = legacy.world.add_orders(overrides=[{"order_items": [line]}])
    before = legacy.world.skus["psku-1002"]["stock"]
    assert legacy.world.orders[uid].status == "open"
    for status in ("processing", "shipped"):
        assert (await set_status(rx, uid, status)).status == 200
    await until(lambda: legacy.world.orders[uid].status == "completed")
    await legacy.drain()
    said = [event["data"]["status"] for event in receiver.said("pharmacy_order_updated")]
    assert sorted(said) == ["completed", "processing", "shipped"]
    assert legacy.world.skus["psku-1002"]["stock"] == before - 1


async def test_legacy_does_not_complete_what_is_shipped_no_more(legacy):
    first, gone, cancelled, last = legacy.world.add_orders(4)
    for uid in (first, gone, cancelled, last):
        legacy.world.set_order_status(uid, "shipped")
    legacy.world.delete_order(gone)
    legacy.world.set_order_status(cancelled, "cancelled")
    await until(lambda: legacy.world.orders[last].status == "completed")
    assert legacy.world.orders[first].status == "completed"
    assert legacy.world.orders[cancelled].status == "cancelled"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("open", "shipped"),
        ("created", "open"),
        ("created", "processing"),
        ("processing", "open"),
        ("shipped", "completed"),
        ("shipped", "cancelled"),
        ("open", "pending review"),
        ("open", "on-hold"),
    ],
)
async def test_legacy_refuses_what_its_page_forbids(legacy, rx_of, here, there):
    [uid] = legacy.world.add_orders(overrides=[{"status": here}])
    reply = await set_status(rx_of(legacy), uid, there, comment="because")
    assert reply.status == 400
    assert legacy.world.orders[uid].status == here


@pytest.mark.parametrize("here", ["open", "processing"])
async def test_legacy_cancels_from_open_and_processing(legacy, rx_of, here):
    [uid] = legacy.world.add_orders(overrides=[{"status": here}])
    assert (await set_status(rx_of(legacy), uid, "cancelled")).status == 200


async def test_legacy_has_no_complete_order(legacy, rx_of):
    [uid] = legacy.world.add_orders(overrides=[{"status": "shipped"}])
    reply = await rx_of(legacy)("PATCH", f"/pharmacy_orders/{uid}/complete_order", {})
    assert (reply.status, reply.body) == (404, {"error": "Resource not found"})
