"""The command line as typed, in a folder of its own, and both vendors in a process of their own."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.cli.commands.sandbox import configuration
from bridge.cli.main import main
from bridge.core.memory import Outcome
from bridge.core.model import Hint, Key
from bridge.core.reasons import UNLINKED_SKU
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.settings import variable
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


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop in a thread of its own: a command's own loop is in the test's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def vendors(
    elsewhere: asyncio.AbstractEventLoop, request: pytest.FixtureRequest
) -> Iterator[dict[str, str]]:
    """Both vendors without limits; what a configuration needs to know of them."""
    goods = getattr(request, "param", False)
    settings = SandboxSettings(
        grams=goods, rx_per_second=0, rx_per_minute=0, rx_webhook_secret="whsec_sandbox_only"
    )
    sandbox = Sandbox(settings)

    async def start() -> None:
        await sandbox.__aenter__()

    asyncio.run_coroutine_threadsafe(start(), elsewhere).result()
    no_limits = {
        f"RXBRIDGE_{vendor}__REQUESTS_PER_{each}": "0"
        for vendor in ("RXSCALE", "PHARMAONE")
        for each in ("SECOND", "MINUTE")
    }
    yield no_limits | {
        variable(key): value for key, value in configuration(settings, sandbox).items()
    }

    async def stop() -> None:
        await sandbox.__aexit__()

    asyncio.run_coroutine_threadsafe(stop(), elsewhere).result()


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
