"""What RxScale changed of an order after it was sent: compared by lines and by fingerprints."""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from bridge.core import reasons
from bridge.core.copies import NOTHING, Basket
from bridge.core.model import FIRST_LOOK, PharmacyOrder, PharmacySkuUid, ProductId
from bridge.core.reasons import Code, Reason
from bridge.core.stock.reserve import Demand

KEY = "key"
_PARTS: Mapping[str, Code] = {
    "address": reasons.THE_ADDRESS,
    "money": reasons.THE_MONEY,
    "prescription": reasons.ITS_PRESCRIPTION,
    "delivery": reasons.THE_DELIVERY,
}


def snapshot(order: PharmacyOrder, prints: Mapping[str, str]) -> str:
    """An order's content as it may be kept: SKUs with their amounts, and `prints` of the rest.

    One of the `prints` names the secret that they were made with.
    """
    return _written({**prints, "lines": _pieces(order)})


def of_first_look(snapshot: str) -> str:
    """Stands for what another store sent, until PharmaOne's order tells that."""
    return _written({**_read(snapshot), FIRST_LOOK: {}})


def _written(held: Mapping[str, object]) -> str:
    return json.dumps(held, sort_keys=True)


def _pieces(order: PharmacyOrder) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for line in order.lines:
        pieces[line.sku_uid] = pieces.get(line.sku_uid, 0) + line.amount
    return pieces


class Held(NamedTuple):
    """What PharmaOne's order holds: as a snapshot, and what it takes off the stock."""

    snapshot: str
    takes: list[Demand]


def held_there(
    order: PharmacyOrder, known: str, takes: Sequence[Demand], ours: Basket, theirs: Basket
) -> Held:
    """What was sent of an order by another store, or was typed by hand. `known` has the prints of
    its first look; `takes` as of RxScale's lines; `ours` is what these would be in PharmaOne's
    words, `theirs` its order.

    Amounts are told by SKU, or by product where no SKU comes to so many. Nothing is known of what
    is not among the lines but the lines themselves; nor of lines that are not told.
    """
    pieces, found = _pieces(order), list[Demand]()
    told = {product for product in {*ours, *theirs} if product != "?"}
    for product in sorted(told if "?" not in theirs else told & {*theirs}) if theirs else ():
        there, here = (each.get(product, NOTHING).quantity for each in (theirs, ours))
        same = [take for take in takes if take.p1_id == product]
        units = sum(take.units for take in same)
        taken = ceil(there * units / here if here and units else there)
        found.append(Demand(0, PharmacySkuUid(""), ProductId(product), 0, taken))
        if there == here:
            continue
        skus = {order.lines[take.place - 1].sku_uid for take in same} if here else set()
        scaled = {sku: pieces[sku] * there / here for sku in skus}
        if skus and all(amount == int(amount) for amount in scaled.values()):
            pieces |= {sku: int(amount) for sku, amount in scaled.items()}
        else:
            pieces[product] = ceil(there)
    prints = {name: part for name, part in _read(known).items() if name != FIRST_LOOK}
    return Held(_written({**prints, "lines": pieces}), found)


def changes(sent: str, now: str) -> Reason | None:
    """What differs between two snapshots; None for nothing, or where they cannot be compared."""
    if sent == now:
        return None
    before, after = _read(sent), _read(now)
    if before.get(KEY) != after.get(KEY):
        return None
    lines = _lines(before.get("lines", {}), after.get("lines", {}))
    parts = [reasons.THE_LINES(lines=lines)] if lines else []
    parts += [code() for name, code in _PARTS.items() if before.get(name) != after.get(name)]
    return reasons.together(tuple(parts)) if parts else None


def lines_differ(sent: str, now: str) -> bool:
    """Whether an order's lines were changed after it was sent."""
    return _read(sent).get("lines") != _read(now).get("lines")


def _read(text: str) -> dict[str, dict[str, int]]:
    return json.loads(text) if text else {}


def _lines(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """By SKU, how many pieces before and after."""
    skus = [sku for sku in {**before, **after} if before.get(sku) != after.get(sku)]
    return ", ".join(f"{sku} {before.get(sku, 0)} \u2192 {after.get(sku, 0)}" for sku in skus)
