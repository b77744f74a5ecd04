"""`rxbridge go-live`: ends shadow mode, after a last check."""

import argparse
import re
from pathlib import Path
from typing import Any

from bridge.app.files import write_whole
from bridge.app.policies import rules_of
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.commands import check
from bridge.cli.commands.shadow import left_to_do
from bridge.cli.guest import is_running
from bridge.cli.opening import open_store, settings_of
from bridge.core.model import order_key
from bridge.core.reasons import MADE_BEFORE, Reason
from bridge.core.shadow import fate
from bridge.errors import Fault, Misconfigured, Phrase
from bridge.settings import Settings
from bridge.store import orders, waiting

noun = Noun()
_LINE = re.compile(rb"""(?m)^([ \t]*mode[ \t]*=[ \t]*)(?:"shadow"|'shadow')""")
_TABLE = re.compile(rb"(?m)^[ \t]*\[")


@noun.command(
    argument("--dry-run", action="store_true"),
    changes=lambda arguments: None if arguments.dry_run else "mode",
)
async def go_live(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    with show.busy("trying"):
        lines = await check.everything(settings.in_mode("live"), offline=False)
        fates = await _fates(settings.in_mode("shadow"))
    document: dict[str, Any] = {
        "mode": settings.mode,
        "changed": "",
        "running": is_running(settings.in_mode("shadow")),
        "orders": [{"order": uid, "then": then} for uid, then in fates],
        "go_live": left_to_do(lines),
    }
    failed = any(line["verdict"] == "fail" for line in document["go_live"])
    if not failed and not arguments.dry_run:
        document["mode"] = "live"
        document["changed"] = str(_set_live(settings) or "")
    return show.answer(arguments, document, failed=failed, failing=failed)


async def _fates(settings: Settings) -> list[tuple[str, Reason]]:
    """What becomes of each order that RxScale has open, the oldest first."""
    words, take_from = rules_of(settings).words.rxscale, settings.orders.take_from
    async with open_store(settings) as store:
        met = await store.read(orders.everything)
        reasons = {row.key: row.reason for row in await store.read(waiting.all_stuck)}
    found: list[tuple[str, Reason]] = []
    for record in met:
        if record.finished_at is not None and not record.is_left_alone:
            continue
        then = fate(record, reasons.get(order_key(record.uid)), words)
        if take_from is not None and (record.made_at or record.first_seen_at) < take_from:
            then = MADE_BEFORE(take_from=take_from.isoformat())
        found.append((record.uid, then))
    return found


def _set_live(settings: Settings) -> Path | None:
    """The file whose line was changed; None where the file does not say shadow. Raises
    Misconfigured where something else does.
    """
    file = settings.file
    content = file.read_bytes() if file is not None else b""
    first = _TABLE.search(content)
    head = content[: first.start()] if first else content
    changed, count = _LINE.subn(rb'\1"live"', head)
    if file is None or not count:
        if settings.mode == "live":
            return None
        raise Misconfigured(Fault("mode", "not-by-file"))
    mode, way = file.stat().st_mode & 0o777, Phrase("write-live")
    write_whole(file, changed + content[len(head) :], mode=mode, way=way)
    return file
