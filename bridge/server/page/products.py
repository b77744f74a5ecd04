"""Products: every SKU with the sum behind its number, and its link set by a person who sees it."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bridge.core.journal import Event
from bridge.core.model import PharmacySkuUid, ProductId
from bridge.core.stock.goods import Good, with_link
from bridge.core.stock.model import Situation, SkuLink
from bridge.errors import BridgeError
from bridge.server.page.access import PageRefused, Visitor
from bridge.server.page.actions import Form, Pressed
from bridge.server.page.pictures import Point
from bridge.server.page.render import answer
from bridge.server.page.tables import PAGE, Asked, Paged, asked, saved
from bridge.server.parts import Choice, PageParts, ServerParts
from bridge.store import journal, stock, views, waiting
from bridge.store.stock import sku_key
from bridge.texts.story import headline

NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,6})?")
WHOLE = re.compile(r"[0-9]{1,9}")
STORY = timedelta(days=30)
COLUMNS = (
    *("sku", "name", "pzn", "standing", "product", "units", "on_hand", "reserved", "safety"),
    *("target", "at_rxscale", "rule"),
)


async def table(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """What needs a person comes first."""
    what, kind = asked(request, "/products", "q", "standing"), request.match_info.get("kind")
    part = slice(None) if kind else slice(what.offset, what.offset + PAGE)
    seen = await page.products.look(what.get("q"), what.get("standing"), part)
    if kind is not None:
        return saved(kind, "products", COLUMNS, map(_cells, seen.goods))
    return answer(
        "products.html",
        visitor,
        parts.now(),
        seen=seen,
        names=page.products.names,
        paged=Paged(what, seen.goods, seen.total > what.offset + PAGE, seen.total),
        asked=what,
        said=request.query.get("said"),
    )


def _cells(good: Good) -> Sequence[Any]:
    sku, link, row = good.sku, good.link, good.row
    ids = (sku.pharmacy_sku_uid, sku.name, sku.pzn, good.standing)
    linked = (link.product, f"{link.units:f}") if link else (None, None)
    sums = (row.on_hand, row.open_units, row.safety, row.target) if row else (None,) * 4
    return *ids, *linked, *sums, good.stock, link.place if link else None


async def one(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """One SKU: its sum, its number over time, what it may be, and what a link would write."""
    what = asked(request, request.path, "q", "product", "units", "safety")
    return await _shown(parts, page, what, request.query.get("said"), visitor)


async def _shown(
    parts: ServerParts,
    page: PageParts,
    what: Asked,
    said: str | None,
    visitor: Visitor,
    trouble: BridgeError | None = None,
) -> web.Response:
    """`trouble`: why a link was not saved."""
    good, situation = await _of(page, what.path.removeprefix("/products/"), visitor)
    failure = None
    choices: Sequence[Choice] = ()
    offered, new = [], None
    try:
        choices = await page.products.choices(good)
        names = await page.products.offered()
        offered = _looked_for(what.get("q"), names)
    except BridgeError as unread:
        names, failure = page.products.names, unread.reason
    if _is_offered(what.get("product"), names, good):
        new = _link(good, what.get("product"), what.get("units"), what.get("safety"))
    mark, changed_at = await page.products.file()
    since, uid = parts.now() - STORY, good.sku.pharmacy_sku_uid
    told = await parts.store.read(journal.of, sku_key(uid))
    story = [each for each in told if each.at >= since]
    numbers = [each for each in story if each.what is Event.WRITTEN and "stock" in each.facts]
    return answer(
        "product.html",
        visitor,
        parts.now(),
        status=409 if trouble else 200,
        good=good,
        names=names,
        choices=choices,
        offered=offered[:PAGE],
        asked=what,
        failure=failure,
        new=new,
        row=with_link(situation, new) if new else None,
        mark=mark,
        changed_at=changed_at,
        numbers=[Point(each.at, each.facts["stock"]) for each in numbers],
        story=list(reversed(story)),
        takers=await parts.store.read(views.takers, uid, since),
        waiting=await parts.store.read(waiting.count),
        headline=partial(headline, language=visitor.language),
        said=said,
        trouble=trouble,
    )


async def _of(page: PageParts, uid: str, visitor: Visitor) -> tuple[Good, Situation]:
    good, situation = await page.products.good(uid)
    if good is None:
        raise PageRefused(404, "no_such_sku", visitor)
    return good, situation


def _is_offered(product: str, names: Mapping[ProductId, str], good: Good) -> bool:
    """By PharmaOne's inventory, or it is the one already."""
    return product in names or (good.link is not None and product == good.link.product)


def _looked_for(words: str, names: Mapping[ProductId, str]) -> list[tuple[ProductId, str]]:
    each_word = words.casefold().split()
    found = [
        (product, name)
        for product, name in names.items()
        if each_word and all(word in f"{product} {name}".casefold() for word in each_word)
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _link(good: Good, product: str, units: str, safety: str) -> SkuLink | None:
    """The link as it is asked for; None where a number is none."""
    units, safety = units or "1", safety or "0"
    if not NUMBER.fullmatch(units) or not WHOLE.fullmatch(safety):
        return None
    amount = Decimal(units.replace(",", "."))
    share = good.link.share if good.link else None
    uid = good.sku.pharmacy_sku_uid
    return SkuLink(uid, ProductId(product), amount, int(safety), share) if amount else None


# -- what the buttons do --------------------------------------------------------------------


async def press(form: Form) -> Pressed | web.Response:
    """Saves a link, or takes one number of an odd inventory or one price as right."""
    fields = form.fields
    if fields.get("what") == "link":
        return await _save(form)
    subject, now = fields.get("subject", ""), fields.get("now", "")
    seen = await form.page.products.look()
    if not form.has_looked or not WHOLE.fullmatch(now):
        return Pressed("stock confirm", subject, "look", "/products")
    here = Pressed("stock confirm", f"{subject} {now}", "confirmed_one", "/products")
    if (subject, int(now)) in [(each.product, each.now) for each in seen.moved]:
        await form.parts.store.write(stock.believe_units, ProductId(subject), int(now))
    elif (subject, int(now)) in [(o.sku.pharmacy_sku_uid, o.price_now) for o in seen.odd_prices]:
        await form.parts.store.write(stock.want_price, PharmacySkuUid(subject), int(now))
    else:
        return here._replace(said="changed")
    await form.parts.store.write(stock.ask_for_round, confirm=False)
    return here


async def _save(form: Form) -> Pressed | web.Response:
    fields, visitor = form.fields, form.visitor
    uid, product = fields.get("sku", ""), fields.get("product", "")
    good, _ = await _of(form.page, uid, visitor)
    link = _link(good, product, fields.get("units", ""), fields.get("safety", ""))
    here = f"/products/{quote(uid, safe='')}"
    trouble: BridgeError | None = None
    try:
        names = {} if _is_offered(product, {}, good) else await form.page.products.offered()
        if link is None or not _is_offered(product, names, good):
            return Pressed("skus link", uid, "no_number", here)
        note = names.get(link.product, good.sku.name)
        await form.page.products.save(link, note, fields.get("seen", ""))
    except BridgeError as refused:
        trouble = refused
    if link is not None and not trouble:
        return Pressed("skus link", f"sku:{uid} {product} {link.units:f}", "linked", here)
    what = Asked(here, {name: fields.get(name, "") for name in ("product", "units", "safety")})
    return await _shown(form.parts, form.page, what, None, visitor, trouble)
