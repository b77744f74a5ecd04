"""The page's routes: what is shown, what the buttons do; and what becomes of a mistake of ours."""

import logging
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path

from aiohttp import web

from bridge.errors import TryLater
from bridge.server.page.access import Access, PageRefused, Sessions, Visitor, redirect
from bridge.server.page.login import Login
from bridge.server.parts import PageParts, ServerParts

log = logging.getLogger("bridge.server")

STATIC = Path(__file__).parent / "static"
TYPES = {
    "page.css": "text/css",
    "refresh.js": "text/javascript",
    "idiomorph.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
KEPT = "private, max-age=86400"
"""Their address names the version, so a newer bridge's are asked for anew."""

BY_NAME = (
    ("/", "views", "overview"),
    ("/orders/{uid}", "orders", "one"),
    ("/pharmacies", "pharmacies", "show"),
    ("/products/{uid}", "products", "one"),
    *(
        (path, name, "table")
        for name in ("orders", "products", "pictures", "checks", "settings")
        for path in (f"/{name}", f"/{name}.{{kind:csv|json}}")
    ),
)
"""Views by their address: the module and the function."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Shown = Callable[[web.Request, Visitor], Awaitable[web.Response]]
Pressed = Callable[[dict[str, str], Visitor], Awaitable[web.Response]]


def routes(parts: ServerParts, page: PageParts) -> list[web.RouteDef]:
    """All of them. Templates and words are loaded by the first that is asked for."""
    return _Routes(parts, page).all()


class _Routes:
    def __init__(self, parts: ServerParts, page: PageParts) -> None:
        self._parts, self._page = parts, page
        self._access = Access(page.sessions or Sessions(), page)
        self._login = Login(self._access, page, parts)

    def all(self) -> list[web.RouteDef]:
        return [
            web.get("/login", self._seen(self._login.show, login=False)),
            web.get("/static/{name}", _static),
            web.post("/login", self._seen(self._login.log_in, login=False)),
            web.post("/logout", self._pressed(self._login.log_out, for_viewers=True)),
            web.post("/stuck", self._pressed(self._press)),
            web.post("/sync", self._pressed(self._press)),
            web.post("/products", self._pressed(self._link)),
            web.post("/settings", self._pressed(self._rehearse, for_viewers=True)),
            *(web.get(path, self._seen(self._by(name, what))) for path, name, what in BY_NAME),
        ]

    def _by(self, name: str, what: str) -> Shown:
        """A view of a module that is loaded with its first request."""

        async def shown(request: web.Request, visitor: Visitor) -> web.Response:
            view = getattr(import_module(f"bridge.server.page.{name}"), what)
            found: web.Response = await view(self._parts, self._page, request, visitor)
            if "table" in request.query:
                tables = import_module("bridge.server.page.tables")
                found = tables.as_seen(found, request.query["table"], request.query.get("kind"))
            return found

        return shown

    async def _link(self, fields: dict[str, str], visitor: Visitor) -> web.Response:
        from bridge.server.page import actions, products

        form = actions.Form(self._parts, self._page, fields, visitor)
        return await actions.press(form, products.press)

    async def _rehearse(self, fields: dict[str, str], visitor: Visitor) -> web.Response:
        from bridge.server.page import actions, settings

        return await settings.rehearse(actions.Form(self._parts, self._page, fields, visitor))

    async def _press(self, fields: dict[str, str], visitor: Visitor) -> web.Response:
        from bridge.server.page import actions

        return await actions.press(actions.Form(self._parts, self._page, fields, visitor))

    def _pressed(self, handler: Pressed, *, for_viewers: bool = False) -> Handler:
        async def press(request: web.Request, visitor: Visitor) -> web.Response:
            if not (visitor.operates or for_viewers):
                raise PageRefused(403, "refused_viewer", visitor)
            return await handler(await self._access.form(request, visitor), visitor)

        return self._seen(press)

    def _seen(self, handler: Shown, *, login: bool = True) -> Handler:
        """With access checked; what is refused, or goes wrong, is a page as well."""

        async def seen(request: web.Request) -> web.StreamResponse:
            try:
                visitor = self._access.visitor(request, self._parts.now())
                if login and visitor.logged_in is False:
                    return redirect("/login", visitor)
                return await self._answered(handler, request, visitor)
            except PageRefused as refusal:
                return self._refused(refusal)

        return seen

    async def _answered(
        self, handler: Shown, request: web.Request, visitor: Visitor
    ) -> web.Response:
        try:
            return await handler(request, visitor)
        except (PageRefused, web.HTTPException):
            raise
        except TryLater as failure:
            log.warning("the page could not be shown", extra={"why": failure.what})
            raise PageRefused(503, "refused_store", visitor) from None
        except Exception as mistake:
            log.exception("unexpected", extra={"route": request.path})
            raise PageRefused(500, "refused_mistake", visitor) from mistake

    def _refused(self, refusal: PageRefused) -> web.Response:
        from bridge.server.page.render import answer

        now, visitor = self._parts.now(), refusal.visitor
        return answer("refused.html", visitor, now, status=refusal.status, why=refusal.word)


async def _static(request: web.Request) -> web.Response:
    kind = TYPES.get(request.match_info["name"])
    if kind is None:
        raise web.HTTPNotFound
    body = (STATIC / request.match_info["name"]).read_bytes()
    headers = {"Cache-Control": KEPT, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)
