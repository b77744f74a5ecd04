"""What the command line writes into the audit log, and whose name a command goes under."""

import argparse
import getpass
import os

from bridge.cli.command import DONE, WRONG
from bridge.cli.opening import in_store, now, settings_of
from bridge.core.audit import AuditEntry
from bridge.store import audit

ORIGIN = "command line"
ROLE = "operator"
MOST_LETTERS = 64


def who() -> str:
    """The system's user; behind sudo the one who typed it, as far as sudo tells."""
    behind = os.environ.get("SUDO_USER", "")
    if behind.isprintable() and 0 < len(behind) <= MOST_LETTERS and " " not in behind:
        return behind
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"


def by(arguments: argparse.Namespace) -> str:
    """Who it was, as an order's story tells it."""
    return who() if settings_of(arguments).audit.story == "name" else ROLE


def write_down(arguments: argparse.Namespace, code: int) -> None:
    """Keeps what this command changed, if it changed anything, where there is a store.

    What was typed is kept only if it was understood: else it may be anything.
    """
    subject = None if arguments.changes is None else arguments.changes(arguments)
    if subject is None or code == WRONG or not settings_of(arguments).store.path.exists():
        return
    what = " ".join(filter(None, [arguments.command, getattr(arguments, "verb", "")]))
    done = code == DONE
    outcome = "done" if done else f"exit code {code}"
    entry = AuditEntry(now(), who(), ORIGIN, what, subject if done else "", outcome)
    in_store(arguments, lambda store: store.write(audit.add, entry))
