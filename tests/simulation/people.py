"""Customers, RxScale's people and the pharmacy's staff: who does what to an order, and when.

Each order's life is drawn from the seed and its number, so that leaving one order out changes no
other's.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bridge.sandbox.world import World

HOUR, DAY = 3600.0, 86400.0
PATIENCE = 12 * HOUR
"""Staff do not look for ever for an order that they do not know of."""


@dataclass
class Life:
    """One order: when it is placed and what people do with it."""

    number: int
    at: float
    review: float
    pack: float
    hand_over: float
    how: str
    edit_after: float | None
    cancel_after: float | None
    cancelled_by: str
    lines: list[tuple[str, int]]
    uid: str = ""
    log: list[str] = field(default_factory=list)


def drawn(seed: int, number: int, span: float, skus: list[str]) -> Life:
    """The life of order `number`: placed within `span` seconds, more by day than by night."""
    luck = Random(f"{seed}/order {number}")
    day, hour = luck.random() * span / DAY, min(23.9, max(0.0, luck.gauss(13.0, 3.5)))
    at = min(span, int(day) * DAY + hour * HOUR) if span > DAY else luck.random() * span
    quick = span < DAY or luck.random() < 0.7
    review = luck.uniform(20, 600) if quick else luck.uniform(HOUR, 2 * DAY)
    ends = luck.random()
    how = "rejected" if ends < 0.03 else "pickup" if ends < 0.4 else "shipped"
    who = luck.random()
    cancelled_by = "RxScale" if who < 0.05 else "PharmaOne" if who < 0.08 else ""
    chosen = luck.sample(skus, k=min(len(skus), luck.choice((1, 1, 1, 2, 3))))
    return Life(
        number=number,
        at=at,
        review=review,
        pack=luck.uniform(30, 1800),
        hand_over=luck.uniform(30, 4 * HOUR),
        how=how,
        edit_after=luck.uniform(1, 900) if luck.random() < 0.03 else None,
        cancel_after=luck.expovariate(1 / 1200) if cancelled_by else None,
        cancelled_by=cancelled_by,
        lines=[(sku, luck.choice((1, 1, 1, 2, 3))) for sku in chosen],
    )


class People:
    """Everybody, doing what the lives say. Staff look at their screens every `look_seconds`."""

    def __init__(
        self, world: World, changed: Callable[[str], None], look_seconds: float = 30.0
    ) -> None:
        """`changed` hears of each change by hand, right before it is made."""
        self._world = world
        self._changed = changed
        self._look = look_seconds

    async def live(self, life: Life) -> None:
        """From the customer's order to the handover, or to nothing more that people would do."""
        await asyncio.sleep(life.at)
        items = [{"sku": {"uid": sku}, "amount": amount} for sku, amount in life.lines]
        uid = f"po-{life.number:07d}"
        [life.uid] = self._world.add_orders(
            1, [{"uid": uid, "name": f"#{1000 + life.number}", "order_items": items}]
        )
        self._note(life, "placed")
        around = [asyncio.create_task(self._change_of_mind(life))]
        try:
            await self._staff(life)
        finally:
            await asyncio.gather(*around)

    def _note(self, life: Life, what: str) -> None:
        self._changed(life.uid)
        life.log.append(f"{asyncio.get_running_loop().time():.0f} {what}")

    async def _change_of_mind(self, life: Life) -> None:
        if life.edit_after is not None:
            await asyncio.sleep(life.edit_after)
            if self._open_at_rxscale(life):
                self._note(life, "edited at RxScale")
                self._world.edit_order(life.uid, {"order": {"note": "x"}})
        if life.cancel_after is not None and life.cancelled_by == "RxScale":
            await asyncio.sleep(life.cancel_after)
            if self._open_at_rxscale(life):
                self._note(life, "cancelled at RxScale")
                self._world.set_order_status(life.uid, "cancelled")

    def _open_at_rxscale(self, life: Life) -> bool:
        order = self._world.orders.get(life.uid)
        return order is not None and order.status not in ("completed", "cancelled")

    async def _staff(self, life: Life) -> None:
        """In PharmaOne: they review what came in, pack it, and hand it over."""
        request = await self._request(life)
        if request is None:
            return
        await asyncio.sleep(life.review)
        if request.status != "pending":
            return
        if life.how == "rejected":
            self._note(life, "rejected by staff")
            self._world.reject(request.id)
            return
        order_id = self._world.approve(request.id)
        self._note(life, f"approved as {order_id}")
        order = self._world.p1_orders[order_id]
        if life.cancelled_by == "PharmaOne":
            await asyncio.sleep(life.cancel_after or 0)
            if order.status not in ("cancelled", "completed"):
                self._note(life, "cancelled by staff")
                self._world.change_p1_order(order_id, status="cancelled")
            return
        await asyncio.sleep(life.pack)
        if order.status == "cancelled":
            return
        if life.how == "pickup":
            self._world.change_p1_order(order_id, status="ready_pickup")
        self._note(life, "packed")
        await asyncio.sleep(life.hand_over)
        if order.status == "cancelled":
            return
        self._note(life, "handed over")
        if life.how == "pickup":
            self._world.change_p1_order(order_id, picked_up=True)
        else:
            self._world.change_p1_order(order_id, status="shipped", shipped=True)

    async def _request(self, life: Life):
        """Once it is on their screen; None if it never comes there."""
        waited = 0.0
        while True:
            found = self._world.pharmaone.by_reference.get(life.uid)
            if found is not None:
                return found
            waited += self._look
            if not self._open_at_rxscale(life) or waited > PATIENCE:
                return None
            await asyncio.sleep(self._look)
