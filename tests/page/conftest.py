"""One browser for all tests of the page; each test opens pages of its own in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest
import pytest_asyncio
from page.chromium import page_of, started
from playwright.async_api import Browser, Page

Open = Callable[..., AbstractAsyncContextManager[Page]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with started() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Open:
    """`page.chromium.page_of`, in the browser that is there."""
    return partial(page_of, browser)
