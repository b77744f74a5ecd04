"""The bridge broken in one place each: what the simulation has to find."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bridge.core import reasons, remember
from bridge.core.orders import absence, decide, submitting
from bridge.core.steps import Done
from bridge.core.stock import plan
from bridge.store import work
from bridge.transport.budget import _Window
from bridge.worker import acts, pool


def _patch(*places: tuple[Any, str, Any]) -> Callable[[], None]:
    def put_in() -> None:
        for where, name, what in places:
            if not hasattr(where, name):
                raise AttributeError(f"{where} has no {name}: the mutant is out of date")
            setattr(where, name, what)

    return put_in


async def _not_recorded(acts: Any) -> None:
    """Forgets to commit."""


def _one_more(window: Any, limit: float, seconds: float) -> None:
    _init(window, limit + 2, seconds)


_init = _Window.__init__


def _believes_404(view: Any) -> None:
    return None


def _forgets_claim(record: Any, *_: Any) -> Any:
    return record


MUTANTS: Mapping[str, Callable[[], None]] = {
    "search before repeat skipped": _patch((submitting, "_search", lambda *_: None)),
    "claim skipped": _patch((submitting, "_is_claimed", lambda *_: True)),
    "intent not committed": _patch((acts.Acts, "_record", _not_recorded)),
    "freshness ignored": _patch(
        (submitting, "is_recent", lambda _: True), (decide, "is_fresh", lambda _: True)
    ),
    "a 404 of PharmaOne believed": _patch(
        (absence, "disbelieved", _believes_404), (decide.endings, "disbelieved", _believes_404)
    ),
    "anomaly guard off": _patch((plan, "inventory_anomaly", lambda *_: None)),
    "lease ignored": _patch(
        (pool, "LEASE", timedelta(0)), (pool.Worker, "_under_way", lambda _: [])
    ),
    "open orders not kept back": _patch((plan.SkuLink, "pieces", lambda link, _: 10**6)),
    "budget off by two": _patch((_Window, "__init__", _one_more)),
    "cancellation not carried on": _patch(
        (decide.endings, "_cancel_there", lambda *_: Done(reasons.COMPLETED()))
    ),
    "answer lost means not sent": _patch((remember, "answer_lost", _forgets_claim)),
    "settling forgets what is due": _patch((work, "settle", lambda *_: False)),
}
"""By what a reader would call it."""
