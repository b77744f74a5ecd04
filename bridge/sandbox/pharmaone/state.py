"""What the simulated PharmaOne holds, and all that can happen to it; no HTTP."""

import random
import string
import uuid
from datetime import UTC, datetime

from bridge.sandbox.kit import Json, Refusal
from bridge.sandbox.pharmaone.goods import Goods
from bridge.sandbox.pharmaone.prescriptions import Prescriptions
from bridge.sandbox.pharmaone.products import Shop
from bridge.sandbox.pharmaone.records import (
    Order,
    OrderRequest,
    Via,
    order_from,
    timestamp,
    written_from,
)
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.webhooks import Courier, Timers

_SUFFIX = string.ascii_letters + string.digits


class PharmaOne:
    """Order-requests and orders. Methods that name an id raise KeyError for an unknown one."""

    def __init__(
        self, settings: SandboxSettings, courier: Courier, timers: Timers, inventory: list[Json]
    ) -> None:
        self._settings = settings
        self._courier = courier
        self._timers = timers
        self._luck = random.Random(settings.seed)  # noqa: S311 - repeatable, not secret
        self._by_reference: dict[str, OrderRequest] = {}
        self.order_requests: dict[str, OrderRequest] = {}
        self.orders: dict[str, Order] = {}
        self.goods = Goods(settings, self._announce, inventory)
        self.shop = Shop(settings, self.goods)
        self._deducted: set[str] = set()
        self.prescriptions = Prescriptions(settings)

    # ------------------------------------------------------------------ order-requests

    def submit(self, payload: Json, reference: str | None, via: Via) -> OrderRequest:
        """A new order-request under review, or the first with this reference, as configured.

        What a repeated reference does is not documented (pharmaone.md section 10). Raises
        Refusal where it is not taken twice.
        """
        first = None if reference is None else self._by_reference.get(reference)
        if first is not None and self._settings.reference_mode == "same":
            return first
        if first is not None and self._settings.reference_mode == "conflict":
            raise Refusal("external_reference already exists", 409)
        request = OrderRequest(f"or-{len(self.order_requests) + 1:06d}", reference, payload, via)
        self.order_requests[request.id] = request
        if reference is not None:
            self._by_reference.setdefault(reference, request)
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

    # ------------------------------------------------------------------ orders

    def change_order(self, order_id: str, changes: Json) -> Order:
        """Sets `status`, `shipped` and `picked_up` as given; announced if anything changed."""
        order = self.orders[order_id]
        if all(order.data[key] == value for key, value in changes.items()):
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
        """A new order, or the one of this `external_id` with other fields."""
        known = (each for each in self.orders.values() if each.external_id == body["external_id"])
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
        """Staff do."""
        self.rewrite(order_id, {"payment_status": "paid"})

    def delete(self, order_id: str) -> None:
        """Staff do; it is gone from every list."""
        del self.orders[order_id]
        self._announce("order_deleted", {"order_id": order_id})

    def _deduct(self, order: Order) -> None:
        """Once for each order."""
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
        """pharmaone.md section 14: ids and words only, whoever made the change."""
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
