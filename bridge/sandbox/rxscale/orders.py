"""The pharmacy orders that the simulated RxScale holds, and all that can happen to them; no HTTP.

Every change is announced by webhook, also those by the pharmacy's own calls (an echo).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.sandbox.kit import Json, encode, mentions
from bridge.sandbox.rxscale import samples
from bridge.sandbox.rxscale.shelf import Shelf
from bridge.sandbox.settings import DOCUMENTED, SandboxSettings
from bridge.sandbox.webhooks import Courier, Timers

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
    tracking: Json | None = field(default=None, init=False)
    """The link and carrier that went on with the shipment: the first one sent (section 6.4)."""
    threads: list[str] = field(default_factory=list, init=False)
    """What RxScale's people were told when the order was put on hold (section 6.3)."""
    _row: bytes | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.uid = self.data["uid"]
        self.pharmacy_uid = self.data["pharmacy"]["uid"]
        self.status = self.data["status"]

    def set_status(self, status: str, now: int) -> None:
        self.status = status
        self.change({"status": status}, now)

    def change(self, fields: Json, now: int) -> None:
        self.data.update(fields, updated_at=now)
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
        return {**{key: self.data[key] for key in _DETAIL}, "payouts": self.payouts()}

    def payouts(self) -> list[Json]:
        return _payouts_of(self.data)

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
        data, patient = self.data, self.data["patient_data"] or {}
        names = data["shop_order_name"], data["name"], patient.get("display_name")
        return mentions(text, *names, data["order"]["uid"], self.uid)


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


def _payouts_of(order: Json) -> list[Json]:
    """The rows of one order: projected for what is paid and physical, routed once completed."""
    routed = order["status"] == "completed"
    expected = order["physical_prescription"] and order["status"] != "cancelled"
    if not order["prepaid"] or not (routed or expected):
        return []
    parts = [
        ("item_rest", line["total_paid_amount"], f"{line['sku'].get('display_name')} rest amount")
        for line in order["order_items"]
        if line.get("total_paid_amount") is not None
    ]
    if order["shipping_costs_amount"] is not None:
        parts.append(("shipping", order["shipping_costs_amount"], "Shipping costs"))
    return [_row(order, at, routed, *part) for at, part in enumerate(parts, start=1)]


def _row(order: Json, at: int, routed: bool, component: str, amount: int, text: str) -> Json:
    return {
        "status": "routed" if routed else "projected",
        "amount": amount,
        "currency": order["shipping_costs_currency"] or "EUR",
        "component_type": component,
        "routing_description": text,
        "provider_route_id": f"rt-{order['uid']}-{at}" if routed else None,
        "pharmacy_order_uid": order["uid"],
        "pharmacy_order_name": order["name"],
        "pharmacy_order_created_at": order["created_at"],
        "routing_created_at": order["updated_at"] if routed else None,
    }


class RxScale:
    """Pharmacy orders; the SKUs are on its `shelf`. An unknown uid raises KeyError."""

    def __init__(self, settings: SandboxSettings, courier: Courier, timers: Timers) -> None:
        self._settings = settings
        self._courier = courier
        self._timers = timers
        self._made = 0
        self.orders: dict[str, PharmacyOrder] = {}
        self.shelf = Shelf(settings, self.announce)

    @property
    def now(self) -> int:
        return int(self._settings.clock())

    def listed(self, pharmacy_uid: str, status: str | None = None) -> list[PharmacyOrder]:
        """That pharmacy's orders, with that status if one is given; oldest first."""
        return [
            order
            for order in self.orders.values()
            if order.pharmacy_uid == pharmacy_uid and status in {None, order.status}
        ]

    def add_orders(
        self,
        count: int = 1,
        overrides: Sequence[Mapping[str, object]] = (),
        *,
        announce: bool = True,
    ) -> list[str]:
        """New orders, one for each of `overrides`, or else `count` of them; their uids.

        An override is laid over a synthetic order object by object, in the words of the order
        detail. Its `order_items` need no more than `{"sku": {"uid": ...}, "amount": ...}`.
        Raises ValueError for a uid that is taken.
        """
        changes = overrides or [{}] * count
        orders = [self._make(each) for each in changes]
        for order in orders:
            if announce:
                self._tell("pharmacy_order_created", order)
        return [order.uid for order in orders]

    def _make(self, changes: Mapping[str, object]) -> PharmacyOrder:
        self._made += 1
        settings = self._settings
        pharmacy = {"uid": settings.pharmacy_uid, "display_name": settings.pharmacy_name}
        arrives_as = DOCUMENTED["rxscale"]["dialects"][settings.rx_dialect]["arrives_as"]
        goods = self.shelf.linked()
        plain = samples.order(settings.seed, self._made, arrives_as, pharmacy, goods)
        data = samples.merged({**plain, "created_at": self.now, "updated_at": self.now}, changes)
        return self._keep(PharmacyOrder(self._filled_in(data, changes)))

    def _filled_in(self, data: Json, changes: Mapping[str, object]) -> Json:
        """With everything in the lines that `changes` brought."""
        if "order_items" in changes:
            sold = self.shelf.sold(data["pharmacy"]["uid"])
            data["order_items"] = [
                _filled(data["uid"], at, line, sold) for at, line in enumerate(data["order_items"])
            ]
        return data

    def _keep(self, order: PharmacyOrder) -> PharmacyOrder:
        if order.uid in self.orders:
            raise ValueError(f"there is an order {order.uid} already")
        self.orders[order.uid] = order
        return order

    def set_order_status(self, uid: str, status: str, comment: str | None = None) -> None:
        """RxScale's own people or system set any status, whatever the steps a pharmacy may take.

        Putting an order on hold opens a thread with the comment (rxscale.md section 6.3).
        Completing it takes its goods out of stock (sections 6.4 and 8).
        """
        order = self.orders[uid]
        if order.status == status:
            return
        order.set_status(status, self.now)
        if status == "on-hold" and comment is not None:
            order.threads.append(comment)
        self._tell("pharmacy_order_updated", order)
        if status == "completed" and self._settings.rx_deducts_stock:
            self.shelf.take(order.lines, order.pharmacy_uid)
        wait = self._settings.auto_complete_seconds
        if status == "shipped" and self._settings.rx_dialect == "legacy" and wait is not None:
            self._timers.later(wait, lambda: self._finish_shipped(uid))

    def edit_order(self, uid: str, changes: Mapping[str, object]) -> None:
        """RxScale's own people change its content, in the words of the order detail; announced.

        Lists replace lists. Its uid, pharmacy and status are not content: ValueError.
        """
        order = self.orders[uid]
        if changes.keys() & {"uid", "pharmacy", "status"}:
            raise ValueError("uid, pharmacy and status are no content")
        order.change(self._filled_in(samples.merged(order.data, changes), changes), self.now)
        self._tell("pharmacy_order_updated", order)

    def complete(self, uid: str, tracking_links: Sequence[Json]) -> None:
        """The pharmacy completes an order; only the first link goes on (section 6.4)."""
        if tracking_links:
            self.orders[uid].tracking = tracking_links[0]
        self.set_order_status(uid, "completed")

    def _finish_shipped(self, uid: str) -> None:
        if uid in self.orders and self.orders[uid].status == "shipped":
            self.set_order_status(uid, "completed")

    def delete_order(self, uid: str) -> None:
        del self.orders[uid]

    def _tell(self, event: str, order: PharmacyOrder) -> None:
        self.announce(event, lambda: order.event(self.shelf.sold(order.pharmacy_uid)))

    def announce(self, event: str, build: Callable[[], Json], test: bool = False) -> None:
        """rxscale.md section 7: whole seconds, so two changes in one second look alike."""

        def envelope() -> Json:
            data = build()
            return {
                "event_type": event, "timestamp": self.now, "payload_version": "1", "data": data
            }  # fmt: skip

        self._courier.announce("rxscale", event, envelope, test)

    def send_test(self, event: str) -> None:
        """A delivery marked as a test, about an order that does not exist (section 10)."""
        pharmacy = {"uid": self._settings.pharmacy_uid}
        data = {"uid": "po-test", "status": "init", "pharmacy": pharmacy}
        self.announce(event, lambda: data, test=True)


def _filled(order_uid: str, at: int, line: Json, sold: Mapping[str, Json]) -> Json:
    own = sold.get(line.get("sku", {}).get("uid", ""))
    if own is None:
        return line
    return samples.merged(samples.order_line(order_uid, at, own, line.get("amount", 1)), line)
