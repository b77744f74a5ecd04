"""10,000 orders in a real browser: by keyboard alone, on paper; and several pharmacies."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from house import House
from journeys.test_fleet import open_town
from page.chromium import PHONE, fits, tab_to, violations
from page.conftest import Open
from page.many import STORY, STUCK, open_many
from page.test_page_many import TODAY
from playwright.async_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

A4 = {"viewport": {"width": 688, "height": 971}, "color_scheme": "dark"}
"""What is left of it between the margins, for somebody who reads in the dark."""
WAITS = "po-large-000040"
VIEWS = ("/", "/orders?stuck=yes", f"/orders/{STORY}", f"/orders/{WAITS}", "/products", "/pictures")
PRINTED = {
    f"/orders/{STORY}": "PharmaOne",
    f"/orders/{WAITS}": "is not linked to a PharmaOne product",
    "/orders?stuck=yes&all=yes": "waits for a person.",
    f"/orders?day={TODAY}&all=yes": f"Came on {TODAY}.",
    "/": "with the same reason",
}
"""An order's story, the stuck list, today's orders; and what has to stand there."""
BAD_ON_PAPER = """(() => {
    const found = [];
    for (const each of document.body.querySelectorAll("*")) {
      if (!each.checkVisibility()) continue;
      const says = `${each.nodeName} ${each.textContent.trim().slice(0, 40)}`;
      const box = each.getBoundingClientRect();
      if (box.right > innerWidth + 1 || box.left < -1) found.push(`sticks out: ${says}`);
      if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflow !== "visible")
        found.push(`cut off: ${says}`);
      if (each.matches("form, input, button, summary, a.button, nav a"))
        found.push(`pressed: ${says}`);
      const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const colours = getComputedStyle(each).color.match(/[0-9]+/g).slice(0, 3).map(Number);
      if (own && Math.max(...colours) > 0x55) found.push(`pale: ${says}`);
    }
    return found;
})()"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def many(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_many(tmp_path_factory.mktemp("many")) as house:
        yield house


@pytest.mark.parametrize(
    "context",
    [
        {"locale": "de-DE", "color_scheme": "light"},
        {"locale": "en-GB", "color_scheme": "dark", **PHONE},
    ],
    ids=["desktop-light-de", "phone-dark-en"],
)
async def test_every_view_fits_and_axe_finds_nothing(
    many: House, opened: Open, context: dict[str, object]
):
    async with opened(**context) as page:
        for path in VIEWS:
            await page.goto(many.running.url + path)
            await fits(page)
            assert await violations(page) == [], path


@pytest.mark.parametrize("path", PRINTED)
async def test_on_paper_it_is_black_on_white_and_whole(many: House, opened: Open, path: str):
    async with opened(**A4) as page:
        await page.emulate_media(media="print")
        await page.goto(many.running.url + path)
        await expect(page.get_by_text(PRINTED[path]).filter(visible=True).first).to_be_visible()
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert await page.evaluate(BAD_ON_PAPER) == []
        rows = await page.locator("main tbody tr:visible").count()
        assert rows == STUCK or "stuck=yes" not in path


async def test_several_pharmacies_first_view(tmp_path: Path, opened: Open):
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        for context in ({"locale": "de-DE"}, {"color_scheme": "dark", **PHONE}):
            async with opened(**context) as page:
                await page.goto(town.url)
                await expect(page.get_by_role("row")).to_have_count(3)
                await fits(page)
                assert await violations(page) == []
                await page.get_by_role("link", name="birke").click()
                await expect(page).to_have_title(re.compile(" birke$"))
                await page.locator(".brand").click()
                await expect(page.get_by_role("row")).to_have_count(3)


@pytest.mark.parametrize(
    ("context", "uid", "words"),
    [
        ({"color_scheme": "dark"}, WAITS, ("Find", "Link the product", "Take this", "Save into")),
        (
            {"locale": "de-DE", **PHONE},
            "po-large-000041",
            ("Suchen", "Produkt zuordnen", "Dieses nehmen", "In skus.csv"),
        ),
    ],
    ids=["desktop-dark-en", "phone-light-de"],
)
async def test_by_keyboard_alone_a_missing_order_leads_to_its_link(
    many: House, opened: Open, context: dict[str, object], uid: str, words: tuple[str, ...]
):
    """The two ways that somebody who never saw the page is asked to find, in one go."""
    find, *links = words
    async with opened(**context) as page:
        await page.goto(many.running.url)
        presses = await tab_to(page, find)
        await page.keyboard.type((await many.record(uid)).name or "")
        await page.keyboard.press("Enter")
        await expect(page.locator("#which")).to_contain_text(uid)
        await expect(page.locator(f"#why-order-{uid}")).to_contain_text("PharmaOne")
        for name in links:
            presses += await tab_to(page, name)
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("skus.csv")
        assert presses <= 60, presses
