"""The store in PostgreSQL: whose rows, who may write, what it does without its server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from postgresql import Server, serving
from store.given import (
    LEASE,
    NOW,
    after,
    delivery,
    entry,
    full_record,
    key,
    make_stuck,
    sql,
    uid,
)

from bridge.errors import BridgeError, Misconfigured, TryLater
from bridge.place import Database, Place
from bridge.store import (
    Store,
    deliveries,
    exists,
    is_behind,
    notes,
    orders,
    run_lock,
    todo,
    views,
    waiting,
    work,
)
from bridge.store import journal as journals
from bridge.store.moving import SHARED, move
from bridge.store.postgresql import connection


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Store]:
    store = await Store.open(place, now=NOW)
    try:
        yield store
    finally:
        await store.close()


async def refused(place: Database) -> str:
    with pytest.raises(BridgeError) as caught:
        async with opened(place):
            pass
    return str(caught.value)


# -- whose rows -----------------------------------------------------------------------------------


async def test_a_pharmacy_sees_and_changes_its_own_rows_alone(postgresql: Server):
    one, other = postgresql.place(), postgresql.place()
    async with opened(one) as ours, opened(other) as theirs:
        await ours.write_together(deliveries.receive, delivery(1))
        await theirs.write_together(deliveries.receive, delivery(1))
        assert await ours.write(sql("DELETE FROM orders")) == []
        assert await ours.read(orders.find, uid(1)) is None
        assert await theirs.read(orders.find, uid(1)) is not None
        assert [each.key for each, _ in await theirs.write(todo.claim, 9, NOW, LEASE)] == [key(1)]
        for change in ("INSERT INTO counters VALUES (?, 'n', 1)", "UPDATE todo SET pharmacy = ?"):
            with pytest.raises(TryLater, match="row-level security"):
                await theirs.write(sql(change, one.pharmacy))


async def test_every_table_of_a_pharmacys_has_its_policy(postgresql: Server):
    without = """
        SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
        AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname
    """
    loose = """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name <> 'C'
    """
    async with opened(postgresql.place()) as store:
        assert await store.read(sql(without)) == [(each,) for each in SHARED]
        assert await store.read(sql(loose)) == []


async def test_without_a_transaction_that_names_a_pharmacy_nothing_is_seen(postgresql: Server):
    async with opened(postgresql.place()) as store:
        await store.write(notes.count, "n")
    with psycopg.connect(postgresql.url(), autocommit=True) as raw:
        with pytest.raises(psycopg.Error, match=r"rxbridge\.pharmacy"):
            raw.execute("SELECT * FROM counters")
        raw.execute("BEGIN; SELECT set_config('rxbridge.pharmacy', 'x', true); ROLLBACK")
        assert raw.execute("SELECT * FROM counters").fetchall() == []
        with pytest.raises(psycopg.Error, match="check constraint"):
            raw.execute("INSERT INTO counters (name, value) VALUES ('n', 1)")


# -- who may write --------------------------------------------------------------------------------


async def test_two_processes_that_write_follow_one_another(postgresql: Server):
    """A hint that comes while a look is settled is not lost: the row's lock comes first."""
    place = postgresql.place()
    async with opened(place) as store:
        await store.write_together(deliveries.receive, delivery(1))
        ((claim, record),) = await store.write(todo.claim, 1, NOW, LEASE)
        with psycopg.connect(place.url) as other:
            other.execute("SELECT set_config('rxbridge.pharmacy', %s, true)", (place.pharmacy,))
            other.execute("SELECT 1 FROM pharmacies WHERE id = %s FOR UPDATE", (place.pharmacy,))
            settling = asyncio.create_task(
                store.write(
                    todo.settle, claim, None, NOW, failed=False,
                    meanwhile=todo.Meanwhile(known=True, hinted=False, reported=None),
                )
            )  # fmt: skip
            done, _ = await asyncio.wait([settling], timeout=0.2)
            assert not done
            other.execute("UPDATE todo SET generation = generation + 1, why = 'another process'")
        await settling
        seen = await store.read(views.story, record.uid)
        assert seen is not None


async def test_whoever_ran_before_writes_no_more(postgresql: Server):
    place = postgresql.place()
    async with opened(place) as before, opened(place) as beside, opened(place) as after_it:
        await before.own()
        await before.write(notes.count, "n")
        await after_it.own()
        with pytest.raises(TryLater, match="taken it over"):
            await before.write(notes.count, "n")
        await beside.write(notes.count, "n")
        await after_it.write(notes.count, "n")
        assert await before.read(notes.counters) == {"n": 3}


async def test_one_run_at_a_time(postgresql: Server):
    place = postgresql.place()
    with run_lock(place):
        with pytest.raises(Misconfigured, match="another rxbridge run uses this store"):
            run_lock(place).acquire()
        with run_lock(postgresql.place()):
            pass
    with run_lock(place):
        pass


async def test_the_next_run_may_begin_before_the_server_notices_that_one_has_ended(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
):
    place, unnoticed = postgresql.place(), list[psycopg.Connection]()

    def close(connection: psycopg.Connection) -> None:
        unnoticed.append(connection)

    with monkeypatch.context() as late:
        late.setattr(psycopg.Connection, "close", close)
        run_lock(place).acquire().release()
    try:
        with run_lock(place):
            pass
    finally:
        for each in unnoticed:
            each.close()


async def test_what_nobody_wrote_is_no_news(postgresql: Server):
    place = postgresql.place()
    async with opened(place) as store, opened(place) as beside, opened(postgresql.place()) as other:
        before = await store.read(notes.version)
        await store.write(todo.claim, 1, NOW, LEASE)
        await other.write(notes.count, "n")
        assert await store.read(notes.version) == before
        await beside.write(notes.count, "n")
        assert await store.read(notes.version) != before


# -- what SQLite takes and PostgreSQL does not ----------------------------------------------------


async def test_text_with_a_letter_that_postgresql_does_not_know_is_kept_without_it(
    postgresql: Server,
):
    async with opened(postgresql.place()) as store:
        await store.write_together(
            deliveries.receive, delivery(1, name="#1\0x", dedup_key="a\0b", event="e\0")
        )
        record = await store.read(orders.find, uid(1))
        assert record is not None
        assert record.name == "#1x"
        assert await store.read(orders.find_all, [uid("1\0")]) != {}
        await store.write(journals.write, [entry(1, why="\0")] * 3)
        assert len(await store.read(journals.of, key(1))) == 3


async def test_a_record_with_every_field_comes_back_as_it_went(postgresql: Server):
    async with opened(postgresql.place()) as store:
        await store.write(work.save, full_record(), [])
        assert await store.read(orders.find, uid(1)) == full_record()


# -- a database that will not do ------------------------------------------------------------------


def of(server: Server, database: str, **changes: str) -> Database:
    return replace(server.place(database=database), **changes)


async def test_a_database_of_another_program_is_refused_and_left_alone(postgresql: Server):
    postgresql.admin("CREATE DATABASE another OWNER rxbridge")
    postgresql.admin("CREATE TABLE theirs (n int)", database="another")
    told = await refused(of(postgresql, "another"))
    assert "is another program's database - set store.url" in told
    with psycopg.connect(postgresql.url("another", "postgres")) as raw:
        tables = raw.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid > 16383")
        assert tables.fetchall() == [("theirs",)]


async def test_one_that_keeps_its_texts_otherwise_is_refused(postgresql: Server):
    postgresql.admin(
        "CREATE DATABASE latin OWNER rxbridge ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    )
    assert "keeps its texts as LATIN1" in await refused(of(postgresql, "latin"))


async def test_a_user_without_rights_is_told_which(postgresql: Server):
    postgresql.admin("CREATE DATABASE closed")
    told = await refused(of(postgresql, "closed"))
    assert "its user may not make tables in the schema public - GRANT CREATE" in told
    with pytest.raises(Misconfigured, match="GRANT CREATE"):
        exists(of(postgresql, "closed"))


async def test_a_user_who_would_see_everybodys_rows_is_refused(postgresql: Server):
    place = Database(postgresql.url(user="postgres"), "adler")
    assert "would see every pharmacy's rows" in await refused(place)


async def test_an_old_server_is_refused(postgresql: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.store.postgresql.opening.OLDEST", 99)
    assert "take PostgreSQL 99 or newer" in await refused(postgresql.place())


async def test_a_newer_bridges_tables_are_left_to_it(postgresql: Server):
    postgresql.admin("CREATE DATABASE newer OWNER rxbridge")
    place = of(postgresql, "newer")
    assert (exists(place), is_behind(place)) == (False, True)
    async with opened(place):
        assert (exists(place), is_behind(place)) == (True, False)
    postgresql.admin("UPDATE rxbridge SET version = 99", database="newer")
    async with opened(place):
        pass  # it says that this one may still work with it
    postgresql.admin("UPDATE rxbridge SET compatible = 99", database="newer")
    assert "was written by a newer rxbridge" in await refused(place)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://rxbridge:s3cret-word@127.0.0.1:1/x", "127.0.0.1:1/x"),
        ("postgresql://rxbridge:s3cret-word@127.0.0.1:port/x", "invalid integer value"),
        ("postgresql://rxbridge:s3cret-word@/x?host=/nowhere", "/nowhere"),
        ("postgresql://a?s3cret-word", "is no address of a database"),
    ],
)
async def test_a_password_is_in_no_error(url: str, told: str):
    said = await refused(Database(url, "adler"))
    assert told in said
    assert "s3cret" not in said


async def test_a_wrong_database_or_user_is_said(postgresql: Server):
    assert 'database "nowhere" does not exist' in await refused(of(postgresql, "nowhere"))
    nobody = Database(postgresql.url(user="nobody-here"), "adler")
    assert 'role "nobody-here" does not exist' in await refused(nobody)


# -- a server that goes ---------------------------------------------------------------------------


@pytest.fixture
def own_server() -> Iterator[Server]:
    with serving() as server:
        yield server


async def test_without_its_server_nothing_is_half_done_and_it_recovers_by_itself(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "DOWN_SECONDS", 0.0)
    async with opened(own_server.place()) as store:
        await store.write_together(deliveries.receive, delivery(1))
        own_server.stop("fast")
        for write in (store.write(notes.count, "n"), store.read(notes.counters)):
            with pytest.raises(TryLater, match=r"the store postgresql:///rxbridge \(test-"):
                await write
        with pytest.raises(TryLater):
            await store.write_together(deliveries.receive, delivery(2))
        own_server.start()
        await store.write_together(deliveries.receive, delivery(2))
        assert await store.read(orders.find, uid(1)) is not None
        own_server.stop("fast")
        own_server.start()  # the next one finds its connection closed, and takes another
        assert await store.write(notes.count, "n") is None
        assert await store.read(notes.counters) == {"n": 1}


async def test_a_connection_that_ends_amid_a_transaction_leaves_nothing(postgresql: Server):
    place = postgresql.place()

    def cut(asked: connection.Connection) -> None:
        notes.count(asked, "n")
        (pid,) = asked.execute("SELECT pg_backend_pid()").fetchone()
        postgresql.admin(f"SELECT pg_terminate_backend({pid})")
        notes.count(asked, "n")

    async with opened(place) as store:
        with pytest.raises(TryLater):
            await store.write(cut)
        assert await store.read(notes.counters) == {}
        await store.write(notes.count, "n")
        assert await store.read(notes.counters) == {"n": 1}


async def test_a_lock_that_another_holds_for_too_long_is_a_passing_trouble(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection.SQL, "limits", "SET lock_timeout = '50ms'")
    place = Database(f"{postgresql.url()}&application_name=impatient", "adler")
    async with opened(place) as store:
        with psycopg.connect(postgresql.url()) as other:
            other.execute("SELECT 1 FROM pharmacies WHERE id = 'adler' FOR UPDATE")
            with pytest.raises(TryLater, match="lock timeout"):
                await store.write(notes.count, "n")
        await store.write(notes.count, "n")


async def test_many_pharmacies_share_a_few_connections(postgresql: Server):
    places = [postgresql.place() for _ in range(30)]
    stores = [await Store.open(each, now=NOW) for each in places]
    await asyncio.gather(*(each.write(notes.count, "n") for each in stores))
    await asyncio.gather(*(each.read(notes.counters) for each in stores))
    with psycopg.connect(postgresql.url()) as raw:
        (count,) = raw.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rxbridge'"
        ).fetchone() or (0,)
    assert count <= connection.CONNECTIONS + 1
    for each in stores:
        await each.close()


# -- under the collation of a country -------------------------------------------------------------


async def test_keys_are_found_whatever_the_databases_collation_is(postgresql: Server):
    """The tests' database has a German one, under which all of them run."""
    async with opened(postgresql.place()) as store:
        assert await store.read(sql("SELECT 'order:po-1' < 'order;'")) == [(False,)]
        await make_stuck(store, 1)
        await store.write_together(deliveries.receive, delivery("Ä-2", name="#Ä2"))
        assert await store.read(views.newest, views.Wanted("#Ä"))
        assert len(await store.read(views.newest, views.Wanted(stuck=True))) == 1
        assert len(await store.write(todo.claim, 9, after(1), LEASE)) == 1
        assert [row.key for row in await store.read(waiting.all_stuck)] == [key(1)]


# -- from the file into the database, and back --------------------------------------------------


async def fill(place: Place) -> None:
    async with opened(place) as store:
        await make_stuck(store, 1)
        for number in range(2, 150):
            await store.write_together(deliveries.receive, delivery(number))
        await store.write(work.save, full_record(), [entry(1, why="ü'\"\\")])
        await store.write(notes.put, "a", "b")


async def contents(place: Place) -> dict[str, list[tuple[object, ...]]]:
    async with opened(place) as store:
        tables = [
            (each["table"], [name for name in each["columns"] if name not in ("pharmacy", "id")])
            for each in await store.read(views.tables)
            if each["table"] not in SHARED
        ]
        return {
            table: sorted(
                await store.read(sql(f"SELECT {', '.join(columns)} FROM {table}")),  # noqa: S608
                key=repr,
            )
            for table, columns in tables
        }


async def test_a_store_is_moved_whole_and_back(path: Path, rows: Database):
    await fill(path)
    before = await contents(path)
    told = await asyncio.to_thread(move, path, rows, NOW)
    assert told == {table: len(found) for table, found in before.items()}
    assert told["orders"] == 149
    assert await contents(rows) == before
    assert await contents(path) == before
    back = path.with_name("back.db")
    assert await asyncio.to_thread(move, rows, back, NOW) == told
    assert await contents(back) == before


async def test_nothing_is_moved_onto_a_store_or_under_a_bridge(path: Path, rows: Database):
    await fill(path)
    with run_lock(path), pytest.raises(Misconfigured, match="another rxbridge run"):
        move(path, rows, NOW)
    with run_lock(rows), pytest.raises(Misconfigured, match="another rxbridge run"):
        move(path, rows, NOW)
    with pytest.raises(Misconfigured, match="is no store of this version"):
        move(rows, path.with_name("back.db"), NOW)
    move(path, rows, NOW)
    with pytest.raises(Misconfigured, match="holds a store already"):
        move(path, rows, NOW)
    with pytest.raises(Misconfigured, match="is there already"):
        move(rows, path, NOW)


async def test_what_cannot_be_moved_whole_is_not_moved(
    path: Path, rows: Database, monkeypatch: pytest.MonkeyPatch
):
    await fill(path)
    before = await contents(path)
    monkeypatch.setattr("bridge.store.moving.NUMBERED", ("audit", "journal", "meta"))
    monkeypatch.setattr("bridge.store.moving.OWN", {"pharmacy", "id", "value"})
    with pytest.raises(BridgeError):
        move(path, rows, NOW)
    monkeypatch.undo()
    assert await contents(path) == before
    assert (await asyncio.to_thread(move, path, rows, NOW))["orders"] == 149
