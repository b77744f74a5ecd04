"""Alarms as they stand, beside the attentions; and the numbers per hour that some are judged by."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bridge.core.alarms import Alarm, Hours, Topic
from bridge.core.deliveries import PHARMAONE, RXSCALE
from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.reasons import Reason
from bridge.store import attentions, notes, p1_sweep, rx_sweep, stuck
from bridge.store.database import Connection
from bridge.store.rows import Statements, kind_of, micros, moment

SQL = Statements(__name__)
_FOUND = {RXSCALE: rx_sweep.FOUND_BY_SWEEP, PHARMAONE: p1_sweep.FOUND_BY_SWEEP}


def now(connection: Connection) -> list[Alarm]:
    """What is wrong now, the oldest first; without what a person has accepted."""
    rows = attentions.open_ones(connection)
    return [_alarm(row) for row in rows if kind_of(row.key) in set(Topic)]


def keep(
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
    standing = {
        row.reason.code: row for row in stuck.rows(connection.execute(SQL.standing, (key,)))
    }
    for code, reason in told.items():
        connection.execute(SQL.put, (key, code, micros(now), stuck.facts_of(reason)))
    mended = [row for code, row in standing.items() if code not in told]
    for row in mended:
        attentions.close(connection, key, row.reason.code)
    fresh = [Alarm(topic, key, now, told[code]) for code in told if code not in standing]
    return fresh, list(map(_alarm, mended))


def _alarm(row: StuckRow) -> Alarm:
    return Alarm(Topic(kind_of(row.key)), row.key, row.since, row.reason)


def count(connection: Connection, counts: Mapping[str, int], now: datetime) -> None:
    """Adds to what is counted in this hour."""
    hour = micros(now.replace(minute=0, second=0, microsecond=0))
    for what, by in counts.items():
        if by:
            connection.execute(SQL.count, (what, hour, by))


def found_by_sweeps(connection: Connection) -> tuple[datetime | None, dict[str, int]]:
    """When RxScale's list was last read; and how much, of each vendor's, sweeps ever found that no
    webhook had told of.
    """
    counters = notes.counters(connection)
    found = {vendor: counters.get(name, 0) for vendor, name in _FOUND.items()}
    return notes.get_time(connection, notes.LAST_POLL_AT), found


def hours(connection: Connection, what: str) -> Hours:
    """All hours that are remembered."""
    return {moment(at): counted for at, counted in connection.execute(SQL.hours, (what,))}


def forget(connection: Connection, before: datetime) -> None:
    connection.execute(SQL.forget, (micros(before),))
