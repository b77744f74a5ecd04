"""`rxbridge store backup|check|restore`: the bridge's memory kept safe, and moved."""

import argparse
import sys
from typing import Any

from bridge import store
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import now, settings_of


def backup(arguments: argparse.Namespace) -> int:
    taken = store.back_up(settings_of(arguments).store.path, arguments.path)
    if arguments.json:
        show.as_json(_document(taken))
    else:
        print(f"{taken.path}: {_told(taken)}")
    return DONE


def check(arguments: argparse.Namespace) -> int:
    found = store.check(arguments.path or settings_of(arguments).store.path)
    if arguments.json:
        show.as_json(_document(found))
    else:
        _print(found)
    return FAILED if found.faults else DONE


def restore(arguments: argparse.Namespace) -> int:
    path = settings_of(arguments).store.path
    restored = store.restore(path, arguments.path, now=now())
    if arguments.json:
        kept = str(restored.kept) if restored.kept else None
        show.as_json({"path": str(path), "kept": kept, "backup": _document(restored.backup)})
        return DONE
    print(f"{path}: restored, {_told(restored.backup)}")
    if restored.kept is not None:
        print(f"{restored.kept}: the store that was replaced")
    print("Started now, the bridge looks for every order at PharmaOne before it sends one.")
    return DONE


def _print(found: store.Checked) -> None:
    for fault in found.faults:
        print(f"rxbridge: {found.path}: {fault}", file=sys.stderr)
    if not found.faults:
        older = found.schema < found.newest_schema
        print(f"{found.path}: sound, {_told(found)}")
        if older:
            print(f"Its schema is {found.schema}; the next start makes it {found.newest_schema}.")


def _told(found: store.Checked) -> str:
    seen = show.moment(found.last_poll_at) or "never"
    return (
        f"{found.orders} orders, {found.open_orders} of them open, {found.size_bytes:,} bytes; "
        f"RxScale's list last read: {seen}"
    )


def _document(found: store.Checked) -> dict[str, Any]:
    return {
        "path": str(found.path),
        "sound": not found.faults,
        "faults": list(found.faults),
        "size_bytes": found.size_bytes,
        "schema": found.schema,
        "newest_schema": found.newest_schema,
        "orders": found.orders,
        "open_orders": found.open_orders,
        "last_poll_at": found.last_poll_at,
    }
