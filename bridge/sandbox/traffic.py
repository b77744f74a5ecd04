"""What is done with calls to either vendor: broken on request, limited, and noted."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Any, Literal

import pydantic.dataclasses
from pydantic import ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from bridge.sandbox.kit import Answer, Ask, encode, same_route
from bridge.sandbox.settings import Vendor


@pydantic.dataclasses.dataclass(
    frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid", strict=True)
)
class Fault:
    """What goes wrong with the next `times` calls of a route, after `skip` calls that go well.

    `about`: only with calls whose path or body holds this text, an order's id say.
    `when`: before the work is done, or after it, so that only the answer suffers. First the call
    is held for `delay_seconds`; then the connection is cut, or an answer is given in place of the
    real one: `status`, `body` (text as it is, else JSON) and `headers`, or a `garble`d one:
    `html`, or `truncated` JSON; or, of a list, a `stale` one: the last that went well. With a delay
    only, the real answer comes late. Raises ValueError for what could be no fault.
    """

    vendor: Vendor | Literal["*"] = "*"
    route: str = "*"
    about: str = ""
    times: PositiveInt = 1
    skip: NonNegativeInt = 0
    when: Literal["before", "after"] = "before"
    delay_seconds: NonNegativeFloat = 0.0
    cut: bool = False
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    garble: Literal["", "html", "truncated"] = ""
    stale: bool = False

    def fits(self, vendor: Vendor, route: str, ask: Ask | None = None) -> bool:
        """Whether it is one for a call of that route, or for this call."""
        if self.vendor not in ("*", vendor):
            return False
        if ask is not None and self.about not in ask.path and self.about.encode() not in ask.body:
            return False
        return self.route == "*" or same_route(self.route, route)

    @property
    def only_late(self) -> bool:
        given = self.cut or self.stale or self.garble
        return not (given or self.status is not None or self.body is not None)

    def replacement(self, real: Answer | None) -> Answer:
        """The answer given in place of `real`, which is None if the work was not done."""
        status = 200 if self.status is None else self.status
        if self.garble == "html":
            return Answer(status, b"<html><body>Bad day</body></html>", self.headers, "text/html")
        if self.garble == "truncated":
            whole = real.body if real is not None and real.body else b'{"status":"unknown"}'
            return Answer(status, whole[: len(whole) // 2], self.headers)
        if isinstance(self.body, str):
            return Answer(status, self.body.encode(), self.headers, "text/plain")
        return Answer(status, encode({} if self.body is None else self.body), self.headers)


class Faults:
    """The faults still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, list[int]]] = []
        self._routes: list[tuple[Vendor, str]] = []

    def know(self, vendor: Vendor, route: str) -> None:
        """There is such a route; once one is known, no fault is taken that fits none of them."""
        self._routes.append((vendor, route))

    def add(self, *faults: Fault) -> None:
        """Raises ValueError, with none taken, for a fault that could never come."""
        for fault in faults:
            fits = any(fault.fits(vendor, route) for vendor, route in self._routes)
            if self._routes and not fits:
                raise ValueError(f"{fault.vendor} has no route {fault.route}")
        self._waiting.extend((fault, [fault.skip, fault.times]) for fault in faults)

    def clear(self) -> None:
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, vendor: Vendor, route: str, ask: Ask) -> Fault | None:
        """The first fault that fits this call, counted down; None if it goes well."""
        for entry in self._waiting:
            fault, left = entry
            if not fault.fits(vendor, route, ask):
                continue
            if left[0]:
                left[0] -= 1
                continue
            left[1] -= 1
            if not left[1]:
                self._waiting.remove(entry)
            return fault
        return None


@dataclass(frozen=True, slots=True)
class Call:
    """One call as noted. `outcome` is the status sent or "cut"; `done`: the route said yes.

    A route that did its work and whose answer was then lost or replaced is `done` all the same.
    `reference`: the `external_reference` of an order-request or the `external_id` of an order.
    """

    number: int
    at: float
    vendor: Vendor
    method: str
    route: str
    path: str
    query: Mapping[str, str]
    outcome: int | Literal["cut"]
    done: bool
    uid: str
    reference: str


class CallLog:
    """The calls of both vendors, in the order in which they were answered; may be bounded."""

    def __init__(self, limit: int | None) -> None:
        self.keeps = limit != 0
        self._calls: deque[Call] = deque(maxlen=limit)
        self.numbers = count(1)

    def note(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def __call__(
        self, route: str | None = None, *, vendor: Vendor | None = None, uid: str | None = None
    ) -> list[Call]:
        """The calls of that route and vendor, and about that uid or reference, where given."""
        return [
            call
            for call in self._calls
            if (route is None or same_route(call.route, route))
            and (vendor is None or call.vendor == vendor)
            and (uid is None or uid in {call.uid, call.reference})
        ]


class Limiter:
    """So many calls a second and a minute per key, in windows that slide; 0 lifts a limit."""

    def __init__(self, per_second: int, per_minute: int, clock: Callable[[], float]) -> None:
        self._windows = [(n, span) for n, span in ((per_second, 1), (per_minute, 60)) if n]
        self._most = max((n for n, _ in self._windows), default=0)
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def wait(self, key: str) -> float:
        """Counts a call of `key` and returns 0; or the seconds until one would be let through."""
        if not self._windows:
            return 0.0
        now = self._clock()
        seen = self._seen.setdefault(key, deque(maxlen=self._most))
        wait = max(
            (seen[-n] + span - now for n, span in self._windows if len(seen) >= n), default=0.0
        )
        if wait > 0:
            return wait
        seen.append(now)
        return 0.0
