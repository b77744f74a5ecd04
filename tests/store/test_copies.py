"""Backups: taken beside a store at work, looked through, and put back in its place."""

import asyncio
import contextlib
import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store.conftest import close
from store.given import NOW, after, delivery, hint, key, record, submitted, uid

from bridge.core.model import Phase
from bridge.errors import Misconfigured, TryLater
from bridge.store import (
    Store,
    connection,
    deliveries,
    is_behind,
    orders,
    rxscale_lists,
    todo,
    views,
    work,
)
from bridge.store import backup as copies
from bridge.store.backup import back_up, check, restore
from bridge.store.connection import RunLock
from bridge.store.migrate import APPLICATION_ID, Step, migrate, steps

COUNT = "SELECT count(*) FROM deliveries"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "monday.db"


@pytest.fixture(autouse=True)
def _folder(backup: Path) -> None:
    backup.parent.mkdir()


def rows(path: Path, statement: str = COUNT) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def filled(path: Path, *numbers: int) -> None:
    """A store that knows these orders, closed again."""
    store = await Store.open(path, now=NOW)
    for number in numbers:
        await store.write_together(deliveries.receive, delivery(number))
    await store.close()


def damage(path: Path) -> None:
    """A page in the middle is overwritten, as a failing disk may do it."""
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)


# -- backup ----------------------------------------------------------------------------------


async def test_a_backup_is_one_plain_file_for_its_owner_alone(
    store: Store, path: Path, backup: Path
):
    await store.write_together(deliveries.receive, delivery(1))
    with umask(0):
        taken = back_up(path, backup)
    assert names(backup.parent) == {"monday.db"}
    assert mode(backup) == 0o600
    assert rows(backup) == [(1,)]
    assert rows(backup, "PRAGMA journal_mode") == [("delete",)]
    assert (taken.orders, taken.open_orders, taken.faults) == (1, 1, ())
    assert taken.schema == taken.newest_schema == len(steps())
    await store.write_together(deliveries.receive, delivery(2))
    assert rows(backup) == [(1,)]


@contextlib.contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    yield
    os.umask(before)


async def test_taken_in_the_middle_of_writes_it_is_one_moment(
    store: Store, path: Path, backup: Path
):
    """Each transaction writes three tables; a backup shows all of it or nothing."""
    stop = asyncio.Event()

    async def write() -> int:
        number = 0
        while not stop.is_set():
            number += 1
            await store.write_together(deliveries.receive, delivery(number))
        return number

    writing = asyncio.create_task(write())
    sums = set()
    for _ in range(15):
        await asyncio.to_thread(back_up, path, backup)
        counted = rows(
            backup,
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM todo),"
            " (SELECT count(*) FROM deliveries)",
        )
        sums |= set(counted)
    stop.set()
    written = await writing
    assert len(sums) > 1
    assert all(len(set(counts)) == 1 for counts in sums)
    assert max(sums)[0] <= written


async def test_an_older_backup_is_replaced(store: Store, path: Path, backup: Path):
    back_up(path, backup)
    await store.write_together(deliveries.receive, delivery(1))
    back_up(path, backup)
    assert rows(backup) == [(1,)]
    backup.write_bytes(b"")
    back_up(path, backup)
    assert rows(backup) == [(1,)]


async def test_what_is_no_backup_is_never_overwritten(store: Store, path: Path, backup: Path):
    backup.write_text("a letter")
    theirs = backup.with_name("theirs.db")
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE letters (a)")
    live = backup.with_name("live.db")
    await filled(live, 1)
    RunLock(live).acquire().release()
    told = {
        backup: "is no backup of rxbridge's",
        theirs: "is no backup of rxbridge's",
        live: "is another bridge's store",
        backup.parent: "is a folder",
        path: "is the store itself",
        path.with_name("rxbridge.db-wal"): "belongs to the store",
        backup.parent / "nowhere" / "x.db": "No such file or directory",
    }
    before = {each: each.read_bytes() for each in told if each.is_file()}
    for target, why in told.items():
        with pytest.raises(Misconfigured, match=why):
            back_up(path, target)
    assert {each: each.read_bytes() for each in before} == before


async def test_without_a_store_there_is_no_backup(path: Path, backup: Path):
    with pytest.raises(Misconfigured, match="there is no store here yet"):
        back_up(path, backup)
    assert names(backup.parent) == set()


async def test_a_damaged_store_does_not_replace_a_good_backup(path: Path, backup: Path):
    await filled(path, *range(200))
    back_up(path, backup)
    before = backup.read_bytes()
    damage(path)
    with pytest.raises(Misconfigured, match="is damaged"):
        back_up(path, backup)
    assert backup.read_bytes() == before
    assert names(backup.parent) == {"monday.db"}


async def test_a_file_that_is_no_store_gives_no_backup(path: Path, backup: Path):
    path.write_text("a letter " * 1000)
    with pytest.raises(Misconfigured, match="is damaged, or is no store at all"):
        back_up(path, backup)
    assert names(backup.parent) == set()


async def test_a_full_disk_leaves_the_older_backup(path: Path, backup: Path):
    """No file of the process may grow: what a full disk looks like to SQLite."""
    await filled(path, *range(200))
    back_up(path, backup)
    before = backup.read_bytes()
    assert len(before) > 65536
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, unlimited[1]))
    try:
        with pytest.raises(TryLater, match="the copy could not be written there"):
            back_up(path, backup)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert backup.read_bytes() == before
    assert names(backup.parent) == {"monday.db"}


def test_a_folder_that_may_not_be_written_to(closed_directory: Path):
    close(closed_directory)
    with pytest.raises(Misconfigured, match=r"cannot be written \(Permission denied\)"):
        with copies.made_beside(closed_directory / "x.db"):
            pass


# -- check -----------------------------------------------------------------------------------


async def test_a_sound_store_is_checked_while_it_is_open(store: Store, path: Path):
    await store.write(rxscale_lists.compare_orders, {}, began_at=NOW, now=after(1), settled=True)
    await store.write_together(deliveries.receive, delivery(1))
    found = check(path)
    assert found.faults == ()
    assert (found.orders, found.last_poll_at) == (1, after(1))


async def test_what_is_wrong_is_told(path: Path, backup: Path):
    await filled(path, *range(200))
    back_up(path, backup)
    damage(backup)
    assert any("is damaged" in str(fault) for fault in check(backup).faults)
    back_up(path, newer := backup.with_name("newer.db"))
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "newer rxbridge" in str(check(newer).faults[0])
    letter = backup.with_name("letter.db")
    letter.write_text("a letter " * 1000)
    assert "is damaged" in str(check(letter).faults[0])
    letter.write_text("")
    assert check(letter).faults == ("is empty",)
    with closing(sqlite3.connect(letter)) as connection:
        connection.execute("CREATE TABLE letters (a)")
    assert check(letter).faults == ("is another program's database",)
    with pytest.raises(Misconfigured, match="there is no such file"):
        check(backup.parent)


async def test_a_file_that_somebody_writes_to_is_looked_at_later(
    path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    await filled(path, 1)
    back_up(path, backup)
    with closing(sqlite3.connect(backup, isolation_level=None)) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TryLater, match="another process is writing to it"):
            check(backup)


async def test_checking_changes_nothing(path: Path):
    await filled(path, 1)
    before = path.read_bytes()
    check(path)
    assert path.read_bytes() == before
    assert names(path.parent) - {"kept"} == {"rxbridge.db"}


# -- restore ---------------------------------------------------------------------------------


async def test_the_backup_takes_the_stores_place_and_the_store_is_kept(path: Path, backup: Path):
    await filled(path, 1)
    back_up(path, backup)
    await filled(path, 2)
    restored = restore(path, backup, now=NOW)
    assert restored.kept == path.with_name("rxbridge.db.replaced-20260102T080000Z")
    assert rows(path) == [(1,)]
    assert rows(restored.kept) == [(2,)]
    assert mode(path) == 0o600
    again = restore(path, backup, now=NOW)
    assert again.kept == path.with_name("rxbridge.db.replaced-20260102T080000Z-1")
    store = await Store.open(path, now=NOW)
    assert {row.record.uid for row in await store.read(views.newest)} == {uid(1)}
    await store.close()


async def test_into_an_empty_folder(path: Path, backup: Path):
    await filled(path, 1)
    back_up(path, backup)
    path.unlink()
    assert restore(path, backup, now=NOW).kept is None
    assert rows(path) == [(1,)]


async def test_refused_while_a_run_works_on_the_store(path: Path, backup: Path):
    await filled(path, 1)
    back_up(path, backup)
    before = path.read_bytes()
    with RunLock(path), pytest.raises(Misconfigured, match="another rxbridge run"):
        restore(path, backup, now=NOW)
    assert path.read_bytes() == before


async def test_refused_while_a_command_has_the_store_open(store: Store, path: Path, backup: Path):
    await store.write_together(deliveries.receive, delivery(1))
    back_up(path, backup)
    await store.write_together(deliveries.receive, delivery(2))
    with pytest.raises(TryLater, match="a command has it open"):
        restore(path, backup, now=NOW)
    await store.write_together(deliveries.receive, delivery(3))
    assert await store.read(lambda c: c.execute(COUNT).fetchone()) == (3,)


@pytest.mark.parametrize("spoil", [damage, Path.unlink, lambda p: p.write_text("a letter" * 999)])
async def test_a_backup_that_is_not_sound_changes_nothing(path: Path, backup: Path, spoil):
    await filled(path, *range(200))
    back_up(path, backup)
    before = path.read_bytes()
    spoil(backup)
    with pytest.raises(Misconfigured):
        restore(path, backup, now=NOW)
    assert path.read_bytes() == before
    assert names(path.parent) <= {"kept", "rxbridge.db", "rxbridge.db.lock"}


async def test_the_store_is_no_backup_of_itself(path: Path):
    await filled(path, 1)
    with pytest.raises(Misconfigured, match="is the store itself"):
        restore(path, path, now=NOW)


async def test_another_programs_database_is_not_replaced(path: Path, backup: Path):
    await filled(path, 1)
    back_up(path, backup)
    path.unlink()
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE letters (a)")
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="another program's database"):
        restore(path, backup, now=NOW)
    assert path.read_bytes() == before


async def test_the_log_of_a_killed_bridge_goes_with_its_own_file(
    store: Store, path: Path, backup: Path, tmp_path: Path
):
    """After kill -9 half of the store is in its log: it must not meet the backup, nor be lost."""
    await store.write_together(deliveries.receive, delivery(1))
    back_up(path, backup)
    await store.write_together(deliveries.receive, delivery(2))
    (tmp_path / "killed").mkdir()
    killed = tmp_path / "killed" / "rxbridge.db"
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(path.with_name(path.name + suffix), killed.with_name(killed.name + suffix))
    restored = restore(killed, backup, now=NOW)
    assert not {"rxbridge.db-wal", "rxbridge.db-shm"} & names(killed.parent)
    assert rows(killed) == [(1,)]
    assert restored.kept is not None
    assert rows(restored.kept) == [(2,)]


async def test_a_log_without_its_store_is_kept_aside(
    store: Store, path: Path, backup: Path, tmp_path: Path
):
    await store.write_together(deliveries.receive, delivery(1))
    back_up(path, backup)
    (tmp_path / "lost").mkdir()
    lost = tmp_path / "lost" / "rxbridge.db"
    for suffix in ("-wal", "-shm"):
        shutil.copy(path.with_name(path.name + suffix), lost.with_name(lost.name + suffix))
    restore(lost, backup, now=NOW)
    assert rows(lost) == [(1,)]
    assert names(lost.parent) == {
        "rxbridge.db",
        "rxbridge.db.lock",
        "rxbridge.db.replaced-20260102T080000Z-wal",
    }


@pytest.mark.parametrize("spoil", [damage, lambda path: path.write_bytes(b"\xff" * 40960)])
async def test_a_damaged_store_is_what_it_is_for(path: Path, backup: Path, spoil):
    await filled(path, *range(200))
    back_up(path, backup)
    spoil(path)
    path.with_name("rxbridge.db-wal").write_bytes(b"stale")
    before = path.read_bytes()
    restored = restore(path, backup, now=NOW)
    assert rows(path) == [(200,)]
    assert not path.with_name("rxbridge.db-wal").exists()
    assert restored.kept is not None
    assert restored.kept.read_bytes()[4096 * 3 :] == before[4096 * 3 :]


async def test_who_waited_for_the_store_meanwhile_cannot_write_into_it(
    path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    """A command that began just before: its connection belongs to the file that was replaced."""
    await filled(path, 1)
    back_up(path, backup)
    late: list[sqlite3.Connection] = []
    keep = copies._keep

    def begin_late(store: Path, kept: Path) -> None:
        late.append(sqlite3.connect(store, isolation_level=None, timeout=0.1))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            late[0].execute(COUNT)
        keep(store, kept)

    monkeypatch.setattr(copies, "_keep", begin_late)
    restore(path, backup, now=NOW)
    with closing(late[0]) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("PRAGMA journal_mode = WAL")
    assert not path.with_name("rxbridge.db-wal").exists()
    assert rows(path) == [(1,)]


async def test_a_restore_that_fails_in_the_middle_leaves_the_store(
    path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    await filled(path, 1)
    back_up(path, backup)
    await filled(path, 2)

    def fails(made: Path, store: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(copies, "put_in_place", fails)
    with pytest.raises(OSError, match="no space left"):
        restore(path, backup, now=NOW)
    assert rows(path) == [(2,)]
    assert not [name for name in names(path.parent) if name.startswith(".")]


async def test_where_a_file_can_have_one_name_only(
    path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
):
    await filled(path, 1)
    back_up(path, backup)

    def fails(*_: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(os, "link", fails)
    restored = restore(path, backup, now=NOW)
    assert restored.kept is not None
    assert rows(restored.kept) == [(1,)]


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    path: Path, backup: Path, newer: tuple[Step, ...]
):
    with closing(sqlite3.connect(backup, isolation_level=None)) as old:
        migrate(old, "old", newer[:-1])
    before = len(newer) - 1
    assert check(backup).schema == before
    assert is_behind(backup)
    restored = restore(path, backup, now=NOW)
    assert restored.backup.schema == before
    assert check(path).schema == len(newer) == len(steps())
    assert rows(backup, "PRAGMA user_version") == [(before,)]
    assert rows(path, "PRAGMA application_id") == [(APPLICATION_ID,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_restores_belongs_to_the_bridges_user(path: Path, backup: Path):
    await filled(path, 1)
    back_up(path, backup)
    os.chown(path, 1234, 1235)
    restore(path, backup, now=NOW)
    lock = path.with_name("rxbridge.db.lock")
    assert {(each.stat().st_uid, each.stat().st_gid) for each in (path, lock)} == {(1234, 1235)}


# -- doubt -----------------------------------------------------------------------------------


async def test_what_a_restored_store_is_not_sure_of(path: Path, backup: Path):
    links = [
        record(1),
        record(
            2, phase=Phase.SUBMITTING, intent_at=NOW, doubted_at=NOW, attempts=1, searched_at=NOW
        ),
        record(3, phase=Phase.SUBMITTING, intent_at=NOW),
        submitted(4, echoes="pending review"),
        replace(submitted(5), phase=Phase.DONE, finished_at=NOW),
        record(6, phase=Phase.DROPPED, finished_at=NOW),
        record(7, claimed_as="pending review"),
    ]
    store = await Store.open(path, now=NOW)
    await store.write(rxscale_lists.compare_orders, {}, began_at=NOW, now=NOW, settled=True)
    await store.write(todo.hint, [hint(number) for number in range(1, 8)], NOW)
    for each in links:
        await store.write(work.save, each, [])
    await store.write(lambda c: c.execute("DELETE FROM todo"))
    await store.close()
    back_up(path, backup)
    restore(path, backup, now=after(60))
    store = await Store.open(path, now=after(60))
    found = {number: await store.read(orders.find, uid(number)) for number in range(1, 8)}
    assert (await store.read(views.facts, after(60))).first_sweep_at is None
    story = await store.read(views.story, uid(1))
    due = {
        key for (key,) in await store.read(lambda c: c.execute("SELECT key FROM todo").fetchall())
    }
    await store.close()
    assert due == {key(number) for number in (1, 2, 3, 4, 7)}
    assert [found[number].phase for number in (1, 2, 3, 7)] == [Phase.KNOWN] * 4
    assert [found[n].doubted_at for n in range(1, 8)] == [NOW] * 5 + [None, NOW]
    assert [found[n].searched_at for n in range(1, 8)] == [None] * 7
    assert found[4].phase is Phase.SUBMITTED
    assert (found[4].rx_seen_at, found[4].echoes) == (None, "")
    assert found[5].rx_seen_at == NOW
    assert found[6] == links[5]
    assert found[7].claimed_as is None
    assert [entry.what for entry in story.entries] == ["restored"]


async def test_numbers_and_adjustments_of_before_are_doubted(path: Path, backup: Path):
    await filled(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO stock (pharmacy_sku_uid, rx_stock, pushed, drift_at, left_at)"
            " VALUES (?, 5, 5, 1, ?)",
            [("psku-1", None), ("psku-2", 7)],
        )
        connection.executemany(
            "INSERT INTO adjustments VALUES (?, '1', 1, 1, 'ref', 11, ?, NULL, NULL)",
            [("sku:psku-1", None), ("sku:psku-2", 12)],
        )
        connection.execute("INSERT INTO meta VALUES ('catalogue_mark', 'x'), ('stock_asked', 'y')")
    back_up(path, backup)
    restore(path, backup, now=NOW)
    numbers = "SELECT pharmacy_sku_uid, rx_stock, pushed, drift_at, left_at FROM stock"
    assert rows(path, numbers) == [("psku-2", None, None, None, 7)]
    assert rows(path, "SELECT sent_at FROM adjustments ORDER BY 1") == [(11,), (12,)]
    assert rows(path, "SELECT name FROM meta") == [("created_at",)]
