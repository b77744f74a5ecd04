"""`rxbridge reconcile`: both sides compared, order by order, SKU by SKU."""

import argparse
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from rich.progress import Progress

from bridge.app.policies import policy_of, rules_of
from bridge.cli import show, syncing
from bridge.cli.command import Noun, argument, whole_number
from bridge.cli.guest import look_now, open_guest
from bridge.cli.opening import complete, now, open_store
from bridge.core.model import P1Order, order_key
from bridge.core.reconcile import Difference, difference
from bridge.core.stock.plan import PlanRow
from bridge.cycles.comparing import Reader
from bridge.errors import Phrase
from bridge.settings import Settings
from bridge.store import orders, pharmaone_lists

SKU_FIELDS = (*PlanRow._fields[:-3], "change")
"""Of a row: all but `why`, `write` and `anomaly`."""


CENTURY_DAYS = 36_500

noun = Noun()


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, and what is left of it after `--fix`."""

    orders: list[Difference]
    orders_left: list[Difference]
    skus: list[PlanRow]
    skus_left: list[PlanRow]


@noun.command(
    argument("--days", type=whole_number(1, CENTURY_DAYS), default=7, metavar="N"),
    argument("--fix", action="store_true"),
    changes=lambda typed: "--fix" if typed.fix else None,
)
async def reconcile(arguments: argparse.Namespace) -> int:
    found = await _compared(arguments, complete(arguments))
    failed = bool(found.orders_left or found.skus_left)
    return show.answer(arguments, _document(found, fixed=arguments.fix), failed=failed)


async def _compared(arguments: argparse.Namespace, settings: Settings) -> Compared:
    quiet = arguments.json or not sys.stderr.isatty()
    found, learnt = await _differences(settings, arguments.days, quiet=quiet)
    skus = skus_left = await _skus(settings)
    left = found
    if arguments.fix and found:
        async with open_store(settings) as store:
            for order in learnt:
                await store.write(pharmaone_lists.save_read, order, now())
        keys = [order_key(each.uid) for each in found if each.mends]
        await look_now(settings, keys, "reconcile --fix")
        left, _ = await _differences(settings, arguments.days, quiet=quiet)
    if arguments.fix and skus:
        await syncing.sync(settings, confirm=False)
        skus_left = await _skus(settings)
    return Compared(found, left, skus, skus_left)


async def _skus(settings: Settings) -> list[PlanRow]:
    """SKUs whose number at RxScale is another than PharmaOne's inventory makes it."""
    planned = await syncing.look(settings, reread=True)
    return [row for row in planned.result.plan.rows if row.change != 0]


async def _differences(
    settings: Settings, days: int, *, quiet: bool
) -> tuple[list[Difference], list[P1Order]]:
    """What differs, and PharmaOne's orders that were read to learn their external ids."""
    rules = rules_of(settings)
    async with open_store(settings) as store:
        records = await store.read(orders.since, now() - timedelta(days=days))
    async with open_guest(settings) as vendors:
        reader = Reader(vendors.rxscale, vendors.pharmaone, rules.words)
        with Progress(disable=quiet, transient=True) as bar:
            task = bar.add_task(show.spoken(Phrase("busy-comparing")), total=len(records))
            found = []
            async for sides in reader.sides(records):
                bar.advance(task)
                one = difference(sides, policy_of(settings), rules.words, now())
                found += [one] if one is not None else []
    return found, reader.learnt


def _document(found: Compared, *, fixed: bool) -> dict[str, Any]:
    skus = [_sku(each) for each in found.skus]
    document = {"differences": [_order(each) for each in found.orders], "skus": skus}
    if not fixed:
        return document
    left = [each.uid for each in found.orders_left]
    return {**document, "left": left, "skus_left": [each.uid for each in found.skus_left]}


def _sku(row: PlanRow) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in SKU_FIELDS}, "why": row.why()}


def _order(found: Difference) -> dict[str, Any]:
    return {**asdict(found), "what": found.what, "would": found.would}
