"""One file put into another's place, whole or not at all, readable by its owner alone."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bridge.errors import Fault, Misconfigured, TryLater
from bridge.store.connect import BUSY_SECONDS, connect_guest
from bridge.store.failures import is_damage, refusal
from bridge.store.schema import APPLICATION_ID

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file while it is open, or after a crash."""

_MAGIC = b"SQLite format 3\0"
_OWNER_AT = 68
"""Where in the header the application id stands (sqlite.org/fileformat.html, 1.3)."""


def companion(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def is_a_store(path: Path) -> bool:
    """Whether the file says of itself that it is a store of rxbridge's."""
    with path.open("rb") as file:
        header = file.read(100)
    owner = int.from_bytes(header[_OWNER_AT : _OWNER_AT + 4], "big")
    return header.startswith(_MAGIC) and owner == APPLICATION_ID


@contextmanager
def made_beside(path: Path) -> Iterator[Path]:
    """An empty file of mode 600 in the same folder, gone at the end if it was not moved away.

    Raises Misconfigured if none can be made there.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    except OSError as error:
        remedy = "make that folder, let rxbridge's user write to it, or name another"
        what = f"cannot be written ({error.strerror})"
        raise Misconfigured(Fault(str(path), what, remedy)) from error
    os.close(handle)
    made = Path(name)
    try:
        yield made
    finally:
        for each in (made, *(companion(made, suffix) for suffix in COMPANIONS)):
            each.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """SQLite's online backup: one unchanging sight of `source`, with nobody kept waiting.

    The copy is one plain file, without a log beside it. Raises Misconfigured or TryLater.
    """
    try:
        with closing(connect_guest(source)) as reader, closing(_plain(target)) as writer:
            _copy(reader, writer, target)
    except sqlite3.Error as error:
        raise refusal(source, error) from error


def _copy(reader: sqlite3.Connection, writer: sqlite3.Connection, target: Path) -> None:
    reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # its faults are its own
    try:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if is_damage(error):
            raise
        what = f"{target.parent}: the copy could not be written there ({error})"
        raise TryLater(what) from error


def _plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)


def put_in_place(made: Path, path: Path) -> None:
    """Moves a finished file to where it belongs; on disk when it returns."""
    _flush(made)
    made.replace(path)
    _flush(path.absolute().parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def give_to_owner_of(model: Path, *paths: Path) -> None:
    """What root makes for the bridge's user has to belong to that user."""
    if os.geteuid() != 0:
        return
    owner = model.stat()
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.chown(path, owner.st_uid, owner.st_gid)
