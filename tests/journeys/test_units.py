"""An unknown unit is never one: bags of grams whose units nobody confirmed, and how they are."""

from pathlib import Path

from house import open_house, open_sandbox

from bridge.app import files, vitals
from bridge.core.stock.plan import explain
from bridge.store import rxscale_lists

BAG = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 2}]}


def confirm(folder: Path, *rows: str) -> None:
    with (folder / "mappings" / "skus.csv").open("a") as file:
        file.writelines(f"{row}\n" for row in rows)


async def test_nothing_is_written_for_units_that_nobody_confirmed(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        before = {uid: sku["stock"] for uid, sku in house.world.skus.items()}
        result = await house.sync()
        assert house.patches() == 0
        assert {uid: sku["stock"] for uid, sku in house.world.skus.items()} == before
        rows = list(explain(result.plan.situation))
        assert {str(row.why) for row in rows} == {"units_not_confirmed"}
        assert [str(row.likely) for row in rows[:2]] == ["5", "10"]
        house.later(7200)  # an inventory of long ago: not even then
        await house.sync(fetch=False)
        assert house.patches() == 0


async def test_no_order_is_submitted_with_a_guessed_quantity(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(BAG)
        (row,) = await house.stuck()
        assert (row.reason.code, row.reason.facts["units"]) == ("unconfirmed_units", "5")
        assert row.reason.facts["pharmacy_sku"] == "psku-1001"
        assert house.requests(uid) == []
        confirm(tmp_path, "psku-1001,20401,5,,,")
        await house.bridge.reloader.look()
        await house.settle()
        (request,) = house.requests(uid)
        assert [item["quantity"] for item in request.payload["items"]] == [10]
        await house.sync()
        assert house.stock("psku-1001") == 78  # 400 g, less 10 g, in bags of 5 g
        assert house.patches("psku-1002") == 0


async def test_health_counts_what_is_not_confirmed_apart_from_what_is_linked(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        confirm(tmp_path, "psku-1001,20401,5,,,", "psku-1002,20402,,,,")
        await house.bridge.reloader.look()
        await house.sync()
        check = (await vitals.health(house.bridge)).document()["checks"]["stock"]
        assert (check["linked"], check["unlinked"], check["unconfirmed"]) == (1, 2, 5)
        assert check["status"] == "degraded"
        assert "5 SKUs are not confirmed" in check["reason"]
        assert "5 SKUs without confirmed units are on sale" in check["reason"]
        assert "that nobody checked" in check["reason"]


async def test_what_is_ordered_of_them_is_kept_back_from_the_others(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        confirm(tmp_path, "psku-1002,20401,10,,,")
        await house.bridge.reloader.look()
        await house.orders_arrive(BAG)
        await house.sync()
        assert house.stock("psku-1002") == 39  # 400 g, less the likely 10 g of the order


async def test_the_demo_writes_what_a_real_start_confirms(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        skus = await house.bridge.store.read(rxscale_lists.catalogue)
        links = [(each, "") for each in house.bridge.reloader.rules.links.of(skus)]
        files.write_links(house.bridge.settings, links)
        await house.bridge.reloader.look()
        await house.sync()
        assert house.stock("psku-1001") == 80
        assert house.bridge.stock.facts().unconfirmed == ()
