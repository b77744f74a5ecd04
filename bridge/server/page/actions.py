"""What the buttons do: the same as the commands, by the same functions; then back to the page."""

import re
from decimal import Decimal
from urllib.parse import quote

from aiohttp import web

from bridge.core.memory import StuckRow
from bridge.core.model import Hint, Key, PharmacyOrderUid, order_key
from bridge.core.reasons import Verb
from bridge.core.stock.model import SkuLink
from bridge.errors import UnderWay
from bridge.server.page.access import PageRefused, Visitor, redirect
from bridge.server.parts import PageParts, ServerParts
from bridge.store import attentions, orders, person, stock_round, todo
from bridge.store import stuck as stuck_rows

MOST_LETTERS = 200
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
ASKED = "a person asked"


async def stuck(parts: ServerParts, fields: dict[str, str], visitor: Visitor) -> web.Response:
    """Frees or drops a stuck key, if it is still stuck with what the person was shown."""
    key = Key(fields.get("key", ""))
    at_order = fields.get("here") == "order" and key.startswith("order:")
    here = f"/orders/{quote(key.removeprefix('order:'), safe='')}" if at_order else "/"
    try:
        said = await _decided(parts, key, fields)
    except UnderWay:
        said = "busy"
    if said is None:
        raise PageRefused(400, "refused_token", visitor)
    parts.on_hint()
    return _back(here, said, visitor)


async def _decided(parts: ServerParts, key: Key, fields: dict[str, str]) -> str | None:
    """What is to be said of it; None for something that no form of ours asks."""
    act = fields.get("act")
    if act == Verb.CONFIRM:
        return await _confirmed_orders(parts, fields)
    if act == Verb.ACCEPT:
        return await _accepted(parts, key, fields)
    if act == Verb.RESUME:
        done = await parts.store.write(person.resume, key, parts.now())
        return "resumed" if done else "changed"
    row = await parts.store.read(stuck_rows.find, key)
    if row is None or not _is_shown(row, fields):
        return "changed"
    return await _of_a_stuck_one(parts, row, fields)


async def _of_a_stuck_one(parts: ServerParts, row: StuckRow, fields: dict[str, str]) -> str | None:
    act, key = fields.get("act"), row.key
    if act == Verb.RETRY:
        if row.reason.code.must_look and fields.get("looked") != "yes":
            return "look"
        await parts.store.write(person.retry, [key], parts.now())
        return "retried"
    if act == Verb.SUBMITTED and Verb.SUBMITTED in row.reason.code.verbs:
        if fields.get("seen") != "yes" and await parts.store.read(orders.is_unsent, key):
            return "unsent"
        done = await parts.store.write(person.mark_submitted, key, parts.now())
        return "submitted" if done else "changed"
    if act == Verb.DROP:
        reason = " ".join(fields.get("reason", "").split())[:MOST_LETTERS]
        if not reason:
            return "reason"
        await parts.store.write(person.drop, key, reason, parts.now())
        return "dropped"
    return None


async def _confirmed_orders(parts: ServerParts, fields: dict[str, str]) -> str:
    """Only those that the person was shown; others may have come since."""
    if fields.get("looked") != "yes":
        return "look"
    keys = [Key(key) for key in fields.get("keys", "").split()]
    done = await parts.store.write(person.confirm, keys, parts.now())
    return "confirmed_orders" if done else "changed"


async def _accepted(parts: ServerParts, key: Key, fields: dict[str, str]) -> str:
    """Only what the person was shown; whatever changed since is told again."""
    rows = await parts.store.read(attentions.open_ones, key)
    shown = [row for row in rows if _is_shown(row, fields)]
    if not shown:
        return "changed"
    await parts.store.write(person.accept, key, parts.now(), code=shown[0].reason.code)
    return "accepted"


def _is_shown(row: StuckRow, fields: dict[str, str]) -> bool:
    shown = (fields.get("code"), fields.get("since"))
    return shown == (row.reason.code, row.since.isoformat())


async def sync(
    parts: ServerParts, page: PageParts, fields: dict[str, str], visitor: Visitor
) -> web.Response:
    """Looks now: at one order, or at the whole stock."""
    what = fields.get("what")
    if what == "order":
        return await _look(parts, PharmacyOrderUid(fields.get("uid", "")), visitor)
    if what == "confirm":
        return _back("/", await _confirmed(parts, page, fields), visitor)
    if what == "units":
        return _back("/", await _units(page, fields), visitor)
    if what != "stock":
        raise PageRefused(400, "refused_token", visitor)
    await parts.store.write(stock_round.ask, confirm=False)
    return _back("/", "syncing", visitor)


async def _confirmed(parts: ServerParts, page: PageParts, fields: dict[str, str]) -> str:
    """What is to be said of it. Only that is confirmed which the person was shown."""
    if fields.get("looked") != "yes":
        return "look"
    sight = await page.stock()
    if not sight.unconfirmed or fields.get("shown") != sight.mark:
        return "changed"
    await parts.store.write(stock_round.ask, confirm=True)
    return "confirmed"


async def _units(page: PageParts, fields: dict[str, str]) -> str:
    """What is to be said of it. Only for the product that the person was shown."""
    units = fields.get("units", "").strip().replace(",", ".")
    if not _NUMBER.fullmatch(units) or not Decimal(units):
        return "no_number"
    shown = (fields.get("sku"), fields.get("product"))
    for row in (await page.stock()).rows:
        if row.plan.likely is not None and (row.plan.uid, row.plan.product) == shown:
            link = SkuLink(row.plan.uid, row.plan.product, Decimal(units))
            return "units" if await page.confirm(link, row.name) else "unwritten"
    return "changed"


async def _look(parts: ServerParts, uid: PharmacyOrderUid, visitor: Visitor) -> web.Response:
    if await parts.store.read(orders.find, uid) is None:
        raise PageRefused(404, "no_such_order", visitor)
    await parts.store.write(todo.hint, [Hint(order_key(uid), ASKED)], parts.now())
    parts.on_hint()
    return _back(f"/orders/{quote(uid, safe='')}", "looking", visitor)


def _back(here: str, said: str, visitor: Visitor) -> web.Response:
    return redirect(f"{here}?said={said}", visitor)
