"""`rxbridge stock plan|sync` and `rxbridge skus list`: what may be sold, and why."""

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bridge import app
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import complete, now, open_store, settings_of
from bridge.cli.shared.stocking import Planned, Synced, look
from bridge.cli.shared.stocking import sync as sync_now
from bridge.core.model import CatalogueSku
from bridge.core.stock.model import Known, StockLink, Stocktake
from bridge.core.stock.plan import PlanRow, explain
from bridge.cycles.stock import SyncResult
from bridge.settings import Settings

HEADINGS = (
    "SKU",
    "name",
    "product",
    "on hand",
    "reserved",
    "safety",
    "target",
    "at RxScale",
    "change",
    "why",
)

_WAYS_OUT = defaultdict(
    lambda: "confirm it with: rxbridge stock sync --confirm",
    price_fraction="mend the price in PharmaOne or units_per_sku in skus.csv",
)
"""What to do about an anomaly of a price: parts of a cent cannot be written by anybody's word."""


def plan(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    with show.busy("reading PharmaOne's inventory"):
        planned = asyncio.run(look(settings, reread=arguments.reread))
    rows = list(explain(planned.result.situation))
    if arguments.json:
        show.as_json(_document(planned, rows))
    else:
        _print_plan(planned, rows, everything=arguments.all)
    odd = planned.result.pending is not None or planned.result.failure is not None
    return FAILED if odd else DONE


def sync(arguments: argparse.Namespace) -> int:
    synced = asyncio.run(sync_now(complete(arguments), confirm=arguments.confirm))
    if arguments.json:
        show.as_json(_synced_document(synced))
    else:
        _print_synced(synced)
    return FAILED if synced.failure or synced.pending or synced.left else DONE


def _document(planned: Planned, rows: Sequence[PlanRow]) -> dict[str, Any]:
    result = planned.result
    return {
        "read_at": result.situation.stocktake.read_at if result.situation.stocktake else None,
        "failure": str(result.failure) if result.failure else None,
        "pending": _pending(result),
        "stale": result.plan.stale,
        "writes": len(result.plan.writes),
        "anomalies": [
            {"code": each.code, "sku": each.uid, "what": each.what}
            for each in result.plan.anomalies
        ],
        "rows": [
            {
                "sku": row.uid,
                "name": planned.names.get(row.uid, ""),
                "product": row.product,
                "on_hand": row.on_hand,
                "reserved": row.open_units,
                "safety": row.safety,
                "target": row.target,
                "at_rxscale": row.at_rxscale,
                "change": row.change,
                "why": row.why,
            }
            for row in rows
        ],
    }


def _pending(result: SyncResult) -> dict[str, Any] | None:
    pending = result.pending
    if pending is None:
        return None
    return {"code": pending.code, "what": pending.what, "since": pending.first_at}


def _print_plan(planned: Planned, rows: Sequence[PlanRow], *, everything: bool) -> None:
    result = planned.result
    shown = [row for row in rows if everything or row.change != 0]
    if shown:
        show.as_table(HEADINGS, (_cells(planned, row) for row in shown))
    as_it_should_be = sum(row.change == 0 for row in rows)
    print(f"{len(rows)} SKUs are linked, {as_it_should_be} are as they should be.")
    print(f"A sync would write {len(result.plan.writes)} of them now.")
    for line in _remarks(result):
        print(line)


def _cells(planned: Planned, row: PlanRow) -> tuple[Any, ...]:
    change = "" if row.change is None else f"{row.change:+d}"
    name = planned.names.get(row.uid, "")
    return (
        row.uid,
        name,
        row.product,
        row.on_hand,
        row.open_units,
        row.safety,
        row.target,
        row.at_rxscale,
        change,
        row.why,
    )


def _remarks(result: SyncResult) -> Iterable[str]:
    if result.failure is not None:
        yield f"PharmaOne's inventory could not be read: {result.failure}"
    if result.pending is not None:
        yield (
            f"{result.pending.what}: nothing is changed by that until a second look shows the same "
            "or you confirm it: rxbridge stock sync --confirm"
        )
    if result.plan.stale:
        yield "PharmaOne's inventory has been unknown for too long: everything goes to 0."
    for anomaly in result.plan.anomalies:
        yield f"{anomaly.what}; {_WAYS_OUT[anomaly.code]}"


def _synced_document(synced: Synced) -> dict[str, Any]:
    pending = synced.pending
    return {
        "written": synced.written,
        "left": synced.left,
        "read_at": synced.read_at,
        "pending": {"code": pending.code, "what": pending.what} if pending else None,
        "failure": synced.failure,
    }


def _print_synced(synced: Synced) -> None:
    print(f"{synced.written} SKUs written." if synced.written else "Nothing had to be written.")
    if synced.left:
        print(f"{synced.left} are still to be written; the bridge tries again by itself.")
    if synced.pending is not None:
        print(
            f"{synced.pending.what}: nothing is changed by that until a second look shows the same "
            "or you say that it is true: rxbridge stock sync --confirm"
        )
    if synced.failure:
        print(f"rxbridge: {synced.failure}", file=sys.stderr)


def list_skus(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    rows = asyncio.run(_skus(settings))
    if arguments.unlinked:
        rows = [row for row in rows if row["product"] is None]
    if arguments.json:
        show.as_json({"skus": rows})
    elif rows:
        show.as_table(list(rows[0]), (list(row.values()) for row in rows))
    else:
        print("Every SKU is linked." if arguments.unlinked else "RxScale's list is not read yet.")
    return DONE


async def _skus(settings: Settings) -> list[dict[str, Any]]:
    rules = app.rules_of(settings)
    async with open_store(settings) as store:
        skus = await store.stock.catalogue()
        basis = await store.stock.basis(None, now())
    links = {link.uid: link for link in rules.links.stock_links(skus)}
    return [
        _sku(
            sku,
            links.get(sku.pharmacy_sku_uid),
            basis.known.of(sku.pharmacy_sku_uid),
            basis.stocktake,
        )
        for sku in skus
    ]


def _sku(
    sku: CatalogueSku, link: StockLink | None, known: Known | None, stocktake: Stocktake | None
) -> dict[str, Any]:
    on_hand = stocktake.on_hand.get(link.product) if stocktake and link else None
    return {
        "sku": sku.pharmacy_sku_uid,
        "name": sku.name,
        "product": link.product if link else None,
        "units": str(link.units) if link else None,
        "share": str(link.share) if link and link.share is not None else None,
        "safety": link.safety if link else None,
        "on_hand": on_hand,
        "at_rxscale": known.stock if known else None,
        "rule": link.place if link else None,
    }
