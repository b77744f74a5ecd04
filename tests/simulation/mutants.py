"""The bridge broken in one place each: what the simulation has to find.

Where two parts of the bridge guard the same thing, taking one out changes nothing: there the mutant
takes out the thing itself, and `defence` says what else stood in its way.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.core import deliveries, reasons, remember
from bridge.core.deliveries import Receipt
from bridge.core.orders import absence, decide, progress, submitting
from bridge.core.steps import Done
from bridge.core.stock import judge
from bridge.cycles import comparing
from bridge.cycles.stock import adjust
from bridge.pharmaone.token import TokenKeeper
from bridge.store import Store, orders, pharmaone_lists, todo, work
from bridge.store import deliveries as received
from bridge.store.rows import micros
from bridge.transport.budget import _Window
from bridge.worker import acts, look


@dataclass(frozen=True, slots=True)
class Mutant:
    """`put_in` breaks the bridge. Found with so many `lives` a seed of `days` in its `theme`."""

    put_in: Callable[[], None]
    theme: str
    lives: int = 60
    days: float = 0.2
    defence: str = ""
    """What would still have kept it harmless, and is out as well."""
    seed: int = 50
    """The first one that is tried: for a fault that was there once, the one that found it."""


def _patch(*places: tuple[Any, str, Any]) -> Callable[[], None]:
    def put_in() -> None:
        for where, name, what in places:
            if not hasattr(where, name):
                raise AttributeError(f"{where} has no {name}: the mutant is out of date")
            setattr(where, name, what)

    return put_in


def _unrecorded_intent() -> None:
    intend, record = acts.Acts._intend, acts.Acts._record

    async def forgets(self: Any) -> None:
        """Writes nothing down."""

    async def intends(self: Any, step: Any) -> None:
        self._record = lambda: forgets(self)
        await intend(self, step)
        self._record = lambda: record(self)

    _patch((acts.Acts, "_intend", intends))()


def _one_more(window: Any, limit: int, seconds: float) -> None:
    _init(window, limit + 1, seconds)


_init = _Window.__init__


def _never_renewed() -> None:
    async def get(self: Any, scope: str = "") -> str:
        held = self._held if self._held is not None else await self._renewed()
        return str(held.text)

    _patch((TokenKeeper, "get", get))()


def _all_that_are_old(connection: Any, before: datetime, *_: Any) -> list[str]:
    every = "SELECT uid FROM orders WHERE first_seen_at < ?"
    return [uid for (uid,) in connection.execute(every, (micros(before),))]


def _claims_all(connection: Any, limit: int, now: Any, *_: Any) -> Any:
    return _claim(connection, limit, now, timedelta(0))


def _next_of_all(connection: Any, now: Any, *_: Any) -> Any:
    return _next_due(connection, now)


_claim, _next_due = todo.claim, todo.next_due


async def _soon(store: Store, body: Any, delivery: Any) -> Receipt:
    """Takes it before it is on disk; the rest is done a moment later."""
    asyncio.get_running_loop().call_later(0.2, asyncio.ensure_future, _later(store, body, delivery))
    return Receipt.HINTED


async def _later(store: Store, body: Any, delivery: Any) -> None:
    await _write_together(store, body, delivery)


_write_together = Store.write_together


MUTANTS: Mapping[str, Mutant] = {
    "search before repeat skipped": Mutant(
        _patch((submitting, "_search", lambda *_: None)), "lost answers"
    ),
    "claim skipped": Mutant(_patch((submitting, "_is_claimed", lambda *_: True)), "quiet"),
    "intent not committed": Mutant(_unrecorded_intent, "crashes"),
    "freshness ignored": Mutant(
        _patch(
            (submitting, "is_recent", lambda _: True),
            (decide, "is_fresh", lambda _: True),
            (progress, "is_fresh", lambda _: True),
        ),
        "quiet",
    ),
    "echo taken for news": Mutant(
        _patch(
            (deliveries, "is_echo", lambda *_, **__: False),
            (received, "is_echo", lambda *_, **__: False),
        ),
        "quiet",
    ),
    "news taken for an echo": Mutant(
        _patch(
            (deliveries, "is_echo", lambda *_, **__: True),
            (received, "is_echo", lambda *_, **__: True),
        ),
        "quiet",
    ),
    "404 believed": Mutant(
        _patch(
            (absence, "disbelieved", lambda _: None),
            (progress, "disbelieved", lambda _: None),
            (progress, "confirmed_by_a_person", lambda _: None),
        ),
        "liars",
        defence="a person is asked, where no event told that the order was deleted",
    ),
    "anomaly guard off": Mutant(
        _patch(
            (judge, "inventory_anomaly", lambda *_: None),
            (judge, "too_many_zeroed", lambda *_: None),
            (judge, "is_confirmed", lambda *_: True),
        ),
        "liars",
        defence="too many that would go to 0 at once, and a product that is missing once",
    ),
    "lease ignored": Mutant(
        _patch((todo, "claim", _claims_all), (todo, "next_due", _next_of_all)),
        "quiet",
        defence="what is being looked at by this process is not taken up again",
    ),
    "deduction counted twice": Mutant(_patch((look, "released_at", lambda *_: None)), "quiet"),
    "adjust sent again": Mutant(
        _patch((adjust, "search_log", lambda *_: "not there")), "adjusting"
    ),
    "budget off by one": Mutant(_patch((_Window, "__init__", _one_more)), "rush"),
    "token not renewed": Mutant(_never_renewed, "quiet"),
    "retention deletes an open order": Mutant(
        _patch((orders, "outdated", _all_that_are_old)), "slow staff"
    ),
    "acknowledged before it is stored": Mutant(_patch((Store, "write_together", _soon)), "crashes"),
    "cancellation not carried on": Mutant(
        _patch((decide.endings, "_cancel_there", lambda *_: Done(reasons.COMPLETED()))), "quiet"
    ),
    "answer lost means not sent": Mutant(
        _patch((remember, "answer_lost", lambda record, *_: record)), "lost answers"
    ),
    "one 404 is for good": Mutant(
        _patch((pharmaone_lists, "NEW", timedelta())),
        "",
        50,
        0.25,
        seed=2018,
    ),
    "a lost order is not compared": Mutant(
        _patch((comparing, "_is_lost", lambda *_: False)), "", 120, seed=3
    ),
    "a search is believed for a quarter of an hour": Mutant(
        _patch((submitting, "SEARCHED_LATELY", timedelta(minutes=15))),
        "typed",
        40,
        0.4,
        seed=2,
    ),
    "settling forgets what is due": Mutant(_patch((work, "settle", lambda *_: False)), "quiet"),
}
"""By what a reader would call it."""
