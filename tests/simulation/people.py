"""Customers, RxScale's people and the pharmacy's staff: who does what to an order, and when.

Each order's life is drawn from the seed and its number, so that leaving one out changes no other's.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from simulation.neighbours import Neighbours

HOUR, DAY = 3600.0, 86400.0
PATIENCE = 6 * HOUR
"""Staff do not look for ever for an order that they do not know of."""
BY_WEEKDAY = (1.6, 1.1, 1.0, 1.0, 1.2, 0.8, 0.3)
"""How busy a day is, from a Monday on."""


@dataclass
class Life:
    """One order: when it is placed and what people do with it. Times are seconds."""

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
    edit: str = "note"
    hold: tuple[float, float] | None = None
    """RxScale's people put it on hold: after so long, for so long."""
    staff: str = ""
    """What else staff do to PharmaOne's order: less of it, paid, delete it, an odd word."""
    by_hand: str = ""
    """What they do in RxScale's portal beside the bridge."""
    typed_after: float | None = None
    """If nothing has come to PharmaOne after so long, staff type it in there themselves."""
    uid: str = ""
    log: list[str] = field(default_factory=list)


def opens(luck: Random, span: float) -> float:
    """A moment in the span: more by day than by night, more on a Monday, and in rushes."""
    if span <= DAY:
        at = luck.random() * span
        return at if luck.random() < 0.7 else min(span, (at // 3600) * 3600 + luck.uniform(0, 180))
    while True:
        day, hour = int(luck.random() * span / DAY), luck.gauss(luck.choice((10.5, 17.5)), 2.5)
        if luck.random() * max(BY_WEEKDAY) < BY_WEEKDAY[day % 7]:
            return min(span, day * DAY + min(23.9, max(0.0, hour)) * HOUR)


def drawn(seed: int, number: int, span: float, skus: list[str]) -> Life:
    """The life of order `number`, placed within `span` seconds."""
    luck = Random(f"{seed}/order {number}")
    at = opens(luck, span)
    quick = span < DAY or luck.random() < 0.7
    review = luck.uniform(20, 600) if quick else luck.uniform(HOUR, 2 * DAY)
    ends = luck.random()
    how = "rejected" if ends < 0.03 else "pickup" if ends < 0.4 else "shipped"
    who = luck.random()
    cancelled_by = "RxScale" if who < 0.05 else "PharmaOne" if who < 0.08 else ""
    chosen = luck.sample(skus, k=min(len(skus), luck.choice((1, 1, 1, 2, 3))))
    what = luck.random()
    staff = ("less", "less", "paid", "deleted", "odd word")[int(what * 50)] if what < 0.1 else ""
    hold = luck.uniform(1, 3000), luck.choice((60.0, 1200.0, HOUR))
    portal = luck.choice(("taken", "ahead", "completed"))
    return Life(
        number=number,
        at=at,
        review=review,
        pack=luck.uniform(30, 1800),
        hand_over=luck.uniform(30, 4 * HOUR if span >= DAY else HOUR),
        how=how,
        edit_after=luck.expovariate(1 / 1200) if luck.random() < 0.08 else None,
        edit=luck.choice(("note", "more", "less", "address")),
        hold=hold if luck.random() < 0.05 else None,
        staff=staff,
        by_hand=portal if luck.random() < 0.05 else "",
        cancel_after=luck.expovariate(1 / 1200) if cancelled_by else None,
        cancelled_by=cancelled_by,
        lines=[(sku, luck.choice((1, 1, 1, 2, 3))) for sku in chosen],
    )


_LETTERS = str.maketrans("0123456789", "abcdefghij")
_DIGITS = str.maketrans("abcdefghij", "0123456789")


def surname(number: int) -> str:
    """Of order `number`'s patient, by whom staff know it again."""
    return "kunde" + f"{number:07d}".translate(_LETTERS)


def own_name(told: Mapping[str, Any]) -> str:
    """The pharmacy order that PharmaOne's order-request or order is about; one that was sent again
    goes by another name, one that staff typed in by its customer's.
    """
    if name := str(told.get("external_id", "")):
        return name[: len("po-0000001")]
    last = str(told.get("customer_name", "")).rpartition(" kunde")[2]
    return f"po-{last.translate(_DIGITS)}" if last else ""


class Newest:
    """What one side holds, by pharmacy order. `there` is asked each time, for a restored vendor has
    another table; `named` is what names the pharmacy order.
    """

    def __init__(
        self, there: Callable[[], Mapping[str, Any]], named: Callable[[Any], Mapping[str, Any]]
    ) -> None:
        self._there, self._named = there, named
        self._ids: dict[str, list[str]] = {}
        self._last = ""

    def of(self, uid: str) -> list[Any]:
        """All of this pharmacy order's that are there, oldest first."""
        there = self._there()
        self._learn(there)
        found = [there[each] for each in self._ids.get(uid, ()) if each in there]
        return [each for each in found if own_name(self._named(each)) == uid]

    def _learn(self, there: Mapping[str, Any]) -> None:
        last, new = next(reversed(there), ""), list[str]()
        for each in reversed(there):
            if each == self._last:
                break
            new.append(each)
        for each in reversed(new):
            known = self._ids.setdefault(own_name(self._named(there[each])), [])
            if each not in known:
                known.append(each)
        self._last = last


class People:
    """Everybody, doing what the lives say. Staff look at their screens every `look_seconds`."""

    def __init__(
        self, around: Neighbours, changed: Callable[[str], None], look_seconds: float = 30.0
    ) -> None:
        """`changed` hears of each change by hand, right before it is made."""
        self._around = around
        self._world = around.world
        self._changed = changed
        self._look = look_seconds
        self._requests = Newest(lambda: self._world.order_requests, lambda each: each.payload)
        self._orders = Newest(lambda: self._world.p1_orders, lambda each: each.data)
        self._done: list[Callable[[], None]] = []
        self._late: list[asyncio.Task[None]] = []
        self._legacy = around.settings.rx_dialect == "legacy"

    async def live(self, life: Life) -> None:
        """From the customer's order to the handover, or to nothing more that people would do."""
        await asyncio.sleep(life.at)
        items = [{"sku": {"uid": sku}, "amount": amount} for sku, amount in life.lines]
        uid = f"po-{life.number:07d}"
        order: dict[str, Any] = {
            "uid": uid,
            "name": f"#{1000 + life.number}",
            "order_items": items,
        }
        if life.typed_after is not None:
            who = {"first_name": "Kim", "last_name": surname(life.number)}
            order["patient_data"] = {"display_name": f"Kim {surname(life.number)}"}
            order["order"] = {"delivery_address": who, "invoice_address": who}
        [life.uid] = self._world.add_orders(1, [order])
        self._note(life, "placed")
        others = (self._edits, self._cancels, self._holds, self._by_hand)
        around = [asyncio.create_task(each(life)) for each in others]
        try:
            await self._staff(life)
        finally:
            await asyncio.gather(*around)

    def _note(self, life: Life, what: str) -> None:
        self._changed(life.uid)
        life.log.append(f"{asyncio.get_running_loop().time():.0f} {what}")

    # -- at RxScale -------------------------------------------------------------------------------

    def _open_at_rxscale(self, life: Life) -> bool:
        order = self._world.orders.get(life.uid)
        return order is not None and order.status not in ("completed", "cancelled", "shipped")

    async def _edits(self, life: Life) -> None:
        if life.edit_after is None:
            return
        await asyncio.sleep(life.edit_after)
        if self._open_at_rxscale(life):
            self._note(life, f"edited at RxScale: {life.edit}")
            self._world.edit_order(life.uid, self._edit(life))

    def _edit(self, life: Life) -> dict[str, Any]:
        if life.edit == "address":
            return {"order": {"delivery_address": {"house_number": "7b"}}}
        if life.edit == "note":
            return {"order": {"note": "x"}}
        more = 1 if life.edit == "more" else -1
        (sku, amount), *others = life.lines
        lines = [(sku, amount + more), *others]
        items = [{"sku": {"uid": each}, "amount": pieces} for each, pieces in lines if pieces > 0]
        return {"order_items": items or [{"sku": {"uid": sku}, "amount": amount}]}

    async def _cancels(self, life: Life) -> None:
        if life.cancel_after is None or life.cancelled_by != "RxScale":
            return
        await asyncio.sleep(life.cancel_after)
        if self._open_at_rxscale(life):
            self._cancel(life)
            self._done.append(lambda: self._cancel(life))

    def _cancel(self, life: Life) -> None:
        if self._open_at_rxscale(life):
            self._note(life, "cancelled at RxScale")
            self._world.set_order_status(life.uid, "cancelled")

    async def _holds(self, life: Life) -> None:
        if life.hold is None or self._legacy:
            return
        await asyncio.sleep(life.hold[0])
        order = self._world.orders.get(life.uid)
        if order is None or not self._open_at_rxscale(life) or order.status == "on-hold":
            return
        before = order.status
        self._note(life, "held at RxScale")
        self._world.set_order_status(life.uid, "on-hold", "please wait")
        await asyncio.sleep(life.hold[1])
        self._release(life, before)
        self._done.append(lambda: self._release(life, before))

    def _release(self, life: Life, word: str) -> None:
        order = self._world.orders.get(life.uid)
        if order is not None and order.status == "on-hold":
            self._note(life, f"released at RxScale as {word}")
            self._world.set_order_status(life.uid, word)

    async def _by_hand(self, life: Life) -> None:
        """Staff click in RxScale's portal what the bridge would do."""
        if not life.by_hand:
            return
        await asyncio.sleep(life.pack)
        order = self._world.orders.get(life.uid)
        if order is None or not self._open_at_rxscale(life) or order.status == "on-hold":
            return
        handed = any(self._is_over(each.id) for each in self._of(life))
        if life.by_hand == "taken":
            word = "processing" if self._legacy else "pending review"
        elif life.by_hand == "ahead" and self._of(life):
            word = "processing" if self._legacy else "ready_for_pickup"
        elif life.by_hand == "completed" and handed:
            word = "completed"
        else:
            return
        self._note(life, f"set to {word} in RxScale's portal")
        self._world.set_order_status(life.uid, word)

    # -- at PharmaOne -----------------------------------------------------------------------------

    def _of(self, life: Life) -> list[Any]:
        return self._orders.of(life.uid)

    def _is_over(self, order_id: str) -> bool:
        order = self._world.p1_orders.get(order_id)
        return order is None or order.data["shipped"] or order.data["picked_up"]

    def _is_alive(self, order_id: str) -> bool:
        order = self._world.p1_orders.get(order_id)
        return order is not None and order.status != "cancelled"

    async def _staff(self, life: Life) -> None:
        """In PharmaOne: they review what came in, pack it, and hand it over."""
        decided: set[str] = set()
        for _ in range(2):  # a second one, where the first was refused and it was sent again
            request = await self._request(life, decided)
            if request is None and self._is_to_be_typed(life) and not decided:
                await self._type_in(life)
            if request is None:
                return
            decided.add(request.id)
            await asyncio.sleep(life.review)
            known = self._world.order_requests.get(request.id)
            if known is None or known.status != "pending":
                return
            if life.how == "rejected" and len(decided) == 1:
                self._note(life, "rejected by staff")
                self._around.reject(request.id)
                continue
            self._done.append(partial(self._approve_again, life, request.id))
            await self._approve(life, request.id)
            return

    def _is_to_be_typed(self, life: Life) -> bool:
        return life.typed_after is not None and self._open_at_rxscale(life)

    async def _type_in(self, life: Life) -> None:
        """Into PharmaOne, from what RxScale's portal shows; and from then on all of it by hand."""
        products = {each["sku"]["uid"]: each["external_id"] for each in self._world.skus.values()}
        items = [
            {"p1_id": products[sku], "name": "Sorte", "qty": amount, "price": 25}
            for sku, amount in life.lines
        ]
        name = f"Kim {surname(life.number)}"
        body = {"external_id": "", "customer_name": name, "items": items}
        order_id = self._world.pharmaone.upsert(body).id
        self._note(life, f"typed in by staff as {order_id}")
        if life.number % 2:
            self._note(life, "set to pending review in RxScale's portal")
            self._world.set_order_status(life.uid, "pending review")
        await self._handle(life, order_id)
        if self._open_at_rxscale(life) and self._is_over(order_id):
            self._note(life, "completed in RxScale's portal")
            self._world.set_order_status(life.uid, "completed")

    async def _approve(self, life: Life, request_id: str) -> None:
        order_id = self._world.approve(request_id)
        self._note(life, f"approved as {order_id}")
        await self._handle(life, order_id)

    def _approve_again(self, life: Life, request_id: str) -> None:
        known = self._world.order_requests.get(request_id)
        if known is not None and known.status == "pending":
            self._late.append(asyncio.create_task(self._approve(life, request_id)))

    async def _handle(self, life: Life, order_id: str) -> None:
        if life.cancelled_by == "PharmaOne" or life.staff == "deleted":
            await asyncio.sleep(life.cancel_after or life.pack)
            self._end(life, order_id)
            self._done.append(lambda: self._end(life, order_id))
            return
        await asyncio.sleep(life.pack)
        if not self._is_alive(order_id):
            return
        self._change(life, order_id)
        if life.how == "pickup":
            self._world.change_p1_order(order_id, status="ready_pickup")
        self._note(life, "packed")
        await asyncio.sleep(life.hand_over)
        self._hand_over(life, order_id)
        self._done.append(lambda: self._hand_over(life, order_id))

    def _end(self, life: Life, order_id: str) -> None:
        if not self._is_alive(order_id) or self._is_over(order_id):
            return
        if life.staff == "deleted":
            self._note(life, "deleted by staff")
            self._world.pharmaone.delete(order_id)
        else:
            self._note(life, "cancelled by staff")
            self._world.change_p1_order(order_id, status="cancelled")

    async def end(self) -> None:
        """Once all that is done again is done too."""
        while any(not each.done() for each in self._late):
            await asyncio.gather(*self._late)

    def do_again(self) -> None:
        """A vendor's database was restored: what was done by hand is done again, if it is gone."""
        for each in self._done:
            asyncio.get_running_loop().call_later(900.0, each)

    def _hand_over(self, life: Life, order_id: str) -> None:
        if not self._is_alive(order_id) or self._is_over(order_id):
            return
        self._note(life, "handed over")
        if life.how == "pickup":
            self._world.change_p1_order(order_id, picked_up=True)
        else:
            self._world.change_p1_order(order_id, status="shipped", shipped=True)

    def _change(self, life: Life, order_id: str) -> None:
        """Part of it is cancelled, it is paid, or it stands at a word that nobody has explained."""
        order = self._world.p1_orders[order_id]
        if life.staff == "less":
            items = [
                {**each, "qty": math.ceil(each["quantity"] / 2)} for each in order.data["items"]
            ]
            self._note(life, "less of it")
            self._world.pharmaone.rewrite(order_id, {"items": items})
        elif life.staff == "paid":
            self._note(life, "paid")
            self._world.pharmaone.mark_paid(order_id)
        elif life.staff == "odd word":
            self._note(life, "waits for goods")
            self._world.change_p1_order(order_id, status="backordered")

    async def _request(self, life: Life, decided: set[str]) -> Any:
        """Once it is on their screen; None if it never comes there, or they wait no longer."""
        waited, patience = 0.0, PATIENCE if life.typed_after is None else life.typed_after
        while True:
            new = (each for each in self._requests.of(life.uid) if each.id not in decided)
            if (found := next(new, None)) is not None:
                return found
            seconds = self._look if waited < HOUR else 10 * self._look
            waited += seconds
            if not self._open_at_rxscale(life) or waited > patience:
                return None
            await asyncio.sleep(seconds)
