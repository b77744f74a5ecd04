"""An open store in a fresh directory; and a way to be a user with few rights."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from store.given import NOW

from bridge.store import Store

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rxbridge.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(path, now=NOW)
    yield opened
    await opened.close()


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
