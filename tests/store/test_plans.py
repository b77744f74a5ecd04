"""Every statement of the store, as SQLite would run it: none reads a whole table that grows."""

import importlib
import inspect
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

import bridge.store
from bridge.store import deliveries, orders, rows, views
from bridge.store.work import _FORGET

GROWING = ("adjustments", "audit", "deliveries", "journal", "order_lines", "orders", "p1_orders")
"""With each order or deed; the other tables hold what is open now, or a row a SKU."""
ONLY_OPEN = ("orders_open", "order_lines_open", "adjustments_one_under_way")
"""Indexes of what is open now: to go through one of them is as quick with a million orders."""
NEWEST = ("journal._NEWEST_DEEDS",)
"""This goes through the table from its newest row on, and stops at its limit."""
REHEARSED = ("orders._EVERYTHING",)
"""A shadow's report is about all that it has met: some weeks. Nobody waits for it."""
LET_PASS = NEWEST + REHEARSED
BY_AGE = ("views.listed()", "views.listed(pharmaone)")
"""The lists of all orders, and of all that PharmaOne has: nearly each row is one of them."""


def statements() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(bridge.store.__path__):
        if module.ispkg:
            continue
        found = vars(importlib.import_module(f"bridge.store.{module.name}"))
        named = vars(found["SQL"]) if "SQL" in found else {}
        for name, text in {**found, **named}.items():
            is_sql = isinstance(text, str) and re.match(r"(SELECT|INSERT|UPDATE|DELETE)\b", text)
            if is_sql and ";\n" not in text:
                yield f"{module.name}.{name}", rows.sql(text)
    for conditions in lists():
        yield f"views.listed({', '.join(conditions)})", views.listed(*conditions)
    yield from ((f"work._FORGET[{number}]", text) for number, text in enumerate(_FORGET))


def lists() -> Iterator[tuple[str, ...]]:
    """Every list of orders that a person can ask for."""
    day = datetime(2026, 1, 2, tzinfo=UTC)
    days = ({}, {"since": day, "until": day})
    asked = product(("", "x"), ("", *views.STATES), days, (False, True), ("", *views.SIDES))
    for words, state, on, stuck, side in asked:
        yield views.Wanted(words, state, stuck=stuck, side=side, **on).conditions


@pytest.fixture(scope="module")
def schema() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for each in sorted(Path(bridge.store.__path__[0], "schema").glob("*.sql")):
            connection.executescript(each.read_text())
        yield connection


def plan(schema: sqlite3.Connection, statement: str) -> list[str]:
    named = dict.fromkeys(re.findall(r":(\w+)", statement))
    values = named or [None] * statement.count("?")
    rows = schema.execute(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row[3] for row in rows]


@pytest.mark.parametrize(("name", "statement"), [pytest.param(*s, id=s[0]) for s in statements()])
def test_no_statement_reads_a_whole_table_that_grows(schema, name, statement):
    scans = [step for step in plan(schema, statement) if step.startswith("SCAN")]
    read_whole = [
        step
        for step in scans
        if step.split()[1] in GROWING
        and not (step.endswith(ONLY_OPEN) or name in LET_PASS + BY_AGE)
    ]
    assert not read_whole


def test_of_the_open_orders_no_row_is_read_but_those_that_count(schema):
    for statement in (orders.SQL.count_open, orders.SQL.count_doubted):
        steps = [step for step in plan(schema, statement) if "orders_open" in step]
        assert steps
        assert all("COVERING INDEX" in step for step in steps)


def test_an_orders_deliveries_are_found_in_the_index_alone(schema):
    """Of the tens of thousands around an order's time no row is read but its own."""
    steps = plan(schema, deliveries.SQL.of)
    assert [step for step in steps if "received_at" in step and "COVERING INDEX" not in step] == []


def test_no_index_is_kept_up_for_nothing(schema):
    """Each costs every write to its table."""
    made = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%'"
    names = {name for (name,) in schema.execute(made)}
    used = " ".join(step for _, statement in statements() for step in plan(schema, statement))
    assert {name for name in names if name not in used.split()} == set()


def test_all_statements_are_found():
    assert len(list(statements())) > 140


FILES = Path(bridge.store.__path__[0], "sql")


@pytest.mark.parametrize("path", sorted(FILES.rglob("*.sql")), ids=lambda p: p.stem)
def test_each_statement_of_a_file_is_used_and_none_is_missing(path: Path):
    name = ".".join(path.relative_to(FILES).with_suffix("").parts)
    module = pytest.importorskip(f"bridge.store.{name}", exc_type=ImportError)
    used = re.findall(r"\bSQL\.(?!each\b)(\w+)|\bSQL\.each\(\"(\w+)\"", inspect.getsource(module))
    assert {one or several for one, several in used} == vars(module.SQL).keys()
