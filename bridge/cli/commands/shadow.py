"""`rxbridge shadow`: what the bridge would have done, and how often people did the same."""

import argparse
from dataclasses import asdict
from typing import Any

from bridge.cli import show
from bridge.cli.asking import Line
from bridge.cli.command import Noun, argument
from bridge.cli.commands import check
from bridge.cli.opening import now, open_store, settings_of
from bridge.core.memory import StuckRow
from bridge.core.shadow import Report, What
from bridge.errors import Foreign
from bridge.store import shadow, waiting

NAMES = {
    What.ORDER: "orders",
    What.STATUS: "statuses",
    What.STOCK: "stock",
    What.PRICE: "prices",
}
noun = Noun()


@noun.verb("report", argument("--offline", action="store_true"))
async def report(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments).in_mode("shadow")
    with show.busy("comparing"):
        async with open_store(settings) as store:
            document = _document(
                await store.read(shadow.told, now()), await store.read(waiting.all_stuck)
            )
        lines = await check.everything(settings, offline=arguments.offline)
        document["go_live"] = left_to_do(lines)
    failed = any(line["verdict"] == "fail" for line in document["go_live"])
    figures = [
        (Foreign(name), each["compared"], each["agreed"], _percent(each["percent"]), each["open"])
        for name, each in document["agreement"].items()
    ]
    return show.answer(arguments, document, failed=failed, figures=figures)


def left_to_do(lines: list[Line]) -> list[dict[str, object]]:
    """Of all that was tried, what is not well."""
    names = ("what", "verdict", "text")
    return [{n: getattr(line, n) for n in names} for line in lines if line.verdict != "ok"]


def _document(found: Report, waiting: list[StuckRow]) -> dict[str, Any]:
    figures = {
        name: asdict(found.figures[what]) | {"percent": found.figures[what].percent}
        for what, name in NAMES.items()
    }
    differing = [
        {
            "key": note.key,
            "what": NAMES[note.what],
            "at": note.found_at or note.wanted_at,
            "bridge": note.wanted,
            "people": note.found,
            "why": why,
        }
        for note, why in found.differing
    ]
    told = [{"key": row.key, "since": row.since, "why": row.reason} for row in waiting]
    orders = {"seen": found.seen, "would_send": found.would_send, "stuck": told}
    return {"orders": orders, "agreement": figures, "differences": differing}


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:g} %"
