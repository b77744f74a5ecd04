"""PharmaOne's JSON as it goes over the wire, both ways, in its documented variety.

Ids come as numbers or as text (C1), `external_id` may be missing or empty (C4), a page's total
may be missing (C3). An id is strict, so that no order is overlooked; what only describes is
absent where it cannot be read. Sources: pharmaone.md sections 3, 5, 6, 9, 10.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import from_json

from bridge.core.model import HANDOVER, Flag
from bridge.errors import Fault, Misconfigured

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,127}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
_TOKEN = re.compile(r"[!-~]{1,16384}")

_MOST_EUROS = 10**12

Item = TypeVar("Item")


def parse(body: bytes) -> Any:
    """The JSON in `body`. Raises ValueError for everything else, however deep, long or odd."""
    return from_json(body, cache_strings="keys")  # only keys: values may be a patient's


def as_text(value: object) -> str | None:
    """Text, or a number in its place; None for nothing, blanks and other types."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def as_id(value: object) -> str | None:
    """An id, sent as text or as a number; None if it cannot be one.

    Narrow on purpose: ids become keys, log lines and parts of addresses.
    """
    text = as_text(value)
    return text if text is not None and _ID.fullmatch(text) else None


def as_word(value: object) -> str | None:
    """A status word (`awaiting_packing`), else None."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def as_time(value: object) -> datetime | None:
    """An RFC 3339 time as UTC, which it is where it names no zone; else None (section 5)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_seconds(value: object) -> float | None:
    """A number of seconds, sent as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None


def _id(value: object) -> str:
    found = as_id(value)
    if found is None:
        raise ValueError("an id is missing or unusable")
    return found


def _word(value: object) -> str:
    found = as_word(value)
    if found is None:
        raise ValueError("a status word is missing or unusable")
    return found


def _token(value: object) -> str:
    """Goes into a header, so anything but visible ASCII would break the next request."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("a token is missing or unusable")
    return value


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, bool) or value in (0, 1) else None


def as_total(value: object) -> int | None:
    """How many rows a list has in all, where it says so."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_euros(value: object) -> Decimal | None:
    """An amount of euros (16, C17: no currency is ever named), exactly as written; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _MOST_EUROS else None


def _empty_for_null(value: object) -> object:
    return () if value is None else value


def _object_or_none(value: object) -> object:
    return value if isinstance(value, dict) else None


Text = Annotated[str | None, BeforeValidator(as_text)]
Time = Annotated[datetime | None, BeforeValidator(as_time)]
YesOrNo = Annotated[bool | None, BeforeValidator(_flag)]
Euros = Annotated[Decimal | None, BeforeValidator(as_euros)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Id = Annotated[str, BeforeValidator(_id)]
MaybeId = Annotated[str | None, BeforeValidator(as_id)]
Rows = Annotated[tuple[Item, ...], BeforeValidator(_empty_for_null)]


class _Wire(BaseModel):
    # built when first used: many are for calls that few bridges make
    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class TokenAnswer(_Wire):
    """What an API key is exchanged for (3.2); `expires_in` is in seconds, None if unreadable."""

    access_token: Annotated[str, BeforeValidator(_token), Field(repr=False)]
    expires_in: Annotated[float | None, BeforeValidator(as_seconds)] = None


class OrderRow(_Wire):
    """An order in the list, where rows lack the flags and may lack `external_id` (C4).

    An odd status is "": it must not keep the rest of the list from being read.
    """

    id: Annotated[str, BeforeValidator(_id)]
    status: Annotated[str, BeforeValidator(lambda value: as_word(value) or "")] = ""
    external_id: Text = None
    flags: frozenset[Flag] | None = None
    """Those that are raised (9); None where none is shown that says where the goods are."""
    created_at: Time = None
    updated_at: Time = None

    @model_validator(mode="before")
    @classmethod
    def _gather_flags(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        shown = {flag: _flag(row.get(flag)) for flag in Flag}
        known = any(shown[flag] is not None for flag in HANDOVER)
        return {**row, "flags": {flag for flag, up in shown.items() if up} if known else None}


class Order(OrderRow):
    """A single order. Items are not read: nothing in the bridge rests on them (C4, C7, C17)."""

    status: Annotated[str, BeforeValidator(_word)]


class Paging(_Wire):
    total: Annotated[int | None, BeforeValidator(as_total)] = None


class OrdersPage(_Wire):
    data: Rows[OrderRow]
    pagination: Annotated[Paging | None, BeforeValidator(_object_or_none)] = None


class Prescription(_Wire):
    """A prescription, alone or in the list; an odd status is "" (12)."""

    id: Annotated[str, BeforeValidator(_id)]
    status: Annotated[str, BeforeValidator(lambda value: as_word(value) or "")] = ""


class PrescriptionsPage(_Wire):
    data: Rows[Prescription]


class ShopRow(_Wire):
    shop_id: Annotated[str, BeforeValidator(_id)]
    name: Text = None
    is_active: YesOrNo = None


class ShopsPage(_Wire):
    data: Rows[ShopRow]


class LogRow(_Wire):
    """One entry of a product's log; what describes it is read if it can be (8)."""

    id: Annotated[str | None, BeforeValidator(as_id)] = None
    shop_id: Text = None
    delta_on_hand: Annotated[int | None, BeforeValidator(_whole)] = None
    delta_incoming: Annotated[int | None, BeforeValidator(_whole)] = None
    reason: Text = None
    created_at: Time = None


class LogPage(_Wire):
    data: Rows[LogRow]


class HistoryPage(_Wire):
    """Changes by day; the rows' shape was not seen (8)."""

    data: Rows[dict[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def _in_one_shape(cls, raw: Any) -> Any:
        return {"data": raw} if isinstance(raw, list) else raw


class RequestAnswer(_Wire):
    """What an accepted order-request is answered with; no part of it is certain (10)."""

    id: Annotated[str | None, BeforeValidator(as_id)] = None
    status: Annotated[str | None, BeforeValidator(as_word)] = None


def wire_number(value: Decimal) -> float:
    """The JSON number that reads back as exactly `value`, an amount with at most two decimals.

    Raises ValueError where there is none.
    """
    if not value.is_finite():
        raise ValueError("it is no number")
    if int(value.normalize().as_tuple().exponent) < -2:
        raise ValueError("it has more than two decimals")
    number = float(value)
    if not math.isfinite(number) or Decimal(repr(number)) != value:
        raise ValueError("it has no exact JSON number")
    return number


def encode(body: Mapping[str, Any]) -> bytes:
    """Compact UTF-8 JSON with exact amounts.

    Raises Misconfigured with the place of what cannot be written: only a field mapping can have
    put it there.
    """
    plain = _plain(body, "")
    try:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (ValueError, TypeError):
        raise _unwritable("payload", "it holds something that JSON cannot") from None


def _plain(value: Any, place: str) -> Any:
    match value:
        case Decimal():
            try:
                return wire_number(value)
            except ValueError as why:
                raise _unwritable(place, str(why)) from None
        case Mapping():
            return {key: _plain(inner, f"{place}.{key}".strip(".")) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner, f"{place}.{at}") for at, inner in enumerate(value)]
    return value


def _unwritable(place: str, why: str) -> Misconfigured:
    return Misconfigured(
        Fault("orders.toml", f"{place}: {why}", "correct the expression that makes this field")
    )
