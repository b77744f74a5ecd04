"""What the buttons do: as the commands do, by the same functions; and that they were pressed."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from aiohttp import web

from bridge.core.journal import AuditEntry
from bridge.core.memory import StuckRow
from bridge.core.model import Hint, Key, PharmacyOrderUid, order_key
from bridge.core.reasons import KEPT_BACK, Verb
from bridge.errors import UnderWay
from bridge.server.page.access import PageRefused, Visitor, redirect
from bridge.server.parts import PageParts, ServerParts
from bridge.store import journal, orders, person, stock, todo, waiting

MOST_LETTERS = 200
ASKED = "a person asked"
T = TypeVar("T")


class Pressed(NamedTuple):
    """What a button did: the command that does the same, its key, what is said of it, and where."""

    what: str
    subject: str
    said: str
    here: str = "/"


class Form(NamedTuple):
    """What a person pressed, with what he was shown."""

    parts: ServerParts
    page: PageParts
    fields: dict[str, str]
    visitor: Visitor

    async def say(self, question: Callable[..., T], *about: Any) -> T:
        """Has the store take in what the person says (`store.person`)."""
        now, by = self.parts.now(), self.visitor.by
        return await self.parts.store.write(question, *about, now, by=by)

    @property
    def has_looked(self) -> bool:
        return self.fields.get("looked") == "yes"

    @property
    def keys(self) -> list[Key]:
        return [Key(key) for key in self.fields.get("keys", "").split()]

    def shows(self, row: StuckRow) -> bool:
        shown = (self.fields.get("code"), self.fields.get("since"))
        return shown == (row.reason.code, row.since.isoformat())


async def press(
    form: Form, do: Callable[[Form], Awaitable[Pressed | web.Response]] | None = None
) -> web.Response:
    """Does it, writes it into the audit log, and leads back to the page. A page that `do` answers
    with says that nothing was done.
    """
    parts, visitor = form.parts, form.visitor
    do = do or (_stuck if "act" in form.fields else _sync)
    done = await do(form)
    if isinstance(done, web.Response):
        return done
    deed = AuditEntry(parts.now(), visitor.name, f"page {visitor.address}", *done[:3])
    await parts.store.write(journal.add_deed, deed)
    return redirect(f"{done.here}?said={done.said}", visitor)


async def _stuck(form: Form) -> Pressed:
    """Frees or drops a stuck key, if it is still stuck with what the person was shown."""
    act, key = form.fields.get("act"), Key(form.fields.get("key", ""))
    at_order = form.fields.get("here") == "order" and key.startswith("order:")
    here = f"/orders/{quote(key.removeprefix('order:'), safe='')}" if at_order else "/"
    try:
        said = await _decided(form, key) if act in list(Verb) else None
    except UnderWay:
        said = "busy"
    if said is None:
        raise PageRefused(400, "refused_token", form.visitor)
    form.parts.on_hint()
    what = f"orders {act}" if act == Verb.RESUME else f"stuck {act}"
    rows = [key for key, _, _ in map(_parted, form.fields.get("rows", "").split())]
    return Pressed(what, " ".join(rows or form.keys) or key, said, here)


async def _decided(form: Form, key: Key) -> str | None:
    """What is to be said of it; None for something that no form of ours asks."""
    act = form.fields.get("act")
    if "rows" in form.fields:
        return await _of_equal_ones(form)
    if act == Verb.CONFIRM:
        return await _of_those_shown(form, "confirmed_orders", person.confirm)
    if act == Verb.ACCEPT:
        return await _accepted(form, key)
    if act == Verb.RESUME:
        return "resumed" if await form.say(person.resume, key) else "changed"
    row = await form.parts.store.read(waiting.find_stuck, key)
    if row is None or not form.shows(row):
        return "changed"
    return await _of_a_stuck_one(form, row)


async def _of_a_stuck_one(form: Form, row: StuckRow) -> str | None:
    act, key = form.fields.get("act"), row.key
    if act == Verb.RETRY:
        if row.reason.code.must_look and not form.has_looked:
            return "look"
        await form.say(person.retry, [key])
        return "retried"
    if act == Verb.SUBMITTED and Verb.SUBMITTED in row.reason.code.verbs:
        unsent = await form.parts.store.read(orders.is_unsent, key)
        if unsent and form.fields.get("seen") != "yes":
            return "unsent"
        return "submitted" if await form.say(person.mark_submitted, key) else "changed"
    if act == Verb.DROP:
        return await _dropped(form, [key])
    return None


async def _of_equal_ones(form: Form) -> str | None:
    """One answer for all that the person was shown with the same reason, if they still have it."""
    act, code = form.fields.get("act"), form.fields.get("code", "")
    shown = {key: since for key, _, since in map(_parted, form.fields["rows"].split())}
    rows = await form.parts.store.read(waiting.everything)
    rows = [r for r in rows if r.reason.code == code and shown.get(r.key) == r.since.isoformat()]
    keys = [row.key for row in rows]
    if not rows:
        return "changed"
    if Verb.ACCEPT in rows[0].reason.code.verbs:  # they go on: there is nothing else to say
        if act != Verb.ACCEPT:
            return None
        return "accepted" if await form.say(person.accept_all, code, keys) else "changed"
    if act == Verb.RETRY and not rows[0].reason.code.must_look:
        await form.say(person.retry, keys)
        return "retried"
    if act == Verb.DROP:
        return await _dropped(form, keys)
    return None


def _parted(row: str) -> tuple[str, str, str]:
    return row.rpartition("@")


async def _dropped(form: Form, keys: list[Key]) -> str:
    reason = " ".join(form.fields.get("reason", "").split())[:MOST_LETTERS]
    if not reason:
        return "reason"
    await form.say(person.drop_all, keys, reason)
    return "dropped"


async def _of_those_shown(form: Form, word: str, question: Callable[..., Any], *about: Any) -> str:
    """Only those that the person was shown; others may have come since."""
    if not form.has_looked:
        return "look"
    return word if await form.say(question, *about, form.keys) else "changed"


async def _accepted(form: Form, key: Key) -> str:
    """Only what the person was shown; whatever changed since is told again."""
    if form.keys:
        return await _of_those_shown(form, "accepted", person.accept_all, KEPT_BACK)
    rows = await form.parts.store.read(waiting.open_attentions, key)
    shown = [row for row in rows if form.shows(row)]
    if not shown:
        return "changed"
    await form.say(partial(person.accept, code=shown[0].reason.code), key)
    return "accepted"


async def _sync(form: Form) -> Pressed:
    """Looks now: at one order, or at the whole stock."""
    what, fields = form.fields.get("what"), form.fields
    if what == "order":
        return await _look(form, PharmacyOrderUid(fields.get("uid", "")))
    if what == "confirm":
        return Pressed("stock sync", "--confirm", await _confirmed(form))
    if what != "stock":
        raise PageRefused(400, "refused_token", form.visitor)
    await form.parts.store.write(stock.ask_for_round, confirm=False)
    return Pressed("stock sync", "", "syncing")


async def _confirmed(form: Form) -> str:
    """What is to be said of it. Only that is confirmed which the person was shown."""
    if not form.has_looked:
        return "look"
    sight = await form.page.stock()
    if not sight.unconfirmed or form.fields.get("shown") != sight.mark:
        return "changed"
    await form.parts.store.write(stock.ask_for_round, confirm=True)
    return "confirmed"


async def _look(form: Form, uid: PharmacyOrderUid) -> Pressed:
    parts = form.parts
    if await parts.store.read(orders.find, uid) is None:
        raise PageRefused(404, "no_such_order", form.visitor)
    await parts.store.write(todo.hint, [Hint(order_key(uid), ASKED)], parts.now())
    parts.on_hint()
    return Pressed("orders sync", order_key(uid), "looking", f"/orders/{quote(uid, safe='')}")
