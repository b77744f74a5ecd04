"""What the buttons do: as the commands do, by the same functions; and that they were pressed."""

import re
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from aiohttp import web

from bridge.core.audit import AuditEntry
from bridge.core.memory import StuckRow
from bridge.core.model import Hint, Key, PharmacyOrderUid, order_key
from bridge.core.reasons import KEPT_BACK, Verb
from bridge.core.stock.model import SkuLink
from bridge.errors import UnderWay
from bridge.server.page.access import PageRefused, Visitor, redirect
from bridge.server.parts import PageParts, ServerParts
from bridge.store import attentions, audit, orders, person, stock_round, todo
from bridge.store import stuck as stuck_rows

MOST_LETTERS = 200
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
ASKED = "a person asked"


class Pressed(NamedTuple):
    """What a button did: the command that does the same, its key, what is said of it, and where."""

    what: str
    subject: str
    said: str
    here: str = "/"


async def answer(parts: ServerParts, done: Pressed, visitor: Visitor) -> web.Response:
    """Writes it into the audit log, and leads back to the page."""
    deed = AuditEntry(parts.now(), visitor.name, visitor.origin, *done[:3])
    await parts.store.write(audit.add, deed)
    return redirect(f"{done.here}?said={done.said}", visitor)


async def stuck(parts: ServerParts, fields: dict[str, str], visitor: Visitor) -> Pressed:
    """Frees or drops a stuck key, if it is still stuck with what the person was shown."""
    key = Key(fields.get("key", ""))
    at_order = fields.get("here") == "order" and key.startswith("order:")
    here = f"/orders/{quote(key.removeprefix('order:'), safe='')}" if at_order else "/"
    try:
        said = await _decided(parts, key, fields, visitor)
    except UnderWay:
        said = "busy"
    if said is None:
        raise PageRefused(400, "refused_token", visitor)
    parts.on_hint()
    act = fields.get("act", "")
    what = f"orders {act}" if act == Verb.RESUME else f"stuck {act}"
    subject = fields["keys"] if act in (Verb.CONFIRM, Verb.ACCEPT) and "keys" in fields else key
    return Pressed(what, subject, said, here)


async def _decided(
    parts: ServerParts, key: Key, fields: dict[str, str], visitor: Visitor
) -> str | None:
    """What is to be said of it; None for something that no form of ours asks."""
    act = fields.get("act")
    if act == Verb.CONFIRM:
        return await _confirmed_orders(parts, fields, visitor)
    if act == Verb.ACCEPT:
        return await _accepted(parts, key, fields, visitor)
    if act == Verb.RESUME:
        done = await parts.store.write(person.resume, key, parts.now(), by=visitor.by)
        return "resumed" if done else "changed"
    row = await parts.store.read(stuck_rows.find, key)
    if row is None or not _is_shown(row, fields):
        return "changed"
    return await _of_a_stuck_one(parts, row, fields, visitor)


async def _of_a_stuck_one(
    parts: ServerParts, row: StuckRow, fields: dict[str, str], visitor: Visitor
) -> str | None:
    act, key, by = fields.get("act"), row.key, visitor.by
    if act == Verb.RETRY:
        if row.reason.code.must_look and fields.get("looked") != "yes":
            return "look"
        await parts.store.write(person.retry, [key], parts.now(), by=by)
        return "retried"
    if act == Verb.SUBMITTED and Verb.SUBMITTED in row.reason.code.verbs:
        if fields.get("seen") != "yes" and await parts.store.read(orders.is_unsent, key):
            return "unsent"
        done = await parts.store.write(person.mark_submitted, key, parts.now(), by=by)
        return "submitted" if done else "changed"
    if act == Verb.DROP:
        reason = " ".join(fields.get("reason", "").split())[:MOST_LETTERS]
        if not reason:
            return "reason"
        await parts.store.write(person.drop, key, reason, parts.now(), by=by)
        return "dropped"
    return None


async def _confirmed_orders(parts: ServerParts, fields: dict[str, str], visitor: Visitor) -> str:
    """Only those that the person was shown; others may have come since."""
    if fields.get("looked") != "yes":
        return "look"
    keys = [Key(key) for key in fields.get("keys", "").split()]
    done = await parts.store.write(person.confirm, keys, parts.now(), by=visitor.by)
    return "confirmed_orders" if done else "changed"


async def _accepted(parts: ServerParts, key: Key, fields: dict[str, str], visitor: Visitor) -> str:
    """Only what the person was shown; whatever changed since is told again."""
    if "keys" in fields:
        if fields.get("looked") != "yes":
            return "look"
        keys = [Key(each) for each in fields["keys"].split()]
        done = await parts.store.write(person.accept_all, KEPT_BACK, keys, parts.now(), visitor.by)
        return "accepted" if done else "changed"
    rows = await parts.store.read(attentions.open_ones, key)
    shown = [row for row in rows if _is_shown(row, fields)]
    if not shown:
        return "changed"
    code = shown[0].reason.code
    await parts.store.write(person.accept, key, parts.now(), code=code, by=visitor.by)
    return "accepted"


def _is_shown(row: StuckRow, fields: dict[str, str]) -> bool:
    shown = (fields.get("code"), fields.get("since"))
    return shown == (row.reason.code, row.since.isoformat())


async def sync(
    parts: ServerParts, page: PageParts, fields: dict[str, str], visitor: Visitor
) -> Pressed:
    """Looks now: at one order, or at the whole stock."""
    what = fields.get("what")
    if what == "order":
        return await _look(parts, PharmacyOrderUid(fields.get("uid", "")), visitor)
    if what == "confirm":
        return Pressed("stock sync", "--confirm", await _confirmed(parts, page, fields))
    if what == "units":
        sku = f"sku:{fields.get('sku')} {fields.get('units')}"
        return Pressed("skus match", sku, await _units(page, fields))
    if what != "stock":
        raise PageRefused(400, "refused_token", visitor)
    await parts.store.write(stock_round.ask, confirm=False)
    return Pressed("stock sync", "", "syncing")


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


async def _look(parts: ServerParts, uid: PharmacyOrderUid, visitor: Visitor) -> Pressed:
    if await parts.store.read(orders.find, uid) is None:
        raise PageRefused(404, "no_such_order", visitor)
    await parts.store.write(todo.hint, [Hint(order_key(uid), ASKED)], parts.now())
    parts.on_hint()
    return Pressed("orders sync", order_key(uid), "looking", f"/orders/{quote(uid, safe='')}")
