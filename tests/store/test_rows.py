"""Values go into rows and come out the same."""

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.given import NOW, full_record, record

from bridge.core.model import CatalogueSku, OrderRecord, P1Order, Phase
from bridge.store import Store, rows, views
from bridge.store.rows import Table, micros, moment


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_keep_every_microsecond(at: datetime):
    assert moment(micros(at)) == at


def test_times_come_back_in_utc():
    at = datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    assert moment(micros(at)).isoformat() == "2026-07-01T08:00:00+00:00"


def test_a_naive_time_is_refused():
    with pytest.raises(TypeError):
        micros(NOW.replace(tzinfo=None))


@pytest.mark.parametrize("value", [record(), full_record()], ids=["defaults", "all fields set"])
def test_a_link_comes_back_as_it_went(value: OrderRecord):
    shape = Table("orders", OrderRecord)
    row = shape.row(value)
    assert shape.value(row) == value
    assert {type(cell) for cell in row} <= {str, int, type(None)}
    assert type(row[shape.names.index("phase")]) is str, "a word is stored as plain text"


def test_a_value_stands_in_a_rows_first_columns():
    shape = Table("orders", OrderRecord)
    assert shape.value((*shape.row(record()), "more")) == record()


@dataclass
class _Odd:
    number: Any


@dataclass
class _Fractional:
    number: float


@pytest.mark.parametrize("kind", [_Odd, _Fractional])
def test_a_field_that_no_column_can_hold_is_refused(kind: type):
    with pytest.raises(TypeError, match="no column can hold"):
        Table("t", kind)


@pytest.mark.parametrize(
    ("table", "kind", "more"),
    [
        ("orders", OrderRecord, set[str]()),
        ("skus", CatalogueSku, {"seen_at"}),
        ("p1_orders", P1Order, {"first_seen_at", "unlisted_at"}),
    ],
)
async def test_the_tables_columns_are_the_fields(
    store: Store, table: str, kind: type, more: set[str]
):
    found = {each["table"]: {*each["columns"]} for each in await store.read(views.tables)}
    fields_of = {f.name for f in fields(kind) if f.compare}
    assert found[table] - {"pharmacy"} == fields_of | more


def test_statements_name_every_column_once():
    @dataclass
    class Pair:
        uid: str
        phase: Phase

    table = Table("t", Pair)
    assert table.select("WHERE uid = ?", "at") == "SELECT t.uid, t.phase, at FROM t WHERE uid = ?"
    assert table.upsert("uid", "at", kept=["at"]) == (
        "INSERT INTO t (uid, phase, at) VALUES (?, ?, ?) "
        "ON CONFLICT (uid) DO UPDATE SET phase = excluded.phase, at = coalesce(excluded.at, t.at)"
    )


def test_what_each_engine_spells_its_own_way_is_spelt_in_one_place():
    statement = rows.sql("SELECT a FROM t WHERE b IN (?...) AND c IS NOT DISTINCT FROM :c")
    named = rows.sql("SELECT a FROM t WHERE b NOT IN (:names...)")
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a, b, c)")
    connection.execute("INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', NULL)")
    wanted = rows.as_list(["x", "z"])
    assert connection.execute(statement.replace(":c", "NULL"), (wanted,)).fetchall() == [(1,)]
    assert connection.execute(named, {"names": wanted}).fetchall() == [(2,)]
    table = rows.sql("SELECT name, size FROM (?... AS name TEXT, size BIGINT) AS given")
    given = [("x", None), ("ü'\"", 2**53 + 1)]
    assert connection.execute(table, (rows.as_rows(given),)).fetchall() == given
    connection.close()
