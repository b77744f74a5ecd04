"""What every test gets: hypothesis profiles, a watch over the log, a fitting aioresponses."""

import asyncio
import gc
import logging
import resource
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aioresponses.core
import pytest
from aiohttp import ClientResponse
from aioresponses import aioresponses as AioResponses  # noqa: N812 - it is a class
from hypothesis import HealthCheck, settings

from bridge.store import migrate

_set_limit = resource.setrlimit
resource.setrlimit = lambda which, limits: (
    None if which == resource.RLIMIT_CORE else _set_limit(which, limits)
)
"""A `run` in a test's own process would forbid dumps to all that the process starts from then on:
tests/cli/test_dumps.py could not raise that limit, to see it fall.
"""
# Looking for garbage took a twentieth of the time.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    """What is imported and collected stays: no garbage is looked for in it, at the end neither."""
    gc.freeze()


# `make test` tries the same examples every time, however slow the machine is; `make hunt` tries
# others each time, and says how to see what it found again.
SLOW = (HealthCheck.too_slow,)
settings.register_profile("test", derandomize=True, deadline=None, suppress_health_check=SLOW)
settings.register_profile("hunt", deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.load_profile("test")


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that `rxbridge run` has; a journey takes a fifth less with it."""
    if sys.platform == "win32":
        return {"asyncio": asyncio.new_event_loop}
    import uvloop

    return {"uvloop": uvloop.new_event_loop}


# The synthetic patient and the secrets of the tests. None of them may ever reach a log.
MARKERS = (
    "Kanarienvogel",
    "canary@example.org",
    "1901-01-01",
    "whsec_canary",
    "canary-api-key",
)
_TEXT = logging.Formatter()


@dataclass
class Canary:
    """Collects the markers found; whatever is left in `found` at its end fails the test."""

    found: list[str] = field(default_factory=list)

    def check(self, text: str, where: str = "text") -> None:
        """Look through any other text that must stay clean: a process's output, a file."""
        self.found += [f"{marker} in {where}" for marker in MARKERS if marker in text]

    def check_record(self, record: logging.LogRecord) -> None:
        """Look through the line, its traceback and everything else a handler could print."""
        text = f"{_TEXT.format(record)}\n{vars(record)!r}"
        self.check(text, f"a line of {record.name} ({record.filename}:{record.lineno})")


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """Fail any test that logs a patient's data or a secret, at whatever level and handler."""
    bird = Canary()
    handle = logging.Logger.handle

    def watched(logger: logging.Logger, record: logging.LogRecord) -> None:
        bird.check_record(record)
        handle(logger, record)

    monkeypatch.setattr(logging.Logger, "handle", watched)
    bridge = logging.getLogger("bridge")
    level = bridge.level
    bridge.setLevel(logging.DEBUG)
    yield bird
    bridge.setLevel(level)
    assert not bird.found, "patient data or a secret was logged"


class _Answer(ClientResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **kwargs)


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[AioResponses]:
    """aioresponses, for answers that are hard to get out of a real server.

    Since 3.14 aiohttp's ClientResponse wants a `stream_writer` which aioresponses 0.7.9 does not
    give: pnuckowski/aioresponses #289. `_Answer` fills it in until that is released.
    """
    monkeypatch.setattr(aioresponses.core, "ClientResponse", _Answer)
    with AioResponses() as mock:
        yield mock


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A server for all tests of this process that need one (tests/postgresql.py)."""
    from postgresql import serving

    with serving() as server:
        yield server


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[migrate.Step, ...]]:
    """The steps of a bridge that is newer by one."""
    folder = tmp_path / "schema"
    shutil.copytree(migrate.SCHEMA, folder)
    made_up = f"{len(migrate.steps()) + 1:04}_made_up.sql"
    (folder / made_up).write_text(
        "-- Made up.\n\n-- One row a wish.\nCREATE TABLE wishes (wish TEXT NOT NULL) STRICT;\n"
        "ALTER TABLE skus ADD COLUMN wished INTEGER;\n"
    )
    monkeypatch.setattr(migrate, "SCHEMA", folder)
    migrate.steps.cache_clear()
    yield migrate.steps()
    migrate.steps.cache_clear()
