"""What is measured, each in a process of its own: a bare handler, one that keeps what it is sent,
the bridge's server, the whole.

`python -m bench.servers KIND FOLDER [RXSCALE_URL PHARMAONE_URL]` prints its address and stays.
"""

import asyncio
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from bridge.app.build import Bridge, open_bridge
from bridge.app.run import run
from bridge.app.web import parts_of
from bridge.cli import loop
from bridge.server.web import Running, build, serve
from bridge.server.webhooks import Handler
from bridge.settings import Settings

SECRET = "whsec_only_for_bench"
KEY = "rx-sandbox-key"
MAPPINGS = Path(__file__).parents[2] / "mappings"


@contextmanager
def process(*words: str) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """A server of bench.servers: itself, its first line, and the seconds until that line."""
    began = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-m", "bench.servers", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout is not None
    line = running.stdout.readline().strip()
    try:
        yield running, line, time.monotonic() - began
    finally:
        running.terminate()
        running.wait(20)


def mebibytes(process_id: int, field: str) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def processor(process_id: int) -> float:
    """Seconds of processor time that it has taken."""
    cells = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def settings(folder: Path, rxscale: str, pharmaone: str) -> Settings:
    shutil.copytree(MAPPINGS, folder / "mappings", dirs_exist_ok=True)
    lifted = {"requests_per_second": 0, "requests_per_minute": 0, "at_once": 32}
    return Settings.model_validate(
        {
            "rxscale": {
                "base_url": rxscale,
                "api_key": KEY,
                "webhook_secrets": [SECRET],
                **lifted,
            },
            "pharmaone": {
                "base_url": pharmaone,
                "api_key": "p1-sandbox-key",
                "org_id": "org1",
                "shop_id": "shop1",
                "webhook_secrets": [SECRET],
                **lifted,
            },
            "server": {"port": 0},
            "store": {"path": folder / "rxbridge.db"},
            "mappings": {"dir": folder / "mappings"},
            "orders": {"workers": 32},
            "stock": {"write": True},
        }
    )


async def bare(stop: asyncio.Event) -> None:
    """The least that could answer: verify the signature, 200."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        good = hmac.compare_digest(wanted, request.headers.get("X-Webhook-Signature", ""))
        return web.Response(status=200 if good else 401)

    await receiving(handle, stop)


async def minimal(stop: asyncio.Event, folder: Path) -> None:
    """The least that keeps them: verified, a row each on disk, a commit for all that wait, 200."""
    keeper = Keeper(folder / "minimal.db")

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, request.headers.get("X-Webhook-Signature", "")):
            return web.Response(status=401)
        await keeper.keep(wanted, json.loads(body)["data"]["uid"])
        return web.Response()

    await receiving(handle, stop)


async def receiving(handle: Handler, stop: asyncio.Event) -> None:
    application = web.Application()
    application.router.add_post("/webhooks/rxscale", handle)
    await serving(application, stop)


async def serving(application: web.Application, stop: asyncio.Event) -> None:
    running = await serve(application, "127.0.0.1", 0)
    loop.settled()
    print(running.url, flush=True)
    await stop.wait()
    await running.stop()


class Keeper:
    """A table of what was delivered, and nothing else."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE kept (digest TEXT PRIMARY KEY, uid TEXT) WITHOUT ROWID")
        self._waiting: list[tuple[str, str, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, digest: str, uid: str) -> None:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((digest, uid, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await answer

    async def _write(self) -> None:
        while self._waiting:
            rows, self._waiting = self._waiting, []
            self._db.execute("BEGIN IMMEDIATE")
            kept = [row[:2] for row in rows]
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", kept)
            await asyncio.to_thread(self._db.execute, "COMMIT")
            for _, _, answer in rows:
                answer.set_result(None)


async def intake(stop: asyncio.Event, folder: Path) -> None:
    """The real server on the real store, nobody looking at what came in."""
    async with open_bridge(settings(folder, "http://127.0.0.1:9", "http://127.0.0.1:9")) as b:
        await serving(build(parts_of(b)), stop)


async def whole(stop: asyncio.Event, folder: Path, rxscale: str, pharmaone: str) -> None:
    """What `rxbridge run` starts."""
    chosen = settings(folder, rxscale, pharmaone)

    def started(bridge: Bridge, running: Running) -> None:
        count_commits(bridge)
        loop.settled()
        print(running.url, flush=True)

    await run(chosen, stop, started)


def count_commits(bridge: Bridge) -> None:
    """From SIGUSR1 on; SIGUSR2 prints how many there were."""
    connection = bridge.store._writer._conn
    seen: list[str] = []

    def told() -> None:
        connection.set_trace_callback(None)
        print(seen.count("COMMIT"), flush=True)

    running = asyncio.get_running_loop()
    running.add_signal_handler(signal.SIGUSR1, connection.set_trace_callback, seen.append)
    running.add_signal_handler(signal.SIGUSR2, told)


async def sandbox(stop: asyncio.Event, skus: int) -> None:
    from bridge.sandbox import Sandbox, SandboxSettings  # `rxbridge run` does not load it either

    quick = SandboxSettings(
        rx_per_second=0,
        rx_per_minute=0,
        log_limit=0,
        rx_webhook_secret=SECRET,
        skus=skus,
        grams=False,
    )
    async with Sandbox(quick) as running:
        print(running.rxscale_url, running.pharmaone_url, flush=True)
        await stop.wait()


async def chain(stop: asyncio.Event) -> None:
    """Both vendors, with RxScale's limits and the key of a group."""
    from bridge.sandbox import Sandbox, SandboxSettings

    limited = SandboxSettings(
        rx_api_key="of-one", group_key=KEY, rx_webhook_secret=SECRET, grams=False
    )
    async with Sandbox(limited) as running:
        print(running.rxscale_url, running.pharmaone_url, flush=True)
        await stop.wait()


async def main(kind: str, *words: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if kind == "bare":
        await bare(stop)
    elif kind == "minimal":
        await minimal(stop, Path(words[0]))
    elif kind == "intake":
        await intake(stop, Path(words[0]))
    elif kind == "whole":
        await whole(stop, Path(words[0]), words[1], words[2])
    elif words == ("chain",):
        await chain(stop)
    else:
        await sandbox(stop, int(words[0]) if words else 8)


if __name__ == "__main__":
    loop.run(main(*sys.argv[1:]))
