"""Adjustments of PharmaOne's stock: begun, sent, known to be there; for a SKU or for an order.

A relative change is never sent twice (design: guarantee 6): each one has a row from before the
call until its end is known, with the reference by which it is found in the product's log. Those of
an order are kept as long as the order: they say what was taken off for it.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Hint, Key, PharmacyOrderUid, PharmacySkuUid, order_key
from bridge.core.reasons import NOT_ADJUSTED, Reason, reason_of, together
from bridge.core.stock.adjust import Adjustment, Drift, HandedOver, net, put_back
from bridge.store import journal, orders, todo, waiting
from bridge.store.orders import ORDERS
from bridge.store.rows import Connection, Statements, Table, micros
from bridge.store.stock import sku_key

SQL = Statements(__name__)
TOLD = (NOT_ADJUSTED,)
"""What is told of an order by its adjustments, and not by a look."""
ADJUSTMENTS = Table("adjustments", Adjustment)

_UNDER_WAY = ADJUSTMENTS.select("WHERE done_at IS NULL AND asked IS NULL ORDER BY begun_at, key")
_OF = ADJUSTMENTS.select("WHERE key = ? ORDER BY p1_id, reference")
_BEGIN = ADJUSTMENTS.insert()
_SAVE = ADJUSTMENTS.upsert("key, p1_id, reference")
_HANDED_OVER = ORDERS.select(SQL.handed_over)


def drifts(connection: Connection) -> list[Drift]:
    """SKUs that others changed at RxScale and for which nothing is under way."""
    rows = connection.execute(SQL.drifts)
    return [Drift(PharmacySkuUid(uid), before, now) for uid, before, now in rows]


def under_way(connection: Connection) -> list[Adjustment]:
    """Those begun that no person has to see to, oldest first."""
    return ADJUSTMENTS.all(connection, _UNDER_WAY)


def outstanding(connection: Connection) -> tuple[list[Drift], list[Adjustment]]:
    """Drifts and what is under way, as they stood at one moment."""
    return drifts(connection), under_way(connection)


def owed(
    connection: Connection,
) -> tuple[list[HandedOver], list[Drift], list[Adjustment]]:
    """All that PharmaOne's stock may have to be changed for."""
    return handed_over(connection), *outstanding(connection)


def handed_over(connection: Connection) -> list[HandedOver]:
    """Orders that PharmaOne was seen to hand over and of which something is kept back still."""
    records = ORDERS.all(connection, _HANDED_OVER)
    return [
        HandedOver(
            each, orders.held_lines(connection, each.uid), of(connection, order_key(each.uid))
        )
        for each in records
    ]


def of(connection: Connection, key: Key) -> list[Adjustment]:
    """All that were begun for it."""
    return ADJUSTMENTS.all(connection, _OF, (key,))


def is_deducted(connection: Connection, key: Key) -> bool:
    """Whether the bridge took anything off PharmaOne's stock for it, and has not put it back."""
    return bool(net(each for each in of(connection, key) if each.done_at is not None))


def begin(connection: Connection, adjustments: Sequence[Adjustment]) -> None:
    """On disk before the call: after a crash here its end is unknown, and it is looked for."""
    connection.executemany(_BEGIN, map(ADJUSTMENTS.row, adjustments))
    for each in adjustments:
        waiting.close_attention(connection, each.key, NOT_ADJUSTED)


def sending(connection: Connection, adjustment: Adjustment, now: datetime) -> None:
    """It may be at PharmaOne from here on."""
    _save(connection, replace(adjustment, sent_at=now))


def done(connection: Connection, adjustment: Adjustment, now: datetime) -> None:
    """PharmaOne has it: the next inventory will show it."""
    uid = adjustment.order
    if uid is None:  # both sides agree again
        changed = {"uid": adjustment.sku, "pieces": adjustment.pieces, "at": micros(now)}
        connection.execute(SQL.arrived, (adjustment.delta, adjustment.p1_id))
        connection.execute(SQL.adopted, changed)
        connection.execute(SQL.end, (adjustment.key,))
    else:
        _save(connection, replace(adjustment, done_at=now))
        orders.release(connection, uid, now, adjustment.p1_id)
        _look_if_news(connection, uid, adjustment, now)
    _tell(connection, adjustment, now, Event.ADJUSTED)


def _look_if_news(
    connection: Connection, uid: PharmacyOrderUid, adjustment: Adjustment, now: datetime
) -> None:
    """PharmaOne's order was seen since: what it shows may be that the goods came back."""
    if connection.execute(SQL.seen_since, (uid, micros(adjustment.begun_at))).fetchone():
        todo.hint(connection, [Hint(adjustment.key, "its stock was adjusted")], now)


def give_up(connection: Connection, adjustment: Adjustment, now: datetime, reason: Reason) -> None:
    """PharmaOne will not have it. Of a SKU, our own number is written over theirs; an order's
    units stay kept back until a person has seen to it.
    """
    if adjustment.order is None:
        connection.execute(SQL.no_drift, (adjustment.sku,))
        connection.execute(SQL.end, (adjustment.key,))
    else:
        _save(connection, replace(adjustment, asked=json.dumps(reason.document())))
        asked = [each.asked for each in of(connection, adjustment.key) if each.asked]
        ask(connection, adjustment.key, [reason_of(json.loads(each)) for each in asked], now)
    _tell(connection, adjustment, now, Event.NOT_ADJUSTED, reason=reason)


def ask(connection: Connection, key: Key, reasons: Sequence[Reason], now: datetime) -> None:
    """A person has to see to an order's goods in PharmaOne: why."""
    waiting.add_attention(
        connection, key, together(tuple(NOT_ADJUSTED(why=each) for each in reasons)), now
    )


def seen_to(connection: Connection, key: Key, now: datetime) -> None:
    """A person has made of PharmaOne's stock what it should be for an order."""
    connection.execute(SQL.seen_to, (micros(now), key))


def take_back(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> None:
    """A person says that an order's goods came back and may be sold: they are put back."""
    begin(connection, put_back(uid, of(connection, order_key(uid)), now))


def not_needed(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> None:
    """PharmaOne deducts by itself, it turned out: nothing more is sent for this order."""
    connection.execute(SQL.not_needed, (order_key(uid),))
    orders.release(connection, uid, now)


def forget(connection: Connection, key: Key) -> None:
    """A person has seen to a SKU's at PharmaOne, or the order is forgotten."""
    connection.execute(SQL.end, (key,))
    connection.execute(SQL.no_drift, (key.removeprefix("sku:"),))


def send_again(connection: Connection, uid: PharmacySkuUid) -> None:
    """A person looked, and it is not there."""
    connection.execute(SQL.send_again, (sku_key(uid),))


def refuse(connection: Connection, drift: Drift, now: datetime, reason: str) -> None:
    """It cannot even be tried: our own number is written over theirs."""
    connection.execute(SQL.no_drift, (drift.uid,))
    entry = JournalEntry(sku_key(drift.uid), now, Event.NOT_ADJUSTED, {"reason": reason})
    journal.write(connection, [entry])


def _save(connection: Connection, adjustment: Adjustment) -> None:
    connection.execute(_SAVE, ADJUSTMENTS.row(adjustment))


def _tell(
    connection: Connection, adjustment: Adjustment, now: datetime, what: Event, **facts: Any
) -> None:
    """In the story of the SKU or the order."""
    facts |= {
        "product": adjustment.p1_id,
        "delta": adjustment.delta,
        "reference": adjustment.reference,
    }
    journal.write(connection, [JournalEntry(adjustment.key, now, what, facts)])
