"""`rxbridge orders`: pharmacy orders and where they stand."""

import argparse
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bridge.app.policies import rules_of
from bridge.cli import show
from bridge.cli.command import DONE, FAILED, Noun, argument, slip, whole_number
from bridge.cli.guest import look_now, open_guest
from bridge.cli.language import LANGUAGE
from bridge.cli.opening import key_of, now, open_store, settings_of
from bridge.cli.trail import said
from bridge.core.journal import JournalEntry, Side
from bridge.core.lifecycle import TERMINAL
from bridge.core.memory import OrderRow, Story, StuckRow
from bridge.core.model import Key, OrderRecord, PharmacyOrderUid, Phase, order_key, order_uid
from bridge.core.remember import resumed
from bridge.errors import BridgeError, Phrase
from bridge.settings import Settings
from bridge.store import orders, person, views
from bridge.texts import stuck_document, word
from bridge.texts.story import NextUp, plain, sentence, undone

WIDE = 120
"""Columns from which the sides' histories are shown side by side."""
UID = argument("uid", metavar="UID")

noun = Noun()


def _day(text: str) -> tuple[datetime, datetime]:
    try:
        return views.day_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(slip("day")) from None


@noun.verb(
    "list",
    argument("words", nargs="*", metavar="WORDS"),
    argument("--open", action="store_true"),
    argument("--state", choices=views.STATES),
    argument("--day", type=_day, metavar="DAY"),
    argument("--stuck", action="store_true"),
    argument("--side", choices=views.SIDES),
    argument("--limit", type=whole_number(1), default=50, metavar="N"),
    of_all=True,
)
async def list_orders(arguments: argparse.Namespace) -> int:
    since, until = arguments.day or (None, None)
    wanted = views.Wanted(
        " ".join(arguments.words),
        arguments.state or ("open" if arguments.open else ""),
        since=since,
        until=until,
        stuck=arguments.stuck,
        side=arguments.side or "",
    )
    async with open_store(settings_of(arguments)) as store:
        rows = await store.read(views.newest, wanted, limit=arguments.limit)
    return show.answer(arguments, {"orders": [*map(_document, rows)]}, cells=map(_cells, rows))


@noun.verb("show", UID)
async def show_order(arguments: argparse.Namespace) -> int:
    async with open_store(settings_of(arguments)) as store:
        uid = PharmacyOrderUid(arguments.uid.removeprefix("order:"))
        story = await store.read(views.story, uid)
        if story is None:
            rows = await store.read(views.called, arguments.uid, 10)
            if len(rows) > 1:
                show.complain(Phrase("any-of-these", uid=arguments.uid))
                show.page("orders-list", orders=map(_document, rows), cells=map(_cells, rows))
                return FAILED
            story = await store.read(views.story, rows[0].record.uid) if rows else None
    if story is None:
        raise _unknown(uid)
    return _tell(arguments, story)


@noun.verb("sync", UID, changes=lambda typed: key_of(typed.uid))
async def sync_order(arguments: argparse.Namespace) -> int:
    key, began = _order_key(arguments), now()
    settings = settings_of(arguments)
    if not await _is_known(settings, order_uid(key)):
        raise _unknown(order_uid(key))
    looked = await look_now(settings, [key], "a person asked")
    story = await _story(settings, key)
    if story is None or not looked:
        raise BridgeError(Phrase("not-looked-at", uid=order_uid(key)))
    _tell(arguments, replace(story, entries=tuple(e for e in story.entries if e.at >= began)))
    return FAILED if story.stuck is not None else DONE


@noun.verb("resume", UID, changes=lambda typed: key_of(typed.uid))
async def resume_order(arguments: argparse.Namespace) -> int:
    key = key_of(arguments.uid)
    is_order = key.startswith("order:")
    if not is_order or not await said(settings_of(arguments), person.resume, key):
        uid = key.removeprefix("order:")
        raise BridgeError(Phrase("nothing-to-resume", uid=uid))
    return show.answer(arguments, {"resumed": key}, Phrase("resumed", key=key))


@noun.verb(
    "forget",
    UID,
    argument("--yes", action="store_true"),
    argument("--open", action="store_true"),
    changes=lambda typed: key_of(typed.uid),
)
async def forget_order(arguments: argparse.Namespace) -> int:
    settings, key = settings_of(arguments), _order_key(arguments)
    story = await _story(settings, key)
    why = story and _why_kept(settings, story.record, may_be_open=arguments.open)
    if why or not (arguments.yes or show.agreed(Phrase("erase", key=key))):
        raise BridgeError(why or Phrase("left-as-it-is", key=key))
    async with open_store(settings) as store:
        found = await store.write(person.erase, key, now())
        await store.truncate_log()
    if not found:
        raise _unknown(order_uid(key))
    return show.answer(arguments, {"forgotten": key}, Phrase("erased", key=key))


def _why_kept(settings: Settings, record: OrderRecord, *, may_be_open: bool) -> Phrase | None:
    """Why an order is not forgotten: another store, or this one, might send it a second time."""
    words = rules_of(settings).words.rxscale
    waits = record.rx_status in words.queue | words.arriving
    if waits and (record.attempts or record.order_id):
        return Phrase("sent-again", uid=record.uid)
    ended = record.state in TERMINAL and record.finished_at is not None
    if may_be_open or (ended and (record.order_id is None or record.p1_state in TERMINAL)):
        return None
    return Phrase("not-ended", uid=record.uid)


def _order_key(arguments: argparse.Namespace) -> Key:
    """Raises BridgeError for the key of anything else."""
    key = key_of(arguments.uid)
    try:
        order_uid(key)
    except ValueError:
        raise _unknown(key) from None
    return key


def _unknown(uid: str) -> BridgeError:
    return BridgeError(Phrase("no-such-order", uid=uid))


async def _is_known(settings: Settings, uid: PharmacyOrderUid) -> bool:
    """In the store, or at RxScale: a lost webhook may have kept it from us."""
    async with open_store(settings) as store:
        if await store.read(orders.find, uid) is not None:
            return True
    if settings.missing_for_run():
        return False
    async with open_guest(settings) as vendors:
        return await vendors.rxscale.order(uid) is not None


async def _story(settings: Settings, key: Key) -> Story | None:
    async with open_store(settings) as store:
        return await store.read(views.story, order_uid(key))


def _tell(arguments: argparse.Namespace, story: Story) -> int:
    width, after = show.console().width, resumed(story.record, now())
    return show.answer(
        arguments,
        _story_document(story),
        phase=_phase(story.record),
        told=[
            (entry.at, _side(entry.side), sentence(entry, LANGUAGE.get()))
            for entry in story.entries
        ],
        undo=undone(story.record, after, LANGUAGE.get()) if after is not None else None,
        sides=map(_side, Side),
        by_side=map(_by_side, story.entries) if WIDE <= width < show.PIPED else None,
    )


def _side(side: Side) -> str:
    return word(f"side-{side}", LANGUAGE.get())


def _document(row: OrderRow) -> dict[str, Any]:
    stuck = stuck_document(row.stuck, order_key(row.record.uid)) if row.stuck else None
    return {**asdict(row.record), "stuck": stuck, "due_at": row.due_at}


def _story_document(story: Story) -> dict[str, Any]:
    after = resumed(story.record, now())
    return {
        "order": story.record,
        "entries": [_entry_document(entry) for entry in story.entries],
        "stuck": _stuck_document(story.stuck) if story.stuck else None,
        "attentions": [_stuck_document(row) for row in story.attentions],
        "due_at": story.due_at,
        "next": NextUp(story, show.moment),
        "undo": undone(story.record, after) if after is not None else None,
        "calls": story.record.calls,
    }


def _entry_document(entry: JournalEntry) -> dict[str, Any]:
    named = {name: getattr(entry, name) for name in ("key", "at", "what", "side")}
    return {**named, "facts": plain(entry)}


def _stuck_document(row: StuckRow) -> dict[str, Any]:
    return {"key": row.key, "since": row.since, "note": stuck_document(row.reason, row.key)}


def _phase(record: OrderRecord) -> str:
    phase = Phase.DROPPED if record.is_left_alone else record.phase
    return word(f"phase-{phase}", LANGUAGE.get())


def _cells(row: OrderRow) -> tuple[Any, ...]:
    record = row.record
    return (
        record.uid,
        record.name,
        show.status(record.rx_status, record.state),
        _phase(record),
        record.order_id or record.request_id,
        show.moment(record.rx_seen_at or record.first_seen_at),
        Phrase("stuck-mark") if row.stuck else "",
    )


def _by_side(entry: JournalEntry) -> list[Any]:
    """A row of the table that has a column for each side."""
    first, *rest = sentence(entry, LANGUAGE.get())
    told = show.plain(first).append(show.plain("".join(f"\n{line}" for line in rest), "dim"))
    return [entry.at, *(told if side is entry.side else "" for side in Side)]
