"""What RxScale changed of an order after it was sent: compared by lines and by fingerprints."""

import json
from collections.abc import Mapping

from bridge.core import reasons
from bridge.core.model import PharmacyOrder, SkuUid
from bridge.core.reasons import Code, Reason

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
    lines: dict[SkuUid, int] = {}
    for line in order.lines:
        lines[line.sku_uid] = lines.get(line.sku_uid, 0) + line.amount
    return json.dumps({**prints, "lines": lines}, sort_keys=True)


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
