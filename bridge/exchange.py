"""What is said to a vendor and what comes back, as values; and the one seam between the two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


class Priority(IntEnum):
    """What waiting costs. The budget of calls is spent in this order, lowest number first."""

    ORDER = 0
    FALLING_STOCK = 1
    RISING_STOCK = 2
    SWEEP = 3
    PROOF = 4
    """Leaves half of each limit free, so that an order never finds one used up by it."""


@dataclass(slots=True)  # not frozen: made for every call, at a third of the cost
class Request:
    """One call to a vendor.

    `route` is the method and path template (`GET /pharmacy_orders/{uid}`): all that logs and
    metrics may show of the address. `repeatable` says that sending it twice does no harm.
    """

    method: str
    url: str
    route: str
    priority: Priority
    repeatable: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    owner: str = ""
    """Whose it is, where several share a vendor's limits: they have their turns in turn."""
    permit: Callable[[], bool] | None = None
    """Asked right before the wire: False, and nothing is sent (TryLater)."""


@dataclass(slots=True)  # not frozen: made for every call, at a third of the cost
class Response:
    """A vendor's whole answer; headers are found by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Send(Protocol):
    """Carries a request to one vendor, within its limits and a deadline.

    Returns every HTTP answer as it is, 4xx and 5xx included, except 429, and 503 with a
    Retry-After where the request is repeatable: those are TryLater.
    Raises TryLater if the call was certainly not carried out (no connection, 429, breaker open)
    or was repeatable and got no answer; Unsure if it may have been carried out.
    """

    async def __call__(self, request: Request, /) -> Response: ...


@dataclass(slots=True)  # not frozen: made for every call, at a third of the cost
class Call:
    """What one call came to: for an order's story, the log and the metrics."""

    vendor: str
    route: str
    outcome: str
    milliseconds: int
    owner: str = ""


def calls(*routes: Any) -> Callable[[Method], Method]:
    """Marks a client's method with the routes that it calls.

    `rxbridge check` reads from them which scope or permission a method needs, and
    docs/coverage.md which routes have a method.
    """

    def mark(method: Method) -> Method:
        vars(method)["routes"] = routes
        return method

    return mark


def routes_of(method: Callable[..., Any]) -> tuple[Any, ...]:
    """The routes that `calls` marked a method with; none for any other."""
    found: tuple[Any, ...] = vars(getattr(method, "__func__", method)).get("routes", ())
    return found
