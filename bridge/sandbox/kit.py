"""What both simulated vendors are made with: calls and answers as values, reading and refusing."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard

Json = dict[str, Any]
JSON_TYPE = "application/json"
MOST_ROWS = 200
"""Of one page, at either vendor."""


def encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class Ask:
    """A call as it came in.

    `uid` is what it is about: from the path, or set by the route. `reference` is the other
    vendor's name for it, where the route met one.
    """

    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    uid: str = ""
    reference: str = ""

    def json(self) -> Any:
        """The body's value; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE


def answer(value: object, status: int = 200) -> Answer:
    return Answer(status, encode(value))


def listing(rows: Iterable[bytes], **more: object) -> Answer:
    """A list of rows that are encoded already, and `more` beside it."""
    return Answer(200, b'{"data":[' + b",".join(rows) + b"]," + encode(more)[1:])


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Ends a route's work with an answer that says no; a text is sent as the `error`."""

    def __init__(self, value: object, status: int = 400) -> None:
        super().__init__(status)
        self.answer = answer({"error": value} if isinstance(value, str) else value, status)


@dataclass(frozen=True, slots=True)
class Route:
    """One documented route. `name` is its template, as faults and the log know it."""

    method: str
    path: str
    template: str
    handle: Callable[[Ask], Answer]

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


def same_route(one: str, other: str) -> bool:
    """Whether two templates name the same route; a last slash does not matter."""
    return one.rstrip("/") == other.rstrip("/")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what a call asks for; what cannot be is refused in the vendor's own words.

    `invalid` makes the refusal of a field, from its name and what is wrong with it.
    """

    invalid: Callable[[str, str], Refusal]
    no_body: str
    biggest: int

    def number(self, ask: Ask, name: str, default: int = 0, least: int = 0) -> int:
        text = ask.query.get(name)
        if text is None:
            return default
        if re.fullmatch("[0-9]{1,18}", text) and least <= int(text) <= self.biggest:
            return int(text)
        raise self.invalid(name, "Not a valid integer.")

    def limit(self, ask: Ask, most: int = MOST_ROWS) -> int:
        """How many rows are wanted. More than `most` is capped, not refused."""
        return min(self.number(ask, "limit", 50, least=1), most)

    def choice(self, ask: Ask, name: str, words: Iterable[str], default: str = "") -> str:
        """A word in the query, which is one of `words`."""
        text = ask.query.get(name, default)
        if name in ask.query and text not in words:
            raise self.invalid(name, f"Must be one of: {', '.join(words)}.")
        return text

    def body(self, ask: Ask) -> Json:
        value = ask.json()
        if not isinstance(value, dict):
            raise Refusal(self.no_body)
        return value


def is_whole(value: object, least: int = 0, most: int = 2**31 - 1) -> bool:
    return type(value) is int and least <= value <= most


def is_amount(value: object) -> TypeGuard[float]:
    """A finite number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0


def mentions(text: str, *names: str | None) -> bool:
    """Whether a search for `text`, in lower case, finds one of these names."""
    return any(text in name.lower() for name in names if name)


def timestamp(now: float) -> str:
    """RFC 3339 in UTC, with six digits after the second (pharmaone.md section 5)."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds")[:-6] + "Z"
