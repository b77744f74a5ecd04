"""The command line as typed, in a folder of its own, and both vendors in a process of their own."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.cli.main import main
from bridge.core.memory import Outcome
from bridge.core.model import Hint, Key
from bridge.core.reasons import UNLINKED_SKU
from bridge.store import Store, todo, work

MAPPINGS = Path(__file__).parents[2] / "mappings"


@dataclass
class Typed:
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(MAPPINGS, tmp_path / "mappings")
    (tmp_path / "rxbridge.toml").write_text('[pharmaone]\norg_id = "org1"\nshop_id = "shop1"\n')
    monkeypatch.chdir(tmp_path)
    # A process keeps that for ever, and so do those that it starts: tests/cli/test_dumps.py.
    monkeypatch.setattr("bridge.cli.commands.run._leave_no_dump", lambda: None)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in list(os.environ):
        if name.startswith("RXBRIDGE_"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def typed(folder: Path, capsys: pytest.CaptureFixture[str]):
    def type_in(*words: str) -> Typed:
        code = main(words)
        captured = capsys.readouterr()
        return Typed(code, captured.out, captured.err)

    return type_in


def python(*words: str, env: dict[str, str], cwd: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, **env, "PYTHONPATH": str(MAPPINGS.parent)}
    return subprocess.Popen(
        [sys.executable, "-m", "bridge", *words],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def vendors(folder: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """`rxbridge sandbox` in a process of its own; what a configuration needs to know of it."""
    goods = getattr(request, "param", ("--pieces",))
    ports = ("--rxscale-port", "0", "--pharmaone-port", "0")
    words = ("sandbox", *goods, *ports, "--unlimited", "--json")
    process = python(*words, env={}, cwd=folder)
    assert process.stdout is not None
    lines = []
    while "}" not in "".join(lines):
        lines.append(process.stdout.readline())
    where = json.loads("".join(lines))
    no_limits = {
        f"RXBRIDGE_{vendor}__REQUESTS_PER_{each}": "0"
        for vendor in ("RXSCALE", "PHARMAONE")
        for each in ("SECOND", "MINUTE")
    }
    yield no_limits | {
        f"RXBRIDGE_{key.upper().replace('.', '__')}": value for key, value in where.items()
    }
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.fixture
def one_stuck(folder: Path) -> Path:
    """A store with one order, po-1, that waits for a person."""

    async def remember() -> None:
        now = datetime(2026, 1, 2, 8, tzinfo=UTC)
        store = await Store.open(folder / "rxbridge.db", now=now)
        await store.write(todo.hint, [Hint(Key("order:po-1"), "test")], now)
        ((claim, link),) = await store.write(todo.claim, 1, now, timedelta(minutes=1))
        note = UNLINKED_SKU(name="A", sku="sku-1", pharmacy_sku="psku-1", file="skus.csv")
        await store.write(work.settle, Outcome(claim, link, (), None, False, note, now))
        await store.close()

    asyncio.run(remember())
    return folder
