"""orders.toml: how a pharmacy order becomes an order-request's payload, field by field."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from bridge.mapping.expressions import LINE_NAMES, ORDER_NAMES, Expression, compile_expression
from bridge.mapping.reading import ORDERS, Faults, Place, Table, check, nearest

Kind = Literal["text", "remark", "money", "whole", "yes_no"]
"""A remark is a text for people: one that cannot be made holds up no order."""
Pzn = Literal["warn", "refuse", "ignore"]
FIXED = frozenset({"external_reference", "external_id", "items"})
"""What the bridge fills itself, and why no mapping may."""


class Amounts(Table):
    total_paid_amount: Literal["line", "unit"] = "line"
    shipping_in_total: StrictBool = False


class _Checks(Table):
    pzn: Pzn = "warn"
    needs_prescription: str = "doctor_data.uid || doctor_data.display_name || prescription_file"
    without_prescription: Literal["ask", "send"] = "ask"


class _Envelope(Table):
    source: Annotated[str, Field(min_length=1)] = "rxbridge"


class _Fields(Table):
    payload: dict[str, Kind]
    item: dict[str, Kind]
    prescription: dict[str, Kind] = Field(default_factory=dict)


class _Require(Table):
    payload: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    prescription: tuple[str, ...] = ()


class ExampleLink(Table):
    """A row of skus.csv, for an example."""

    pharmacy_sku_uid: str
    p1_id: str
    units_per_sku: Annotated[Decimal, Field(gt=0)] = Decimal(1)


class ExampleSku(Table):
    """A row of RxScale's SKU list, for an example."""

    sku_uid: str
    pharmacy_sku_uid: str
    external_id: str | None = None
    standard_selling_unit: Annotated[Decimal, Field(gt=0)] = Decimal(1)


class Given(Table):
    """What an example starts from; without `shop_id` it is a shop connector's order."""

    order: dict[str, Any]
    shop_id: str | None = None
    catalogue: tuple[ExampleSku, ...] = ()
    links: tuple[ExampleLink, ...] = ()


class Expect(Table):
    """What an example must give: the payload, or the codes of the gaps."""

    payload: dict[str, Any] | None = None
    gaps: tuple[str, ...] = ()


class Example(Table):
    """`amounts` stands in for the file's own, so that a switch may be set without a rewrite."""

    name: str
    amounts: Amounts | None = None
    given: Given
    expect: Expect


class OrdersFile(Table):
    payload: dict[str, str]
    item: dict[str, str]
    prescription: dict[str, str] = Field(default_factory=dict)
    fields: _Fields
    require: _Require = _Require()
    amounts: Amounts = Amounts()
    checks: _Checks = _Checks()
    envelope: _Envelope = _Envelope()
    example: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One field of PharmaOne's, the kind of value it takes, and the expression that fills it."""

    name: str
    kind: str
    expression: Expression
    place: Place

    def __str__(self) -> str:
        return f"{self.place} = {self.expression.text}"


@dataclass(frozen=True, slots=True)
class Part:
    """One table: what fills its fields, and what must be there; any one of the names will do."""

    targets: tuple[Target, ...]
    required: tuple[tuple[str, ...], ...]

    def lacking(self, there: Iterable[str]) -> list[tuple[str, ...]]:
        """What is required, and of which none is `there`."""
        present = frozenset(there)
        return [names for names in self.required if present.isdisjoint(names)]


@dataclass(frozen=True, slots=True)
class OrderMapping:
    """The whole of orders.toml, checked."""

    source: str
    amounts: Amounts
    pzn: Pzn
    needs_prescription: Expression
    send_without_prescription: bool
    payload: Part
    item: Part
    prescription: Part
    examples: tuple[Example, ...]


def read_orders(data: dict[str, Any] | None, faults: Faults) -> OrderMapping | None:
    """The mapping, or None with every fault told."""
    if data is None:
        return None
    before = len(faults)
    data = _without_fixed(data, faults)
    file = check(OrdersFile, data, Place(ORDERS), faults)
    if file is None:
        return None
    order_names = ORDER_NAMES | {name for each in file.example for name in _keys(each.given.order)}
    place = Place(ORDERS, "checks.needs_prescription")
    needs = compile_expression(file.checks.needs_prescription, order_names, place, faults)
    if needs is None:
        return None
    mapping = OrderMapping(
        source=file.envelope.source,
        amounts=file.amounts,
        pzn=file.checks.pzn,
        needs_prescription=needs,
        send_without_prescription=file.checks.without_prescription == "send",
        payload=_part("payload", file, order_names, faults),
        item=_part("item", file, LINE_NAMES, faults),
        prescription=_part("prescription", file, order_names, faults),
        examples=file.example,
    )
    for example in file.example:
        if (example.expect.payload is None) == (not example.expect.gaps):
            place = Place(ORDERS, f"example '{example.name}'")
            faults.tell(place, "expects-neither")
    return mapping if len(faults) == before else None


def _without_fixed(data: dict[str, Any], faults: Faults) -> dict[str, Any]:
    rest = dict(data)
    for table in ("envelope", "payload"):
        if not isinstance(rest.get(table), dict):
            continue
        for name in sorted(FIXED & rest[table].keys()):
            faults.tell(Place(ORDERS, f"{table}.{name}"), "fixed", name=name)
        rest[table] = {name: text for name, text in rest[table].items() if name not in FIXED}
    return rest


def _part(
    table: Literal["payload", "item", "prescription"],
    file: OrdersFile,
    names: Collection[str],
    faults: Faults,
) -> Part:
    texts: Mapping[str, str] = getattr(file, table)
    targets = tuple(_targets(table, texts, getattr(file.fields, table), names, faults))
    required = tuple(
        tuple(name.strip() for name in each.split(" or ")) for each in getattr(file.require, table)
    )
    known = [*texts, "items"] if table == "payload" else [*texts]
    for name in (name for names in required for name in names if name not in known):
        place = Place(ORDERS, f"require.{table}")
        faults.tell(place, "not-filled", table=table, name=name, way=nearest(name, known))
    return Part(targets, required)


def _targets(
    table: str,
    texts: Mapping[str, str],
    kinds: Mapping[str, str],
    names: Collection[str],
    faults: Faults,
) -> Iterator[Target]:
    for name, text in texts.items():
        place = Place(ORDERS, f"{table}.{name}")
        expression = compile_expression(text, names, place, faults)
        kind = kinds.get(name)
        if kind is None:
            faults.tell(place, "no-kind", table=table, name=name, way=nearest(name, kinds))
        elif expression is not None:
            yield Target(name, kind, expression, place)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
