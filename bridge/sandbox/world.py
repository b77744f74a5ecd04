"""Both simulated vendors as one plain object, to be looked at and changed without HTTP."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any

from bridge.sandbox.kit import Json
from bridge.sandbox.pharmaone.access import Access
from bridge.sandbox.pharmaone.orders import PharmaOne
from bridge.sandbox.rxscale import samples
from bridge.sandbox.rxscale.orders import PharmacyOrder, RxScale
from bridge.sandbox.settings import FLAGS, VENDORS, SandboxSettings, Vendor
from bridge.sandbox.traffic import CallLog, Faults
from bridge.sandbox.webhooks import Courier, Timers


class World:
    """What both vendors hold, the calls they got, and the faults they have yet to show.

    Nothing here waits; changes have to be made inside a running event loop, which then sends
    their webhooks. Methods that name something unknown raise KeyError, and ValueError for
    something that cannot be.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.timers = Timers()
        self.courier = courier = Courier(settings, self.timers)
        self.rxscale = rxscale = RxScale(settings.of("rxscale"), courier, self.timers)
        goods = samples.inventory([*rxscale.shelf.skus.values()])
        p1_settings = settings.of("pharmaone")
        self.pharmaone = pharmaone = PharmaOne(p1_settings, courier, self.timers, goods)
        self.access = Access(p1_settings)
        self.calls = CallLog(settings.log_limit)
        self.faults = Faults()
        self._held: Mapping[Vendor, tuple[dict[Any, Any], ...]] = {
            "rxscale": (rxscale.orders,),
            "pharmaone": (pharmaone.orders, pharmaone.order_requests, pharmaone.by_reference),
        }
        self._copies: dict[str, Mapping[Vendor, tuple[dict[Any, Any], ...]]] = {}
        # RxScale: what it holds, by uid, and what its own people may do
        self.orders, self.skus = rxscale.orders, rxscale.shelf.skus
        self.add_orders, self.delete_order = rxscale.add_orders, rxscale.delete_order
        self.set_order_status, self.edit_order = rxscale.set_order_status, rxscale.edit_order
        self.set_skus, self.hide_sku_types = rxscale.shelf.set_skus, rxscale.shelf.hide_types
        # PharmaOne: the same, by id
        self.order_requests, self.p1_orders = pharmaone.order_requests, pharmaone.orders
        self.approve, self.reject = pharmaone.approve, pharmaone.reject
        self.inventory = pharmaone.goods.rows
        self.set_inventory, self.remove_inventory = pharmaone.goods.set, pharmaone.goods.remove
        self.decide_prescription = pharmaone.decide_prescription
        self.revoke_tokens = self.access.revoke
        # webhooks and faults
        self.subscribe, self.unsubscribe = courier.subscribe, courier.unsubscribe
        self.spoil_webhooks = courier.spoil
        self.break_calls = self.faults.add
        if settings.rx_webhook_target is not None:
            self.subscribe("rxscale", settings.rx_webhook_target, settings.rx_webhook_secret)
        if settings.p1_webhook_target is not None:
            self.subscribe("pharmaone", settings.p1_webhook_target, settings.p1_webhook_secret)

    def add_pharmacies(self, uids: Iterable[str]) -> None:
        """Others beside the first, each with SKUs of its own of the same products. Their key is
        `group_key`, and all of them are PharmaOne's one shop.
        """
        own, same = self.settings.pharmacy_uid, ("sku", "external_id", "stock")
        goods = [sku for sku in self.skus.values() if sku["external_id"] and sku["pharmacy"] == own]
        for uid in uids:
            about = [(sku, {"uid": f"{sku['uid']}-{uid}", "pharmacy": uid}) for sku in goods]
            added = [{key: sku[key] for key in same} | its for sku, its in about]
            self.set_skus(changes=added, announce=False)

    def copy(self, name: str) -> None:
        """Keeps both vendors' orders and order-requests as they are now, as `name`."""
        self._copies[name] = deepcopy(self._held)

    def put_back(self, name: str, vendors: Iterable[Vendor] = VENDORS) -> None:
        """A vendor's database restored from that copy; nobody is told."""
        kept = deepcopy(self._copies[name])
        for vendor in vendors:
            for now, then in zip(self._held[vendor], kept[vendor], strict=True):
                now.clear()
                now.update(then)

    def change_p1_order(self, order_id: str, **changes: str | bool) -> None:
        """Staff set `status` or a flag of PharmaOne's order, or its parcel's page.

        The names `tracking_url` and `carrier` are not documented.
        """
        unknown = changes.keys() - {"status", *FLAGS, "tracking_url", "carrier"}
        if unknown:
            raise ValueError(f"an order has no {', '.join(sorted(unknown))} to set")
        self.pharmaone.change_order(order_id, dict(changes))

    def send_test(self, vendor: Vendor, event: str) -> None:
        """A test delivery to those who subscribed to `event`."""
        (self.rxscale if vendor == "rxscale" else self.pharmaone).send_test(event)

    def state(self) -> Json:
        return {
            "rxscale": {
                "orders": [_order_state(order) for order in self.orders.values()],
                "skus": [*self.skus.values()],
            },
            "pharmaone": {
                "order_requests": [asdict(each) for each in self.order_requests.values()],
                "orders": [each.data for each in self.p1_orders.values()],
                "inventory": [*self.inventory.values()],
            },
        }


def _order_state(order: PharmacyOrder) -> Json:
    shown = ("uid", "status", "pharmacy_uid", "tracking", "threads")
    data = {key: order.data[key] for key in ("name", "updated_at")}
    return {key: getattr(order, key) for key in shown} | data
