"""A PharmaOne that never deducts: the bridge does, once for each order and product, over real HTTP.

Whatever is lost on the way, PharmaOne's number ends where the shelf is, and RxScale never offers
more than that.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Key, Phase
from bridge.pharmaone.client import PharmaOne
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault
from bridge.store import Store, adjustments, person, stock, waiting, work
from bridge.texts import say

SKU, PRODUCT, OTHER = "psku-1001", "20401", "20402"
THREE = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]}
BOTH = {
    "order_items": [
        {"sku": {"uid": "sku-1001"}, "amount": 3},
        {"sku": {"uid": "sku-1002"}, "amount": 2},
    ]
}
ADJUST = {"vendor": "pharmaone", "route": "POST /inventory/adjust"}
LOST = {
    "500 after": {"status": 500, "when": "after"},
    "cut after": {"cut": True, "when": "after"},
    "html": {"garble": "html", "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "0"}},
    "cut before": {"cut": True, "when": "before"},
    "500 before": {"status": 500, "when": "before"},
}


def fact(folder: Path, value: str) -> None:
    if not (folder / "mappings").exists():
        shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "mappings" / "facts.toml").write_text(f'pharmaone.deducts_at = "{value}"')


@asynccontextmanager
async def a_house(tmp_path: Path, **changes) -> AsyncIterator[House]:
    fact(tmp_path, "never")
    async with (
        open_sandbox(p1_deducts_at=None, **changes) as sandbox,
        open_house(sandbox, tmp_path, orders={"fresh_seconds": 0.05}) as house,
    ):
        yield house


async def handed_over(house: House, order=THREE) -> tuple[str, str]:
    """An order that the pharmacy has handed over; nothing was synced since."""
    (uid,) = await house.orders_arrive(order)
    order_id = await house.approve(uid)
    await house.sync()
    await house.change(order_id, status="ready_pickup")
    await house.change(order_id, picked_up=True)
    await asyncio.sleep(0.06)  # what was seen so far is old now
    return uid, order_id


def on_hand(house: House, product: str = PRODUCT) -> int:
    return int(house.world.inventory[product]["stockquantity"])


def log_of(house: House, product: str = PRODUCT) -> list[tuple[int, str]]:
    entries = house.world.pharmaone.goods.log(product)
    return [(entry["delta_on_hand"], entry["reason"]) for entry in entries]


async def told(house: House) -> list[str]:
    return [row.reason.code for row in await house.bridge.store.read(waiting.open_attentions)]


async def rounds(house: House, count: int = 3) -> None:
    """Later ones: what is in doubt may be looked for."""
    for _ in range(count):
        house.later(60)
        await house.sync()
        assert house.stock(SKU) <= 397, "never more than what is on the shelf"


async def accept(house: House, uid: str) -> None:
    assert await house.bridge.store.write(person.accept, Key(f"order:{uid}"), now())


async def test_an_order_is_deducted_once_and_told_in_its_story(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house)
        assert (on_hand(house), house.stock(SKU)) == (400, 394), "RxScale took them off by itself"
        await rounds(house)
        assert log_of(house) == [(-3, f"RxScale {uid}: -3 (rxbridge {uid}/1)")]
        assert (on_hand(house), house.stock(SKU)) == (397, 397)
        assert await told(house) == []
        story = (await house.story(uid)).entries
        (entry,) = [each for each in story if each.what == "adjusted"]
        facts = {"product": PRODUCT, "delta": -3, "reference": f"{uid}/1"}
        assert entry.facts == facts
        assert (await house.bridge.store.read(stock.state)).adjusting == 0


async def test_an_inventory_from_before_shows_the_goods_still(tmp_path: Path):
    """What was read before the adjustment is not offered by the release."""
    async with a_house(tmp_path) as house:
        await handed_over(house)
        house.world.break_calls(Fault(vendor="pharmaone", route="GET /inventory", status=500))
        await house.sync()
        assert (on_hand(house), house.stock(SKU)) == (397, 397)
        await rounds(house, 1)
        assert house.stock(SKU) == 397


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_lost_answer_doubles_nothing(tmp_path: Path, fault: str, times: int):
    async with a_house(tmp_path) as house:
        await handed_over(house, BOTH)
        house.world.break_calls(Fault(**ADJUST, **LOST[fault], times=times))
        await rounds(house, 5)
        assert [delta for delta, _ in log_of(house)] == [-3]
        assert [delta for delta, _ in log_of(house, OTHER)] == [-2]
        assert (on_hand(house), house.stock(SKU)) == (397, 397)
        assert await told(house) == []


class Killed(Exception):  # noqa: N818 - what happens, not what is wrong
    """As kill -9 would: nothing that comes after is done."""


def deadly(real: Callable, when: str, question: Callable | None = None) -> Callable:
    async def call(self, *args, **kwargs):
        if question is not None and question not in args:
            return await real(self, *args, **kwargs)
        if when == "after":
            await real(self, *args, **kwargs)
        raise Killed

    return call


@pytest.mark.parametrize(
    ("owner", "name", "question"),
    [
        (PharmaOne, "inventory_log", None),
        (PharmaOne, "adjust", None),
        (Store, "write", adjustments.begin),
        (Store, "write", adjustments.sending),
        (Store, "write", adjustments.done),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_anywhere_it_is_deducted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, question, when: str
):
    fact(tmp_path, "never")
    async with open_sandbox(p1_deducts_at=None) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await handed_over(house)
            with monkeypatch.context() as patch:
                patch.setattr(owner, name, deadly(getattr(owner, name), when, question))
                with pytest.raises(Killed):
                    await house.bridge.stock.sync()
        await started_again(sandbox, tmp_path)


async def started_again(sandbox: Sandbox, folder: Path) -> None:
    async with open_house(sandbox, folder) as house:
        await rounds(house)
        assert [delta for delta, _ in log_of(house)] == [-3]
        assert (on_hand(house), house.stock(SKU)) == (397, 397)


async def test_what_a_lost_store_has_sent_is_found(tmp_path: Path):
    """The order is still open at RxScale, where the answer to its completion was lost."""
    fact(tmp_path, "never")
    async with open_sandbox(p1_deducts_at=None) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            fault = Fault(
                vendor="rxscale",
                route="PATCH /pharmacy_orders/{uid}/complete_order",
                status=500,
                times=99,
            )
            house.world.break_calls(fault)
            uid, _ = await handed_over(house)
            await rounds(house)
            assert on_hand(house) == 397
            assert house.status(uid) != "completed"
            house.world.faults.clear()
        for name in ("rxbridge.db", "rxbridge.db-wal", "rxbridge.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        async with open_house(sandbox, tmp_path) as house:
            await house.sweep()
            assert (await house.record(uid)).phase is Phase.DONE
            await rounds(house)
            assert [delta for delta, _ in log_of(house)] == [-3]
            assert (on_hand(house), house.stock(SKU)) == (397, 397)


async def test_refused_a_person_sees_to_it(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house, BOTH)
        house.hand(PRODUCT, 2)  # counted anew, and PharmaOne goes not below 0
        await rounds(house)
        assert on_hand(house, OTHER) == 408
        assert await told(house) == ["not_adjusted"]
        assert len(house.world.calls("POST /inventory/adjust")) == 2, "never repeated blindly"
        (row,) = await house.bridge.store.read(waiting.open_attentions)
        assert f"product {PRODUCT} by -3" in say(row.reason)
        assert house.stock("psku-1002") == 408
        assert house.stock(SKU) == 0, "kept back"
        house.hand(PRODUCT, 9)
        await accept(house, uid)
        house.later(60)
        await house.sync()
        await house.sync()
        assert house.stock(SKU) == 9
        assert len(house.world.calls("POST /inventory/adjust")) == 2
        assert await told(house) == []


async def test_clamped_at_0_it_is_done(tmp_path: Path):
    async with a_house(tmp_path, p1_below_zero="clamp") as house:
        await handed_over(house)
        house.hand(PRODUCT, 2)
        await rounds(house)
        assert (on_hand(house), house.stock(SKU)) == (0, 0)
        assert len(log_of(house)) == 1
        assert await told(house) == []


async def test_a_log_that_does_not_reach_back_asks_a_person(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house)
        house.world.break_calls(Fault(**ADJUST, cut=True, when="after"))
        await house.sync()
        for _ in range(200):
            house.world.pharmaone.goods.adjust(PRODUCT, 0, "cash desk")
        await rounds(house)
        (row,) = await house.bridge.store.read(waiting.open_attentions)
        assert row.reason.code == "not_adjusted"
        assert f"'{uid}/1'" in say(row.reason)
        assert (on_hand(house), house.stock(SKU)) == (397, 394), "kept back"
        await accept(house, uid)
        house.later(60)
        await house.sync()
        await house.sync()
        assert house.stock(SKU) == 397
        assert len(house.world.calls("POST /inventory/adjust")) == 1


async def test_what_was_edited_is_for_a_person(tmp_path: Path):
    async with a_house(tmp_path) as house:
        (uid,) = await house.orders_arrive(THREE)
        order_id = await house.approve(uid)
        (line,) = house.world.orders[uid].lines
        house.world.edit_order(uid, {"order_items": [{**line, "amount": 5}]})
        await house.sweep()
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        await rounds(house)
        assert "not_adjusted" in await told(house)
        assert log_of(house) == []
        house.hand(PRODUCT, 395)
        await accept(house, uid)
        house.later(60)
        await house.sync()
        await house.sync()
        assert (log_of(house), house.stock(SKU)) == ([], 395)


@pytest.mark.parametrize("lowered", [True, False])
async def test_goods_that_come_back_are_put_back_once_a_person_says_so(
    tmp_path: Path, lowered: bool
):
    async with a_house(tmp_path) as house:
        uid, order_id = await handed_over(house)
        await rounds(house)
        flags = {"picked_up": False} if lowered else {}
        await house.change(order_id, status="cancelled", **flags)
        await rounds(house)
        assert "came_back" in await told(house)
        assert (on_hand(house), house.stock(SKU)) == (397, 397), "not without a person"
        key = Key(f"order:{uid}")
        assert await house.bridge.store.write(person.confirm, [key], now()) == [key]
        assert await house.bridge.store.write(person.confirm, [key], now()) == []
        house.world.break_calls(Fault(**ADJUST, cut=True, when="after"))
        for _ in range(3):
            house.later(60)
            await house.sync()
        assert log_of(house) == [
            (3, f"RxScale {uid}: +3 (rxbridge {uid}/2)"),
            (-3, f"RxScale {uid}: -3 (rxbridge {uid}/1)"),
        ]
        assert (on_hand(house), house.stock(SKU)) == (400, 400)
        await house.sweep()
        assert "came_back" not in await told(house)


async def test_goods_that_may_not_be_sold_again_stay_deducted(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, order_id = await handed_over(house)
        await rounds(house)
        await house.change(order_id, status="cancelled", picked_up=False)
        assert "came_back" in await told(house)
        await accept(house, uid)
        await rounds(house)
        assert (on_hand(house), len(log_of(house))) == (397, 1)


async def test_cancelled_before_it_was_deducted_it_never_is(tmp_path: Path):
    async with a_house(tmp_path) as house:
        _, order_id = await handed_over(house)
        await house.change(order_id, status="cancelled", picked_up=False)
        house.later(60)
        await house.sync()
        assert (log_of(house), house.stock(SKU), on_hand(house)) == ([], 400, 400)
        assert "came_back" not in await told(house)


async def test_seen_to_come_back_while_it_was_being_deducted(tmp_path: Path):
    async with a_house(tmp_path) as house:
        _, order_id = await handed_over(house)
        house.world.break_calls(Fault(**ADJUST, cut=True, when="after"))
        await house.sync()
        await house.change(order_id, status="cancelled", picked_up=False)
        assert "came_back" not in await told(house), "nobody knows yet that it was deducted"
        await asyncio.sleep(0.15)  # the grace is over
        await house.sync()
        assert (on_hand(house), len(log_of(house))) == (397, 1)
        assert "came_back" in await told(house)


async def test_only_what_is_kept_back_is_deducted(tmp_path: Path):
    """An order that ended under another fact was deducted, as was believed then."""
    fact(tmp_path, "unknown")
    async with open_sandbox(p1_deducts_at=None) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await handed_over(house)
        fact(tmp_path, "never")
        async with open_house(sandbox, tmp_path) as house:
            house.later(60)
            await house.sync()
            assert log_of(house) == []


async def test_a_fact_that_was_wrong_is_taken_back(tmp_path: Path):
    """PharmaOne deducts at the handover after all: what was not sent yet is not needed."""
    fact(tmp_path, "never")
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            house.world.break_calls(Fault(**ADJUST, status=429, times=99))
            await handed_over(house)
            await house.sync()
            house.world.faults.clear()
        fact(tmp_path, "handed_over")
        async with open_house(sandbox, tmp_path) as house:
            house.later(60)
            await house.sync()
            await house.sync()
            assert (on_hand(house), house.stock(SKU)) == (397, 397)
            assert len(log_of(house)) == 1, "PharmaOne's own"


async def test_a_dropped_order_is_deducted_all_the_same(tmp_path: Path):
    async with a_house(tmp_path) as house:
        (uid,) = await house.orders_arrive(THREE)
        order_id = await house.approve(uid)
        await house.bridge.store.write(person.drop, Key(f"order:{uid}"), "by hand", now())
        await house.settle()
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        await rounds(house)
        assert (on_hand(house), await told(house)) == (397, [])
        assert await house.bridge.store.write(person.resume, Key(f"order:{uid}"), now())
        await house.settle()
        await rounds(house)
        assert (on_hand(house), house.stock(SKU), len(log_of(house))) == (397, 397, 1)


async def test_dropped_while_a_person_is_asked_he_still_is(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house)
        house.hand(PRODUCT, 2)
        await rounds(house)
        await house.bridge.store.write(person.drop, Key(f"order:{uid}"), "by hand", now())
        await house.settle()
        assert await told(house) == ["not_adjusted"]


async def test_a_forgotten_order_leaves_nothing(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house)
        await rounds(house)
        await house.bridge.store.write(work.forget, now() + timedelta(days=200))
        assert await house.bridge.store.read(adjustments.of, Key(f"order:{uid}")) == []
        assert await house.bridge.store.read(waiting.all_stuck) == []


async def test_one_product_that_cannot_be_read_stops_no_other(tmp_path: Path):
    async with a_house(tmp_path) as house:
        fault = Fault(vendor="pharmaone", route="GET /inventory/{id}/log", garble="html", times=1)
        await handed_over(house, BOTH)
        house.world.break_calls(fault)
        await house.sync()
        assert sorted([on_hand(house), on_hand(house, OTHER)]) in ([397, 410], [400, 408])


async def test_what_the_token_needs_follows_the_fact(tmp_path: Path):
    fact(tmp_path, "unknown")
    claims = {"scopes": ["orders.read", "orders.write", "order_requests.write", "inventory.read"]}
    async with (
        open_sandbox(token_claims=claims) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        tokens = house.bridge.vendors.pharmaone.tokens
        assert tokens.facts.missing_scopes == ()
        fact(tmp_path, "never")
        await house.bridge.reloader.look()
        assert tokens.facts.missing_scopes == ("inventory.write",)


async def test_a_person_sees_to_one_product_and_the_other_goes_on(tmp_path: Path):
    async with a_house(tmp_path) as house:
        uid, _ = await handed_over(house, BOTH)
        house.hand(PRODUCT, 2)
        route = "GET /inventory/{id}/log"
        slow = Fault(vendor="pharmaone", route=route, about=OTHER, status=500, times=9)
        house.world.break_calls(slow)
        await house.sync()
        assert await told(house) == ["not_adjusted"]
        await accept(house, uid)
        await house.sync()
        assert (on_hand(house, OTHER), house.stock("psku-1002")) == (410, 408), "kept back"
        house.world.faults.clear()
        await rounds(house)
        assert (on_hand(house, OTHER), house.stock("psku-1002")) == (408, 408)
