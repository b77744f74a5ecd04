"""Reads what a call to PharmaOne asks for; what cannot be is refused as it refuses."""

from datetime import date

from bridge.sandbox.pharmaone.records import Json
from bridge.sandbox.traffic import Ask, Refusal

_BIGGEST = 10**9


def number(ask: Ask, name: str, *, default: int, least: int) -> int:
    """A whole number in the query."""
    text = ask.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= _BIGGEST:
        raise Refusal({"error": f"Invalid {name}"})
    return int(text)


def whole(body: Json, key: str) -> int:
    """A whole number in the body, 0 if it is not there."""
    value = body.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _BIGGEST:
        raise Refusal({"error": f"{key} must be an integer"})
    return value


def object_in(ask: Ask) -> Json:
    """The body, which has to be an object."""
    body = ask.json()
    if body is None:
        raise Refusal({"error": "Invalid JSON"})
    return body


def day(ask: Ask, name: str) -> date | None:
    """A `YYYY-MM-DD` in the query; None if it is not there."""
    text = ask.query.get(name)
    return None if text is None else _date(text, name)


def month(ask: Ask, name: str) -> date | None:
    """The first of a `YYYY-MM` in the query; None if it is not there."""
    text = ask.query.get(name)
    return None if text is None else _date(f"{text}-01", name)


def _date(text: str, name: str) -> date:
    try:
        if len(text) == len("2026-01-01"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal({"error": f"Invalid {name}"})
