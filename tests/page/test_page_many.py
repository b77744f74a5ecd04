"""What each view reads of a store with 10,000 orders: counted, not timed (`bench.views` does)."""

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from house import House
from page.client import browser
from page.many import STORY, STUCK, open_many

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = f"{datetime.now().astimezone():%Y-%m-%d}"
AT_ONCE = 100
MOST = {
    "/": 80,
    "/orders": 20,
    "/orders?all=yes": 200,
    "/orders?page=150": 40,
    "/orders?q=%2320049": 40,
    "/orders?q=ORD_large_004": 100,
    "/orders?q=psku-1003": 20,
    "/orders?state=completed&page=150": 250,
    "/orders?state=preparing&stuck=yes": 20,
    "/orders?state=completed&side=rxscale": 150,
    f"/orders?day={TODAY}": 20,
    f"/orders/{STORY}": 10,
    "/products": 100,
    "/products?q=a": 100,
    "/products/psku-1003": 100,
    "/pictures": 20,
    "/pictures?by=day": 350,
    "/checks": 20,
    "/settings": 20,
}
"""Thousands of steps of SQLite's machine that a view may take: to go through all orders takes more
than 100, and what goes through a month of them or to the last page is allowed that.
"""
STATEMENTS = 40


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def many(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_many(tmp_path_factory.mktemp("many")) as house:
        yield house


class Counted:
    """What the reading connection did since the last `clear`."""

    def __init__(self, house: House) -> None:
        self._store = house.bridge.store
        self.thousands, self.selects = 0.0, list[str]()

    def _step(self) -> None:
        self.thousands += AT_ONCE / 1000

    def _statement(self, text: str) -> None:
        if text.lstrip().startswith("SELECT"):
            self.selects.append(" ".join(text.split()))

    async def clear(self) -> None:
        def watch(connection: sqlite3.Connection) -> None:
            connection.set_progress_handler(self._step, AT_ONCE)
            connection.set_trace_callback(self._statement)

        await self._store.read(watch)
        self.thousands, self.selects = 0.0, []


async def test_no_view_reads_more_than_it_shows(many: House):
    counted = Counted(many)
    async with browser(many) as page:
        too_much = {}
        for path, most in MOST.items():
            await page.get(path)  # what is kept from one view to the next is there
            await counted.clear()
            await page.get(path)
            assert page.status == 200, path
            if counted.thousands > most or len(counted.selects) > STATEMENTS:
                too_much[path] = counted.thousands, len(counted.selects)
        assert not too_much


async def test_of_the_skus_only_those_that_are_shown_are_read(many: House):
    counted = Counted(many)
    async with browser(many) as page:
        await page.get("/products")
        await counted.clear()
        text = await page.get("/products?page=2")
        shown = text.count('<tr id="row-')
        assert shown == 10
        (read,) = (each for each in counted.selects if " FROM skus" in each)
        assert read.count("psku-") == shown


async def test_what_comes_next_is_told_by_the_buttons_of_the_page(many: House):
    async with browser(many) as page:
        text = await page.get("/orders/po-large-000040")
        (told,) = re.findall(r'id="next">.*?<div>(.*?)</div>', text, re.DOTALL)
        assert told.startswith("nothing until a person decides: “Link the product” proposes")
        assert "rxbridge" not in told


async def test_checks_are_saved_as_files_and_what_needs_somebody_is_in_the_title(many: House):
    async with browser(many) as page:
        told = {each["check"]: each for each in json.loads(await page.get("/checks.json"))}
        assert told["stuck"]["status"] == "degraded"
        assert told["stuck"]["reason"].startswith(f"{STUCK} wait for a person")
        assert told["store"] == {"check": "store", "status": "ok", "reason": None}
        assert (await page.get("/checks.csv")).splitlines()[0].endswith("check,status,reason")
        assert 'href="/checks.csv"' in await page.get("/checks")
        assert "<title>(2) Products" in await page.get("/products")


async def test_a_long_list_is_printed_from_one_page(many: House):
    async with browser(many) as page:
        text = await page.get("/orders?stuck=yes")
        assert text.count('<tr id="row-') == 50
        assert 'href="/orders?stuck=yes&amp;all=yes"' in text
        text = await page.get("/orders?stuck=yes&all=yes")
        assert text.count('<tr id="row-') == STUCK
        assert "All on one page" not in text
        assert text.count("is not linked to a PharmaOne product") == STUCK, "each with its reason"
        assert "waits for a person." in text.split('class="paper"')[1].split("</p>")[0]
