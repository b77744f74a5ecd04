"""PharmaOne's inventory: what is on hand, of up to tens of thousands of products, and its log (8).

The inventory is read with msgspec, since it is by far the largest thing either vendor sends: a
fifth of the time and a third of the memory that the other models would take for it. A row that
cannot be read is left out and counted, so that it does not keep the others from being read.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from pydantic import Field

from bridge.core.model import ProductId
from bridge.core.reasons import NOT_JSON
from bridge.errors import Garbled
from bridge.pharmaone.dialect import INVENTORY
from bridge.pharmaone.wire import Time
from bridge.vendor import fields
from bridge.vendor.fields import MOST_COUNT as MOST
from bridge.vendor.fields import MaybeId, Text, as_id, as_text, as_total, parse

Number = int | float
Row = TypeVar("Row")


@dataclass(slots=True)
class Inventory:
    """Whole units on hand by product; parts of a unit are rounded down.

    `prices` (euros a unit) and `names` are filled where they were asked for. `unreadable` rows are
    left out; of two rows for one product the smaller number counts. `total` is what the answer
    says there are of rows in all, None where it does not say.
    """

    on_hand: dict[ProductId, int]
    prices: dict[ProductId, Decimal] = field(default_factory=dict)
    names: dict[ProductId, str] = field(default_factory=dict)
    unreadable: int = 0
    total: int | None = None

    @property
    def count(self) -> int:
        """How many rows it was read from; two for one product count once."""
        return len(self.on_hand) + self.unreadable

    @property
    def products(self) -> dict[ProductId, str]:
        """All of them with their names, "" where that is not known or was not asked for."""
        return {product: self.names.get(product, "") for product in self.on_hand}

    def add(self, more: "Inventory") -> None:
        self.on_hand |= more.on_hand
        self.prices |= more.prices
        self.names |= more.names
        self.unreadable += more.unreadable


class _Row(msgspec.Struct, gc=False):
    """Stock is `stockquantity` here, `stock_quantity` elsewhere (C2); ids are numbers or text."""

    p1_id: int | str
    stockquantity: Number | None = None
    stock_quantity: Number | None = None


class _FullRow(_Row, gc=False):
    price: Decimal | None = None
    name: str | None = None


class _Paging(msgspec.Struct, gc=False):
    total: int | None = None


class _Page(msgspec.Struct, Generic[Row], gc=False):
    data: list[Row]
    pagination: _Paging | None = None


@cache
def _decoder(full: bool) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_Page[_FullRow] if full else _Page[_Row])


class Rows(NamedTuple):
    """What an answer has of rows; `total` as in Inventory."""

    read: list[Any]
    unreadable: int
    total: int | None


def rows_of(body: bytes, *, full: bool = False) -> Rows:
    """For `gather`, which does not need the body any more. Raises Garbled."""
    try:
        page = _decoder(full).decode(body)
    except msgspec.ValidationError:
        return _row_by_row(body)
    except (msgspec.DecodeError, RecursionError):
        raise Garbled(NOT_JSON(vendor="PharmaOne", route=INVENTORY.name)) from None
    total = page.pagination.total if page.pagination else None
    return Rows(page.data, 0, total)


def _row_by_row(body: bytes) -> Rows:
    """For an answer that is not wholly as documented: what can be read of it."""
    try:
        raw = parse(body)
    except ValueError:
        raise Garbled(NOT_JSON(vendor="PharmaOne", route=INVENTORY.name)) from None
    rows = raw.get("data") if isinstance(raw, Mapping) else raw
    if not isinstance(rows, list):
        what = f"PharmaOne's answer to {INVENTORY.name}, data: not a list of rows"
        raise Garbled(what, "data")
    read = [row for each in rows if (row := _row(each)) is not None]
    paging = raw.get("pagination") if isinstance(raw, Mapping) else None
    total = as_total(paging.get("total")) if isinstance(paging, Mapping) else None
    return Rows(read, len(rows) - len(read), total)


def _row(raw: object) -> _FullRow | None:
    try:
        row = msgspec.convert(raw, _Row)
    except msgspec.ValidationError:
        return None
    price = raw.get("price") if isinstance(raw, Mapping) else None
    name = raw.get("name") if isinstance(raw, Mapping) else None
    return _FullRow(row.p1_id, row.stockquantity, row.stock_quantity, _price(price), as_text(name))


def _price(raw: object) -> Decimal | None:
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    return Decimal(repr(raw)) if is_number else None


def gather(rows: Rows, *, full: bool = False) -> Inventory:
    """The inventory; `full` with prices and names."""
    found = Inventory({}, unreadable=rows.unreadable, total=rows.total)
    on_hand = found.on_hand
    for row in rows.read:
        ident = row.p1_id
        name = str(ident) if type(ident) is int else as_id(ident)
        units = row.stockquantity if row.stockquantity is not None else row.stock_quantity
        if name is None or units is None or not -MOST <= units <= MOST:
            found.unreadable += 1
            continue
        product = ProductId(name)
        whole = units if type(units) is int else math.floor(units)
        before = on_hand.get(product)
        on_hand[product] = whole if before is None else min(before, whole)
        if full:
            _describe(found, product, row)
    return found


def _describe(found: Inventory, product: ProductId, row: _Row) -> None:
    if not isinstance(row, _FullRow):
        return
    if row.price is not None and row.price.is_finite():
        found.prices[product] = row.price
    if row.name:
        found.names[product] = row.name


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change; None where the answer does not say.

    `delta` and `incoming` count units: of what is on hand, and of what is on its way.
    """

    delta: Annotated[fields.Count, Field(validation_alias="delta_on_hand")] = None
    reason: fields.TextOrEmpty = ""
    at: Annotated[Time, Field(validation_alias="created_at")] = None
    incoming: Annotated[fields.Count, Field(validation_alias="delta_incoming")] = None
    shop_id: Text = None
    id: MaybeId = None

    def in_our_time(self, ahead: timedelta) -> "LogEntry":
        """PharmaOne's clock is so far `ahead` of ours."""
        return replace(self, at=fields.in_our_time(self.at, ahead))


LogRows = fields.Listed[LogEntry]
HistoryRows = fields.Bare[dict[str, Any]]
"""Changes by day; the rows' shape was not seen."""
