"""Opens the store's file: makes or migrates it, and refuses one that cannot be relied on."""

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from bridge.errors import Misconfigured
from bridge.store.failures import damaged
from bridge.store.schema import APPLICATION_ID, migrate

CHECKPOINT_PAGES = 4000
"""How many pages (of 4 KiB) the log may hold before it is worked into the file: a commit that has
to do that takes some milliseconds longer."""
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
        _try_to_write(connection)
        _refuse_damage(connection, path)
        _close_to_others(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_for_owner(path: Path) -> None:
    """A new file is its owner's alone, and so is what SQLite puts beside it."""
    with contextlib.suppress(OSError):  # it is there; or opening it says what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ALONE))


def _close_to_others(path: Path) -> None:
    """A store that everybody may read was made by an earlier version: nobody chose that.

    One that only a group may read besides was given to it on purpose, and stays so.
    """
    for each in (path, *(path.with_name(path.name + suffix) for suffix in BESIDE)):
        with contextlib.suppress(OSError):
            found = each.stat()
            if found.st_uid == os.geteuid() and found.st_mode & stat.S_IRWXO:
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


def _connect(uri: str) -> sqlite3.Connection:
    """In whichever thread: `db` sees to it that only one at a time uses it."""
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        cached_statements=256,
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
