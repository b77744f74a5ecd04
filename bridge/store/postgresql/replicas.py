"""The rows of replicas and of what they own; each function is one statement, so one transaction.

An owner changes in two ways alone: the row of a replica is deleted (by itself, or by others once
it is dead), and what has no owner is claimed. So a replica that finds its row still holds all that
it claimed. Deleting the row and a beat of it exclude each other: one of them finds the other done.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg

from bridge.core.leases import HELD_SECONDS, Claim
from bridge.errors import TryLater
from bridge.place import Database
from bridge.store.database import Connection
from bridge.store.postgresql.connection import Raw, connect, words

T = TypeVar("T")
Calls = Mapping[str, int]
"""Of one budget: how many were made at each vendor within the last minute."""

_LIMITS = "SET lock_timeout = '2s'; SET statement_timeout = '4s'"
_ENTER = "INSERT INTO replicas (id, name) VALUES (%s, %s)"
_BEAT = """
WITH own AS (
  UPDATE replicas SET beat = beat + 1, calls = %(calls)s, leaves = %(leaves)s WHERE id = %(id)s
  RETURNING id)
SELECT id, beat, leaves, (SELECT count(*) FROM own) FROM replicas WHERE id <> %(id)s
UNION ALL SELECT NULL, 0, false, (SELECT count(*) FROM own)
"""
_CLAIM = """
UPDATE budgets SET owner = %(id)s, fence = nextval('fences') WHERE id IN (
  SELECT id FROM budgets WHERE id = ANY(%(budgets)s) AND (owner IS NULL OR owner = %(id)s)
  FOR UPDATE SKIP LOCKED)
RETURNING id, fence, calls, unreported_seconds
"""
_DELETE = """
WITH gone AS (
  DELETE FROM replicas
  WHERE id = %(id)s AND beat = coalesce(CAST(%(beat)s AS bigint), beat) RETURNING id, calls)
UPDATE budgets SET owner = NULL, unreported_seconds = %(seconds)s,
  calls = coalesce(CAST(coalesce(%(calls)s, gone.calls) AS json) ->> budgets.id, '{}')
FROM gone WHERE owner = gone.id
"""
_GIVE_UP = """
UPDATE budgets SET owner = NULL, unreported_seconds = 0, calls = %(calls)s
WHERE id = %(budget)s AND owner = %(id)s
"""
_OWNER = """
SELECT replicas.name FROM pharmacies JOIN budgets ON budgets.id = budget
JOIN replicas ON replicas.id = owner WHERE pharmacies.id = current_setting('rxbridge.pharmacy')
"""


class Replicas:
    """A connection of its own, so that no beat waits for anybody's work. All raise TryLater."""

    def __init__(self, url: str) -> None:
        self._place = Database(url, "replicas")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="replicas")
        self._raw: Raw | None = None

    async def enter(self, replica: str, name: str) -> None:
        await self._run(lambda raw: raw.execute(_ENTER, (replica, name)))

    async def beat(
        self, replica: str, calls: Mapping[str, Calls], *, leaves: bool = False
    ) -> tuple[bool, Mapping[str, int], AbstractSet[str]]:
        """Whether the replica is known still; the beats of all others; which of them leave."""
        values = {"id": replica, "calls": json.dumps(calls), "leaves": leaves}
        *others, (*_, own) = await self._run(lambda raw: raw.execute(_BEAT, values).fetchall())
        beats = {name: beat for name, beat, *_ in others}
        return bool(own), beats, {name for name, _, going, _ in others if going}

    async def time(self) -> datetime:
        """The database's own."""
        statement = "SELECT clock_timestamp()"
        ((at,),) = await self._run(lambda raw: raw.execute(statement).fetchall())
        found: datetime = at
        return found.astimezone(UTC)

    async def claim(self, replica: str, budgets: Collection[str]) -> list[Claim]:
        """Those that nobody holds: they are this replica's now, each with a fence of its own."""
        values = {"id": replica, "budgets": list(budgets)}
        rows = await self._run(lambda raw: raw.execute(_CLAIM, values).fetchall())
        return [Claim(name, fence, json.loads(calls), left) for name, fence, calls, left in rows]

    async def bury(self, replica: str, beat: int) -> None:
        """What a dead one held is free, unless it has beaten since."""
        await self._delete(replica, beat, None, HELD_SECONDS)

    async def leave(self, replica: str, calls: Mapping[str, Calls]) -> None:
        """What it held is free: it has made no other calls, and makes none."""
        await self._delete(replica, None, json.dumps(calls), 0)

    async def give_up(self, replica: str, budget: str, calls: Calls) -> None:
        values = {"id": replica, "budget": budget, "calls": json.dumps(calls)}
        await self._run(lambda raw: raw.execute(_GIVE_UP, values))

    async def _delete(
        self, replica: str, beat: int | None, calls: str | None, seconds: float
    ) -> None:
        values = {"id": replica, "beat": beat, "calls": calls, "seconds": round(seconds + 0.5)}
        await self._run(lambda raw: raw.execute(_DELETE, values))

    async def _run(self, body: Callable[[Raw], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._in_thread, body)
        except psycopg.Error as error:
            what = f"the store {self._place}: {words(self._place, error)}"
            raise TryLater(what) from error

    def _in_thread(self, body: Callable[[Raw], T]) -> T:
        if self._raw is None:
            self._raw = connect(self._place.url)
            self._raw.execute(_LIMITS)
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
    found: Any = connection.execute(_OWNER).fetchone()
    return found[0] if found is not None else None
