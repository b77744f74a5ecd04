"""What SQLite's errors mean for whoever wanted to store something (sqlite.org/rescode.html)."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from bridge.errors import BridgeError, Fault, Misconfigured, TryLater

_PRIMARY = 0xFF
"""The part of a result code that the table below knows; the rest only says it more exactly."""

_PASSING: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written to",
    sqlite3.SQLITE_BUSY: "another process is writing to it",
    sqlite3.SQLITE_LOCKED: "it is locked",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_CANTOPEN: "its files cannot be opened any more",
    sqlite3.SQLITE_PERM: "its files may not be opened any more",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is damaged",
}
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ACCESS = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})


def trouble(path: Path, error: Exception) -> TryLater | None:
    """What an error of an open store means: try once more. None if it is not the store's."""
    what = _PASSING.get(_code(error))
    return None if what is None else TryLater(f"the store {path}: {what} ({error})")


def refusal(path: Path, error: sqlite3.Error) -> BridgeError:
    """Why a store could not be opened: mostly the operator's to mend."""
    code = _code(error)
    if code in _DAMAGE:
        return Misconfigured(damaged(path))
    if code in _NO_ACCESS:
        return Misconfigured(no_access(path))
    later = trouble(path, error)
    return later or Misconfigured(Fault(str(path), f"cannot be opened: {error}", _ELSEWHERE))


def is_damage(error: sqlite3.Error) -> bool:
    """The file is not, or no longer, a whole SQLite database."""
    return _code(error) in _DAMAGE


def is_busy(error: sqlite3.Error) -> bool:
    """Somebody else has it open or is writing to it."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


_ELSEWHERE = "restore it from a backup, or set store.path to another file"


def damaged(path: Path) -> Fault:
    """Says that the file is not, or no longer, a whole SQLite database."""
    remedy = (
        "restore it from a backup, or move it away: rxbridge then starts with an empty store and "
        "looks for every order at PharmaOne before it sends one"
    )
    return Fault(str(path), "is damaged, or is no store at all", remedy)


def no_access(path: Path, why: str = "") -> Fault:
    """Says what keeps the file from being written; `why` is the system's word for it."""
    directory = path.absolute().parent
    if path.is_dir():
        return Fault(str(path), "is a directory", "set store.path to a file")
    if not directory.is_dir():
        remedy = "make that directory, or set store.path to a file elsewhere"
        return Fault(str(path), f"there is no directory {directory}", remedy)
    remedy = (
        f"let rxbridge's user write to the directory {directory} and the store's files in it, "
        "or set store.path to a file elsewhere"
    )
    return Fault(str(path), f"cannot be written ({why})" if why else "cannot be written", remedy)


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY
