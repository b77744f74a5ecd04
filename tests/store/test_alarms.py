"""Alarms as they stand: kept while they are true, accepted, mended; and the numbers per hour."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from bridge.core import reasons
from bridge.core.alarms import Alarm, Topic
from bridge.core.model import Key
from bridge.core.reasons import Reason
from bridge.store import notes, person, waiting
from bridge.store.migrate import migrate
from bridge.store.rows import EPOCH

NOW = datetime(2026, 1, 2, 8, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = Key("silence:rxscale")


WHERE = (Topic.SILENCE, "rxscale")


def wrong(deliveries: int = 3) -> Reason:
    return reasons.SIGNATURES_WRONG(vendor="rxscale", deliveries=deliveries)


@pytest.fixture
def db() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, "memory")
    return connection


def test_an_alarm_keeps_its_time_whatever_its_numbers(db):
    first = Alarm(Topic.SILENCE, KEY, NOW, wrong())
    assert waiting.keep_alarms(db, *WHERE, [wrong()], NOW) == ([first], [])
    assert waiting.open_alarms(db) == [first]
    assert waiting.keep_alarms(db, *WHERE, [wrong(9)], LATER) == ([], [])
    assert waiting.open_alarms(db) == [first._replace(reason=wrong(9))]
    assert [row.key for row in waiting.everything(db)] == [KEY]


def test_what_is_mended_is_gone_and_other_topics_stay(db):
    waiting.keep_alarms(db, Topic.BACKUP, "store", [reasons.NO_GOOD_BACKUP(days=3)], NOW)
    waiting.keep_alarms(db, *WHERE, [wrong()], NOW)
    fresh, over = waiting.keep_alarms(db, *WHERE, [], LATER)
    assert fresh == []
    assert [alarm.key for alarm in over] == [KEY]
    assert [alarm.topic for alarm in waiting.open_alarms(db)] == [Topic.BACKUP]


def test_what_a_person_knows_is_not_told_again_until_it_was_mended(db):
    waiting.keep_alarms(db, *WHERE, [wrong()], NOW)
    assert person.accept(db, KEY, NOW)
    waiting.keep_alarms(db, *WHERE, [wrong(5)], LATER)
    assert waiting.open_alarms(db) == []
    waiting.keep_alarms(db, *WHERE, [], LATER)
    waiting.keep_alarms(db, *WHERE, [wrong()], LATER)
    assert [alarm.since for alarm in waiting.open_alarms(db)] == [LATER]
    assert waiting.count_attentions(db) == 1


def test_what_is_counted_by_the_hour(db):
    notes.count_in_hour(db, {"orders": 2, "lost": 0}, NOW)
    notes.count_in_hour(db, {"orders": 3}, NOW + timedelta(minutes=49))
    notes.count_in_hour(db, {"orders": 1}, LATER)
    hour = NOW.replace(minute=0)
    assert notes.hours_of(db, "orders") == {hour: 5, LATER.replace(minute=0): 1}
    assert notes.hours_of(db, "lost") == {}
    notes.forget_hours(db, LATER.replace(minute=0))
    assert list(notes.hours_of(db, "orders")) == [LATER.replace(minute=0)]
    notes.forget_hours(db, EPOCH)
    assert notes.hours_of(db, "orders")
