"""The pharmacy orders: each one's record, the stock it takes, whether it is to be cancelled."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.core.model import (
    Hint,
    Key,
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    order_key,
    order_uid,
)
from bridge.core.orders.unusual import WINDOW
from bridge.core.orders.view import Company
from bridge.core.reasons import Fact
from bridge.core.remember import resumed
from bridge.core.stock.reserve import Demand, at_least
from bridge.store.rows import (
    Cell,
    Connection,
    Statements,
    Table,
    as_list,
    micros,
    moment,
    run_many,
    span,
)

SQL = Statements(__name__)
ORDERS = Table("orders", OrderRecord)

_FIND = ORDERS.select("WHERE uid = ?")
_SINCE = ORDERS.select("WHERE finished_at IS NULL OR finished_at >= ?")
_EVERYTHING = ORDERS.select("ORDER BY first_seen_at, uid")
_FIND_ALL = ORDERS.select("WHERE uid IN (?...)")
_TOLD = ("rejected_at", "p1_deleted_at")  # a delivery may set them while a look goes on
_SAVE = ORDERS.upsert("uid", kept=_TOLD)


def find(connection: Connection, uid: PharmacyOrderUid) -> OrderRecord | None:
    """What is remembered of one order."""
    return ORDERS.first(connection, _FIND, (uid,))


def since(connection: Connection, finished: datetime) -> list[OrderRecord]:
    """All that are open, and those finished then or later."""
    return ORDERS.all(connection, _SINCE, (micros(finished),))


def find_all(
    connection: Connection, uids: Iterable[PharmacyOrderUid]
) -> dict[PharmacyOrderUid, OrderRecord]:
    """Those of them that are known."""
    found = ORDERS.all(connection, _FIND_ALL, (as_list(uids),))
    return {record.uid: record for record in found}


def add(connection: Connection, hints: Iterable[Hint], now: datetime) -> None:
    """Adds the orders not met before; what is known stays as it is."""
    at = micros(now)
    rows = [
        (order_uid(h.key), at, h.announced_by.value, h.name, h.priority, _made(h)) for h in hints
    ]
    run_many(connection, SQL.add, rows)


def _made(hint: Hint) -> int | None:
    return None if hint.created_at is None else micros(hint.created_at)


def save(connection: Connection, record: OrderRecord, before: OrderRecord | None = None) -> None:
    """`before`: as the store has it; then only what differs is written.

    An order-request's id is the newest order's: a restored PharmaOne may give it out again.
    """
    changes = {"request_id": None} if before is None else ORDERS.changes(record, before)
    if "request_id" in changes and record.phase is Phase.SUBMITTED:
        connection.execute(SQL.not_its_request, (record.request_id, record.uid))
    if before is None or (changes and not ORDERS.update(connection, "uid", record.uid, changes)):
        connection.execute(_SAVE, ORDERS.row(record))


def reject(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> None:
    """PharmaOne's staff refused its order-request."""
    connection.execute(SQL.reject, (micros(now), uid))


def deleted(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> None:
    """PharmaOne told that the order made from it was deleted."""
    connection.execute(SQL.deleted, (micros(now), uid))


def clear(connection: Connection, uid: PharmacyOrderUid, now: datetime, twin: Fact = None) -> None:
    """A person looked and said: it is not at PharmaOne (nor is `twin` it), and is ours to send."""
    connection.execute(SQL.clear, (micros(now), f"{twin}\n" if twin else "", uid))


def try_again(connection: Connection, uid: PharmacyOrderUid) -> None:
    """A person asked for it: what a vendor accepted in vain is sent again."""
    connection.execute(SQL.try_again, (uid,))


def drop(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person said: leave it alone. False if there is no such order."""
    return connection.execute(SQL.drop, (micros(now), uid)).rowcount > 0


def resume(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person said: take it up again. False if there is nothing to take up."""
    record = find(connection, uid)
    after = None if record is None else resumed(record, now)
    if after is None:
        return False
    connection.execute(SQL.not_rejected, (uid,))
    save(connection, after)
    return True


def is_unsent(connection: Connection, key: Key) -> bool:
    """Whether this bridge never sent it, or PharmaOne refused what was sent."""
    record = find(connection, order_uid(key))
    return record is not None and record.intent_at is None


def mark_submitted(connection: Connection, uid: PharmacyOrderUid, now: datetime) -> bool:
    """A person saw its order-request at PharmaOne. False if nothing was open about that."""
    return connection.execute(SQL.mark_submitted, (micros(now), uid)).rowcount > 0


def read_anew(connection: Connection) -> list[PharmacyOrderUid]:
    """Those sent with lines of no known product: the next look reads what they take once more."""
    return [uid for (uid,) in connection.execute(SQL.read_anew).fetchall()]


def left_alone(connection: Connection) -> list[PharmacyOrderUid]:
    """Those for which `OrderRecord.is_left_alone` holds, the newest first."""
    return [uid for (uid,) in connection.execute(SQL.left_alone)]


def everything(connection: Connection) -> list[OrderRecord]:
    """All that are known, the oldest first."""
    return ORDERS.all(connection, _EVERYTHING)


def count_open(connection: Connection) -> int:
    """How many orders are not finished."""
    return int(connection.execute(SQL.count_open).fetchone()[0])


def count_doubted(connection: Connection) -> tuple[int, int]:
    """How many submissions went without an answer, and how many of them wait for a person."""
    doubted, stuck = connection.execute(SQL.count_doubted).fetchone()
    return doubted, stuck


def outdated(
    connection: Connection,
    before: datetime,
    unfinished: datetime,
    listed: Iterable[str],
    most: int,
) -> list[PharmacyOrderUid]:
    """Those that were finished before, or met before `unfinished` and never finished; but for those
    `listed`, and finished ones whose goods are still held back. At most so many.
    """
    times = {"before": micros(before), "unfinished": micros(unfinished)}
    rows = connection.execute(SQL.outdated, {**times, "listed": as_list(listed), "most": most})
    return [uid for (uid,) in rows]


# -- what each takes off both sides' stock, and until when that is held back --------------------


class Ordered(NamedTuple):
    """So many pieces of a SKU, which RxScale calls so."""

    uid: str
    name: str
    amount: int


_NOTHING = Demand(0, PharmacySkuUid(""), ProductId(""), 0, 0)
"""Says that the order was looked at, and has no lines."""


def save_lines(
    connection: Connection, uid: PharmacyOrderUid, takes: Sequence[Demand], *, sent: bool
) -> bool:
    """Remembers an order's lines; whether that changes what it takes.

    `sent`: its order-request was made of those before, so no fewer units are held back.
    """
    before = {row[0]: row for row in connection.execute(SQL.lines, (uid,))}
    if sent:
        takes = at_least(takes, (Demand(*row) for row in before.values()))
    after: dict[int, tuple[Cell, ...]] = {
        take.place: (take.place, take.pharmacy_sku_uid, take.p1_id, take.amount, take.units)
        for take in takes or [_NOTHING]
    }
    if before == after:
        return False
    connection.executemany(
        SQL.delete_line, [(uid, place) for place in before if place not in after]
    )
    rows = [(uid, *row) for row in after.values()]
    run_many(connection, SQL.save_line, rows)
    return True


def release(
    connection: Connection,
    uid: PharmacyOrderUid,
    at: datetime,
    product: ProductId | None = None,
) -> bool:
    """From `at` on the order's units (of one product) are not held back; an earlier time that was
    set stays. What is being taken off PharmaOne's stock for it stays held back until that is done.
    """
    values = {"uid": uid, "at": micros(at), "p1_id": product}
    return connection.execute(SQL.release, values).rowcount > 0


def held_lines(connection: Connection, uid: PharmacyOrderUid) -> list[Demand]:
    """The lines that are held back; with those of which it is not known what they take."""
    return [Demand(*row) for row in connection.execute(SQL.held_lines, (uid,))]


def goods(connection: Connection, uid: PharmacyOrderUid) -> list[Ordered]:
    """The SKUs that were ordered, as far as they are known, with their pieces."""
    return [Ordered(*row) for row in connection.execute(SQL.goods, (uid,))]


def is_held(connection: Connection, uid: PharmacyOrderUid) -> bool:
    """Whether anything of the order is held back."""
    return connection.execute(SQL.is_held, (uid,)).fetchone() is not None


def hold_back(connection: Connection, uid: PharmacyOrderUid) -> None:
    """The order is open again: what it takes is held back until it is released anew, but for what
    was taken off PharmaOne's stock for it.
    """
    connection.execute(SQL.hold_back, {"uid": uid})


def sold(
    connection: Connection, uid: PharmacyOrderUid, now: datetime
) -> list[tuple[PharmacySkuUid, int]]:
    """Marks an order's lines as taken off RxScale's stock; the SKUs and pieces not yet marked."""
    rows = connection.execute(SQL.sold_now, (micros(now), uid)).fetchall()
    return [(PharmacySkuUid(sku), amount) for sku, amount in rows if sku]


def sales(connection: Connection, sku: PharmacySkuUid) -> list[int]:
    """Pieces of a SKU in each open order that RxScale has not been seen to complete."""
    return [amount for (amount,) in connection.execute(SQL.sales, (sku,)).fetchall()]


def mark_sold(connection: Connection, sku: PharmacySkuUid, fall: int, now: datetime) -> None:
    """Marks the order whose pieces explain that RxScale's number fell so; or, else, all of them."""
    statement = SQL.sold_by_one if fall in sales(connection, sku) else SQL.sold_by_all
    connection.execute(statement, {"at": micros(now), "sku": sku, "fall": fall})


def open_units(connection: Connection, read_at: datetime) -> dict[ProductId, int]:
    """Units that open orders will yet take, for an inventory that was asked for at `read_at`."""
    return dict(connection.execute(SQL.open_units, (micros(read_at),)).fetchall())


def blind(connection: Connection) -> int:
    """Open orders of which it was not seen what they take, but for those that are stuck."""
    return int(connection.execute(SQL.blind).fetchone()[0])


# -- which want to be cancelled, where and since when: one row an order, until it does not ---


def weigh_cancelling(
    connection: Connection,
    uid: PharmacyOrderUid,
    vendor: str,
    now: datetime,
) -> Company:
    """Notes that the order is to be cancelled at that vendor; how many others are."""
    wanted_at, confirmed_at = connection.execute(
        SQL.want_cancelled, (uid, vendor, micros(now))
    ).fetchone()
    between = (wanted_at - span(WINDOW), wanted_at + span(WINDOW))
    same, finished = connection.execute(SQL.same_wanted, (vendor, *between)).fetchone()
    (still_open,) = connection.execute(SQL.still_open).fetchone()
    others = (micros(now), order_key(uid), vendor, *between)
    (due,) = connection.execute(SQL.due_besides, others).fetchone()
    return Company(
        wanted_at=moment(wanted_at),
        same=same,
        open=still_open + finished,
        due=due,
        is_confirmed=confirmed_at is not None,
    )


def confirm_cancelling(
    connection: Connection, uids: Iterable[PharmacyOrderUid], now: datetime
) -> None:
    """A person has checked that these are to be cancelled."""
    at = micros(now)
    connection.executemany(SQL.confirm_cancelling, [(uid, at, at) for uid in uids])


def not_cancelled(connection: Connection, uids: Collection[PharmacyOrderUid]) -> None:
    """These are not to be cancelled any more."""
    connection.execute(SQL.not_cancelled, (as_list(uids),))
