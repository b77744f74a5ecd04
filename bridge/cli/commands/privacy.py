"""`rxbridge privacy`: what is stored of orders, and for how long.

What the bridge keeps: tables, columns, the age of the oldest row, and when it is forgotten. None of
it is a name, an address or a prescription.

rxbridge privacy report
rxbridge orders forget po-abc123  # erase what is stored of one order
"""

import argparse

from bridge.cli import show
from bridge.cli.command import Noun
from bridge.cli.opening import open_store, settings_of
from bridge.cycles.upkeep import UNFINISHED
from bridge.store import backup, views

noun = Noun(__doc__)


@noun.verb("report", "every table, its columns and its oldest row; what is kept how long")
async def report(arguments: argparse.Namespace) -> int:
    """Every table with its columns, how many rows it has and since when the oldest is there; then
    for how many days things are kept, and the copies that the bridge made.

    rxbridge privacy report
    rxbridge privacy report --json  # for your records
    """
    settings = settings_of(arguments)
    async with open_store(settings) as store:
        tables = await store.read(views.tables)
    kept = settings.store.retention_days
    kept_days = {
        "finished orders, others' orders, copies": kept,
        "orders that never finish": UNFINISHED.days,
        "audit log": settings.audit.retention_days,
    }
    copies = [str(path) for path, _ in backup.made(settings.store.path)]
    document = {"tables": tables, "kept_days": kept_days, "copies": copies}
    return show.answer(arguments, document)
