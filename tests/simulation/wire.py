"""The way from the bridge to the vendors: no sockets, the sandbox's real routes, and trouble."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from urllib.parse import urlsplit as split_url
from zlib import crc32

import aiohttp
from multidict import CIMultiDict

from bridge.exchange import Request, Response
from bridge.sandbox.kit import Answer, Ask, Refusal, Route, encode
from bridge.sandbox.settings import Vendor
from bridge.transport.answers import Loss, Lost
from bridge.transport.turns import Turn

urlsplit = lru_cache(4096)(split_url)
HOSTS: Mapping[str, Vendor] = {"rxscale.test": "rxscale", "pharmaone.test": "pharmaone"}
TOO_MANY = {
    "rxscale": encode({"error": "Rate limit exceeded"}),
    "pharmaone": encode({"message": "API rate limit exceeded"}),
}
HTML = b"<html><body>Bad day</body></html>"
BEFORE = ("no connection", "cut before", "503", "500", "429", "html", "404 page", "slow")
AFTER = ("cut after", "truncated", "html after", "slow after", "504 after")
LYING = ("no effect", "stale", "empty list", "other organisation", "404")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a vendor's gate saw it."""

    at: float
    vendor: Vendor
    route: str
    uid: str
    number: int
    fault: str
    status: int


class Router:
    """A vendor's routes by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._of: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            pattern = re.sub(r"\{(\w+)(?::[^}]*)?\}", r"(?P<\1>[^/]+)", route.path)
            key = (route.method, route.path.count("/"))
            self._of.setdefault(key, []).append((re.compile(pattern), route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for pattern, route in self._of.get((method, path.count("/")), ()):
            found = pattern.fullmatch(path)
            if found is not None:
                return route, {name: unquote(text) for name, text in found.groupdict().items()}
        return None


class Gate:
    """One vendor: its limits as it counts them, its routes, its clock."""

    def __init__(
        self, vendor: Vendor, routes: Iterable[Route], limiter: Any, clock: Callable[[], float]
    ) -> None:
        self.vendor = vendor
        self.limiter = limiter
        self.clock = clock
        self._router = Router(routes)
        self.last: dict[Any, Answer] = {}

    def work(self, request: Request) -> tuple[Answer, Ask]:
        split = urlsplit(request.url)
        found = self._router.find(request.method, split.path)
        query = dict(request.query)
        route, params = found if found is not None else (None, {})
        uid = params.get("uid") or params.get("id") or ""
        ask = Ask(split.path, params, query, CIMultiDict(request.headers), request.body or b"", uid)
        if self.limiter.wait("key"):
            return Answer(429, TOO_MANY[self.vendor]), ask
        if route is None:
            return Answer(404, encode({"error": "Resource not found"})), ask
        try:
            answer = route.handle(ask)
        except Refusal as refusal:
            answer = refusal.answer
        if request.method == "GET" and not uid:
            self.last.setdefault((ask.path, request.query), answer)
        return answer, ask


class Wire:
    """`exchange` is handed to the bridge; `fate` names what goes wrong with a call, if anything."""

    def __init__(
        self,
        gates: Mapping[Vendor, Gate],
        world: Context,
        fate: Callable[[Vendor, Request, str, int], str],
        before: Callable[[Request, str], None],
        told: Callable[[Call], None],
    ) -> None:
        self._gates = gates
        self._world = world
        self._fate = fate
        self._before = before
        self._told = told
        self._numbers: dict[tuple[str, str], int] = {}

    async def exchange(
        self,
        http: Any,  # noqa: ARG002 - there are no connections
        request: Request,
        turn: Turn,
        timeout: aiohttp.ClientTimeout,
        answer_bytes: int,  # noqa: ARG002
    ) -> Response | Lost:
        loop = asyncio.get_running_loop()
        split = urlsplit(request.url)
        vendor = HOSTS[split.hostname or ""]
        about = split.path.rpartition("/")[0] if request.route.endswith("}") else split.path
        key = (request.route, split.path)
        number = self._numbers[key] = self._numbers.get(key, 0) + 1
        fault = self._fate(vendor, request, about, number)
        if fault == "no connection":
            await asyncio.sleep(0.01)
            return Lost(Loss.NO_CONNECTION, "ClientConnectorError")
        turn.sent()
        there = 0.002 + crc32(f"{key}{number}".encode()) % 1000 / 20000
        most = timeout.total or 60.0
        late = 3 * most if fault.startswith("slow") else 0.0
        answer: asyncio.Future[Response | Lost] = loop.create_future()

        def arrive() -> None:
            given, status = self._answered(vendor, request, fault)
            self._told(Call(loop.time(), vendor, request.route, split.path, number, fault, status))
            drips = 0.9 * most if fault == "drip" else 0.0
            loop.call_later(there + drips, _give, answer, given, context=self._world)

        loop.call_later(there + (late if fault == "slow" else 0.0), arrive, context=self._world)
        if late:
            loop.call_later(
                most, _give, answer, Lost(Loss.NO_ANSWER, "TimeoutError"), context=self._world
            )
        return await answer

    def _answered(
        self, vendor: Vendor, request: Request, fault: str
    ) -> tuple[Response | Lost, int]:
        gate = self._gates[vendor]
        if fault in BEFORE and fault != "slow":
            return self._instead(gate, fault), 0
        if fault in LYING:
            return self._lie(gate, request, fault)
        if fault != "slow":  # sent long ago: nobody can take it back
            self._before(request, urlsplit(request.url).path)
        real, _ = gate.work(request)
        if fault == "cut after":
            return Lost(Loss.NO_ANSWER, "ServerDisconnectedError"), real.status
        if fault == "truncated":
            return self._response(
                gate, Answer(real.status, real.body[: len(real.body) // 2])
            ), real.status
        if fault == "html after":
            return self._response(gate, Answer(200, HTML, content_type="text/html")), real.status
        if fault == "504 after":
            return self._response(gate, Answer(504, HTML, content_type="text/html")), real.status
        return self._response(gate, real), real.status

    def _instead(self, gate: Gate, fault: str) -> Response | Lost:
        if fault == "cut before":
            return Lost(Loss.NO_ANSWER, "ServerDisconnectedError")
        if fault == "html":
            return self._response(gate, Answer(200, HTML, content_type="text/html"))
        if fault == "404 page":
            return self._response(gate, Answer(404, HTML, content_type="text/html"))
        body = TOO_MANY[gate.vendor] if fault == "429" else b"{}"
        return self._response(gate, Answer(int(fault), body))

    def _lie(self, gate: Gate, request: Request, fault: str) -> tuple[Response | Lost, int]:
        if fault == "404":
            return self._response(gate, Answer(404, encode({"error": "Resource not found"}))), 0
        if fault == "no effect":
            return self._response(gate, Answer(200, b"{}")), 0
        real, ask = gate.work(request)
        if fault == "other organisation":
            real = Answer(real.status, encode(_of_others(json.loads(real.body or b"null"))))
        elif fault == "stale":
            real = gate.last.get((ask.path, request.query), real)
        elif fault == "empty list":
            real = Answer(
                200, encode({"data": [], "pagination": {"total": 0, "limit": 200, "offset": 0}})
            )
        return self._response(gate, real), real.status

    @staticmethod
    def _response(gate: Gate, answer: Answer) -> Response:
        headers = {
            "content-type": answer.content_type,
            "date": _date(int(gate.clock())),
            **{name.lower(): value for name, value in answer.headers.items()},
        }
        return Response(answer.status, headers, answer.body)


@lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _of_others(value: Any) -> Any:
    """The same, as if of another organisation: no id is one of ours."""
    if isinstance(value, list):
        return [_of_others(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: _of_others(each) for name, each in value.items()}
    for name in told.keys() & {"uid", "id", "external_id", "pharmacy", "p1_id"}:
        if isinstance(told[name], str):
            told[name] = f"{told[name]}x"
        elif isinstance(told[name], int):
            told[name] += 900_000
    return told


def _give(answer: "asyncio.Future[Any]", given: Response | Lost) -> None:
    if not answer.done():
        answer.set_result(given)
