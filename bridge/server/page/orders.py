"""The orders: found by a person's words and filters, saved as a file, and one order's story."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bridge.core.memory import OrderRow
from bridge.core.model import PharmacyOrderUid
from bridge.core.remember import resumed
from bridge.server.page.access import PageRefused, Visitor, redirect
from bridge.server.page.render import answer, clock, steps
from bridge.server.page.tables import PAGE, Asked, Paged, asked, saved
from bridge.server.parts import PageParts, ServerParts
from bridge.store import orders, waiting
from bridge.store import views as stored
from bridge.texts import Words, say
from bridge.texts.story import evidence, headline, next_up, undone

FILTERS = ("q", "state", "day", "stuck", "side", "all")
AT_ONCE = 1000
"""Rows that are read at once for a file, so that deliveries are answered meanwhile; the most of a
page that is to be printed.
"""
SAVED = (
    "name", "order", "came_at", "state", "rxscale_status", "phase", "pharmaone_status",
    "pharmaone_request", "pharmaone_order", "finished_at", "stuck_code", "stuck",
)  # fmt: skip


def wanted(filters: Asked) -> stored.Wanted:
    """What an address asks for; a filter that is none of ours asks for nothing."""
    state, side = filters.get("state"), filters.get("side")
    try:
        since, until = stored.day_of(filters.get("day"))
    except ValueError:
        since, until = None, None
    return stored.Wanted(
        filters.get("q"),
        state if state in stored.STATES else "",
        since=since,
        until=until,
        stuck=bool(filters.get("stuck")),
        side=side if side in stored.SIDES else "",
    )


async def table(
    parts: ServerParts, _: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """A page of them; where words alone are asked for and one order is called so, that one."""
    filters = asked(request, "/orders", *FILTERS)
    if "kind" in request.match_info:
        return await _save(parts, filters, request.match_info["kind"])
    read, sought = parts.store.read, wanted(filters)
    if {*filters.filters} == {"q"} and filters.page == 1:
        alone = await read(stored.called, sought.words, 2)
        if len(alone) == 1:
            return redirect(f"/orders/{quote(alone[0].record.uid, safe='')}", visitor)
    most = AT_ONCE if filters.get("all") else PAGE
    rows = await read(stored.newest, sought, limit=most + 1, offset=filters.offset)
    return answer(
        "orders.html",
        visitor,
        parts.now(),
        paged=Paged(filters, rows[:most], len(rows) > most),
        states=stored.STATES,
        sides=stored.SIDES,
        waiting=await read(waiting.count),
    )


async def _save(parts: ServerParts, filters: Asked, kind: str) -> web.Response:
    """All that the filters leave, as a file."""
    rows: list[tuple[Any, ...]] = []
    while len(rows) % AT_ONCE == 0:
        some = await parts.store.read(
            stored.newest, wanted(filters), limit=AT_ONCE, offset=len(rows)
        )
        rows += map(_cells, some)
        if not some:
            break
    return saved(kind, "orders", SAVED, rows)


def _cells(row: OrderRow) -> tuple[Any, ...]:
    record, why = row.record, row.stuck
    return (
        record.name, record.uid, record.first_seen_at, record.state, record.rx_status,
        record.phase, record.p1_status, record.request_id, record.order_id, record.finished_at,
        why.code if why else None, say(why) if why else None,
    )  # fmt: skip


async def one(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """Raises PageRefused where it is not known."""
    uid = request.match_info["uid"]
    story = await parts.store.read(stored.story, PharmacyOrderUid(uid))
    if story is None:
        raise PageRefused(404, "no_such_order", visitor)
    now, words = parts.now(), Words(visitor.language)
    after = resumed(story.record, now)
    return answer(
        "order.html",
        visitor,
        now,
        story=story,
        headline=partial(headline, language=visitor.language),
        evidence=partial(evidence, language=visitor.language),
        next=next_up(
            story,
            lambda at: clock(at, now, words),
            visitor.language,
            lambda row: steps(row, words),
        ),
        said=request.query.get("said"),
        undo=undone(story.record, after, visitor.language) if after is not None else "",
        portals=portals(page.links, uid, story.record.order_id),
        goods=await parts.store.read(orders.goods, story.record.uid),
        waiting=await parts.store.read(waiting.count),
    )


def portals(links: Mapping[str, str], uid: str, order_id: str | None) -> dict[str, str]:
    """The order's address in each portal, where one is configured and the order is there."""
    there = order_id or ""
    return {
        vendor: address.replace("{uid}", quote(uid, safe="")).replace("{id}", quote(there, safe=""))
        for vendor, address in links.items()
        if there or "{id}" not in address
    }
