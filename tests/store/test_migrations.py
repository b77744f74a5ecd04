"""Every older store ends in the same schema as a new one, by whole steps or not at all."""

import re
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from postgresql import Server
from store.given import NOW, delivery, key, rows_of, uid

from bridge.errors import Misconfigured
from bridge.place import Place
from bridge.store import Store, deliveries, notes, orders, todo
from bridge.store import migrate as module
from bridge.store.migrate import APPLICATION_ID, Step, migrate, split, steps

SCHEMA = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
RELEASED = module.SCHEMA
HEADER = "SELECT * FROM pragma_user_version, pragma_application_id"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def newest() -> list[object]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, "x.db")
        return fresh.execute(SCHEMA).fetchall()


@pytest.mark.parametrize("already", range(len(steps()) + 2))
async def test_a_store_of_any_age_ends_in_the_newest_schema(
    path: Path, already: int, newer: tuple[Step, ...]
):
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        migrate(old, str(path), newer[:already])
    for _ in range(2):
        store = await Store.open(path, now=NOW)
        await store.close()
        assert rows_of(path, SCHEMA) == newest()
        assert rows_of(path, HEADER) == [(len(steps()), APPLICATION_ID)]


async def test_what_is_stored_is_still_there_after_a_step(path: Path, newer: tuple[Step, ...]):
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        migrate(old, str(path), newer[:-1])
        old.execute("INSERT INTO meta (name, value) VALUES ('said', 'so')")
    store = await Store.open(path, now=NOW)
    assert await store.read(notes.get, "said") == "so"
    await store.close()


def test_the_steps_are_numbered_without_gaps():
    assert [step.number for step in steps()] == [int(step.name[:4]) for step in steps()]
    assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))


def test_each_file_and_table_says_what_it_is():
    for step in steps():
        assert re.match(r"-- [A-Z].*", step.statements[0]), step.name
        for statement in step.statements:
            if "CREATE TABLE" in statement:
                assert re.search(r"^-- One row .+\n(--.*\n)*CREATE TABLE", statement, re.MULTILINE)
                assert re.search(r"\) STRICT(, WITHOUT ROWID)?;$", statement)


def test_a_step_is_taken_whole_or_not_at_all(connection: sqlite3.Connection):
    migrate(connection, "x.db")
    before = connection.execute(SCHEMA).fetchall()
    number = len(steps()) + 1
    broken = Step(number, "broken", ("CREATE TABLE half (a TEXT) STRICT;", "CREATE nonsense;"))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, "x.db", (*steps(), broken))
    assert connection.execute(SCHEMA).fetchall() == before
    assert not connection.in_transaction
    mended = Step(number, "mended", ("CREATE TABLE half (a TEXT) STRICT;",))
    migrate(connection, "x.db", (*steps(), mended))
    assert connection.execute("PRAGMA user_version").fetchone() == (number,)


def test_a_step_that_another_process_took_meanwhile_is_left_out(path: Path):
    def locked_later(action: int, *_: object) -> int:
        if action == sqlite3.SQLITE_TRANSACTION and not other.in_transaction and not took:
            took.append(1)
            migrate(other, "x.db")
        return sqlite3.SQLITE_OK

    took: list[int] = []
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as slow,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        slow.set_authorizer(locked_later)
        migrate(slow, "x.db")
        assert took
        assert slow.execute(SCHEMA).fetchall() == newest()


def test_a_transaction_that_is_gone_already_is_not_rolled_back(connection: sqlite3.Connection):
    ends = Step(1, "ends", ("ROLLBACK;", "CREATE nonsense;"))
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        migrate(connection, "x.db", (ends,))


def test_a_newer_store_is_refused(connection: sqlite3.Connection):
    migrate(connection, "x.db")
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Misconfigured, match=r"^x.db: was written by a newer rxbridge \(schema 99"):
        migrate(connection, "x.db")


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE theirs (a)", "PRAGMA user_version = 1", "PRAGMA application_id = 7"],
)
def test_another_programs_database_is_refused(connection: sqlite3.Connection, statement: str):
    connection.execute(statement)
    before = connection.execute(SCHEMA).fetchall()
    with pytest.raises(Misconfigured, match="is another program's database"):
        migrate(connection, "x.db")
    assert connection.execute(SCHEMA).fetchall() == before


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("", []),
        ("SELECT 1;", ["SELECT 1;"]),
        ("SELECT 1; SELECT 2;\n", ["SELECT 1;", "SELECT 2;"]),
        ("SELECT ';';", ["SELECT ';';"]),
        ("-- one; two\nSELECT 1;", ["-- one; two\nSELECT 1;"]),
        ("/* one; two */ SELECT 1;", ["/* one; two */ SELECT 1;"]),
        ("SELECT 1;\n\n-- the end; really\n", ["SELECT 1;"]),
        (
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
            ["CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;", "SELECT 3;"],
        ),
    ],
)
def test_splitting_a_script(script: str, statements: list[str]):
    assert list(split(script)) == statements


@pytest.mark.parametrize("script", ["SELECT 1", "SELECT 1; SELECT 2", "SELECT 'a;"])
def test_a_script_without_an_end_is_refused(script: str):
    with pytest.raises(ValueError, match="without end"):
        list(split(script))


# -- programs of several versions beside each other ------------------------------------------------

EXPANDS = """-- Made up: what programs of the first step need not know of.
-- Compatible with step 1.

-- One row a wish.
CREATE TABLE wishes (
  wish  TEXT NOT NULL
) STRICT;
ALTER TABLE orders ADD COLUMN wished INTEGER;
"""
CONTRACTS = """-- Made up: what programs of the first step need, and those of the second do not.
-- Compatible with step 2.

DROP TABLE hours;
"""
BREAKS = """-- Made up: it says nothing of programs before it.

DROP TABLE counters;
"""
Program = Callable[..., None]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """Makes this the program that knows the released steps and these."""

    def become(*made_up: str) -> None:
        folder = tmp_path / f"schema-{len(made_up)}"
        if not folder.exists():
            shutil.copytree(RELEASED, folder)
        for number, text in enumerate(made_up, start=len([*RELEASED.glob("*.sql")]) + 1):
            (folder / f"{number:04}_made_up.sql").write_text(text)
        monkeypatch.setattr(module, "SCHEMA", folder)
        steps.cache_clear()

    yield become
    steps.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, path: Path) -> Place:
    """Of a database of its own: others are not to see its schema."""
    if request.param == "sqlite":
        return path
    server: Server = request.getfixturevalue("postgresql")
    name = f"versions_{secrets.token_hex(4)}"
    server.admin(f"CREATE DATABASE {name} OWNER rxbridge")
    return server.place(database=name)


async def take(place: Place, number: int) -> None:
    store = await Store.open(place, now=NOW)
    await store.write_together(deliveries.receive, delivery(number))
    await store.close()


async def test_an_older_program_goes_on_beside_a_schema_that_only_adds(
    place: Place, program: Program
):
    program()
    at_work = await Store.open(place, now=NOW)
    await at_work.write_together(deliveries.receive, delivery(1))
    program(EXPANDS)
    await take(place, 2)
    await at_work.write_together(deliveries.receive, delivery(3))
    taken = await at_work.write(todo.claim, 9, NOW, timedelta(minutes=1))
    assert {each.key for each, _ in taken} == {key(1), key(2), key(3)}
    await at_work.close()
    program()
    await take(place, 4)
    program(EXPANDS)
    again = await Store.open(place, now=NOW)
    assert await again.read(orders.find, uid(4)) is not None
    assert await again.read(lambda c: c.execute("SELECT count(*) FROM wishes").fetchone()) == (0,)
    await again.close()


async def test_what_takes_something_away_refuses_those_that_need_it(place: Place, program: Program):
    program(EXPANDS)
    await take(place, 1)
    program(EXPANDS, CONTRACTS)
    await take(place, 2)
    program(EXPANDS)
    await take(place, 3)
    program()
    told = rf"^[^\n]*: was written by a newer rxbridge \(schema {len(steps()) + 2}, this one knows"
    with pytest.raises(Misconfigured, match=told):
        await Store.open(place, now=NOW)


async def test_a_step_that_says_nothing_is_for_its_own_programs_alone(
    place: Place, program: Program
):
    program(EXPANDS, BREAKS)
    await take(place, 1)
    program(EXPANDS)
    with pytest.raises(Misconfigured, match="was written by a newer rxbridge"):
        await Store.open(place, now=NOW)


def test_no_step_takes_back_what_one_before_it_said():
    said = [step.compatible for step in steps()]
    assert said == sorted(said)
    assert all(step.compatible <= step.number for step in steps())
