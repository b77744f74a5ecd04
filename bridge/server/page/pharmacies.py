"""The first view of a process that has several pharmacies: one line each."""

from aiohttp import web

from bridge.server.page.access import Visitor
from bridge.server.page.render import answer
from bridge.server.parts import PageParts, ServerParts


async def show(
    parts: ServerParts, page: PageParts, _: web.Request, visitor: Visitor
) -> web.Response:
    if page.pharmacies is None:
        raise web.HTTPNotFound
    lines = await page.pharmacies()
    return answer("pharmacies.html", visitor, parts.now(), lines=lines)
