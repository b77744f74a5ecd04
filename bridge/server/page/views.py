"""The two pages there are: the overview, and one order with its story."""

from collections.abc import Callable

from aiohttp import web

from bridge.core.model import PharmacyOrderUid
from bridge.core.orders.telling import PHASES, evidence, headline, next_up, side_of
from bridge.errors import TryLater
from bridge.server.page.access import PageRefused
from bridge.server.page.overview import StuckSight, at_pharmaone, gather, sight_of, uptime
from bridge.server.page.render import answer
from bridge.server.page.visitor import Visitor
from bridge.server.page.words import Words, words_of
from bridge.server.parts import PageParts, ServerParts, StockDifferences


async def overview(
    parts: ServerParts, page: PageParts, said: str | None, visitor: Visitor
) -> web.Response:
    words = words_of(visitor.language)
    view = await gather(parts, await _stock(page))
    return answer(
        "overview.html",
        visitor,
        parts.now(),
        view=view,
        how=view.status,
        said=_known(said, words),
        phases=PHASES,
        at_pharmaone=at_pharmaone,
        names=names_in(words),
        uptime=uptime(view.report),
    )


async def order(parts: ServerParts, uid: str, said: str | None, visitor: Visitor) -> web.Response:
    """Raises PageRefused where it is not known."""
    words = words_of(visitor.language)
    story = await parts.store.story(PharmacyOrderUid(uid))
    if story is None:
        raise PageRefused(404, "no_such_order", visitor)
    entries = [
        {
            "at": each.at,
            "side": side_of(each),
            "headline": headline(each),
            "evidence": evidence(each),
        }
        for each in story.entries
    ]
    return answer(
        "order.html",
        visitor,
        parts.now(),
        record=story.record,
        phase=PHASES[story.record.phase],
        sight=sight_of(story.stuck) if story.stuck is not None else None,
        entries=entries,
        next=next_up(story, lambda at: at.astimezone().strftime("%H:%M:%S")),
        said=_known(said, words),
        names=names_in(words),
    )


def names_in(words: Words) -> Callable[[StuckSight], Callable[[str], str]]:
    """What the buttons of something stuck are called, by the command that would do the same."""

    def of(sight: StuckSight) -> Callable[[str], str]:
        retry = "button_send" if sight.must_look else "button_retry"
        keys = {"retry": retry, "submitted": "button_submitted", "drop": "button_drop"}
        return lambda verb: words["quoted"].format(words[keys[verb]])

    return of


async def _stock(page: PageParts) -> StockDifferences | None:
    try:
        return await page.stock()
    except TryLater:
        return None


def _known(said: str | None, words: Words) -> str | None:
    return said if f"said_{said}" in words else None
