"""`rxbridge stock`: what RxScale may sell of what PharmaOne has."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from bridge.app.vendors import Vendors
from bridge.cli import show, syncing
from bridge.cli.command import Noun, argument
from bridge.cli.guest import open_guest
from bridge.cli.opening import complete
from bridge.core.model import CatalogueSku, PharmacySkuUid, SkuUid
from bridge.core.stock.model import Pending
from bridge.core.stock.plan import PlanRow, explain
from bridge.core.stock.verify import GONE, Shelved, Shown, Verified
from bridge.core.stock.verify import verify as judged
from bridge.cycles.catalogue import read_skus
from bridge.cycles.stock.cycle import SyncResult
from bridge.errors import Fault, Misconfigured, Phrase, Refused
from bridge.rxscale.shop import Shop, StockLine, in_portions
from bridge.settings import Settings

noun = Noun()


# -- what a sync would do --------------------------------------------------------------------


@noun.verb(
    "plan",
    argument("--all", action="store_true"),
    argument("--reread", action="store_true"),
    of_all=True,
)
async def plan(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    with show.busy("inventory"):
        planned = await syncing.look(settings, reread=arguments.reread)
    rows = list(explain(planned.result.plan.situation))
    shown = [_cells(planned, row) for row in rows if arguments.all or row.change != 0]
    result = planned.result
    odd = result.pending is not None or result.failure is not None
    document = _document(planned, rows)
    return show.answer(arguments, document, failed=odd, cells=shown, plan=result.plan)


def _document(planned: syncing.Planned, rows: Sequence[PlanRow]) -> dict[str, Any]:
    result = planned.result
    stocktake = result.plan.situation.stocktake
    return {
        "read_at": stocktake.read_at if stocktake else None,
        "failure": result.failure or None,
        "pending": _pending(result),
        "stale": result.plan.stale,
        "first_write": _first_write(result),
        "writes": len(result.plan.writes),
        "anomalies": [
            {"code": each.reason.code, "sku": each.uid, "what": each.reason}
            for each in result.plan.anomalies
        ],
        "rows": [_row(planned, row) for row in rows],
    }


def _first_write(result: SyncResult) -> dict[str, Any] | None:
    first = result.plan.first_write
    return None if first is None else {"skus": first.facts["skus"], "what": first}


def _row(planned: syncing.Planned, row: PlanRow) -> dict[str, Any]:
    return {
        "sku": row.uid,
        "name": planned.names.get(row.uid, ""),
        "product": row.product,
        "on_hand": row.on_hand,
        "reserved": row.open_units,
        "safety": row.safety,
        "target": row.target,
        "at_rxscale": row.at_rxscale,
        "change": row.change,
        "why": row.why(),
    }


def _pending(result: SyncResult) -> dict[str, Any] | None:
    pending = result.pending
    return {**_coded(pending), "since": pending.first_at} if pending is not None else None


def _coded(pending: Pending) -> dict[str, Any]:
    return {"code": pending.reason.code, "what": pending.reason}


def _cells(planned: syncing.Planned, row: PlanRow) -> list[Any]:
    change = "" if row.change is None else f"{row.change:+d}"
    return [*{**_row(planned, row), "change": change}.values()]


# -- what customers could buy ------------------------------------------------------------------


@noun.verb(
    "verify", argument("--shop"), argument("--market"), argument("--all", action="store_true")
)
async def verify(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    market = arguments.market or settings.rxscale.market
    shop = arguments.shop or settings.rxscale.shop
    if not shop:
        raise Misconfigured(Fault("rxscale.shop", "shop-not-set"))
    with show.busy("shop"):
        found, others = await _verified(settings, shop, market)
    wrong = [each for each in found if each.verdict != "ok"]
    document = {
        "shop": shop,
        "market": market,
        "rows": [_verified_document(each) for each in found],
        "not_of_this_pharmacy": others,
    }
    shown = [
        {**_verified_document(each), "verdict": Phrase(f"verdict-{each.verdict}")}
        for each in (found if arguments.all else wrong)
    ]
    return show.answer(arguments, document, failed=bool(wrong), shown=shown)


async def _verified(
    settings: Settings, shop: str, market: str
) -> tuple[tuple[Verified, ...], list[SkuUid]]:
    """Every SKU of the pharmacy's, and what else can be bought in the shop."""
    planned = await syncing.look(settings, reread=True)
    async with open_guest(settings) as vendors:
        skus = await read_skus(vendors.rxscale)
        shown = await _shown(vendors, shop, market)
    ours = {sku.sku_uid for sku in skus}
    others = sorted(uid for uid, each in shown.items() if each.available and uid not in ours)
    return judged(_shelved(skus, explain(planned.result.plan.situation)), shown), others


def _shelved(skus: Iterable[CatalogueSku], rows: Iterable[PlanRow]) -> list[Shelved]:
    """Every SKU that lies on a shelf; `there` is what RxScale may offer of it."""
    linked: dict[PharmacySkuUid, int | None] = {row.uid: row.target for row in rows}
    return [
        Shelved(
            sku.pharmacy_sku_uid,
            sku.sku_uid,
            sku.name,
            linked.get(sku.pharmacy_sku_uid),
            sku.pharmacy_sku_uid in linked,
        )
        for sku in skus
        if not sku.digital or sku.pharmacy_sku_uid in linked
    ]


async def _shown(vendors: Vendors, identifier: str, market: str) -> dict[SkuUid, Shown]:
    shop = vendors.rxscale.shop(identifier, market)
    words = await _sold(shop, identifier)
    stock = await live(shop, [*words])
    return {uid: _shown_as(word, stock.get(uid)) for uid, word in words.items()}


def _shown_as(word: str, line: StockLine | None) -> Shown:
    if line is None:
        return Shown(word != GONE, None, word)
    return Shown(line.available, line.available_stock, word)


async def live(shop: Shop, uids: Sequence[SkuUid]) -> dict[SkuUid, StockLine]:
    """Live stock, as far as the shop tells it: without those that it does not know there.

    A shop that knows none of the first portion has no live stock, and is asked no more.
    """
    found: dict[SkuUid, StockLine] = {}
    for portion in in_portions(uids):
        found |= await _live(shop, portion)
        if not found:
            break
    return found


async def _live(shop: Shop, uids: Sequence[SkuUid]) -> dict[SkuUid, StockLine]:
    """One unknown SKU has the whole question refused (404), so it is asked again by halves."""
    try:
        answer = await shop.live_stock(dict.fromkeys(uids, 1))
    except Refused as refused:
        if refused.status != 404:
            raise
        if len(uids) == 1:
            return {}
        half = len(uids) // 2
        return await _live(shop, uids[:half]) | await _live(shop, uids[half:])
    return {SkuUid(line.sku_uid): line for line in answer.lines}


async def _sold(shop: Shop, identifier: str) -> dict[SkuUid, str]:
    """Every SKU of the shop, with its word for how available it is."""
    try:
        return {
            SkuUid(sku.uid): sku.availability or ""
            async for product in shop.products()
            for sku in product.skus
        }
    except Refused as refused:
        if refused.status != 404:
            raise
        await shop.health()  # or is it the address? It says so
        raise Misconfigured(Fault(f"--shop {identifier}", "no-such-shop")) from None


def _verified_document(each: Verified) -> Mapping[str, Any]:
    shown = each.shown
    return {
        "sku": each.shelved.uid,
        "name": each.shelved.name,
        "linked": each.shelved.linked,
        "there": each.shelved.there,
        "available": bool(shown and shown.available),
        "available_stock": shown.stock if shown else None,
        "verdict": each.verdict,
        "why": each.why,
    }


# -- a sync ----------------------------------------------------------------------------------


@noun.verb(
    "sync",
    argument("--confirm", action="store_true"),
    changes=lambda typed: "--confirm" if typed.confirm else "",
)
async def sync_stock(arguments: argparse.Namespace) -> int:
    synced = await syncing.sync(complete(arguments), confirm=arguments.confirm)
    failed = bool(synced.failure or synced.pending or synced.left)
    pending = _coded(synced.pending) if synced.pending else None
    document = {each.name: getattr(synced, each.name) for each in fields(synced)}
    document["pending"] = pending
    wrong = [synced.failure] if synced.failure else []
    return show.answer(arguments, document, failed=failed, wrong=wrong)
