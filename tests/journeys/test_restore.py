"""An older store put back: what the bridge did since then is not done twice."""

from pathlib import Path

from house import House, open_house, open_sandbox

from bridge.app import now
from bridge.store import back_up, restore

ON_HAND = "20401"
SKU = "psku-1001"


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
            assert (await house.link(since[0])).order_id == approved
            stuck = {row.key: row.note.code for row in await house.stuck()}
            assert set(stuck) == {f"order:{uid}" for uid in since[1:]}
            order = await house.approve(since[1])
            await house.sweep()
            assert (await house.link(since[1])).order_id == order
            assert [len(house.requests(uid)) for uid in everything] == [1] * 6


async def test_what_was_due_to_be_sent_when_the_copy_was_made_is_looked_for(tmp_path: Path):
    """It was known, and not sent, at the time of the backup."""
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = house.world.add_orders(1)
            await sandbox.drain()
            back(house)
            await house.settle()
            assert len(house.requests(uid)) == 1
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            assert len(house.requests(uid)) == 1
            assert [row.key for row in await house.stuck()] == [f"order:{uid}"]
            await house.approve(uid)
            await house.sweep()
            assert await house.stuck() == []


async def test_a_number_written_since_is_nobodys_change(tmp_path: Path):
    """Else the difference would be taken to PharmaOne as somebody's change of the stock."""
    stock = {"adopt_external": True}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            await house.sync()
            back(house)
            house.hand(ON_HAND, 100)
            await house.sync()
            offered = house.stock(SKU)
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            await house.sync()
            await house.sync()
            assert house.world.inventory[ON_HAND]["stockquantity"] == 100
            assert house.stock(SKU) == offered
            assert (await house.bridge.store.stock.state()).drift == 0


async def test_no_number_rises_before_the_orders_are_known_again(tmp_path: Path):
    """What orders since the copy take is not in it: what they hold back is not offered."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            back(house)
            await house.orders_arrive(count=3)
            await house.sync()
            offered = house.stock(SKU)
        put_back(tmp_path)
        async with open_house(sandbox, tmp_path, swept=False) as house:
            await house.sync()
            assert house.stock(SKU) <= offered
