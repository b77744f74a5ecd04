"""Opening a store: what cannot be opened is refused in one line, with nothing changed."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store.conftest import close
from store.given import NOW, after, content_of, delivery, record, rows_of, uid, write

from bridge.core.deliveries import Receipt
from bridge.errors import Misconfigured, TryLater
from bridge.store import Store, connection, deliveries, engine, notes, orders, views, work
from bridge.store.connection import RunLock


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


async def refused(path: Path) -> str:
    with pytest.raises(Misconfigured) as raised:
        await Store.open(path, now=NOW)
    (fault,) = raised.value.faults
    assert fault.remedy
    return str(fault)


async def test_a_new_store_is_made_and_remembers_since_when(path: Path):
    for now in (NOW, after(60)):
        store = await Store.open(path, now=now)
        assert store.path == path
        assert await store.read(lambda c: notes.get_time(c, notes.CREATED_AT)) == NOW
        await store.close()


def modes(folder: Path) -> dict[str, str]:
    return {each.name: oct(each.stat().st_mode & 0o777) for each in sorted(folder.iterdir())}


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
async def test_a_new_store_is_its_owners_alone(path: Path):
    store = await Store.open(path, now=NOW)
    with RunLock(path):
        await store.write(work.save, record(), [])
        names = [path.name, *(f"{path.name}{each}" for each in ("-shm", "-wal", ".lock"))]
        assert modes(path.parent) == dict.fromkeys(sorted(names), "0o600")
    await store.close()


@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize(("mode", "becomes"), [(0o644, 0o600), (0o660, 0o660), (0o640, 0o640)])
async def test_a_store_that_everybody_may_read_is_closed_to_them(
    path: Path, mode: int, becomes: int
):
    """It was copied so by mistake; a group's was given to it on purpose."""
    earlier = await Store.open(path, now=NOW)
    lock = path.with_name(f"{path.name}.lock")
    lock.touch()
    await earlier.write(work.save, record(7), [])
    for each in path.parent.iterdir():
        each.chmod(mode)
    store = await Store.open(path, now=NOW)
    assert set(modes(path.parent).values()) == {oct(becomes)}
    await store.write(work.save, record(8), [])
    await earlier.write(work.save, record(9), [])
    await earlier.close()
    await store.close()
    assert rows_of(path, "SELECT count(*) FROM orders") == [(3,)]


@pytest.mark.parametrize("name", ["with space.db", "50%.db", "a?b.db", "a#b.db", "ä.db"])
async def test_any_name_is_a_name(tmp_path: Path, name: str):
    store = await Store.open(tmp_path / name, now=NOW)
    await store.write(work.save, record(), [])
    await store.close()
    assert rows_of(tmp_path / name, "SELECT count(*) FROM orders") == [(1,)]


async def test_a_relative_path_counts_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    store = await Store.open(Path("here.db"), now=NOW)
    await store.close()
    assert (tmp_path / "here.db").exists()


async def test_a_missing_directory(tmp_path: Path):
    told = await refused(tmp_path / "nowhere" / "x.db")
    assert f"there is no directory {tmp_path / 'nowhere'}" in told
    assert not (tmp_path / "nowhere").exists()


async def test_a_directory_in_place_of_the_file(tmp_path: Path):
    tmp_path.chmod(0o755)
    assert "is a directory" in await refused(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


async def test_another_programs_database_keeps_its_mode(path: Path):
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE theirs (id)")
    path.chmod(0o644)
    await refused(path)
    assert path.stat().st_mode & 0o777 == 0o644


async def test_a_directory_that_may_not_be_written_to(closed_directory: Path):
    close(closed_directory)
    told = await refused(closed_directory / "x.db")
    assert "cannot be written" in told
    assert str(closed_directory) in told


async def test_a_file_that_may_not_be_written_to(closed_directory: Path):
    path = closed_directory / "x.db"
    await (await Store.open(path, now=NOW)).close()
    path.chmod(0o644)
    before = content_of(path)
    close(closed_directory)
    assert "cannot be written" in await refused(path)
    assert content_of(path) == before


async def test_a_file_that_may_only_be_read(closed_directory: Path):
    path = closed_directory / "x.db"
    await (await Store.open(path, now=NOW)).close()
    path.chmod(0o444)
    close(closed_directory, mode=0o777)
    assert "cannot be written" in await refused(path)


@pytest.mark.parametrize("content", [b"no database at all, " * 99, b"SQLite format 3\0" * 99])
async def test_a_file_that_is_no_database(path: Path, content: bytes):
    write(path, content)
    assert "is damaged, or is no store at all" in await refused(path)
    assert content_of(path) == content


async def with_orders(path: Path) -> bytes:
    store = await Store.open(path, now=NOW)
    for number in range(200):
        await store.write(work.save, record(number), [])
    await store.close()
    return content_of(path)


async def test_a_file_that_was_cut_short(path: Path):
    content = await with_orders(path)
    write(path, content[: len(content) // 2])
    assert "is damaged" in await refused(path)


def damage_one_page(path: Path, content: bytes) -> None:
    """Writes rubbish over a page of the table of orders: a leaf, by its first byte, and none of an
    index, by a column that none has.
    """
    pages = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    hit = next(
        n
        for n, page in enumerate(pages)
        if page[0] == 0x0A and b"po-150" in page and b"webhook" in page
    )
    path.write_bytes(b"".join((*pages[:hit], b"\x5a" * 4096, *pages[hit + 1 :])))


async def test_a_file_with_damage_in_the_middle(path: Path):
    damage_one_page(path, await with_orders(path))
    assert "is damaged" in await refused(path)


async def test_a_large_file_is_not_read_through(path: Path, monkeypatch: pytest.MonkeyPatch):
    content = await with_orders(path)
    damage_one_page(path, content)
    monkeypatch.setattr(connection, "CHECKED_BYTES", len(content) - 1)
    store = await Store.open(path, now=NOW)
    with pytest.raises(TryLater, match="its file is damaged"):
        for number in range(200):
            await store.read(orders.find, uid(number))
    await store.close()


async def test_a_newer_store_is_left_as_it_is(path: Path):
    await (await Store.open(path, now=NOW)).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = content_of(path)
    assert "was written by a newer rxbridge" in await refused(path)
    assert content_of(path) == before


async def test_a_store_that_has_lost_its_number(path: Path):
    await (await Store.open(path, now=NOW)).close()
    with closing(sqlite3.connect(path)) as odd:
        odd.execute("PRAGMA user_version = 0")
    assert "cannot be opened: table orders already exists" in await refused(path)


async def test_a_locked_store_is_a_passing_trouble(path: Path, monkeypatch: pytest.MonkeyPatch):
    await (await Store.open(path, now=NOW)).close()
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.02)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryLater, match="another process is writing"):
            await Store.open(path, now=NOW)


async def test_if_reading_cannot_be_opened_nothing_is(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        engine, "connect_reader", lambda _: connection._connect("file:/nowhere/x?mode=ro")
    )
    await refused(path)


async def test_if_the_first_write_fails_nothing_stays_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(notes.SQL, "put_first", "nonsense")
    with pytest.raises(sqlite3.OperationalError):
        await Store.open(path, now=NOW)


async def test_a_command_works_beside_the_one_that_runs(path: Path):
    running = await Store.open(path, now=NOW)
    beside = await Store.open(path, now=NOW)
    await running.write(notes.put, "said", "by the one")
    assert await beside.read(notes.get, "said") == "by the one"
    await beside.write(notes.put, "said", "by the other")
    assert await running.read(notes.get, "said") == "by the other"
    await beside.close()
    await running.write(notes.touch)
    await running.close()


PROCESS = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bridge.core.deliveries import OrderChanged
from bridge.core.model import PharmacyOrderUid
from bridge.store import Store, deliveries

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)

async def take(store, n):
    delivery = OrderChanged("created", f"{n}", NOW, PharmacyOrderUid(f"po-{n}"), "open")
    await store.write_together(deliveries.receive, delivery)
    print(n, flush=True)

async def main():
    store = await Store.open(Path(sys.argv[1]), now=NOW)
    if len(sys.argv) > 2:
        await store.close()
        return
    first = 0
    while True:
        await asyncio.gather(*(take(store, n) for n in range(first, first + 10)))
        first += 10

asyncio.run(main())
"""


def acknowledged_before_sigkill(path: Path) -> list[int]:
    """Deliveries that another process said it had taken, before it was killed while taking more."""
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(35)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return acknowledged


@pytest.mark.crash
async def test_what_was_acknowledged_survives_sigkill(path: Path):
    acknowledged = acknowledged_before_sigkill(path)
    store = await Store.open(path, now=NOW)
    for number in acknowledged:
        again = delivery(number, event="created", dedup_key=f"{number}")
        assert await store.write_together(deliveries.receive, again) is Receipt.DUPLICATE
    facts = await store.read(views.facts, NOW)
    assert facts.pending >= len(acknowledged)
    assert facts.open_orders == facts.pending
    await store.close()


def test_processes_that_make_a_store_at_the_same_time_all_succeed(path: Path):
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(path), "open"], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in opening:
        _, told = process.communicate()
        assert process.returncode == 0, told
