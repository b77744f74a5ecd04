"""What is measured, each in a process of its own: a bare handler, the bridge's server, the whole.

`python -m bench.servers KIND FOLDER [RXSCALE_URL PHARMAONE_URL]` prints its address and stays.
"""

import asyncio
import hashlib
import hmac
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from bridge import app
from bridge.cli import loop
from bridge.server import Running, serve
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

    application = web.Application()
    application.router.add_post("/webhooks/rxscale", handle)
    running = await serve(application, "127.0.0.1", 0)
    loop.settled()
    print(running.url, flush=True)
    await stop.wait()
    await running.stop()


async def intake(stop: asyncio.Event, folder: Path) -> None:
    """The real server on the real store, nobody looking at what came in."""
    async with app.open_bridge(settings(folder, "http://127.0.0.1:9", "http://127.0.0.1:9")) as b:
        running = await serve(app.web_of(b), "127.0.0.1", 0)
        loop.settled()
        print(running.url, flush=True)
        await stop.wait()
        await running.stop()


async def whole(stop: asyncio.Event, folder: Path, rxscale: str, pharmaone: str) -> None:
    """What `rxbridge run` starts."""
    chosen = settings(folder, rxscale, pharmaone)

    def started(_: app.Bridge, running: Running) -> None:
        loop.settled()
        print(running.url, flush=True)

    await app.run(chosen, stop, started)


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


async def main(kind: str, *words: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if kind == "bare":
        await bare(stop)
    elif kind == "intake":
        await intake(stop, Path(words[0]))
    elif kind == "whole":
        await whole(stop, Path(words[0]), words[1], words[2])
    else:
        await sandbox(stop, int(words[0]) if words else 8)


if __name__ == "__main__":
    loop.run(main(*sys.argv[1:]))
