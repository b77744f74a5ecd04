"""Pharmacy orders with all that is documented of them (rxscale.md sections 6.1, 6.2, 6.4)."""

import pytest
from fakes import answer
from rxscale.test_rxscale_client import client

from bridge.core.model import PharmacyOrderUid, TrackingLink
from bridge.errors import Unsure

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


DETAIL = {
    **ROW,
    "patient_data": {
        "uid": "pat-1",
        "display_name": "Erika Beispiel",
        "email": "erika@example.org",
        "date_of_birth": "1980-02-01",
    },
    "doctor_data": {"uid": "doc-1", "display_name": "Dr. Muster"},
    "prescription_file": {"filename": "beispiel.pdf", "content_base64": "JVBERi0="},
    "prepaid": 1,
    "payouts": [{"status": "projected", "amount": 2500, "pharmacy_order_uid": "po-1"}],
}
UID = PharmacyOrderUid("po-1")


async def test_one_order_says_all_that_is_documented():
    rxscale, _ = client(answer(200, DETAIL))
    order = await rxscale.order_book.one(UID)
    assert order is not None
    assert order.shop_order_name == "#77"
    assert order.patient is not None
    assert (order.patient.uid, order.patient.date_of_birth) == ("pat-1", "1980-02-01")
    assert order.doctor is not None
    assert order.doctor.display_name == "Dr. Muster"
    assert order.prescription_file is not None
    assert order.prescription_file.content_base64 == "JVBERi0="
    assert order.prepaid == 1
    assert [(each.amount_cents, each.order) for each in order.payouts] == [(2500, UID)]


async def test_what_may_be_missing_of_one_order_is_none():
    rxscale, _ = client(answer(200, {"uid": "po-1", "patient_data": None, "prepaid": "yes"}))
    order = await rxscale.order_book.one(UID)
    assert order is not None
    assert (order.patient, order.doctor, order.prescription_file) == (None, None, None)
    assert (order.prepaid, order.payouts) == (None, ())


async def test_an_order_that_is_not_there_is_none():
    rxscale, _ = client(answer(404, {"error": "not found"}))
    assert await rxscale.order_book.one(UID) is None


async def test_no_repr_tells_of_a_patient():
    rxscale, _ = client(answer(200, DETAIL))
    told = repr(await rxscale.order_book.one(UID))
    assert "uid='po-1'" in told
    for secret in ("Erika", "1980-02-01", "beispiel.pdf", "JVBERi0=", "Muster", "Hamburg"):
        assert secret not in told


async def test_completion_is_answered_with_the_order():
    done = {key: ROW[key] for key in ("uid", "name", "external_status", "shop_shipping_methods")}
    rxscale, send = client(answer(200, {**done, "status": "completed"}))
    order = await rxscale.order_book.complete(UID, [TrackingLink("https://dhl.example/1", "DHL")])
    assert (order.key, order.status) == (UID, "completed")
    assert b'"tracking_links": [{"tracking_link": "https://dhl.example/1"' in (
        send.requests[0].body or b""
    )


async def test_a_completion_whose_answer_cannot_be_read_may_have_happened():
    rxscale, _ = client(answer(200, ["completed"]))
    with pytest.raises(Unsure):
        await rxscale.order_book.complete(UID)
