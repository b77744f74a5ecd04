"""`rxbridge skus`: which PharmaOne product each SKU is."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.progress import Progress

from bridge import config
from bridge.app.files import write_links
from bridge.app.policies import rules_of
from bridge.app.together import inventory_of, siblings
from bridge.app.vendors import Vendors
from bridge.cli import show
from bridge.cli.command import Noun, argument, whole_number
from bridge.cli.guest import open_guest
from bridge.cli.opening import complete, now, settings_of
from bridge.cli.syncing import store_or_empty
from bridge.core.model import CatalogueSku, ProductId
from bridge.core.stock.model import Situation, SkuLink
from bridge.cycles.catalogue import CatalogueReader, read_skus
from bridge.errors import Phrase, Refused, Several
from bridge.mapping.matching import Proposal, propose
from bridge.mapping.rules import Rules
from bridge.settings import Settings
from bridge.store import Store, exists, rxscale_lists, stock

noun = Noun()


@noun.verb("list", argument("--unlinked", action="store_true"))
async def list_skus(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    rules = rules_of(settings)
    is_read = exists(settings.place)
    async with store_or_empty(settings) as store:
        if not is_read:  # before the first run: RxScale's list is read for this once
            async with open_guest(complete(arguments)) as vendors:
                await CatalogueReader(store, vendors.rxscale, now).read()
        rows = await _rows(rules, store)
    if arguments.unlinked:
        rows = [row for row in rows if row["product"] is None]
    return show.answer(arguments, {"skus": rows})


async def _rows(rules: Rules, store: Store) -> list[dict[str, Any]]:
    skus = await store.read(rxscale_lists.catalogue)
    remembered = await store.read(stock.situation, None, now())
    likely = await store.read(stock.likely_products)
    links = {link.uid: link for link in rules.links.of(skus)}
    return [
        _sku(sku, links.get(uid), remembered, likely.get(uid))
        for sku in skus
        for uid in [sku.pharmacy_sku_uid]
    ]


def _sku(
    sku: CatalogueSku, link: SkuLink | None, remembered: Situation, likely: str | None
) -> dict[str, Any]:
    stocktake, known = remembered.stocktake, remembered.at_rxscale.of(sku.pharmacy_sku_uid)
    stock, doubts = known.stock if known else None, list[Phrase]()
    if link and link.product in remembered.unlisted:
        doubts.append(Phrase("never-listed", likely=likely or None))
    if link and not link.confirmed:
        doubts.append(Phrase("likely-units", units=f"{link.units:f}"))
        doubts += [Phrase("on-sale-unchecked", stock=stock)] * bool(stock)
    on_hand = stocktake.on_hand.get(link.product) if stocktake and link else None
    return {
        "sku": sku.pharmacy_sku_uid,
        "name": sku.name,
        "product": link.product if link else None,
        "units": str(link.units) if link and link.confirmed else None,
        "unconfirmed": Several(doubts) if doubts else None,
        "share": str(link.share) if link and link.share is not None else None,
        "safety": link.safety if link else None,
        "on_hand": on_hand,
        "at_rxscale": stock,
        "rule": link.place if link else None,
    }


@noun.verb(
    "match",
    argument("--write", action="store_true"),
    argument("--push", action="store_true"),
    argument("--min-confidence", type=whole_number(0, 100), default=85, metavar="N"),
    changes=lambda typed: "" if typed.write or typed.push else None,
)
async def match(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    with show.busy("lists"):
        rules = rules_of(settings)
        async with open_guest(settings) as vendors:
            skus = await read_skus(vendors.rxscale)
            inventory = await vendors.pharmaone.inventory(full=True)
        found = propose(skus, inventory.products, rules.links.of(skus))
    sure = [each for each in found if each.is_clear and each.confidence >= arguments.min_confidence]
    pushed: list[Proposal] = []
    if arguments.write:
        write_links(settings, map(_line, sure))
        rules_of(settings)
    if arguments.push:
        # An external_id alone confirms no units.
        pushable = [each for each in sure if arguments.write or each.units == 1]
        pushed = await _push(settings, pushable)
    left = [each for each in found if not (arguments.write and each in sure)]
    document = _document(found, sure if arguments.write else [], pushed)
    files = siblings(config.find(arguments.config, os.environ, cwd=Path.cwd()), os.environ)
    mine = files.pop(settings.source.pharmacy, settings)
    same = [name for name, its in files.items() if inventory_of(its) == inventory_of(mine)]
    more = {"cells": map(_cells, found), "sharing": same}
    return show.answer(arguments, document, failed=bool(left), sure=len(sure), **more)


def _line(each: Proposal) -> tuple[SkuLink, str]:
    """The link with its note for people; a sure proposal names a product."""
    note = f"{each.product_name or each.name} ({each.confidence} % by skus match)"
    return SkuLink(each.uid, each.product or ProductId(""), each.units), note


async def _push(settings: Settings, sure: Sequence[Proposal]) -> list[Proposal]:
    """Sets RxScale's external_id; an absolute write, so it may be repeated. What went through."""
    done: list[Proposal] = []
    quiet = not sys.stderr.isatty()
    async with open_guest(settings) as vendors:
        with Progress(disable=quiet, transient=True) as bar:
            said = show.spoken(Phrase("busy-external-id"))
            for each in bar.track(sure, description=said):
                if await _set(vendors, each):
                    done.append(each)
    return done


async def _set(vendors: Vendors, each: Proposal) -> bool:
    try:
        return await vendors.rxscale.set_sku(each.uid, external_id=each.product)
    except Refused as refusal:
        show.complain(Phrase("of-it", what=each.uid, why=refusal))
        return False


def _document(
    found: Sequence[Proposal], written: Sequence[Proposal], pushed: Sequence[Proposal]
) -> dict[str, Any]:
    return {
        "proposals": [_proposal(each) for each in found],
        "written": [each.uid for each in written],
        "pushed": [each.uid for each in pushed],
    }


def _proposal(each: Proposal) -> dict[str, Any]:
    document = asdict(replace(each, told=())) | {"told": Several(each.told)}
    names = {"uid": "sku", "units": "units_per_sku", "told": "why"}
    return {names.get(name, name): value for name, value in document.items()}


def _cells(each: Proposal) -> tuple[Any, ...]:
    other = Phrase("or-is-it", other=each.runner_up)
    why = Several(each.told if each.runner_up is None else (*each.told, other))
    sure = f"{each.confidence} %" if each.product is not None else ""
    units = f"{each.units:f}" if each.product is not None else ""
    return each.uid, each.name, each.product, each.product_name, units, sure, why
