"""Whatever a command raises ends in one line without foreign words, and is written down once."""

import json
import logging
import re
import subprocess
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import pytest

from bridge.cli import incident
from bridge.cli.commands import run
from bridge.cli.main import main
from bridge.store import Store

WORDS = "Erika Musterfrau"
LINE = re.compile(r"rxbridge: unexpected: (.*) - incident ([0-9a-f]{8}): (.*)\n")


@pytest.fixture(autouse=True)
def log_as_before():
    """A process ends with its incident; this one goes on."""
    loggers = [logging.getLogger(), logging.getLogger("bridge")]
    before = [(each, each.handlers[:], each.level) for each in loggers]
    yield
    for each, handlers, level in before:
        each.handlers[:] = handlers
        each.setLevel(level)


def raising(mistake: BaseException):
    def raise_it(*_: object, **__: object) -> object:
        raise mistake

    return raise_it


@pytest.fixture
def broken(one_stuck: Path, monkeypatch: pytest.MonkeyPatch):
    """The store cannot be opened, for a reason that nobody thought of."""

    def with_(mistake: BaseException) -> Path:
        monkeypatch.setattr(Store, "open", raising(mistake))
        return one_stuck / "rxbridge.db.incidents"

    return with_


def line_of(err: str) -> tuple[str, str, str]:
    found = LINE.fullmatch(err)
    assert found, err
    return found[1], found[2], found[3]


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (KeyError(WORDS), "KeyError"),
        (RecursionError(WORDS), "RecursionError"),
        (MemoryError(), "MemoryError"),
        (PermissionError(13, "Permission denied", WORDS), "PermissionError: Permission denied"),
        (ExceptionGroup(WORDS, [ValueError(WORDS)]), "ExceptionGroup"),
        (UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS), "UnicodeDecodeError"),
    ],
)
def test_it_is_one_line_with_a_number(typed, broken, mistake: Exception, said: str):
    file = broken(mistake)
    told = typed("stuck", "list")
    assert (told.code, told.out) == (1, "")
    what, number, where = line_of(told.err)
    assert (what, where) == (said, f"{file} says where")
    assert WORDS not in told.err
    written = json.loads(file.read_text())
    assert (written["incident"], written["level"]) == (number, "error")
    assert "open_beside" in written["traceback"]
    assert WORDS not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def again(typed) -> str:
    """The number of another one, in a process of its own as it were."""
    logging.getLogger().handlers.clear()
    return line_of(typed("stuck", "list").err)[1]


def test_each_has_a_line_of_its_own_until_there_are_too_many(
    typed, broken, monkeypatch: pytest.MonkeyPatch
):
    file = broken(KeyError("x"))
    numbers = [again(typed) for _ in range(2)]
    assert [json.loads(each)["incident"] for each in file.read_text().splitlines()] == numbers
    monkeypatch.setattr(incident, "MOST_BYTES", 10)
    last = again(typed)
    assert json.loads(file.read_text().splitlines()[-1])["incident"] == last
    assert numbers[0] not in file.read_text()


def test_through_a_link_nothing_is_written(typed, broken, tmp_path: Path):
    target = tmp_path / "target"
    broken(KeyError("x")).symlink_to(target)
    assert line_of(typed("stuck", "list").err)[2] == "it could not be written down"
    assert not target.exists()


def test_no_secret_is_written(typed, broken, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RXBRIDGE_RXSCALE__API_KEY", "open_beside")
    file = broken(KeyError("x"))
    typed("stuck", "list")
    assert "***" in file.read_text()
    assert "open_beside" not in file.read_text()


def test_a_configuration_that_cannot_be_read_is_no_second_incident(
    typed, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bridge.config.load", raising(KeyError(WORDS)))
    told = typed("stuck", "list")
    assert line_of(told.err)[0] == "KeyError"
    assert line_of(told.err)[2] == "it could not be written down"


def test_what_is_typed_may_raise_too(typed, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.cli.main.parser", raising(KeyError(WORDS)))
    assert line_of(typed("stuck", "list").err)[0] == "KeyError"


def test_a_running_bridge_tells_its_log(folder: Path, monkeypatch: pytest.MonkeyPatch):
    words = "whatever a vendor sent"

    async def broken(*_: object) -> None:
        raise KeyError(words)

    log = StringIO()
    monkeypatch.setattr(run, "_leave_no_dump", lambda: None)
    monkeypatch.setattr(run, "run_one", broken)
    for key in ("RXSCALE__API_KEY", "PHARMAONE__API_KEY"):
        monkeypatch.setenv(f"RXBRIDGE_{key}", "canary-api-key")
    with redirect_stderr(log):
        assert main(["run"]) == 1
    *lines, last = log.getvalue().splitlines(keepends=True)
    what, number, where = line_of(last)
    assert (what, where) == ("KeyError", "the log says where")
    assert json.loads(lines[-1])["incident"] == number
    assert words not in log.getvalue()


PROGRAM = """
import asyncio, logging, sys
from argparse import Namespace
from bridge.cli import main

async def body():
    async def broken():
        raise KeyError(sys.argv[1])
    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    try:
        raise ValueError(sys.argv[1])
    except ValueError:
        logging.getLogger("bridge.server").exception("unexpected")

none = {"changes": None, "stays": False, "of_all": False}
parsed = Namespace(handler=lambda _: asyncio.run(body()) or 0, **none)
main.parser = lambda _: Namespace(parse_args=lambda _: parsed)
sys.exit(main.main([]))
"""


def test_what_goes_wrong_beside_a_command_is_no_traceback_either():
    words = [sys.executable, "-c", PROGRAM, WORDS]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 0
    assert sorted(told.stderr.splitlines()) == ["Task exception was never retrieved", "unexpected"]
