"""A real browser: Debian's Chromium, headless. Where none can be had, the tests say so."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
}
"""Colours do not depend on the width: both schemes and both widths are looked at, not all four."""
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same without a window's parts, and takes half the processor time."""
STICKING = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """
    [...document.querySelectorAll("button, a.button")]
      .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44)
      .map(each => each.innerText)
"""
FOCUSED = """(() => {
    const here = document.activeElement;
    const label = here.labels && here.labels[0];
    return here.getAttribute("aria-label") || (label || here).innerText || "";
})()"""
MOST_TABS = 200
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()


def executable() -> str:
    """Where it is. Skips the test where there is none; in CI that is a failure."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    text = "no Chromium on this machine: apt-get install chromium (make browser does it for root)"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


@asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    """The browser. To start it takes longer than most tests, so one serves them all."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    place = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=place, args=arguments)
        yield browser
        await browser.close()


@asynccontextmanager
async def page_of(
    browser: Browser, *, complains: bool = False, **context: Any
) -> AsyncIterator[Page]:
    """A page that shares no cookies with others; it `complains` of scripts in its console."""
    here = await browser.new_context(**{"locale": "en-GB", **context})
    page = await here.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    try:
        yield page
    finally:
        await here.close()
    assert bool(complaints) is complains, complaints


async def open_all(page: Page) -> None:
    """Everything that can be unfolded is."""
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


async def fits(page: Page) -> None:
    """Nothing sticks out to the side, and each button fits a thumb."""
    assert await page.evaluate(STICKING) <= 0, page.url
    assert await page.evaluate(TOO_SMALL) == [], page.url


async def tab_to(page: Page, name: str) -> int:
    """Presses Tab until what is so called has the focus; how often that took."""
    for presses in range(1, MOST_TABS):
        await page.keyboard.press("Tab")
        if name in await page.evaluate(FOCUSED):
            return presses
    raise AssertionError(f"no Tab leads to {name} at {page.url}")


async def violations(page: Page) -> list[str]:
    """What axe-core finds, whatever it thinks of how serious that is."""
    await page.evaluate(f"{AXE}; 0")
    found = await page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    return [
        f"{each['impact']}: {each['id']} at {node['target']}: {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
