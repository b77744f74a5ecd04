"""What open orders take off the stock, whatever becomes of them on either side."""

from datetime import timedelta
from pathlib import Path

from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Hint, Key
from bridge.core.reasons import KEPT_BACK
from bridge.sandbox.webhooks import Chaos
from bridge.store import person, stock, todo, waiting, work

THREE = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]}
SKU, PRODUCT = "psku-1001", "20401"


async def given(house: House, *, approved: bool = True) -> tuple[str, str]:
    """An order of three that RxScale offers no more; its uid and PharmaOne's order."""
    (uid,) = await house.orders_arrive(THREE)
    order_id = await house.approve(uid) if approved else ""
    await house.sync()
    assert house.stock(SKU) == 397
    return uid, order_id


async def drop(house: House, uid: str) -> None:
    await house.bridge.store.write(person.drop, Key(f"order:{uid}"), "by hand", now())
    await house.settle()


async def told(house: House) -> list[str]:
    return [row.reason.code for row in await house.bridge.store.read(waiting.open_attentions)]


async def offered(house: House) -> int:
    await house.sync()
    return house.stock(SKU)


async def handed_over(house: House, order_id: str) -> None:
    await house.change(order_id, status="ready_pickup")
    await house.change(order_id, picked_up=True)
    assert house.world.inventory[PRODUCT]["stockquantity"] == 397


async def edit(house: House, uid: str, amount: int) -> None:
    (line,) = house.world.orders[uid].lines
    house.world.edit_order(uid, {"order_items": [{**line, "amount": amount}]})
    hint = Hint(Key(f"order:{uid}"), "edited")
    await house.bridge.store.write(todo.hint, [hint], now())
    await house.settle()


async def days_later(house: House) -> None:
    """Nothing is released by a clock, nor because what is old is forgotten."""
    house.later(timedelta(days=200).total_seconds())
    await house.bridge.store.write(work.forget, now() + timedelta(days=200))


async def test_completed_in_the_portal_while_pharmaones_order_is_open(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, order_id = await given(house)
        await house.change_at_rxscale(uid, "completed")
        await days_later(house)
        assert await offered(house) == 397
        await handed_over(house, order_id)
        assert await offered(house) == 397


async def test_dropped_it_is_followed_at_pharmaone(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, order_id = await given(house)
        await drop(house, uid)
        await days_later(house)
        assert await offered(house) == 397
        assert await told(house) == []
        await handed_over(house, order_id)
        assert await offered(house) == 397
        assert (await house.record(uid)).phase == "dropped"
        assert house.status(uid) != "completed"


async def test_dropped_and_found_out_by_pharmaones_list_alone(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, order_id = await given(house)
        await drop(house, uid)
        await house.sweep()
        house.world.spoil_webhooks(Chaos(lose=1))
        house.world.change_p1_order(order_id, status="cancelled")
        await house.sweep()
        assert await offered(house) == 400


async def test_dropped_before_staff_made_an_order_of_it(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, _ = await given(house, approved=False)
        await drop(house, uid)
        assert await told(house) == [KEPT_BACK]
        order_id = await house.approve(uid)
        await house.sweep()
        assert await told(house) == []
        assert await offered(house) == 397
        await handed_over(house, order_id)
        assert await offered(house) == 397
        record = await house.record(uid)
        assert (record.phase, record.order_id) == ("dropped", order_id)


async def test_what_nobody_can_see_is_released_by_a_person(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, _ = await given(house, approved=False)
        await drop(house, uid)
        await days_later(house)
        assert await offered(house) == 397
        await house.bridge.store.write(person.accept, Key(f"order:{uid}"), now())
        assert await house.bridge.store.read(stock.is_asked)
        assert await told(house) == []
        assert await offered(house) == 400


async def test_an_edit_at_rxscale_takes_nothing_off_pharmaones_order(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, order_id = await given(house)
        await edit(house, uid, 1)
        assert await offered(house) == 397
        await edit(house, uid, 5)
        assert await offered(house) == 395
        await handed_over(house, order_id)
        assert await offered(house) == 397
