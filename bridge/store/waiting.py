"""What people have to know: what is stuck, attentions, alarms, and who was told by message."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache

from bridge.core.alarms import Alarm, Topic
from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.news import Digest, Told
from bridge.core.reasons import Reason, reason_of
from bridge.store.rows import (
    Connection,
    Cursor,
    Statements,
    Table,
    as_list,
    kind_of,
    micros,
    moment,
)

SQL = Statements(__name__)


# -- what only a person can decide: one row a key, with its reason as code and facts ---------------


def put_stuck(connection: Connection, key: Key, reason: Reason, now: datetime) -> None:
    """Makes the key stuck; since earlier, if it was stuck for the same reason already."""
    connection.execute(SQL.put_stuck, (key, micros(now), reason.code, _facts_of(reason)))


def find_stuck(connection: Connection, key: Key) -> StuckRow | None:
    found = _rows(connection.execute(SQL.find_stuck, (key,)))
    return found[0] if found else None


def all_stuck(connection: Connection) -> list[StuckRow]:
    """All of them, the longest stuck first."""
    return _rows(connection.execute(SQL.all_stuck))


def stuck_for(connection: Connection) -> dict[Key, str]:
    """What each of them is stuck for."""
    return dict(connection.execute(SQL.stuck_for).fetchall())


def keys_stuck_for(connection: Connection, *wanted: str) -> set[Key]:
    """Those that are stuck for one of these reasons."""
    return {key for key, code in stuck_for(connection).items() if code in wanted}


def count_stuck(connection: Connection) -> int:
    return int(connection.execute(SQL.count_stuck).fetchone()[0])


def free(connection: Connection, *keys: Key) -> None:
    connection.executemany(SQL.free, [(key,) for key in keys])


def _rows(found: Cursor) -> list[StuckRow]:
    """Of a statement that asks for key, since, code and facts."""
    return [
        StuckRow(key, moment(since), stored_reason(code, facts))
        for key, since, code, facts in found
    ]


def _facts_of(reason: Reason) -> str:
    """A reason's facts as the tables keep them, beside its code."""
    return json.dumps(reason.document()["facts"], ensure_ascii=False)


@lru_cache(maxsize=1024)  # what many are stuck for is often the same
def stored_reason(code: str, facts: str) -> Reason:
    """A reason as the table keeps it."""
    return reason_of({"code": code, "facts": json.loads(facts)})


# -- what a person should know of orders that go on: one row an order and code ---------------------


def keep_attentions(
    connection: Connection,
    key: Key,
    reasons: Collection[Reason],
    now: datetime,
    but: Collection[str] = (),
) -> None:
    """These are all of the key's, `but` for codes that others tell; what was accepted stays so
    while it is the same.
    """
    connection.execute(
        SQL.close_others, (key, as_list([*(reason.code for reason in reasons), *but]))
    )
    for reason in reasons:
        add_attention(connection, key, reason, now)


def add_attention(connection: Connection, key: Key, reason: Reason, now: datetime) -> None:
    """One more of the key's, or the same anew."""
    connection.execute(SQL.add_attention, (key, reason.code, micros(now), _facts_of(reason)))


def close_attention(connection: Connection, key: Key, code: str) -> None:
    """It is true no more."""
    connection.execute(SQL.close_attention, (key, code))


def open_attentions(connection: Connection, key: Key | None = None) -> list[StuckRow]:
    """Those that no person has accepted, of one key or of all, the oldest first."""
    return _rows(connection.execute(SQL.open_attentions, (key, key)))


def accept(connection: Connection, key: Key, now: datetime, code: str | None = None) -> list[str]:
    """A person has seen those of the key, or the one of this code; returns their codes."""
    values = {"at": micros(now), "key": key, "code": code}
    return [code for (code,) in connection.execute(SQL.accept, values)]


def count_attentions(connection: Connection) -> int:
    return int(connection.execute(SQL.count_attentions).fetchone()[0])


# -- alarms as they stand, beside the attentions ---------------------------------------------------


def open_alarms(connection: Connection) -> list[Alarm]:
    """What is wrong now, the oldest first; without what a person has accepted."""
    rows = open_attentions(connection)
    return [_alarm(row) for row in rows if kind_of(row.key) in set(Topic)]


def keep_alarms(
    connection: Connection,
    topic: Topic,
    about: str,
    found: Iterable[Reason],
    now: datetime,
) -> tuple[list[Alarm], list[Alarm]]:
    """These are all that is wrong `about` that; which of them are new, and which are mended.

    One that goes on keeps its `since`, and stays accepted, whatever its numbers are meanwhile.
    """
    key, told = Key(f"{topic}:{about}"), {each.code: each for each in found}
    standing = {row.reason.code: row for row in _rows(connection.execute(SQL.alarms_about, (key,)))}
    for code, reason in told.items():
        connection.execute(SQL.put_alarm, (key, code, micros(now), _facts_of(reason)))
    mended = [row for code, row in standing.items() if code not in told]
    for row in mended:
        close_attention(connection, key, row.reason.code)
    fresh = [Alarm(topic, key, now, told[code]) for code in told if code not in standing]
    return fresh, list(map(_alarm, mended))


def _alarm(row: StuckRow) -> Alarm:
    return Alarm(Topic(kind_of(row.key)), row.key, row.since, row.reason)


# -- who was told what by message: one row an address and thing ------------------------------------

TOLD = Table("told", Told)
_OF = TOLD.select("WHERE address = ?")
_PUT = TOLD.upsert("address, id")
_NEWEST = TOLD.select("ORDER BY coalesce(mended_at, at) DESC, address, id LIMIT ?")


def told_to(connection: Connection, address: str) -> list[Told]:
    """What this address was told, over or not."""
    return TOLD.all(connection, _OF, (address,))


def note_told(connection: Connection, address: str, message: Digest, at: datetime) -> None:
    """The address took the message."""
    told = [Told(address, each.id, each.topic, at) for each in message.fresh]
    connection.executemany(_PUT, map(TOLD.row, told))
    connection.execute(SQL.told_over, (micros(at), address, as_list(message.over)))


def newest_told(connection: Connection, limit: int) -> list[Told]:
    return TOLD.all(connection, _NEWEST, (limit,))


def forget_told(connection: Connection, before: datetime) -> None:
    """What was told before then and not since: it is told again if it is still so."""
    connection.execute(SQL.forget_told, (micros(before),))


def everything(connection: Connection) -> list[StuckRow]:
    """What is stuck, then what a person should know besides; each the oldest first."""
    return all_stuck(connection) + open_attentions(connection)


def count(connection: Connection) -> int:
    """How much waits for a person, or is to be known by one."""
    return count_stuck(connection) + count_attentions(connection)
