"""An order-request and an order as PharmaOne keeps them, and as its routes show them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bridge.sandbox.kit import Json, encode

Via = Literal["v2", "v1", "connector"]

_ROW = (
    "id", "status", "shop_id", "customer_name", "total_amount", "payment_status",
    "created_at", "updated_at",
)  # fmt: skip
_ITEM = ("p1_id", "name", "quantity", "price")
_WRITTEN = (
    "external_id", "customer_name", "customer_email", "total_amount", "payment_status",
    "cash_on_pickup", "order_number", "order_datetime",
)  # fmt: skip
_ADDRESS = ("street", "city", "postal_code", "phone")


@dataclass(slots=True)
class OrderRequest:
    """What was submitted, until staff approve or reject it (pharmaone.md section 10)."""

    id: str
    external_reference: str | None
    payload: Json = field(repr=False)
    via: Via
    status: Literal["pending", "approved", "rejected"] = "pending"
    order_id: str | None = None

    def answer(self) -> Json:
        return {
            "id": self.id,
            "status": self.status,
            "message": "Order request received",
            "external_reference": self.external_reference,
        }


@dataclass(slots=True)
class Order:
    """`data` is the order's detail. Change it by `change` only."""

    data: Json
    _row: bytes | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def external_id(self) -> str:
        return str(self.data["external_id"])

    @property
    def status(self) -> str:
        return str(self.data["status"])

    def change(self, changes: Json, now: float) -> None:
        self.data.update(changes, updated_at=timestamp(now))
        self._row = None

    def row(self, with_external_id: bool) -> bytes:
        """As the list shows it; the live sample's rows have no `external_id` (C4)."""
        if self._row is None:
            keys = (*_ROW, "external_id") if with_external_id else _ROW
            self._row = encode({key: self.data[key] for key in keys})
        return self._row


def timestamp(now: float) -> str:
    """RFC 3339 in UTC, with six digits after the second (section 5)."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def order_from(payload: Json, order_id: str, now: float) -> Order:
    """The order that staff make from an order-request's `payload` (section 9)."""
    items = payload.get("items", [])
    return Order(
        {
            "id": order_id,
            "external_id": payload.get("external_id", ""),
            "status": "awaiting_packing",
            "shop_id": payload["shop_id"],
            "customer_name": payload.get("customer_name", ""),
            "customer_email": payload.get("customer_email", ""),
            "total_amount": payload.get("total_amount", _total(items)),
            "payment_status": payload.get("payment_status", "pending"),
            "payment_reference": "",
            "shipped": False,
            "picked_up": False,
            "cash_on_pickup": payload.get("cash_on_pickup", False),
            "shipping_address": {key: payload.get(f"address_{key}", "") for key in _ADDRESS},
            "items": [_item(line) for line in items],
            "created_at": timestamp(now),
            "updated_at": timestamp(now),
        }
    )


def written_from(body: Json) -> Json:
    """What an order that is written brings, in the words of the order's detail (section 9)."""
    fields = {str(key): body[key] for key in _WRITTEN if key in body}
    if "items" in body:
        lines = [{**line, "quantity": line["qty"]} for line in body["items"]]
        fields["items"] = [_item(line) for line in lines]
        fields.setdefault("total_amount", _total(lines))
    return fields


def _item(line: Json) -> Json:
    return {"name": "", **{str(key): line[key] for key in _ITEM if key in line}}


def _total(items: list[Json]) -> float:
    cents: int = sum(round(line.get("price", 0) * 100) * line["quantity"] for line in items)
    return cents / 100
