"""Health in words: every check of /health with its reason, its facts, and what is done about it."""

import platform
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from bridge import __version__
from bridge.core.news import Told
from bridge.core.reconcile import Proof
from bridge.errors import TryLater
from bridge.server.page.access import Visitor
from bridge.server.page.render import answer
from bridge.server.page.tables import saved
from bridge.server.parts import PageParts, ServerParts
from bridge.store import proofs, waiting
from bridge.texts import say

TOLD_APART = ("differing", "error")
"""What has a place of its own on the page."""
MOST_TOLD = 50


async def table(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """All that is known without the store, where that cannot be read."""
    report, count = await parts.health(), 0
    if kind := request.match_info.get("kind"):
        told_of = (
            (name, c.status, c.reason and say(c.reason)) for name, c in report.checks.items()
        )
        return saved(kind, "checks", ("check", "status", "reason"), told_of)
    proof: Proof | None = None
    sent: list[Told] = []
    with suppress(TryLater):
        proof = await parts.store.read(proofs.last)
        sent = await parts.store.read(waiting.newest_told, MOST_TOLD)
        count = await parts.store.read(waiting.count)
    ill = [name for name, check in report.checks.items() if check.reason is not None]
    return answer(
        "checks.html",
        visitor,
        parts.now(),
        report=report,
        facts={name: dict(facts_of(check.facts)) for name, check in report.checks.items()},
        ill=ill,
        proof=proof,
        sent=sent,
        known=page.facts(),
        waiting=count,
        versions={
            "rxbridge": __version__,
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
        },
    )


def facts_of(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A check's facts, those of its parts among them."""
    for name, value in facts.items():
        if isinstance(value, dict) and name == "token":
            yield from facts_of(value)
        elif name not in TOLD_APART:
            yield name, ", ".join(value) if isinstance(value, (list, dict)) else value
