"""PostgreSQL as the engine of the store: its connections, each in a thread, and what errors mean.

A transaction says whose rows it is about, and that ends with it: so the connections of a process
serve all its pharmacies. One that writes locks its pharmacy's row first, as BEGIN IMMEDIATE locks a
file: what it has read is true until it has written. Then it reads the fence of the budget, in a
statement of its own, which sees what was committed while it waited.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg import ClientCursor, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from bridge.errors import BridgeError, Fault, Foreign, Misconfigured, Phrase, TryLater, Unreachable
from bridge.place import Database
from bridge.store.postgresql.spelling import spelt
from bridge.store.rows import Cursor, Statements, Values

log = logging.getLogger("bridge.store")
SQL = Statements(__name__)
OWN = SQL.own

T = TypeVar("T")
Raw = psycopg.Connection[tuple[Any, ...]]

CONNECTIONS = 8
"""Of one process to one database, however many pharmacies it has."""
TELL_SECONDS = 60.0
_away: dict[str, tuple[float, float, float, psycopg.Error]] = {}
"""Databases that did not answer last: since when, when to tell again, when and how it was last."""
_telling = threading.Lock()
DOWN_SECONDS = 1.0
"""So long no other caller waits for a database that did not answer."""
_NETWORK = {
    "connect_timeout": 4,
    "tcp_user_timeout": 8000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


class Pool:
    """The connections of this process to one database, made as they are needed."""

    _known: ClassVar[dict[str, "Pool"]] = {}

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="postgresql")
        self._own = threading.local()
        self._made: list[Raw] = []
        self.users = 0

    @classmethod
    def of(cls, url: str) -> "Pool":
        """The one that all stores in this database share, until the last of them leaves it."""
        pool = cls._known.get(url) or cls._known.setdefault(url, cls(url))
        pool.users += 1
        return pool

    async def leave(self) -> None:
        self.users -= 1
        if not self.users:
            self._known.pop(self._url, None)
            await asyncio.to_thread(self._threads.shutdown)
            for raw in self._made:
                raw.close()

    async def run(self, body: Callable[[Raw], T]) -> T:
        """In a thread of the pool; a caller who goes away does not stop the body."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._in_thread, body)

    def _in_thread(self, body: Callable[[Raw], T]) -> T:
        raw: Raw | None = getattr(self._own, "raw", None)
        if raw is None or not _answers(raw):
            raw = self._own.raw = reached(self._url)
            self._made = [each for each in self._made if not each.closed] + [raw]
        try:
            return body(raw)
        finally:
            if raw.info.transaction_status != TransactionStatus.IDLE:
                raw.close()  # the server undoes what was under way


def reached(url: str) -> Raw:
    """As `connect`, for a process that waits: the log hears when nobody answers, each minute for
    how long, and that it is over.
    """
    began, _, failed_at, error = _away.get(url, (time.monotonic(), 0.0, 0.0, None))
    if error is not None and time.monotonic() < failed_at + DOWN_SECONDS:
        raise error
    try:
        raw = connect(url)
    except psycopg.Error as failure:
        with _telling:
            now = time.monotonic()
            began, tell_at, *_ = _away.get(url, (began, 0.0))
            if now >= tell_at:
                why = {"seconds": round(now - began), "reason": words(Database(url, ""), failure)}
                log.warning("waiting for the database", extra=why)
                tell_at = now + TELL_SECONDS
            _away[url] = began, tell_at, now, failure
        raise
    if _away.pop(url, None):
        seconds = round(time.monotonic() - began)
        log.warning("the database answers again", extra={"seconds": seconds})
    return raw


def connect(url: str) -> Raw:
    """A connection for whichever thread. Raises psycopg.Error."""
    values: dict[str, Any] = {"application_name": "rxbridge", "client_encoding": "utf8", **_NETWORK}
    raw = psycopg.connect(url, autocommit=True, cursor_factory=ClientCursor, **values)
    raw.execute(SQL.limits)
    return raw


def _answers(raw: Raw) -> bool:
    """Whether it is open still, as far as is known without asking the server."""
    try:
        raw.pgconn.consume_input()  # what the server said last
        raw.pgconn.consume_input()  # and that it hung up
    except psycopg.Error:
        return False
    return not raw.closed and not raw.broken


class Session:
    """What a store needs of an engine, for one pharmacy: as `Thread` of a file of SQLite's."""

    def __init__(self, pool: Pool, place: Database) -> None:
        self._pool = pool
        self.place = place
        self.fence: int | None = None
        """What the budget's has to be for a transaction that writes; None: it does not matter."""

    async def run(self, body: Callable[["Connection"], T]) -> T:
        return await self._pool.run(lambda raw: body(Connection(raw, self.place, self.fence)))

    def here(self, _: Callable[["Connection"], T]) -> T | None:
        """None: the event loop would wait for the network."""
        return None

    async def close(self) -> None:
        await self._pool.leave()


class Connection:
    """A connection as the store's functions know one, for one pharmacy and one transaction."""

    def __init__(self, raw: Raw, place: Database, fence: int | None = None) -> None:
        self._raw, self._place, self._fence = raw, place, fence
        self.total_changes = 0

    @property
    def in_transaction(self) -> bool:
        status = self._raw.info.transaction_status
        return status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def execute(self, statement: str, values: Values = (), /) -> Cursor:
        match statement:
            case "BEGIN":
                return self._said(SQL.reading)
            case "BEGIN IMMEDIATE":
                return self._begin_writing()
            case "COMMIT":
                return self._said(SQL.written if self.total_changes else statement)
            case _:
                return self._asked(spelt(statement), values)

    def executemany(self, statement: str, values: Iterable[Values], /) -> Cursor:
        cursor, rows = self._raw.cursor(), [*values]
        if not rows:
            return cursor
        try:
            cursor.executemany(spelt(statement), rows)
        except psycopg.DataError as error:
            cursor.executemany(spelt(statement), [_without_nul(each, error) for each in rows])
        self.total_changes += max(0, cursor.rowcount)
        return cursor

    def _asked(self, statement: str, values: Values) -> Cursor:
        cursor = self._raw.cursor()
        try:
            cursor.execute(statement, values)
        except psycopg.DataError as error:
            cursor.execute(statement, _without_nul(values, error))
        if not (cursor.statusmessage or "").startswith("SELECT"):
            self.total_changes += max(0, cursor.rowcount)
        return cursor

    def _begin_writing(self) -> Cursor:
        cursor = self._said(SQL.writing)
        found = cursor.fetchone()
        if found is None:
            raise TryLater(Phrase("rows-gone", place=self._place))
        if self._fence is not None and found[0] != self._fence:
            raise TryLater(Phrase("taken-over", place=self._place))
        return cursor

    def _said(self, statements: str) -> Cursor:
        """Several in one go; the answer to the last."""
        cursor = self._raw.cursor()
        cursor.execute(sql.SQL(statements).format(sql.Literal(self._place.pharmacy)))
        while cursor.nextset():
            pass
        return cursor


def _without_nul(values: Values, error: psycopg.DataError) -> Values:
    """Text without the letter that PostgreSQL has no place for. Raises the error for another."""
    if error.sqlstate is not None or "NUL" not in str(error):
        raise error
    if isinstance(values, dict):
        return {name: _cleaned(value) for name, value in values.items()}
    return [_cleaned(value) for value in values]


def _cleaned(value: object) -> object:
    return value.replace("\0", "") if isinstance(value, str) else value


_PASSING = frozenset({"25006", "25P03", "25P04", "42501"})
"""A standby, a transaction that took too long, a right that was taken away."""
_REFUSED = ("authentication failed", "does not exist", "pg_hba.conf", "not permitted", "invalid ")


def trouble(place: Database, error: Exception) -> TryLater | None:
    """What an error of an open store means: try once more. None if it is not the store's."""
    if not isinstance(error, psycopg.Error):
        return None
    passing = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if not passing and error.sqlstate not in _PASSING:
        return None
    kind = Unreachable if (error.sqlstate or "57P").startswith("57P") else TryLater
    return kind(Phrase("the-store", place=place, why=Foreign(words(place, error))))


def refusal(place: Database, error: psycopg.Error) -> BridgeError:
    """Why a store could not be opened: the operator's to mend, or to be waited for."""
    said = words(place, error)
    if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        return Misconfigured(Fault("store.url", "no-database"))
    if error.sqlstate == "42501" or any(each in said for each in _REFUSED):
        return Misconfigured(Fault(place, "database-rights", why=Foreign(said)))
    later = trouble(place, error)
    return later or Misconfigured(Fault(place, "database", why=Foreign(said)))


def words(place: Database, error: psycopg.Error) -> str:
    """The first line of what the server or libpq says, without the password."""
    said = error.diag.message_primary or (str(error).splitlines() or ["it does not answer"])[0]
    try:
        password = conninfo_to_dict(place.url).get("password")
    except psycopg.Error:
        return "is no address of a database"
    return said.replace(str(password), "•••") if password else said
