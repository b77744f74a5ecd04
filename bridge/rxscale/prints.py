"""Fingerprints of what a pharmacy order holds: they tell a change, and nothing of what is in it."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

_BYTES = 4
_encode = json.JSONEncoder(sort_keys=True, default=str).encode


def key_of(api_key: str) -> bytes:
    """The secret that an account's fingerprints are made with; the store does not hold it."""
    return hmac.digest(api_key.encode(), b"rxbridge: fingerprints of orders", "sha256")


def prints(key: bytes, detail: Mapping[str, Any]) -> dict[str, str]:
    """By part of an order's detail (rxscale.md section 6.2), 32 bits each, and the key's own.

    Without the key an attacker cannot try out addresses until one fits.
    """
    order, patient = _object(detail, "order"), _object(detail, "patient_data")
    items = detail.get("order_items") or []
    methods = detail.get("shop_shipping_methods") or []
    parts = {
        "key": "",
        "address": [order.get("delivery_address"), patient.get("display_name")],
        "money": [
            [item.get("total_paid_amount") for item in items if isinstance(item, dict)],
            detail.get("shipping_costs_amount"),
            detail.get("prepaid"),
        ],
        "prescription": _object(detail, "prescription_file").get("content_base64"),
        "delivery": [
            detail.get("delivery_type"),
            [method.get("uid") for method in methods if isinstance(method, dict)],
        ],
    }
    return {name: _print(key, part) for name, part in parts.items()}


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _print(key: bytes, part: Any) -> str:
    said = _encode(_without_nothing(part))
    return hmac.digest(key, said.encode(), "sha256")[:_BYTES].hex()


def _without_nothing(part: Any) -> Any:
    """A field that is null, empty or left out says the same."""
    if isinstance(part, dict):
        return {k: _without_nothing(v) for k, v in part.items() if v not in (None, "", {}, [])}
    if isinstance(part, list):
        return [_without_nothing(each) for each in part]
    return part
