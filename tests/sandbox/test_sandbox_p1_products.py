"""PharmaOne's products, shops, reports and written orders as simulated (sections 6, 7, 9, 13)."""

from datetime import date

import pytest

from bridge.sandbox import Sandbox

PRODUCT = {"shop_id": "shop1", "p1_id": "20401"}
PAGE = "/products?shop_id=shop1"
ORDER = {
    "shop_id": "shop1",
    "external_id": "EXT-1",
    "order_datetime": "2026-01-02T08:00:00Z",
    "items": [{"p1_id": "20401", "name": "Produkt", "qty": 4, "price": 7.5}],
}


async def test_a_shops_products_come_page_by_page(p1):
    first = (await p1("GET", f"{PAGE}&limit=3")).body
    assert first["pagination"] == {"page": 1, "pageSize": 3, "total": 8, "totalPages": 3}
    assert first["data"][0].keys() == {
        "p1_id", "name", "slug", "category", "price", "stock_quantity", "shop_id",
    }  # fmt: skip
    last = (await p1("GET", f"{PAGE}&limit=3&page=3")).body["data"]
    assert [row["p1_id"] for row in last] == ["20407", "20408"]
    assert (await p1("GET", f"{PAGE}&page=9")).body["data"] == []


async def test_a_product_leaves_the_shop_and_comes_back(p1):
    assert (await p1("POST", "/shops/detach-product", PRODUCT)).status == 200
    assert (await p1("GET", "/products/20401?shop_id=shop1")).status == 404
    assert (await p1("POST", "/shops/detach-product", PRODUCT)).status == 404
    assert (await p1("POST", "/shops/attach-product", {**PRODUCT, "price": 8})).status == 200
    assert (await p1("GET", "/products/20401?shop_id=shop1")).body["stock_quantity"] == 400


async def test_only_what_is_in_stock_goes_into_a_shop(p1, sandbox: Sandbox):
    await p1("POST", "/shops/detach-product", PRODUCT)
    sandbox.world.set_inventory([{"p1_id": "20401", "stockquantity": 0}], announce=False)
    for product in ("20401", "99999"):
        refused = await p1("POST", "/shops/attach-product", {**PRODUCT, "p1_id": product})
        assert (refused.status, refused.body["error"]) == (
            400,
            "Product must have stock in the inventory",
        )


async def test_what_a_shop_has_otherwise(p1):
    changed = await p1("PUT", "/products/20401", {"price": 9, "thc": 20.5, "description": "x"})
    assert changed.body == {"status": "ok"}
    await p1("POST", "/shops/product-overrides", {**PRODUCT, "price": 11})
    row = (await p1("GET", "/products/20401?shop_id=shop1")).body
    assert (row["price"], row["thc"], row["description"]) == (11, 20.5, "x")
    listed = (await p1("GET", "/inventory")).body["data"]
    assert listed[0]["price"] == 9


async def test_from_the_catalogue_into_the_inventory(p1):
    body = {"p1_id": "20901", "initial_stock": 5, "price": 3.5}
    assert (await p1("POST", "/products/add-to-inventory", body)).status == 200
    assert (await p1("POST", "/products/add-to-inventory", {"p1_id": "20902"})).status == 200
    rows = {row["p1_id"]: row for row in (await p1("GET", "/inventory")).body["data"]}
    assert (rows[20901]["stockquantity"], rows[20901]["price"]) == (5, 3.5)
    assert rows[20902]["stockquantity"] == 1  # the documented default
    again = await p1("POST", "/products/add-to-inventory", {**body, "initial_stock": 50})
    assert again.status == 200
    assert (await p1("POST", "/products/add-to-inventory", {"p1_id": "1"})).status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/products", None, 400, "Invalid shop_id"),
        ("GET", "/products?shop_id=other", None, 400, "Invalid shop_id"),
        ("GET", f"{PAGE}&page=0", None, 400, "Invalid page"),
        ("GET", f"{PAGE}&limit=x", None, 400, "Invalid limit"),
        ("GET", "/products/20401", None, 400, "Invalid shop_id"),
        ("POST", "/shops/attach-product", [], 400, "Invalid JSON"),
        ("POST", "/shops/attach-product", {"shop_id": "x"}, 400, "Invalid shop_id"),
        ("POST", "/shops/attach-product", {"shop_id": "shop1"}, 400, "p1_id is required"),
        ("POST", "/shops/product-overrides", {**PRODUCT, "x": 1}, 400, "Invalid x"),
        ("POST", "/shops/product-overrides", {**PRODUCT, "p1_id": "9"}, 404, "Product not found"),
        ("POST", "/products/add-to-inventory", {}, 400, "p1_id is required"),
        ("POST", "/products/add-to-inventory", {**PRODUCT, "initial_stock": -1}, 400, "initial"),
        ("POST", "/products/add-to-inventory", {**PRODUCT, "price": "1"}, 400, "Invalid price"),
        ("PUT", "/products/20401", {"price": True}, 400, "Invalid price"),
        ("PUT", "/products/20401", {"available": 1}, 400, "Invalid available"),
        ("PUT", "/products/99999", {"name": "x"}, 404, "Product not found"),
        ("GET", "/reports/stats?from=2026-13-01", None, 400, "Invalid from"),
        ("GET", "/reports/stats?from=2026-02-01&to=2026-01-01", None, 400, "from is after to"),
        ("GET", "/reports/product-sales?to_date=today", None, 400, "Invalid to_date"),
        ("GET", "/reports/pharmaone?month=2026-1", None, 400, "Invalid month"),
        ("POST", "/orders", {**ORDER, "shop_id": "x"}, 400, "Invalid shop_id"),
        ("POST", "/orders", {"shop_id": "shop1"}, 400, "external_id is required"),
        ("POST", "/orders", {**ORDER, "items": [{"quantity": 1, "name": "x"}]}, 400, "qty"),
        ("POST", "/orders", {**ORDER, "items": [3]}, 400, "items[0] must be an object"),
        ("POST", "/orders", {**ORDER, "order_datetime": "soon"}, 400, "order_datetime"),
        ("PUT", "/orders/ORD_1", {}, 404, "Order not found"),
    ],
)
async def test_refused(p1, method, path, body, status, error):
    refused = await p1(method, path, body)
    assert refused.status == status
    assert error in refused.body["error"]


async def test_the_other_layout_of_a_page(start, p1_of):
    p1 = await p1_of(await start(p1_products_shape="flat"))
    page = (await p1("GET", PAGE)).body
    assert (len(page["products"]), page["totalPages"]) == (8, 1)


async def test_an_order_is_written_and_written_again(p1, receiver, sandbox: Sandbox):
    sandbox.world.subscribe("pharmaone", receiver.url, "s")
    made = await p1("POST", "/orders", ORDER)
    again = await p1("POST", "/orders", {**ORDER, "payment_status": "paid"})
    assert made.body["id"] == again.body["id"]
    whole = (await p1("GET", f"/orders/{made.body['id']}")).body
    assert (whole["total_amount"], whole["payment_status"]) == (30.0, "paid")
    assert whole["items"] == [{"p1_id": "20401", "name": "Produkt", "quantity": 4, "price": 7.5}]
    put = await p1("PUT", f"/orders/{made.body['id']}", {"order_number": "7"})
    assert put.status == 200
    sandbox.world.pharmaone.delete(made.body["id"])
    await sandbox.drain()
    assert [each.body["event_type"] for each in receiver.received] == [
        *("order_created", "order_updated", "order_marked_paid", "order_updated", "order_deleted"),
    ]


async def test_reports_are_about_what_is_held(p1):
    await p1("POST", "/orders", ORDER)
    today = date(2026, 1, 2)  # the sandbox's own clock
    stats = (await p1("GET", f"/reports/stats?from={today}&to={today}")).body
    assert stats["orders"] == {"count": 1, "revenue": 30.0}
    assert [row["orders"] for row in stats["customers"]] == [1]
    sales = (await p1("GET", "/reports/product-sales")).body["data"]
    assert sales == [
        {"p1_id": "20401", "status": "awaiting_packing", "volume_gr": 4, "gross_revenue": 30.0}
    ]
    (performance,) = (await p1("GET", "/reports/product-performance")).body["data"]
    assert (performance["units"], performance["previous"]["units"]) == (4, 0)
    for query in ("", f"?month={today:%Y-%m}", f"?month_from={today:%Y-%m}"):
        (fees,) = (await p1("GET", f"/reports/pharmaone{query}")).body["data"]
        assert fees == {"month": f"{today:%Y-%m}", "orders": 1, "fee": 1.5}
    assert (await p1("GET", "/reports/pharmaone?month=2020-01")).body["data"] == []
