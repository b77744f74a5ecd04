"""What a person may say about a key that waits for him: try again, leave it alone, it is there.

A look under way would write its own memory of the order over what is said here, so a key that is
being looked at is refused for that moment (UnderWay); a look takes seconds. `by` is who says so,
for the order's story; "": a person.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import StuckRow
from bridge.core.model import (
    Hint,
    Key,
    PharmacyOrderUid,
    PharmacySkuUid,
    order_key,
    order_uid,
)
from bridge.core.reasons import (
    CAME_BACK,
    FREED_BY_CATALOGUE,
    KEPT_BACK,
    NOT_ADJUSTED,
    TWIN_IN_PHARMAONE,
    UNUSUALLY_MANY,
    Kind,
    Verb,
)
from bridge.errors import Phrase, UnderWay
from bridge.store import adjustments, journal, notes, orders, stock, todo, waiting, work
from bridge.store.rows import Connection


def retry(
    connection: Connection, keys: Sequence[Key] | None, now: datetime, by: str = ""
) -> list[Key]:
    """Frees what is stuck among `keys` and makes it due; returns its keys.

    None: all but what would be sent again, for which a person has to have looked, one by one.
    """
    rows = [
        row
        for row in waiting.all_stuck(connection)
        if (not row.reason.code.must_look if keys is None else row.key in keys)
    ]
    for row in rows:
        _refuse_under_way(connection, row.key, now)
        _free(connection, row, now, by)
    freed = [row.key for row in rows]
    return freed + [
        key for key in keys or () if key not in freed and _taken_up(connection, key, now, by)
    ]


def _taken_up(connection: Connection, key: Key, now: datetime, by: str) -> bool:
    """Whether the key is a SKU that was left alone and is taken up again."""
    uid = _sku(key)
    if uid is None or not stock.take_up_again(connection, uid):
        return False
    _look_again(connection, key, "a person asked for another try", now)
    _note(connection, key, now, Event.RETRIED, by)
    return True


def _free(connection: Connection, row: StuckRow, now: datetime, by: str) -> None:
    uid = _order(row.key)
    if uid is not None:
        orders.try_again(connection, uid)
    if uid is not None and row.reason.code.must_look:
        is_twin = row.reason.code == TWIN_IN_PHARMAONE
        orders.clear(connection, uid, now, row.reason.facts.get("order") if is_twin else None)
    sku = _sku(row.key)
    if sku is not None and row.reason.code.must_look:
        adjustments.send_again(connection, sku)
    codes = {each.code for each in (row.reason, *row.reason.also)}
    if codes & FREED_BY_CATALOGUE:
        notes.delete(connection, notes.CATALOGUE_AT)  # however young: it may be there now
    waiting.free(connection, row.key)
    _look_again(connection, row.key, "a person asked for another try", now)
    _note(connection, row.key, now, Event.RETRIED, by, code=row.reason.code)


def drop(connection: Connection, key: Key, reason: str, now: datetime, by: str = "") -> bool:
    """The key is left alone from now on; `reason` is kept. False if it is not known."""
    _refuse_under_way(connection, key, now)
    uid = _order(key)
    row = waiting.find_stuck(connection, key)
    known = row is not None
    if row is not None:
        _drop_sku(connection, row, now)
    if uid is not None:
        known = orders.drop(connection, uid, now)
    if known:
        waiting.free(connection, key)
        waiting.keep_attentions(connection, key, (), now, but=adjustments.TOLD)
        todo.delete(connection, key)
        if uid is not None and orders.is_held(connection, uid):
            todo.hint(connection, [Hint(key, "dropped: what it takes is followed")], now)
        _note(connection, key, now, Event.DROPPED, by, reason=reason)
    return known


def drop_all(
    connection: Connection, keys: Collection[Key], reason: str, now: datetime, by: str = ""
) -> list[Key]:
    """All of them or, where one is being looked at, none; returns those that are known."""
    return [key for key in keys if drop(connection, key, reason, now, by)]


def _drop_sku(connection: Connection, row: StuckRow, now: datetime) -> None:
    """What a person did at PharmaOne is done; what RxScale refuses is left alone."""
    sku = _sku(row.key)
    if sku is None:
        return
    if row.reason.code.must_look:
        adjustments.forget(connection, row.key)
    else:
        stock.leave_alone(connection, sku, now)


def mark_submitted(connection: Connection, key: Key, now: datetime, by: str = "") -> bool:
    """The order-request is at PharmaOne, a person saw it there.

    False if there is no such order, or nothing was open about its submission.
    """
    _refuse_under_way(connection, key, now)
    uid = _order(key)
    if uid is None or not orders.mark_submitted(connection, uid, now):
        return False
    waiting.free(connection, key)
    _look_again(connection, key, "a person found its order-request at PharmaOne", now)
    _note(connection, key, now, Event.MARKED_SUBMITTED, by)
    return True


def confirm(
    connection: Connection, keys: Collection[Key] | None, now: datetime, by: str = ""
) -> list[Key]:
    """A person says that these are right: they go on. None: all that wait for that.

    Goods that came back, where it is said of their order, are put back on PharmaOne's stock.
    """
    rows = [
        row
        for row in waiting.all_stuck(connection)
        if row.reason.code.kind is Kind.ORDER
        and Verb.CONFIRM in row.reason.code.verbs
        and (row.key in keys if keys is not None else row.reason.code == UNUSUALLY_MANY)
    ]
    for row in rows:
        _refuse_under_way(connection, row.key, now)
        waiting.free(connection, row.key)
        _look_again(connection, row.key, "a person confirmed it", now)
        _note(connection, row.key, now, Event.CONFIRMED, by, code=row.reason.code)
    orders.confirm_cancelling(connection, [order_uid(row.key) for row in rows], now)
    back = accept_all(connection, CAME_BACK, keys or (), now, by)
    for key in back:
        adjustments.take_back(connection, order_uid(key), now)
        stock.ask_for_round(connection, confirm=False)
        _note(connection, key, now, Event.CONFIRMED, by, code=CAME_BACK)
    return [row.key for row in rows] + back


def accept(
    connection: Connection, key: Key, now: datetime, code: str | None = None, by: str = ""
) -> bool:
    """A person knows what there is to know of the key, or what this code tells of it.

    False if there is nothing.
    """
    codes = waiting.accept(connection, key, now, code)
    uid = _order(key)
    if {KEPT_BACK, NOT_ADJUSTED} & {*codes} and uid is not None:
        adjustments.seen_to(connection, key, now)
        orders.release(connection, uid, now)
        stock.ask_for_round(connection, confirm=False)
    if codes:
        _note(connection, key, now, Event.ACCEPTED, by, codes=", ".join(codes))
    return bool(codes)


def accept_all(
    connection: Connection,
    code: str,
    keys: Collection[Key] | None,
    now: datetime,
    by: str = "",
) -> list[Key]:
    """A person knows what this code tells of these keys. None: of all that it is told of."""
    told = [row.key for row in waiting.open_attentions(connection) if row.reason.code == code]
    known = [key for key in told if keys is None or key in keys]
    for key in known:
        accept(connection, key, now, code, by)
    return known


def resume(connection: Connection, key: Key, now: datetime, by: str = "") -> bool:
    """The order is taken up again: it was dropped, left alone, marked as submitted or refused by
    staff. False if there is nothing to take up.
    """
    _refuse_under_way(connection, key, now)
    uid = _order(key)
    if uid is None or not orders.resume(connection, uid, now):
        return False
    orders.hold_back(connection, uid)
    waiting.free(connection, key)
    _look_again(connection, key, "a person took it up again", now)
    _note(connection, key, now, Event.RESUMED, by)
    return True


def erase(connection: Connection, key: Key, now: datetime) -> bool:
    """All that is stored of the order is deleted; False if there is nothing. What a vendor still
    lists is met as new.
    """
    _refuse_under_way(connection, key, now)
    return work.erase(connection, order_uid(key))


AFTER_OTHERS = -1
"""RxScale's own priorities begin at 0."""


def hint_stuck(connection: Connection, codes: Collection[str], why: str, now: datetime) -> int:
    """Looks again at what is stuck with one of these codes; it stays stuck until looked at. So does
    an order that was sent and takes an unknown number: as another store's does. There may be a
    thousand of them, which new orders do not wait for.
    """
    keys = [row.key for row in waiting.all_stuck(connection) if row.reason.code in codes]
    keys += map(order_key, orders.read_anew(connection))
    hints = [Hint(key, why, AFTER_OTHERS) for key in keys]
    todo.hint(connection, hints, now)
    return len(hints)


def _refuse_under_way(connection: Connection, key: Key, now: datetime) -> None:
    standing = todo.standing(connection, key)
    if standing is not None and standing.lease_until is not None and standing.lease_until > now:
        raise UnderWay(Phrase("looked-at-now", key=key))


def _look_again(connection: Connection, key: Key, why: str, now: datetime) -> None:
    """An order is looked at by the worker; a SKU is written again with the next sync."""
    if _order(key) is not None:
        todo.hint(connection, [Hint(key, why)], now)
    else:
        stock.ask_for_round(connection, confirm=False)


def _order(key: Key) -> PharmacyOrderUid | None:
    return order_uid(key) if key.startswith("order:") else None


def _sku(key: Key) -> PharmacySkuUid | None:
    return PharmacySkuUid(key.removeprefix("sku:")) if key.startswith("sku:") else None


def _note(
    connection: Connection, key: Key, now: datetime, what: Event, by: str, **facts: Any
) -> None:
    facts |= {"by": by} if by else {}
    journal.write(connection, [JournalEntry(key, now, what, facts)])
