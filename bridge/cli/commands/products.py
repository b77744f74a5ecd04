"""`rxbridge products`: what PharmaOne's shop has."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.app.policies import rules_of
from bridge.app.vendors import Vendors
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.guest import open_guest
from bridge.cli.opening import complete
from bridge.core.model import PharmacySkuUid, ProductId
from bridge.cycles.catalogue import read_skus
from bridge.errors import BridgeError, Fault, Misconfigured, Phrase, Refused, words
from bridge.pharmaone.inventory import Inventory
from bridge.settings import Settings

noun = Noun()
ATTACHED = Phrase("attached")


@dataclass(slots=True)
class Lacking:
    """A product that a SKU is linked to and the shop lacks.

    `obstacle` says why it cannot be attached; `outcome` what came of attaching it.
    """

    product: ProductId
    name: str
    on_hand: int | None
    skus: list[PharmacySkuUid] = field(default_factory=list)
    obstacle: Phrase | None = None
    outcome: object = None


@noun.verb(
    "attach",
    argument("--write", action="store_true"),
    argument("--shop", metavar="SHOP_ID"),
    argument("--field", action="append", default=[], metavar="NAME=VALUE"),
    changes=lambda typed: "" if typed.write else None,
)
async def attach(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    named = "--shop" if arguments.shop else "pharmaone.shop_id"
    shop = arguments.shop or settings.pharmaone.shop_id
    if shop is None:
        raise Misconfigured(Fault("pharmaone.shop_id", "shop-not-set"))
    more = _fields(arguments.field)
    with show.busy("lists"):
        lacking = await _lacking(settings, shop, named)
    if arguments.write:
        await _attach(settings, shop, lacking, more)
    done = sum(each.outcome == ATTACHED for each in lacking)
    document = {"shop": shop, "lacking": lacking}
    return show.answer(arguments, document, failed=done < len(lacking), done=done)


def _fields(typed: Sequence[str]) -> dict[str, Any]:
    """`NAME=JSON`; what is no JSON is text."""
    found: dict[str, Any] = {}
    for text in typed:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Misconfigured(Fault(f"--field {text}", "no-field"))
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


async def _lacking(settings: Settings, shop: str, named: str) -> list[Lacking]:
    """`named`: what says which shop."""
    rules = rules_of(settings)
    async with open_guest(settings) as vendors:
        skus = await read_skus(vendors.rxscale)
        inventory = await vendors.pharmaone.inventory(full=True)
        there = await _attached(vendors, shop, named)
    links = rules.links.of(skus)
    found: dict[ProductId, Lacking] = {}
    for link in links:
        if link.product not in there:
            lacking = found.setdefault(link.product, _one(link.product, inventory))
            lacking.skus.append(link.uid)
    return sorted(found.values(), key=lambda each: each.product)


async def _attached(vendors: Vendors, shop: str, named: str) -> set[ProductId]:
    try:
        return {ProductId(each.p1_id) async for each in vendors.pharmaone.products.all(shop)}
    except Refused:
        known = [each.shop_id for each in await vendors.pharmaone.shops()]
        if shop in known:
            raise
        facts = {"shop": shop, "known": ", ".join(known)}
        raise Misconfigured(Fault(named, "no-shop", **facts)) from None


def _one(product: ProductId, inventory: Inventory) -> Lacking:
    on_hand = inventory.on_hand.get(product)
    lacking = Lacking(product, inventory.names.get(product, ""), on_hand)
    if on_hand is None:
        lacking.obstacle = Phrase("not-in-inventory")
    elif on_hand <= 0:
        lacking.obstacle = Phrase("not-in-stock")
    return lacking


async def _attach(
    settings: Settings, shop: str, lacking: Sequence[Lacking], more: dict[str, Any]
) -> None:
    """One after the other; what is refused or unsure does not stop the rest."""
    async with open_guest(settings) as vendors:
        for each in lacking:
            if each.obstacle is not None:
                continue
            try:
                await vendors.pharmaone.products.attach(each.product, shop, more)
                each.outcome = ATTACHED
            except Misconfigured:
                raise
            except BridgeError as failure:
                each.outcome = words(failure)
