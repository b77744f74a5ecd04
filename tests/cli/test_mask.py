"""`rxbridge call`: of every documented answer nothing about a person, and all that work needs."""

import json
from typing import Any

import pytest
from cli.test_call import told

from bridge.cli.mask import MASK, masked
from bridge.core.model import Flag

WHO = "Kanarienvogel"
MAIL = "canary@example.org"
PDF = "JVBERi0xLjcK"
ADDRESS = {
    "first_name": WHO, "last_name": WHO, "street": WHO, "house_number": WHO, "zip_code": WHO,
    "city": WHO, "country": WHO, "additional_address": WHO, "province": WHO,
}  # fmt: skip
SHIPPING = {
    "first_name": WHO, "last_name": WHO, "address1": WHO, "city": WHO, "province": WHO,
    "country_code": WHO, "zip": WHO,
}  # fmt: skip

DOCUMENTED: dict[str, Any] = {
    "rxscale.md 6.2": {
        "uid": "po-1", "name": "#2001", "shop_order_name": "#77", "external_status": "OPEN",
        "pharmacy": {"uid": "ph-1", "display_name": "Test Apotheke"},
        "order": {"uid": "ord-1", "delivery_address": ADDRESS, "invoice_address": ADDRESS},
        "order_items": [{"uid": "oi-1", "amount": 2, "sku": {"display_name": "Product 5g"}}],
        "patient_data": {
            "uid": "pat-1", "display_name": WHO, "email": MAIL, "date_of_birth": WHO,
            "pregnant": True,
        },
        "doctor_data": {"uid": "doc-1", "display_name": WHO},
        "prescription_file": {"filename": f"{WHO}.pdf", "content_base64": PDF},
        "prepaid": 1,
    },
    "rxscale.md 11, prescriptions": {
        "prescriptions": [{"id": "rx-1", "pdf_base64": PDF}],
        "patient_data": {"first_name": WHO, "date_of_birth": 1, "gender": WHO},
        "buyerIdentity": {
            "email": MAIL, "phone": WHO, "countryCode": WHO, "customerAccessToken": WHO,
        },
        "billing_address": SHIPPING, "shipping_address": SHIPPING,
        "reserved_draft_order_id": "123",
    },
    "rxscale.md 11, orders": {
        "data": [
            {
                "prescription_uid": "rx-1", "order_status": "open",
                "tracking_number": WHO, "tracking_url": f"https://dhl.example/{WHO}",
                "line_items": [{"sku_uid": "sku-1", "display_name": "Product 5g", "quantity": 1}],
            }
        ]
    },
    "rxscale.md 6.4, request": {"tracking_links": [{"tracking_link": WHO, "carrier": WHO}]},
    "rxscale.md 4": {"error": {"date_of_birth": [f"{WHO} is no date"]}},
    "pharmaone.md 9": {
        "id": "ORD_1", "external_id": "EXT-17", "status": "awaiting_packing", "shop_id": "shop7",
        "customer_name": WHO, "customer_email": MAIL, "total_amount": 30.0,
        "shipping_address": {"street": WHO, "city": WHO, "postal_code": WHO, "phone": WHO},
        "items": [{"p1_id": "20417", "name": "Beispielsorte", "quantity": 4, "price": 7.5}],
    },
    "pharmaone.md 10": {
        "external_reference": "RX-1", "source": "my-bridge",
        "payload": {
            "shop_id": "shop7", "customer_name": WHO, "customer_email": MAIL,
            "address_street": WHO, "address_city": WHO, "address_zip": WHO,
            "prescription_pdf_base64": PDF, "prescription_pdf_url": f"https://x/{WHO}",
        },
    },
    "pharmaone.md 10, answer": {"id": "or-1", "status": "pending", "message": f"{WHO}'s request"},
    "pharmaone.md 12, Title Case (C16)": {
        "Customer Name": WHO, "E-Mail": MAIL, "Date Of Birth": WHO, "Straße": WHO, "PLZ": WHO,
        "Ort": WHO, "Vorname": WHO, "Questionnaire": {"Question 1": WHO, "Question 2": False},
        "PDF URL": WHO, "Shop ID": "shop7",
    },
    "pharmaone.md 13, stats": {
        "orders": {"volume": 5, "revenue": 10.5},
        "customers": [{"name": WHO, "orders": 3}],
    },
    "the same, by another name": {"top_customers": {MAIL: 3}, "topBuyers": [{"name": WHO}]},
    "names that are near": {
        "patient": WHO, "doctor": WHO, "patientName": WHO, "deliveryAddress": {"name": WHO},
        "customer_data": {"name": WHO}, "invoiceEmail": MAIL, "label": MAIL, "file": PDF,
        "data_url": f"data:application/pdf;base64,{PDF}",
    },
}  # fmt: skip


@pytest.mark.parametrize("where", DOCUMENTED)
def test_no_documented_answer_tells_of_a_person(where: str):
    document = DOCUMENTED[where]
    for refused in (False, True):
        told = json.dumps(masked(document, refused=refused))
        for secret in (WHO, MAIL, PDF):
            assert secret not in told
    assert masked(document, patients=True, secrets=True) == document


@pytest.mark.parametrize("answer", [True, False])
def test_what_a_person_answered_is_masked_and_whether_there_is_one_is_not(answer: bool):
    assert masked({"patient_data": {"pregnant": answer}}) == {"patient_data": {"pregnant": MASK}}
    flags: dict[str, bool] = dict.fromkeys(Flag, answer)
    told = masked({**flags, "email_sent": answer})
    assert told == {**flags, "email_sent": MASK}, "the latter is not documented"


@pytest.mark.parametrize("value", ["x", 7, 1.5, True, ["x"], {"status": "x", "uid": "po-1"}])
def test_what_is_not_documented_is_masked_with_all_that_is_in_it(value: Any):
    (told,) = masked({"data": [{"results": value}]})["data"]
    assert json.dumps(told["results"]).count(MASK.encode("unicode-escape").decode()) >= 1
    assert not {"x", 7, 1.5, True, "po-1"} & set(leaves(told))
    assert masked({"results": value}, patients=True) == {"results": value}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for each in inner for leaf in leaves(each)]
    return [value]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"external_id": "po-1"}, {"external_id": "po-1"}),
        ({"external_id": f"Abholung {WHO}"}, {"external_id": MASK}),
        ({"reason": "RxScale po-1: -2 (rxbridge 0a1b)"}, None),
        ({"reason": f"Abholung {WHO}"}, {"reason": MASK}),
        ({"orders": {f"{WHO} E.": 3}}, {"orders": {f"{MASK} 0": MASK}}),
        ({"status": "awaiting courier"}, None),
        ([WHO], [MASK]),
    ],
)
def test_free_text_in_a_documented_place_is_not_shown(document: Any, told: Any):
    assert masked(document) == (document if told is None else told)


NEEDED: list[Any] = [
    {"data": [{"shop_id": "shop7", "name": "Muster-Apotheke", "is_active": True}]},
    {"data": [{"p1_id": 20417, "name": "Beispielsorte", "stockquantity": 40, "price": 7.5,
               "category": "Blüten", "log_entries": 3, "last_activity": "2026-01-02T08:00:00Z"}]},
    {"data": [{"id": "x", "delta_on_hand": -1, "reason": "RxScale psku-1: -1 (rxbridge 0a1b)",
               "created_at": "2026-01-02"}]},
    {"data": [{"uid": "psku-1", "external_id": "P1-9", "price": 1250, "stock": 7, "pharmacy": "p",
               "sku": {"display_name": "Product 5g", "pzn": "00000001", "unit": "g",
                       "product_handle": "product", "digital": False}, "deleted_at": None}],
     "totalRegistries": 1, "totalPages": 1},
    {"status": "routed", "amount": 5, "currency": "EUR", "component_type": "shipping",
     "provider_route_id": "r", "pharmacy_order_name": "#1"},
    {"uid": "wh-1", "target": "https://x.example/webhooks/rxscale",
     "notification_type": "pharmacy_order_created"},
    {"id": "ORD_1", "payment_status": "paid", "payment_reference": "PAY-5", "shipped": False,
     "cash_on_pickup": True, "total_amount": 30.0, "updated_at": "2026-01-02T09:00:00Z"},
    {"prescriptions": {"new": 3}, "orders": {"volume": 3, "count": 2, "revenue": 77.5}},
    {"data": [{"p1_id": "20401", "units": 1, "previous": {"units": 2, "revenue": 7.5}}]},
    {"data": [{"status": "awaiting_packing", "volume_gr": 5, "gross_revenue": 37.5, "fee": 1}]},
    {"token_type": "Bearer", "expires_in": 3600},
    {"shop_shipping_methods": [{"uid": "ssm-1", "display_name": "Parcel", "external_id": "x",
     "pharmacy_mapping": {"shipping_method_identifier_for_pharmacy": "dhl"}}]},
    {"uid": "prod-1", "attributes": {"category": "x"}, "description": "Sorte", "slug": "sorte"},
]  # fmt: skip


@pytest.mark.parametrize("document", NEEDED, ids=str)
def test_what_work_needs_is_shown(document: Any):
    assert masked(document) == document


REFUSALS: list[Any] = [
    {"error": "Resource not found"},
    {"error": "Missing required parameters: pharmacy_uid, status"},
    {"error": "insufficient_scope", "message": "Missing scope: orders.read"},
    {"message": "Unauthorized", "request_id": "0" * 32},
    {"code": "authorization_header_missing", "description": "Authorization header is expected"},
]


@pytest.mark.parametrize("document", REFUSALS, ids=str)
def test_a_documented_refusal_is_shown(document: Any):
    assert masked(document, refused=True) == document


@pytest.mark.parametrize(
    "document",
    [
        {"error": f"{WHO} is no city"},
        {"error": {"city": [f"{WHO} is no city"], "stock": [f"no {WHO}"]}},
        {"message": f"Missing scope: {WHO}"},
        {"code": "x", "description": f"order of {WHO}"},
        {"detail": [{"msg": WHO, "input": WHO}]},
    ],
)
def test_a_refusal_that_quotes_is_not(document: Any):
    told = masked(document, refused=True)
    assert WHO not in json.dumps(told)
    assert told.keys() == document.keys()
    assert masked(document, refused=True, patients=True) == document


@pytest.mark.parametrize("name", ["token", "refresh_token", "jwt", "Authorization", "apiKey"])
def test_a_secret_is_masked_by_any_of_its_names(name: str):
    assert masked({name: "x"}, patients=True) == {name: MASK}
    assert masked({"secrets": {name: "x", "other": ["y"]}}, patients=True) == {
        "secrets": {name: MASK, "other": [MASK]}
    }


def test_a_vendor_that_quotes_what_it_refuses_is_not_repeated(typed, vendors, canary, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    fault = {
        "vendor": "rxscale", "route": "GET /pharmacy_orders/{uid}", "status": 422, "times": 3,
        "body": {"error": f"{WHO}, {MAIL}, is unknown"},
    }  # fmt: skip
    told(vendors, "faults", fault)
    for words in ((), ("--json",)):
        answer = typed("call", "rxscale", "GET", "/pharmacy_orders/po-1", *words)
        assert answer.code == 1
        assert MASK in answer.out
        canary.check(answer.out + answer.err)
    answer = typed("call", "rxscale", "GET", "/pharmacy_orders/po-1", "--show-patient-data")
    assert WHO in answer.out
