"""The page in a real browser: by mouse, by keyboard, on a phone, in the dark, in both languages."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from house import House, open_house, open_sandbox
from page.chromium import LOOKS, PHONE, executable, fits, open_all, violations
from page.client import HASH, NOT_LINKED, PASSWORD
from page.conftest import Open
from page.test_page_http import refused_order, unsure_order
from playwright.async_api import Page, expect

from bridge.app.machine import now
from bridge.core.model import PharmacyOrderUid, Phase, order_key
from bridge.sandbox.traffic import Fault
from bridge.server.web import serve
from bridge.store import person

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

LOCKED = {"admin_password_hash": HASH}
LISTS = ("/orders?q=po-&state=open", "/orders?q=none", "/checks", "/checks?lang=de")
REFRESH_MS = 6000
PATIENCE_MS = 11_000
SHOTS = os.environ.get("RXBRIDGE_SCREENSHOTS")
"""A folder that gets the pictures for the documents (make screenshots)."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Orders at every stage, two of them stuck, and stock that differs: for looking only."""
    orders = {"unsure_submission": "ask", "unsure_grace_seconds": 0.1}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path_factory.mktemp("busy"), orders=orders) as house:
            uids = await house.orders_arrive(count=6)
            made = [await house.approve(uid) for uid in uids[:4]]
            for order_id in made[:2]:
                await house.change(order_id, status="ready_pickup")
            await house.change(made[0], picked_up=True)
            await house.sync()
            await house.orders_arrive(NOT_LINKED)
            await unsure_order(house)
            house.world.break_calls(
                Fault(vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=422)
            )
            house.hand("20404", 120)
            for _ in range(2):
                await house.bridge.stock.sync()
                await house.bridge.pusher.idle()
            yield house


async def refreshed(page: Page) -> None:
    """The page's own clock goes on, and what it then asks for is answered."""
    async with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        await page.clock.run_for(REFRESH_MS)


@pytest.mark.parametrize(("ci", "ending"), [("true", pytest.fail), ("", pytest.skip)])
async def test_where_no_browser_can_be_had_it_is_said(
    monkeypatch: pytest.MonkeyPatch, ci: str, ending
):
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ending.Exception, match="apt-get install chromium"):
        executable()


# -- what the page is for --------------------------------------------------------------------


async def test_a_stuck_order_is_freed_by_its_button(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid = await refused_order(house)
        async with opened() as page:
            await page.goto(house.running.url)
            await expect(page).to_have_title(re.compile(r"^\(1\) Running, and waits"))
            await page.get_by_role("button", name="Try again").click()
            await expect(page.get_by_role("status")).to_have_text("It is looked at again now.")
            await expect(page.get_by_text("Nothing is stuck")).to_be_visible()
            assert page.url == f"{house.running.url}/", "reloading it must not say so again"
            await house.settle()
            assert len(house.requests(uid)) == 1


async def test_the_keyboard_alone_does_it_all(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with opened() as page:
            await page.goto(house.running.url)
            await page.keyboard.press("Tab")
            await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
            await page.keyboard.press("Enter")
            await page.get_by_role("link", name="wait for a person").focus()
            await page.keyboard.press("Enter")
            for _ in range(4):  # the order, "Link the product", "Try again", "Leave it alone …"
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await page.keyboard.press("Tab")
            await page.keyboard.type("handled by hand")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("status")).to_have_text("It is left alone from now on.")
        assert (await house.record(uid)).phase is Phase.DROPPED


async def test_the_browser_itself_asks_for_the_reason_and_the_look(tmp_path: Path, opened: Open):
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        await unsure_order(house)
        async with opened() as page:
            await page.goto(house.running.url)
            await page.get_by_role("button", name="It is not there: send it").click()
            await page.get_by_text("Leave it alone …").click()
            await page.get_by_role("button", name="Leave it alone").click()
            assert await page.get_by_role("status").inner_text() == ""
            assert await house.stuck()
            await page.get_by_role("button", name="It is there already").click()
            await expect(page.get_by_text("Taken as submitted")).to_be_visible()


async def test_it_refreshes_itself_and_leaves_alone_what_a_person_types(
    tmp_path: Path, opened: Open
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with opened() as page:
            await page.clock.install()
            await page.goto(house.running.url)
            await page.get_by_text("Leave it alone …").click()
            reason = page.get_by_label("Reason, for its story")
            await reason.fill("handled by")
            (second,) = await house.orders_arrive()
            await refreshed(page)
            await expect(page.locator(f"#row-{second}")).to_be_visible()
            await expect(reason).to_be_focused()
            await page.get_by_role("link", name="rxbridge").focus()
            await refreshed(page)
            await expect(reason).to_have_value("handled by")
            await reason.press_sequentially(" hand")
            await reason.press("Enter")
            await expect(page.get_by_text("It is left alone from now on.")).to_be_visible()
        assert (await house.record(uid)).phase is Phase.DROPPED


async def test_a_missing_order_is_found_by_keyboard_alone(tmp_path: Path, opened: Open):
    """From the first view to why it is not at PharmaOne: its number, and two keys."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        name = (await house.record(uid)).name
        async with opened() as page:
            await page.goto(house.running.url)
            await page.get_by_label("Find:").focus()
            await page.keyboard.type(name or "")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", level=1)).to_contain_text(f"Order {name}")
            await expect(
                page.get_by_text("is not linked to a PharmaOne product").first
            ).to_be_visible()
            assert page.url == f"{house.running.url}/orders/{uid}"


async def test_a_list_refreshes_by_its_filters_and_keeps_what_is_typed(
    tmp_path: Path, opened: Open
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        async with opened() as page:
            await page.clock.install()
            await page.goto(f"{house.running.url}/orders?side=rxscale")
            await expect(page.get_by_text("No order is so.")).to_be_visible()
            await page.get_by_label("State").select_option("in_review")
            await page.get_by_label("Find:").fill("#10")
            (stuck,) = await house.orders_arrive(NOT_LINKED)
            await refreshed(page)
            await expect(page.locator(f"#row-{stuck}")).to_be_visible()
            assert await page.locator("tbody tr").count() == 1
            await expect(page.get_by_label("Find:")).to_have_value("#10")
            await expect(page.get_by_label("State")).to_have_value("in_review")
            await page.get_by_role("button", name="Show").click()
            assert "q=%2310&state=in_review" in page.url
            await page.get_by_role("link", name="Deutsch").click()
            assert "state=in_review" in page.url
            await expect(page.get_by_label("Suchen:")).to_have_value("#10")


async def test_a_tick_is_not_carried_over_to_another_time(tmp_path: Path, opened: Open):
    """Ticked, not pressed; another page's button had it sent, and its answer was lost again."""
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        uid = await unsure_order(house)
        async with opened() as page:
            await page.clock.install()
            await page.goto(house.running.url)
            tick = page.get_by_label("I have looked in PharmaOne Manager.")
            await tick.check()
            await refreshed(page)
            await expect(tick).to_be_checked()
            house.world.break_calls(
                Fault(vendor="pharmaone", route="POST /order-requests", when="after", cut=True)
            )
            await house.bridge.store.write(person.retry, [order_key(PharmacyOrderUid(uid))], now())
            await house.settle()
            assert await house.stuck()
            await refreshed(page)
            await expect(tick).not_to_be_checked()


async def test_refreshing_can_be_stopped(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with opened() as page:
            await page.clock.install()
            await page.goto(house.running.url)
            await page.get_by_role("button", name="Stop refreshing").click()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            await page.clock.run_for(10 * REFRESH_MS)
            assert asked == []
            await page.get_by_role("button", name="Refresh by itself").click()
            await refreshed(page)


async def test_a_bridge_that_went_away_is_said(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with opened() as page:
            await page.clock.install()
            await page.goto(house.running.url)
            await expect(page.get_by_role("alert")).to_be_hidden()
            await house.running.stop()
            await page.clock.run_for(REFRESH_MS)
            await expect(page.get_by_role("alert")).to_have_text(
                "The bridge does not answer: what you see is old."
            )


async def test_a_bridge_that_hangs_is_said(tmp_path: Path, opened: Open):
    """It takes the question and never answers: the page must not go on to say that all is well."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with opened() as page:
            await page.clock.install()
            await page.goto(house.running.url)
            await page.route("**/*", lambda _: None)
            async with page.expect_request(lambda asked: asked.resource_type == "fetch"):
                await page.clock.run_for(REFRESH_MS)
            await expect(page.get_by_role("alert")).to_be_hidden()
            await page.clock.run_for(PATIENCE_MS)
            await expect(page.get_by_role("alert")).to_be_visible()


async def test_without_javascript_all_is_there(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid = await refused_order(house)
        async with opened(java_script_enabled=False) as page:
            await page.goto(house.running.url)
            await page.get_by_role("link", name=uid).first.click()
            await page.get_by_role("button", name="Try again").click()
            await expect(page.get_by_text("It is looked at again now.")).to_be_visible()
            await expect(page.get_by_role("link", name="Refresh")).to_be_visible()
            await house.settle()
            assert len(house.requests(uid)) == 1


# -- who may ---------------------------------------------------------------------------------


async def test_logging_in_and_out(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            uid = await refused_order(house)
            async with opened() as page:
                await page.goto(f"{house.running.url}/orders/{uid}")
                password = page.get_by_label("Password")
                await expect(password).to_be_focused()
                await password.fill("wrong")
                await password.press("Enter")
                await expect(page.get_by_role("alert").filter(visible=True)).to_have_text(
                    "This is not the password."
                )
                assert await violations(page) == []
                await password.fill(PASSWORD)
                await page.get_by_role("button", name="Log in").click()
                await page.get_by_role("button", name="Try again").click()
                await expect(page.get_by_text("It is looked at again now.")).to_be_visible()
                assert await page.evaluate("document.cookie") == ""
                await page.get_by_role("button", name="Log out").click()
                await page.goto(house.running.url)
                await expect(password).to_be_visible()


async def test_a_page_whose_session_ended_asks_for_the_password(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with opened() as page:
                await page.clock.install()
                await page.goto(house.running.url)
                await page.get_by_label("Password").fill(PASSWORD)
                await page.get_by_role("button", name="Log in").click()
                await expect(page.get_by_role("heading", level=1)).to_contain_text("Running")
                await page.context.clear_cookies()
                await page.clock.run_for(REFRESH_MS)
                await expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_another_sites_form_is_refused(tmp_path: Path, opened: Open, name: str):
    """The same machine's other ports are the "same site" to a cookie, and still not this page."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with opened() as page:
            await page.goto(house.running.url)
            evil = await _evil(house, await page.evaluate(FIELDS_OF_DROP))
            try:
                await page.goto(f"http://{name}:{evil.port}/")
                await page.get_by_role("button").click()
                await expect(page.get_by_text("sent by another site")).to_be_visible()
            finally:
                await evil.stop()
        assert (await house.record(uid)).phase is not Phase.DROPPED


FIELDS_OF_DROP = """
    [...document.querySelectorAll("form:has([value=drop]) [name]")].map(e => [e.name, e.value])
"""


async def _evil(house: House, fields: list[list[str]]):
    """It even knows every field and the token: nothing but where it comes from gives it away."""
    filled = {**dict(fields), "reason": "x"}
    assert {"token", "since", "act"} <= filled.keys()
    inputs = "".join(f'<input name="{name}" value="{filled[name]}">' for name in filled)
    form = f'<form method="post" action="{house.running.url}/stuck">{inputs}<button>Win</button>'

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=form, content_type="text/html")

    application = web.Application()
    application.add_routes([web.get("/", page)])
    return await serve(application, "127.0.0.1", 0)


async def test_it_cannot_be_framed(tmp_path: Path, opened: Open):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with opened(complains=True) as page:
            await page.set_content(f'<iframe src="{house.running.url}"></iframe>')
            await page.frames[-1].wait_for_load_state()
            assert page.frames[-1].url.startswith("chrome-error:")


async def test_paper_and_clipboard_get_no_more_than_the_screen(busy: House, opened: Open):
    async with opened() as page:
        await page.goto(busy.running.url)
        shown = set((await page.inner_text("body")).split())
        await page.evaluate("getSelection().selectAllChildren(document.body)")
        copied = await page.evaluate("getSelection().toString()")
        assert "po-" in copied
        for unseen in ("The two sides", await page.input_value("input[name=token] >> nth=0")):
            assert unseen not in copied
        await page.emulate_media(media="print")
        printed = (await page.inner_text("body")).split()
        assert "Running," in printed
        assert set(printed) <= shown
        for pressed in await page.locator("form, button, summary").all():
            await expect(pressed).to_be_hidden()


# -- for everybody ---------------------------------------------------------------------------


async def test_both_languages(busy: House, opened: Open):
    async with opened(locale="de-DE") as page:
        await page.goto(busy.running.url)
        await expect(page.locator("html")).to_have_attribute("lang", "de")
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_contain_text("Läuft")
        await expect(page.get_by_text("ist keinem PharmaOne-Produkt zugeordnet")).to_be_visible()
        await expect(page.get_by_text("„Ist nicht da: senden“")).to_be_visible()
        await page.get_by_role("link", name="English").click()
        await expect(heading).to_contain_text("Running")
        await page.goto(busy.running.url)
        await expect(heading).to_contain_text("Running")
        await page.get_by_role("link", name="Deutsch").click()
        await page.get_by_role("link", name="po-").first.click()
        await expect(page.get_by_role("heading", name="Verlauf der Bestellung")).to_be_visible()


async def test_on_a_phone_nothing_sticks_out_and_every_button_fits_a_thumb(
    busy: House, opened: Open
):
    async with opened(**PHONE) as page:
        paths = [
            "/",
            "/?lang=de",
            "/orders",
            "/orders?q=po-none",
            "/checks?lang=de",
            *(f"/orders/{row.record.uid}" for row in await busy.rows()),
        ]
        for path in paths:
            await page.goto(busy.running.url + path)
            await fits(page)


@pytest.mark.parametrize("looks", LOOKS)
async def test_axe_finds_nothing(busy: House, opened: Open, looks: str):
    stuck = (await busy.stuck())[0].key.removeprefix("order:")
    async with opened(**LOOKS[looks]) as page:
        for path in ("/", "/?lang=de", f"/orders/{stuck}", "/orders/po-none", *LISTS):
            await page.goto(busy.running.url + path)
            await open_all(page)
            assert await violations(page) == [], path


async def test_pictures_for_the_documents(tmp_path: Path, busy: House, opened: Open):
    folder = Path(SHOTS) if SHOTS else tmp_path / "img"
    folder.mkdir(exist_ok=True)
    desktop = {"viewport": {"width": 1200, "height": 800}}
    pictures = {
        "page.png": ("/", desktop),
        "page-dark.png": ("/", {**desktop, "color_scheme": "dark"}),
        "page-de.png": ("/?lang=de", {**desktop, "locale": "de-DE"}),
        "page-phone.png": ("/", PHONE),
        "page-order.png": ("/orders/{}", desktop),
        "page-orders.png": ("/orders?state=open", desktop),
    }
    oldest = (await busy.rows())[-1].record.uid
    for name, (path, context) in pictures.items():
        async with opened(**context) as page:
            await page.goto(busy.running.url + path.format(oldest))
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await page.screenshot(path=folder / name, full_page=True)
        assert (folder / name).stat().st_size > 20_000, name
