"""The to-do table: what is to be looked at, by whom it is being looked at, and until when.

A hint is never lost: it raises the key's `generation`, and a look that began under an older one
leaves the key due. A fresh row's generation is taken from the clock, so that a key that was
settled and hinted again does not meet the generation of a look that overran its lease.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.model import Claim, Hint, Key, OrderRecord, order_uid
from bridge.core.patience import ENOUGH_LOOKS
from bridge.core.reasons import AFTER_SEVERAL_LOOKS
from bridge.store import orders, waiting
from bridge.store.orders import ORDERS
from bridge.store.rows import (
    Cell,
    Connection,
    Statements,
    Table,
    as_list,
    kind_of,
    micros,
    moment,
    run_many,
)

SQL = Statements(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands in the table."""

    due_at: datetime
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What came to a key while it was looked at. `reported`: the statuses that deliveries told,
    `vendor:status` a line. `known`: the key is still in the table.
    """

    known: bool
    hinted: bool
    reported: str | None
    told: bool = True
    """A vendor may have been told something of it, or wants it cancelled."""
    news: bool = False


CLAIMS = Table("todo", Claim)
_STANDINGS = Table("todo", Standing)

# The order's uid stands in its key behind `order:`.
_DUE = CLAIMS.select(
    SQL.due,
    ORDERS.columns,
)
_STANDING = _STANDINGS.select("WHERE key = ?")


def hint(
    connection: Connection, hints: Collection[Hint], now: datetime, *, new: bool = False
) -> None:
    """Makes every key due now; an order not met before is remembered from here on.

    The most urgent priority counts, and what was waiting longer stays due longer. `new`: none of
    the keys was met before, so none is stuck.
    """
    _remember(connection, hints, now)
    tried: set[Key] = set() if new else waiting.keys_stuck_for(connection, *AFTER_SEVERAL_LOOKS)
    at = micros(now)
    rows = [_row(each, at, tried) for each in _folded(hints)]
    run_many(connection, SQL.hint, rows)


def _remember(connection: Connection, hints: Iterable[Hint], now: datetime) -> None:
    of_orders = [each for each in hints if kind_of(each.key) == "order"]
    if of_orders:
        orders.add(connection, of_orders, now)


def _folded(hints: Iterable[Hint]) -> Iterable[Hint]:
    """One hint a key, which says what all of that key's say in turn."""
    by_key: dict[Key, Hint] = {}
    for each in hints:
        before = by_key.get(each.key)
        by_key[each.key] = each if before is None else _both(before, each)
    return by_key.values()


def _both(first: Hint, then: Hint) -> Hint:
    both = (first.reported, then.reported)
    return Hint(
        then.key,
        then.why,
        max(first.priority, then.priority),
        reported=None if None in both else "\n".join(word for word in both if word is not None),
    )


def _row(hint: Hint, at: int, tried: set[Key]) -> tuple[Cell, ...]:
    """One that is stuck after several looks was looked at often enough: a single look tells whether
    it still is.
    """
    attempts = ENOUGH_LOOKS if hint.key in tried else 0
    kind = kind_of(hint.key)
    return hint.key, kind, at, hint.priority, at, hint.why, hint.reported, attempts


def claim(
    connection: Connection,
    limit: int,
    now: datetime,
    lease: timedelta,
    besides: Iterable[Key] = (),
) -> list[tuple[Claim, OrderRecord]]:
    """Takes up to `limit` orders that are due, the most urgent first; none of `besides`.

    Nobody else gets them before they are settled or the lease is over. `besides`: those that are
    looked at, whatever their lease says.
    """
    given = {"now": micros(now), "limit": limit, "besides": as_list(besides)}
    rows = connection.execute(_DUE, given).fetchall()
    until = micros(now + lease)
    claimed = [(CLAIMS.value(row), ORDERS.value(row[len(CLAIMS.names) :])) for row in rows]
    connection.executemany(SQL.claim, [(until, each.key) for each, _ in claimed])
    return claimed


def next_due(connection: Connection, now: datetime, besides: Iterable[Key] = ()) -> datetime | None:
    """When there will be something to claim: a key falls due, or a look overruns its lease.

    `now` if there is already; None if nothing is in the table `besides` those.
    """
    at: int | None = connection.execute(
        SQL.next, {"now": micros(now), "besides": as_list(besides)}
    ).fetchone()[0]
    return None if at is None else max(now, moment(at))


def take_up(connection: Connection, now: datetime) -> None:
    """Everything is due, and nobody holds a lease: at the start of the one process that works, and
    once this machine's clock was put back. What was written while it was ahead would wait until
    then, and nobody can tell that from what is to wait.
    """
    connection.execute(SQL.take_up, {"now": micros(now)})


def meanwhile(connection: Connection, claim: Claim) -> Meanwhile:
    """`news` is left to who can tell an echo from news."""
    about = {"key": claim.key, "uid": order_uid(claim.key)}
    found = connection.execute(SQL.meanwhile, about).fetchone()
    if found is None:
        return Meanwhile(known=False, hinted=False, reported=None)
    generation, reported, told = found
    return Meanwhile(True, generation != claim.generation, reported, told=bool(told))


def settle(
    connection: Connection,
    claim: Claim,
    again_at: datetime | None,
    now: datetime,
    *,
    failed: bool,
    meanwhile: Meanwhile,
) -> None:
    """A look has ended: look again at `again_at` or on a hint; now, if hinted meanwhile.

    Nothing but echoes meanwhile asks for no look.
    """
    if not meanwhile.known:
        if again_at is not None:
            hint(connection, [Hint(claim.key, claim.why, claim.priority)], again_at)
    elif meanwhile.news:
        connection.execute(SQL.left_due, {"key": claim.key, "now": micros(now)})
    elif again_at is None:
        delete(connection, claim.key)
    else:
        again = {"key": claim.key, "again": micros(again_at), "failed": failed}
        connection.execute(SQL.again, again)


def standing(connection: Connection, key: Key) -> Standing | None:
    return _STANDINGS.first(connection, _STANDING, (key,))


def keys(connection: Connection) -> set[Key]:
    return {key for (key,) in connection.execute(SQL.keys)}


def due(connection: Connection, now: datetime) -> set[Key]:
    """Those that are to be looked at now, or are being looked at."""
    return {key for (key,) in connection.execute(SQL.due_now, {"now": micros(now)})}


def leased(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Those of them that are being looked at."""
    return {key for (key,) in connection.execute(SQL.leased, (as_list(keys),))}


def tried(connection: Connection) -> set[Key]:
    """Those whose last look came to nothing."""
    return {key for (key,) in connection.execute(SQL.tried)}


def pending(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many keys are due or being looked at, and since when the oldest of them is due."""
    count, oldest = connection.execute(SQL.pending, {"now": micros(now)}).fetchone()
    return count, None if oldest is None else moment(oldest)


def delete(connection: Connection, *keys: Key) -> None:
    connection.executemany(SQL.delete, [(key,) for key in keys])
