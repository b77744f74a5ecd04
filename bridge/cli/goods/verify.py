"""`rxbridge stock verify --shop SHOP`: what customers could buy, against what is there."""

import argparse
import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bridge.app import Vendors, open_vendors
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import complete
from bridge.cli.shared.stocking import look
from bridge.cli.shared.working import as_a_guest, patiently
from bridge.core.model import CatalogueSku, PharmacySkuUid, SkuUid
from bridge.core.stock.plan import PlanRow, explain
from bridge.core.stock.verify import GONE, Shelved, Shown, Verified
from bridge.core.stock.verify import verify as judged
from bridge.cycles.catalogue import read_skus
from bridge.errors import Fault, Misconfigured, Refused
from bridge.rxscale.resources import Shop
from bridge.rxscale.resources.public import StockLine, in_portions
from bridge.settings import Settings

HEADINGS = ("SKU", "name", "there", "shop has", "found", "why")
MOST_NAMED = 5
WORDS = {"sold_not_there": "SOLD, NOT THERE", "there_not_sold": "there, not sold", "ok": "ok"}


def verify(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    market = arguments.market or settings.rxscale.market
    with show.busy("asking what the shop sells"):
        found, others = asyncio.run(_verified(settings, arguments.shop, market))
    wrong = [each for each in found if each.verdict != "ok"]
    if arguments.json:
        rows = [*map(_document, found)]
        document = {"shop": arguments.shop, "market": market, "rows": rows}
        show.as_json({**document, "not_of_this_pharmacy": others})
    else:
        _print(found if arguments.all else wrong, found)
        _print_others(others)
    return FAILED if wrong else DONE


async def _verified(
    settings: Settings, shop: str, market: str
) -> tuple[tuple[Verified, ...], list[SkuUid]]:
    """Every SKU of the pharmacy's, and what else can be bought in the shop."""
    planned = await look(settings, reread=True)
    async with open_vendors(as_a_guest(settings), lambda _: None) as vendors:
        skus = await patiently(lambda: read_skus(vendors.rxscale))
        shown = await _shown(vendors, shop, market)
    ours = {sku.sku_uid for sku in skus}
    others = sorted(uid for uid, each in shown.items() if each.available and uid not in ours)
    return judged(_shelved(skus, explain(planned.result.situation)), shown), others


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
    words = await patiently(lambda: _sold(shop, identifier))
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
        answer = await patiently(lambda: shop.live_stock(dict.fromkeys(uids, 1)))
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
        remedy = "ask RxScale for the identifier of your shop; the key must be of its organisation"
        raise Misconfigured(
            Fault(f"--shop {identifier}", "RxScale knows no such shop", remedy)
        ) from None


def _document(each: Verified) -> Mapping[str, Any]:
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


def _print(rows: Sequence[Verified], everything: Sequence[Verified]) -> None:
    if rows:
        show.as_table(HEADINGS, (_cells(each) for each in rows))
    sold, left = (
        sum(each.verdict == verdict for each in everything)
        for verdict in ("sold_not_there", "there_not_sold")
    )
    print(f"{len(everything)} SKUs: {sold} could be sold without being there, ", end="")
    print(f"{left} are there and cannot be bought.")
    if sold:
        print("A shop that sells for several pharmacies shows the stock of them all.")
    if sold or left:
        print("`rxbridge stock plan` tells what the bridge would write; the shop may take minutes.")


def _print_others(uids: Sequence[SkuUid]) -> None:
    """Other pharmacies', hidden or deleted ones: no SKU here says whether they are there."""
    if uids:
        named = ", ".join(uids[:MOST_NAMED]) + (" …" if len(uids) > MOST_NAMED else "")
        told = f"{len(uids)} more can be bought that RxScale does not list for this pharmacy"
        print(f"{told}: {named}")


def _cells(each: Verified) -> tuple[Any, ...]:
    stock = "" if each.shown is None else each.shown.stock
    shelved = each.shelved
    return (shelved.uid, shelved.name, shelved.there, stock, WORDS[each.verdict], each.why)
