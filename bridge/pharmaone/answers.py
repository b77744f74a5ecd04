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
            return Fault(route.address_keys, "not-at-address", route=route.name)
        if route is TOKEN:
            return Fault("pharmaone.api_key, pharmaone.org_id", "no-token", status=status)
        return None


ANSWERS = PharmaOneAnswers()


def _key_refused(route: Route) -> Fault:
    kind = "key" if route.takes_key else "token"
    return Fault("pharmaone.api_key", "key-refused", kind=kind, route=route.name)


def _forbidden(route: Route, said: Complaint) -> Fault:
    if said.code == "org_mismatch":
        return Fault("pharmaone.org_id", "other-organisation", route=route.name)
    scope = said.scope or route.scope or None
    return Fault("pharmaone.api_key", "key-may-not", scope=scope, route=route.name)
