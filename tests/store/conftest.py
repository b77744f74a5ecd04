"""An open store, in a fresh directory or a database; and a way to be a user with few rights."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgresql import Server
from store.given import NOW

from bridge.place import Database
from bridge.store import Store

NOBODY = 65534
OF_A_FILE = frozenset((Path(__file__).parent / "of_a_file.txt").read_text("utf-8").split())
"""Tests and modules about what SQLite alone has: its file, plans, locks, commits in the loop."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rxbridge.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of the store's behaviour is run on both engines."""
    if "store" in metafunc.fixturenames:
        names = {metafunc.function.__name__, metafunc.module.__name__.rpartition(".")[2]}
        engines = ["sqlite"] if names & OF_A_FILE else ["sqlite", "postgresql"]
        metafunc.parametrize("store", engines, indirect=True)


@pytest.fixture
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    fixture = "path" if request.param == "sqlite" else "rows"
    opened = await Store.open(request.getfixturevalue(fixture), now=NOW)
    yield opened
    await opened.close()


@pytest.fixture
def rows(postgresql: Server) -> Database:
    """Of a pharmacy that no other test has."""
    return postgresql.place()


@pytest.fixture
def closed_directory() -> Iterator[Path]:
    """A directory that may be entered but not written to, also where the tests run as root."""
    directory = Path(tempfile.mkdtemp())
    user = os.geteuid()
    yield directory
    os.seteuid(user)
    directory.chmod(0o755)
    shutil.rmtree(directory)


def close(directory: Path, mode: int = 0o555) -> None:
    """Takes away the right to write there; the fixture gives it back."""
    directory.chmod(mode)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
