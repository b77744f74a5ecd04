"""What must be true besides on a day with a theme, on which little goes wrong."""

import json
import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from bridge.app.build import Bridge
from bridge.exchange import Request
from bridge.sandbox.rxscale.orders import PharmacyOrder
from bridge.store.rows import Connection
from simulation.invariants import ENDS, IN_QUEUE, OVER_ROUNDS, Watcher
from simulation.people import own_name
from simulation.wire import Call

PROMPT_SECONDS = 150.0
"""How long after people's last change both sides agree, where nothing goes wrong and webhooks come:
half of `orders.poll_seconds`."""
TYPED_SECONDS = 90.0
"""What staff typed in so long ago is found before an order-request of the same is sent."""
GRACE_SECONDS = 25.0
"""How long an order-request whose answer was lost has to arrive before it is looked for."""
LATELY_SECONDS = 180.0
"""So old may a search be before a second order-request: a minute, and what reading takes."""
MOST_LOOKS = 1.5
"""How many looks a write costs, where nothing goes wrong."""
PLENTY = 5
"""With so much on the shelf that belongs to nobody, a SKU is not taken off sale."""
KNOWN_INVENTORY_SECONDS = 1800.0
STORE_BYTES, ORDER_BYTES = 600_000, 20_000
"""What a store takes at most, and what an order adds to it."""
_UIDS = "SELECT uid FROM orders"
_MARK = re.compile(r"\(rxbridge (po-[0-9]+)/")


class Closely(Watcher):
    """`lied`: whether PharmaOne told of another world for so many seconds, up to a while ago."""

    lied: Callable[[float], bool]
    permissions_change = False
    """Whether keys are given other permissions all the day, which ends their tokens."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._written: dict[str, str] = {}
        """The word that was set at RxScale, of orders that were not looked at since."""
        self._met: set[str] = set()
        """Orders that the store has known."""
        self._inventory_at = self._searched_at = -1e9
        self._sent_at: dict[str, float] = {}
        self._looks = self._writes = 0

    # -- as calls arrive --------------------------------------------------------------------------

    def before(self, request: Request, path: str) -> None:
        super().before(request, path)
        uid = path.rstrip("/").split("/")
        if request.route == "PATCH /pharmacy_orders/{uid}/status":
            self._wanted(uid[-2], json.loads(request.body or b"{}").get("status"))
        elif request.route == "PATCH /pharmacy_orders/{uid}/complete_order":
            self._wanted(uid[-2], "completed")
        elif request.route == "PATCH /pharmacy_skus/{uid}":
            self._sku(uid[-1], request)
        elif "order-requests" in request.route:
            uid = own_name(json.loads(request.body or b"{}").get("payload", {}))
            self._again(uid)
            self._typed(uid)

    def after(self, call: Call) -> None:
        super().after(call)
        if call.status == 401 and not call.fault and not self.permissions_change:
            self._tell(f"not let in: {call.route}")
        if call.route == "GET /pharmacy_orders/{uid}":
            self._written.pop(call.uid.rstrip("/").split("/")[-1], None)
            self._looks += 1
        elif call.route.startswith("PATCH /pharmacy_orders/"):
            self._writes += 1
        elif call.route == "GET /orders":
            self._searched_at = call.at
        elif call.route == "GET /inventory" and not call.fault:
            self._inventory_at = call.at
        elif call.route == "POST /inventory/adjust":
            self._adjusted_once()

    def _wanted(self, uid: str, word: str) -> None:
        """No step is built on another one that was only accepted; what answers a claim shows it."""
        if word == "cancelled" and self._goes_on(uid):
            self._tell(f"{uid}: cancelled at RxScale, and PharmaOne goes on")
        before = self._written.get(uid)
        if before not in (None, word):
            self._tell(f"{uid}: {word} written, and {before} was never seen")
        if uid in self._world.orders and self._world.orders[uid].status not in IN_QUEUE:
            self._written[uid] = word

    def _goes_on(self, uid: str) -> bool:
        return any(each.status != "cancelled" for each in self._made.of(uid))

    def _again(self, uid: str) -> None:
        """What may have arrived is looked for before it is sent again, once there was time."""
        now = self._clock()
        waits = any(each.status != "rejected" for each in self._asked.of(uid))
        sent_at = self._sent_at.get(uid, -1e9)  # one that came late was sent before
        least = max(sent_at + GRACE_SECONDS, now - LATELY_SECONDS)
        if waits and self._searched_at < least:
            self._tell(f"{uid}: sent again, and not looked for")
        self._sent_at[uid] = now

    def _typed(self, uid: str) -> None:
        """What staff typed into PharmaOne is not sent there once more."""
        now = self._world.settings.clock()
        for each in self._made.of(uid):
            if not each.data.get("external_id"):
                age = now - datetime.fromisoformat(each.data["created_at"]).timestamp()
                if age > TYPED_SECONDS:
                    self._tell(f"{uid}: sent, and staff typed it in {age:.0f} s before")

    def _sku(self, uid: str, request: Request) -> None:
        """An empty shelf is believed once it was seen twice, and an old number for an hour."""
        sku, body = self._world.skus.get(uid), json.loads(request.body or b"{}")
        if sku is None or body.get("stock") != 0 or self.lied(25.0):
            return
        there = self._left().get(str(sku["external_id"]), 0)
        if there >= PLENTY and self._clock() - self._inventory_at < KNOWN_INVENTORY_SECONDS:
            self._tell(f"{uid}: taken off sale, and there are {there}")

    def _adjusted_once(self) -> None:
        """No relative change is made twice: each carries its own mark."""
        for product in self._world.inventory:
            marks = [each["reason"] for each in self._world.pharmaone.goods.log(product)]
            for each in {each for each in marks if "(rxbridge" in each and marks.count(each) > 1}:
                self._tell(f"product {product}: adjusted {marks.count(each)} times: {each}")

    # -- every minute -----------------------------------------------------------------------------

    def _left(self) -> dict[str, int]:
        """What is there of each product and belongs to nobody yet, by its id."""
        world, gone = self._world, self._off_the_stock()
        left = {str(name): row["stockquantity"] for name, row in world.inventory.items()}
        product = {each["sku"]["uid"]: str(each["external_id"]) for each in world.skus.values()}
        for order in world.orders.values():
            if self._takes(order) and order.uid not in gone:
                for line in order.lines:
                    name = product.get(line["sku"]["uid"], "")
                    left[name] = left.get(name, 0) - line["amount"]
        return left

    def _takes(self, order: PharmacyOrder) -> bool:
        if order.status == "completed":
            return not self._world.settings.p1_deducts_at
        return order.status != "cancelled"

    def _off_the_stock(self) -> set[str]:
        """Orders whose goods PharmaOne's number is less by, by itself or by the bridge's doing."""
        world = self._world
        over = world.pharmaone._deducted
        gone = {own_name(each.data) for each in world.p1_orders.values() if each.id in over}
        if not world.settings.p1_deducts_at:
            for name in world.inventory:
                for each in world.pharmaone.goods.log(name):
                    gone.update(_MARK.findall(each["reason"]))
        return gone

    def offers(self, *, forgiven: bool, besides: Collection[str] = ()) -> None:
        """As on any day; and the bridge may be the one that deducts."""
        if forgiven:
            self._over.clear()
            return
        now, left = self._clock(), self._left()
        for sku in self._world.skus.values():
            there = left.get(str(sku["external_id"]))
            fine = there is None or not sku["stock"] or sku["stock"] <= there
            if fine or sku["uid"] in besides:
                self._over.pop(sku["uid"], None)
            elif now - self._over.setdefault(sku["uid"], now) > OVER_ROUNDS * self._pace:
                since = self._over.pop(sku["uid"])
                self._tell(f"{sku['uid']}: {sku['stock']} on sale of {there} since {since:.0f} s")

    def late(self) -> dict[str, str]:
        """Orders on which both sides should agree by now, since nothing goes wrong, and do not."""
        now, found = self._clock(), dict[str, str]()
        for uid, order in self._world.orders.items():
            since = self.changed_at.get(uid, now)
            if now - since < PROMPT_SECONDS:
                continue
            if order.status in IN_QUEUE:
                found[uid] = f"nobody took it up since {since:.0f} s"
                continue
            if order.status == "completed":
                continue
            over = any(
                each.data["shipped"] or each.data["picked_up"] for each in self._made.of(uid)
            )
            if over and order.status not in ENDS:
                found[uid] = f"handed over at {since:.0f} s, and {order.status} at RxScale"
            if order.status == "cancelled" and not over and self._goes_on(uid):
                found[uid] = f"cancelled at {since:.0f} s, and PharmaOne goes on"
        return found

    def prompt(self, told: Collection[str]) -> None:
        """Webhooks hurry: nobody waits for the next sweep."""
        for uid, what in self.late().items():
            if uid not in told:
                self._tell(f"{uid}: {what}")

    async def still_known(self, bridge: Bridge) -> None:
        """What is open at RxScale and was known is known; no theme takes the store away."""
        known = await bridge.store.read(_uids)
        for uid in sorted(self._met - known):
            if uid in self._world.orders and self._world.orders[uid].status not in ENDS:
                self._tell(f"{uid}: forgotten, and open at RxScale")
        self._met = known

    # -- once everything has settled ------------------------------------------------------------

    def at_last(self, told: Collection[str], *, quiet: bool, bytes_kept: int) -> None:
        """`quiet`: nothing went wrong at all."""
        if quiet and self._looks > MOST_LOOKS * self._writes:
            self._tell(f"{self._looks} looks at RxScale's orders for {self._writes} writes")
        if bytes_kept > STORE_BYTES + ORDER_BYTES * len(self._world.orders):
            self._tell(f"the store has grown to {bytes_kept} bytes")
        left, world = self._left(), self._world
        unclear = [order for order in world.orders.values() if order.uid in told]
        besides = {line["sku"]["uid"] for order in unclear for line in order.lines}
        for sku in world.skus.values():
            there = left.get(str(sku["external_id"]))
            if there is not None and sku["sku"]["uid"] not in besides and sku["stock"] != there:
                self._tell(f"{sku['uid']}: {sku['stock']} on sale at rest, and there are {there}")


def _uids(connection: Connection) -> set[str]:
    return {uid for (uid,) in connection.execute(_UIDS)}
