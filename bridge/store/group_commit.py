"""How many writers share one commit, and why: the part of the store that is written for speed.

A commit with `synchronous=FULL` waits for the disk. Three things follow, each measured
(docs/decisions/0002-group-commit.md, docs/performance.md), and all of them live here:

- Who comes while a commit is under way waits in a queue, and the whole queue is written in the
  next transaction. Each is answered after the commit, or with an error. If a part fails, the
  transaction is begun again with each part in a savepoint of its own, so that it fails alone.
- Under load a commit waits up to 2 ms for most of those who shared the last one
  (`_let_others_come`).
- Deliveries, and what the worker writes, are written in the event loop itself, and only the commit
  in the thread (`_written_here`).
- What the worker writes waits some milliseconds for another commit (`PATIENCE`): at a hundred
  orders a second four in ten commits are spared.

A change of the SQL has no reason to touch this module.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from bridge.store.connection import BUSY_SECONDS, undo, wait_for_others
from bridge.store.rows import Connection

T = TypeVar("T")
Item = TypeVar("Item")
Body = Callable[[Connection], T]
"""One caller's part of a transaction: runs in the connection's thread, must not commit, and may
be run a second time after its first run was undone."""
Bulk = Callable[[Connection, Sequence[Item]], Sequence[T]]
"""As a Body, for many callers at once: one answer an item, as if each had come alone, in turn. Runs
in the event loop, so it has to be short, and once more in the thread where it failed."""

MOST_TOGETHER = 256
"""How many callers share one commit at most, so that the first need not wait for too many."""
GATHER_SECONDS = 0.002
"""How long a commit waits at most for those who shared the last ones."""
SHORTEST_WAIT = 0.0005
"""uvloop's timers count whole milliseconds: what is left below half of one would be waited for
without ever sleeping."""
MANY = 8
"""Fewer than so many callers a commit are not waited for."""
MOST, FADES = 0.7, 0.95
"""Who is not waited for is read and answered to while the disk is busy with the others."""


class Runs(Protocol):
    """A connection that bodies are run with, in a thread or, where that can be, `here`."""

    async def run(self, body: Callable[[Any], T]) -> T: ...
    def here(self, body: Callable[[Any], T]) -> T | None: ...
    async def close(self) -> None: ...


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Part:
    """One caller's wish to write, and where its answer goes."""

    bulk: Bulk[Any, Any]
    item: Any
    answer: asyncio.Future[Any]
    due: float
    """When it is committed even alone, by the loop's clock."""


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Result:
    """What one part came to, inside a transaction that was then committed."""

    value: Any = None
    error: Exception | None = None


class GroupCommit:
    """The queue of those who want to write, and the task that writes them."""

    def __init__(
        self,
        writer: Runs,
        explain: Callable[[Exception], Exception],
        committed: Callable[[], None],
    ) -> None:
        """`explain`: what an error of SQLite's is for the caller of the write; `committed` hears of
        each commit.
        """
        self._writer = writer
        self._explain = explain
        self._committed = committed
        self._waiting: deque[Part] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._usual = 0.0
        self._filled = asyncio.Event()
        self.told = 0
        """How many commits others may want to know of."""
        self._alarm = 0.0
        """Until when the next commit waits for others, by the loop's clock."""

    def add(self, bulk: Bulk[Item, T], item: Item) -> asyncio.Future[T]:
        """Puts a part into the queue; its answer comes after the commit."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        part = Part(bulk, item, answer, loop.time() + PATIENCE.get(bulk, 0.0))
        self._waiting.append(part)
        is_most = self._usual >= MANY and len(self._waiting) >= self._usual * MOST
        if is_most or part.due < self._alarm:
            self._filled.set()
        self._write()
        return answer

    async def finish(self) -> None:
        """Writes all that is in the queue."""
        while self._waiting or not self._idle():
            await asyncio.wait([self._write()])

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
            results = await self._commit(parts)
            self.told += any(part.bulk not in (quietly, last) for part in parts)
            for part, result in zip(parts, results, strict=True):
                self._answer(part.answer, result)
            self._committed()

    async def _let_others_come(self) -> None:
        """Waits a little for others, who cost hardly more.

        Without it the first to come back pays for a commit of his own while all others wait.
        """
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (until := self._until(began)) - loop.time() > SHORTEST_WAIT:
            self._filled.clear()
            self._alarm = until
            ringing = loop.call_at(until, self._filled.set)
            try:
                await self._filled.wait()
            finally:
                ringing.cancel()
            await asyncio.sleep(0)
        self._alarm = 0.0
        self._usual = max(float(len(self._waiting)), self._usual * FADES)

    def _until(self, began: float) -> float:
        """Under load until most are there; else until one of them has no more time."""
        if self._usual >= MANY:
            return began + GATHER_SECONDS * (len(self._waiting) < self._usual * MOST)
        return min(part.due for part in self._waiting)

    async def _commit(self, parts: Sequence[Part]) -> Sequence[Result]:
        try:
            results, is_over = self._writer.here(partial(_written_here, parts)) or (None, False)
            if results is not None and (is_over or await self._writer.run(_committed)):
                return results
            return await self._writer.run(partial(_commit_all, parts))
        except asyncio.CancelledError:  # the program is being torn down: leave no caller waiting
            for part in parts:
                part.answer.cancel()
            raise
        except Exception as error:
            return [Result(error=error)] * len(parts)

    def _next_parts(self) -> list[Part]:
        """Those whose caller still waits, as many as may share a commit; in turn, but for who
        wants to be last: a sale is to be noted before what is told of its stock.
        """
        parts: list[Part] = []
        while self._waiting and len(parts) < MOST_TOGETHER:
            part = self._waiting.popleft()
            if not part.answer.done():
                parts.append(part)
        parts.sort(key=lambda part: part.bulk is last)
        return parts

    def _answer(self, answer: asyncio.Future[Any], result: Result) -> None:
        if answer.done():  # the caller went away meanwhile; what it wrote stands
            return
        if result.error is None:
            answer.set_result(result.value)
        else:
            answer.set_exception(self._explain(result.error))


def in_turn(connection: Connection, bodies: Sequence[Body[Any]]) -> list[Any]:
    """The Bulk of those who come with a body of their own."""
    return [body(connection) for body in bodies]


quietly = partial(in_turn)
"""The same, of those who wake whom it concerns themselves."""
briefly = partial(in_turn)
"""The same, of bodies that are short enough for the event loop."""
soon = partial(in_turn)
"""The same, of those who have time."""
last = partial(in_turn)
"""The same, of those who want to find what all others of the commit wrote."""
PATIENCE: Mapping[Bulk[Any, Any], float] = {briefly: 0.0015, soon: 0.005, last: 0.005}
"""How many seconds they wait at most for one that has no time."""


def _written_here(
    parts: Sequence[Part], connection: Connection
) -> tuple[list[Result], bool] | None:
    """Writes what is short in the event loop itself, up to the commit, and whether there is none to
    make; None if it cannot be.

    SQLite lets go of the interpreter at every statement, and a thread has to win it back from the
    loop each time: under load that costs more than the statements. Only the commit, which waits
    for the disk, is left to the thread. It never waits here for a lock that another process holds.
    """
    if any(part.bulk in (in_turn, quietly) for part in parts):
        return None
    before = connection.total_changes
    try:
        connection.execute("BEGIN IMMEDIATE")
        results = _at_once(parts, connection)
        if is_over := connection.total_changes == before:
            connection.execute("COMMIT")
        return results, is_over
    except BaseException as error:
        undo(connection)
        if not isinstance(error, Exception):
            raise
        return None  # tried again in the thread, where each may fail alone


def _committed(connection: Connection) -> bool:
    """False if nothing was written."""
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        undo(connection)
        return False
    return True


def _commit_all(parts: Sequence[Part], connection: Connection) -> list[Result]:
    """All parts in one transaction. Raises, with nothing written, if it cannot be committed."""
    try:
        return _in_transaction(connection, partial(_at_once, parts))
    except Exception:
        if len(parts) == 1:
            raise
    return _in_transaction(connection, partial(_each_alone, parts))


def _in_transaction(connection: Connection, body: Body[T]) -> T:
    wait_for_others(connection, BUSY_SECONDS)
    try:
        connection.execute("BEGIN IMMEDIATE")
        value = body(connection)
        connection.execute("COMMIT")
    except BaseException:
        undo(connection)
        raise
    finally:
        wait_for_others(connection, 0.0)
    return value


def _at_once(parts: Sequence[Part], connection: Connection) -> list[Result]:
    """The quick way, for when no part fails: neighbours of the same kind go in one call."""
    return [
        Result(value)
        for bulk, run in groupby(parts, key=attrgetter("bulk"))
        for value in bulk(connection, [part.item for part in run])
    ]


def _each_alone(parts: Sequence[Part], connection: Connection) -> list[Result]:
    return [_alone(connection, part) for part in parts]


def _alone(connection: Connection, part: Part) -> Result:
    """One part, whose failure undoes nothing but its own work."""
    connection.execute("SAVEPOINT part")
    try:
        (value,) = part.bulk(connection, [part.item])
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite has thrown the whole transaction away: each part of it is lost
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        return Result(error=error)
    connection.execute("RELEASE part")
    return Result(value)
