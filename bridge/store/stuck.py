"""What waits for a person: one row a key, with its reason as code and facts."""

import json
from datetime import datetime
from functools import lru_cache

from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.reasons import Reason, reason_of
from bridge.store.database import Connection, Cursor
from bridge.store.rows import Statements, micros, moment

SQL = Statements(__name__)


def put(connection: Connection, key: Key, reason: Reason, now: datetime) -> None:
    """Makes the key stuck; since earlier, if it was stuck for the same reason already."""
    connection.execute(SQL.put, (key, micros(now), reason.code, facts_of(reason)))


def find(connection: Connection, key: Key) -> StuckRow | None:
    found = rows(connection.execute(SQL.find, (key,)))
    return found[0] if found else None


def everything(connection: Connection) -> list[StuckRow]:
    """All of them, the longest stuck first."""
    return rows(connection.execute(SQL.everything))


def codes(connection: Connection) -> dict[Key, str]:
    """What each of them is stuck for."""
    return dict(connection.execute(SQL.codes).fetchall())


def keys_for(connection: Connection, *wanted: str) -> set[Key]:
    """Those that are stuck for one of these reasons."""
    return {key for key, code in codes(connection).items() if code in wanted}


def count(connection: Connection) -> int:
    return int(connection.execute(SQL.count).fetchone()[0])


def delete(connection: Connection, *keys: Key) -> None:
    connection.executemany(SQL.delete, [(key,) for key in keys])


def rows(found: Cursor) -> list[StuckRow]:
    """Of a statement that asks for key, since, code and facts."""
    return [StuckRow(key, moment(since), reason(code, facts)) for key, since, code, facts in found]


def facts_of(reason: Reason) -> str:
    """A reason's facts as the tables keep them, beside its code."""
    return json.dumps(reason.document()["facts"], ensure_ascii=False)


@lru_cache(maxsize=1024)  # what many are stuck for is often the same
def reason(code: str, facts: str) -> Reason:
    """A reason as the table keeps it."""
    return reason_of({"code": code, "facts": json.loads(facts)})
