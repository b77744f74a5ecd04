"""`rxbridge store`: the bridge's memory: backed up, checked, restored.

The bridge's memory: ids, states and numbers. Losing it loses no order.

rxbridge store backup ./rxbridge-backup.db  # also while the bridge runs
rxbridge store check                        # is it whole
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bridge import store
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.opening import now, settings_of

noun = Noun(__doc__)


@noun.verb(
    "backup",
    "copy it, also while the bridge runs",
    argument("path", type=Path, metavar="PATH", help="the file; an older one is replaced"),
)
def backup(arguments: argparse.Namespace) -> int:
    """Copies the store into one file that only you can read, also while the bridge runs.

    rxbridge store backup ./rxbridge-backup.db
    """
    taken = store.back_up(settings_of(arguments).store.path, arguments.path)
    return show.answer(arguments, _document(taken), f"{taken.path}: {_contents(taken)}")


@noun.verb(
    "check",
    "look through it for damage",
    argument("path", type=Path, nargs="?", metavar="PATH", help="a backup instead of it"),
)
def check(arguments: argparse.Namespace) -> int:
    """Looks through the store, or a backup of it, for damage. Exit code 1 if there is any.

    rxbridge store check                       # the store at work
    rxbridge store check ./rxbridge-backup.db  # a backup
    """
    found = store.check(arguments.path or settings_of(arguments).store.path)
    wrong = [f"{found.path}: {fault}" for fault in found.faults]
    document, contents = _document(found), _contents(found)
    return show.answer(arguments, document, failed=bool(wrong), wrong=wrong, contents=contents)


@noun.verb(
    "restore",
    "put a backup in its place; the bridge is stopped",
    argument("path", type=Path, metavar="PATH", help="the backup"),
    changes=lambda _: "",
)
def restore(arguments: argparse.Namespace) -> int:
    """Puts a backup in the store's place. The bridge has to be stopped; what was there is kept
    beside it. Whatever happened since is looked for at both vendors before anything is sent.

    rxbridge store restore ./rxbridge-backup.db
    """
    path = settings_of(arguments).store.path
    restored = store.restore(path, arguments.path, now=now())
    kept = str(restored.kept) if restored.kept else None
    document = {"path": str(path), "kept": kept, "backup": _document(restored.backup)}
    return show.answer(arguments, document, contents=_contents(restored.backup))


def _contents(found: store.Checked) -> str:
    seen = show.moment(found.last_poll_at) or "never"
    return (
        f"{found.orders} orders, {found.open_orders} of them open, {found.size_bytes:,} bytes; "
        f"RxScale's list last read: {seen}"
    )


def _document(found: store.Checked) -> dict[str, Any]:
    return {**asdict(found), "sound": not found.faults}
