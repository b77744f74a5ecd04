"""`rxbridge orders list|show`: where pharmacy orders stand, and one order's whole story."""

import argparse
import asyncio
import sys
from dataclasses import asdict
from typing import Any

from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import key_of, open_store, settings_of
from bridge.cli.shared.sentences import next_up, sentence
from bridge.core.memory import OrderRow, Story
from bridge.core.model import Phase, order_uid

PHASES = {
    Phase.KNOWN: "not sent yet",
    Phase.SUBMITTING: "being sent",
    Phase.UNSURE: "unsure",
    Phase.SUBMITTED: "under review",
    Phase.ADOPTED: "order made",
    Phase.DROPPED: "left alone",
    Phase.DONE: "done",
}


def list_orders(arguments: argparse.Namespace) -> int:
    rows = asyncio.run(_rows(arguments))
    if arguments.json:
        show.as_json({"orders": [_document(row) for row in rows]})
        return DONE
    if not rows:
        print("No orders yet.")
        return DONE
    headings = ("order", "name", "at RxScale", "at PharmaOne", "request / order", "seen", "")
    show.as_table(headings, [_cells(row) for row in rows])
    return DONE


def show_order(arguments: argparse.Namespace) -> int:
    story = asyncio.run(_story(arguments))
    if story is None:
        print(f"rxbridge: no order {arguments.uid} is known here", file=sys.stderr)
        return FAILED
    if arguments.json:
        show.as_json(_story_document(story))
    else:
        _print_story(story)
    return DONE


async def _rows(arguments: argparse.Namespace) -> list[OrderRow]:
    async with open_store(settings_of(arguments)) as store:
        return await store.orders(open_only=arguments.open, limit=arguments.limit)


async def _story(arguments: argparse.Namespace) -> Story | None:
    try:
        uid = order_uid(key_of(arguments.uid))
    except ValueError:
        return None
    async with open_store(settings_of(arguments)) as store:
        return await store.story(uid)


def _cells(row: OrderRow) -> tuple[Any, ...]:
    link = row.link
    note = f"STUCK: {row.stuck.reason}" if row.stuck else ""
    return (
        link.uid,
        link.name,
        link.rx_status,
        PHASES[link.phase],
        link.order_id or link.request_id,
        show.moment(link.rx_seen_at or link.first_seen_at),
        note,
    )


def _document(row: OrderRow) -> dict[str, Any]:
    stuck = asdict(row.stuck) if row.stuck else None
    return {**asdict(row.link), "stuck": stuck, "due_at": row.due_at}


def _story_document(story: Story) -> dict[str, Any]:
    return {
        "order": asdict(story.link),
        "entries": [asdict(entry) for entry in story.entries],
        "stuck": asdict(story.stuck) if story.stuck else None,
        "due_at": story.due_at,
        "next": next_up(story),
        "calls": story.link.calls,
    }


def _print_story(story: Story) -> None:
    link, console = story.link, show.console()
    title = f"{link.uid} {link.name or ''}".strip()
    console.print(f"[bold]{title}[/bold]  {PHASES[link.phase]}")
    console.print(f"  at RxScale    {link.rx_status or 'not looked at yet'}")
    console.print(f"  order-request {link.request_id or '-'}")
    console.print(f"  PharmaOne     {link.order_id or '-'} {link.p1_status or ''}")
    console.print(f"  calls made    {link.calls}")
    console.print()
    for entry in story.entries:
        first, *rest = sentence(entry)
        console.print(f"  {show.moment(entry.at)}  {first}", markup=False)
        for line in rest:
            console.print(f"  {'':19}  {line}", style="dim", markup=False)
    console.print()
    console.print(f"Next: {next_up(story)}", markup=False)
