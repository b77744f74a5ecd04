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
from bridge.errors import BridgeError, Fault, Phrase, TryLater, either
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
            return TryLater(Phrase("rx-fault", route=route.name, text=said.text))
        return None


ANSWERS = RxScaleAnswers()
PHARMACY_MISSING = Fault("rxscale.pharmacy_uid", "which-pharmacy")


def _key_refused(route: Route, said: Complaint) -> Fault:
    code = f", {said.code}" if said.code else ""
    return Fault(route.key_name, "rx-key-refused", code=code)


def _permission_missing(route: Route) -> Fault:
    needed = either(route.permissions) if route.permissions else None
    return Fault(route.key_name, "no-right", needed=needed, route=route.name)


def _nothing_there(route: Route) -> Fault:
    kind, paths = ("public", PUBLIC_PATHS) if route.public else ("own", PATHS)
    facts = {"route": route.name, "paths": either(paths), "kind": kind}
    return Fault(route.path_name, "rx-not-there", **facts)


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
