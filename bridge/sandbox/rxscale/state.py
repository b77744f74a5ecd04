"""What the simulated RxScale holds, and all that can happen to it; no HTTP.

Whatever changes is announced by webhook, whoever changed it: the pharmacy's own calls echo.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from bridge.sandbox.kit import Json
from bridge.sandbox.rxscale import samples
from bridge.sandbox.rxscale.records import PharmacyOrder
from bridge.sandbox.rxscale.shelf import Shelf
from bridge.sandbox.settings import SandboxSettings
from bridge.sandbox.webhooks import Courier, Timers

_number = attrgetter("number")
_ARRIVES_AS = {"current": "waiting for pharmacy", "legacy": "open"}


class RxScale:
    """Pharmacy orders; the SKUs are on its `shelf`. A method given an unknown uid raises KeyError.

    Lists once asked for are kept up to date order by order, so that a sweep over many pages costs
    little more than its rows.
    """

    def __init__(self, settings: SandboxSettings, courier: Courier, timers: Timers) -> None:
        self._settings = settings
        self._courier = courier
        self._timers = timers
        self._made = 0
        self._lists: dict[tuple[str, str | None], list[PharmacyOrder]] = {}
        self.orders: dict[str, PharmacyOrder] = {}
        self.shelf = Shelf(settings, self.announce)

    @property
    def now(self) -> int:
        return int(self._settings.clock())

    # ------------------------------------------------------------------ looking

    def listed(self, pharmacy_uid: str, status: str | None = None) -> list[PharmacyOrder]:
        """That pharmacy's orders, with that status if one is given; oldest first."""
        found = self._lists.get((pharmacy_uid, status))
        if found is None:
            found = [
                order
                for order in self.orders.values()
                if order.pharmacy_uid == pharmacy_uid and status in {None, order.status}
            ]
            self._lists[pharmacy_uid, status] = found
        return found

    def _enlist(self, order: PharmacyOrder, status: str | None) -> None:
        if (known := self._lists.get((order.pharmacy_uid, status))) is not None:
            insort(known, order, key=_number)

    def _delist(self, order: PharmacyOrder, status: str | None) -> None:
        if (known := self._lists.get((order.pharmacy_uid, status))) is not None:
            del known[bisect_left(known, order.number, key=_number)]

    # ------------------------------------------------------------------ making

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
        arrives_as = _ARRIVES_AS[settings.rx_dialect]
        goods = self.shelf.linked()
        plain = samples.order(settings.seed, self._made, arrives_as, pharmacy, goods)
        data = samples.merged({**plain, "created_at": self.now, "updated_at": self.now}, changes)
        if "order_items" in changes:
            sold = self.shelf.sold(data["pharmacy"]["uid"])
            data["order_items"] = [
                _filled(data["uid"], at, line, sold) for at, line in enumerate(data["order_items"])
            ]
        return self._keep(PharmacyOrder(data, self._made))

    def _keep(self, order: PharmacyOrder) -> PharmacyOrder:
        if order.uid in self.orders:
            raise ValueError(f"there is an order {order.uid} already")
        self.orders[order.uid] = order
        for status in (None, order.status):
            self._enlist(order, status)
        return order

    # ------------------------------------------------------------------ changing

    def set_order_status(self, uid: str, status: str, comment: str | None = None) -> None:
        """RxScale's own people or system set any status, whatever the steps a pharmacy may take.

        Putting an order on hold opens a thread with the comment (rxscale.md section 6.3).
        Completing it takes its goods out of stock (sections 6.4 and 8).
        """
        order = self.orders[uid]
        if order.status == status:
            return
        self._delist(order, order.status)
        order.set_status(status, self.now)
        self._enlist(order, status)
        if status == "on-hold" and comment is not None:
            order.threads.append(comment)
        self._tell("pharmacy_order_updated", order)
        if status == "completed" and self._settings.rx_deducts_stock:
            self.shelf.take(order.lines, order.pharmacy_uid)
        wait = self._settings.auto_complete_seconds
        if status == "shipped" and self._settings.rx_dialect == "legacy" and wait is not None:
            self._timers.later(wait, lambda: self._finish_shipped(uid))

    def complete(self, uid: str, tracking_links: Sequence[Json]) -> None:
        """The pharmacy completes an order; only the first link goes on (section 6.4)."""
        if tracking_links:
            self.orders[uid].tracking = tracking_links[0]
        self.set_order_status(uid, "completed")

    def _finish_shipped(self, uid: str) -> None:
        if uid in self.orders and self.orders[uid].status == "shipped":
            self.set_order_status(uid, "completed")

    def delete_order(self, uid: str) -> None:
        order = self.orders.pop(uid)
        for status in (None, order.status):
            self._delist(order, status)

    # ------------------------------------------------------------------ webhooks

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
