"""What a vendor's HTTP answer means for the caller: the cases that both vendors have in common.

A vendor's texts may quote what was sent, so none is passed on: only codes, names of fields and
our own words.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from bridge.core import reasons
from bridge.errors import BridgeError, Fault, Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Response
from bridge.vendor import fields
from bridge.vendor.fields import Known, Model

_NOT_THE_APPLICATION = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Route:
    """One route: HTTP method and path template. `absolute`: it sets a value whatever was there
    before, so sending it twice does no harm.
    """

    method: str
    path: str
    absolute: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def repeatable(self) -> bool:
        return self.method == "GET" or self.absolute

    @property
    def is_list(self) -> bool:
        """It names no single resource, so a 404 speaks of the address, not of what is there."""
        return "{" not in self.path

    @property
    def address_keys(self) -> str:
        """The configuration keys that make up its address."""
        return ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body says: the vendor's code, and the documented fields it complains of.

    `is_documented`: it has a shape in which the vendor's application is documented to say no.
    """

    code: str = ""
    fields: tuple[str, ...] = ()
    is_documented: bool = field(default=False, kw_only=True)


R = TypeVar("R", bound=Route)
C = TypeVar("C", bound=Complaint)


class Answers(ABC, Generic[R, C]):
    """One vendor's answers. `vendor` is its name for people."""

    vendor: ClassVar[str]

    def complaint(self, body: bytes) -> C:
        """Reads an error body of any documented shape. Never raises."""
        try:
            raw = fields.parse(body)
        except ValueError:
            raw = None
        return self.said(raw if isinstance(raw, dict) else {})

    @abstractmethod
    def said(self, raw: Mapping[str, Any]) -> C:
        """The same of its JSON object; of an empty one, nothing."""

    @abstractmethod
    def explained(self, route: R, status: int, said: C) -> BridgeError | Fault | None:
        """What this vendor's documents say of a refusal; None where it is only a refusal."""

    def failure(self, route: R, response: Response) -> BridgeError:
        """The error that any answer but a 2xx stands for."""
        status = response.status
        if status < 400:
            about = {"vendor": self.vendor, "route": route.name, "status": status}
            return Misconfigured(Fault(route.address_keys, "moved", **about))
        if status >= 500 or status in _NOT_THE_APPLICATION:
            what = reasons.ANSWERED_BADLY(vendor=self.vendor, status=status, route=route.name)
            return TryLater(what, retry_after(response)) if route.repeatable else Unsure(what)
        if status == 429:
            what = reasons.LIMIT_REACHED(vendor=self.vendor, route=route.name)
            return TryLater(what, retry_after(response))
        said = self.complaint(response.body)
        explained = self.explained(route, status, said)
        if isinstance(explained, Fault):
            return Misconfigured(explained)
        if status == 404 and not said.is_documented:
            return TryLater(reasons.NOT_THE_APPLICATION(vendor=self.vendor, route=route.name))
        return explained or self._refused(route, status, said)

    def is_absent(self, route: R, response: Response) -> bool:
        """Whether the application says that there is no such thing (404).

        Another 404 is that of a gateway or a web page, and says that the vendor does not work:
        raises what `failure` says.
        """
        if response.status != 404:
            return False
        if not self.complaint(response.body).is_documented:
            raise self.failure(route, response)
        return True

    def accepted(self, route: R, response: Response) -> None:
        """Returns for what was done; else raises what `failure` says.

        A web page comes from a login or a proxy, whatever its status: it is as good as no answer.
        """
        if not is_accepted(response):
            raise self.failure(route, response)
        if response.body.lstrip()[:1] == b"<":
            what = reasons.WITH_A_WEB_PAGE(vendor=self.vendor, route=route.name)
            raise Garbled(what) if route.repeatable else Unsure(what)

    def content(self, route: R, response: Response) -> Any:
        """The JSON of an accepted answer. Raises Garbled for none, else what `failure` says."""
        if not is_accepted(response):
            raise self.failure(route, response)
        return self.parsed(route, response)

    def parsed(self, route: R, response: Response) -> Any:
        """The JSON of any answer. Raises Garbled for none."""
        try:
            return fields.parse(response.body)
        except ValueError:
            raise Garbled(reasons.NOT_JSON(vendor=self.vendor, route=route.name)) from None

    def read(self, route: R, model: type[Model], raw: Any, known: Known = tuple) -> Model:
        """As `fields.read`."""
        return fields.read(f"{self.vendor}'s answer to {route.name}", model, raw, known)

    def _refused(self, route: R, status: int, said: C) -> Refused:
        named = ", ".join(said.fields) or None
        what = reasons.CALL_REFUSED(
            vendor=self.vendor, route=route.name, status=status, fields=named
        )
        return Refused(what, status=status, fields=said.fields)


def is_accepted(response: Response) -> bool:
    return 200 <= response.status < 300


def retry_after(response: Response) -> float | None:
    """Seconds, where the answer names them; other forms of the header are left to the caller."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
