"""Orders at every moment of their life, wrong answers for all of them, and what comes of it."""

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from house import House

from bridge.app.machine import now
from bridge.core.model import Hint, PharmacyOrderUid, order_key
from bridge.errors import BridgeError
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import person, todo, waiting

FOR_EVER = 10**6
ROUNDS = 5
"""So many looks at each order, and sweeps of both sides, while the answers are wrong."""

Orders = dict[str, str]
"""The pharmacy order's uid of each moment."""


@dataclass(frozen=True)
class Cell:
    """What both vendors show of an order, and what a person is told of it.

    `p1`: the word of PharmaOne's order and its raised flags; "" where there is no order.
    """

    rx: str
    p1: str = ""
    requests: int = 1
    stuck: str = ""
    told: tuple[str, ...] = ()

    def but(self, **changes: Any) -> "Cell":
        return replace(self, **changes)


@dataclass(frozen=True)
class Wrong:
    """A believable wrong answer: faults for ever, or what `begin` does; `end` takes it back."""

    faults: tuple[dict[str, Any], ...] = ()
    begin: Callable[[House, Orders], None] = lambda *_: None
    end: Callable[[House, Orders], None] = lambda *_: None
    sandbox: dict[str, Any] = field(default_factory=dict)
    orders: dict[str, Any] = field(default_factory=dict)
    """Keys of the section `orders` in rxbridge.toml."""
    lasts: float = 0.0
    """Seconds that the answers are wrong, at least."""
    retried: bool = False
    """A person then says to try again what is stuck."""
    hints: bool = True
    """False: nothing says to look at an order but the sweeps."""


async def work(house: House) -> None:
    """What is due now, and what comes of it; nothing that is put off is waited for."""
    for _ in range(2):
        await house.sandbox.drain()
        if house.bridge.p1_news.is_set():
            house.bridge.p1_news.clear()
            with contextlib.suppress(BridgeError):
                await house.bridge.p1_sweep.learn()
        await house.bridge.worker.run_until_idle()


async def look(house: House, uids: Iterable[str] = ()) -> None:
    """Something says to look at every one of these orders; then both sweeps."""
    hints = [Hint(order_key(PharmacyOrderUid(uid)), "test") for uid in uids]
    await house.bridge.store.write(todo.hint, hints, now())
    await work(house)
    for sweep in (house.bridge.sweep.run, house.bridge.p1_sweep.run):
        with contextlib.suppress(BridgeError):
            await sweep()
    await work(house)


MOMENTS = (
    "new", "claimed", "review", "cancelled under review", "preparing", "ready", "shipped",
    "completed", "cancelled at RxScale", "cancelled at PharmaOne",
)  # fmt: skip
_APPROVED = MOMENTS[4:]
_PACKED = ("ready", "shipped", "completed")

BEFORE = {
    "new": Cell("waiting for pharmacy", requests=0),
    "claimed": Cell("pending review", requests=0),
    "review": Cell("pending review"),
    "cancelled under review": Cell("cancelled"),
    "preparing": Cell("in-progress", "awaiting_packing"),
    "ready": Cell("ready_for_pickup", "ready_pickup"),
    "shipped": Cell("ready_for_pickup", "ready_pickup shipped"),
    "completed": Cell("completed", "ready_pickup shipped"),
    "cancelled at RxScale": Cell("cancelled", "awaiting_packing"),
    "cancelled at PharmaOne": Cell("in-progress", "cancelled"),
}
"""How both sides stand when the answers begin to be wrong; of the last of it nobody told..."""
AFTER = {
    **BEFORE,
    "new": Cell("pending review"),
    "claimed": Cell("pending review"),
    "cancelled under review": Cell("cancelled", stuck="cancelled_at_rxscale"),
    "shipped": Cell("completed", "ready_pickup shipped"),
    "cancelled at RxScale": Cell("cancelled", "cancelled"),
    "cancelled at PharmaOne": Cell("cancelled", "cancelled"),
}
"""... and where the truth leads each of them. Staff are asked to reject one request under review:
nobody else can withdraw it.
"""


async def reach(house: House) -> Orders:
    """One order at each moment. Three more are well, and were there `before` all others."""
    world = house.world
    refused = {"route": "POST /order-requests", "status": 429, "times": FOR_EVER}
    bystanders = world.add_orders(3)
    await work(house)
    _approve(house, bystanders)
    await work(house)
    world.copy("before")
    uids = dict(zip(MOMENTS[1:], world.add_orders(len(MOMENTS) - 1), strict=True))
    world.break_calls(Fault(vendor="pharmaone", about=uids["claimed"], **refused))
    await work(house)
    _approve(house, (uids[moment] for moment in _APPROVED))
    await work(house)
    for moment in _PACKED:
        world.change_p1_order(_made_of(house, uids[moment]), status="ready_pickup")
    await work(house)
    world.change_p1_order(_made_of(house, uids["completed"]), shipped=True)
    await work(house)
    world.faults.clear()
    _news(house, uids)
    return uids


def _approve(house: House, uids: Iterable[str]) -> None:
    for uid in uids:
        (request,) = house.requests(uid)
        house.world.approve(request.id)


def _news(house: House, uids: Orders) -> None:
    """What happened a moment ago, and the bridge was not told of."""
    world = house.world
    world.spoil_webhooks(Chaos(lose=1))
    (uids["new"],) = world.add_orders(1)
    world.change_p1_order(_made_of(house, uids["shipped"]), shipped=True)
    world.change_p1_order(_made_of(house, uids["cancelled at PharmaOne"]), status="cancelled")
    for moment in ("cancelled under review", "cancelled at RxScale"):
        world.set_order_status(uids[moment], "cancelled")
    world.spoil_webhooks(Chaos())


def _made_of(house: House, uid: str) -> str:
    (order,) = (each for each in house.world.p1_orders.values() if each.external_id == uid)
    return order.id


async def shown(house: House, uids: Orders) -> dict[str, Cell]:
    """What there is to see of each, at both vendors and in the bridge's list."""
    world = house.world
    stuck = {row.key: row.reason.code for row in await house.stuck()}
    open_ones = await house.bridge.store.read(waiting.open_attentions)
    there = {each.external_id: each.data for each in world.p1_orders.values()}
    found = {}
    for moment, uid in uids.items():
        key = order_key(PharmacyOrderUid(uid))
        data = there.get(uid)
        flags = [flag for flag in ("shipped", "picked_up") if data and data[flag]]
        found[moment] = Cell(
            rx=world.orders[uid].status if uid in world.orders else "",
            p1=" ".join([data["status"], *flags]) if data else "",
            requests=len(house.requests(uid)),
            stuck=str(stuck.get(key, "")),
            told=tuple(sorted(str(row.reason.code) for row in open_ones if row.key == key)),
        )
    return found


async def run(house: House, wrong: Wrong) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """What is shown while the answers are wrong, and once they are right again."""
    world = house.world
    uids = await reach(house)
    assert await shown(house, uids) == BEFORE
    world.copy("now")
    wrong.begin(house, uids)
    faults = [Fault(**{"times": FOR_EVER, **each}) for each in wrong.faults]
    world.break_calls(*faults)
    world.calls.clear()
    hinted = [*uids.values()] if wrong.hints else [uids["claimed"]]  # whose next try is far away
    ends = time.monotonic() + wrong.lasts
    rounds = 0
    while rounds < ROUNDS or time.monotonic() < ends:
        await look(house, hinted)
        rounds += 1
    assert all(world.calls(None if fault.route == "*" else fault.route) for fault in faults)
    during = await shown(house, uids)
    world.faults.clear()
    wrong.end(house, uids)
    if wrong.retried:
        await house.bridge.store.write(person.retry, None, now())
    for _ in range(2):
        await look(house, hinted)
    return during, await shown(house, uids)
