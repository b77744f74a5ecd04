"""How RxScale reads a call, refuses one, and pages its lists (rxscale.md sections 4 and 5)."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bridge.sandbox.kit import MOST_ROWS, Answer, Ask, Json, Reader, Refusal, listing

Row = TypeVar("Row")


def invalid(errors: Json) -> Refusal:
    """A 400 with messages by field (section 4, third shape)."""
    return Refusal({"error": errors})


READ = Reader(lambda name, why: invalid({name: [why]}), "Bad request", biggest=10**18)


def page(
    ask: Ask, found: Sequence[Row], row: Callable[[Row], bytes], most: int = MOST_ROWS
) -> Answer:
    """The page asked for, which count from 0."""
    at, limit, total = READ.number(ask, "page"), READ.limit(ask, most), len(found)
    rows = (row(each) for each in found[at * limit : (at + 1) * limit])
    return listing(rows, totalRegistries=total, totalPages=math.ceil(total / limit))


def body_list(ask: Ask) -> list[Any]:
    """The JSON array that was sent."""
    value = ask.json()
    if not isinstance(value, list):
        raise Refusal("Bad request")
    return value


def not_found() -> Refusal:
    return Refusal("Resource not found", 404)
