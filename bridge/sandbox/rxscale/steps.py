"""Which status a pharmacy may set, and what completing an order takes: what RxScale refuses.

The documents do not say whether the real server holds to the order of its statuses (rxscale.md
section 13, 5). This one does, so that a jump shows.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bridge.sandbox.settings import DOCUMENTED

Errors = dict[str, Any]
"""Messages by field, lists by their index, as validation errors nest them (section 4)."""


Steps = Mapping[str, Sequence[str]]
"""The steps that a pharmacy may take by PATCH, of one documented generation."""


def status_errors(steps: Steps, here: str, body: Mapping[str, Any]) -> Errors | None:
    """Why an order that stands at `here` may not be changed so; None if it may.

    Sending the status it has already is no change and is allowed.
    """
    wanted = body.get("status")
    if wanted is None:
        return {"status": ["Missing data for required field."]}
    settable = sorted({word for words in steps.values() for word in words})
    if wanted not in settable:
        return {"status": [f"Must be one of: {', '.join(settable)}."]}
    if wanted == here:
        return None
    if wanted not in steps.get(here, ()):
        return {"status": [f"An order cannot go from {here} to {wanted}."]}
    comment = body.get("comment")
    if wanted != "on-hold":
        return None
    if not isinstance(comment, str | None):
        return {"comment": ["Not a valid string."]}
    if not (comment or "").strip():
        return {"comment": ["A comment is required when setting an order on hold"]}
    return None


def completion_errors(starts: Sequence[str], here: str, body: Mapping[str, Any]) -> Errors | None:
    """Why an order may not be completed so; None if it may, or if nothing would change.

    `starts`: from where that may be, which is not documented, so a setting says. Tracking for an
    order already completed is refused (section 6.4).
    """
    links = body.get("tracking_links", [])
    if not isinstance(links, list):
        return {"tracking_links": ["Not a valid list."]}
    if here == "completed":
        return {"tracking_links": ["The order is already completed"]} if links else None
    if here not in starts:
        return {"status": [f"An order cannot be completed from {here}."]}
    wrong = {str(at): errors for at, link in enumerate(links) if (errors := _link_errors(link))}
    return {"tracking_links": wrong} if wrong else None


def _link_errors(link: object) -> Errors:
    if not isinstance(link, dict):
        return {"_schema": ["Invalid input type."]}
    needed = ("tracking_link", "carrier")
    errors: Errors = {
        key: ["Missing data for required field."] for key in needed if key not in link
    }
    if "tracking_link" in link and not is_url(link["tracking_link"]):
        errors["tracking_link"] = ["Invalid tracking link"]
    carriers: list[str] = DOCUMENTED["rxscale"]["carriers"]
    if "carrier" in link and link["carrier"] not in carriers:
        errors["carrier"] = [f"Must be one of: {', '.join(carriers)}."]
    return errors


def is_url(value: object) -> bool:
    if not isinstance(value, str) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
