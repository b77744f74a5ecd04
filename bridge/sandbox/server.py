"""Serves both simulated vendors over HTTP: limits, faults and the log around every route."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from email.utils import formatdate
from functools import partial
from typing import Any, Self

from aiohttp import web

from bridge.sandbox import admin, openapi
from bridge.sandbox.kit import Answer, Ask, Refusal, Route, answer, encode
from bridge.sandbox.pharmaone import routes as pharmaone
from bridge.sandbox.rxscale import routes as rxscale
from bridge.sandbox.settings import SandboxSettings, Vendor
from bridge.sandbox.traffic import Call, Limiter
from bridge.sandbox.world import World

BIGGEST_BODY = 32 * 1024 * 1024
SHUTDOWN_SECONDS = 0.2
"""How long calls that a fault holds up may still run when the sandbox stops."""

TOO_MANY: Mapping[Vendor, bytes] = {
    "rxscale": encode({"error": "Rate limit exceeded"}),
    "pharmaone": encode({"message": "API rate limit exceeded"}),
}

NOT_FOUND = answer({"error": "Resource not found"}, 404)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """Both vendors on two ports, while the context is entered.

    `world` is what they hold. The addresses are those of the hosts; the vendors' own paths
    follow. Raises OSError if a port is taken.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.world = World(self.settings)
        self.rxscale_url = ""
        self.pharmaone_url = ""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        settings, world = self.settings, self.world
        async with AsyncExitStack() as stack:
            await world.courier.start()
            stack.push_async_callback(world.courier.close)
            stack.callback(world.timers.close)
            rx_routes = rxscale.Routes(settings.of("rxscale"), world.rxscale, world.courier).all()
            self.rxscale_url = await self._serve(stack, "rxscale", rx_routes, settings.rxscale_port)
            p1_settings = settings.of("pharmaone")
            p1_routes = pharmaone.Routes(p1_settings, world.pharmaone, world.access).all()
            self.pharmaone_url = await self._serve(
                stack, "pharmaone", p1_routes, settings.pharmaone_port
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def drain(self) -> None:
        """Returns once no webhook is under way or waiting to be sent again."""
        await self.world.courier.drain()

    async def _serve(
        self, stack: AsyncExitStack, vendor: Vendor, routes: Iterable[Route], port: int
    ) -> str:
        runner = web.AppRunner(
            application(self.world, vendor, routes),
            access_log=None,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, self.settings.host, port).start()
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"http://{host}:{runner.addresses[0][1]}"


def application(world: World, vendor: Vendor, routes: Iterable[Route]) -> web.Application:
    """One vendor's routes, the sandbox's own beside them, and a 404 for everything else."""
    gate = Gate(world, vendor)
    app = web.Application(client_max_size=BIGGEST_BODY)
    for route in routes:
        world.faults.know(vendor, route.name)
        app.router.add_route(route.method, route.path, gate.serving(route))
    app.add_routes(admin.routes(world))
    app.router.add_get("/_sandbox/openapi.json", partial(_describe, world, vendor))
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        unknown = Route(method, "/{tail:.*}", "(unknown)", lambda _: NOT_FOUND)
        app.router.add_route(method, unknown.path, gate.serving(unknown))
    return app


async def _describe(world: World, vendor: Vendor, _request: web.Request) -> web.StreamResponse:
    return web.json_response(openapi.describe(vendor, world.settings))


class Gate:
    """What every call to one vendor passes: limits, faults, the log."""

    def __init__(self, world: World, vendor: Vendor) -> None:
        settings = world.settings
        limits = settings.rx_per_second, settings.rx_per_minute
        if vendor == "pharmaone":
            limits = settings.p1_per_second, settings.p1_per_minute
        self._world = world
        self._vendor = vendor
        self._limiter = Limiter(*limits, settings.clock)
        self._clock = settings.of(vendor).clock
        self._last: dict[tuple[Any, ...], Answer] = {}

    def serving(self, route: Route) -> Serve:
        calls = self._world.calls

        async def serve(request: web.Request) -> web.StreamResponse:
            number = next(calls.numbers)
            ask = await _read(request)
            real, given = await self._answered(route, ask)
            if calls.keeps:
                self._note(number, route, ask, real, given)
            return _sent(request, given, formatdate(self._clock(), usegmt=True))

        return serve

    async def _answered(self, route: Route, ask: Ask) -> tuple[Answer | None, Answer | None]:
        """What the route answered, if it was asked; and what is sent, if anything is."""
        fault = self._world.faults.take(self._vendor, route.name, ask)
        if fault is None:
            real = self._work(route, ask)
            if route.method == "GET" and not ask.uid:
                self._last[ask.path, *ask.query.items()] = real
            return real, real
        done = self._work(route, ask) if fault.when == "after" else None
        await asyncio.sleep(fault.delay_seconds)
        if fault.only_late:
            done = done or self._work(route, ask)
            return done, done
        if fault.stale:
            done = done or self._work(route, ask)
            return done, self._last.get((ask.path, *ask.query.items()), done)
        return done, None if fault.cut else fault.replacement(done)

    def _work(self, route: Route, ask: Ask) -> Answer:
        wait = self._limiter.wait(_key(ask))
        if wait:  # rxscale.md section 5; PharmaOne documents no limit, its gateway words it so
            says_when = self._world.settings.retry_after_header
            headers = {"Retry-After": str(math.ceil(wait))} if says_when else {}
            return Answer(429, TOO_MANY[self._vendor], headers)
        try:
            return route.handle(ask)
        except Refusal as refusal:
            return refusal.answer

    def _note(
        self, number: int, route: Route, ask: Ask, real: Answer | None, given: Answer | None
    ) -> None:
        query = {key: value for key, value in ask.query.items() if key != "apikey"}
        self._world.calls.note(
            Call(
                number=number,
                at=self._world.settings.clock(),
                vendor=self._vendor,
                method=route.method,
                route=route.name,
                path=ask.path,
                query=query,
                outcome="cut" if given is None else given.status,
                done=real is not None and real.status < 300,
                uid=ask.uid,
                reference=ask.reference,
            )
        )


async def _read(request: web.Request) -> Ask:
    params = request.match_info
    body = await request.read() if request.can_read_body else b""
    uid = params.get("uid") or params.get("id") or ""
    return Ask(request.path, params, request.query, request.headers, body, uid)


def _key(ask: Ask) -> str:
    """Whose budget a call spends: the key it shows, of either vendor's kinds."""
    names = "X-API-Key", "X-RxScale-Authorization", "apikey", "Authorization"
    shown = next(filter(None, map(ask.headers.get, names)), ask.query.get("apikey", ""))
    return shown.removeprefix("Bearer ")


def _sent(request: web.Request, given: Answer | None, date: str) -> web.StreamResponse:
    if given is None:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if given.status == 204:
        return web.Response(status=204, headers={"Date": date})
    response = web.Response(status=given.status, body=given.body, content_type=given.content_type)
    response.headers.update({"Date": date, **given.headers})
    return response
