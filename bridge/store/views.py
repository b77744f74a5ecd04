"""What is shown of the store: the list of orders, one order's story, the numbers. Reads only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from bridge.core.deliveries import PHARMAONE, RXSCALE
from bridge.core.lifecycle import TERMINAL
from bridge.core.memory import OrderRow, Story
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, State, order_key
from bridge.core.reasons import UNUSUALLY_MANY
from bridge.store import (
    deliveries,
    journal,
    notes,
    orders,
    pharmaone_lists,
    rxscale_lists,
    todo,
    waiting,
)
from bridge.store.orders import ORDERS
from bridge.store.rows import (
    Connection,
    Statements,
    as_list,
    micros,
    moment,
    moment_or_none,
    written,
)

SQL = Statements(__name__)


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Numbers for health and metrics. Times are aware UTC.

    `pending`: keys due now or being looked at; `oldest_seconds`: how long the oldest of them has
    been due. `undecided`: of the `unsure`, those that wait for a person: they are among the
    `stuck`, and nobody else looks for them. `held_back`: of the `stuck`, those that were to be
    cancelled with too many others. `open_orders`: neither finished nor dropped.
    """

    pending: int = 0
    unsure: int = 0
    undecided: int = 0
    oldest_seconds: float | None = None
    stuck: int = 0
    attentions: int = 0
    held_back: int = 0
    open_orders: int = 0
    last_poll_at: datetime | None = None
    first_sweep_at: datetime | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    good_backup_at: datetime | None = None


_TIME = re.compile("at|since|.+_at")
_CONDITIONS = {
    "words": f"uid IN ({written(SQL.found)})",
    "open": "finished_at IS NULL",
    "left_alone": f"uid IN ({written(SQL.left_alone)})",
    "stuck": "uid IN (SELECT substr(key, 7) FROM stuck WHERE key >= 'order:' AND key < 'order;')",
    "rxscale": f"uid IN ({written(SQL.at_rxscale_alone)})",
    "pharmaone": f"uid NOT IN ({written(SQL.at_rxscale_alone)})",
    "since": "first_seen_at >= :since",
    "until": "first_seen_at < :until",
} | {
    state.value: f"finished_at IS NOT NULL AND phase = 'done' AND state = '{state}'"
    if state in TERMINAL
    else f"finished_at IS NULL AND coalesce(state, 'new') = '{state}'"
    for state in State
}
STATES = ("open", *(state.value for state in State), "left_alone")
"""What a list of orders can be of; words of `Wanted.state`."""
SIDES = ("rxscale", "pharmaone")


class Wanted(NamedTuple):
    """Which orders are asked for; what is empty does not matter. Times are aware UTC.

    `words`: how an id or a name begins, or what a SKU is called: its uid, PZN or a part of its
    name. `state`: one of `STATES`. `side`: `rxscale` for those that PharmaOne has nothing of,
    `pharmaone` for the others. `since` and `until`: when it was met.
    """

    words: str = ""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    stuck: bool = False
    side: str = ""
    exact: bool = False
    """The words are whole: no beginning, and no part of a product's name."""

    @property
    def conditions(self) -> tuple[str, ...]:
        named = (name for name in ("words", "since", "until", "stuck") if getattr(self, name))
        return (*named, *filter(None, (self.state, self.side)))

    @property
    def values(self) -> dict[str, Any]:
        """What the words may be written as in the tables, and the rest."""
        words = self.words.strip().removeprefix("order:").removeprefix("sku:")
        spelt = {words, words.lower(), words.upper(), words.zfill(8)}
        like = re.sub(r"[%_\\\s]+", "%", f"%{words}%")
        ends = {"like": "", "last": "\1"} if self.exact else {"like": like, "last": "\uffff"}
        times = {"since": self.since, "until": self.until}
        return {"words": as_list(sorted(spelt | {f"#{words}"})), **ends} | {
            name: micros(at) for name, at in times.items() if at is not None
        }


ALL = Wanted()


def day_of(text: str) -> tuple[datetime, datetime]:
    """When a day (2026-01-31) begins and ends on the wall's clock. Raises ValueError."""
    day = date.fromisoformat(text)
    midnights = (datetime.combine(each, time()) for each in (day, day + timedelta(days=1)))
    since, until = (each.astimezone() for each in midnights)
    return since, until


@cache
def listed(*conditions: str) -> str:
    """The statement that lists the orders of which these are true. Raises KeyError."""
    where = " AND ".join(_CONDITIONS[each] for each in conditions)
    inner = ("WHERE", where) if where else ()
    joined = (
        "LEFT JOIN stuck ON stuck.key = 'order:' || uid",
        "LEFT JOIN todo ON todo.key = 'order:' || uid WHERE uid IN (SELECT uid FROM orders",
        *inner,
        "ORDER BY first_seen_at DESC, uid LIMIT :limit OFFSET :offset)",
        "ORDER BY first_seen_at DESC, uid",
    )
    return ORDERS.select(" ".join(joined), "stuck.code", "stuck.facts", "todo.due_at")


def newest(
    connection: Connection, wanted: Wanted = ALL, *, limit: int = 200, offset: int = 0
) -> list[OrderRow]:
    """The orders that are wanted, the newest first. Raises KeyError for an unknown state."""
    values = {**wanted.values, "limit": limit, "offset": offset}
    rows = connection.execute(listed(*wanted.conditions), values)
    return [_order(row) for row in rows]


def called(connection: Connection, words: str, limit: int) -> list[OrderRow]:
    """The orders that are called just so; where none is, those that begin so or have such goods."""
    whole = newest(connection, Wanted(words, exact=True), limit=limit)
    return whole or newest(connection, Wanted(words), limit=limit)


class Count(NamedTuple):
    """How many orders, and when the oldest of them was met."""

    orders: int = 0
    oldest_at: datetime | None = None


def open_by_state(connection: Connection) -> dict[str, Count]:
    """The open orders by RxScale's state; one that was never looked at is new."""
    rows = connection.execute(SQL.open_by_state)
    return {state: Count(count, moment(oldest)) for state, count, oldest in rows}


def came_since(connection: Connection, at: datetime) -> Count:
    """Those that were met then or later."""
    count, oldest = connection.execute(SQL.came_since, (micros(at),)).fetchone()
    return Count(count, moment_or_none(oldest))


class RunsOut(NamedTuple):
    """A SKU of which RxScale offers less than was ordered since a time: pieces."""

    uid: PharmacySkuUid
    name: str
    offered: int
    ordered: int


def runs_out(connection: Connection, since: datetime) -> list[RunsOut]:
    """What is ordered so often that it will be gone as long after now; the first to go first."""
    return [RunsOut(*row) for row in connection.execute(SQL.runs_out, (micros(since),))]


def _order(row: Sequence[Any]) -> OrderRow:
    record = ORDERS.value(row)
    code, facts, due_at = row[len(ORDERS.names) :]
    reason = waiting.stored_reason(code, facts) if code is not None else None
    return OrderRow(record, reason, moment_or_none(due_at))


def story(connection: Connection, uid: PharmacyOrderUid) -> Story | None:
    """All that is remembered of one order; None if it is not known."""
    record = orders.find(connection, uid)
    if record is None:
        return None
    key = order_key(uid)
    standing = todo.standing(connection, key)
    entries = [*deliveries.of(connection, record), *journal.of(connection, key)]
    return Story(
        record=record,
        entries=tuple(sorted(entries, key=attrgetter("at"))),
        stuck=waiting.find_stuck(connection, key),
        attentions=tuple(waiting.open_attentions(connection, key)),
        due_at=standing.due_at if standing else None,
    )


def facts(connection: Connection, now: datetime) -> StoreFacts:
    """The numbers for health and metrics."""
    pending, oldest = todo.pending(connection, now)
    unsure, undecided = orders.count_doubted(connection)
    return StoreFacts(
        pending=pending,
        unsure=unsure,
        undecided=undecided,
        oldest_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else None,
        stuck=waiting.count_stuck(connection),
        attentions=waiting.count_attentions(connection),
        held_back=len(waiting.keys_stuck_for(connection, UNUSUALLY_MANY)),
        open_orders=orders.count_open(connection),
        last_poll_at=notes.get_time(connection, notes.LAST_POLL_AT),
        first_sweep_at=notes.get_time(connection, notes.FIRST_SWEEP_AT),
        counters=notes.counters(connection),
        good_backup_at=notes.get_time(connection, notes.GOOD_BACKUP_AT),
    )


def tables(connection: Connection) -> list[dict[str, Any]]:
    """Every table: its columns, how many rows it has, and since when the oldest is there, where
    every row has such a time.
    """
    found = []
    for (table,) in connection.execute(SQL.tables).fetchall():
        columns = connection.execute(SQL.columns, (table,)).fetchall()
        times = [name for name, always in columns if always and _TIME.fullmatch(name)]
        age = times[0] if times else "NULL"
        counted = " ".join(("SELECT count(*), min(", age, ") FROM", table))
        count, oldest = connection.execute(counted).fetchone()
        names, at = [name for name, _ in columns], moment_or_none(oldest)
        found.append({"table": table, "columns": names, "rows": count, "oldest_at": at})
    return found


# -- numbers by the hour, and what took of a SKU's stock ---------------------------------------

HOUR = 3_600_000_000


class Taker(NamedTuple):
    """An order of so many pieces of a SKU."""

    uid: str
    name: str
    amount: int
    at: datetime


def hours(
    connection: Connection, whats: Sequence[str], since: datetime
) -> dict[tuple[str, datetime], int]:
    """What was counted, by its name and the beginning of its hour; hours without any lack. With the
    orders that came to be `reviewed` or were `handed over`, and the seconds that took of them all.
    """
    found = {
        (what, moment(at)): count
        for what, at, count in connection.execute(SQL.hours, (micros(since), as_list(whats)))
    }
    asked = {"hour": HOUR, "since": micros(since)}
    for what, statement in (("reviewed", SQL.to_review), ("handed over", SQL.to_handover)):
        for hour, count, total in connection.execute(statement, asked):
            found[what, moment(hour * HOUR)] = count
            seconds = max(0, total) // 1_000_000  # made by a clock of the vendor that is ahead
            found[f"seconds {what}", moment(hour * HOUR)] = seconds
    return found


def takers(connection: Connection, uid: PharmacySkuUid, since: datetime) -> list[Taker]:
    """The orders of a SKU, the newest first."""
    rows = connection.execute(SQL.takers, (micros(since), uid))
    return [Taker(order, name, amount, moment(at)) for order, name, amount, at in rows]


_FOUND_BY_SWEEPS = {
    RXSCALE: rxscale_lists.FOUND_BY_SWEEP,
    PHARMAONE: pharmaone_lists.FOUND_BY_SWEEP,
}


def found_by_sweeps(connection: Connection) -> tuple[datetime | None, dict[str, int]]:
    """When RxScale's list was last read; and how much, of each vendor's, sweeps ever found that no
    webhook had told of.
    """
    counters = notes.counters(connection)
    found = {vendor: counters.get(name, 0) for vendor, name in _FOUND_BY_SWEEPS.items()}
    return notes.get_time(connection, notes.LAST_POLL_AT), found
