"""A PostgreSQL and its synchronous standby, with doors in front of both that can be shut."""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from postgresql import NOBODY, Server, needed

_PLAIN = "max_connections=100 wal_keep_size=256MB"
_TAKES_NOTE = (
    "CREATE SCHEMA campaign",
    "CREATE TABLE campaign.owners (at double precision, budget text, owner text)",
    """CREATE FUNCTION campaign.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO campaign.owners
      VALUES (extract(epoch FROM clock_timestamp()), NEW.id, NEW.owner);
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER note AFTER UPDATE OF owner ON budgets
    FOR EACH ROW WHEN (NEW.owner IS DISTINCT FROM OLD.owner) EXECUTE FUNCTION campaign.note();
    INSERT INTO campaign.owners
    SELECT extract(epoch FROM clock_timestamp()), id, owner FROM budgets""",
)
"""Whose each key was, and from when: by the clock of the one machine that all of this runs on."""
_SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


@dataclass(frozen=True)
class Owned:
    """A key is this replica's from then on; None: nobody's."""

    at: float
    budget: str
    owner: str | None


class Pair:
    """Two servers, of which the first is written to and the second has all that it was told."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        self.primary, self.standby = servers

    def begin(self) -> None:
        self.primary.make()
        self.primary.stop("fast")
        self.primary.start(_PLAIN)
        self._rebuild()

    def take_note(self) -> None:
        """From now on of who owns what. The tables are there."""
        self.primary.admin(*_TAKES_NOTE, database="rxbridge")

    def owners(self) -> list[Owned]:
        rows = self._asked("SELECT at, budget, owner FROM campaign.owners ORDER BY at")
        return [Owned(*row) for row in rows]

    def deliveries(self) -> dict[tuple[str, str], int]:
        """How many pharmacies have each."""
        rows = self._asked("SELECT vendor, dedup_key, count(*) FROM deliveries GROUP BY 1, 2")
        return {(vendor, key): count for vendor, key, count in rows}

    def has_tables(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            return bool(self._asked("SELECT 1 FROM pharmacies"))
        return False

    def fail_over(self) -> None:
        """The first one dies at once, and the second is what it was."""
        self.primary.stop("immediate")
        self.primary, self.standby = self.standby, self.primary
        self.primary.admin("ALTER SYSTEM RESET synchronous_standby_names")
        self.primary.admin("SELECT pg_reload_conf()", "SELECT pg_promote()")

    def restore(self) -> None:
        """There is a standby again, and nothing counts as written before it has it."""
        self._rebuild()

    def _rebuild(self) -> None:
        folder = self.standby.folder
        shutil.rmtree(folder / "data", ignore_errors=True)
        source = f"host={self.primary.folder} user=postgres"
        self.standby._run("pg_basebackup", "-d", source, "-D", str(folder / "data"), "-R",
                          "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
        self.standby.start(_PLAIN)
        self.primary.admin("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.admin("SELECT pg_reload_conf()")
        while self._asked(_SYNCHRONOUS) != [(1,)]:
            time.sleep(0.1)

    def _asked(self, statement: str) -> list[tuple]:
        url = self.primary.url(user="postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def end(self) -> None:
        for server in self.servers:
            with contextlib.suppress(Exception):  # one of them may be down
                server.stop()


@contextmanager
def pair() -> Iterator[Pair]:
    """In folders of their own, gone afterwards."""
    found = needed()
    folder = Path(tempfile.mkdtemp(prefix="rxpg", dir="/tmp"))  # a socket's name has to be short
    try:
        folder.chmod(0o755)
        for name in ("a", "b"):
            (folder / name).mkdir()
            if os.geteuid() == 0:
                os.chown(folder / name, NOBODY, NOBODY)
        made = Pair([Server(folder / name, found) for name in ("a", "b")])
        try:
            yield made
        finally:
            made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Door:
    """The way of one replica to one server: open, shut (everybody is sent away), or dumb (whoever
    is in waits for ever).
    """

    def __init__(self, server: Server) -> None:
        self._socket = str(server.folder / ".s.PGSQL.5432")
        self._is_shut = False
        self._talks = asyncio.Event()
        self._talks.set()
        self._inside: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def shut(self) -> None:
        self._is_shut = True
        for writer in self._inside:
            writer.transport.abort()

    def fall_dumb(self) -> None:
        self._talks.clear()

    def mend(self) -> None:
        self._is_shut = False
        self._talks.set()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_shut:
            writer.transport.abort()
            return
        try:
            inner, outer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, outer}
        self._inside |= both
        await asyncio.gather(self._carry(reader, outer), self._carry(inner, writer))
        self._inside -= both

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._talks.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort() if self._is_shut else writer.close()
