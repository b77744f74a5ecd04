"""What PharmaOne's refusals mean (pharmaone.md sections 3.5 and 5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bridge.errors import BridgeError, Fault
from bridge.pharmaone.dialect import CODES, NAMED_FIELDS, SCOPES, TOKEN, Route
from bridge.vendor import answers

_WORDS = re.compile(r"[a-z0-9_]+")
_SCOPE = re.compile(r"[a-z_]+\.[a-z]+")


@dataclass(frozen=True, slots=True)
class Complaint(answers.Complaint):
    """An error body of the backend's family (5.2); the gateway's, and a web page, say nothing."""

    scope: str = ""


class PharmaOneAnswers(answers.Answers[Route, Complaint]):
    """PharmaOne's refusals, as far as its documents explain them."""

    vendor: ClassVar[str] = "PharmaOne"

    def said(self, raw: Mapping[str, Any]) -> Complaint:
        error, message = raw.get("error"), raw.get("message")
        if not isinstance(error, str):
            return Complaint()
        words = f"{error} {message}" if isinstance(message, str) else error
        named = dict.fromkeys(word for word in _WORDS.findall(words) if word in NAMED_FIELDS)
        return Complaint(
            error if error in CODES else "",
            tuple(named),
            is_documented=True,
            scope=next((scope for scope in _SCOPE.findall(words) if scope in SCOPES), ""),
        )

    def explained(self, route: Route, status: int, said: Complaint) -> BridgeError | Fault | None:
        if status == 401:
            return _key_refused(route)
        if status == 403:
            return _forbidden(route, said)
        # the backend's own may be about what was named in the address
        astray = not said.is_documented or (route.repeatable and route.is_list)
        if status == 404 and astray:
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


ANSWERS = PharmaOneAnswers()


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
