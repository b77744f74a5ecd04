"""Opens a store in a PostgreSQL database: whether it is fit, its schema, its run lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg

from bridge.core.leases import BEAT_SECONDS, DEAD_SECONDS
from bridge.errors import Fault, Misconfigured
from bridge.place import Database
from bridge.store.connection import RunLock as LockOfFile
from bridge.store.migrate import Step, steps
from bridge.store.postgresql.connection import Connection, Pool, Raw, Session, connect, refusal
from bridge.store.postgresql.spelling import of_schema
from bridge.store.rows import Statements, micros

SQL = Statements(__name__)

OLDEST = 14
"""PostgreSQL's release that the tests and PostgreSQL itself still look after."""
_OWN = Path(__file__).parent
_PAGE = "see docs/postgresql.md"


async def connected(place: Database, now: datetime) -> tuple[Session, Session]:
    """For writing and for reading, with the schema brought to the newest version and the pharmacy
    entered. Raises Misconfigured with nothing changed, or TryLater.
    """
    pool = Pool.of(place.url)
    try:
        await pool.run(partial(prepare, place, now))
    except BaseException as error:
        await pool.leave()
        if isinstance(error, psycopg.Error):
            raise refusal(place, error) from error
        raise
    return Session(Pool.of(place.url), place), Session(pool, place)


def prepare(place: Database, now: datetime, raw: Raw) -> None:
    _refuse_unfit(place, raw)
    with raw.transaction():
        raw.execute(SQL.one_at_a_time)
        for step in steps()[_version(place, raw) :]:
            _take(raw, step)
        own, at = place.budget or None, micros(now)
        raw.execute(SQL.enter, {"id": place.pharmacy, "budget": own, "at": at})


def _take(raw: Raw, step: Step) -> None:
    if step.number == 1:
        raw.execute((_OWN / "shared.sql").read_text("utf-8"))
        raw.execute("INSERT INTO rxbridge VALUES (0, 0)")
    for statement in filter(None, map(of_schema, step.statements)):
        raw.execute(statement)
    raw.execute((_OWN / "policies.sql").read_text("utf-8"))
    numbers = step.number, step.compatible
    raw.execute("UPDATE rxbridge SET version = %s, compatible = %s", numbers)


def _refuse_unfit(place: Database, raw: Raw) -> None:
    """Raises Misconfigured for a server, a database or a user that will not do."""
    number = raw.info.server_version // 10000
    if number < OLDEST:
        raise Misconfigured(Fault(place, "old-postgresql", number=number, oldest=OLDEST))
    encoding, sees_all, schema, makes, standby = _one(raw, SQL.fitness)
    if encoding != "UTF8":
        raise Misconfigured(Fault(place, "encoding", encoding=encoding))
    if sees_all:
        raise Misconfigured(Fault(place, "sees-all", page=_PAGE))
    if standby:
        raise psycopg.errors.ReadOnlySqlTransaction("it is a standby, and only reads")
    if schema is None or (not makes and not _one(raw, SQL.tables)[0]):
        raise Misconfigured(Fault(place, "no-tables", schema=schema, page=_PAGE))


def _version(place: Database, raw: Raw) -> int:
    """The last step that was taken. Raises Misconfigured for another program's or a newer one."""
    ours, tables = _one(raw, SQL.tables)
    if not ours:
        if tables:
            raise Misconfigured(Fault(place, "database-not-ours"))
        return 0
    found, compatible = _one(raw, "SELECT version, compatible FROM rxbridge")
    if compatible > len(steps()):
        raise Misconfigured(Fault(place, "database-newer", found=found, newest=len(steps())))
    return int(found)


def _one(raw: Raw, statement: str) -> Any:
    return raw.execute(statement).fetchone()


@contextmanager
def _looking(place: Database) -> Iterator[Raw]:
    try:
        with connect(place.url) as raw:
            yield raw
    except psycopg.Error as error:
        raise refusal(place, error) from error


@contextmanager
def used(place: Database, now: datetime | None = None) -> Iterator[Connection]:
    """A connection of one's own. `now`: the pharmacy is entered first, as `connected` does it."""
    with _looking(place) as raw:
        if now is not None:
            prepare(place, now, raw)
        raw.execute("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0")
        yield Connection(raw, place)


def exists(place: Database) -> bool:
    """Whether the database knows this pharmacy. Raises Misconfigured or TryLater."""
    with _looking(place) as raw:
        _refuse_unfit(place, raw)
        if not _one(raw, SQL.tables)[0]:
            return False
        found = raw.execute("SELECT 1 FROM pharmacies WHERE id = %s", (place.pharmacy,))
        return found.fetchone() is not None


def is_behind(place: Database) -> bool:
    """Whether opening it would bring its schema up to this version."""
    with _looking(place) as raw:
        return _version(place, raw) < len(steps())


class RunLock(LockOfFile):
    """A command of its own has a pharmacy's rows: held until its connection ends. Replicas do not
    hold it: they have leases, and none begins to work while a command holds it.
    """

    def __init__(self, place: Database, *, leased: bool = False) -> None:
        """`leased`: the caller holds the lease."""
        self._place, self._leased = place, leased
        self._raw: Raw | None = None

    def acquire(self) -> Self:
        """Raises Misconfigured if another process holds it; TryLater if the database is away."""
        try:
            raw = connect(self._place.url)
            raw.execute("SET idle_session_timeout = 0")
            (free,) = raw.execute(SQL.lock, (self._place.pharmacy,)).fetchone() or (False,)
            if not free or (not self._leased and self._is_at_work(raw)):
                raw.close()
                raise Misconfigured(Fault(self._place, "database-in-use"))
        except psycopg.Error as error:
            raise refusal(self._place, error) from error
        self._raw = raw
        return self

    def _is_at_work(self, raw: Raw) -> bool:
        """Whether a replica beats for it: a dead one's row may still be there."""
        if not _one(raw, SQL.tables)[0]:
            return False
        until, seen = time.monotonic() + DEAD_SECONDS, set[Any]()
        while time.monotonic() < until and len(seen) < 2:
            seen.add(raw.execute(SQL.at_work, (self._place.pharmacy,)).fetchone())
            if None in seen:
                return False
            time.sleep(BEAT_SECONDS / 10)
        return len(seen) > 1

    def release(self) -> None:
        """Lets the next one in; harmless if not held."""
        if self._raw is not None:
            with suppress(psycopg.Error):  # the server lets go by itself, a little later
                self._raw.execute("SELECT pg_advisory_unlock_all()")
            self._raw.close()
            self._raw = None
