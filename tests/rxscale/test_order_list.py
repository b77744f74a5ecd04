"""The list of pharmacy orders with all that is documented of it (rxscale.md section 6.1)."""

from fakes import answer
from rxscale.test_rxscale_client import client

from bridge.core.model import PharmacyOrderUid

ROW = {
    "uid": "po-1",
    "status": "waiting for pharmacy",
    "name": "#2001",
    "shop_order_name": "#77",
    "external_status": "OPEN",
    "pharmacy": {"uid": "ph-1", "display_name": "Test Apotheke"},
    "order": {"uid": "ord-1", "delivery_address": {"city": "Hamburg"}, "priority": 5},
    "order_items": [
        {
            "uid": "oi-1",
            "amount": 2,
            "sku": {"uid": "sku-1", "display_name": "Product 5g", "pzn": "00000001"},
            "total_paid_amount": 2500,
        }
    ],
    "shop_shipping_methods": [
        {"uid": "ssm-1", "display_name": "Parcel", "external_id": "p", "pharmacy_mapping": None}
    ],
    "shipping_costs_amount": 499,
    "shipping_costs_currency": "EUR",
    "new_field": True,
}


def listed(*rows: object, pages: int | None = 1) -> object:
    return answer(200, {"data": rows, "totalRegistries": len(rows), "totalPages": pages})


async def test_a_row_says_all_that_is_documented():
    rxscale, _ = client(listed(ROW))  # type: ignore[arg-type]
    (row,) = [each async for each in rxscale.order_book.all()]
    assert row.key == PharmacyOrderUid("po-1")
    assert row.name == "#2001"
    assert (row.shop_order_name, row.external_status) == ("#77", "OPEN")
    assert row.pharmacy is not None
    assert row.pharmacy.display_name == "Test Apotheke"
    assert row.order is not None
    assert row.order.priority == 5
    assert row.order.more["delivery_address"] == {"city": "Hamburg"}
    (item,) = row.order_items
    assert (item.amount, item.total_paid_cents) == (2, 2500)
    assert item.sku is not None
    assert item.sku.pzn == "00000001"
    assert row.shop_shipping_methods[0].external_id == "p"
    assert (row.shipping_costs_cents, row.shipping_costs_currency) == (499, "EUR")
    assert row.more == {"new_field": True}


async def test_it_is_searched_page_by_page():
    rxscale, send = client(listed(ROW, pages=2), listed({"uid": "po-2"}, pages=2))  # type: ignore[arg-type]
    found = rxscale.order_book.all(status="on-hold", search="Max M")
    assert [row.uid async for row in found] == ["po-1", "po-2"]
    asked = (("status", "on-hold"), ("search", "Max M"))
    assert [request.query for request in send.requests] == [
        (*asked, ("page", str(number)), ("limit", "200")) for number in (0, 1)
    ]


async def test_an_odd_row_keeps_none_of_the_others_from_being_read():
    odd = {"uid": "po-2", "status": 7, "order_items": None, "pharmacy": None}
    rxscale, _ = client(listed(odd, ROW))  # type: ignore[arg-type]
    assert [row.status async for row in rxscale.order_book.all()] == ["", ROW["status"]]
