"""The routes of a process that has several pharmacies: each request goes to the one it names."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

from aiohttp import web

from bridge import __version__
from bridge.core.deliveries import PHARMAONE, RXSCALE
from bridge.errors import TryLater
from bridge.health import Status
from bridge.metrics import Metrics
from bridge.server import page, webhooks
from bridge.server.parts import Line, ServerParts
from bridge.server.web import application_of, by_own_name, health_of, live

FIRST = "/pharmacies"
"""Where each pharmacy's page has the first view of all."""
UNKNOWN = "no such pharmacy here yet; deliver it again"


@dataclass(slots=True)
class _Entrance:
    """One pharmacy's. `pages`: None without; `key`: its group's, if it has one."""

    parts: ServerParts
    receivers: dict[str, webhooks.Handler]
    pages: web.Application | None
    key: str | None


@dataclass
class Front:
    """`lines` tells of all pharmacies, of those too that are not at work, `well` names those that
    should be; `whose` is set to the one for which something is done.
    """

    metrics: Metrics
    lines: Callable[[], Awaitable[Sequence[Line]]]
    well: Callable[[], AbstractSet[str]]
    whose: ContextVar[str]
    _entrances: dict[str, _Entrance] = field(default_factory=dict)
    _shared: dict[tuple[str, str], webhooks.Handler] = field(default_factory=dict)
    """What takes deliveries at addresses of several."""
    _begun: bool = False

    def enter(self, name: str, parts: ServerParts, key: str | None) -> None:
        """From now on it gets what is for it."""
        pages = None
        if parts.page is not None:
            pages = application_of([])
            pages.add_routes(page.routes(parts, parts.page))
            pages.freeze()
        self._entrances[name] = _Entrance(parts, webhooks.receivers(parts), pages, key)
        self._share()

    async def leave(self, name: str) -> None:
        """What is for it is refused from now on, so that it is delivered again."""
        self._entrances.pop(name, None)
        self._share()

    def _share(self) -> None:
        """The addresses of each key, and PharmaOne's of all: an organisation has few."""
        sharing: dict[tuple[str, str], list[ServerParts]] = {}
        for each in self._entrances.values():
            sharing.setdefault((PHARMAONE, ""), []).append(each.parts)
            for vendor in each.receivers if each.key is not None else ():
                sharing.setdefault((each.key or "", vendor), []).append(each.parts)
        self._shared = {
            place: webhooks.receiver_of(parts, place[1] or PHARMAONE)
            for place, parts in sharing.items()
        }

    def build(self, *, apart: bool) -> web.Application:
        """`apart`: without the webhooks."""
        return application_of(
            [
                *([] if apart else [self._hooks()]),
                live(),
                web.get("/health/ready", by_own_name(self._ready)),
                web.get("/health", by_own_name(self._health)),
                web.get("/health/{name}", by_own_name(self._health_of)),
                web.get("/metrics", by_own_name(self._metrics)),
                web.get("/", self._first),
                web.route("*", "/p/{name}{rest:(/.*)?}", self._page),
            ]
        )

    def build_webhooks(self) -> web.Application:
        return application_of([self._hooks(), live()])

    def _hooks(self) -> web.RouteDef:
        return web.post("/webhooks/{name}{vendor:(/.*)?}", self._deliver)

    async def _deliver(self, request: web.Request) -> web.StreamResponse:
        """Of an unknown pharmacy it is to come again: its file may be on its way. So is what
        concerns all while some begin or end: those that are here have it, and do not answer for the
        others, whose secret it may be signed with.
        """
        name, vendor = request.match_info["name"], request.match_info["vendor"][1:]
        entrance = self._entrances.get(name)
        handler = self._shared.get((name, vendor))
        if entrance is not None:
            handler = entrance.receivers.get(vendor)
        for_all = entrance is None and vendor != RXSCALE  # which names a pharmacy
        lacks = for_all and not self._are_all_here()
        answer: web.StreamResponse | None = None
        if handler is not None:
            with self._about(name if entrance is not None else ""):
                answer = await handler(request)
        if answer is None or (lacks and answer.status in (200, 401)):
            return webhooks.refusal(503, UNKNOWN, headers=webhooks.RETRY_AFTER, last=True)
        return answer

    @contextmanager
    def _about(self, name: str) -> Iterator[None]:
        """For this request alone: a connection that is kept has one task for all of its own."""
        before = self.whose.set(name)
        try:
            yield
        finally:
            self.whose.reset(before)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name, rest = request.match_info["name"], request.match_info["rest"]
        if not rest:
            return web.Response(status=308, headers={"Location": f"/p/{name}/"})
        return await self._shown(request, name, rest)

    async def _first(self, request: web.Request) -> web.StreamResponse:
        """Shown by the first that has a page."""
        names = sorted(name for name, each in self._entrances.items() if each.pages is not None)
        return await self._shown(request, names[0] if names else "", FIRST)

    async def _shown(self, request: web.Request, name: str, path: str) -> web.StreamResponse:
        """Its page's addresses begin with `/`: they are put below its own. Nothing else in a page
        looks like one, for whatever comes from elsewhere has its quotes escaped.
        """
        entrance, prefix = self._entrances.get(name), f"/p/{name}"
        if entrance is None or entrance.pages is None:
            return webhooks.refusal(404, "no such pharmacy is at work, or it has no page")
        place = request.rel_url.with_path(path).with_query(request.rel_url.query)
        try:
            inner = request.clone(rel_url=place)
            with self._about(name):
                answer = await entrance.pages._handle(inner)  # noqa: SLF001 - there is no other way
        except web.HTTPException as refused:
            return webhooks.refusal(refused.status, refused.reason)
        if answer.headers.get("Location", "").startswith("/"):
            answer.headers["Location"] = prefix + answer.headers["Location"]
        if isinstance(answer, web.Response) and answer.content_type == "text/html":
            answer.text = (answer.text or "").replace('="/', f'="{prefix}/')
        return answer

    def _have_begun(self) -> bool:
        self._begun = self._begun or self._are_all_here()
        return self._begun

    def _are_all_here(self) -> bool:
        here = self._entrances.keys()
        return bool(here) and self.well() <= here

    async def _ready(self, _: web.Request) -> web.Response:
        """Once all had their chance to begin: before that some deliveries would be refused."""
        have_begun = self._have_begun()
        whys = await asyncio.gather(*(each.parts.ready() for each in self._entrances.values()))
        if None in whys and have_begun:
            return web.json_response({"status": "ok"})
        why = next(filter(None, whys), "no pharmacy is at work, or some still begin")
        return web.json_response({"status": "down", "reason": why}, status=503)

    async def _health(self, _: web.Request) -> web.Response:
        """Down only where all are: what befalls one concerns no other."""
        lines = await self.lines()
        found = {line.status for line in lines}
        status = Status.OK if found == {Status.OK} else Status.DEGRADED
        status = Status.DOWN if found <= {Status.DOWN} else status
        told = {line.name: line.document() for line in lines}
        document = {"status": status.value, "version": __version__, "pharmacies": told}
        return web.json_response(document, status=503 if status is Status.DOWN else 200)

    async def _health_of(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name in self._entrances:
            return await health_of(self._entrances[name].parts)
        for line in await self.lines():
            if line.name == name:
                return web.json_response(line.document(), status=503)
        return webhooks.refusal(404, "no such pharmacy")

    async def _metrics(self, _: web.Request) -> web.Response:
        for each in [*self._entrances.values()]:
            with suppress(TryLater):  # the gauges say so themselves
                await each.parts.measure()
        return web.Response(body=self.metrics.text(), content_type="text/plain", charset="utf-8")
