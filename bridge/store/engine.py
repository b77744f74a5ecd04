"""The store: a file, or a pharmacy's rows in a database, with one that writes and one that reads.

It is a memory, not the truth: which order needs a look, how far its order-request has come, what
was done. It holds keys, ids, status words and numbers, never a patient's data.

What is asked of it are plain functions over the connection, one module a question:
`await store.read(views.story, uid)`, `await store.write(work.settle, outcome)`. All SQL goes
through `read`, `write` and `write_together`, since a connection that tasks share has no
transactions of its own. Times are aware UTC, and `now` is given.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Concatenate, ParamSpec, Self, TypeVar

from bridge.errors import Fault, Misconfigured, Phrase, TryLater
from bridge.place import Place
from bridge.store import backup, notes
from bridge.store.connection import (
    RunLock,
    Thread,
    connect_reader,
    connect_writer,
    refusal,
    trouble,
    truncate_log,
    undo,
    work_in_log,
)
from bridge.store.group_commit import (
    Body,
    Bulk,
    GroupCommit,
    Item,
    Runs,
    briefly,
    in_turn,
    last,
    quietly,
    soon,
)
from bridge.store.rows import Connection

TICK_SECONDS = 0.1
"""Longer than file systems take to give the next time."""
P = ParamSpec("P")
T = TypeVar("T")
WORKED_IN_ROWS = 4000
"""After so many, the log is worked into the file beside all other work: a commit that had to do it
would keep deliveries waiting, on a large store for a tenth of a second."""
Question = Callable[Concatenate[Connection, P], T]
"""A function over the connection and what else it needs to know."""


class Store:
    """An open store. Made by `open`, and to be closed by `close`; belongs to that event loop."""

    def __init__(self, place: Place, writer: Runs, reader: Runs) -> None:
        self.place = place
        self._writer = writer
        self._reader = reader
        self._commits = GroupCommit(writer, self._explained, self._committed)
        self._closed = False
        self._worked_in = 0
        self._working_in: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path | None:
        """The file; None in a database, whose owner looks after copies of it."""
        return self.place if isinstance(self.place, Path) else None

    @classmethod
    async def open(cls, place: Place, *, now: datetime) -> Self:
        """Opens the file, or makes it (but not its directory); or enters the rows in a database.

        Raises Misconfigured, with nothing changed, for one that is damaged, not writable, another
        program's or a newer bridge's; TryLater if it is locked, not reached or the disk is full.
        """
        store = cls(place, *await _connected(place, now))
        try:
            await store.write(notes.put_first_time, notes.CREATED_AT, now)
        except BaseException:
            await store.close()
            raise
        return store

    async def read(self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `question` returns, over one unchanging view of the store.

        Raises TryLater if the store cannot be read just now.
        """
        self._refuse_if_closed()
        try:
            return await self._reader.run(
                partial(_look, lambda connection: question(connection, *args, **kwargs))
            )
        except Exception as error:
            explained = self._explained(error)
            if explained is error:
                raise
            raise explained from error

    async def glance(self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, of what is found by its key: in the event loop itself, unless somebody reads
        in the thread. What is asked first may be older than what is asked then.
        """
        self._refuse_if_closed()
        with contextlib.suppress(sqlite3.Error):
            found = self._reader.here(lambda connection: (question(connection, *args, **kwargs),))
            if found is not None:
                return found[0]
        return await self.read(question, *args, **kwargs)

    async def write(self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `question` returns, once all that it wrote is on disk (`synchronous=FULL`).

        Raises what `question` raised, with all that it wrote undone; TryLater if the store cannot
        be written just now (disk full, locked by another process, I/O error).
        """
        return await self._queue(in_turn, lambda c: question(c, *args, **kwargs))

    async def write_quietly(
        self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, of what `changes` need not tell of."""
        return await self._queue(quietly, lambda c: question(c, *args, **kwargs))

    async def write_briefly(self, question: Question[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, of what takes a fraction of a millisecond: in the event loop itself."""
        return await self._queue(briefly, lambda c: question(c, *args, **kwargs))

    async def write_soon(self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write_briefly`, of what shares another's commit if one comes within milliseconds."""
        return await self._queue(soon, lambda c: question(c, *args, **kwargs))

    async def write_last(self, question: Question[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write_soon`, after all others of the same commit."""
        return await self._queue(last, lambda c: question(c, *args, **kwargs))

    def write_together(self, bulk: Bulk[Item, T], item: Item) -> Awaitable[T]:
        """As `write`; those who wait with the same `bulk` are handed to it in one go. It stands in
        the queue at once, before the answer is awaited.
        """
        return self._queue(bulk, item)

    def _queue(self, bulk: Bulk[Item, T], item: Item) -> Awaitable[T]:
        self._refuse_if_closed()
        return self._commits.add(bulk, item)

    async def own(self, fence: int | None = None) -> None:
        """An earlier owner of the same rows of a database writes no more; a file has a lock.

        `fence`: of a lease. What was written before it is to be seen from now on.
        """
        if self.path is None:
            from bridge.store.postgresql.connection import OWN, Session

            if fence is None:
                found = await self.write(lambda connection: connection.execute(OWN).fetchone())
                fence = found[0]
            if isinstance(self._writer, Session):
                self._writer.fence = fence
            await self.write(notes.touch)  # waits for one that still writes with an earlier fence

    def trace(self) -> object:
        """Another one once any process has committed. None where the file system cannot tell: of a
        database, and within a tick of its clock.
        """
        if self.path is None:
            return None
        with contextlib.suppress(OSError):
            log = self.path.with_name(f"{self.path.name}-wal").stat()
            if time.time() - log.st_mtime > TICK_SECONDS:
                return log.st_ino, log.st_size, log.st_mtime_ns
        return None

    async def changes(self) -> object:
        """Another one once another process, or this one but for `write_quietly`, has committed.
        Raises TryLater.
        """
        if self.path is None:
            return await self.read(notes.version)
        self._refuse_if_closed()
        try:
            found = self._writer.here(notes.version)
            if found is None:
                found = await self._writer.run(notes.version)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        return self._commits.told, found

    async def truncate_log(self) -> None:
        """Empties the log beside the file, so that what was deleted is in neither."""
        if self.path is not None:
            await self._worked_in_log()
            self._working_in = asyncio.create_task(asyncio.to_thread(truncate_log, self.path))
            await asyncio.shield(self._working_in)

    async def _worked_in_log(self) -> None:
        """No work on the log is under way any more; whatever it came to is no matter here."""
        if self._working_in is not None:
            await asyncio.wait([self._working_in])

    def _committed(self) -> None:
        is_idle = self._working_in is None or self._working_in.done()
        if not is_idle or self.path is None or not isinstance(self._writer, Thread):
            return
        written = self._writer.total_changes
        if written - self._worked_in >= WORKED_IN_ROWS:
            self._worked_in = written
            self._working_in = asyncio.create_task(asyncio.to_thread(work_in_log, self.path))

    async def close(self) -> None:
        """Takes nothing more in, finishes all that was taken in, then closes."""
        self._closed = True
        try:
            await self._commits.finish()
        finally:
            await self._worked_in_log()
            await self._reader.close()  # first: the last one to close tidies the log away
            await self._writer.close()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise TryLater(Phrase("store-closed", path=self.place))

    def _explained(self, error: Exception) -> Exception:
        later = _trouble(self.place, error)
        if later is None:
            return error
        later.__cause__ = error
        return later


def _trouble(place: Place, error: Exception) -> TryLater | None:
    if isinstance(place, Path):
        return trouble(place, error)
    from bridge.store.postgresql import connection as postgres

    return postgres.trouble(place, error)


async def _connected(place: Place, now: datetime) -> tuple[Runs, Runs]:
    """The connection that writes, and the one that reads; both or none."""
    if not isinstance(place, Path):
        found: tuple[Runs, Runs] = await postgresql().connected(place, now)
        return found
    try:
        writer = await Thread.start(partial(connect_writer, place))
        try:
            return writer, await Thread.start(partial(connect_reader, place))
        except BaseException:
            await writer.close()
            raise
    except sqlite3.Error as error:
        raise refusal(place, error) from error


def _look(body: Body[T], connection: Connection) -> T:
    connection.execute("BEGIN")
    try:
        return body(connection)
    finally:
        undo(connection)


# -- what is asked of a store before it is open, wherever it is: in a file or in a database --------


def postgresql() -> ModuleType:
    """What opens a database; loaded only for one. Raises Misconfigured without psycopg."""
    try:
        from bridge.store.postgresql import opening
    except ImportError:
        raise Misconfigured(Fault("store.url", "no-psycopg")) from None
    return opening


def exists(place: Place) -> bool:
    """Whether there is a store. Raises Misconfigured; TryLater if the database is away."""
    return place.exists() if isinstance(place, Path) else bool(postgresql().exists(place))


def is_behind(place: Place) -> bool:
    """Whether opening it would bring it up to this version, which an earlier one cannot read.

    An empty one is. Raises as opening it would.
    """
    if isinstance(place, Path):
        return backup.is_behind(place)
    return bool(postgresql().is_behind(place))


def run_lock(place: Place, *, leased: bool = False) -> RunLock:
    """At most one `run` works on a store: held from `acquire` to `release`, or by `with`.

    `leased`: for a replica, which only looks whether a command holds it.
    """
    if isinstance(place, Path):
        return RunLock(place)
    found: RunLock = postgresql().RunLock(place, leased=leased)
    return found
