"""`rxbridge orders list|show|sync`: where pharmacy orders stand, and one order's whole story."""

import argparse
import asyncio
import sys
from dataclasses import asdict, replace
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from bridge.app import open_vendors
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import key_of, now, open_store, settings_of
from bridge.cli.shared.working import as_a_guest, look_now, patiently
from bridge.core.memory import OrderRow, Story
from bridge.core.model import JournalEntry, PharmacyOrderUid, order_uid
from bridge.core.orders.telling import PHASES, SIDES, next_up, sentence, side_of
from bridge.settings import Settings

WIDE = 120
"""Columns from which the sides' histories are shown side by side."""


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
    for row in rows:
        if row.stuck is not None:
            show.prose(show.plain(f"{row.record.uid}  STUCK: {row.stuck.reason}"))
    return DONE


def show_order(arguments: argparse.Namespace) -> int:
    story = asyncio.run(_story(arguments))
    if story is None:
        return _unknown(arguments.uid)
    if arguments.json:
        show.as_json(_story_document(story))
    else:
        _print_story(story)
    return DONE


def sync_order(arguments: argparse.Namespace) -> int:
    """Has the order looked at now, and tells what came of it."""
    try:
        key = key_of(arguments.uid)
        uid = order_uid(key)
    except ValueError:
        return _unknown(arguments.uid)
    settings = settings_of(arguments)
    began = now()
    if not asyncio.run(_is_known(settings, uid)):
        return _unknown(uid)
    looked = asyncio.run(look_now(settings, [key], "a person asked"))
    story = asyncio.run(_story(arguments))
    if story is None or not looked:
        print(f"rxbridge: {uid} was not looked at within 30 s; see /health", file=sys.stderr)
        return FAILED
    fresh = replace(story, entries=tuple(each for each in story.entries if each.at >= began))
    if arguments.json:
        show.as_json(_story_document(fresh))
    else:
        _print_story(fresh)
    return FAILED if story.stuck is not None else DONE


def _unknown(uid: str) -> int:
    print(f"rxbridge: no order {uid} is known here", file=sys.stderr)
    return FAILED


async def _is_known(settings: Settings, uid: PharmacyOrderUid) -> bool:
    """In the store, or at RxScale: a lost webhook may have kept it from us."""
    async with open_store(settings) as store:
        if await store.record(uid) is not None:
            return True
    if settings.missing_for_run():
        return False
    async with open_vendors(as_a_guest(settings), lambda _: None) as vendors:
        return await patiently(lambda: vendors.rxscale.order(uid)) is not None


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
    record = row.record
    return (
        record.uid,
        record.name,
        record.rx_status,
        PHASES[record.phase],
        record.order_id or record.request_id,
        show.moment(record.rx_seen_at or record.first_seen_at),
        "STUCK" if row.stuck else "",
    )


def _document(row: OrderRow) -> dict[str, Any]:
    stuck = asdict(row.stuck) if row.stuck else None
    return {**asdict(row.record), "stuck": stuck, "due_at": row.due_at}


def _story_document(story: Story) -> dict[str, Any]:
    return {
        "order": asdict(story.record),
        "entries": [{**asdict(entry), "side": side_of(entry)} for entry in story.entries],
        "stuck": asdict(story.stuck) if story.stuck else None,
        "due_at": story.due_at,
        "next": next_up(story, show.moment),
        "calls": story.record.calls,
    }


def _side_by_side(story: Story) -> Table:
    """What each side said and was told, in time order, each in a column of its own."""
    table = Table("when", *SIDES, box=SIMPLE_HEAD, pad_edge=False, show_lines=False)
    for entry in story.entries:
        cells = [_cell(entry) if side == side_of(entry) else "" for side in SIDES]
        table.add_row(show.moment(entry.at), *cells)
    return table


def _cell(entry: JournalEntry) -> Text:
    first, *rest = sentence(entry)
    return show.plain(first).append(show.plain("".join(f"\n{line}" for line in rest), "dim"))


def _print_story(story: Story) -> None:
    record, console = story.record, show.console()
    title = f"{record.uid} {record.name or ''}".strip()
    show.prose(show.plain(title, "bold").append(f"  {PHASES[record.phase]}", "not bold"))
    show.prose(show.plain(f"  at RxScale    {record.rx_status or 'not looked at yet'}"))
    show.prose(show.plain(f"  order-request {record.request_id or '-'}"))
    show.prose(
        show.plain(f"  PharmaOne     {record.order_id or '-'} {record.p1_status or ''}".rstrip())
    )
    print(f"  calls made    {record.calls}\n")
    if WIDE <= console.width < show.PIPED:
        console.print(_side_by_side(story), soft_wrap=False)
    else:
        for entry in story.entries:
            _print_entry(entry)
    show.prose(show.plain(f"\nNext: {next_up(story, show.moment)}"))


def _print_entry(entry: JournalEntry) -> None:
    first, *rest = sentence(entry)
    show.prose(show.plain(f"  {show.moment(entry.at)}  {side_of(entry):9}  {first}"))
    for line in rest:
        show.prose(show.plain(f"  {'':19}  {'':9}  {line}", "dim"))
