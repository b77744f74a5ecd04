"""The store's two connections without threads, and the lock that dies with its process."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bridge.store import Store, notes
from bridge.store.connection import RunLock, connect_reader, connect_writer


class InLoop:
    """As `bridge.store.connection.Thread`: a body is a piece of work of its own in the loop."""

    def __init__(self, connection: sqlite3.Connection, disk: "Disk") -> None:
        self._connection = connection
        self._disk = disk

    def run(self, body: Callable[[sqlite3.Connection], Any]) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(None, self.here, body)

    def here(self, body: Callable[[sqlite3.Connection], Any]) -> Any:
        failure = self._disk.failure()
        if failure is not None:
            raise failure
        return body(self._connection)

    async def close(self) -> None:
        self._connection.close()


def deliveries_in(path: Path) -> int:
    """How many deliveries whoever opens the store now finds in it, repetitions included."""
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT sum(times) FROM deliveries").fetchone()[0]
    return int(found or 0)


class Disk:
    """One process's: its connections are closed, and its lock released, when it is killed."""

    def __init__(self, failure: Callable[[], sqlite3.Error | None]) -> None:
        self.failure = failure
        self._open: list[sqlite3.Connection] = []
        self._locks: list[RunLock] = []

    def lock(self, path: Path) -> RunLock:
        self._locks.append(RunLock(path))
        return self._locks[-1]

    async def open_store(self, path: Path, *, now: datetime) -> Store:
        for connect in (connect_writer, connect_reader):
            self._open.append(connect(path))
        writer, reader = self._open[-2:]
        store = Store(path, InLoop(writer, self), InLoop(reader, self))
        store.trace = lambda: None  # type: ignore[method-assign]  # the files' clock is not ours
        await store.write(notes.put_first_time, notes.CREATED_AT, now)
        return store

    def kill(self) -> None:
        for connection in self._open:
            connection.close()
        for lock in self._locks:
            lock.release()
