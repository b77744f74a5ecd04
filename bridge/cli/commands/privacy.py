"""`rxbridge privacy`: what is stored of orders, and for how long."""

import argparse

from bridge.cli import show
from bridge.cli.command import Noun
from bridge.cli.opening import open_store, settings_of
from bridge.cycles.upkeep import UNFINISHED
from bridge.store import backup, views

noun = Noun()


@noun.verb("report")
async def report(arguments: argparse.Namespace) -> int:
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
