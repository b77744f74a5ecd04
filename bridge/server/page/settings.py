"""Settings seen, not guessed: what is in force, the mapping files, and a dry run of one order."""

from typing import Any

from aiohttp import web

from bridge.core.model import PharmacyOrderUid
from bridge.errors import BridgeError
from bridge.server.page.access import PageRefused, Visitor
from bridge.server.page.actions import Form
from bridge.server.page.render import answer
from bridge.server.page.tables import saved
from bridge.server.parts import PageParts, ServerParts
from bridge.store import orders, waiting

COLUMNS = ("key", "value", "origin")


async def table(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    kind = request.match_info.get("kind")
    if kind in ("csv", "json"):
        rows = [(key, value, str(origin)) for key, value, origin in page.configured.told()]
        return saved(kind, "settings", COLUMNS, rows)
    return await _shown(parts, page, visitor)


async def rehearse(form: Form) -> web.Response:
    """Only of an order that is known here. Changes nothing, so every user of the page may."""
    uid = PharmacyOrderUid(form.fields.get("uid", "").strip())
    if await form.parts.store.read(orders.find, uid) is None:
        raise PageRefused(404, "no_such_order", form.visitor)
    try:
        found, failure = await form.page.configured.rehearse(uid), None
    except BridgeError as unread:
        found, failure = None, unread.reason
    if found is None and failure is None:
        raise PageRefused(404, "no_such_order", form.visitor)
    return await _shown(form.parts, form.page, form.visitor, uid=uid, found=found, failure=failure)


async def _shown(
    parts: ServerParts, page: PageParts, visitor: Visitor, **dry_run: Any
) -> web.Response:
    return answer(
        "settings.html",
        visitor,
        parts.now(),
        told=page.configured.told(),
        sheets=await page.configured.sheets(),
        waiting=await parts.store.read(waiting.count),
        mappings=(await parts.health()).checks["mappings"],
        **({"uid": "", "found": None, "failure": None} | dry_run),
    )
