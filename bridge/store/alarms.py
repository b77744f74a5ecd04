"""Alarms as they stand, beside the attentions; and the numbers per hour that some are judged by."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from bridge.core.alarms import Alarm, Found, Hours, Topic
from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.store import attentions, stuck
from bridge.store.rows import kind_of, micros, moment

_STANDING = "SELECT key, since, code, facts FROM attentions WHERE key LIKE ? || ':%' ORDER BY since"
_PUT = """
INSERT INTO attentions (key, code, since, facts) VALUES (?, ?, ?, ?)
ON CONFLICT (key, code) DO UPDATE SET facts = excluded.facts
"""
_COUNT = """
INSERT INTO hours (what, at, count) VALUES (?, ?, ?)
ON CONFLICT (what, at) DO UPDATE SET count = hours.count + excluded.count
"""
_HOURS = "SELECT at, count FROM hours WHERE what = ?"
_FORGET = "DELETE FROM hours WHERE at < ?"


def now(connection: sqlite3.Connection) -> list[Alarm]:
    """What is wrong now, the oldest first; without what a person has accepted."""
    rows = attentions.open_ones(connection)
    return [_alarm(row) for row in rows if kind_of(row.key) in set(Topic)]


def keep(
    connection: sqlite3.Connection, topic: Topic, found: Iterable[Found], now: datetime
) -> tuple[list[Alarm], list[Alarm]]:
    """These are all that is wrong of the topic; which of them are new, and which are mended.

    One that goes on keeps its `since`, and stays accepted, whatever its numbers are meanwhile.
    """
    told = {(Key(f"{topic}:{each.about}"), each.reason.code): each.reason for each in found}
    before = stuck.rows(connection.execute(_STANDING, (topic,)))
    standing = {(row.key, row.reason.code): row for row in before}
    over = [_alarm(row) for name, row in standing.items() if name not in told]
    for alarm in over:
        attentions.close(connection, alarm.key, alarm.reason.code)
    for (key, code), reason in told.items():
        connection.execute(_PUT, (key, code, micros(now), stuck.facts_of(reason)))
    fresh = [Alarm(topic, name[0], now, told[name]) for name in told if name not in standing]
    return fresh, over


def _alarm(row: StuckRow) -> Alarm:
    return Alarm(Topic(kind_of(row.key)), row.key, row.since, row.reason)


def count(connection: sqlite3.Connection, counts: Mapping[str, int], now: datetime) -> None:
    """Adds to what is counted in this hour."""
    hour = micros(now.replace(minute=0, second=0, microsecond=0))
    for what, by in counts.items():
        if by:
            connection.execute(_COUNT, (what, hour, by))


def hours(connection: sqlite3.Connection, what: str) -> Hours:
    """All hours that are remembered."""
    return {moment(at): counted for at, counted in connection.execute(_HOURS, (what,))}


def forget(connection: sqlite3.Connection, before: datetime) -> None:
    connection.execute(_FORGET, (micros(before),))
