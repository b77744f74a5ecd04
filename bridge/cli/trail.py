"""What the command line writes into the audit log, and whose name a command goes under."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from bridge.cli.command import DONE, WRONG
from bridge.cli.language import LANGUAGE
from bridge.cli.opening import now, open_store, settings_of
from bridge.core.journal import AuditEntry
from bridge.core.users import Role
from bridge.errors import Phrase
from bridge.settings import Settings
from bridge.store import exists, journal

Answer = TypeVar("Answer")

ORIGIN = "command line"
MOST_LETTERS = 64
_WRITING = ("stuck", "orders", "reconcile", "stock")
"""What these have the bridge do, a shadow only notes."""


def who() -> str:
    """The system's user; behind sudo the one who typed it, as far as sudo tells."""
    behind = os.environ.get("SUDO_USER", "")
    if behind.isprintable() and 0 < len(behind) <= MOST_LETTERS and " " not in behind:
        return behind
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return f"uid {getattr(os, 'getuid', lambda: 'unknown')()}"


async def said(settings: Settings, question: Callable[..., Answer], *about: Any) -> Answer:
    """Has the store take in what a person says (`store.person`), by whom as the story tells it."""
    by = who() if settings.audit.story == "name" else Role.OPERATOR.value
    async with open_store(settings) as store:
        return await store.write(question, *about, now(), by=by)


async def write_down(arguments: argparse.Namespace, *, code: int) -> int:
    """Keeps what this command changed, if it changed anything, where there is a store.

    What was typed is kept only if it was understood: else it may be anything.
    """
    subject = None if arguments.changes is None else arguments.changes(arguments)
    if subject is None or code == WRONG:
        return DONE
    settings = settings_of(arguments, of_all=True)
    if settings.mode == "shadow" and arguments.command in _WRITING:
        said = Phrase("shadow-mode").told(LANGUAGE.get())
        print(f"rxbridge: {said}", file=sys.stderr)
    if not exists(settings.place):
        return DONE
    what = " ".join(filter(None, [arguments.command, getattr(arguments, "verb", "")]))
    done = code == DONE
    outcome = "done" if done else f"exit code {code}"
    entry = AuditEntry(now(), who(), ORIGIN, what, subject if done else "", outcome)
    async with open_store(settings) as store:
        await store.write(journal.add_deed, entry)
    return DONE
