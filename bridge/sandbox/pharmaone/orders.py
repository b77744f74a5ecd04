"""The order-requests, orders and prescriptions that the simulated PharmaOne holds; no HTTP."""

import itertools
import random
import string
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bridge.sandbox.kit import Json, Refusal, encode, timestamp
from bridge.sandbox.pharmaone.goods import Goods, Shop
from bridge.sandbox.settings import DOCUMENTED, FLAGS, SandboxSettings
from bridge.sandbox.webhooks import Courier, Timers

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
_ANNOUNCED = {"approved": "prescription_approved", "signed": "paperless_signature_completed"}
"""What is announced of a prescription's status; nothing is documented for the others."""
_PRESCRIPTION = ("id", "status", "shop_id", "order_id", "customer_email", "created_at")
_SUFFIX = string.ascii_letters + string.digits


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
            **dict.fromkeys(FLAGS, False),
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


class Prescriptions:
    """By id (pharmaone.md section 12).

    What makes a second one an "upsert" is not documented: the same `external_id` does.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._held: dict[str, Json] = {}

    def ingest(self, body: Json) -> str:
        """Takes one in, or overwrites the one with this `external_id`; its id."""
        name = body.get("external_id")
        known = (key for key, each in self._held.items() if name and each["external_id"] == name)
        number = next(known, None) or f"{self._settings.org_id}-pq-{len(self._held) + 1:06d}"
        before = self._held.get(number, {})
        self._held[number] = {
            "id": number,
            "status": before.get("status", "new"),
            "shop_id": body["shop_id"],
            "order_id": before.get("order_id", ""),
            "customer_email": body.get("customer_email", ""),
            "created_at": before.get("created_at", timestamp(self._settings.clock())),
            "external_id": name,
        }
        return number

    def shown(self, number: str) -> Json:
        """As the routes show it. Raises KeyError for an unknown one."""
        return {key: self._held[number][key] for key in _PRESCRIPTION}

    def rows(self, status: str | None) -> list[Json]:
        numbers = (key for key, each in self._held.items() if status in {None, each["status"]})
        return [self.shown(number) for number in reversed([*numbers])]

    def decide(self, number: str, status: str) -> str | None:
        """Staff give it a status; the event to announce, if any. Raises KeyError, ValueError."""
        known: list[str] = DOCUMENTED["pharmaone"]["prescription_statuses"]
        if status not in known:
            raise ValueError(f"status is one of {', '.join(sorted(known))}")
        self._held[number]["status"] = status
        return _ANNOUNCED.get(status)


class PharmaOne:
    """Order-requests and orders. Methods that name an id raise KeyError for an unknown one."""

    def __init__(
        self, settings: SandboxSettings, courier: Courier, timers: Timers, inventory: list[Json]
    ) -> None:
        self._settings = settings
        self._courier = courier
        self._timers = timers
        self._luck = random.Random(settings.seed)  # noqa: S311 - repeatable, not secret
        self._numbers = itertools.count(1)
        self.by_reference: dict[str, OrderRequest] = {}
        self.order_requests: dict[str, OrderRequest] = {}
        self.orders: dict[str, Order] = {}
        self.goods = Goods(settings, self._announce, inventory)
        self.shop = Shop(settings, self.goods)
        self._deducted: set[str] = set()
        self.prescriptions = Prescriptions(settings)

    def submit(self, payload: Json, reference: str | None, via: Via) -> OrderRequest:
        """A new order-request under review, or the first with this reference, as configured.

        What a repeated reference does is not documented (pharmaone.md section 10). Raises
        Refusal where it is not taken twice.
        """
        first = None if reference is None else self.by_reference.get(reference)
        if first is not None and self._settings.reference_mode == "same":
            return first
        if first is not None and self._settings.reference_mode == "conflict":
            raise Refusal("external_reference already exists", 409)
        request = OrderRequest(f"or-{next(self._numbers):06d}", reference, payload, via)
        self.order_requests[request.id] = request
        if reference is not None:
            self.by_reference.setdefault(reference, request)
        if self._settings.auto_approve_seconds is not None:
            wait = self._settings.auto_approve_seconds
            self._timers.later(wait, lambda: self._approve_if_pending(request))
        return request

    def _approve_if_pending(self, request: OrderRequest) -> None:
        if request.status == "pending":
            self.approve(request.id)

    def approve(self, request_id: str) -> str:
        """Staff make an order of it; the order's id. Raises ValueError if already decided."""
        request = self._undecided(request_id)
        order = order_from(request.payload, self._order_id(), self._settings.clock())
        request.status, request.order_id = "approved", order.id
        self.orders[order.id] = order
        self._announce("order_created", {"order_id": order.id})
        if self._settings.p1_deducts_at == "approved":
            self._deduct(order)
        return order.id

    def reject(self, request_id: str) -> None:
        """Staff refuse it; no event is documented. Raises ValueError if already decided."""
        self._undecided(request_id).status = "rejected"

    def _undecided(self, request_id: str) -> OrderRequest:
        request = self.order_requests[request_id]
        if request.status != "pending":
            raise ValueError(f"{request_id} is {request.status} already")
        return request

    def _order_id(self) -> str:
        day = datetime.fromtimestamp(self._settings.clock(), UTC).strftime("%Y%m%d")
        return f"ORD_{day}_{''.join(self._luck.choices(_SUFFIX, k=10))}"

    def change_order(self, order_id: str, changes: Json) -> Order:
        """Sets the fields given; announced if anything changed."""
        order = self.orders[order_id]
        if all(order.data.get(key) == value for key, value in changes.items()):
            return order
        old = order.status
        order.change(changes, self._settings.clock())
        words = {"order_id": order.id, "old_status": old, "new_status": order.status}
        self._announce("order_status_updated", words)
        over = order.data["shipped"] or order.data["picked_up"]
        if over and self._settings.p1_deducts_at == "handed_over":
            self._deduct(order)
        return order

    def upsert(self, body: Json) -> Order:
        """A new order, or the one of this `external_id` with other fields; "" is nobody's."""
        name = body["external_id"]
        known = (each for each in self.orders.values() if name and each.external_id == name)
        order = next(known, None)
        if order is not None:
            return self.rewrite(order.id, body)
        payload = {**written_from(body), "shop_id": self._settings.shop_id}
        order = order_from(payload, self._order_id(), self._settings.clock())
        self.orders[order.id] = order
        self._announce("order_created", {"order_id": order.id})
        return order

    def rewrite(self, order_id: str, body: Json) -> Order:
        """Changes an order's fields; announced if anything changed, a payment by itself too."""
        order = self.orders[order_id]
        fields = written_from(body)
        if all(order.data.get(key) == value for key, value in fields.items()):
            return order
        was_paid = order.data["payment_status"] == "paid"
        order.change(fields, self._settings.clock())
        self._announce("order_updated", {"order_id": order.id})
        if order.data["payment_status"] == "paid" and not was_paid:
            self._announce("order_marked_paid", {"order_id": order.id})
        return order

    def mark_paid(self, order_id: str) -> None:
        self.rewrite(order_id, {"payment_status": "paid"})

    def delete(self, order_id: str) -> None:
        """Staff do; it is gone from every list."""
        del self.orders[order_id]
        self._announce("order_deleted", {"order_id": order_id})

    def _deduct(self, order: Order) -> None:
        if order.id not in self._deducted:
            self._deducted.add(order.id)
            self.goods.deduct(order.data["items"], f"Order {order.id}")

    def decide_prescription(self, number: str, status: str) -> None:
        """Staff approve it, decline it and so on; two of the words are announced (section 12)."""
        event = self.prescriptions.decide(number, status)
        if event is not None:
            self._announce(event, {"id": number})

    def send_test(self, event: str) -> None:
        """What the Manager's "Send test event" button does; its shape is not documented."""
        self._announce(event, {})

    def _announce(self, event: str, metadata: Json) -> None:
        """pharmaone.md section 14: ids and words only, for every change."""
        self._courier.announce(
            "pharmaone",
            event,
            lambda: {
                "id": str(uuid.uuid4()),
                "org_id": self._settings.org_id,
                "event_type": event,
                "title": event.replace("_", " ").capitalize(),
                "description": "",
                "metadata": metadata,
                "created_at": timestamp(self._settings.clock()),
            },
        )
