"""The store's file: one connection that writes, one that reads, and many writers in one commit.

A commit with `synchronous=FULL` waits for the disk, so callers share them: whoever comes while
a commit is under way waits in a queue, and the whole queue is written in the next transaction.
Everybody is answered after the commit, or with an error. A part that fails is undone alone: the
transaction is begun again, with each part in a savepoint of its own. All SQL of the store goes
through `transaction`, `together` and `read`, since a connection shared between tasks has no
transactions of its own.
"""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiosqlite

from bridge.errors import TryLater
from bridge.store.connect import connect_reader, connect_writer
from bridge.store.db.commits import (
    Body,
    Bulk,
    Came,
    Item,
    Part,
    T,
    commit_all,
    committed,
    in_turn,
    look,
    written_here,
)
from bridge.store.failures import refusal, trouble

MOST_TOGETHER = 256
"""How many callers share one commit at most, so that the first need not wait for too many."""
GATHER_SECONDS = 0.002
"""How long a commit waits at most for those who shared the last ones."""
MANY = 8
"""Fewer than so many callers a commit are not waited for."""
MOST, FADES = 0.7, 0.95
"""Who is not waited for is read and answered to while the disk is busy with the others."""


class _Thread(aiosqlite.Connection):
    """A connection and the thread it lives in: the only place that knows how aiosqlite works."""

    @classmethod
    async def start(cls, connect: Callable[[], sqlite3.Connection]) -> Self:
        """Connects, in the new thread. Raises what `connect` raises, with the thread ended."""
        thread = cls(connect, iter_chunk_size=64)
        thread._thread.daemon = True  # a process that has to end is not held up by it
        try:
            await thread
        except BaseException:
            thread._thread.join()
            raise
        return thread

    async def run(self, body: Body[T]) -> T:
        """One hop into the thread and back; a caller who goes away does not stop the body."""
        answer: T = await self._execute(body, self._conn)  # type: ignore[no-untyped-call]
        return answer

    def here(self, body: Body[T]) -> T:
        """In the caller's own thread; nothing may be under way in the other one."""
        return body(self._conn)

    async def close(self) -> None:
        """Finishes what is queued; the thread has ended afterwards."""
        await super().close()
        self._thread.join()


class Database:
    """An open store file. Made by `open`; every method belongs to that event loop."""

    def __init__(self, path: Path, writer: _Thread, reader: _Thread) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._waiting: deque[Part] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        self._usual = 0.0
        self._filled = asyncio.Event()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens the file, or makes it, and brings its schema up to date.

        Raises Misconfigured for a file that only the operator can mend; TryLater if it is
        locked for longer than BUSY_SECONDS or the disk is full.
        """
        try:
            writer = await _Thread.start(partial(connect_writer, path))
            try:
                reader = await _Thread.start(partial(connect_reader, path))
            except BaseException:
                await writer.close()
                raise
        except sqlite3.Error as error:
            raise refusal(path, error) from error
        return cls(path, writer, reader)

    async def transaction(self, body: Body[T]) -> T:
        """Runs `body` and returns what it returned once that is on disk.

        Raises what the body raised, with all it wrote undone; TryLater if nothing was written.
        """
        return await self._enqueue(in_turn, body)

    def together(self, bulk: Bulk[Item, T], item: Item) -> Awaitable[T]:
        """As `transaction`; those who wait with the same `bulk` are handed to it in one go."""
        return self._enqueue(bulk, item)

    def _enqueue(self, bulk: Bulk[Item, T], item: Item) -> asyncio.Future[T]:
        if self._closed:
            raise TryLater(f"the store {self.path} is closed")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Part(bulk, item, answer))
        if len(self._waiting) >= self._usual * MOST:
            self._filled.set()
        self._write()
        return answer

    async def read(self, body: Body[T]) -> T:
        """Runs `body` over one unchanging sight of the store, which it cannot write to."""
        if self._closed:
            raise TryLater(f"the store {self.path} is closed")
        try:
            return await self._reader.run(partial(look, body))
        except sqlite3.Error as error:
            raise trouble(self.path, error) or error from error

    async def close(self) -> None:
        """Takes nothing more in, finishes all that was taken in, then closes."""
        self._closed = True
        try:
            while self._waiting or not self._idle():
                await asyncio.wait([self._write()])
        finally:
            await self._reader.close()  # first: the last one to close tidies the log away
            await self._writer.close()

    def _idle(self) -> bool:
        return self._writing is None or self._writing.done()

    def _write(self) -> asyncio.Task[None]:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return self._writing

    async def _write_all(self) -> None:
        while self._waiting:
            await self._let_others_come()
            parts = self._next_parts()
            for part, came in zip(parts, await self._commit(parts), strict=True):
                self._answer(part.answer, came)

    async def _let_others_come(self) -> None:
        """Under load, waits a little for as many as came before: they cost hardly more.

        Without it the first to come back pays for a commit of his own while all others wait.
        """
        await asyncio.sleep(0)
        if len(self._waiting) < self._usual * MOST and self._usual >= MANY:
            self._filled.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._filled.wait()
        self._usual = max(float(len(self._waiting)), self._usual * FADES)

    async def _commit(self, parts: Sequence[Part]) -> Sequence[Came]:
        try:
            came = self._writer.here(partial(written_here, parts))
            if came is not None and await self._writer.run(committed):
                return came
            return await self._writer.run(partial(commit_all, parts))
        except asyncio.CancelledError:  # the program is being torn down: leave nobody waiting
            for part in parts:
                part.answer.cancel()
            raise
        except Exception as error:
            return [Came(error=error)] * len(parts)

    def _next_parts(self) -> list[Part]:
        """Those whose caller still waits, as many as may share a commit."""
        parts: list[Part] = []
        while self._waiting and len(parts) < MOST_TOGETHER:
            part = self._waiting.popleft()
            if not part.answer.done():
                parts.append(part)
        return parts

    def _answer(self, answer: asyncio.Future[Any], came: Came) -> None:
        if answer.done():  # the caller went away meanwhile; what it wrote stands
            return
        if came.error is None:
            answer.set_result(came.value)
            return
        error = trouble(self.path, came.error)
        if error is not None:
            error.__cause__ = came.error
        answer.set_exception(error or came.error)
