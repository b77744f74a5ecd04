"""Many writers share a commit, yet each succeeds, fails and goes away alone."""

import asyncio
import contextlib
import resource
import sqlite3
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from store.given import LEASE, NOW, delivery, key, rows_of, sql

from bridge.errors import TryLater
from bridge.store import Store, deliveries, engine, group_commit, notes, todo, waiting
from bridge.store.group_commit import MOST_TOGETHER

WRITTEN = "SELECT name FROM meta WHERE name LIKE 'n%' ORDER BY name"

EVERYTHING = """
SELECT key FROM deliveries UNION ALL SELECT uid FROM orders
UNION ALL SELECT key FROM todo UNION ALL SELECT key FROM journal
"""


def note(number: int) -> Callable[[sqlite3.Connection], int]:
    """A body that writes one row and returns its number."""

    def body(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO meta (name, value) VALUES (?, '')", (f"n{number}",))
        return number

    return body


def note_then_fail(number: int) -> Callable[[sqlite3.Connection], Any]:
    def body(connection: sqlite3.Connection) -> None:
        note(number)(connection)
        raise KeyError(number)

    return body


class Gate:
    """A body that keeps the writing thread busy until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, _: sqlite3.Connection) -> None:
        self.entered.set()
        assert self.open.wait(10)

    async def reached(self) -> None:
        await asyncio.to_thread(self.entered.wait, 10)


async def written(store: Store) -> list[str]:
    return [name for (name,) in await store.read(sql(WRITTEN))]


async def traced(store: Store) -> list[str]:
    """The statements that the writing connection runs from now on."""
    statements: list[str] = []
    await store.write(lambda c: c.set_trace_callback(statements.append))
    statements.clear()
    return statements


async def test_writers_that_come_together_share_one_commit(store: Store):
    statements = await traced(store)
    answers = await asyncio.gather(*(store.write(note(n)) for n in range(50)))
    assert answers == list(range(50))
    assert statements.count("COMMIT") == 1
    assert len(await written(store)) == 50


async def test_a_commit_has_an_upper_size(store: Store):
    statements = await traced(store)
    await asyncio.gather(*(store.write(note(n)) for n in range(2 * MOST_TOGETHER + 1)))
    assert statements.count("COMMIT") == 3


async def test_who_comes_during_a_commit_shares_the_next(store: Store):
    statements = await traced(store)
    gate = Gate()
    first = asyncio.create_task(store.write(gate))
    await gate.reached()
    later = [asyncio.create_task(store.write(note(n))) for n in range(10)]
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(first, *later)
    assert statements.count("COMMIT") == 2


async def test_the_writing_connection_waits_for_the_disk(store: Store):
    pragmas = "SELECT * FROM pragma_synchronous, pragma_journal_mode, pragma_foreign_keys"
    assert await store.write(sql(pragmas)) == [(2, "wal", 1)]


async def test_one_failing_writer_is_undone_alone(store: Store):
    answers = await asyncio.gather(
        store.write(note(1)),
        store.write(note_then_fail(2)),
        store.write(note(3)),
        return_exceptions=True,
    )
    assert answers[0] == 1
    assert isinstance(answers[1], KeyError)
    assert answers[2] == 3
    assert await written(store) == ["n1", "n3"]


async def test_an_error_of_our_own_sql_is_not_made_a_passing_one(store: Store):
    errors = (sqlite3.OperationalError, psycopg.ProgrammingError)
    with pytest.raises(errors, match="nowhere"):
        await store.write(sql("DELETE FROM nowhere"))
    with pytest.raises(errors, match="nowhere"):
        await store.read(sql("SELECT * FROM nowhere"))


async def test_if_the_transaction_is_thrown_away_nobody_is_told_of_success(store: Store):
    await store.write(note(1))
    again = sql("INSERT OR ROLLBACK INTO meta VALUES ('n1', '')")
    answers = await asyncio.gather(
        store.write(note(2)),
        store.write(again),
        store.write(note(3)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 3
    assert await written(store) == ["n1"]
    assert await store.write(note(4)) == 4


async def test_if_the_commit_fails_everybody_is_told(store: Store):
    await store.write(
        sql("CREATE TABLE child (n TEXT REFERENCES meta DEFERRABLE INITIALLY DEFERRED)")
    )
    answers = await asyncio.gather(
        store.write(note(1)),
        store.write(sql("INSERT INTO child VALUES ('an orphan')")),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 2
    assert await written(store) == []
    assert await store.write(note(2)) == 2


async def test_a_full_store_takes_nothing_and_leaves_nothing_half_done(store: Store):
    await store.write(lambda c: c.execute("PRAGMA max_page_count = 1").fetchall())
    big = "x" * 2**16
    with pytest.raises(TryLater, match="its disk is full") as raised:
        await store.write_together(deliveries.receive, delivery(1, event=big))
    assert isinstance(raised.value.__cause__, sqlite3.OperationalError)
    assert str(store.path) in raised.value.what
    assert await store.read(sql(EVERYTHING)) == []
    await store.write(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchall())
    await store.write_together(deliveries.receive, delivery(1, event=big))


async def test_a_full_store_fails_nobody_who_needs_no_more_room(store: Store):
    await store.write(note(1))
    await store.write(lambda c: c.execute("PRAGMA max_page_count = 1").fetchall())
    answers = await asyncio.gather(
        store.write(notes.put, "n1", "small"),
        store.write(notes.put, "n2", "x" * 2**16),
        return_exceptions=True,
    )
    assert isinstance(answers[1], TryLater)
    told_of_success = answers[0] is None
    assert (await store.read(notes.get, "n1") == "small") is told_of_success
    assert await store.read(notes.get, "n2") is None


@pytest.fixture
def small_files() -> Any:
    """Lets no file grow beyond a size, as a full or failing disk does; undone at the end."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_if_the_disk_refuses_the_commit_everybody_is_told_and_may_try_again(
    store: Store, small_files: Callable[[int], None]
):
    await store.write(notes.put, "before", "")
    small_files(store.path.with_name("rxbridge.db-wal").stat().st_size)
    for _ in range(2):
        answers = await asyncio.gather(
            *(store.write_together(deliveries.receive, delivery(n)) for n in range(3)),
            store.write(notes.touch),
            return_exceptions=True,
        )
        assert [type(answer) for answer in answers] == [TryLater] * 4
    assert "the disk failed" in str(answers[0])
    assert await store.read(sql("SELECT * FROM deliveries")) == []
    small_files(2**40)
    await asyncio.gather(*(store.write_together(deliveries.receive, delivery(n)) for n in range(3)))
    await store.write(notes.touch)
    assert len(await store.read(sql("SELECT * FROM deliveries"))) == 3


async def test_another_process_that_writes_for_too_long_is_a_passing_trouble(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(group_commit, "BUSY_SECONDS", 0.02)
    other = sqlite3.connect(store.path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLater, match="another process is writing to it"):
            await store.write(notes.touch)
        other.execute("ROLLBACK")
    finally:
        other.close()
    await store.write(notes.touch)


async def test_a_writer_that_went_away_while_waiting_writes_nothing(store: Store):
    gate = Gate()
    first = asyncio.create_task(store.write(gate))
    await gate.reached()
    gone, stays = (asyncio.create_task(store.write(note(n))) for n in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    gate.open.set()
    await asyncio.gather(first, stays)
    assert gone.cancelled()
    assert await written(store) == ["n2"]


async def test_a_writer_that_goes_away_during_the_commit_breaks_it_for_nobody(store: Store):
    gate = Gate()

    def body(connection: sqlite3.Connection) -> None:
        note(1)(connection)
        gate(connection)

    goes = asyncio.create_task(store.write(body))
    stays = asyncio.create_task(store.write(note(2)))
    await gate.reached()
    goes.cancel()
    await asyncio.sleep(0)
    gate.open.set()
    assert await stays == 2
    assert goes.cancelled()
    assert await written(store) == ["n1", "n2"]


async def test_a_torn_down_program_leaves_nobody_waiting(store: Store):
    gate = Gate()
    under_way = asyncio.create_task(store.write(gate))
    await gate.reached()
    waiting = asyncio.create_task(store.write(note(1)))
    await asyncio.sleep(0)
    writing = store._commits._writing
    assert writing is not None
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    gate.open.set()
    assert await store.write(note(2)) == 2
    assert await waiting == 1


async def time_to_let_go(store: Store) -> None:
    """A close that waits for nobody would have let go of the file by then."""
    for _ in range(50):
        await asyncio.sleep(0.001)
        if not store._reader._thread.is_alive():
            await asyncio.sleep(0.01)
            return


async def test_closing_finishes_what_was_begun_and_takes_no_more(path: Path):
    store = await Store.open(path, now=NOW)
    gate = Gate()
    begun = [asyncio.create_task(store.write(gate))]
    await gate.reached()
    begun += [asyncio.create_task(store.write(note(n))) for n in range(5)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    with pytest.raises(TryLater, match="is closed"):
        await store.write(note(9))
    with pytest.raises(TryLater, match="is closed"):
        await store.read(waiting.all_stuck)
    await time_to_let_go(store)
    gate.open.set()
    await closing
    assert [task.result() for task in begun[1:]] == list(range(5))
    await store.close()
    assert rows_of(path, WRITTEN) == [(f"n{n}",) for n in range(5)]
    assert not path.with_name("rxbridge.db-wal").exists(), "the log is tidied into the file"


async def test_a_reading_sees_one_state_of_the_store(store: Store):
    gate = Gate()

    def twice(connection: sqlite3.Connection) -> tuple[list[Any], list[Any]]:
        before = sql(WRITTEN)(connection)
        gate(connection)
        return before, sql(WRITTEN)(connection)

    reading = asyncio.create_task(store.read(twice))
    await gate.reached()
    await store.write(note(1))
    gate.open.set()
    assert await reading == ([], [])
    assert await written(store) == ["n1"]


async def test_a_reading_that_sqlite_ended_tells_of_its_own_error(store: Store):
    def body(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        await store.read(body)
    assert await written(store) == []


async def test_a_reading_cannot_write(store: Store):
    with pytest.raises(TryLater, match=r"cannot be written|read-only"):
        await store.read(note(1))


async def test_after_many_came_together_one_alone_is_not_kept_for_long(store: Store):
    await asyncio.gather(*(store.write(note(n)) for n in range(50)))
    assert await asyncio.wait_for(store.write(note(50)), 1) == 50
    assert len(await written(store)) == 51


async def test_under_load_those_who_come_a_little_later_share_the_commit(store: Store):
    await asyncio.gather(*(store.write(note(n)) for n in range(20)))
    statements = await traced(store)
    store._commits._usual = 20.0

    async def a_turn_later(number: int) -> int:
        for _ in range(3):
            await asyncio.sleep(0)
        return await store.write(note(number))

    await asyncio.gather(store.write(note(20)), *(a_turn_later(n) for n in range(21, 40)))
    assert statements.count("COMMIT") == 1


async def test_each_check_truly_writes(store: Store):
    """SQLite leaves out a write of what is there already, and so would not meet a full disk."""
    values = set()
    for _ in range(3):
        await store.write(notes.touch)
        values.add(await store.read(notes.get, "checked"))
    assert len(values) == 2


# -- deliveries: written in the event loop, committed in the thread --------------------------


async def test_a_delivery_needs_the_thread_for_its_commit_alone(store: Store):
    threads: dict[str, int] = {}

    def where(statement: str) -> None:
        threads.setdefault(statement.split(maxsplit=1)[0], threading.get_ident())

    await store.write(lambda c: c.set_trace_callback(where))
    threads.clear()
    await store.write_together(deliveries.receive, delivery())
    assert threads["INSERT"] == threads["BEGIN"] == threading.get_ident()
    assert threads["COMMIT"] != threading.get_ident()


async def test_while_another_process_writes_the_event_loop_goes_on(store: Store):
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        taking = asyncio.ensure_future(store.write_together(deliveries.receive, delivery()))
        for _ in range(50):
            await asyncio.sleep(0)  # would hang here for as long as the other one writes
        assert not taking.done()
        other.execute("ROLLBACK")
    assert await asyncio.wait_for(taking, 10)
    assert len(await store.read(sql(EVERYTHING))) == 3
    assert await store.write(sql("PRAGMA busy_timeout")) == [(5000,)]


async def test_a_delivery_whose_commit_fails_is_neither_there_nor_acknowledged(store: Store):
    child = "CREATE TABLE child (n TEXT REFERENCES meta DEFERRABLE INITIALLY DEFERRED)"
    orphan = "INSERT INTO child VALUES ('an orphan')"
    await store.write(sql(child))
    await store.write(sql(f"CREATE TRIGGER spoil AFTER INSERT ON deliveries BEGIN {orphan}; END"))
    with pytest.raises(sqlite3.IntegrityError):
        await store.write_together(deliveries.receive, delivery())
    assert await store.read(sql(EVERYTHING)) == []
    await store.write(sql("DROP TRIGGER spoil"))
    assert await store.write_together(deliveries.receive, delivery())
    assert len(await store.read(sql(EVERYTHING))) == 3


async def test_one_delivery_that_cannot_be_written_fails_no_other(store: Store):
    spoil = "CREATE TRIGGER spoil BEFORE INSERT ON deliveries WHEN new.dedup_key = 'created/2'"
    await store.write(sql(f"{spoil} BEGIN SELECT RAISE(ABORT, 'no'); END"))
    answers = await asyncio.gather(
        *(store.write_together(deliveries.receive, delivery(n)) for n in range(5)),
        return_exceptions=True,
    )
    assert [isinstance(answer, Exception) for answer in answers] == [n == 2 for n in range(5)]
    assert len(await store.read(sql("SELECT key FROM deliveries"))) == 4


# -- what the worker writes: in the event loop too, and together with others -------------------


async def test_what_has_time_shares_the_commit_of_who_comes_next(store: Store):
    statements = await traced(store)
    patient = asyncio.ensure_future(store.write_soon(note(1)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not statements, "it waits"
    await asyncio.gather(store.write_together(deliveries.receive, delivery()), patient)
    assert statements.count("COMMIT") == 1


async def test_what_has_time_is_written_though_nobody_comes(store: Store):
    assert await asyncio.wait_for(store.write_soon(note(1)), 1) == 1
    assert await written(store) == ["n1"]


async def test_a_brief_write_is_on_disk_once_it_is_answered(store: Store):
    await store.write_briefly(note(1))
    assert rows_of(store.path, WRITTEN) == [("n1",)]


async def test_what_writes_nothing_needs_no_commit_of_the_thread(store: Store):
    threads: set[int] = set()
    await store.write(lambda c: c.set_trace_callback(lambda _: threads.add(threading.get_ident())))
    threads.clear()
    assert await store.write_briefly(sql("SELECT 1")) == [(1,)]
    assert threads == {threading.get_ident()}


async def test_what_is_due_is_claimed_in_the_commit_that_makes_it_so(store: Store):
    statements = await traced(store)
    stored = store.write_together(deliveries.receive, delivery(1))
    claiming = store.write_last(todo.claim, 9, NOW, LEASE)
    _, claims = await asyncio.gather(stored, claiming)
    assert [claim.key for claim, _ in claims] == [key(1)]
    assert statements.count("COMMIT") == 1


async def test_a_glance_is_had_in_the_event_loop_unless_somebody_reads(store: Store):
    def where(_: sqlite3.Connection) -> int:
        return threading.get_ident()

    assert await store.glance(where) == threading.get_ident()
    gate = Gate()
    reading = asyncio.create_task(store.read(gate))
    await gate.reached()
    glance = asyncio.create_task(store.glance(where))
    await asyncio.sleep(0)
    gate.open.set()
    assert await glance != threading.get_ident()
    await reading


async def test_a_glance_at_a_store_that_cannot_be_read_is_a_passing_trouble(store: Store):
    with pytest.raises(TryLater, match=r"cannot be written|read-only"):
        await store.glance(note(1))


async def test_the_log_is_worked_into_the_file_without_a_commit_that_does_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(engine, "WORKED_IN_ROWS", 3)
    for number in range(3):
        await store.write(note(number))
    assert store._working_in is not None
    await store._working_in
    for number in range(
        3, 6
    ):  # what is written while the log is worked in is left to the next time
        await store.write(note(number))
    await store._working_in
    alone = tmp_path / "alone.db"  # without the log beside it
    alone.write_bytes(store.path.read_bytes())
    with contextlib.closing(sqlite3.connect(alone)) as connection:
        assert len(connection.execute(WRITTEN).fetchall()) >= 5


@pytest.mark.parametrize("fails", [False, True])
async def test_whatever_became_of_emptying_the_log_the_store_is_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
):
    """A stop in the middle of it, or a disk that is full just then."""
    gate, store = Gate(), await Store.open(path, now=NOW)

    def truncate_log(_: Path) -> None:
        gate(None)
        if fails:
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(engine, "truncate_log", truncate_log)
    emptying = asyncio.create_task(store.truncate_log())
    await gate.reached()
    if fails:
        gate.open.set()
    else:
        emptying.cancel()
    await asyncio.wait([emptying])
    assert emptying.cancelled() is not fails
    assert not fails or isinstance(emptying.exception(), sqlite3.OperationalError)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    gate.open.set()
    await closing
    assert not store._writer._thread.is_alive()
    assert not path.with_name("rxbridge.db-wal").exists(), "the log is tidied into the file"


def test_a_commit_sleeps_while_it_waits_for_others(tmp_path: Path):
    """uvloop's timers count whole milliseconds: one for the last fraction ends at once."""
    calls: list[float] = []

    async def write() -> None:
        store = await Store.open(tmp_path / "store.db", now=NOW)
        asked = store._commits._until

        def until(began: float) -> float:
            calls.append(began)
            return asked(began)

        store._commits._until = until  # type: ignore[method-assign]
        for number in range(9):
            await store.write_briefly(note(number))
        await store.close()

    pytest.importorskip("uvloop").run(write())
    assert 9 <= len(calls) <= 27


async def test_what_was_read_and_written_is_not_kept_until_the_next_time(store: Store):
    """A thread keeps its last work until the next: 20 MiB of a round of stock."""

    class Much:
        pass

    gone = weakref.ref(await store.read(lambda _: Much()))
    assert gone() is None
    much = Much()
    gone = weakref.ref(much)
    await store.write(lambda _, about: len(str(about)), much)
    del much
    assert gone() is None
