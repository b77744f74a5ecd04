"""A command beside a running bridge: it shares the vendors' limits and is patient with them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from bridge.app.build import open_bridge
from bridge.app.vendors import Vendors, open_vendors
from bridge.cli.loop import until
from bridge.cli.opening import now, open_store
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Hint, Key, order_uid
from bridge.core.reasons import NO_SUCH_NAME, Kind, Reason
from bridge.errors import Misconfigured, TryLater
from bridge.exchange import Response
from bridge.settings import PharmaOneSection, RxScaleSection, Settings
from bridge.store import Store, exists, run_lock, todo, views
from bridge.vendor.answers import is_accepted
from bridge.vendor.calling import Caller

Section = TypeVar("Section", RxScaleSection, PharmaOneSection)
Answer = TypeVar("Answer")
C = TypeVar("C", bound=Caller[Any])

PATIENCE_SECONDS = 30.0
WAIT_SECONDS = 1.0
"""Between two tries of a call, where the vendor names no time."""
ENDINGS = frozenset({Event.WAITS, Event.STUCK, Event.DONE})
"""How a look ends."""


@asynccontextmanager
async def open_guest(settings: Settings) -> AsyncIterator[Vendors]:
    """Both vendors, with half of their limits if a bridge is running, which spends the rest.

    Each call is made again for as long as PATIENCE_SECONDS while the vendor puts it off.
    """
    async with open_vendors(as_a_guest(settings), lambda _: None) as vendors:
        rxscale, pharmaone = vendors.rxscale, vendors.pharmaone
        yield replace(
            vendors,
            rxscale=replace(rxscale, caller=patient(rxscale.caller)),
            pharmaone=replace(pharmaone, caller=patient(pharmaone.caller)),
        )


def is_running(settings: Settings) -> bool:
    """Whether a `rxbridge run` works on this store."""
    if not exists(settings.place):
        return False
    try:
        with run_lock(settings.place):
            return False
    except Misconfigured:
        return True


def as_a_guest(settings: Settings) -> Settings:
    """The same settings, with half of the vendors' limits if a bridge is running."""
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


def patient(caller: C) -> C:
    """The same caller; each of its calls is made `patiently`."""
    kind = type(caller)

    class Patient(kind):  # type: ignore[misc, valid-type]
        async def call(self, route: Any, *args: Any, **about: Any) -> Response:
            async def once() -> Response:
                response: Response = await kind.call(self, route, *args, **about)
                if is_accepted(response) or response.status == 404:  # which no wait mends
                    return response
                failure = self.answers.failure(route, response)
                if isinstance(failure, TryLater):
                    raise failure
                return response

            return await patiently(once)

    values = {each.name: getattr(caller, each.name) for each in fields(caller)}
    return cast("C", Patient(**values))


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Asks again for as long as PATIENCE_SECONDS where a vendor puts it off. Raises TryLater."""
    deadline = now() + timedelta(seconds=PATIENCE_SECONDS)
    while True:
        try:
            return await ask()
        except TryLater as failure:
            if now() > deadline or failure.reason.code == NO_SUCH_NAME:
                raise
            await asyncio.sleep(failure.after or WAIT_SECONDS)


async def look_now(settings: Settings, keys: Sequence[Key], why: str) -> set[Key]:
    """Has orders looked at: by the bridge that is running, or else by this command itself.

    Returns those that were looked at within PATIENCE_SECONDS. Raises Misconfigured.
    """
    asked_at = now()
    running = is_running(settings)
    async with open_store(settings) as store:
        await store.write(todo.hint, [Hint(key, why) for key in keys], asked_at)
        if running:
            return await _looked_at(store, keys, asked_at)
    async with open_bridge(settings) as bridge:
        working = asyncio.create_task(bridge.worker.run())
        try:
            seconds = PATIENCE_SECONDS * max(1, len(keys))
            return await _looked_at(bridge.store, keys, asked_at, seconds)
        finally:
            await bridge.worker.stop()
            await working


async def _looked_at(
    store: Store, keys: Sequence[Key], asked_at: datetime, seconds: float = PATIENCE_SECONDS
) -> set[Key]:
    """Follows in the store what becomes of the keys; those that were looked at in time.

    A look that a vendor put off is followed to the next one, as long as there is time.
    """
    left = set(keys)

    async def ended() -> bool:
        left.difference_update([key for key in left if await _has_ended(store, key, asked_at)])
        return not left

    await until(ended, seconds)
    return {key for key in keys if await _has_ended(store, key, asked_at, put_off=True)}


async def _has_ended(store: Store, key: Key, asked_at: datetime, *, put_off: bool = False) -> bool:
    """Whether a look at the key has ended; `put_off` counts a look that came to nothing, too."""
    story = await store.read(views.story, order_uid(key))
    entries = [entry for entry in story.entries if entry.at >= asked_at] if story else []
    return any(entry.what in ENDINGS and (put_off or not _is_put_off(entry)) for entry in entries)


def _is_put_off(entry: JournalEntry) -> bool:
    """A vendor could not answer: the order is looked at again soon."""
    why = entry.facts.get("why")
    is_decided = isinstance(why, Reason) and why.code.kind is Kind.WAIT
    return entry.what is Event.WAITS and not is_decided
