"""What PharmaOne's JSON has of its own, both ways: times, amounts and flags.

Sources: pharmaone.md sections 5, 9, 10. What it shares with RxScale's is in `bridge.vendor.fields`.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator

from bridge.errors import Fault, Misconfigured
from bridge.pharmaone.dialect import MOST_ROWS
from bridge.vendor.calling import Body, Query, by_offset
from bridge.vendor.paging import Place

_MOST_EUROS = 10**12


def as_time(value: object) -> datetime | None:
    """An RFC 3339 time as UTC, which it is where it names no zone; else None (section 5)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def counted(place: Place) -> Query:
    """Asks for the rows behind those that were read (5)."""
    return by_offset(MOST_ROWS, place.offset)


def as_flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, bool) or value in (0, 1) else None


def as_euros(value: object) -> Decimal | None:
    """An amount of euros (16, C17: no currency is ever named), exactly as written; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _MOST_EUROS else None


Time = Annotated[datetime | None, BeforeValidator(as_time)]
YesOrNo = Annotated[bool | None, BeforeValidator(as_flag)]
Euros = Annotated[Decimal | None, BeforeValidator(as_euros)]


def wire_number(value: Decimal) -> float:
    """The JSON number that reads back as exactly `value`, an amount with at most two decimals.

    Raises ValueError where there is none.
    """
    if not value.is_finite():
        raise ValueError("no-number")
    if int(value.normalize().as_tuple().exponent) < -2:
        raise ValueError("decimals")
    number = float(value)
    if not math.isfinite(number) or Decimal(repr(number)) != value:
        raise ValueError("inexact")
    return number


def encode(body: Body) -> bytes:
    """Compact UTF-8 JSON with exact amounts.

    Raises Misconfigured with the place of what cannot be written: only a field mapping can have
    put it there.
    """
    plain = _plain(body, "")
    try:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (ValueError, TypeError):
        raise _unwritable("payload", "no-json") from None


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


def _unwritable(place: str, kind: str) -> Misconfigured:
    return Misconfigured(Fault("orders.toml", "unwritable", place=place, kind=kind))
