"""Fingerprints of what a pharmacy order holds: each part apart, and none without the key."""

from typing import Any

import pytest

from bridge.rxscale.prints import key_of, prints

KEY = key_of("an api key")
DETAIL: dict[str, Any] = {
    "uid": "po-1",
    "status": "pending review",
    "order": {"delivery_address": {"street": "Beispielweg", "city": "Köln"}, "priority": 0},
    "patient_data": {"display_name": "Erika Beispiel"},
    "order_items": [{"amount": 2, "total_paid_amount": 2500}],
    "shipping_costs_amount": 499,
    "prepaid": 1,
    "prescription_file": None,
    "delivery_type": {"identifier": "parcel"},
    "shop_shipping_methods": [{"uid": "ssm-1", "pharmacy_mapping": None}],
    "payouts": [],
}


def changed(**changes: Any) -> set[str]:
    before, after = prints(KEY, DETAIL), prints(KEY, {**DETAIL, **changes})
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"status": "in-progress", "payouts": [{"amount": 1}]}, set()),
        ({"order": {**DETAIL["order"], "priority": 5}}, set()),
        ({"order": {"delivery_address": {"street": "Beispielweg", "city": "Bonn"}}}, {"address"}),
        ({"patient_data": {"display_name": "Max Beispiel"}}, {"address"}),
        ({"patient_data": "odd"}, {"address"}),
        ({"order_items": [{"amount": 2, "total_paid_amount": 2600}]}, {"money"}),
        ({"shipping_costs_amount": 0}, {"money"}),
        ({"prepaid": 0}, {"money"}),
        ({"prescription_file": {"content_base64": "JVBERi0xLjQK"}}, {"prescription"}),
        ({"delivery_type": {"identifier": "pickup"}}, {"delivery"}),
        ({"shop_shipping_methods": [{"uid": "ssm-1", "pharmacy_mapping": {"x": 1}}]}, set()),
        ({"shop_shipping_methods": []}, {"delivery"}),
        (
            {
                "order": {
                    "delivery_address": {**DETAIL["order"]["delivery_address"], "province": None}
                }
            },
            set(),
        ),
        ({"order_items": ["odd"]}, {"money"}),
    ],
)
def test_each_part_has_its_own(changes: dict[str, Any], parts: set[str]):
    assert changed(**changes) == parts


def test_nothing_of_the_order_is_in_them():
    told = prints(KEY, DETAIL)
    assert all(len(each) == 8 and int(each, 16) >= 0 for each in told.values())


def test_another_key_makes_others_and_says_so():
    ours, others = prints(KEY, DETAIL), prints(key_of("another"), DETAIL)
    assert all(ours[name] != others[name] for name in ours)
