"""The examples of orders.toml: run at load, so that a mapping that does not do as it says fails."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bridge.core.model import CatalogueSku, Draft, Gaps, PharmacySkuUid, ProductId, SkuUid
from bridge.core.reasons import together
from bridge.core.stock.model import SkuLink
from bridge.errors import Phrase
from bridge.mapping.draft import Drafting, draft
from bridge.mapping.orders import FIXED, Example, Given, OrderMapping
from bridge.mapping.reading import ORDERS, Faults, Place, check
from bridge.mapping.shipping import Shipping
from bridge.mapping.skus import SkuLinks
from bridge.rxscale.orders import OrderToWorkOn
from bridge.rxscale.orders import order as read_order
from bridge.vendor.fields import WordOrEmpty

SEEN_AT = datetime(2026, 1, 2, 8, tzinfo=UTC)


class _Order(OrderToWorkOn):
    """As the bridge reads it from RxScale; an example need not say its status."""

    status: WordOrEmpty = ""


def run_examples(mapping: OrderMapping, shipping: Shipping, faults: Faults) -> None:
    """Tells a fault for each example that does not give what it expects."""
    for number, example in enumerate(mapping.examples, start=1):
        place = Place(ORDERS, f"example.{number}.given.order")
        order = check(_Order, example.given.order, place, faults)
        if order is None:
            continue
        used = replace(mapping, amounts=example.amounts or mapping.amounts)
        rules = Drafting(used, _links(example.given), shipping, [])
        given = read_order(order, example.given.order, SEEN_AT, timedelta())
        made = draft(rules, given, _catalogue(example.given), example.given.shop_id)
        found = _difference(example, made, used)
        if found:
            faults.tell(Place(ORDERS, f"example '{example.name}'"), "example", found=found)


def _catalogue(given: Given) -> dict[SkuUid, CatalogueSku]:
    return {
        SkuUid(row.sku_uid): CatalogueSku(
            PharmacySkuUid(row.pharmacy_sku_uid),
            SkuUid(row.sku_uid),
            row.external_id,
            selling_unit=str(row.standard_selling_unit),
        )
        for row in given.catalogue
    }


def _links(given: Given) -> SkuLinks:
    links = (
        SkuLink(PharmacySkuUid(row.pharmacy_sku_uid), ProductId(row.p1_id), row.units_per_sku)
        for row in given.links
    )
    return SkuLinks({link.uid: link for link in links})


def _difference(example: Example, made: Draft | Gaps, mapping: OrderMapping) -> Phrase | None:
    expected = example.expect
    if isinstance(made, Draft):
        if expected.payload is None:
            return Phrase("example-no-gaps", gaps=", ".join(expected.gaps))
        # what no line of [payload] fills (any more), and remarks that are not named, do not count
        kinds = dict.fromkeys(FIXED, "") | {
            each.name: each.kind for each in mapping.payload.targets
        }
        wanted = {name: value for name, value in expected.payload.items() if name in kinds}
        got = {n: value for n, value in made.payload.items() if n in wanted or kinds[n] != "remark"}
        return first_difference(wanted, got)
    codes = [gap.code for gap in made.gaps]
    if expected.payload is not None:
        return Phrase("example-no-payload", gaps=together(made.gaps))
    if sorted(codes) == sorted(expected.gaps):
        return None
    return Phrase("example-gaps", gaps=", ".join(expected.gaps), got=", ".join(codes))


def first_difference(expected: Any, got: Any, path: str = "") -> Phrase | None:
    """The first field that differs, with both values; None where everything is equal."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        pairs = {key: (expected.get(key), got.get(key)) for key in (*expected, *got)}
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = {str(place): pair for place, pair in enumerate(zip(expected, got, strict=True))}
    elif expected == got and isinstance(expected, bool) == isinstance(got, bool):
        return None
    else:
        return Phrase("example-differs", path=path, wanted=_show(expected), got=_show(got))
    for key, (left, right) in pairs.items():
        found = first_difference(left, right, f"{path}.{key}" if path else key)
        if found:
            return found
    return None


def _show(value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, Decimal) else repr(value)
