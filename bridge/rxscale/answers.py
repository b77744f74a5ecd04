"""What an HTTP answer from RxScale means for the caller (rxscale.md section 4).

Vendors' texts may quote what was sent, so none is passed on: only codes, names of fields and
our own words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bridge import reading
from bridge.errors import BridgeError, Fault, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Response
from bridge.reading import Model
from bridge.rxscale import wire
from bridge.rxscale.dialect import Route

UNEXPECTED_FAULT = "Bad request"
"""This text stands for a fault on RxScale's side, not for a bad request (section 4)."""
PATHS = ("/v1/external_pharmacy_api", "/v1/external-pharmacy-api-v1")
PUBLIC_PATHS = ("/v2/public", "/v2/public-api")
"""The documented addresses of both APIs (C-1, C-2)."""
_MISSING = "Missing required parameters:"
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_MOST_FIELDS = 20
_MOST_DEPTH = 6
_NOT_THE_APPLICATION = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body of any of the three documented shapes; all empty where it is none of them."""

    code: str = ""
    text: str = ""
    missing: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


def complaint(body: bytes) -> Complaint:
    """Reads an error body. `error` is a text or an object of fields. Never raises."""
    try:
        raw = wire.parse(body)
    except ValueError:
        return Complaint()
    if not isinstance(raw, dict):
        return Complaint()
    code, error = raw.get("code"), raw.get("error")
    if isinstance(error, dict):
        return Complaint(_name_or_empty(code), fields=tuple(islice(_fields(error), _MOST_FIELDS)))
    text = error if isinstance(error, str) else ""
    return Complaint(_name_or_empty(code), text, _missing(text))


def _name_or_empty(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _missing(text: str) -> tuple[str, ...]:
    if not text.startswith(_MISSING):
        return ()
    names = (name.strip() for name in text.removeprefix(_MISSING).split(","))
    return tuple(name for name in names if _NAME.fullmatch(name))


def _fields(error: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    """`{"tracking_links": {"0": {"carrier": [...]}}}` gives `tracking_links.0.carrier`."""
    for name, inner in error.items():
        here = (*above, name if _NAME.fullmatch(name) else "?")
        if isinstance(inner, dict) and inner and len(here) < _MOST_DEPTH:
            yield from _fields(inner, here)
        else:
            yield ".".join(here)


def content(route: Route, response: Response) -> Any:
    """The JSON of an accepted answer. Raises Garbled for none, else what `failure` says."""
    if not accepted(response):
        raise failure(route, response)
    return parsed(route, response)


def parsed(route: Route, response: Response) -> Any:
    """The JSON of any answer. Raises Garbled for none."""
    try:
        return wire.parse(response.body)
    except ValueError:
        raise Garbled(f"RxScale's answer to {route.name} is not JSON") from None


def read(route: Route, model: type[Model], raw: Any) -> Model:
    """Raises Garbled with the place of the first thing in `raw` that cannot be read."""
    return reading.read(f"RxScale's answer to {route.name}", model, raw)


def unsure(unreadable: Garbled) -> Unsure:
    """An accepted change whose answer cannot be read: it may have happened."""
    return Unsure(unreadable.what)


def accepted(response: Response) -> bool:
    return 200 <= response.status < 300


def taken(route: Route, response: Response) -> None:
    """Returns for a change that RxScale has made; else raises what `failure` says.

    A web page comes from a login or a proxy, whatever its status: it is as good as no answer.
    """
    if not accepted(response):
        raise failure(route, response)
    if response.body.lstrip()[:1] == b"<":
        what = f"RxScale answered {route.name} with a web page"
        raise Garbled(what) if route.repeatable else Unsure(what)


def failure(route: Route, response: Response) -> BridgeError:
    """The error that any answer but a 2xx stands for."""
    status = response.status
    if status < 400:
        return _moved(route, status)
    if status >= 500 or status in _NOT_THE_APPLICATION:
        return _no_answer(route, response)
    if status == 429:
        return TryLater(f"RxScale's limit is reached ({route.name})", _retry_after(response))
    said = complaint(response.body)
    misconfigured = _misconfigured(route, status, said)
    if misconfigured is not None:
        return Misconfigured(misconfigured)
    if status == 400 and said.text == UNEXPECTED_FAULT and route.repeatable:
        return TryLater(f"RxScale reports a fault on its side ({route.name}: {said.text})")
    return _refused(route, status, said)


def _moved(route: Route, status: int) -> Misconfigured:
    return Misconfigured(
        Fault(
            f"rxscale.base_url, {route.path_name}",
            f"RxScale answers {route.name} with a redirect ({status})",
            "set the address and path that RxScale gave for this account",
        )
    )


def _no_answer(route: Route, response: Response) -> BridgeError:
    what = f"RxScale answered {response.status} to {route.name}"
    return TryLater(what, _retry_after(response)) if route.repeatable else Unsure(what)


def _misconfigured(route: Route, status: int, said: Complaint) -> Fault | None:
    if status == 401:
        code = f", {said.code}" if said.code else ""
        return Fault(
            route.key_name,
            f"RxScale does not accept the key (401{code})",
            "set the key that RxScale's portal shows under API Access",
        )
    if "pharmacy_uid" in said.missing:
        return Fault(
            "rxscale.pharmacy_uid",
            "RxScale wants to know which pharmacy is meant: the key is a group-wide one",
            "set the uid of this pharmacy",
        )
    if status == 403:
        return _permission_missing(route)
    if status == 404 and route.is_list:
        return Fault(
            route.path_name,
            f"RxScale knows no {route.name} at this address (404)",
            f"set {' or '.join(PUBLIC_PATHS if route.public else PATHS)}, as your account has it"
            + ("" if route.public else "; if it is right, look at rxscale.pharmacy_uid"),
        )
    return None


def _permission_missing(route: Route) -> Fault:
    needed = " or ".join(route.permissions) or "that this route needs"
    return Fault(
        route.key_name,
        f"the key lacks the permission {needed} ({route.name}, 403)",
        "permissions are fixed when a key is made: ask RxScale, or make a key that has it",
    )


def _refused(route: Route, status: int, said: Complaint) -> Refused:
    fields = said.fields or said.missing
    about = f"; it complains of: {', '.join(fields)}" if fields else ""
    what = f"RxScale refused {route.name} ({status}){about}"
    return Refused(what, status=status, code=said.code, fields=fields)


def _retry_after(response: Response) -> float | None:
    """Seconds, where the answer names them; other forms of the header are left to the caller."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
