"""Both simulated vendors as one plain object, to be looked at and changed without HTTP."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bridge.sandbox.pharmaone.access import Access
from bridge.sandbox.pharmaone.records import Order, OrderRequest
from bridge.sandbox.pharmaone.state import PharmaOne
from bridge.sandbox.rxscale import samples
from bridge.sandbox.rxscale.records import PharmacyOrder
from bridge.sandbox.rxscale.state import RxScale
from bridge.sandbox.settings import VENDORS, SandboxSettings, Vendor
from bridge.sandbox.traffic import CallLog, Fault, Faults
from bridge.sandbox.webhooks import Chaos, Courier, Subscription, Timers

Json = dict[str, Any]


class World:
    """What both vendors hold, the calls they got, and the faults they have yet to show.

    Nothing here waits; changes have to be made inside a running event loop, which then sends
    their webhooks. Methods that name something unknown raise KeyError, and ValueError for
    something that cannot be.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.timers = Timers()
        self.courier = Courier(settings, self.timers)
        self.rxscale = RxScale(settings, self.courier, self.timers)
        goods = samples.inventory([*self.skus.values()])
        self.pharmaone = PharmaOne(settings, self.courier, self.timers, goods)
        self.access = Access(settings)
        self.calls = CallLog(settings.log_limit)
        self.faults = Faults()
        if settings.rx_webhook_target is not None:
            self.subscribe("rxscale", settings.rx_webhook_target, settings.rx_webhook_secret)
        if settings.p1_webhook_target is not None:
            self.subscribe("pharmaone", settings.p1_webhook_target, settings.p1_webhook_secret)

    # ------------------------------------------------------------------ RxScale

    @property
    def orders(self) -> dict[str, PharmacyOrder]:
        """Pharmacy orders by uid."""
        return self.rxscale.orders

    @property
    def skus(self) -> dict[str, Json]:
        """Pharmacy SKUs by uid, as the list shows them."""
        return self.rxscale.shelf.skus

    def add_orders(
        self,
        count: int = 1,
        overrides: Sequence[Mapping[str, object]] = (),
        *,
        announce: bool = True,
    ) -> list[str]:
        """New pharmacy orders, one for each of `overrides`, or else `count`; their uids."""
        return self.rxscale.add_orders(count, overrides, announce)

    def set_order_status(self, uid: str, status: str, comment: str | None = None) -> None:
        """RxScale's own people or system change a pharmacy order; any jump is theirs to make."""
        self.rxscale.set_order_status(uid, status, comment)

    def set_skus(
        self,
        count: int = 0,
        changes: Sequence[Mapping[str, object]] = (),
        *,
        announce: bool = True,
    ) -> list[str]:
        """RxScale's own people add `count` SKUs, and change or add one for each of `changes`."""
        return self.rxscale.shelf.set_skus(count, changes, announce=announce)

    def hide_sku_types(self, *types: str) -> None:
        """From now on the account does not show SKUs that are `digital` or `physical`."""
        self.rxscale.shelf.hide_types(types)

    def delete_order(self, uid: str) -> None:
        """The pharmacy order is gone, without a word."""
        self.rxscale.delete_order(uid)

    # ------------------------------------------------------------------ PharmaOne

    @property
    def order_requests(self) -> dict[str, OrderRequest]:
        """Order-requests by id, oldest first."""
        return self.pharmaone.order_requests

    @property
    def p1_orders(self) -> dict[str, Order]:
        """PharmaOne's orders by id, oldest first."""
        return self.pharmaone.orders

    def approve(self, request_id: str) -> str:
        """Staff approve an order-request; the id of the order made from it."""
        return self.pharmaone.approve(request_id)

    def reject(self, request_id: str) -> None:
        self.pharmaone.reject(request_id)

    def change_p1_order(self, order_id: str, **changes: str | bool) -> None:
        """Staff set `status`, `shipped` or `picked_up` of PharmaOne's order."""
        unknown = changes.keys() - {"status", "shipped", "picked_up"}
        if unknown:
            raise ValueError(f"an order has no {', '.join(sorted(unknown))} to set")
        self.pharmaone.change_order(order_id, dict(changes))

    @property
    def inventory(self) -> Mapping[str, Json]:
        """PharmaOne's products by id, as its list shows them."""
        return self.pharmaone.goods.rows

    def set_inventory(self, rows: Iterable[Mapping[str, object]], *, announce: bool = True) -> None:
        """Staff change or add products: `p1_id`, and `stockquantity`, `price`, `name`."""
        self.pharmaone.goods.set(rows, announce=announce)

    def remove_inventory(self, products: Iterable[str] | None = None) -> None:
        """These products are not told any more; None: the inventory is empty."""
        self.pharmaone.goods.remove(products)

    def decide_prescription(self, number: str, status: str) -> None:
        """Staff give a prescription a status."""
        self.pharmaone.decide_prescription(number, status)

    def revoke_tokens(self) -> None:
        """No token issued so far is good any longer."""
        self.access.revoke()

    # ------------------------------------------------------------------ webhooks and faults

    def subscribe(
        self, vendor: Vendor, target: str, secret: str, events: Iterable[str] | None = None
    ) -> list[Subscription]:
        """Tells `target` of `events`, or of all that are sent, signed with `secret`."""
        return self.courier.subscribe(vendor, target, secret, events)

    def unsubscribe(self, uid: str) -> None:
        self.courier.unsubscribe(uid)

    def spoil_webhooks(self, chaos: Chaos, vendors: Iterable[Vendor] = VENDORS) -> None:
        """Has webhooks lost, doubled or overtaken from now on; `Chaos()` ends it."""
        self.courier.spoil(chaos, vendors)

    def send_test(self, vendor: Vendor, event: str) -> None:
        """A test delivery to those who subscribed to `event`."""
        (self.rxscale if vendor == "rxscale" else self.pharmaone).send_test(event)

    def break_calls(self, *faults: Fault) -> None:
        """Has the next matching calls go wrong."""
        self.faults.add(*faults)

    def state(self) -> Json:
        """Everything both vendors hold, as JSON values."""
        return {
            "rxscale": {
                "orders": [_order_state(order) for order in self.orders.values()],
                "skus": [*self.skus.values()],
            },
            "pharmaone": {
                "order_requests": [each.json() for each in self.order_requests.values()],
                "orders": [each.data for each in self.p1_orders.values()],
                "inventory": [*self.inventory.values()],
            },
        }


def _order_state(order: PharmacyOrder) -> Json:
    return {
        "uid": order.uid,
        "status": order.status,
        "name": order.data["name"],
        "pharmacy_uid": order.pharmacy_uid,
        "updated_at": order.data["updated_at"],
        "tracking": order.tracking,
        "threads": order.threads,
    }
