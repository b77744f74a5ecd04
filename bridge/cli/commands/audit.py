"""`rxbridge audit`: who did what, when and from where.

Who pressed which button, typed which command that changes something, logged in or failed to, and
when mapping files changed. Kept for audit.retention_days; never a patient's data.

rxbridge audit list                  # the newest 50
rxbridge audit list --csv audit.csv  # all of it, for a spreadsheet
"""

import argparse
from dataclasses import asdict, fields
from pathlib import Path

from bridge.cli import show
from bridge.cli.command import Noun, argument, whole_number
from bridge.cli.opening import open_store, settings_of
from bridge.core.audit import AuditEntry
from bridge.errors import Foreign
from bridge.store import audit

COLUMNS = [field.name for field in fields(AuditEntry)]

noun = Noun(__doc__)


@noun.verb(
    "list",
    "who did what, in time order",
    argument("--limit", type=whole_number(1), metavar="N", help="the newest so many (50)"),
    argument("--csv", type=Path, metavar="FILE", help="all of it, for a spreadsheet"),
)
async def list_audit(arguments: argparse.Namespace) -> int:
    """Who did what, in time order, with the outcome and the version of the mapping files in force.
    `--json` and `--csv` give all of it, unless `--limit` says otherwise.

    rxbridge audit list --limit 500
    rxbridge audit list --json > audit.json  # for a program
    """
    limit = arguments.limit or (-1 if arguments.json or arguments.csv else 50)
    async with open_store(settings_of(arguments)) as store:
        entries = await store.read(audit.entries, limit)
    documents = [asdict(entry) for entry in entries]
    if arguments.csv is not None:
        rows = ({**each, "at": each["at"].isoformat()} for each in documents)
        show.as_csv(arguments.csv, COLUMNS, rows)
    told = [
        {**each, "origin": Foreign(each["origin"]), "outcome": Foreign(each["outcome"])}
        for each in documents
    ]
    return show.answer(arguments, {"entries": documents}, told=told)
