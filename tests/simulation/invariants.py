"""What must be true: checked as things happen, and once everything has settled."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bridge.exchange import Request
from bridge.sandbox.world import World
from simulation.people import Newest, own_name
from simulation.wire import Call

OVER_ROUNDS = 4
"""For so many rounds a number may promise too much while the write that lowers it is due: a round
of stock, a sweep, and tries at a vendor that just came back."""
IN_QUEUE = ("init", "waiting for pharmacy", "created", "open")
ENDS = ("completed", "cancelled")


@dataclass
class Broken:
    """Each invariant that was broken, with when and where."""

    found: list[str] = field(default_factory=list)
    on_first: Callable[[], None] = lambda: None

    def tell(self, at: float, what: str) -> None:
        if not self.found:
            self.on_first()
        if len(self.found) < 50:
            self.found.append(f"{at:.1f} s: {what}")


class Watcher:
    """Sees every call that reaches a vendor before it is carried out, and the world after it."""

    def __init__(
        self,
        world: World,
        steps: Mapping[str, tuple[str, ...]],
        clock: Callable[[], float],
        pace: float = 300.0,
    ) -> None:
        """`pace`: seconds from one round of the bridge's to the next."""
        self._world = world
        self._steps = steps
        self._clock = clock
        self._pace = pace
        self.broken = Broken()
        self.changed_at: dict[str, float] = {}
        """When people changed an order last, at either side."""
        self._over: dict[str, float] = {}
        self._sent: dict[str, set[str]] = {}
        self._made = Newest(lambda: world.p1_orders, lambda each: each.data)
        self._asked = Newest(lambda: world.order_requests, lambda each: each.payload)

    def _tell(self, what: str) -> None:
        self.broken.tell(self._clock(), what)

    # -- as calls arrive --------------------------------------------------------------------------

    def before(self, request: Request, path: str) -> None:
        route = request.route
        if route == "PATCH /pharmacy_orders/{uid}/status":
            self._status(path.rstrip("/").split("/")[-2], request)
        elif route == "PATCH /pharmacy_orders/{uid}/complete_order":
            self._complete(path.rstrip("/").split("/")[-2])
        elif route == "PATCH /orders/{id}/status":
            self._cancel(path.rstrip("/").split("/")[-2])
        elif "order-requests" in route:
            self._submit(request)

    def _status(self, uid: str, request: Request) -> None:
        order = self._world.orders.get(uid)
        if order is None or request.body is None:
            return
        wanted = next((word for word in self._steps if f'"{word}"'.encode() in request.body), None)
        if order.status in ENDS:
            self._late(uid, f"status {wanted} after {order.status}")
        elif (
            wanted is not None
            and wanted != order.status
            and wanted not in self._steps.get(order.status, ())
        ):
            self._late(uid, f"{order.status} -> {wanted} is no step")
        if wanted == "shipped":  # the first dialect's way to complete one
            self._complete(uid)

    def _late(self, uid: str, what: str) -> None:
        """A change by people while the call was on its way is nobody's fault."""
        at = self.changed_at.get(uid, -1e9)
        if self._clock() - at > 200.0:
            self._tell(f"{uid}: {what}")

    def _complete(self, uid: str) -> None:
        made = self._made.of(uid)
        if not any(each.data["shipped"] or each.data["picked_up"] for each in made):
            self._tell(f"{uid}: completed, and nothing was handed over")

    def _cancel(self, order_id: str) -> None:
        made = self._world.p1_orders.get(order_id)
        if made is None:
            return
        uid = own_name(made.data)
        if uid in self._world.orders and self._world.orders[uid].status != "cancelled":
            self._late(uid, "cancelled at PharmaOne, and not at RxScale")
        if made.data["shipped"] or made.data["picked_up"]:
            self._late(uid, "cancelled at PharmaOne after its handover")

    def _submit(self, request: Request) -> None:
        uid = own_name(json.loads(request.body or b"{}").get("payload", {}))
        if uid not in self._world.orders:
            return
        status = self._world.orders[uid].status
        if status in IN_QUEUE:
            self._tell(f"{uid}: submitted and not claimed ({status})")
        elif status in ENDS:
            self._late(uid, f"submitted after {status}")

    # -- after each call, and every minute ------------------------------------------------------

    def after(self, call: Call) -> None:
        """A call was answered, be it with something else than what the vendor has."""
        if "order-requests" in call.route:
            self.once_each()

    def once_each(self) -> None:
        """At most one order-request for a pharmacy order, rejected ones aside."""
        there = self._world.order_requests
        newest = next(reversed(there.values()), None)
        if newest is None:
            return
        uid = own_name(newest.payload)
        sent = self._sent.setdefault(uid, set())
        sent.add(newest.id)
        found = (there[each] for each in sent if each in there)  # a restored vendor forgets some
        alive = [r for r in found if r.status != "rejected" and own_name(r.payload) == uid]
        if len(alive) > 1:
            self._tell(f"{uid}: {len(alive)} order-requests")

    def offers(self, *, forgiven: bool, besides: Collection[str] = ()) -> None:
        """What RxScale offers and open orders take is there, but for `OVER_ROUNDS`.

        `besides`: SKUs whose numbers nobody can write, and orders that are left alone.
        """
        if forgiven:
            self._over.clear()
            return
        now, taken = self._clock(), self._taken(besides)
        for sku in self._world.skus.values():
            row = self._world.inventory.get(str(sku["external_id"]))
            if row is None or not sku["stock"] or sku["uid"] in besides:
                self._over.pop(sku["uid"], None)
                continue
            takers = taken.get(str(sku["external_id"]), {})
            more = sku["stock"] + sum(takers.values()) - row["stockquantity"]
            if more <= 0:
                self._over.pop(sku["uid"], None)
            elif now - self._over.setdefault(sku["uid"], now) > OVER_ROUNDS * self._pace:
                since = self._over.pop(sku["uid"])
                there = f"{sku['stock']} on sale of {row['stockquantity']}, taken: {takers}"
                self._tell(f"{sku['uid']}: {more} too many since {since:.0f} s: {there}")

    def _taken(self, besides: Collection[str]) -> dict[str, Counter[str]]:
        """Units of each product that open orders will still take, by order: as PharmaOne's staff
        pack them, or as RxScale shows them while there is no order at PharmaOne.
        """
        world = self._world
        products = {sku["sku"]["uid"]: str(sku["external_id"]) for sku in world.skus.values()}
        taken: dict[str, Counter[str]] = {}
        for order in world.orders.values():
            if order.status in ENDS:
                continue
            packed = next(reversed(self._made.of(order.uid)), None)
            if packed is None and order.uid in besides:
                continue
            if packed is None:
                for line in order.lines:
                    product = products[line["sku"]["uid"]]
                    taken.setdefault(product, Counter())[order.uid] += line["amount"]
            elif packed.id not in world.pharmaone._deducted and packed.status != "cancelled":
                for item in packed.data["items"]:
                    product = str(item.get("p1_id"))
                    taken.setdefault(product, Counter())[order.uid] += item["quantity"]
        return taken
