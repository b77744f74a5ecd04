"""A product that PharmaOne never listed: at 0, named, and no order sent with it, until it is."""

from html import unescape
from pathlib import Path

from house import House, open_house, open_sandbox
from page.client import browser

from bridge.app import vitals
from bridge.core.stock.plan import explain
from bridge.store import stock

ONE = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 2}]}
SLIP = "psku-1001,204011,1,,,"


async def link(house: House, folder: Path, *rows: str) -> None:
    file = folder / "mappings" / "skus.csv"
    lines = file.read_text().splitlines()
    kept = [each for each in lines if not each.startswith("psku-")]
    file.write_text("".join(f"{each}\n" for each in [*kept, *rows]))
    await house.bridge.reloader.look()


async def looked_twice(house: House) -> None:
    await house.sync()
    house.later(600)
    await house.sync()


async def stock_check(house: House) -> dict[str, object]:
    return dict((await vitals.health(house.bridge)).document()["checks"]["stock"])


async def test_a_slip_of_the_pen_sells_nothing_and_sends_nothing(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await link(house, tmp_path, SLIP)
        await looked_twice(house)
        assert house.stock("psku-1001") == 0
        check = await stock_check(house)
        assert (check["status"], check["unconfirmed"]) == ("degraded", 1)
        assert "never listed, psku-1001 first" in str(check["reason"])
        (uid,) = await house.orders_arrive(ONE)
        (row,) = await house.stuck()
        assert (row.reason.code, row.reason.facts["product"]) == ("unknown_product", "204011")
        assert house.requests(uid) == []
        await link(house, tmp_path, "psku-1001,20401,1,,,")
        await house.settle()
        (request,) = house.requests(uid)
        assert [item["p1_id"] for item in request.payload["items"]] == ["20401"]
        await house.sync()
        assert house.stock("psku-1001") == 398
        assert (await stock_check(house))["unconfirmed"] == 0


async def test_the_likely_product_is_named_where_it_is_shown(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await link(house, tmp_path, SLIP, "psku-1002,0815,1,,,")
        house.world.skus["psku-1002"]["sku"]["display_name"] = "Xyz"
        await looked_twice(house)
        await house.sync(confirm=True)  # two of six: many
        said = "20401 'Musterblüte 1001' x 1"
        assert await house.bridge.store.read(stock.likely_products) == {
            "psku-1001": said,
            "psku-1002": "",
        }
        async with browser(house) as page:
            text = unescape(await page.get())
            assert (
                "2 SKUs are linked to a product that PharmaOne's inventory has never listed" in text
            )
            likely = unescape(await page.get("/products/psku-1001"))
            assert "Musterblüte 1001 <span" in likely
            assert "product=20401&units=1&" in likely
            assert "product=20401" not in unescape(await page.get("/products/psku-1002"))
        house.later(60)
        await house.sync()
        calls = len(house.world.calls("GET /inventory"))
        await house.sync()
        assert len(house.world.calls("GET /inventory")) == calls + 1


async def test_once_the_inventory_lists_it_the_order_goes_on_by_itself(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await link(house, tmp_path, SLIP)
        await looked_twice(house)
        (uid,) = await house.orders_arrive(ONE)
        assert len(await house.stuck()) == 1
        house.later(-600)  # so that the hint is due
        house.hand("204011", 7)
        await house.sync()
        await house.settle()
        assert await house.stuck() == []
        assert len(house.requests(uid)) == 1
        assert (await stock_check(house))["unconfirmed"] == 0
        await house.sync()
        assert house.stock("psku-1001") == 5


async def test_what_was_listed_once_keeps_no_order_from_being_sent(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await looked_twice(house)
        house.world.remove_inventory(["20401"])
        await looked_twice(house)
        assert house.stock("psku-1001") == 0
        (uid,) = await house.orders_arrive(ONE)
        assert await house.stuck() == []
        assert len(house.requests(uid)) == 1
        assert (await stock_check(house))["unconfirmed"] == 0


async def test_it_is_remembered_through_a_restart(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await link(house, tmp_path, SLIP)
            await looked_twice(house)
        async with open_house(sandbox, tmp_path) as house:
            assert await house.bridge.store.read(stock.unlisted_products) == {"204011"}
            result = await house.sync(fetch=False)
            rows = {row.uid: str(row.why) for row in explain(result.plan.situation)}
            assert rows["psku-1001"] == "no_such_product"
            (uid,) = await house.orders_arrive(ONE)
            assert house.requests(uid) == []
