"""Products, pictures and settings in a real browser: by click, by keyboard, on a phone, by axe."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from house import House, open_house, open_sandbox
from page.chromium import LOOKS, PHONE, fits, open_all, violations
from page.conftest import Open
from page.test_page_products import file, unlinked
from playwright.async_api import expect

from bridge.app import vitals

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PATHS = (
    *("/products", "/products?lang=de", "/products?standing=unlinked&lang=en"),
    *("/products/{linked}", "/products/{unlinked}?q=ge", "/products/{unlinked}?lang=de"),
    *("/products/{unlinked}?product=20404&units=2.5&safety=10&lang=en", "/products/psku-none"),
    *("/pictures", "/pictures?by=day&lang=de", "/settings", "/settings?lang=en"),
)
SHOTS = os.environ.get("RXBRIDGE_SCREENSHOTS")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shelves(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Numbers that were written, an odd inventory and odd prices: for looking only."""
    stock = {"confirm_by": "person", "sync_prices": True}
    async with open_sandbox() as sandbox:
        folder = tmp_path_factory.mktemp("shelves")
        async with open_house(sandbox, folder, stock=stock) as house:
            await house.sync(confirm=True)
            uids = await house.orders_arrive(count=4)
            made = [await house.approve(uid) for uid in uids[:3]]
            for order_id in made[:2]:
                await house.change(order_id, status="ready_pickup")
                await house.change(order_id, picked_up=True)
            for units in (40, 90, 25):
                house.hand("20404", units)
                await house.sync()
            price = float(house.world.inventory["20405"]["price"])
            row = {"p1_id": "20405", "price": price * 3}
            house.world.set_inventory([row], announce=False)
            await house.sync()
            for product in (await house.bridge.stock.seen()).shelf:
                house.hand(product, 2)
            await house.sync()
            await house.bridge.listening.look()
            await vitals.tally(house.bridge)
            yield house


def filled(house: House, path: str) -> str:
    linked = next(uid for uid, row in house.world.skus.items() if row["external_id"] == "20404")
    return house.running.url + path.format(linked=linked, unlinked=unlinked(house))


async def test_the_new_product_is_linked_in_four_clicks(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        name = str(house.world.skus[unlinked(house)]["sku"]["product_display_name"])
        async with opened() as page:
            await page.goto(house.running.url)
            await page.get_by_role("link", name="Products", exact=True).click()
            await page.get_by_role("link", name=name).first.click()
            await page.get_by_role("link", name="Take this one").first.click()
            await page.get_by_role("button", name="Save into skus.csv").click()
            await expect(page.get_by_role("status")).to_contain_text("Saved into skus.csv")
        assert unlinked(house) in file(house).read_text()


async def test_the_keyboard_alone_links_from_the_inventory(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        async with opened() as page:
            await page.goto(f"{house.running.url}/products/{unlinked(house)}")
            await page.get_by_label("Name or id at PharmaOne").focus()
            await page.keyboard.type("20404")
            await page.keyboard.press("Enter")
            picked = page.locator(".picks a").first
            await expect(picked).to_be_visible()
            await picked.focus()
            await page.keyboard.press("Enter")
            await page.get_by_label("units in one").focus()
            await page.keyboard.type("0")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("writes")).to_be_visible()
            await page.get_by_role("button", name="Save into skus.csv").focus()
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("status")).to_contain_text("Saved")
        assert f"{unlinked(house)},20404,0" not in file(house).read_text()


@pytest.mark.parametrize("looks", LOOKS)
async def test_axe_finds_nothing_and_nothing_sticks_out(shelves: House, opened: Open, looks: str):
    async with opened(**LOOKS[looks]) as page:
        for path in PATHS:
            await page.goto(filled(shelves, path))
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await open_all(page)
            assert await violations(page) == [], path
            await fits(page)


async def test_pictures_for_the_documents(tmp_path: Path, shelves: House, opened: Open):
    folder = Path(SHOTS) if SHOTS else tmp_path / "img"
    folder.mkdir(exist_ok=True)
    desktop = {"viewport": {"width": 1200, "height": 800}}
    pictures = {
        "products.png": (PATHS[0], desktop),
        "product.png": (PATHS[6], desktop),
        "product-phone.png": (PATHS[5], {**PHONE, "locale": "de-DE"}),
        "pictures.png": (PATHS[8], {**desktop, "color_scheme": "dark"}),
        "settings.png": (PATHS[10], desktop),
    }
    for name, (path, context) in pictures.items():
        async with opened(**context) as page:
            await page.goto(filled(shelves, path))
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await page.screenshot(path=folder / name, full_page=name != "settings.png")
        assert (folder / name).stat().st_size > 10_000, name
