"""PharmaOne's JSON as schemas (pharmaone.md sections 3 and 5 to 13)."""

from collections.abc import Mapping, Sequence

from bridge.sandbox.openapi.build import (
    COUNT,
    FLAG,
    NAME,
    NUMBER,
    PRICE,
    TEXT,
    TIME,
    WHOLE,
    Schema,
    closed,
    const,
    maybe,
    rows,
    text,
    thing,
)

_BIG: Schema = {"type": "integer", "minimum": -(10**9), "maximum": 10**9}
_SHARE: Schema = {"type": "number", "minimum": 0}
_ID: Schema = {"anyOf": [WHOLE, TEXT]}
NOT_EMPTY: Schema = {"minLength": 1, "minItems": 1}
_BASE64: Schema = {"type": "string", "pattern": "^(?:[A-Za-z0-9+/]{4})*$"}

ERROR = thing({"message": TEXT}, error=TEXT)
"""The backend's two families (5.2)."""
ANY_ERROR: Schema = {"anyOf": [ERROR, thing(message=TEXT, request_id=TEXT)]}
"""The gateway's too."""
TOKEN = thing(access_token=NAME, token_type=const("Bearer"), expires_in=COUNT)
SHOP = thing(shop_id=TEXT, name=TEXT, is_active=FLAG)
PRODUCT = thing(
    {"name": TEXT, "slug": TEXT, "category": TEXT, "price": NUMBER},
    p1_id=TEXT,
    stock_quantity=WHOLE,
    shop_id=TEXT,
)
PRODUCTS = thing(
    {
        "data": rows(PRODUCT),
        "products": rows(PRODUCT),
        "pagination": thing(page=COUNT, pageSize=COUNT, total=COUNT, totalPages=COUNT),
    }
)
"""Under which keys was not seen (7)."""
PRODUCT_CHANGE = closed(
    thing(
        {
            "name": TEXT,
            "slug": TEXT,
            "description": TEXT,
            "category": TEXT,
            "price": PRICE,
            "available": FLAG,
            "thc": _SHARE,
            "cbd": _SHARE,
        }
    )
)
INVENTORY_ROW = thing(
    {"name": TEXT, "price": NUMBER, "category": TEXT, "log_entries": COUNT},
    p1_id=_ID,
    stockquantity=WHOLE,
    last_activity=maybe(TIME),
)
ADJUST = thing(
    {"delta_on_hand": _BIG, "delta_incoming": _BIG, "shop_id": TEXT, "metadata": thing()},
    p1_id=NAME,
    reason=text(pattern=r"\S"),
)
ADJUSTED = thing(status=const("ok"), id=TEXT)
LOG_ROW = thing(
    id=TEXT, p1_id=_ID, shop_id=TEXT, delta_on_hand=WHOLE, delta_incoming=WHOLE, reason=TEXT,
    created_at=TIME,
)  # fmt: skip
PAGINATION = thing(limit=COUNT, offset=COUNT, total=COUNT)
ORDER_ROW = thing(
    {"external_id": TEXT},
    id=TEXT, status=TEXT, shop_id=TEXT, customer_name=TEXT, total_amount=NUMBER,
    payment_status=TEXT, created_at=TIME, updated_at=TIME,
)  # fmt: skip
ORDER = thing(
    {"external_id": TEXT, "payment_reference": TEXT, "customer_email": TEXT},
    id=TEXT, status=TEXT, shop_id=TEXT, total_amount=NUMBER, payment_status=TEXT, shipped=FLAG,
    picked_up=FLAG, cash_on_pickup=FLAG, created_at=TIME, updated_at=TIME,
    shipping_address=thing({"street": TEXT, "city": TEXT, "postal_code": TEXT, "phone": TEXT}),
    items=rows(thing({"p1_id": TEXT, "name": TEXT, "price": NUMBER}, quantity=WHOLE)),
)  # fmt: skip
WRITTEN = thing(id=TEXT)
"""What a written order is answered with is not documented."""
PRESCRIPTION = thing(
    id=TEXT, status=TEXT, shop_id=TEXT, order_id=TEXT, customer_email=TEXT, created_at=TIME
)
SUBMITTED = thing(
    {"message": TEXT}, id=TEXT, status=text("pending", "approved", "rejected"),
    external_reference=maybe(TEXT),
)  # fmt: skip


def overrides(assigned: Mapping[str, Schema]) -> Schema:
    """No field's name is documented; those of PUT are taken."""
    fields: Mapping[str, Schema] = PRODUCT_CHANGE["properties"]
    return closed(thing(fields, **assigned))


def status_change(words: Sequence[str]) -> Schema:
    """A status, flags or both; the body is inferred (9)."""
    return closed(thing({"status": text(*words), "shipped": FLAG, "picked_up": FLAG}), least=1)


def upsert(shop_id: str, *, whole: bool) -> Schema:
    """An order that is written: lines have `qty` (C7)."""
    line = _named_line(qty={"type": "integer", "minimum": 1, "maximum": 10**6})
    key = {"shop_id": const(shop_id), "external_id": NAME}
    optional = {
        "order_number": TEXT,
        "order_datetime": TIME,
        "customer_name": TEXT,
        "customer_email": TEXT,
        "total_amount": PRICE,
        "payment_status": TEXT,
        "cash_on_pickup": FLAG,
        "items": rows(line),
    }
    return thing(optional, **key) if whole else thing({**optional, **key})


def envelope(shop_id: str | None) -> Schema:
    """An order-request; at the shop's own address (None) neither shop nor organisation is named."""
    line = _named_line(quantity={"type": "integer", "minimum": 1, "maximum": 10**6})
    optional = {
        "customer_name": TEXT,
        "customer_email": TEXT,
        "total_amount": PRICE,
        "items": rows(line),
        "prescription_pdf_base64": _BASE64,
        "prescription_pdf_url": TEXT,
        "external_id": TEXT,
        "payment_status": TEXT,
        "cash_on_pickup": FLAG,
        "address_street": TEXT,
        "address_city": TEXT,
        "address_postal_code": TEXT,
        "address_phone": TEXT,
    }
    named = {} if shop_id is None else {"shop_id": const(shop_id)}
    payload = thing(optional, **named)
    payload["allOf"] = [
        _any_of("customer_name", "customer_email"),
        _any_of("items", "prescription_pdf_base64", "prescription_pdf_url"),
    ]
    return thing({"external_reference": TEXT, "source": TEXT}, payload=payload)


def _named_line(**count: Schema) -> Schema:
    names = ("name", "p1_id", "product_id")
    line = thing({**dict.fromkeys(names, TEXT), "price": PRICE}, **count)
    return {**line, **_any_of(*names)}


def _any_of(*keys: str) -> Schema:
    """At least one of them is there and says something."""
    return {"anyOf": [{"required": [key], "properties": {key: NOT_EMPTY}} for key in keys]}
