"""What an HTTP answer from PharmaOne means for the caller (pharmaone.md sections 3.5 and 5).

Vendors' texts may quote what was sent, so none is passed on: only codes, documented names of
fields and our own words.
"""

import re
from dataclasses import dataclass
from typing import Any

from bridge import reading
from bridge.errors import BridgeError, Fault, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Response
from bridge.pharmaone import wire
from bridge.pharmaone.dialect import REQUEST_FIELDS, SCOPES, TOKEN, Route
from bridge.reading import Model

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_WORDS = re.compile(r"[a-z0-9_]+")
_SCOPE = re.compile(r"[a-z_]+\.[a-z]+")
_NOT_THE_APPLICATION = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body of any of the three families (5.2).

    `family` is "backend" or "gateway", or empty for anything else: a web page, say.
    """

    family: str = ""
    code: str = ""
    fields: tuple[str, ...] = ()
    scope: str = ""


def complaint(body: bytes) -> Complaint:
    """Reads an error body. Never raises."""
    try:
        raw = wire.parse(body)
    except ValueError:
        return Complaint()
    if not isinstance(raw, dict):
        return Complaint()
    error, message = raw.get("error"), raw.get("message")
    if not isinstance(error, str):
        return Complaint("gateway") if isinstance(message, str) else Complaint()
    words = f"{error} {message}" if isinstance(message, str) else error
    fields = dict.fromkeys(word for word in _WORDS.findall(words) if word in REQUEST_FIELDS)
    return Complaint(
        "backend",
        error if _CODE.fullmatch(error) else "",
        tuple(fields),
        next((scope for scope in _SCOPE.findall(words) if scope in SCOPES), ""),
    )


def content(route: Route, response: Response) -> Any:
    """The JSON of an accepted answer. Raises Garbled for none, else what `failure` says."""
    if not accepted(response):
        raise failure(route, response)
    try:
        return wire.parse(response.body)
    except ValueError:
        raise Garbled(f"PharmaOne's answer to {route.name} is not JSON") from None


def read(route: Route, model: type[Model], raw: Any) -> Model:
    """Raises Garbled with the place of the first thing in `raw` that cannot be read."""
    return reading.read(f"PharmaOne's answer to {route.name}", model, raw)


def accepted(response: Response) -> bool:
    return 200 <= response.status < 300


def web_page(route: Route, response: Response) -> Unsure | None:
    """What an accepted change that is answered with a web page is: it comes from a wrong address,
    a login or a proxy, so nobody knows what happened.
    """
    if response.body.lstrip()[:1] != b"<":
        return None
    return Unsure(f"PharmaOne answered {route.name} with a web page")


def failure(route: Route, response: Response) -> BridgeError:
    """The error that any answer but a 2xx stands for."""
    status = response.status
    if status < 400:
        return Misconfigured(_moved(route, status))
    if status >= 500 or status in _NOT_THE_APPLICATION:
        return _no_answer(route, response)
    if status == 429:
        return TryLater(f"PharmaOne's limit is reached ({route.name})", _retry_after(response))
    said = complaint(response.body)
    misconfigured = _misconfigured(route, status, said)
    if misconfigured is not None:
        return Misconfigured(misconfigured)
    about = f"; it complains of: {', '.join(said.fields)}" if said.fields else ""
    what = f"PharmaOne refused {route.name} ({status}){about}"
    return Refused(what, status=status, code=said.code, fields=said.fields)


def _no_answer(route: Route, response: Response) -> BridgeError:
    what = f"PharmaOne answered {response.status} to {route.name}"
    if route.repeatable or route is TOKEN:
        return TryLater(what, _retry_after(response))
    return Unsure(what)


def _moved(route: Route, status: int) -> Fault:
    return Fault(
        route.address_keys,
        f"PharmaOne answers {route.name} with a redirect ({status})",
        "set the address that it redirects to",
    )


def _misconfigured(route: Route, status: int, said: Complaint) -> Fault | None:
    if status == 401:
        return _key_refused(route)
    if status == 403:
        return _forbidden(route, said)
    if status == 404 and _is_astray(route, said):
        return Fault(
            route.address_keys,
            f"there is no {route.name} at this address (404)",
            "check the address and the organisation's id",
        )
    if route is TOKEN:
        return Fault(
            "pharmaone.api_key, pharmaone.org_id",
            f"PharmaOne gives no token for this key and organisation ({status})",
            "check that the key is one of this organisation",
        )
    return None


def _is_astray(route: Route, said: Complaint) -> bool:
    """Whether a 404 is about the address: the backend's own may be about what was named in it."""
    if said.family != "backend" or route is TOKEN:
        return True
    return route.repeatable and route.is_list


def _key_refused(route: Route) -> Fault:
    what = "the API key" if route.takes_key else "a token that was only just issued"
    return Fault(
        "pharmaone.api_key",
        f"PharmaOne does not accept {what} ({route.name}, 401)",
        "make a key in PharmaOne Manager, Org Settings, Integrations",
    )


def _forbidden(route: Route, said: Complaint) -> Fault:
    if said.code == "org_mismatch":
        return Fault(
            "pharmaone.org_id",
            f"the API key is not one of the configured organisation ({route.name}, 403)",
            "set the organisation of the key, or a key of this organisation",
        )
    scope = said.scope or route.scope
    lacks = f"the API key lacks the scope {scope}" if scope else "the API key may not do this"
    return Fault(
        "pharmaone.api_key",
        f"{lacks} ({route.name}, 403)",
        "make a key that may, in PharmaOne Manager, Org Settings, Integrations",
    )


def _retry_after(response: Response) -> float | None:
    """Seconds, where the answer names them; other forms of the header are left to the caller."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
