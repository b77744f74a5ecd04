"""Reads a call's query and body, and answers with one page of a list (rxscale.md section 5)."""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from bridge.sandbox.rxscale.samples import Json
from bridge.sandbox.traffic import Answer, Ask, Refusal

Row = TypeVar("Row")

MOST_ROWS = 200
"""Of one page; the public API has a smaller limit."""


def page(
    ask: Ask, found: Sequence[Row], row: Callable[[Row], bytes], most: int = MOST_ROWS
) -> Answer:
    """The page asked for. A larger `limit` is capped, not refused."""
    at = number(ask, "page", default=0, least=0)
    limit = min(number(ask, "limit", default=50, least=1), most)
    rows = b",".join([row(each) for each in found[at * limit : (at + 1) * limit]])
    total, pages = len(found), math.ceil(len(found) / limit)
    tail = f'],"totalRegistries":{total},"totalPages":{pages}}}'
    return Answer(200, b'{"data":[' + rows + tail.encode())


def number(ask: Ask, name: str, *, default: int, least: int) -> int:
    """The whole number in the query under that name."""
    text = ask.query.get(name)
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,18}", text) or int(text) < least:
        raise invalid({name: ["Not a valid integer."]})
    return int(text)


def choice(ask: Ask, name: str, words: Iterable[str], default: str = "") -> str:
    """The word in the query under that name, which is one of `words`."""
    text = ask.query.get(name)
    if text is None:
        return default
    if text not in words:
        raise invalid({name: [f"Must be one of: {', '.join(words)}."]})
    return text


def body(ask: Ask) -> Json:
    """The JSON object that was sent."""
    value = ask.json()
    if value is None:
        raise Refusal({"error": "Bad request"})
    return value


def body_list(ask: Ask) -> list[Any]:
    """The JSON array that was sent."""
    try:
        value = json.loads(ask.body)
    except ValueError:
        value = None
    if not isinstance(value, list):
        raise Refusal({"error": "Bad request"})
    return value


def invalid(errors: Json) -> Refusal:
    """A 400 with messages by field (rxscale.md section 4, third shape)."""
    return Refusal({"error": errors})


def not_found() -> Refusal:
    return Refusal({"error": "Resource not found"}, 404)
