"""What is known of the vendors, over real HTTP: fewer calls, or a person who is asked."""

import shutil
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.core.facts import ShortStock
from bridge.core.model import Phase
from bridge.sandbox.traffic import Fault
from bridge.store import person, stock
from bridge.texts import say

LOST = Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")


def known(folder: Path, text: str) -> None:
    if not (folder / "mappings").exists():
        shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "mappings" / "facts.toml").write_text(text)


def searches(house: House) -> int:
    return len(house.world.calls("GET /orders"))


async def test_where_a_second_one_would_be_made_a_person_is_asked(tmp_path: Path):
    known(tmp_path, 'pharmaone.repeated_reference = "second"')
    async with (
        open_sandbox(reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        house.world.break_calls(LOST)
        (uid,) = await house.orders_arrive()
        (row,) = await house.stuck()
        assert "facts.toml: pharmaone.repeated_reference = second" in say(row.reason)
        assert len(house.requests(uid)) == 1
        order_id = await house.approve(uid)
        assert (await house.record(uid)).order_id == order_id
        assert await house.stuck() == []


@pytest.mark.parametrize(("value", "mode"), [("same", "same"), ("refused", "conflict")])
async def test_where_repeating_is_harmless_nothing_is_searched(
    tmp_path: Path, value: str, mode: str
):
    known(tmp_path, f'pharmaone.repeated_reference = "{value}"')
    async with open_sandbox(reference_mode=mode) as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.break_calls(LOST)
        before = searches(house)
        (uid,) = await house.orders_arrive()
        record = await house.record(uid)
        assert (record.phase, record.attempts) == (Phase.SUBMITTED, 2)
        assert len(house.requests(uid)) == 1
        assert searches(house) == before
        told = [str(entry.facts.get("why")) for entry in (await house.story(uid)).entries]
        assert any("repeated_reference" in each for each in told)


async def test_a_fact_is_taken_up_without_a_restart(tmp_path: Path):
    async with (
        open_sandbox(reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        known(tmp_path, 'pharmaone.repeated_reference = "second"')
        await house.bridge.reloader.look()
        house.world.break_calls(LOST)
        (uid,) = await house.orders_arrive()
        assert [row.reason.code for row in await house.stuck()] == ["unsure_submission"]
        assert await house.bridge.store.write(
            person.retry, [f"order:{uid}"], house.bridge.started_at
        )
        await house.settle()
        assert len(house.requests(uid)) == 2, "a person looked, and said so"


@pytest.mark.parametrize(
    ("value", "short"), [("zero", 0), ("negative", -2), ("refused", None), ("unknown", None)]
)
async def test_what_rxscale_shows_of_a_sku_that_was_short(
    tmp_path: Path, value: ShortStock, short: int | None
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid = "psku-1002"

        def sell(connection):
            connection.execute("UPDATE stock SET rx_stock = 3 WHERE pharmacy_sku_uid = ?", (uid,))
            stock.sold(connection, [(uid, 1)], house.bridge.started_at, value)
            plenty = connection.execute(_STOCK, (uid,)).fetchone()[0]
            stock.sold(connection, [(uid, 4)], house.bridge.started_at, value)
            return plenty, connection.execute(_STOCK, (uid,)).fetchone()[0]

        assert await house.bridge.store.write(sell) == (2, short)
        await house.sync()
        assert house.stock(uid) == 410, "written again, or never another one"


_STOCK = "SELECT rx_stock FROM stock WHERE pharmacy_sku_uid = ?"


@pytest.mark.parametrize("mode", ["zero", "negative"])
async def test_an_order_of_more_than_was_offered_leaves_the_right_number(tmp_path: Path, mode: str):
    known(tmp_path, f'rxscale.short_stock_on_complete = "{mode}"')
    async with open_sandbox(rx_short_stock=mode) as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        line = {"order_items": [{"sku": {"uid": "sku-1002"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        order_id = await house.approve(uid)
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 1}], announce=False)
        await house.change(order_id, shipped=True)
        await house.sync()
        assert house.stock("psku-1002") == 407
