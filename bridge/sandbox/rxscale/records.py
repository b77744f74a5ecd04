"""A pharmacy order as RxScale keeps it, and as its list, its detail and its webhooks show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.sandbox.rxscale.samples import Json
from bridge.sandbox.traffic import encode

_ROW = (
    "uid", "status", "name", "shop_order_name", "external_status", "pharmacy", "order",
    "order_items", "shop_shipping_methods", "shipping_costs_amount", "shipping_costs_currency",
)  # fmt: skip
_DETAIL = (*_ROW, "patient_data", "doctor_data", "prescription_file", "prepaid")
_EVENT = (
    "uid", "status", "name", "data", "external_status", "created_at", "updated_at", "deleted_at",
    "pharmacy", "delivery_type", "patient_data",
)  # fmt: skip
_COMPLETED = (
    "uid", "status", "name", "external_status", "pharmacy", "shop_shipping_methods",
    "shipping_costs_amount", "shipping_costs_currency",
)  # fmt: skip


@dataclass(slots=True)
class PharmacyOrder:
    """`data` holds all that any view shows. Change its status by `set_status` only."""

    data: Json
    uid: str = field(init=False)
    pharmacy_uid: str = field(init=False)
    status: str = field(init=False)
    _row: bytes | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.uid = self.data["uid"]
        self.pharmacy_uid = self.data["pharmacy"]["uid"]
        self.status = self.data["status"]

    def set_status(self, status: str, now: int) -> None:
        self.status = self.data["status"] = status
        self.data["updated_at"] = now
        self._row = None

    @property
    def lines(self) -> list[Json]:
        lines: list[Json] = self.data["order_items"]
        return lines

    def row(self) -> bytes:
        """As the list shows it: no patient, doctor or prescription (rxscale.md section 6.1)."""
        if self._row is None:
            self._row = encode({key: self.data[key] for key in _ROW})
        return self._row

    def detail(self) -> Json:
        """With patient, doctor, prescription and payouts (rxscale.md section 6.2)."""
        payouts = [_payout(self, line) for line in self.lines] if self.data["prepaid"] else []
        return {**{key: self.data[key] for key in _DETAIL}, "payouts": payouts}

    def completed(self) -> Json:
        """The answer to completing it: no addresses, no amounts paid (rxscale.md section 6.4)."""
        lines = [{key: line[key] for key in ("uid", "amount", "sku")} for line in self.lines]
        return {**{key: self.data[key] for key in _COMPLETED}, "order_items": lines}

    def event(self, skus: Mapping[str, Json]) -> Json:
        """As webhooks show it (rxscale.md section 7.1); `skus` by the uid of their sku."""
        order = {key: _no_province(value) for key, value in self.data["order"].items()}
        order["shipping_costs_amount"] = self.data["shipping_costs_amount"]
        order["shipping_costs_currency"] = self.data["shipping_costs_currency"]
        lines = [_event_line(line, skus.get(line["sku"]["uid"])) for line in self.lines]
        return {
            **{key: self.data[key] for key in _EVENT},
            "order": order,
            "order_items": lines,
        }

    def mentions(self, text: str) -> bool:
        """Whether the list's `search` for `text` (in lower case) finds it (section 6.1)."""
        data = self.data
        person = data["patient_data"] or {}
        names = (
            data["shop_order_name"],
            data["name"],
            person.get("display_name"),
            data["order"]["uid"],
            self.uid,
        )
        return any(text in name.lower() for name in names if name)


def _no_province(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: each for key, each in value.items() if key != "province"}
    return value


def _event_line(line: Json, own: Json | None) -> Json:
    if own is None:
        return {**line, "pharmacy_sku": None}
    keys = ("product_uid", "product_display_name", "product_handle")
    return {
        **line,
        "sku": {**line["sku"], **{key: own["sku"][key] for key in keys}},
        "pharmacy_sku": {key: own[key] for key in ("uid", "external_id", "price", "stock")},
    }


def _payout(order: PharmacyOrder, line: Json) -> Json:
    """What this line brings: projected until the order is completed (rxscale.md section 6.5)."""
    routed = order.status == "completed"
    return {
        "status": "routed" if routed else "projected",
        "amount": line.get("total_paid_amount"),
        "currency": "EUR",
        "component_type": "item_rest",
        "routing_description": None,
        "provider_route_id": None,
        "pharmacy_order_uid": order.uid,
        "pharmacy_order_name": order.data["name"],
        "pharmacy_order_created_at": order.data["created_at"],
        "routing_created_at": order.data["updated_at"] if routed else None,
    }
