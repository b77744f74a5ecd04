"""An older store put back: what the bridge did since then is not done twice."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import PharmacyOrderUid
from bridge.sandbox.traffic import Fault
from bridge.store import orders, person, views
from bridge.store.backup import back_up, restore
from bridge.texts import say

PRODUCT, SKU = "20401", "psku-1001"
SUBMIT, SET_STATUS = "POST /order-requests", "PATCH /pharmacy_orders/{uid}/status"

NO = {"status": 422, "body": {"error": "no"}}


def back(house: House) -> Path:
    """A backup, as of now."""
    target = house.folder / "backup.db"
    back_up(house.bridge.store.path, target)
    return target


def put_back(folder: Path) -> None:
    restore(folder / "rxbridge.db", folder / "backup.db", now=now())


async def test_no_order_is_sent_again(tmp_path: Path):
    """Sent before, sent since and approved, sent since and under review, and one not sent yet."""
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            before = await house.orders_arrive(count=2)
            await house.approve(before[0])
            back(house)
            since = await house.orders_arrive(count=3)
            approved = await house.approve(since[0])
        (waiting,) = sandbox.world.add_orders(1, announce=False)
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            everything = [*before, *since, waiting]
            assert [len(house.requests(uid)) for uid in everything] == [1] * 6
            assert (await house.record(since[0])).order_id == approved
            stuck = {row.key: row.reason.code for row in await house.stuck()}
            assert set(stuck) == {f"order:{uid}" for uid in since[1:]}
            order = await house.approve(since[1])
            await house.sweep()
            assert (await house.record(since[1])).order_id == order
            assert [len(house.requests(uid)) for uid in everything] == [1] * 6


async def test_nothing_is_sent_before_rxscale_knows_that_it_is_taken(tmp_path: Path):
    """So an order in RxScale's queue was sent by no store, and one restored sends it once."""
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            back(house)
            house.world.break_calls(Fault(vendor="rxscale", route=SET_STATUS, times=9, **NO))
            (uid,) = await house.orders_arrive()
            assert house.status(uid) == "waiting for pharmacy"
            assert house.requests(uid) == []
        sandbox.world.faults.clear()
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            assert len(house.requests(uid)) == 1
            assert house.status(uid) == "pending review"


async def test_one_that_was_sent_since_and_cancelled_meanwhile(tmp_path: Path):
    """The copy remembers that nothing was sent: at PharmaOne they stand all the same."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            house.world.break_calls(Fault(vendor="pharmaone", route=SUBMIT, times=2, **NO))
            made, asked = await house.orders_arrive(count=2)
            back(house)
            await house.bridge.store.write(person.retry, None, now())
            await house.settle()
            order = await house.approve(made)
        for uid in (made, asked):
            sandbox.world.set_order_status(uid, "cancelled")
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            assert sandbox.world.p1_orders[order].data["status"] == "cancelled"
            assert (await house.record(made)).finished_at is not None
            assert (await house.record(asked)).finished_at is not None
            assert await house.stuck() == [], "an order that staff make of it is cancelled then"


async def test_one_that_could_not_be_sent_at_the_time_and_was_sent_since(tmp_path: Path):
    """Without a doubt it would go out again: the copy remembers that nothing was sent."""
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            house.world.break_calls(Fault(vendor="pharmaone", route=SUBMIT, **NO))
            (uid,) = await house.orders_arrive()
            assert len(await house.stuck()) == 1
            back(house)
            await house.bridge.store.write(person.retry, None, now())
            await house.settle()
            assert house.status(uid) == "pending review"
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            assert len(house.requests(uid)) == 1
            assert [row.reason.code for row in await house.stuck()] == ["cannot_know"]
            await house.approve(uid)
            await house.sweep()
            assert await house.stuck() == []
            assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("approved", ["before", "since"])
@pytest.mark.parametrize("named_in_list", [True, False])
async def test_one_that_was_sent_since_and_cancelled(
    tmp_path: Path, approved: str, named_in_list: bool
):
    """The copy says that nothing was sent; what PharmaOne makes of it is cancelled there."""
    async with open_sandbox(list_has_external_id=named_in_list) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            house.world.break_calls(Fault(vendor="pharmaone", route=SUBMIT, **NO))
            (uid,) = await house.orders_arrive()
            back(house)
            await house.bridge.store.write(person.retry, None, now())
            await house.settle()
            (request,) = house.requests(uid)
        if approved == "before":
            order = sandbox.world.approve(request.id)
        sandbox.world.set_order_status(uid, "cancelled")
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            await house.sweep()
            if approved == "since":
                order = await house.approve(uid)
                await house.sweep()
            assert sandbox.world.p1_orders[order].status == "cancelled"
            assert f"order:{uid}" not in {row.key for row in await house.stuck()}


async def test_a_number_written_since_is_nobodys_change(tmp_path: Path):
    """Else the difference would be taken to PharmaOne as somebody's change of the stock."""
    stock = {"adopt_external": True}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            await house.sync()
            back(house)
            house.hand(PRODUCT, 100)
            await house.sync()
            offered = house.stock(SKU)
        with closing(sqlite3.connect(tmp_path / "backup.db")) as yesterday, yesterday:
            yesterday.execute("UPDATE stock SET ours_at = ours_at - 86400000000")
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            await house.bridge.stock.reread()
            await house.sync()
            await house.sync()
            assert house.world.inventory[PRODUCT]["stockquantity"] == 100
            assert house.stock(SKU) == offered
            assert (await house.bridge.store.read(views.facts, now())).counters.get(
                "stock_drift", 0
            ) == 0


async def test_no_number_rises_before_the_orders_are_known_again(tmp_path: Path):
    """What orders since the copy take is not in it: what they hold back is not offered."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            whole = sum(house.stock(sku) for sku in house.world.skus)
            back(house)
            await house.orders_arrive(count=3)
            await house.sync()
            offered = {sku: house.stock(sku) for sku in house.world.skus}
            assert sum(offered.values()) < whole
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path, swept=False) as house:
            await house.bridge.stock.reread()
            await house.sync()
            assert {sku: house.stock(sku) for sku in offered} == offered
            await house.sweep()
            await house.sync()
            assert {sku: house.stock(sku) for sku in offered} == offered


async def test_what_a_lost_store_kept_back_is_kept_back_by_the_next(tmp_path: Path):
    """RxScale's list of SKUs alone tells what an order's lines take, and a new store has none."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            lines = [{"sku": {"uid": "sku-1006"}, "amount": 7}]
            (uid,) = await house.orders_arrive({"order_items": lines})
            await house.approve(uid)
        (tmp_path / "rxbridge.db").unlink()
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            assert house.stock("psku-1006") == 443


@pytest.mark.parametrize(
    ("lines", "left", "told"),
    [
        ({"sku-1006": 7}, {"psku-1006": 443}, None),
        ({"sku-1006": 5}, {"psku-1006": 443}, "sku-1006 7 \u2192 5"),
        ({"sku-1006": 9}, {"psku-1006": 441}, "sku-1006 7 \u2192 9"),
        ({"sku-1005": 2}, {"psku-1006": 443}, "20406 7 \u2192 0, sku-1005 0 \u2192 2"),
    ],
)
async def test_what_was_sent_before_an_edit_is_kept_back_by_a_new_store(
    tmp_path: Path, lines: dict[str, int], left: dict[str, int], told: str | None
):
    """A year with trouble found it: PharmaOne's order still has what was ordered first."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            line = {"sku": {"uid": "sku-1006"}, "amount": 7}
            (uid,) = await house.orders_arrive({"order_items": [line]})
            await house.approve(uid)
        edited = [{"sku": {"uid": sku}, "amount": amount} for sku, amount in lines.items()]
        house.world.edit_order(uid, {"order_items": edited})
        (tmp_path / "rxbridge.db").unlink()
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            assert {uid: house.stock(uid) for uid in left} == left
            found = (await house.story(uid)).attentions
            whats = [say(each.reason.facts["what"]) for each in found]
            assert whats == ([f"the lines: {told}"] if told else [])


async def test_what_a_person_marked_as_sent_is_kept_back_as_pharmaones_order_has_it(
    tmp_path: Path,
):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            line = {"sku": {"uid": "sku-1006"}, "amount": 7}
            (uid,) = await house.orders_arrive({"order_items": [line]})
        house.world.edit_order(uid, {"order_items": [{**line, "amount": 5}]})
        (tmp_path / "rxbridge.db").unlink()
        async with open_house(sandbox, tmp_path) as house:
            (row,) = await house.stuck()
            assert row.reason.code == "cannot_know"
            await house.bridge.store.write(person.mark_submitted, row.key, now())
            await house.settle()
            await house.sync()
            assert house.stock("psku-1006") == 445
            await house.approve(uid)
            await house.sync()
            assert house.stock("psku-1006") == 443


async def test_a_sku_that_was_hidden_when_a_new_store_came_is_kept_back_once_shown(tmp_path: Path):
    """The order was sent by the lost store; nothing else would have its lines looked at again."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            lines = [{"sku": {"uid": "sku-1006"}, "amount": 7}]
            (uid,) = await house.orders_arrive({"order_items": lines})
            await house.approve(uid)
        (tmp_path / "rxbridge.db").unlink()
        sandbox.world.set_skus(changes=[{"uid": "psku-1006", "hidden": True}], announce=False)
        async with open_house(sandbox, tmp_path) as house:
            await house.bridge.catalogue.read()
            await house.sweep()
            assert (await house.record(uid)).order_id is not None
            shown = {"uid": "psku-1006", "hidden": False}
            house.world.set_skus(changes=[shown], announce=False)
            await house.bridge.catalogue.read()
            await house.settle()
            assert await house.bridge.store.read(orders.is_held, PharmacyOrderUid(uid))
            await house.sync()
            assert house.stock("psku-1006") == 443
            before = len(house.calls(uid))
            await house.bridge.catalogue.read()
            await house.settle()
            assert len(house.calls(uid)) == before, "what is known is not looked at again"


@pytest.mark.parametrize("named_in_list", [True, False])
@pytest.mark.parametrize("cancelled", [True, False])
async def test_pharmaone_is_restored_and_staff_approve_again(
    tmp_path: Path, *, named_in_list: bool, cancelled: bool
):
    """Its second order takes the place of the first, which nobody will see again."""
    patience = {"gone_after_seconds": 0.2}
    async with open_sandbox(list_has_external_id=named_in_list) as sandbox:
        async with open_house(sandbox, tmp_path, orders=patience) as house:
            uid, other = await house.orders_arrive(count=2)
            await house.approve(other)
            house.world.copy("before")
            first = await house.approve(uid)
            house.world.put_back("before", ["pharmaone"])
            await house.sweep()
            await house.sweep()
            assert (await house.record(uid)).p1_gone_since is not None
            second = await house.approve(uid)
            assert second != first
            if cancelled:
                await house.change_at_rxscale(uid, "cancelled")
            else:
                await house.change(second, status="shipped", shipped=True)
            for _ in range(2):
                await asyncio.sleep(0.2)
                await house.sweep()
            assert (await house.record(uid)).order_id == second
            assert await house.stuck() == []
            assert (house.world.p1_orders[second].status == "cancelled") is cancelled
            assert house.status(uid) == ("cancelled" if cancelled else "completed")
