"""What PharmaOne refuses in an order-request (pharmaone.md section 10) or an order (section 9)."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bridge.sandbox.kit import is_amount, is_whole

_MOST_EUROS = 10**9
_MOST_UNITS = 10**6

Check = Callable[[object], bool]


def envelope_error(body: object, shop_id: str | None) -> str | None:
    """Why this envelope is refused; None if it is taken.

    `shop_id` is the shop that the payload has to name; None where the shop's own address names
    it and the body must not (section 11).
    """
    if not isinstance(body, dict):
        return "Body must be a JSON object"
    payload = body.get("payload")
    if not isinstance(payload, dict):
        return "payload is required"
    for key in ("external_reference", "source"):
        if not isinstance(body.get(key, ""), str):
            return f"{key} must be a string"
    return _shop_error(body, payload, shop_id) or _payload_error(payload)


def _shop_error(
    body: Mapping[str, Any], payload: Mapping[str, Any], shop_id: str | None
) -> str | None:
    if shop_id is None:
        sent = [key for key in ("shop_id", "org_id") if key in payload or key in body]
        return f"{sent[0]} must not be sent" if sent else None
    return None if payload.get("shop_id") == shop_id else "Invalid shop_id"


def _payload_error(payload: Mapping[str, Any]) -> str | None:
    for key, value in payload.items():
        fits, kind = _FIELDS.get(key) or _field_by_prefix(key)
        if not fits(value):
            return f"{key} must be {kind}"
    if not (payload.get("customer_name") or payload.get("customer_email")):
        return "customer_name or customer_email is required"
    items = payload.get("items", [])
    pdf = payload.get("prescription_pdf_base64") or payload.get("prescription_pdf_url")
    if not items and not pdf:
        return "items or a prescription PDF is required"
    errors = (_item_error(at, item) for at, item in enumerate(items))
    return next((error for error in errors if error), None)


def _item_error(at: int, item: object) -> str | None:
    if not isinstance(item, dict):
        return f"items[{at}] must be an object"
    if not is_whole(item.get("quantity"), 1, _MOST_UNITS):
        return f"items[{at}].quantity must be an integer greater than 0"
    names = [item[key] for key in ("name", "p1_id", "product_id") if key in item]
    if not any(names) or not all(map(is_a(str), names)):
        return f"items[{at}] needs a name, p1_id or product_id, each a string"
    if "price" in item and not is_price(item["price"]):
        return f"items[{at}].price must be a number with at most 2 decimals"
    return None


def upsert_error(body: Mapping[str, Any], shop_id: str, *, whole: bool) -> str | None:
    """Why an order that is written is refused; None if it is taken.

    A `whole` one needs `external_id` and `shop_id`, its key; the rest of the body is not
    documented.
    """
    for key, (fits, kind) in _UPSERT_FIELDS.items():
        if key in body and not fits(body[key]):
            return f"{key} must be {kind}"
    if (whole or "shop_id" in body) and body.get("shop_id") != shop_id:
        return "Invalid shop_id"
    if whole and not body.get("external_id"):
        return "external_id is required"
    errors = (_upsert_item_error(at, item) for at, item in enumerate(body.get("items", [])))
    return next((error for error in errors if error), None)


def _upsert_item_error(at: int, item: object) -> str | None:
    """Lines have `qty` where order-requests have `quantity` (C7)."""
    if not isinstance(item, dict):
        return f"items[{at}] must be an object"
    if "qty" not in item:
        return f"items[{at}].qty is required"
    return _item_error(at, {**item, "quantity": item["qty"]})


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def is_price(value: object) -> bool:
    """An amount of euros, in whole cents."""
    return is_amount(value) and value <= _MOST_EUROS and round(value, 2) == value


def _is_base64(value: object) -> bool:
    try:
        base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        return False
    return isinstance(value, str)


def is_a(kind: type) -> Check:
    return lambda value: isinstance(value, kind)


def _field_by_prefix(key: str) -> tuple[Check, str]:
    """The address fields are flat, and only two of their names are documented (C8)."""
    return _TEXT if key.startswith("address_") else (lambda _value: True, "")


_TEXT: tuple[Check, str] = (is_a(str), "a string")


_FIELDS: Mapping[str, tuple[Check, str]] = {
    **dict.fromkeys(("shop_id", "customer_name", "customer_email", "external_id"), _TEXT),
    **dict.fromkeys(("payment_status", "prescription_pdf_url"), _TEXT),
    "prescription_pdf_base64": (_is_base64, "base64"),
    "total_amount": (is_price, "a number with at most 2 decimals"),
    "cash_on_pickup": (is_a(bool), "a boolean"),
    "items": (is_a(list), "a list"),
}
_UPSERT_FIELDS: Mapping[str, tuple[Check, str]] = {
    **{key: check for key, check in _FIELDS.items() if not key.startswith("prescription_")},
    "order_number": _TEXT,
    "order_datetime": (_is_time, "a date-time"),
}
