"""What a person should know of orders that go on: one row an order and code, until it is over."""

from collections.abc import Collection
from datetime import datetime

from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.reasons import Reason
from bridge.store import stuck
from bridge.store.database import Connection
from bridge.store.rows import as_list, micros, sql

_OVER = sql("DELETE FROM attentions WHERE key = ? AND code NOT IN (?...)")
_CLOSE = "DELETE FROM attentions WHERE key = ? AND code = ?"
_PUT = """
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET
  since = CASE WHEN attentions.facts = excluded.facts THEN attentions.since ELSE excluded.since END,
  accepted_at = CASE WHEN attentions.facts = excluded.facts THEN attentions.accepted_at END,
  facts = excluded.facts
"""
_OPEN = """
SELECT key, since, code, facts FROM attentions
WHERE accepted_at IS NULL AND (? IS NULL OR key = ?) ORDER BY since, key, code
"""
_ACCEPT = """
UPDATE attentions SET accepted_at = :at
WHERE key = :key AND accepted_at IS NULL AND (:code IS NULL OR code = :code) RETURNING code
"""
_COUNT = "SELECT count(*) FROM attentions WHERE accepted_at IS NULL"


def keep(
    connection: Connection,
    key: Key,
    reasons: Collection[Reason],
    now: datetime,
    but: Collection[str] = (),
) -> None:
    """These are all of the key's, `but` for codes that others tell; what was accepted stays so
    while it is the same.
    """
    connection.execute(_OVER, (key, as_list([*(reason.code for reason in reasons), *but])))
    for reason in reasons:
        tell(connection, key, reason, now)


def tell(connection: Connection, key: Key, reason: Reason, now: datetime) -> None:
    """One more of the key's, or the same anew."""
    connection.execute(_PUT, (key, reason.code, micros(now), stuck.facts_of(reason)))


def close(connection: Connection, key: Key, code: str) -> None:
    """It is true no more."""
    connection.execute(_CLOSE, (key, code))


def open_ones(connection: Connection, key: Key | None = None) -> list[StuckRow]:
    """Those that nobody has accepted, of one key or of all, the oldest first."""
    return stuck.rows(connection.execute(_OPEN, (key, key)))


def accept(connection: Connection, key: Key, now: datetime, code: str | None = None) -> list[str]:
    """A person has seen those of the key, or the one of this code; returns their codes."""
    values = {"at": micros(now), "key": key, "code": code}
    return [code for (code,) in connection.execute(_ACCEPT, values)]


def count(connection: Connection) -> int:
    return int(connection.execute(_COUNT).fetchone()[0])
