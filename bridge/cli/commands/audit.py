"""`rxbridge audit`: who did what, when and from where."""

import argparse
from dataclasses import asdict, fields
from pathlib import Path

from bridge.cli import show
from bridge.cli.command import Noun, argument, whole_number
from bridge.cli.opening import open_store, settings_of
from bridge.core.journal import AuditEntry
from bridge.errors import Foreign
from bridge.store import journal

COLUMNS = [field.name for field in fields(AuditEntry)]

noun = Noun()


@noun.verb(
    "list",
    argument("--limit", type=whole_number(1), metavar="N"),
    argument("--csv", type=Path, metavar="FILE"),
)
async def list_audit(arguments: argparse.Namespace) -> int:
    limit = arguments.limit or (-1 if arguments.json or arguments.csv else 50)
    async with open_store(settings_of(arguments)) as store:
        entries = await store.read(journal.deeds, limit)
    documents = [asdict(entry) for entry in entries]
    if arguments.csv is not None:
        rows = ({**each, "at": each["at"].isoformat()} for each in documents)
        show.as_csv(arguments.csv, COLUMNS, rows)
    told = [
        {**each, "origin": Foreign(each["origin"]), "outcome": Foreign(each["outcome"])}
        for each in documents
    ]
    return show.answer(arguments, {"entries": documents}, told=told)
