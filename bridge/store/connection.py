"""SQLite itself: opens the store's file, runs a connection in its thread, says what errors mean.

A file that cannot be relied on is refused (sqlite.org/rescode.html has the meaning of each code).
Only one `run` works on a file at a time.
"""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

import aiosqlite

from bridge.errors import BridgeError, Fault, Foreign, Misconfigured, Phrase, TryLater
from bridge.store.migrate import APPLICATION_ID, migrate
from bridge.store.rows import Connection

T = TypeVar("T")

CHECKPOINT_PAGES = 16_000
"""How many pages (of 4 KiB) the log may hold before a commit works it into the file, which then
takes longer: what `work_in_log` has done before is not done again."""
CACHED_STATEMENTS = 48
"""As many as orders need again and again; each weighs 5 KiB, and every pharmacy has its own."""
BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""
CHECKED_BYTES = 64 * 2**20
"""A file up to this size is read through for damage when it is opened (a fraction of a second)."""


OWNER_ALONE = 0o600
BESIDE = ("-wal", "-shm", "-journal", ".lock")
"""What stands beside the file: SQLite's, with the file's own mode, and the lock of a `run`."""


def connect_writer(path: Path) -> sqlite3.Connection:
    _make_for_owner(path)
    connection = _connect(f"{path.absolute().as_uri()}?mode=rwc")
    try:
        migrate(connection, str(path))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES:d}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _try_to_write(connection)
        _refuse_damage(connection, path)
        _close_to_others(path)
        wait_for_others(connection, 0.0)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_for_owner(path: Path) -> None:
    """A new file is its owner's alone, and so is what SQLite puts beside it."""
    with contextlib.suppress(OSError):  # it is there; or opening it says what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ALONE))


def _close_to_others(path: Path) -> None:
    """A store that every user may read was copied so by mistake: it is never made so.

    One that only a group may read besides was given to it on purpose, and stays so.
    """
    for each in (path, *(path.with_name(path.name + suffix) for suffix in BESIDE)):
        with contextlib.suppress(OSError):
            found = each.lstat()
            if (
                stat.S_ISREG(found.st_mode)
                and found.st_uid == getattr(os, "geteuid", lambda: 0)()
                and found.st_mode & stat.S_IRWXO
            ):
                each.chmod(OWNER_ALONE)


def connect_reader(path: Path) -> sqlite3.Connection:
    return _connect(f"{path.absolute().as_uri()}?mode=ro")


def connect_guest(path: Path) -> sqlite3.Connection:
    """For a look from outside, where nobody need have the file open: reads, and tidies up behind it
    (a connection that may not write leaves its log's files behind).
    """
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
    connection.execute("PRAGMA query_only = ON")
    return connection


def truncate_log(path: Path) -> None:
    """Works the log into the file and empties it, unless somebody reads in it: whoever wants to
    write has to wait meanwhile.
    """
    with closing(connect_guest(path)) as connection:
        connection.execute("PRAGMA busy_timeout = 200")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def work_in_log(path: Path) -> None:
    """Works the log into the file as far as it goes, and keeps no reader or writer waiting."""
    with contextlib.suppress(sqlite3.Error), closing(connect_guest(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _connect(uri: str) -> sqlite3.Connection:
    """In whichever thread: `Thread` sees to it that only one at a time uses it."""
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        cached_statements=CACHED_STATEMENTS,
        check_same_thread=False,
    )


def _try_to_write(connection: sqlite3.Connection) -> None:
    """Fails here rather than at the first delivery. (BEGIN alone does not, on a read-only file.)"""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
    connection.execute("ROLLBACK")


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > CHECKED_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Misconfigured(damaged(path))


class Thread(aiosqlite.Connection):
    """A connection and the thread it lives in: the only place that knows how aiosqlite works."""

    _alone: Lock

    @classmethod
    async def start(cls, connect: Callable[[], sqlite3.Connection]) -> Self:
        """Connects, in the new thread. Raises what `connect` raises, with the thread ended."""
        thread = cls(connect, iter_chunk_size=64)
        thread._alone = Lock()
        thread._thread.daemon = True  # a process that has to end is not held up by it
        try:
            await thread
        except BaseException:
            thread._thread.join()
            raise
        return thread

    async def run(self, body: Callable[[sqlite3.Connection], T]) -> T:
        """One hop into the thread and back; a caller who goes away does not stop the body. The
        thread holds on to its last work until the next, so that is handed over empty.
        """
        work: list[Any] = [body]
        await self._execute(self._in_turn, work)  # type: ignore[no-untyped-call]
        answer: T = work.pop()
        return answer

    def _in_turn(self, work: list[Any]) -> None:
        with self._alone:
            work.append(work.pop()(self._conn))

    def here(self, body: Callable[[sqlite3.Connection], T]) -> T | None:
        """In the caller's own thread; None where the other one is at work."""
        if not self._alone.acquire(blocking=False):
            return None
        try:
            return body(self._conn)
        finally:
            self._alone.release()

    async def close(self) -> None:
        """Finishes what is queued; the thread has ended afterwards."""
        await super().close()
        self._thread.join()


def wait_for_others(connection: Connection, seconds: float) -> None:
    """0: as the event loop writes. A transaction in the thread waits; PostgreSQL's always do."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def undo(connection: Connection) -> None:
    if connection.in_transaction:  # else it has been undone already
        connection.execute("ROLLBACK")


_PRIMARY = 0xFF
"""The part of a result code that the table below knows; the rest only says it more exactly."""

_PASSING: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_IOERR: "ioerr",
    sqlite3.SQLITE_CANTOPEN: "cantopen",
    sqlite3.SQLITE_PERM: "perm",
    sqlite3.SQLITE_NOMEM: "nomem",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
}
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ACCESS = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})


def trouble(path: Path, error: Exception) -> TryLater | None:
    """What an error of an open store means: try once more. None if it is not the store's."""
    code = _PASSING.get(_code(error))
    if code is None:
        return None
    return TryLater(Phrase("store-trouble", path=path, code=code, error=error))


def refusal(path: Path, error: sqlite3.Error) -> BridgeError:
    """Why a store could not be opened: mostly the operator's to mend."""
    code = _code(error)
    if code in _DAMAGE:
        return Misconfigured(damaged(path))
    if code in _NO_ACCESS:
        return Misconfigured(no_access(path))
    later = trouble(path, error)
    return later or Misconfigured(Fault(path, "not-opened", error=error))


def is_damage(error: sqlite3.Error) -> bool:
    """The file is not, or no longer, a whole SQLite database."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Another process has it open or is writing to it."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def damaged(path: Path) -> Fault:
    """Says that the file is not, or no longer, a whole SQLite database."""
    return Fault(path, "damaged")


def no_access(path: Path, why: str | None = None) -> Fault:
    """Says what keeps the file from being written; `why` is the system's word for it."""
    directory = path.absolute().parent
    if path.is_dir():
        return Fault(path, "is-directory")
    if not directory.is_dir():
        return Fault(path, "no-directory", folder=directory)
    said = Foreign(why) if why else None
    return Fault(path, "store-unwritable", folder=directory, why=said)


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY


class RunLock:
    """Held from `acquire` to `release`, or until the process ends in whatever way.

    Windows hides the process id from the others while it is held.
    It is a lock on the file `<store>.lock`, which stays where it is and holds the last owner's
    process id. Commands beside a running `run` do not need it.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = store.with_name(f"{store.name}.lock")
        self._file: int | None = None

    def acquire(self) -> Self:
        """Raises Misconfigured if another process holds it, or the file cannot be written."""
        try:
            no_link = getattr(os, "O_NOFOLLOW", 0)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | no_link, 0o600)
        except OSError as error:
            fault = no_access(self._store, error.strerror)
            raise Misconfigured(fault) from error
        from filelock import lock_descriptor  # 30 ms, which `--help` need not wait for

        if not lock_descriptor(file, blocking=False):
            pid = b""
            with contextlib.suppress(OSError):
                pid = os.read(file, 32)
            os.close(file)
            raise Misconfigured(self._held_by(pid))
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return self

    def release(self) -> None:
        """Lets the next one in; harmless if not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _held_by(self, pid: bytes) -> Fault:
        return Fault(self._store, "in-use", pid=pid.decode() if pid.isdigit() else None)
