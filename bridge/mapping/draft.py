"""One pharmacy order, linked, priced and mapped: a draft ready to send, or everything it lacks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bridge.core import reasons
from bridge.core.model import (
    CatalogueSku,
    Draft,
    Gaps,
    LinkedLine,
    OrderLine,
    PharmacyOrder,
    ProductId,
    SkuUid,
)
from bridge.core.reasons import Reason
from bridge.mapping.expressions import PROBLEM, CannotEvaluate, holds
from bridge.mapping.orders import OrderMapping, Part, Target
from bridge.mapping.reading import ORDERS, SKUS
from bridge.mapping.shipping import Shipping
from bridge.mapping.skus import SkuLinks, pharmacy_sku

Handling = Literal["attach", "ingest", "off"]
"""What becomes of prescriptions: part of the order-request, sent by themselves, or not sent."""
Unlisted = Collection[ProductId]
"""Products that PharmaOne never listed."""
Line = Mapping[str, str | None]
"""The name and SKU of the ordered line that something lacks in."""
NO_LINE: Line = {"name": None, "sku": None}
UNMADE = "!! not made for this order, see RxScale"
"""Stands for a remark that cannot be made: a text for people holds up no order."""
_ATTACHED = "prescription_"
"""How PharmaOne's fields for a prescription within an order-request begin (section 10)."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """The rules for one draft; `gaps` gathers what is missing while it is made."""

    orders: OrderMapping
    links: SkuLinks
    shipping: Shipping
    gaps: list[Reason]
    prescriptions: Handling = "attach"
    unlisted: Unlisted = ()


def draft(
    rules: Drafting,
    order: PharmacyOrder,
    skus: Mapping[SkuUid, CatalogueSku],
    shop_id: str | None,
) -> Draft | Gaps:
    """The order-request's payload as PharmaOne documents it (pharmaone.md section 10)."""
    delivery = rules.shipping.delivery(order.detail)
    lines: list[LinkedLine] = []
    decided = {ORDERS: None}
    for line in order.lines:
        sku = skus.get(line.sku_uid)
        decided[_link(rules, line, sku, lines)] = None
    views = [{name: getattr(line, name) for name in LinkedLine.__slots__} for line in lines]
    items = [_fill_item(rules, view) for view in views]
    facts: dict[str, Any] = {"uid": order.uid, "shop_id": shop_id, "delivery": delivery.way}
    facts |= {"prescriptions": rules.prescriptions, **_totals(rules, lines, order.detail)}
    seen = {**order.detail, "bridge": {**facts, "lines": views}}
    needs = seen["bridge"]["needs_prescription"] = _needs_prescription(rules, seen)
    attached = rules.prescriptions == "attach"
    targets = [
        t for t in rules.orders.payload.targets if attached or not t.name.startswith(_ATTACHED)
    ]
    payload, failed = _fill(rules, targets, seen)
    if order.lines:
        payload["items"] = items
    _require(rules, rules.orders.payload, payload.keys() | failed)
    prescription = _prescription(rules, seen)
    if rules.gaps:
        return Gaps(tuple(dict.fromkeys(rules.gaps)))
    payload["external_id"] = order.uid
    decided[str(delivery.place)] = None
    there = prescription or any(name.startswith(_ATTACHED) for name in payload)
    return Draft(
        payload,
        tuple(filter(None, decided)),
        prescription,
        lacks_prescription=needs and not there,
        goes_without=rules.orders.send_without_prescription,
    )


def _needs_prescription(rules: Drafting, seen: Mapping[str, Any]) -> bool:
    """Where it cannot be worked out, it does; where none are sent at all, no order does."""
    if rules.prescriptions == "off":
        return False
    try:
        return holds(rules.orders.needs_prescription(seen))
    except CannotEvaluate:
        return True


def _prescription(rules: Drafting, seen: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is sent by itself; None without what is required of it: there is no prescription."""
    if rules.prescriptions != "ingest":
        return None
    part = rules.orders.prescription
    body, _ = _fill(rules, part.targets, seen)
    return None if part.lacking(body) else body


def split(total_cents: int | None, quantity: int) -> tuple[tuple[int, int | None], ...]:
    """`quantity` units whose prices add up to `total_cents` exactly, as (units, price) parts.

    Where the total does not divide evenly there are two parts, a cent apart
    (docs/decisions/0003-remainder-cents.md).
    """
    if total_cents is None:
        return ((quantity, None),)
    price, dearer = divmod(total_cents, quantity)
    if not dearer:
        return ((quantity, price),)
    return ((quantity - dearer, price), (dearer, price + 1))


def pzn_is_valid(pzn: str) -> bool:
    """Eight digits whose last is the first seven, weighed 1 to 7, modulo 11; never 10.

    The rule is IFA's for the German pharmaceutical number, PZN8.
    """
    if len(pzn) != 8 or not (pzn.isascii() and pzn.isdigit()):
        return False
    weighed = sum(weight * int(digit) for weight, digit in enumerate(pzn[:7], start=1))
    return weighed % 11 == int(pzn[7])


def odd_pzns(lines: Iterable[OrderLine]) -> tuple[Reason, ...]:
    """The ordered lines whose own PZN is wrong."""
    return tuple(
        reasons.ODD_PZN(name=line.name or line.sku_uid, sku=line.sku_uid, pzn=line.pzn)
        for line in lines
        if line.pzn and not pzn_is_valid(line.pzn)
    )


# -- lines -----------------------------------------------------------------------------------


def _link(
    rules: Drafting, line: OrderLine, sku: CatalogueSku | None, lines: list[LinkedLine]
) -> str:
    """Adds the line in PharmaOne's units and names the rule that linked it."""
    name = line.name or (sku.name if sku else "") or line.sku_uid
    pzn = line.pzn or (sku.pzn if sku else None)
    if pzn and rules.orders.pzn == "refuse" and not pzn_is_valid(pzn):
        rules.gaps.append(reasons.BAD_PZN(name=name, sku=line.sku_uid, pzn=pzn, file=ORDERS))
    link = rules.links.find(line, sku)
    if link is None:
        rules.gaps.append(_unlinked(name, line, sku))
        return ""
    about = {"name": name, "sku": line.sku_uid, "product": link.product, "place": link.place}
    if link.product in rules.unlisted:
        rules.gaps.append(reasons.UNKNOWN_PRODUCT(**about, pharmacy_sku=link.uid))
        return link.place
    if not link.confirmed:
        about |= {"pharmacy_sku": link.uid, "units": f"{link.units:f}"}
        rules.gaps.append(reasons.UNCONFIRMED_UNITS(**about))
        return link.place
    quantity = link.whole_units(line.amount)
    if quantity is None or quantity <= 0:
        rules.gaps.append(
            reasons.NOT_WHOLE(
                name=name,
                sku=line.sku_uid,
                amount=line.amount,
                units=str(link.units),
                place=link.row or SKUS,
            )
        )
        return link.place
    for units, price in split(_paid(rules, line), quantity):
        lines.append(LinkedLine(link.product, units, price, name, line.sku_uid, pzn))
    return link.place


def _paid(rules: Drafting, line: OrderLine) -> int | None:
    """Cents paid for the whole line."""
    if line.paid_cents is None or rules.orders.amounts.total_paid_amount == "line":
        return line.paid_cents
    return line.paid_cents * line.amount


def _unlinked(name: str, line: OrderLine, sku: CatalogueSku | None) -> Reason:
    uid = pharmacy_sku(line, sku)
    if uid is None:
        return reasons.NOT_IN_CATALOGUE(name=name, sku=line.sku_uid)
    return reasons.UNLINKED_SKU(name=name, sku=line.sku_uid, pharmacy_sku=uid, file=SKUS)


# -- amounts ---------------------------------------------------------------------------------


def _totals(
    rules: Drafting, lines: Sequence[LinkedLine], detail: Mapping[str, Any]
) -> dict[str, int | None]:
    """All in cents; a total is None where a part of it is not known, or nothing was ordered."""
    goods: int | None = None
    if lines and all(line.price_cents is not None for line in lines):
        goods = sum(line.quantity * (line.price_cents or 0) for line in lines)
    shipping = _shipping_cents(rules, detail)
    total = goods
    if goods is not None and rules.orders.amounts.shipping_in_total:
        total = goods + (shipping or 0)
    return {"goods_cents": goods, "shipping_cents": shipping, "total_cents": total}


def _shipping_cents(rules: Drafting, detail: Mapping[str, Any]) -> int | None:
    """Shipping costs; a gap where they count and are no cents in euros (rxscale.md 6.1)."""
    costs, currency = detail.get("shipping_costs_amount"), detail.get("shipping_costs_currency")
    if costs is None:
        return None
    if type(costs) is int and currency in (None, "EUR"):
        return costs
    if rules.orders.amounts.shipping_in_total:
        rules.gaps.append(reasons.BAD_SHIPPING_COSTS(file=ORDERS))
    return None


# -- fields ----------------------------------------------------------------------------------


def _fill_item(rules: Drafting, view: dict[str, Any]) -> dict[str, Any]:
    about: Line = {"name": view["name"], "sku": view["sku_uid"]}
    part = rules.orders.item
    item, failed = _fill(rules, part.targets, view, about)
    if view["price_cents"] is None and any("price" in names for names in part.lacking(item)):
        failed.add("price")
        rules.gaps.append(reasons.NO_PRICE(**about, file=ORDERS))
    _require(rules, part, item.keys() | failed, about)
    return item


def _fill(
    rules: Drafting, targets: Iterable[Target], seen: Mapping[str, Any], about: Line = NO_LINE
) -> tuple[dict[str, Any], set[str]]:
    """The fields that have a value, and the names of those whose expression failed."""
    filled: dict[str, Any] = {}
    failed: set[str] = set()
    for target in targets:
        try:
            value = target.expression(seen)
            if value is None or value == "":
                continue
            problem = PROBLEM[target.kind](value)
        except CannotEvaluate as failure:
            problem = str(failure)
        if problem is None:
            filled[target.name] = value
            continue
        if target.kind == "remark":
            filled[target.name] = UNMADE
            continue
        failed.add(target.name)
        rules.gaps.append(
            reasons.BAD_EXPRESSION_RESULT(
                **about, target=str(target), problem=problem, place=str(target.place)
            )
        )
    return filled, failed


def _require(rules: Drafting, part: Part, there: Iterable[str], about: Line = NO_LINE) -> None:
    """Tells a gap for each requirement of the table that none of its fields meets."""
    for names in part.lacking(there):
        sources = [str(target) for target in part.targets if target.name in names]
        sources += ["order_items"] if "items" in names else []
        facts = {"fields": " or ".join(names), "sources": ", ".join(sources), "file": ORDERS}
        rules.gaps.append(reasons.MISSING_FIELD(**about, **facts))
