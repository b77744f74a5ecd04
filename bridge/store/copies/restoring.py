"""Puts a backup in the store's place; the replaced file is kept beside it.

A file that SQLite has open must not be moved away under it, and a log left behind by one file
must never be met by another: SQLite would work it in. So the store's log is first worked into its
own file, which only succeeds while nobody has it open, and the file is locked until the other one
stands in its place. Whoever waited for that lock finds the name taken by another file and is
refused (SQLITE_READONLY_DBMOVED).
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bridge.errors import Fault, Misconfigured, TryLater
from bridge.store.connect import BUSY_SECONDS
from bridge.store.copies.checking import Checked, check, sound
from bridge.store.copies.doubt import doubt
from bridge.store.copies.files import (
    COMPANIONS,
    companion,
    copy,
    give_to_owner_of,
    made_beside,
    put_in_place,
)
from bridge.store.failures import is_busy, is_damage, refusal
from bridge.store.runlock import RunLock
from bridge.store.schema import APPLICATION_ID, migrate

_OTHER = "take another backup; the store was left as it is"


@dataclass(frozen=True, slots=True)
class Restored:
    """`backup` is what was found in it; `kept`: where the replaced file is, if there was one."""

    backup: Checked
    kept: Path | None


def restore(store: Path, backup: Path, *, now: datetime) -> Restored:
    """Makes the backup the store. It is doubted (see `doubt`), so that nothing is sent twice.

    Raises Misconfigured, with the store left as it is, while a `run` works on the store or if the
    backup is not sound; TryLater if a command has the store open or the disk is full.
    """
    found = sound(check(backup), _OTHER)
    if store.exists() and store.samefile(backup):
        raise Misconfigured(Fault(str(backup), "is the store itself", "name a backup of it"))
    with made_beside(store) as made, RunLock(store):
        copy(backup, made)
        _renew(made, now)
        sound(check(made), _OTHER)
        model = store if store.exists() else store.absolute().parent
        give_to_owner_of(model, made, companion(store, ".lock"))
        kept = _replace(store, made, now)
    return Restored(found, kept)


def _renew(made: Path, now: datetime) -> None:
    """Brings the copy's schema up to date, and doubts what it says."""
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        migrate(connection, str(made))
        connection.execute("BEGIN IMMEDIATE")
        doubt(connection, now)
        connection.execute("COMMIT")


def _replace(store: Path, made: Path, now: datetime) -> Path | None:
    kept = _free_name(store, now)
    if not store.exists():
        _set_aside(store, kept)
        put_in_place(made, store)
        return None
    try:
        with _held(store):
            _keep(store, kept)
            put_in_place(made, store)
    except sqlite3.Error as error:
        if not is_damage(error):
            raise refusal(store, error) from error
        _keep(store, kept)
        _set_aside(store, kept)
        put_in_place(made, store)
    return kept


@contextmanager
def _held(store: Path) -> Iterator[None]:
    """The store with its log worked in, and nobody else at it; sqlite3's error if it is damaged."""
    with closing(sqlite3.connect(store, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        _refuse_foreign(connection, store)
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            what = f"the store {store}: a command has it open; try again when it has ended"
            raise TryLater(what) from error
        yield


def _refuse_foreign(connection: sqlite3.Connection, store: Path) -> None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        remedy = "set store.path to a file of rxbridge's own"
        raise Misconfigured(Fault(str(store), "is another program's database", remedy))


def _keep(store: Path, kept: Path) -> None:
    """A second name for the file, so that the first is never without one."""
    try:
        os.link(store, kept)
    except OSError:  # a file system without second names
        shutil.copy2(store, kept)


def _set_aside(store: Path, kept: Path) -> None:
    """A log whose file is damaged or gone is kept with it; SQLite makes the rest anew."""
    for suffix in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            if suffix == "-shm":
                companion(store, suffix).unlink()
            else:
                companion(store, suffix).replace(companion(kept, suffix))


def _free_name(store: Path, now: datetime) -> Path:
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (f"{store.name}.replaced-{stamp}{f'-{n}' if n else ''}" for n in count())
    return next(path for path in map(store.with_name, names) if not path.exists())
