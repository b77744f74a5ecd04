"""What a look leaves behind: saved amid it, settled at its end, forgotten long after it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.core.deliveries import without_echoes
from bridge.core.journal import JournalEntry
from bridge.core.memory import Outcome
from bridge.core.model import OrderRecord, PharmacyOrderUid, Phase, order_key
from bridge.core.reasons import CAME_BACK, KEPT_BACK
from bridge.core.remember import confirmed
from bridge.core.stock.reserve import Demand, is_sold
from bridge.store import (
    adjustments,
    deliveries,
    journal,
    notes,
    orders,
    pharmaone_lists,
    shadow,
    stock,
    todo,
    waiting,
)
from bridge.store.rows import EPOCH, Connection, Statements, as_list

SQL = Statements(__name__)
FORGOTTEN_AT_ONCE = 32
"""So many orders are forgotten within a few milliseconds; deliveries wait no longer than that."""
_FORGET = SQL.each("forget")
_ERASE = [*_FORGET, *SQL.each("erase")]
"""All that is stored of an order, but for the audit log, which is kept for its own time."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many orders were; `more`: there may be more to forget."""

    orders: int
    more: bool


def save(
    connection: Connection,
    record: OrderRecord,
    entries: Sequence[JournalEntry],
    takes: Sequence[Demand] | None = None,
    before: OrderRecord | None = None,
) -> bool:
    """Remembers a record, what happened and, if its lines were looked at, what it takes; `before`
    as `orders.save` has it.

    What is to be done stays as it is. True if what it takes is another amount than before.
    """
    orders.save(connection, record, before)
    journal.write(connection, entries)
    if takes is None:
        return False
    was_sent = record.submitted_at is not None or record.order_id is not None
    sent = record.phase is not Phase.KNOWN and (record.phase is not Phase.DONE or was_sent)
    return orders.save_lines(connection, record.uid, takes, sent=sent)


def settle(connection: Connection, outcome: Outcome) -> bool:
    """Remembers how a look ended, and when to look again; whether that changes any stock."""
    key, now, record = outcome.claim.key, outcome.now, outcome.record
    meanwhile = todo.meanwhile(connection, outcome.claim)
    if meanwhile.hinted:
        after = without_echoes(record, meanwhile.reported, stuck=outcome.stuck is not None)
        meanwhile = replace(meanwhile, news=after is None)
        if after is not None:
            notes.count(connection, "deliveries_echo", len((meanwhile.reported or "").splitlines()))
            record = after if outcome.stuck is not None else confirmed(after, now)
    may_repeat = outcome.failed or outcome.stuck is not None
    entries = () if may_repeat else outcome.entries
    changed = save(connection, record, entries, outcome.takes, outcome.before)
    if may_repeat:
        journal.write_once(connection, key, outcome.entries)
    changed |= _settle_stock(connection, outcome)
    shadow.save(connection, outcome.noted)
    if outcome.p1_order is not None:
        pharmaone_lists.save_orders(connection, [outcome.p1_order])
    if outcome.stuck is not None:
        waiting.put_stuck(connection, key, outcome.stuck, now)
    elif meanwhile.told:
        waiting.free(connection, key)
    if outcome.attentions or (outcome.attentions is not None and meanwhile.told):
        true = [each for each in outcome.attentions if _is_true(connection, record.uid, each.code)]
        waiting.keep_attentions(connection, key, true, now, but=adjustments.TOLD)
    is_over = record.finished_at is not None and outcome.record.finished_at is None
    if meanwhile.told and not outcome.cancels:
        orders.not_cancelled(connection, [record.uid])
    again_at, failed = None if is_over else outcome.again_at, outcome.failed
    todo.settle(connection, outcome.claim, again_at, now, failed=failed, meanwhile=meanwhile)
    return changed


def _is_true(connection: Connection, uid: PharmacyOrderUid, code: str) -> bool:
    """What is told of an order's goods is so only for what the store knows of them."""
    if code == KEPT_BACK:
        return orders.is_held(connection, uid)
    return code != CAME_BACK or adjustments.is_deducted(connection, order_key(uid))


def _settle_stock(connection: Connection, outcome: Outcome) -> bool:
    """Whether what the order takes is still to come, and what RxScale took off by itself."""
    uid, changed = outcome.record.uid, False
    if outcome.released_at is not None:
        changed = orders.release(connection, uid, outcome.released_at)
    if is_sold(outcome.record):
        sales = orders.sold(connection, uid, outcome.now)
        stock.sold(connection, sales, outcome.now, outcome.short_stock)
        changed |= bool(sales)
    return changed


def forget(
    connection: Connection,
    before: datetime,
    unfinished: datetime = EPOCH,
    most: int = FORGOTTEN_AT_ONCE,
) -> Forgotten:
    """Deletes orders finished before, or never finished and met before `unfinished`, with all that
    hangs on them, and old notes of no order: at most so many of each, since deliveries wait for it.

    What RxScale still lists as open is kept: a sweep would
    meet it as new, and it would be sent again.
    """
    listed = json.loads(notes.get(connection, notes.STILL_LISTED) or "[]")
    uids = orders.outdated(connection, before, unfinished, listed, most)
    _delete(connection, _FORGET, uids, {})
    if len(uids) == most:  # what hangs on those still to come would only be passed over
        return Forgotten(most, more=True)
    notes.forget_hours(connection, before)
    waiting.forget_told(connection, before)
    shadow.forget(connection, before)
    others = [
        journal.forget(connection, before, most),
        deliveries.forget(connection, before, most),
        pharmaone_lists.forget_orders(connection, before, most),
    ]
    return Forgotten(len(uids), more=max(len(uids), *others) >= most)


def erase(connection: Connection, uid: PharmacyOrderUid) -> bool:
    """Deletes all that is stored of an order; False if there is nothing."""
    return _delete(connection, _ERASE, [uid], {"uid": uid, "key": order_key(uid)}) > 0


def _delete(
    connection: Connection,
    statements: Sequence[str],
    uids: Sequence[PharmacyOrderUid],
    one: Mapping[str, str],
) -> int:
    """One statement a table: each lets go of the interpreter, and has to win it back."""
    names = {"uids": as_list(uids), "keys": as_list(map(order_key, uids)), **one}
    return sum(connection.execute(each, names).rowcount for each in statements)
