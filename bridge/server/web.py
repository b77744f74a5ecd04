"""The aiohttp application: its routes, its answer to unexpected errors, and how it listens."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web

from bridge.errors import Fault, Foreign, Misconfigured, TryLater
from bridge.health import Status
from bridge.server import page, webhooks
from bridge.server.addresses import is_own_name
from bridge.server.door import Door, Limits
from bridge.server.parts import ServerParts
from bridge.server.plain import SERVER, USUAL_HEADERS, Way

log = logging.getLogger("bridge.server")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SHUTDOWN_SECONDS = 2.0
BACKLOG = 512
WAYS: web.AppKey[Mapping[str, Way]] = web.AppKey("ways")
"""What takes plain deliveries, by path."""


@dataclass(frozen=True, slots=True)
class Running:
    """A listening server. `apart`: the webhooks' own, where they have one."""

    url: str
    port: int
    runner: web.AppRunner
    listening: asyncio.Server
    apart: "Running | None" = None

    @property
    def webhooks_url(self) -> str:
        return (self.apart or self).url

    async def stop(self) -> None:
        """Takes no new connection; requests under way are answered."""
        if self.apart is not None:
            await self.apart.stop()
        self.listening.close()
        await self.runner.cleanup()


def build(parts: ServerParts) -> web.Application:
    """Every route of the bridge: but for the webhooks, where those listen apart."""
    apart = [] if parts.webhooks_apart else webhooks.routes(parts)
    application = application_of([*apart, *_monitoring(parts)])
    if not parts.webhooks_apart:
        application[WAYS] = webhooks.ways(parts)
    if parts.page is not None:
        application.add_routes(page.routes(parts, parts.page))
    return application


def build_webhooks(parts: ServerParts) -> web.Application:
    """The webhooks alone, and whether they are up: all that need face the internet."""
    application = application_of([*webhooks.routes(parts), live()])
    application[WAYS] = webhooks.ways(parts)
    return application


def application_of(routes: list[web.RouteDef]) -> web.Application:
    application = web.Application()
    application.add_routes([_guarded(route) for route in routes])
    application.on_response_prepare.append(_with_headers)
    return application


async def _with_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Every answer's, a 404 included; they do not tell which versions answer."""
    response.headers.update(SERVER)
    for name, value in USUAL_HEADERS.items():
        response.headers.setdefault(name, value)


async def serve(
    application: web.Application,
    host: str,
    port: int,
    key: str = "server.port",
    door: Door | None = None,
) -> Running:
    """Starts listening; port 0 takes a free one. Raises Misconfigured, naming `key`."""
    runner = web.AppRunner(application, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - once it is set up
    opened = (door or Door(Limits())).opened(runner.server, application.get(WAYS, {}))
    try:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(opened, host, port, backlog=BACKLOG)
    except OSError as error:
        await runner.cleanup()
        raise Misconfigured(_cannot_listen(host, port, key, error)) from None
    bound = listening.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return Running(f"http://{shown}:{bound}", bound, runner, listening)


def refuse_taken(host: str, port: int, key: str = "server.port") -> None:
    """Raises Misconfigured, naming `key`, where something else listens already.

    Says before anything is opened what `serve` would say after; whatever else is wrong with the
    address is left to that.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found if port else ():
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Misconfigured(_cannot_listen(host, port, key, error)) from None


def _cannot_listen(host: str, port: int, key: str, error: OSError) -> Fault:
    """Names the host's key where that is to blame: an address that is none of this machine's."""
    unknown = isinstance(error, socket.gaierror)
    # asyncio's own text says the address once more
    why = Foreign(error.strerror if unknown else os.strerror(error.errno or 0))
    kind = "low" if error.errno == errno.EACCES else "taken"
    if unknown or error.errno == errno.EADDRNOTAVAIL:
        key, kind = key.replace("port", "host"), "elsewhere"
    return Fault(key, "cannot-listen", at=f"{host}:{port}", why=why, kind=kind, named=key)


def live() -> web.RouteDef:
    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    return web.get("/health/live", live)


async def health_of(parts: ServerParts) -> web.Response:
    report = await parts.health()
    status = 503 if report.status is Status.DOWN else 200
    return web.json_response(report.document(), status=status)


def _monitoring(parts: ServerParts) -> list[web.RouteDef]:
    async def ready(_: web.Request) -> web.Response:
        reason = await parts.ready()
        if reason is None:
            return web.json_response({"status": "ok"})
        return web.json_response({"status": "down", "reason": reason}, status=503)

    async def health(_: web.Request) -> web.Response:
        return await health_of(parts)

    async def metrics(_: web.Request) -> web.Response:
        with contextlib.suppress(TryLater):  # the gauges say so themselves
            await parts.measure()
        return web.Response(body=parts.metrics.text(), content_type="text/plain", charset="utf-8")

    return [
        live(),
        web.get("/health/ready", by_own_name(ready)),
        web.get("/health", by_own_name(health)),
        web.get("/metrics", by_own_name(metrics)),
    ]


def by_own_name(handler: Handler) -> Handler:
    """On loopback a request for another host is of a page elsewhere that points its name here, to
    read with a user's browser what is for this machine (DNS rebinding).
    """

    async def checked(request: web.Request) -> web.StreamResponse:
        host, at = request.headers.get("Host"), request.get_extra_info("sockname")
        foreign = host is not None and not is_own_name(host)
        if foreign and ip_address(at[0] if at else "::").is_loopback:
            return webhooks.refusal(403, "ask for 127.0.0.1 or localhost")
        return await handler(request)

    return checked


def _guarded(route: web.RouteDef) -> web.RouteDef:
    """A mistake of ours is a 503: the vendor delivers again, and nothing is lost by it.

    (A middleware would do the same, a few microseconds later.)
    """
    handler = route.handler

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ConnectionError:  # the caller has gone
            raise
        except Exception:
            log.exception("unexpected", extra={"route": route.path})
            return webhooks.refusal(503, "unexpected; try again", headers=webhooks.RETRY_AFTER)

    return web.RouteDef(route.method, route.path, guarded, route.kwargs)
