"""`rxbridge store`: the bridge's memory: backed up, checked, restored, moved."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.opening import now, open_store, settings_of
from bridge.errors import Fault, Misconfigured, Phrase
from bridge.place import Database
from bridge.settings import Settings
from bridge.store import backup as copies
from bridge.store import moving, notes, run_lock

noun = Noun()


@noun.verb("backup", argument("path", type=Path, metavar="PATH"))
def backup(arguments: argparse.Namespace) -> int:
    taken = copies.back_up(_file(arguments), arguments.path)
    said = Phrase("of-it", what=taken.path, why=_contents(taken))
    return show.answer(arguments, _document(taken), said)


@noun.verb("check", argument("path", type=Path, nargs="?", metavar="PATH"))
def check(arguments: argparse.Namespace) -> int:
    found = copies.check(arguments.path or _file(arguments))
    wrong = [Phrase("of-it", what=found.path, why=fault) for fault in found.faults]
    document, contents = _document(found), _contents(found)
    return show.answer(arguments, document, failed=bool(wrong), wrong=wrong, contents=contents)


@noun.verb("restore", argument("path", type=Path, metavar="PATH"), changes=lambda _: "")
def restore(arguments: argparse.Namespace) -> int:
    path = _file(arguments)
    restored = copies.restore(path, arguments.path, now=now())
    kept = str(restored.kept) if restored.kept else None
    document = {"path": str(path), "kept": kept, "backup": _document(restored.backup)}
    return show.answer(arguments, document, contents=_contents(restored.backup))


@noun.verb("move", argument("to", choices=("database", "file")), changes=lambda typed: typed.to)
def move(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    file, database = settings.store.path, _database(settings)
    source, target = (file, database) if arguments.to == "database" else (database, file)
    moved = moving.move(source, target, now())
    document = {"from": str(source), "to": str(target), "rows": moved}
    rows = Phrase("rows", rows=sum(moved.values()), total=None)
    return show.answer(arguments, document, Phrase("of-it", what=target, why=rows))


@noun.verb("doubt", changes=lambda _: "")
async def doubt(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with run_lock(settings.place):
        async with open_store(settings) as opened:
            await opened.write(copies.doubt, now())
            await opened.write(notes.delete, notes.PHARMACY)
    said = Phrase("store-doubted", place=settings.place)
    return show.answer(arguments, {"doubted": str(settings.place)}, said)


def _file(arguments: argparse.Namespace) -> Path:
    """Raises Misconfigured for a store in a database."""
    settings = settings_of(arguments)
    if not isinstance(settings.place, Path):
        raise Misconfigured(Fault(settings.place, "store-no-file"))
    return settings.place


def _database(settings: Settings) -> Database:
    if isinstance(settings.place, Path):
        raise Misconfigured(Fault("store.url", "url-not-set"))
    return settings.place


def _contents(found: copies.Checked) -> Phrase:
    seen = show.moment(found.last_poll_at) or None
    about = {"orders": found.orders, "open": found.open_orders, "seen": seen}
    return Phrase("store-holds", bytes=f"{found.size_bytes:,}", **about)


def _document(found: copies.Checked) -> dict[str, Any]:
    return {**asdict(found), "sound": not found.faults}
