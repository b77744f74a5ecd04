"""The two pages there are: the overview, and one order with its story."""

from aiohttp import web

from bridge.core.model import PharmacyOrderUid
from bridge.errors import TryLater
from bridge.server.page.access import PageRefused
from bridge.server.page.overview import at_pharmaone, gather, sight_of, uptime
from bridge.server.page.render import answer
from bridge.server.page.visitor import Visitor
from bridge.server.parts import PageParts, ServerParts, StockDifferences
from bridge.store import views
from bridge.texts import Words
from bridge.texts.story import evidence, headline, next_up


async def overview(
    parts: ServerParts, page: PageParts, said: str | None, visitor: Visitor
) -> web.Response:
    words = Words(visitor.language)
    view = await gather(parts, await _stock(page))
    return answer(
        "overview.html",
        visitor,
        parts.now(),
        view=view,
        how=view.status,
        said=_known(said, words),
        at_pharmaone=at_pharmaone,
        uptime=uptime(view.report),
    )


async def order(parts: ServerParts, uid: str, said: str | None, visitor: Visitor) -> web.Response:
    """Raises PageRefused where it is not known."""
    words = Words(visitor.language)
    story = await parts.store.read(views.story, PharmacyOrderUid(uid))
    if story is None:
        raise PageRefused(404, "no_such_order", visitor)
    entries = [
        {
            "at": each.at,
            "side": each.side,
            "headline": headline(each, visitor.language),
            "evidence": evidence(each),
        }
        for each in story.entries
    ]
    return answer(
        "order.html",
        visitor,
        parts.now(),
        record=story.record,
        sight=sight_of(story.stuck) if story.stuck is not None else None,
        entries=entries,
        next=next_up(story, lambda at: at.astimezone().strftime("%H:%M:%S"), visitor.language),
        said=_known(said, words),
    )


async def _stock(page: PageParts) -> StockDifferences | None:
    try:
        return await page.stock()
    except TryLater:
        return None


def _known(said: str | None, words: Words) -> str | None:
    return said if f"said_{said}" in words else None
