"""Which status a pharmacy may set, and what completing an order takes: what RxScale refuses.

The documents do not say whether the real server holds to the order of its statuses (rxscale.md
section 13, 5). This one does, so that a jump shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from bridge.sandbox.settings import SandboxSettings

Errors = dict[str, Any]
"""Messages by field, lists by their index, as validation errors nest them (section 4)."""

CARRIERS = ("DHL", "DPD", "UPS", "Hermes", "FedEx", "Other")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One documented generation's statuses, and the steps a pharmacy may take by PATCH."""

    steps: Mapping[str, tuple[str, ...]]
    completes_from: tuple[str, ...] = ()
    """Where `complete_order` may start; a dialect without any does not have the call."""

    @property
    def settable(self) -> set[str]:
        return {word for words in self.steps.values() for word in words}


DIALECTS: Mapping[Literal["current", "legacy"], Dialect] = {
    # sections 6.3 and 8; cancelling by its text ("before completion"), not by its diagram;
    # on-hold "from any other status" that is the pharmacy's
    "current": Dialect(
        steps={
            "init": ("cancelled",),
            "waiting for pharmacy": ("pending review", "on-hold", "cancelled"),
            "pending review": ("in-progress", "on-hold", "cancelled"),
            "in-progress": ("ready_for_pickup", "on-hold", "cancelled"),
            "on-hold": ("waiting for pharmacy", "pending review", "in-progress", "cancelled"),
            "ready_for_pickup": ("on-hold", "cancelled"),
            "completed": (),
            "cancelled": (),
        },
        completes_from=("ready_for_pickup",),
    ),
    # the order lifecycle page of the first generation
    "legacy": Dialect(
        steps={
            "created": (),
            "open": ("processing", "cancelled"),
            "processing": ("shipped", "cancelled"),
            "shipped": (),
            "completed": (),
            "cancelled": (),
        },
    ),
}


def dialect_of(settings: SandboxSettings) -> Dialect:
    """The dialect spoken; where `complete_order` starts is not documented, so a setting says."""
    dialect = DIALECTS[settings.rx_dialect]
    if not dialect.completes_from:
        return dialect
    return replace(dialect, completes_from=settings.rx_completes_from)


def status_errors(dialect: Dialect, here: str, body: Mapping[str, Any]) -> Errors | None:
    """Why an order that stands at `here` may not be changed so; None if it may.

    Sending the status it has already is no change and is allowed.
    """
    wanted = body.get("status")
    if wanted is None:
        return {"status": ["Missing data for required field."]}
    if not isinstance(wanted, str) or wanted not in dialect.settable:
        return {"status": [f"Must be one of: {', '.join(sorted(dialect.settable))}."]}
    if wanted == here:
        return None
    if wanted not in dialect.steps.get(here, ()):
        return {"status": [f"An order cannot go from {here} to {wanted}."]}
    comment = body.get("comment")
    if wanted != "on-hold":
        return None
    if not isinstance(comment, str | None):
        return {"comment": ["Not a valid string."]}
    if not (comment or "").strip():
        return {"comment": ["A comment is required when setting an order on hold"]}
    return None


def completion_errors(dialect: Dialect, here: str, body: Mapping[str, Any]) -> Errors | None:
    """Why an order may not be completed so; None if it may, or if nothing would change.

    Tracking for an order already completed is refused (section 6.4).
    """
    links = body.get("tracking_links", [])
    if not isinstance(links, list):
        return {"tracking_links": ["Not a valid list."]}
    if here == "completed":
        return {"tracking_links": ["The order is already completed"]} if links else None
    if here not in dialect.completes_from:
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
    if "carrier" in link and link["carrier"] not in CARRIERS:
        errors["carrier"] = [f"Must be one of: {', '.join(CARRIERS)}."]
    return errors


def is_url(value: object) -> bool:
    if not isinstance(value, str) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
