"""RxScale's JSON as schemas (rxscale.md sections 4 to 6 and 11)."""

from bridge.sandbox.openapi.build import (
    ANY,
    COUNT,
    FLAG,
    NAME,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    closed,
    maybe,
    rows,
    text,
    thing,
)

_CARRIERS = ("DHL", "DPD", "UPS", "Hermes", "FedEx", "Other")
_EVENTS = ("pharmacy_order_created", "pharmacy_order_updated", "pharmacy_sku_stock_updated")
_SETTABLE = (
    "waiting for pharmacy", "pending review", "on-hold", "in-progress", "ready_for_pickup",
    "cancelled",
)  # fmt: skip
_URL = text(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,4})?(/[A-Za-z0-9_./-]*)?$")

ERROR = thing(error=TEXT)
DENIED = thing(code=TEXT, description=TEXT)
WRONG: Schema = thing({"pharmacy": thing()}, error={"anyOf": [TEXT, thing()]})
"""A text, or messages by field."""

_PHARMACY = thing(uid=TEXT, display_name=TEXT)
_ADDRESS = thing(
    {"additional_address": maybe(TEXT), "province": maybe(TEXT)},
    first_name=TEXT, last_name=TEXT, street=TEXT, house_number=TEXT, zip_code=TEXT, city=TEXT,
    country=TEXT,
)  # fmt: skip
_PARENT = thing(uid=TEXT, delivery_address=_ADDRESS, invoice_address=_ADDRESS, priority=WHOLE)
_ITEM_SKU = thing({"pzn": TEXT}, uid=TEXT, display_name=TEXT)
_ITEM = thing(uid=TEXT, amount=WHOLE, sku=_ITEM_SKU, total_paid_amount=maybe(WHOLE))
_METHOD = thing(
    uid=TEXT, display_name=TEXT, external_id=TEXT,
    pharmacy_mapping=maybe(
        thing(pharmacy_uid=TEXT, shipping_method_identifier_for_pharmacy=TEXT)
    ),
)  # fmt: skip
_SHIPPING = {"shipping_costs_amount": maybe(WHOLE), "shipping_costs_currency": maybe(TEXT)}
_NAMES = {"uid": TEXT, "status": TEXT, "name": maybe(TEXT), "external_status": TEXT}
_ROW = {
    **_NAMES,
    "shop_order_name": maybe(TEXT),
    "pharmacy": _PHARMACY,
    "order": _PARENT,
    "order_items": rows(_ITEM),
    "shop_shipping_methods": rows(_METHOD),
    **_SHIPPING,
}
ORDER_ROW = thing(**_ROW)
PAYOUT = thing(
    status=text("projected", "routed"), amount=WHOLE, currency=TEXT, component_type=TEXT,
    routing_description=maybe(TEXT), provider_route_id=maybe(TEXT), pharmacy_order_uid=TEXT,
    pharmacy_order_name=maybe(TEXT), pharmacy_order_created_at=WHOLE,
    routing_created_at=maybe(WHOLE),
)  # fmt: skip
ORDER = thing(
    {"prescription_file": maybe(thing(filename=TEXT, content_base64=TEXT)), "prepaid": WHOLE},
    **_ROW,
    patient_data=maybe(thing(uid=TEXT, display_name=TEXT, email=TEXT, date_of_birth=TEXT)),
    doctor_data=maybe(thing(uid=TEXT, display_name=TEXT)),
    payouts=rows(PAYOUT),
)
COMPLETED = thing(
    **_NAMES,
    pharmacy=_PHARMACY,
    order_items=rows(thing(uid=TEXT, amount=WHOLE, sku=_ITEM_SKU)),
    **_SHIPPING,
)
STATUS = thing({"comment": ANY}, status=text(*_SETTABLE))
COMPLETE = thing(
    {"tracking_links": rows(thing(tracking_link=_URL, carrier=text(*_CARRIERS)))},
)
SKU = thing(
    {"external_id": maybe(TEXT), "deleted_at": maybe(WHOLE)},
    uid=TEXT, price=WHOLE, stock=WHOLE, pharmacy=TEXT, created_at=WHOLE, updated_at=WHOLE,
    sku=thing(
        uid=TEXT, display_name=TEXT, pzn=TEXT, product_uid=TEXT, product_display_name=TEXT,
        standard_selling_unit=NUMBER, unit=TEXT, product_handle=TEXT, digital=FLAG,
    ),
)  # fmt: skip
SKU_CHANGE = closed(thing({"price": COUNT, "stock": COUNT, "external_id": maybe(TEXT)}))
STOCK = closed(thing(stock=COUNT))
EXTERNAL_ID = closed(thing(external_id=maybe(TEXT)))
"""The bodies of both single routes are inferred (6.9, 6.10)."""
SUBSCRIPTION = thing(uid=TEXT, target=TEXT, notification_type=TEXT)
SUBSCRIBE = thing(target=_URL, notification_type=text(*_EVENTS))
REGISTERED = thing(uid=TEXT, target=TEXT, notification_type=TEXT, signing_secret=NAME)

PRODUCT = thing(
    uid=TEXT, display_name=TEXT, attributes=thing(),
    skus=rows(
        thing(
            {"telemedicine_provider_data": thing(external_id=TEXT)},
            uid=TEXT, display_name=TEXT, price=WHOLE, currency=TEXT, unit=TEXT,
            availability=text("High", "Medium", "Low", "Unavailable"),
            standard_selling_unit=NUMBER,
        )
    ),
)  # fmt: skip
LINE = thing(sku_uid=TEXT, quantity={"type": "integer", "minimum": 1, "maximum": 2**31 - 1})
LIVE_STOCK = thing(
    available=FLAG,
    lines=rows(thing(sku_uid=TEXT, quantity=WHOLE, available=FLAG, available_stock=WHOLE)),
)
RESERVE = thing({"external_reservation_id": maybe(TEXT)}, lines=rows(LINE, least=1))
RESERVATION = thing(
    status=TEXT,
    external_reservation_id=maybe(TEXT),
    draft_order=thing(id=TEXT, invoiceUrl=TEXT, reserve_inventory_until=TEXT),
)


def page(of: Schema) -> Schema:
    """The list envelope (5)."""
    return thing(data=rows(of), totalRegistries=COUNT, totalPages=COUNT)
