"""What an HTTP answer from RxScale means for the caller (rxscale.md section 4).

Vendors' texts may quote what was sent, so none is passed on: only codes, names of fields and
our own words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from bridge.core.words import tellable
from bridge.errors import BridgeError, Fault, TryLater
from bridge.rxscale.dialect import CODES, NAMED_FIELDS, Route
from bridge.vendor import answers

UNEXPECTED_FAULT = "Bad request"
"""This text stands for a fault on RxScale's side, not for a bad request (section 4)."""
PATHS = ("/v1/external_pharmacy_api", "/v1/external-pharmacy-api-v1")
PUBLIC_PATHS = ("/v2/public", "/v2/public-api")
"""The documented addresses of both APIs (C-1, C-2)."""
_MISSING = "Missing required parameters:"
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_PLACE = re.compile(r"[0-9]{1,3}", re.ASCII)
_MOST_FIELDS = 20
_MOST_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Complaint(answers.Complaint):
    """An error body of any of the three documented shapes; all empty where it is none of them."""

    text: str = ""


class RxScaleAnswers(answers.Answers[Route, Complaint]):
    """RxScale's refusals, as far as its documents explain them."""

    vendor: ClassVar[str] = "RxScale"

    def said(self, raw: Mapping[str, Any]) -> Complaint:
        """`error` is a text or an object of fields."""
        code, error = raw.get("code"), raw.get("error")
        is_code = isinstance(code, str) and _NAME.fullmatch(code)
        code = tellable(str(code), CODES) if is_code else ""
        if isinstance(error, dict):
            named = tuple(islice(_fields(error), _MOST_FIELDS))
            return Complaint(code, named, is_documented=True)
        text = error if isinstance(error, str) else ""
        return Complaint(code, _missing(text), text, is_documented=bool(code or text))

    def explained(self, route: Route, status: int, said: Complaint) -> BridgeError | Fault | None:
        if status == 401:
            return _key_refused(route, said)
        if said.text.startswith(_MISSING) and "pharmacy_uid" in said.fields:
            return PHARMACY_MISSING
        if status == 403:
            return _permission_missing(route)
        if status == 404 and route.is_list:
            return _nothing_there(route)
        if status == 400 and said.text == UNEXPECTED_FAULT and route.repeatable:
            return TryLater(f"RxScale reports a fault on its side ({route.name}: {said.text})")
        return None


ANSWERS = RxScaleAnswers()
PHARMACY_MISSING = Fault(
    "rxscale.pharmacy_uid",
    "RxScale wants to know which pharmacy is meant: the key is a group-wide one",
    "set the uid of this pharmacy",
)


def _key_refused(route: Route, said: Complaint) -> Fault:
    code = f", {said.code}" if said.code else ""
    return Fault(
        route.key_name,
        f"RxScale does not accept the key (401{code})",
        "set the key that RxScale's portal shows under API Access",
    )


def _permission_missing(route: Route) -> Fault:
    needed = " or ".join(route.permissions) or "that this route needs"
    return Fault(
        route.key_name,
        f"the key lacks the permission {needed} ({route.name}, 403)",
        "permissions are fixed when a key is made: ask RxScale, or make a key that has it",
    )


def _nothing_there(route: Route) -> Fault:
    return Fault(
        route.path_name,
        f"RxScale knows no {route.name} at this address (404)",
        f"set {' or '.join(PUBLIC_PATHS if route.public else PATHS)}, as your account has it"
        + ("" if route.public else "; if it is right, look at rxscale.pharmacy_uid"),
    )


def _field(name: str) -> str:
    """The name of what is sent, or a place in a list; of others, whether they are of the stock."""
    if _PLACE.fullmatch(name) or name in NAMED_FIELDS:
        return name
    return "stock" if "stock" in name else tellable(name, ())


def _missing(text: str) -> tuple[str, ...]:
    if not text.startswith(_MISSING):
        return ()
    names = (name.strip() for name in text.removeprefix(_MISSING).split(","))
    return tuple(_field(name) for name in names if name)[:_MOST_FIELDS]


def _fields(error: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    """`{"tracking_links": {"0": {"carrier": [...]}}}` gives `tracking_links.0.carrier`."""
    for name, inner in error.items():
        here = (*above, _field(name))
        if isinstance(inner, dict) and inner and len(here) < _MOST_DEPTH:
            yield from _fields(inner, here)
        else:
            yield ".".join(here)
