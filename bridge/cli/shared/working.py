"""Has orders looked at now: by the bridge that is running, or else by this command itself."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bridge import app
from bridge.cli.shared.opened import now, open_store
from bridge.core.model import Hint, Key, order_uid
from bridge.errors import Misconfigured, TryLater
from bridge.settings import PharmaOneSection, RxScaleSection, Settings
from bridge.store import RunLock, Store

Section = TypeVar("Section", RxScaleSection, PharmaOneSection)
Answer = TypeVar("Answer")

PATIENCE_SECONDS = 30.0
ENDINGS = frozenset({"waits", "stuck", "done"})
"""The journal's words for the end of a look."""


def is_running(settings: Settings) -> bool:
    """Whether a `rxbridge run` works on this store."""
    try:
        with RunLock(settings.store.path):
            return False
    except Misconfigured:
        return True


def as_a_guest(settings: Settings) -> Settings:
    """The same settings, with half of the vendors' limits while a bridge spends the other half."""
    if not is_running(settings):
        return settings
    return settings.model_copy(
        update={
            "rxscale": _with_half(settings.rxscale),
            "pharmaone": _with_half(settings.pharmaone),
        }
    )


def _with_half(section: Section) -> Section:
    names = ("requests_per_second", "requests_per_minute")
    limits = {name: getattr(section, name) for name in names}
    halves = {name: max(1, limit // 2) for name, limit in limits.items() if limit}
    return section.model_copy(update=halves)


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Asks again for as long as PATIENCE_SECONDS where a vendor puts it off. Raises TryLater."""
    deadline = now() + timedelta(seconds=PATIENCE_SECONDS)
    while True:
        try:
            return await ask()
        except TryLater as failure:
            if now() > deadline:
                raise
            await asyncio.sleep(failure.after or 1.0)


async def look_now(settings: Settings, keys: Sequence[Key], why: str) -> set[Key]:
    """Returns those that were looked at within PATIENCE_SECONDS. Raises Misconfigured."""
    asked_at = now()
    running = is_running(settings)
    async with open_store(settings) as store:
        await store.hint([Hint(key, why) for key in keys], asked_at)
        if running:
            return await _looked_at(store, keys, asked_at)
    async with app.open_bridge(settings) as bridge:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS * max(1, len(keys))):
                await bridge.worker.run_until_idle()
        return {key for key in keys if await _has_ended(bridge.store, key, asked_at)}


async def _looked_at(store: Store, keys: Sequence[Key], asked_at: datetime) -> set[Key]:
    """Another process does the looking and tells nobody but the store."""
    left, looked = set(keys), set[Key]()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while left:
                ended = {key for key in left if await _has_ended(store, key, asked_at)}
                looked |= ended
                left -= ended
                await asyncio.sleep(0.1)
    return looked


async def _has_ended(store: Store, key: Key, asked_at: datetime) -> bool:
    story = await store.story(order_uid(key))
    entries = story.entries if story is not None else ()
    return any(entry.at >= asked_at and entry.what in ENDINGS for entry in entries)
