"""The to-do table: what is to be looked at, by whom it is being looked at, and until when.

A hint is never lost: it raises the key's `generation`, and a look that began under an older one
leaves the key due. A fresh row's generation is taken from the clock, so that a key that was
settled and hinted again does not meet the generation of a look that overran its lease.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.model import Claim, Hint, Key, OrderRecord
from bridge.core.patience import ENOUGH_LOOKS
from bridge.core.reasons import AFTER_SEVERAL_LOOKS
from bridge.store.tables import stuck
from bridge.store.tables.links import LINK
from bridge.store.tables.rows import Shape, insert_many, micros, moment

CLAIM = Shape(Claim)

_HINT = "INSERT INTO todo (key, generation, priority, due_at, hinted_at, why, told, attempts)"
_AGAIN_HINTED = """
ON CONFLICT (key) DO UPDATE SET
  told = CASE WHEN generation IS claimed THEN excluded.told
         ELSE told || char(10) || excluded.told END,
  generation = generation + 1,
  priority = max(priority, excluded.priority),
  due_at = min(due_at, excluded.due_at),
  hinted_at = excluded.hinted_at,
  attempts = excluded.attempts,
  why = excluded.why
"""
_ORDERS_ONLY = "key >= 'order:' AND key < 'order;'"
_BESIDES = "key NOT IN (SELECT value FROM json_each(:besides))"
_DUE = f"""
SELECT {CLAIM.of("todo")}, {LINK.of("orders")}
FROM todo INDEXED BY todo_next CROSS JOIN orders ON orders.uid = substr(todo.key, 7)
WHERE due_at <= :now AND coalesce(lease_until, 0) <= :now AND {_ORDERS_ONLY} AND {_BESIDES}
ORDER BY todo.priority DESC, due_at LIMIT :limit
"""  # noqa: S608 - constant names
_NEXT = f"""
SELECT min(max(due_at, coalesce(lease_until, 0))) FROM todo WHERE {_ORDERS_ONLY} AND {_BESIDES}
"""  # noqa: S608 - constant names
_LEFT = "UPDATE todo SET lease_until = NULL, due_at = :now WHERE key = :key"
_AGAIN = """
UPDATE todo SET lease_until = NULL, due_at = :again,
  attempts = CASE WHEN :failed THEN attempts + 1 ELSE 0 END
WHERE key = :key
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands in the table."""

    due_at: datetime
    attempts: int
    lease_until: datetime | None


_STANDING = Shape(Standing)


def hint(
    connection: sqlite3.Connection, hints: Iterable[Hint], now: datetime, *, new: bool = False
) -> None:
    """Makes each key due, most urgent priority first; what was waiting longer stays due longer.

    One that is stuck after several looks was looked at often enough: a single look tells whether
    it still is. `new`: none of them was met before, so none is.
    """
    at = micros(now)
    after_looks = () if new else stuck.keys_for(connection, *AFTER_SEVERAL_LOOKS)
    tried = dict.fromkeys(after_looks, ENOUGH_LOOKS)
    rows = [(h.key, at, h.priority, at, at, h.why, h.told, tried.get(h.key, 0)) for h in hints]
    insert_many(connection, _HINT, "(?, ?, ?, ?, ?, ?, ?, ?)", _AGAIN_HINTED, rows)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came to a key while it was looked at. `told` is what deliveries told, one a line."""

    known: bool
    hinted: bool
    told: str | None
    news: bool = False


def heard(connection: sqlite3.Connection, claim: Claim) -> Heard:
    """`news` is left to who can tell an echo from news."""
    found = connection.execute(
        "SELECT generation, told FROM todo WHERE key = ?", (claim.key,)
    ).fetchone()
    if found is None:
        return Heard(known=False, hinted=False, told=None)
    return Heard(known=True, hinted=found[0] != claim.generation, told=found[1])


def claim(
    connection: sqlite3.Connection,
    limit: int,
    now: datetime,
    lease: timedelta,
    besides: Iterable[Key] = (),
) -> list[tuple[Claim, OrderRecord]]:
    """Takes up to `limit` orders that are due and that nobody looks at, for as long as `lease`.

    `besides`: those that are looked at, whatever their lease says.
    """
    given = {"now": micros(now), "limit": limit, "besides": json.dumps(list(besides))}
    rows = connection.execute(_DUE, given).fetchall()
    until = micros(now + lease)
    taken = [(CLAIM.value(row), LINK.value(row[len(CLAIM.names) :])) for row in rows]
    connection.executemany(
        "UPDATE todo SET lease_until = ?, claimed = generation, told = NULL WHERE key = ?",
        [(until, each.key) for each, _ in taken],
    )
    return taken


def next_due(
    connection: sqlite3.Connection, now: datetime, besides: Iterable[Key] = ()
) -> datetime | None:
    """When there will be something to claim: a key falls due, or a look overruns its lease.

    `now` if there is already; None if nothing is in the table `besides` those.
    """
    given = {"besides": json.dumps(list(besides))}
    at: int | None = connection.execute(_NEXT, given).fetchone()[0]
    return None if at is None else max(now, moment(at))


def release_leases(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE todo SET lease_until = NULL WHERE lease_until IS NOT NULL")


def settle(
    connection: sqlite3.Connection,
    claim: Claim,
    again_at: datetime | None,
    now: datetime,
    *,
    failed: bool,
    heard: Heard,
) -> None:
    """A look has ended: look again at `again_at` or on a hint; now, if hinted meanwhile.

    `heard` is what came meanwhile; nothing but echoes asks for no look.
    """
    if not heard.known:
        if again_at is not None:
            hint(connection, [Hint(claim.key, claim.why, claim.priority)], again_at)
    elif heard.news:
        connection.execute(_LEFT, {"key": claim.key, "now": micros(now)})
    elif again_at is None:
        delete(connection, claim.key)
    else:
        again = {"key": claim.key, "again": micros(again_at), "failed": failed}
        connection.execute(_AGAIN, again)


def standing(connection: sqlite3.Connection, key: Key) -> Standing | None:
    statement = f"SELECT {_STANDING.columns} FROM todo WHERE key = ?"  # noqa: S608
    row = connection.execute(statement, (key,)).fetchone()
    return None if row is None else _STANDING.value(row)


def keys(connection: sqlite3.Connection) -> set[Key]:
    return {key for (key,) in connection.execute("SELECT key FROM todo")}


def tried(connection: sqlite3.Connection) -> set[Key]:
    """Those whose last look came to nothing."""
    return {key for (key,) in connection.execute("SELECT key FROM todo WHERE attempts > 0")}


def pending(connection: sqlite3.Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many keys are due or being looked at, and since when the oldest of them is due."""
    statement = "SELECT count(*), min(due_at) FROM todo WHERE due_at <= :now OR lease_until > :now"
    count, oldest = connection.execute(statement, {"now": micros(now)}).fetchone()
    return count, None if oldest is None else moment(oldest)


def delete(connection: sqlite3.Connection, *keys: Key) -> None:
    connection.executemany("DELETE FROM todo WHERE key = ?", [(key,) for key in keys])
