"""The pharmacy orders: one order's record a row, and what is changed of it in one place."""

from collections.abc import Iterable
from datetime import datetime

from bridge.core.model import Hint, Key, OrderRecord, PharmacyOrderUid, Phase, order_uid
from bridge.core.reasons import Fact
from bridge.core.remember import resumed
from bridge.store.database import Connection
from bridge.store.rows import Statements, Table, as_list, micros, run_many

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
    row = connection.execute(_FIND, (uid,)).fetchone()
    return None if row is None else ORDERS.value(row)


def since(connection: Connection, finished: datetime) -> list[OrderRecord]:
    """All that are open, and those finished then or later."""
    return list(map(ORDERS.value, connection.execute(_SINCE, (micros(finished),))))


def find_all(
    connection: Connection, uids: Iterable[PharmacyOrderUid]
) -> dict[PharmacyOrderUid, OrderRecord]:
    """Those of them that are known."""
    found = map(ORDERS.value, connection.execute(_FIND_ALL, (as_list(uids),)))
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
    return list(map(ORDERS.value, connection.execute(_EVERYTHING)))


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
