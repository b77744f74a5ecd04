"""What PharmaOne refuses in the bodies it is sent (pharmaone.md sections 7 to 12)."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bridge.sandbox.kit import Ask, Json, Refusal, is_amount, is_whole
from bridge.sandbox.settings import FLAGS

_MOST_EUROS = 10**9
_MOST_UNITS = 10**6
_MOST_ADJUSTED = 10**9

Check = Callable[[object], bool]


def need(holds: object, message: str) -> None:
    """Raises Refusal with this message unless it holds; every check below ends so."""
    if not holds:
        raise Refusal(message)


def envelope(body: Any, shop_id: str | None, *, documented_only: bool = False) -> None:
    """Of an order-request (section 10).

    `shop_id` is the shop that the payload has to name; None where the shop's own address names
    it and the body must not (section 11). `documented_only`: other fields are refused.
    """
    need(isinstance(body, dict), "Body must be a JSON object")
    payload = body.get("payload")
    need(isinstance(payload, dict), "payload is required")
    for key in ("external_reference", "source"):
        need(isinstance(body.get(key, ""), str), f"{key} must be a string")
    if shop_id is None:
        for key in ("shop_id", "org_id"):
            need(key not in payload and key not in body, f"{key} must not be sent")
    else:
        need(payload.get("shop_id") == shop_id, "Invalid shop_id")
    for key in payload.keys() - _DOCUMENTED if documented_only else ():
        raise Refusal(f"Unknown field: {key}")
    _check_payload(payload)


def _check_payload(payload: Json) -> None:
    for key, value in payload.items():
        # the address fields are flat, and only two of their names are documented (C8)
        fits, kind = _FIELDS.get(key, _TEXT if key.startswith("address_") else _ANYTHING)
        need(fits(value), f"{key} must be {kind}")
    someone = payload.get("customer_name") or payload.get("customer_email")
    need(someone, "customer_name or customer_email is required")
    items = payload.get("items", [])
    pdf = payload.get("prescription_pdf_base64") or payload.get("prescription_pdf_url")
    need(items or pdf, "items or a prescription PDF is required")
    for at, item in enumerate(items):
        _check_item(at, item, "quantity")


def _check_item(at: int, item: Any, count: str) -> None:
    need(isinstance(item, dict), f"items[{at}] must be an object")
    counted = is_whole(item.get(count), 1, _MOST_UNITS)
    need(counted, f"items[{at}].{count} must be an integer greater than 0")
    names = [item[key] for key in ("name", "p1_id", "product_id") if key in item]
    named = any(names) and all(map(is_a(str), names))
    need(named, f"items[{at}] needs a name, p1_id or product_id, each a string")
    priced = "price" not in item or is_price(item["price"])
    need(priced, f"items[{at}].price must be a number with at most 2 decimals")


def order(body: Json, shop_id: str, *, whole: bool) -> None:
    """Of an order that is written (section 9), whose lines have `qty` (C7).

    A `whole` one needs `external_id` and `shop_id`, its key; the rest of the body is not
    documented.
    """
    for key, (fits, kind) in _ORDER_FIELDS.items():
        need(key not in body or fits(body[key]), f"{key} must be {kind}")
    if whole or "shop_id" in body:
        need(body.get("shop_id") == shop_id, "Invalid shop_id")
    need(not whole or body.get("external_id"), "external_id is required")
    for at, item in enumerate(body.get("items", [])):
        _check_item(at, item, "qty")


def status_change(body: Any, words: frozenset[str]) -> None:
    need(isinstance(body, dict) and body, "status or a flag is required")
    flags = dict.fromkeys(FLAGS, is_a(bool))
    _check_each(body, {"status": lambda value: isinstance(value, str) and value in words, **flags})


def prescription(body: Any, shop_id: str) -> None:
    """Of a much larger body only `shop_id` and `customer_email` are documented (section 12)."""
    ours = isinstance(body, dict) and body.get("shop_id") == shop_id
    need(ours, "shop_id is required and must belong to the organisation")
    need(isinstance(body.get("customer_email", ""), str), "customer_email must be a string")


def product_in(ask: Ask, body: Json) -> str:
    product = body.get("p1_id")
    need(isinstance(product, str) and product, "p1_id is required")
    ask.uid = str(product)
    return ask.uid


def adjustment(body: Json) -> None:
    """Section 8: relative changes only, with a reason."""
    reason = body.get("reason")
    need(isinstance(reason, str) and reason.strip(), "reason is required")
    for key in ("delta_on_hand", "delta_incoming"):
        whole = is_whole(body.get(key, 0), -_MOST_ADJUSTED, _MOST_ADJUSTED)
        need(whole, f"{key} must be an integer")


def added(body: Json) -> None:
    need(is_whole(body.get("initial_stock", 1)), "initial_stock must be an integer")
    need(body.get("price") is None or is_price(body["price"]), "Invalid price")


def product(fields: Json) -> None:
    _check_each(fields, _CHANGEABLE)


def _check_each(body: Json, fits: Mapping[str, Check]) -> None:
    for key, value in body.items():
        need(key in fits and fits[key](value), f"Invalid {key}")


def is_price(value: object) -> bool:
    """An amount of euros, in whole cents."""
    return is_amount(value) and value <= _MOST_EUROS and round(value, 2) == value


def is_a(kind: type) -> Check:
    return lambda value: isinstance(value, kind)


def _reads(read: Callable[[str], object]) -> Check:
    """A text from which `read` makes something, with no ValueError."""

    def check(value: object) -> bool:
        try:
            return isinstance(value, str) and read(value) is not None
        except ValueError:
            return False

    return check


_TEXT: tuple[Check, str] = (is_a(str), "a string")
_ANYTHING: tuple[Check, str] = (is_a(object), "")
_FIELDS: Mapping[str, tuple[Check, str]] = {
    **dict.fromkeys(("shop_id", "customer_name", "customer_email", "external_id"), _TEXT),
    **dict.fromkeys(("payment_status", "prescription_pdf_url"), _TEXT),
    "prescription_pdf_base64": (_reads(partial(base64.b64decode, validate=True)), "base64"),
    "total_amount": (is_price, "a number with at most 2 decimals"),
    "cash_on_pickup": (is_a(bool), "a boolean"),
    "items": (is_a(list), "a list"),
}
_DOCUMENTED = _FIELDS.keys() | {"address_street", "address_city"}
_ORDER_FIELDS: Mapping[str, tuple[Check, str]] = {
    **{key: check for key, check in _FIELDS.items() if not key.startswith("prescription_")},
    "order_number": _TEXT,
    "order_datetime": (_reads(datetime.fromisoformat), "a date-time"),
}
_CHANGEABLE: Mapping[str, Check] = {
    **dict.fromkeys(("name", "slug", "description", "category"), is_a(str)),
    "price": is_price,
    "available": is_a(bool),
    "thc": is_amount,
    "cbd": is_amount,
}
"""What PUT takes (section 7); the names for THC and CBD are not documented."""
