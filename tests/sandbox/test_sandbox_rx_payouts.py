"""RxScale's payouts: in the order's detail and as a list with its filters."""

import pytest

ROW = {
    "status",
    "amount",
    "currency",
    "component_type",
    "routing_description",
    "provider_route_id",
    "pharmacy_order_uid",
    "pharmacy_order_name",
    "pharmacy_order_created_at",
    "routing_created_at",
}


def paid(uid, **more):
    """An order of one line for 9.00 euros, with shipping for 4.99."""
    line = {"sku": {"uid": "sku-1001"}, "amount": 1, "total_paid_amount": 900}
    shipping = {"shipping_costs_amount": 499, "shipping_costs_currency": "EUR"}
    return {"uid": uid, "prepaid": 1, "order_items": [line], **shipping, **more}


async def listed(rx, **query):
    reply = await rx("GET", "/payouts", query=query)
    assert reply.status == 200
    return reply.body["data"]


async def test_projected_until_completed_then_routed(sandbox, rx, clock):
    [uid] = sandbox.world.add_orders(overrides=[paid("po-a", name="#7")])
    goods, shipping = projected = await listed(rx)
    assert goods.keys() == ROW
    assert (goods["component_type"], goods["amount"], goods["currency"]) == (
        "item_rest",
        900,
        "EUR",
    )
    assert (shipping["component_type"], shipping["amount"]) == ("shipping", 499)
    for row in projected:
        assert (row["status"], row["provider_route_id"]) == ("projected", None)
        assert (row["pharmacy_order_uid"], row["pharmacy_order_name"]) == (uid, "#7")
        assert (row["pharmacy_order_created_at"], row["routing_created_at"]) == (
            int(clock.now),
            None,
        )
    assert (await rx("GET", f"/pharmacy_orders/{uid}")).body["payouts"] == projected
    clock.now += 60
    sandbox.world.set_order_status(uid, "completed")
    routed = await listed(rx)
    assert [(row["status"], row["routing_created_at"]) for row in routed] == [
        ("routed", int(clock.now))
    ] * 2
    assert all(row["provider_route_id"] for row in routed)
    assert (await rx("GET", f"/pharmacy_orders/{uid}")).body["payouts"] == routed


async def test_only_what_is_paid_physical_and_ours(sandbox, rx):
    sandbox.world.add_orders(
        overrides=[
            paid("po-unpaid", prepaid=0),
            paid("po-electronic", physical_prescription=False),
            paid("po-cancelled", status="cancelled"),
            paid("po-theirs", pharmacy={"uid": "ph-other"}),
            paid("po-done", physical_prescription=False, status="completed"),
            paid("po-pickup", shipping_costs_amount=None, shipping_costs_currency=None),
        ]
    )
    rows = await listed(rx)
    assert [(row["pharmacy_order_uid"], row["status"], row["currency"]) for row in rows] == [
        ("po-done", "routed", "EUR"),
        ("po-done", "routed", "EUR"),
        ("po-pickup", "projected", "EUR"),
    ]


@pytest.fixture
def three(sandbox, clock):
    """The first created at 100 and routed at 500, the second created at 200, the third at 300."""
    dates = {"po-a": 100, "po-b": 200, "po-c": 300}
    for uid, at in dates.items():
        clock.now = at
        sandbox.world.add_orders(overrides=[paid(uid, name=f"#{at}", shipping_costs_amount=None)])
    clock.now = 500
    sandbox.world.set_order_status("po-a", "completed")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "cba"),
        ({"status": "routed"}, "a"),
        ({"status": "projected"}, "cb"),
        ({"sort_direction": "asc"}, "abc"),
        ({"sort_by": "routing_created_at", "status": "routed"}, "a"),
        ({"start_date": 201}, "ca"),
        ({"start_date": 200, "end_date": 300}, "cb"),
        ({"end_date": 100}, ""),
        ({"start_date": 500}, "a"),
        ({"search": "PO-B"}, "b"),
        ({"search": "#300"}, "c"),
        ({"search": "rt-po-a"}, "a"),
        ({"search": "rest amount"}, "cba"),
        ({"search": "nowhere"}, ""),
        ({"limit": 2}, "cb"),
        ({"limit": 2, "page": 1}, "a"),
        ({"pharmacy_uid": "ph-sandbox"}, "cba"),
    ],
)
async def test_filters_and_sorting(three, rx, query, found):
    rows = await listed(rx, **query)
    assert [row["pharmacy_order_uid"] for row in rows] == [f"po-{letter}" for letter in found]


async def test_sorted_by_amount_and_by_route(three, sandbox, rx):
    sandbox.world.add_orders(overrides=[paid("po-d")])
    amounts = [row["amount"] for row in await listed(rx, sort_by="amount")]
    assert amounts == sorted(amounts, reverse=True)
    assert set(amounts) == {900, 499}
    first, *_ = await listed(rx, sort_by="routing_created_at")
    assert first["pharmacy_order_uid"] == "po-a"


async def test_pages_are_counted(three, rx):
    reply = await rx("GET", "/payouts", query={"limit": 2})
    assert (reply.body["totalRegistries"], reply.body["totalPages"]) == (3, 2)


@pytest.mark.parametrize(
    "query",
    [{"status": "paid"}, {"sort_by": "name"}, {"sort_direction": "up"}, {"start_date": "today"}],
)
async def test_a_query_that_means_nothing_is_400(rx, query):
    reply = await rx("GET", "/payouts", query=query)
    assert reply.status == 400
    assert reply.body["error"].keys() == query.keys()
