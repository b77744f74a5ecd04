"""A real browser: Debian's Chromium, headless. Where none can be had, the tests say so."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
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


async def violations(page: Page) -> list[str]:
    """What axe-core finds, whatever it thinks of how serious that is."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run()")
    return [
        f"{each['impact']}: {each['id']} at {node['target']}: {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
