"""A PostgreSQL of the tests' own, in a folder of its own, with a pharmacy for each test."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bridge.place import Database

NEEDED = "POSTGRESQL"
"""Set by CI (`.ci/run`): without a server the tests fail there, and are skipped elsewhere."""
NOBODY = 65534
_GERMAN = """
TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.UTF-8'
"""
"""All tests run under a collation that is not the store's: it must not matter."""
_QUICK = "fsync=off synchronous_commit=off full_page_writes=off max_connections=60"


def binaries() -> Path | None:
    """The folder of the newest release that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def needed() -> Path:
    """Skips the test, or fails it where CI says that a server must be there."""
    found = binaries()
    if found is None:
        if os.environ.get(NEEDED):
            pytest.fail("no PostgreSQL is installed: apt-get install postgresql")
        pytest.skip("no PostgreSQL is installed: apt-get install postgresql")
    return found


class Server:
    """One that was started. `url` is of an ordinary user, `admin` of the superuser."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self._binaries = folder, binaries
        self._data = folder / "data"
        self._as = NOBODY if os.geteuid() == 0 else None

    def url(self, database: str = "rxbridge", user: str = "rxbridge") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def place(self, pharmacy: str = "", database: str = "rxbridge") -> Database:
        """Of a pharmacy that nobody else has."""
        return Database(self.url(database), pharmacy or f"test-{secrets.token_hex(6)}")

    def admin(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database, "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def make(self, *more: str) -> None:
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-N",
                  "-E", "UTF8", "--locale", "C.UTF-8", *more)  # fmt: skip
        self.start()
        self.admin(
            "CREATE ROLE rxbridge LOGIN", f"CREATE DATABASE rxbridge OWNER rxbridge {_GERMAN}"
        )

    def start(self, more: str = _QUICK) -> None:
        settings = f"-k {self.folder} -h '' " + " ".join(f"-c {each}" for each in more.split())
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self.folder / "log"), "-w",
                  "-o", settings, "start")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            user=self._as,
            env=environment,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )


@contextmanager
def serving(*more: str) -> Iterator[Server]:
    """A server that nobody used before, and that is gone afterwards."""
    found = needed()
    folder = Path(tempfile.mkdtemp(prefix="rxpg", dir="/tmp"))  # a socket's name has to be short
    try:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        server = Server(folder, found)
        server.make(*more)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
