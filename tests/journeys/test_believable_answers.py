"""A table of believable wrong answers x moments in an order's life, over real HTTP.

A cell says what both vendors show at the end and what a person is told. While answers are wrong no
order is submitted, cancelled or completed unless that is where the truth leads it.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house, open_sandbox
from journeys.believable import (
    AFTER,
    BEFORE,
    MOMENTS,
    ROUNDS,
    Cell,
    Orders,
    Wrong,
    look,
    reach,
    run,
)

from bridge.app import vitals
from bridge.sandbox.webhooks import Chaos

RX_LIST, RX_ORDER = "GET /pharmacy_orders/", "GET /pharmacy_orders/{uid}"
RX_STATUS = "PATCH /pharmacy_orders/{uid}/status"
RX_COMPLETE = "PATCH /pharmacy_orders/{uid}/complete_order"
P1_LIST, P1_ORDER = "GET /orders", "GET /orders/{id}"
P1_STATUS, SUBMIT = "PATCH /orders/{id}/status", "POST /order-requests"

NOT_THERE = {"status": 404, "body": {"error": "Resource not found"}}
NO_ROUTE = {"status": 404, "body": {"message": "no Route matched", "request_id": "a1"}}
PAGE_404 = {"status": 404, "garble": "html"}
PAGE_200 = {"garble": "html"}
NOTHING_DONE = {"status": 200, "body": {"status": "ok"}}
TOO_MANY = {"status": 429, "body": {"error": "Rate limit exceeded"}}
NO_ROWS = {"body": {"data": [], "totalRegistries": 0, "totalPages": 0}}
NO_ORDERS = {"body": {"data": [], "pagination": {"limit": 200, "offset": 0, "total": 0}}}
STALE = {"stale": True}


def at(vendor: str, answer: dict, *routes: str) -> Wrong:
    return Wrong(tuple({"vendor": vendor, "route": route, **answer} for route in routes))


def no_news_but_approved(house: House, uids: Orders) -> None:
    """Every webhook is lost, and staff approve one order-request."""
    house.world.spoil_webhooks(Chaos(lose=1))
    (request,) = house.requests(uids["review"])
    house.world.approve(request.id)


FOR_A_WHILE: dict[str, Wrong] = {
    "RxScale: 404": at("rxscale", NOT_THERE, RX_ORDER),
    "RxScale: 404 of a web page": at("rxscale", PAGE_404, "*"),
    "RxScale: 404 of a gateway": at("rxscale", NO_ROUTE, "*"),
    "RxScale: a web page": at("rxscale", PAGE_200, "*"),
    "RxScale: 429 at each write": at("rxscale", TOO_MANY, RX_STATUS, RX_COMPLETE),
    "RxScale: an empty list": at("rxscale", NO_ROWS, RX_LIST),
    "RxScale: a stale list": at("rxscale", STALE, RX_LIST),
    "RxScale: another pharmacy's": Wrong(
        (*at("rxscale", NO_ROWS, RX_LIST).faults, *at("rxscale", NOT_THERE, RX_ORDER).faults)
    ),
    "PharmaOne: 404": at("pharmaone", NOT_THERE, P1_ORDER),
    "PharmaOne: 404 of a web page": at("pharmaone", PAGE_404, "*"),
    "PharmaOne: 404 of a gateway": at("pharmaone", NO_ROUTE, "*"),
    "PharmaOne: a web page": at("pharmaone", PAGE_200, "*"),
    "PharmaOne: 429 at each write": at("pharmaone", TOO_MANY, SUBMIT, P1_STATUS),
    "PharmaOne: an empty list": at("pharmaone", NO_ORDERS, P1_LIST),
    "PharmaOne: a stale list": at("pharmaone", STALE, P1_LIST),
    "PharmaOne: another organisation's": Wrong(
        (*at("pharmaone", NO_ORDERS, P1_LIST).faults, *at("pharmaone", NOT_THERE, P1_ORDER).faults)
    ),
    "RxScale: yesterday's database": Wrong(
        begin=lambda house, _: house.world.put_back("before", ["rxscale"]),
        end=lambda house, _: house.world.put_back("now", ["rxscale"]),
    ),
    "RxScale: one of each write without effect": at(
        "rxscale", {**NOTHING_DONE, "times": 1}, RX_STATUS, RX_COMPLETE
    ),
    **{
        f"{vendor}'s clock {hours:+d} h": Wrong(
            begin=no_news_but_approved,
            sandbox={f"{short}_clock_ahead_seconds": hours * 3600},
            hints=False,
        )
        for vendor, short in (("RxScale", "rx"), ("PharmaOne", "p1"))
        for hours in (-2, 2)
    },
}
"""What ends by itself: every order goes on as if nothing had been."""
NOT_CLAIMED = frozenset(name for name in FOR_A_WHILE if name.startswith("RxScale: ")) - {
    "RxScale: an empty list",
    "RxScale: a stale list",
    "RxScale: one of each write without effect",
}
"""Where RxScale does not say that the order is ours: it is not sent."""
WITH_ACTS = frozenset(name for name in FOR_A_WHILE if "clock" in name or "database" in name)

AS_SHIPPED = {"gone_after_seconds": 900}
Seen = tuple[dict[str, Cell], dict[str, Cell]]
_RAN: dict[str, Seen] = {}


async def ran(name: str, wrong: Wrong, folder: Path) -> Seen:
    """Each row is run once, with an order at each moment."""
    if name not in _RAN:
        async with (
            open_sandbox(reference_mode="second", **wrong.sandbox) as sandbox,
            open_house(sandbox, folder, orders={**AS_SHIPPED, **wrong.orders}) as house,
        ):
            _RAN[name] = await run(house, wrong)
    return _RAN[name]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call waits for a vendor's rest, and hardly a look comes by itself: something says to."""
    for where, seconds in {
        "bridge.core.patience.FIRST_SECONDS": 300.0,
        "bridge.core.patience.NO_EFFECT_SECONDS": 0.05,
        "bridge.core.orders.unusual.SOON": timedelta(milliseconds=5),
        "bridge.transport.breaker.FIRST_REST": 0.001,
        "bridge.transport.breaker.LONGEST_REST": 0.002,
        "bridge.transport.breaker.PROBE_PATIENCE": 0.001,
        "bridge.transport.budget.FIRST_PAUSE": 0.001,
        "bridge.transport.budget.LONGEST_PAUSE": 0.002,
        "bridge.transport.retry.FIRST_PAUSE": 0.001,
    }.items():
        monkeypatch.setattr(where, seconds)


def is_between(seen: Cell, before: Cell, after: Cell) -> bool:
    """No step was taken but where the truth leads; who waits for a person is another question."""
    return (
        seen.rx in (before.rx, after.rx)
        and seen.p1 in (before.p1, after.p1)
        and before.requests <= seen.requests <= after.requests
    )


def moved_on(house: House, uids: Orders) -> None:
    """Staff go on working meanwhile."""
    world = house.world
    (request,) = house.requests(uids["review"])
    world.approve(request.id)
    made = {order.external_id: order.id for order in world.p1_orders.values()}
    world.change_p1_order(made[uids["preparing"]], status="ready_pickup")
    world.change_p1_order(made[uids["ready"]], shipped=True)


LATER = {
    **AFTER,
    "review": Cell("in-progress", "awaiting_packing"),
    "preparing": Cell("ready_for_pickup", "ready_pickup"),
    "ready": Cell("completed", "ready_pickup shipped"),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", [name for name in FOR_A_WHILE if name not in WITH_ACTS])
async def test_what_ends_by_itself_loses_nothing_that_happened(
    tmp_path: Path, name: str, moment: str
):
    wrong = replace(FOR_A_WHILE[name], begin=moved_on)
    during, after = await ran(f"{name}, and staff go on", wrong, tmp_path)
    assert is_between(during[moment], BEFORE[moment], LATER[moment]), during[moment]
    assert after[moment] == LATER[moment]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", FOR_A_WHILE)
async def test_what_ends_by_itself_changes_nothing(tmp_path: Path, name: str, moment: str):
    during, after = await ran(name, FOR_A_WHILE[name], tmp_path)
    truth = LATER[moment] if "clock" in name and moment == "review" else AFTER[moment]
    if name in NOT_CLAIMED and moment == "new":
        assert during["new"] == BEFORE["new"].but(rx=during["new"].rx)
    if "database" not in name:
        assert is_between(during[moment], BEFORE[moment], truth), during[moment]
    assert after[moment] == truth


# -- answers and acts of people that lead elsewhere ---------------------------------------------

SOON: dict[str, Any] = {"orders": {"gone_after_seconds": 0.05}, "lasts": 0.2}
CHANGED, HELD = ("changed_at_rxscale",), ("held_at_rxscale",)
OPEN_AT_PHARMAONE = ("review", "preparing", "ready", "shipped", "cancelled at PharmaOne")


def edited(house: House, uids: Orders) -> None:
    """The patient wants another piece of the first line, to another address."""
    for uid in uids.values():
        first, *others = house.world.orders[uid].lines
        lines = [{**first, "amount": first["amount"] + 1}, *others]
        address = {"delivery_address": {"city": "Probedorf"}}
        house.world.edit_order(uid, {"order_items": lines, "order": address})


def held(house: House, uids: Orders) -> None:
    for moment, uid in uids.items():
        if moment not in ENDED_AT_RXSCALE:
            house.world.set_order_status(uid, "on-hold", "a question about the dose")


def released(house: House, uids: Orders) -> None:
    for moment, uid in uids.items():
        house.world.set_order_status(uid, BEFORE[moment].rx)


BY_HAND = {
    "new": "pending review",
    "claimed": "in-progress",
    "review": "in-progress",
    "preparing": "ready_for_pickup",
    "ready": "completed",
    "shipped": "completed",
    "cancelled at PharmaOne": "cancelled",
}


def taken_by_hand(house: House, uids: Orders) -> None:
    """Somebody works in RxScale's portal, and no webhook tells of it."""
    house.world.spoil_webhooks(Chaos(lose=1))
    for moment, status in BY_HAND.items():
        house.world.set_order_status(uids[moment], status)
    house.world.spoil_webhooks(Chaos())


ENDED_AT_RXSCALE = ("completed", "cancelled under review", "cancelled at RxScale")
SENT_NOWHERE = {"new": AFTER["new"].but(requests=0), "claimed": AFTER["claimed"].but(requests=0)}
DELETED, GONE = "deleted_in_pharmaone", "gone_at_rxscale"

ELSEWHERE: dict[str, tuple[Wrong, dict[str, Cell], dict[str, Cell]]] = {
    "edited": (
        Wrong(begin=edited),
        {moment: AFTER[moment].but(told=CHANGED) for moment in OPEN_AT_PHARMAONE[:3]},
        {moment: AFTER[moment].but(told=CHANGED) for moment in OPEN_AT_PHARMAONE[:3]},
    ),
    "held by an admin, and released": (
        Wrong(begin=held, end=released),
        {
            moment: BEFORE[moment].but(
                rx="on-hold", told=HELD if moment in OPEN_AT_PHARMAONE else ()
            )
            for moment in MOMENTS
            if moment not in ENDED_AT_RXSCALE
        },
        {},
    ),
    "taken by hand": (
        Wrong(begin=taken_by_hand),
        {},
        {
            "new": Cell("pending review", requests=0, stuck="cannot_know"),
            "claimed": Cell("in-progress", requests=0, stuck="cannot_know"),
            "review": Cell("in-progress"),
            "preparing": Cell("ready_for_pickup", "awaiting_packing"),
            "ready": Cell("completed", "ready_pickup", told=("open_in_pharmaone",)),
        },
    ),
    "PharmaOne: yesterday's database, for good": (
        Wrong(begin=lambda house, _: house.world.put_back("before", ["pharmaone"]), **SOON),
        {},
        {
            "review": Cell("pending review", requests=0),
            "cancelled under review": AFTER["cancelled under review"].but(requests=0),
            "preparing": Cell("in-progress", requests=0, stuck=DELETED),
            "ready": Cell("ready_for_pickup", requests=0, stuck=DELETED),
            "shipped": Cell("ready_for_pickup", requests=0, stuck=DELETED),
            "completed": Cell("completed", requests=0),
            "cancelled at RxScale": Cell("cancelled", requests=0),
            "cancelled at PharmaOne": Cell("in-progress", requests=0, stuck=DELETED),
        },
    ),
    "RxScale: yesterday's database, for good": (
        Wrong(begin=lambda house, _: house.world.put_back("before", ["rxscale"]), **SOON),
        {},
        {
            **{m: BEFORE[m].but(rx="", stuck=GONE) for m in MOMENTS},
            "completed": BEFORE["completed"].but(rx=""),
        },
    ),
    **{
        f"RxScale: writes without effect{more}": (
            replace(
                at("rxscale", NOTHING_DONE, RX_STATUS, RX_COMPLETE), retried=True, orders=orders
            ),
            {
                moment: BEFORE[moment].but(stuck="no_effect", requests=moment != "new")
                for moment in ("new", "shipped", "cancelled at PharmaOne")
            },
            {},
        )
        for more, orders in (("", {}), (", holds too", {"hold_when_stuck": True}))
    },
    "PharmaOne: a cancellation without effect": (
        replace(at("pharmaone", NOTHING_DONE, P1_STATUS), retried=True),
        {"cancelled at RxScale": BEFORE["cancelled at RxScale"].but(stuck="no_effect")},
        {},
    ),
    "PharmaOne: submissions without effect": (
        at("pharmaone", NOTHING_DONE, SUBMIT),
        SENT_NOWHERE,
        SENT_NOWHERE,
    ),
}
"""Each row: what is wrong, what differs from AFTER meanwhile, and at the end."""


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ELSEWHERE)
async def test_what_leads_elsewhere(tmp_path: Path, name: str, moment: str):
    wrong, meanwhile, at_last = ELSEWHERE[name]
    during, after = await ran(name, wrong, tmp_path)
    assert after[moment] == at_last.get(moment, AFTER[moment])
    if moment in meanwhile:
        assert during[moment] == meanwhile[moment]


# -- many at once ---------------------------------------------------------------------------------


async def under_way(house: House, count: int) -> Orders:
    """So many orders in preparation, pharmacy orders to PharmaOne's, and one more beside them."""
    uids = await house.orders_arrive(count=count + 1)
    return {uid: await house.approve(uid) for uid in uids[:count]}


def cancelled_there(house: House, orders: Orders) -> None:
    for order_id in orders.values():
        house.world.change_p1_order(order_id, status="cancelled")


def not_cancelled_there(house: House, orders: Orders) -> None:
    for order_id in orders.values():
        house.world.change_p1_order(order_id, status="awaiting_packing")


def cancelled_at_rxscale(house: House, orders: Orders) -> None:
    for uid in orders:
        house.world.set_order_status(uid, "cancelled")


def not_cancelled_at_rxscale(house: House, orders: Orders) -> None:
    for uid in orders:
        house.world.set_order_status(uid, "in-progress")


SIDES = {
    "PharmaOne": (cancelled_there, not_cancelled_there),
    "RxScale": (cancelled_at_rxscale, not_cancelled_at_rxscale),
}


USUAL, ENDED = 3, [("cancelled", "cancelled")]


def both(house: House, orders: Orders) -> list[tuple[str, str]]:
    return [
        (house.status(uid), house.world.p1_orders[order_id].status)
        for uid, order_id in orders.items()
    ]


@pytest.mark.parametrize("side", SIDES)
async def test_many_cancellations_at_once_are_held(tmp_path: Path, side: str):
    """A vendor gone wrong must not end orders at the other: not more than an everyday few."""
    wrong, right = SIDES[side]
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        orders = await under_way(house, 8)
        wrong(house, orders)
        for _ in range(ROUNDS):
            await look(house, orders)
        ended = {uid for uid, order_id in orders.items() if both(house, {uid: order_id}) == ENDED}
        assert len(ended) <= USUAL
        assert (await vitals.health(house.bridge)).document()["status"] == "degraded"
        spared = {uid: order_id for uid, order_id in orders.items() if uid not in ended}
        right(house, spared)
        for _ in range(2):
            await look(house, orders)
        assert both(house, spared) == [("in-progress", "awaiting_packing")] * len(spared)
        assert await house.stuck() == []


@pytest.mark.parametrize("side", SIDES)
async def test_a_few_cancellations_are_an_everyday_matter(tmp_path: Path, side: str):
    wrong, _ = SIDES[side]
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        orders = await under_way(house, USUAL)
        wrong(house, orders)
        await house.settle()
        assert both(house, orders) == ENDED * USUAL


@pytest.mark.parametrize("moment", ["new", "claimed"])
async def test_what_is_edited_before_it_is_sent_is_sent_so(tmp_path: Path, moment: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await reach(house)
        edited(house, uids)
        await look(house, uids.values())
        (request,) = house.requests(uids[moment])
        wanted = house.world.orders[uids[moment]].lines
        assert request.payload["address_city"] == "Probedorf"
        sent = [item["quantity"] for item in request.payload["items"]]
        assert sum(sent) == sum(line["amount"] for line in wanted)
