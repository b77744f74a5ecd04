"""A pharmacy order as RxScale keeps it, and as its list, its detail and its webhooks show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.sandbox.kit import Json, encode
from bridge.sandbox.rxscale import payouts

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
    number: int
    """Grows with each order made."""
    uid: str = field(init=False)
    pharmacy_uid: str = field(init=False)
    status: str = field(init=False)
    tracking: Json | None = field(default=None, init=False)
    """The link and carrier that went on with the shipment: the first one sent (section 6.4)."""
    threads: list[str] = field(default_factory=list, init=False)
    """What RxScale's people were told when the order was put on hold (section 6.3)."""
    _row: bytes | None = field(default=None, init=False, repr=False)
    _payouts: list[Json] | None = field(default=None, init=False, repr=False)
    _names: str | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.uid = self.data["uid"]
        self.pharmacy_uid = self.data["pharmacy"]["uid"]
        self.status = self.data["status"]

    def set_status(self, status: str, now: int) -> None:
        self.status = self.data["status"] = status
        self.data["updated_at"] = now
        self._row = self._payouts = None

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
        return {**{key: self.data[key] for key in _DETAIL}, "payouts": self.payouts()}

    def payouts(self) -> list[Json]:
        if self._payouts is None:
            self._payouts = payouts.of_order(self.data)
        return self._payouts

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
        if self._names is None:
            self._names = "\n".join(name for name in self._all_names() if name).lower()
        return text in self._names

    def _all_names(self) -> tuple[str | None, ...]:
        data = self.data
        person = (data["patient_data"] or {}).get("display_name")
        return data["shop_order_name"], data["name"], person, data["order"]["uid"], self.uid


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
