"""Copies of the store: taken while it is at work, checked, and put back in its place.

A file that SQLite has open must not be moved away under it, and a log left behind by one file
must never be met by another: SQLite would work it in. So for `restore` the store's log is first
worked into its own file, which only succeeds while no process has it open, and the file is locked
until the other one stands in its place. A process that waited for that lock finds the name taken by
another file and is refused (SQLITE_READONLY_DBMOVED).
"""

import contextlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bridge.core.journal import Event
from bridge.errors import Fault, Foreign, Misconfigured, Phrase, TryLater
from bridge.store import notes, rxscale_lists, stock
from bridge.store.connection import (
    BUSY_SECONDS,
    RunLock,
    connect_guest,
    damaged,
    is_busy,
    is_damage,
    refusal,
)
from bridge.store.migrate import APPLICATION_ID, migrate, refuse_foreign, steps, version
from bridge.store.rows import Connection, Statements, micros

SQL = Statements(__name__)

MOST_FAULTS = 20
COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file while it is open, or after a crash."""

_MAGIC = b"SQLite format 3\0"
_OWNER_AT = 68
"""Where in the header the application id stands (sqlite.org/fileformat.html, 1.3)."""
_OTHER = Phrase("another-backup")
_BESIDE = (*COMPANIONS, ".lock")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; it is sound if there are no `faults`. `schema` 0: it could not be read.

    `last_poll_at`: when RxScale's list was last read whole, so how old a backup is.
    """

    path: Path
    size_bytes: int
    schema: int = 0
    newest_schema: int = 0
    orders: int = 0
    open_orders: int = 0
    last_poll_at: datetime | None = None
    faults: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """`backup` is what was found in it; `kept`: where the replaced file is, if there was one."""

    backup: Checked
    kept: Path | None


# -- taking one ---------------------------------------------------------------------------------


def back_up(store: Path, target: Path) -> Checked:
    """Copies the store to `target`, of mode 600, checked before it is given that name.

    An older backup of that name is replaced at the last moment. Raises Misconfigured if `target`
    is anything else, and for a store that is damaged; TryLater for a full disk.
    """
    if not store.is_file():
        raise Misconfigured(Fault(store, "no-store"))
    _refuse(store, target)
    with made_beside(target) as made:
        copy(store, made)
        sound(check(made), Phrase("fault-damaged.remedy"))
        put_in_place(made, target)
    return check(target)


def _refuse(store: Path, target: Path) -> None:
    kind = _why_not(store, target)
    if kind is not None:
        raise Misconfigured(Fault(target, "no-backup-there", kind=kind))


def _why_not(store: Path, target: Path) -> str | None:
    if target.is_dir():
        return "folder"
    if target.absolute() in [companion(store.absolute(), suffix) for suffix in _BESIDE]:
        return "beside"
    if not target.exists():
        return None
    if target.samefile(store):
        return "store"
    if any(companion(target, suffix).exists() for suffix in _BESIDE):
        return "others"
    if target.stat().st_size and not is_a_store(target):
        return "foreign"
    return None


# -- checking one -------------------------------------------------------------------------------


def check(path: Path) -> Checked:
    """SQLite's integrity check and the schema's version.

    What is wrong with the file is part of the answer. Raises Misconfigured if there is none or it
    cannot be read, TryLater if it is locked.
    """
    if not path.is_file():
        raise Misconfigured(Fault(path, "no-store-file"))
    size = path.stat().st_size
    try:
        with closing(connect_guest(path)) as connection:
            connection.execute("BEGIN")
            return _checked(connection, path, size)
    except Misconfigured as foreign:
        return Checked(path, size, faults=tuple(fault.phrase for fault in foreign.faults))
    except sqlite3.Error as error:
        if is_damage(error):
            why = Phrase("so-it-says", what=damaged(path).phrase, error=error)
            return Checked(path, size, faults=(why,))
        raise refusal(path, error) from error


def is_behind(path: Path) -> bool:
    """Whether opening the file would bring it up to this version, which an earlier one cannot read.

    An empty file is. Raises as opening it would.
    """
    try:
        with closing(connect_guest(path)) as connection:
            refuse_foreign(connection, str(path), newest=len(steps()))
            return version(connection) < len(steps())
    except sqlite3.Error as error:
        raise refusal(path, error) from error


def sound(found: Checked, way: Phrase) -> Checked:
    """What was found, if nothing is wrong with it. Raises Misconfigured."""
    if found.faults:
        raise Misconfigured([Fault(found.path, "unsound", what=e, way=way) for e in found.faults])
    return found


def _checked(connection: sqlite3.Connection, path: Path, size: int) -> Checked:
    refuse_foreign(connection, str(path), newest=len(steps()))
    schema = version(connection)
    if schema == 0:
        return Checked(path, size, faults=(Phrase("is-empty"),))
    counts = "SELECT count(*), count(*) FILTER (WHERE finished_at IS NULL) FROM orders"
    orders, open_orders = connection.execute(counts).fetchone()
    return Checked(
        path=path,
        size_bytes=size,
        schema=schema,
        newest_schema=len(steps()),
        orders=orders,
        open_orders=open_orders,
        last_poll_at=notes.get_time(connection, notes.LAST_POLL_AT),
        faults=tuple(_faults(connection)),
    )


def _faults(connection: sqlite3.Connection) -> Iterator[Phrase]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS:d})"):
        if line != "ok":
            yield Phrase("is-damaged", line=line)


# -- putting one back ---------------------------------------------------------------------------


def restore(store: Path, backup: Path, *, now: datetime) -> Restored:
    """Makes the backup the store. It is doubted (see `doubt`), so that nothing is sent twice.

    Raises Misconfigured, with the store left as it is, while a `run` works on the store or if the
    backup is not sound; TryLater if a command has the store open or the disk is full.
    """
    found = sound(check(backup), _OTHER)
    if store.exists() and store.samefile(backup):
        raise Misconfigured(Fault(backup, "store-itself"))
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
    """The store with its log worked in, and locked for others; sqlite3's error if it is damaged."""
    with closing(sqlite3.connect(store, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        _refuse_foreign(connection, store)
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            raise TryLater(Phrase("store-open", store=store)) from error
        yield


def _refuse_foreign(connection: sqlite3.Connection, store: Path) -> None:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        raise Misconfigured(Fault(store, "not-ours"))


def _keep(store: Path, kept: Path) -> None:
    """A second name for the file, so that the first is never without one."""
    try:
        os.link(store, kept)
    except OSError:  # a file system without second names
        with made_beside(kept) as made:
            shutil.copyfile(store, made)
            put_in_place(made, kept)


def _set_aside(store: Path, kept: Path) -> None:
    """A log whose file is damaged or gone is kept with it; SQLite makes the rest anew."""
    for suffix in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            if suffix == "-shm":
                companion(store, suffix).unlink()
            else:
                companion(store, suffix).replace(companion(kept, suffix))


def take_daily(store: Path, now: datetime, keep: int) -> None:
    """Copies the store beside itself, unless that was done on this day; the newest `keep` stay."""
    target = companion(store, f".daily-{now:%Y%m%d}")
    if not target.exists():
        back_up(store, target)
    for path in _dailies(store)[:-keep]:
        path.unlink(missing_ok=True)


def last_good(store: Path) -> datetime | None:
    """When the newest daily copy was made that is whole."""
    for path in reversed(_dailies(store)):
        with contextlib.suppress(Misconfigured, TryLater, OSError):
            if not check(path).faults:
                return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return None


def _dailies(store: Path) -> list[Path]:
    return [path for path, _ in made(store) if ".daily-" in path.name]


def forget_made(store: Path, before: datetime) -> None:
    """Deletes the copies that were made before then."""
    for path, stamp in made(store):
        if stamp < _stamp(before):
            path.unlink(missing_ok=True)


def made(store: Path) -> list[tuple[Path, str]]:
    """The copies that the bridge itself made, daily or before a restore, with their logs and times;
    files of any other name are a person's.
    """
    kinds = r"daily-(\d{8})|replaced-(\d{8}T\d{6}Z)(-\d+)?(-wal|-journal)?"
    name = re.compile(rf"{re.escape(store.name)}\.({kinds})")
    files = sorted(store.absolute().parent.iterdir())
    found = ((path, name.fullmatch(path.name)) for path in files)
    return [(path, named[2] or named[3]) for path, named in found if named]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _free_name(store: Path, now: datetime) -> Path:
    names = (f"{store.name}.replaced-{_stamp(now)}{f'-{n}' if n else ''}" for n in count())
    return next(path for path in map(store.with_name, names) if not path.exists())


# -- what a restored store must not be sure of --------------------------------------------------
#
# All that may have happened since it was copied: an order sent, a number written, an adjustment
# made. So each order counts as one that an earlier store may have sent (docs/architecture.md, The
# store), each is looked at again, and numbers at RxScale count as never seen. What a person decided
# stays, but for "send it": that was done.

_FORGOTTEN = (
    notes.FIRST_SWEEP_AT,
    notes.CATALOGUE_AT,
    notes.RUNNING_SINCE,
    rxscale_lists.CATALOGUE_MARK,
    stock.PENDING,
    stock.ASKED,
)


def doubt(connection: Connection, now: datetime) -> None:
    """Inside the caller's transaction."""
    for statement in SQL.each("doubts"):
        connection.execute(statement, {"at": micros(now), "restored": Event.RESTORED.value})
    notes.delete(connection, *_FORGOTTEN)


# -- files --------------------------------------------------------------------------------------


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
        why = Foreign(error.strerror)
        raise Misconfigured(Fault(path, "folder-unwritable", why=why)) from error
    os.close(handle)
    made = Path(name)
    try:
        yield made
    finally:
        for each in (made, *(companion(made, suffix) for suffix in COMPANIONS)):
            each.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """SQLite's online backup: one unchanging view of `source`, which keeps no writer waiting.

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
        raise TryLater(Phrase("copy-failed", folder=target.parent, error=error)) from error


def _plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)


def put_in_place(made: Path, path: Path) -> None:
    """Moves a finished file to where it belongs; on disk when it returns."""
    _flush(made)
    made.replace(path)
    _flush(path.absolute().parent)


def _flush(path: Path) -> None:
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):  # Windows writes names by itself
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def give_to_owner_of(model: Path, *paths: Path) -> None:
    """What root makes for the bridge's user has to belong to that user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    owner = model.stat()
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
