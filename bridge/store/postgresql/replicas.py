"""The rows of replicas and of what they own; each function is one statement, so one transaction.

An owner changes in three ways alone: the row of a replica is deleted (by itself, or by others once
it is dead), what has no owner is claimed, and a replica gives up a key that it holds, perhaps to
another one. So a replica that finds its row still holds all that it claimed and did not give up.
Deleting the row and a beat of it exclude each other: one of them finds the other done.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg

from bridge.core.leases import HELD_SECONDS, Claim, Other
from bridge.errors import TryLater
from bridge.place import Database
from bridge.store.postgresql.connection import Raw, reached, trouble, words
from bridge.store.rows import Connection, Statements

SQL = Statements(__name__)

T = TypeVar("T")
Calls = Mapping[str, Sequence[int]]
"""Of one budget: how many were made at each vendor within the last minute, by age."""


class Replicas:
    """A connection of its own, so that no beat waits for other work. All raise TryLater."""

    def __init__(self, url: str) -> None:
        self._place = Database(url, "replicas")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="replicas")
        self._raw: Raw | None = None

    async def enter(self, replica: str, name: str) -> None:
        await self._run(lambda raw: raw.execute(SQL.enter, (replica, name)))

    async def beat(
        self, replica: str, calls: Mapping[str, Calls | None], *, leaves: bool = False
    ) -> tuple[bool, Mapping[str, Other]]:
        """Whether the replica is known still, and all others. `calls` of each key that is wanted;
        None of those that others hold. What it was handed and does not want becomes free.
        """
        values = {"id": replica, "calls": json.dumps(calls), "leaves": leaves}
        *others, (*_, own) = await self._run(lambda raw: raw.execute(SQL.beat, values).fetchall())
        return bool(own), {name: Other(*told) for name, *told in others}

    async def time(self) -> datetime:
        """The database's own."""
        statement = "SELECT clock_timestamp()"
        ((at,),) = await self._run(lambda raw: raw.execute(statement).fetchall())
        found: datetime = at
        return found.astimezone(UTC)

    async def claim(self, replica: str, budgets: Collection[str]) -> list[Claim]:
        """Those that no replica holds: they are this one's now, each with a fence of its own."""
        values = {"id": replica, "budgets": list(budgets)}
        rows = await self._run(lambda raw: raw.execute(SQL.claim, values).fetchall())
        return [Claim(name, fence, json.loads(calls), left) for name, fence, calls, left in rows]

    async def bury(self, replica: str, beat: int) -> None:
        """What a dead one held is free, unless it has beaten since."""
        await self._delete(replica, beat, None, HELD_SECONDS)

    async def leave(self, replica: str, calls: Mapping[str, Calls]) -> None:
        """What it held is free: it has made no other calls, and makes none."""
        await self._delete(replica, None, json.dumps(calls), 0)

    async def wanted(
        self, budgets: Collection[str], heirs: Sequence[str]
    ) -> tuple[str, str] | None:
        """One of the budgets that one of the `heirs` wants, and which: the first that can."""
        values = {"budgets": list(budgets), "heirs": heirs}
        return await self._run(lambda raw: raw.execute(SQL.wanted, values).fetchone())

    async def give_up(
        self, replica: str, budget: str, calls: Calls, heir: str | None = None
    ) -> None:
        """It is free, or the heir's, which claims it with its next beat."""
        values = {"id": replica, "budget": budget, "calls": json.dumps(calls), "heir": heir}
        await self._run(lambda raw: raw.execute(SQL.give_up, values))

    async def _delete(
        self, replica: str, beat: int | None, calls: str | None, seconds: float
    ) -> None:
        values = {"id": replica, "beat": beat, "calls": calls, "seconds": round(seconds + 0.5)}
        await self._run(lambda raw: raw.execute(SQL.delete, values))

    async def _run(self, body: Callable[[Raw], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._in_thread, body)
        except psycopg.Error as error:
            what = f"the store {self._place}: {words(self._place, error)}"
            raise trouble(self._place, error) or TryLater(what) from error

    def _in_thread(self, body: Callable[[Raw], T]) -> T:
        if self._raw is None:
            self._raw = reached(self._place.url)
            self._raw.execute(SQL.limits)
        try:
            return body(self._raw)
        except BaseException:
            raw, self._raw = self._raw, None
            raw.close()
            raise

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        if self._raw is not None:
            self._raw.close()


def owner(connection: Connection) -> str | None:
    """The name of the replica that works for this pharmacy."""
    found: Any = connection.execute(SQL.owner).fetchone()
    return found[0] if found is not None else None
