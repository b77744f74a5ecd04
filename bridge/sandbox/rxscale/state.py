"""What the simulated RxScale holds, and all that can happen to it; no HTTP.

Whatever changes is announced by webhook, whoever changed it: the pharmacy's own calls echo.
"""

from collections.abc import Mapping, Sequence

from bridge.sandbox.rxscale import samples
from bridge.sandbox.rxscale.records import PharmacyOrder
from bridge.sandbox.rxscale.samples import Json
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.webhooks import Courier, Timers

_ARRIVES_AS = {"current": "waiting for pharmacy", "legacy": "open"}


class RxScale:
    """Pharmacy orders and SKUs. A method given an unknown uid raises KeyError."""

    def __init__(self, settings: SandboxSettings, courier: Courier, timers: Timers) -> None:
        self._settings = settings
        self._courier = courier
        self._timers = timers
        self._made = 0
        self.orders: dict[str, PharmacyOrder] = {}
        rows = samples.catalogue(settings.skus, settings.pharmacy_uid)
        self.skus: dict[str, Json] = {sku["uid"]: sku for sku in rows}
        self._sold: dict[str, Json] = {sku["sku"]["uid"]: sku for sku in rows}

    @property
    def now(self) -> int:
        return int(self._settings.clock())

    # ------------------------------------------------------------------ orders

    def add_orders(
        self, count: int = 1, overrides: Sequence[Mapping[str, object]] = (), announce: bool = True
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
                self._announce("pharmacy_order_created", order)
        return [order.uid for order in orders]

    def _make(self, changes: Mapping[str, object]) -> PharmacyOrder:
        self._made += 1
        settings = self._settings
        pharmacy = {"uid": settings.pharmacy_uid, "display_name": settings.pharmacy_name}
        arrives_as = _ARRIVES_AS[settings.rx_dialect]
        skus = [*self.skus.values()]
        plain = samples.order(settings.seed, self._made, arrives_as, pharmacy, skus)
        data = samples.merged({**plain, "created_at": self.now, "updated_at": self.now}, changes)
        if "order_items" in changes:
            data["order_items"] = [
                self._filled(data["uid"], at, line) for at, line in enumerate(data["order_items"])
            ]
        order = PharmacyOrder(data)
        if order.uid in self.orders:
            raise ValueError(f"there is an order {order.uid} already")
        self.orders[order.uid] = order
        return order

    def _filled(self, order_uid: str, at: int, line: Json) -> Json:
        own = self._sold.get(line.get("sku", {}).get("uid", ""))
        if own is None:
            return line
        return samples.merged(samples.order_line(order_uid, at, own, line.get("amount", 1)), line)

    def set_order_status(self, uid: str, status: str) -> None:
        """RxScale's own people or system set any status, whatever the steps a pharmacy may take.

        Completing an order takes its goods out of stock (rxscale.md sections 6.4 and 8).
        """
        order = self.orders[uid]
        if order.status == status:
            return
        order.set_status(status, self.now)
        self._announce("pharmacy_order_updated", order)
        if status == "completed":
            self._take_from_stock(order)
        wait = self._settings.auto_complete_seconds
        if status == "shipped" and self._settings.rx_dialect == "legacy" and wait is not None:
            self._timers.later(wait, lambda: self._finish_shipped(uid))

    def _finish_shipped(self, uid: str) -> None:
        if uid in self.orders and self.orders[uid].status == "shipped":
            self.set_order_status(uid, "completed")

    def delete_order(self, uid: str) -> None:
        del self.orders[uid]

    def _announce(self, event: str, order: PharmacyOrder) -> None:
        self._courier.announce(
            "rxscale", event, lambda: self._envelope(event, order.event(self._sold))
        )

    def _envelope(self, event: str, data: Json) -> Json:
        """rxscale.md section 7: whole seconds, so two changes in one second look alike."""
        return {"event_type": event, "timestamp": self.now, "payload_version": "1", "data": data}

    def send_test(self, event: str) -> None:
        """A delivery marked as a test, about an order that does not exist (section 10)."""
        data = {
            "uid": "po-test",
            "status": "init",
            "pharmacy": {"uid": self._settings.pharmacy_uid},
        }
        self._courier.announce("rxscale", event, lambda: self._envelope(event, data), test=True)

    # ------------------------------------------------------------------ SKUs

    def change_sku(self, uid: str, changes: Mapping[str, object]) -> Json:
        """Sets `price`, `stock` and `external_id` as given; the SKU as it is now."""
        sku = self.skus[uid]
        stock_changed = changes.get("stock", sku["stock"]) != sku["stock"]
        sku.update(changes)
        sku["updated_at"] = self.now
        if stock_changed:
            event = "pharmacy_sku_stock_updated"
            self._courier.announce("rxscale", event, lambda: self._envelope(event, sku))
        return sku

    def _take_from_stock(self, order: PharmacyOrder) -> None:
        for line in order.lines:
            own = self._sold.get(line["sku"]["uid"])
            if own is not None:
                self.change_sku(own["uid"], {"stock": max(0, own["stock"] - line["amount"])})
