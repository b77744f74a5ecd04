"""An order takes all that is there: its pieces are kept back, and RxScale wants to see them."""

import shutil
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.core.model import PharmacyOrderUid
from bridge.sandbox.rxscale.shelf import Shelf
from bridge.store import Store, stock

THREE = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]}
SKU, PRODUCT = "psku-1001", "20401"
COMPLETE = "PATCH /pharmacy_orders/{uid}/complete_order"


async def nothing_left(house: House) -> tuple[str, str]:
    """Three are there, and an order that is ready takes them; its uid and PharmaOne's order."""
    house.hand(PRODUCT, 3)
    await house.sync(confirm=True)
    (uid,) = await house.orders_arrive(THREE)
    order_id = await house.approve(uid)
    await house.change(order_id, status="ready_pickup")
    await house.sync()
    assert house.stock(SKU) == 0
    return uid, order_id


def refusals(house: House, uid: str) -> int:
    return sum(not call.done for call in house.world.calls(COMPLETE, uid=uid))


def fact(folder: Path, value: str) -> None:
    shutil.copytree(MAPPINGS, folder / "mappings")
    file = folder / "mappings" / "facts.toml"
    before = 'rxscale.short_stock_on_complete = "unknown"'
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, before.replace("unknown", value)))


@pytest.mark.parametrize(
    ("vendor", "known", "refused"),
    [
        ("refuse", "unknown", 1),
        ("refuse", "refused", 0),
        ("zero", "unknown", 0),
        ("negative", "unknown", 0),
    ],
)
async def test_the_last_pieces_can_be_handed_over(
    tmp_path: Path, vendor: str, known: str, refused: int
):
    fact(tmp_path, known)
    async with (
        open_sandbox(rx_short_stock=vendor) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        uid, order_id = await nothing_left(house)
        await house.change(order_id, picked_up=True)
        assert (house.status(uid), await house.stuck()) == ("completed", [])
        assert refusals(house, uid) == refused
        assert house.stock(SKU) <= 0
        await house.sync()
        assert house.stock(SKU) == 0
        assert (await house.sync()).plan.writes == ()


async def test_where_enough_is_there_nothing_is_put_on_top(tmp_path: Path):
    fact(tmp_path, "refused")
    async with (
        open_sandbox(rx_short_stock="refuse") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        await house.sync()
        (uid,) = await house.orders_arrive(THREE)
        order_id = await house.approve(uid)
        await house.change(order_id, status="ready_pickup")
        await house.sync()
        before = house.patches(SKU)
        await house.change(order_id, picked_up=True)
        assert (house.status(uid), house.patches(SKU)) == ("completed", before)


async def test_what_is_short_all_the_same_waits_for_a_person_and_is_not_offered(
    tmp_path: Path, monkeypatch
):
    async with (
        open_sandbox(rx_short_stock="refuse") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        uid, order_id = await nothing_left(house)
        monkeypatch.setattr(Shelf, "short", lambda *_: [SKU])
        await house.change(order_id, picked_up=True)
        assert [row.reason.code for row in await house.stuck()] == ["refused"]
        assert (house.status(uid), house.stock(SKU)) == ("ready_for_pickup", 0)


async def test_after_a_crash_between_the_writes_the_number_is_put_right(tmp_path: Path):
    async with (
        open_sandbox(rx_short_stock="refuse") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        uid, _ = await nothing_left(house)
        store: Store = house.bridge.store
        (lent,) = await store.write(stock.lend, PharmacyOrderUid(uid))
        assert (lent.uid, lent.before, lent.raised) == (SKU, 0, 3)
        assert await store.write(stock.lend, PharmacyOrderUid(uid)) == [lent]
        house.world.set_skus(changes=[{"uid": SKU, "stock": 3}], announce=False)
        await house.sync(fetch=False)
        assert house.stock(SKU) == 0


async def test_what_a_round_found_meanwhile_is_not_written_over_with_more(tmp_path: Path):
    async with (
        open_sandbox(rx_short_stock="refuse") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        uid, _ = await nothing_left(house)
        house.hand(PRODUCT, 5)
        await house.sync()
        store: Store = house.bridge.store
        lent = await store.write(stock.lend, PharmacyOrderUid(uid))
        assert lent == [(SKU, 2, 5)]
        house.hand(PRODUCT, 4)
        await house.sync()
        assert await store.write(stock.take_back, lent) == {SKU: 1}
        house.world.set_skus(changes=[{"uid": SKU, "stock": 2}], announce=False)
        await house.sync(fetch=False)
        assert house.stock(SKU) == 1
