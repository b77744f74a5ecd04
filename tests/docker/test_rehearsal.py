"""The profile `rehearsal`, as far as it goes without containers: its commands and environment."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from docker.folder import DOCKER, ROOT, services

PATIENCE_SECONDS = 20


@asynccontextmanager
async def running(
    words: list[str], env: Mapping[str, str], folder: Path
) -> AsyncIterator[asyncio.StreamReader]:
    """What a container would run; its output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bridge",
        *words,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 0


async def addresses(output: asyncio.StreamReader) -> dict[str, str]:
    """What the sandbox says of itself, as JSON of several lines."""
    text = b""
    while not text.rstrip().endswith(b"}"):
        text += await asyncio.wait_for(output.readline(), PATIENCE_SECONDS)
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.slow
async def test_orders_of_the_sandbox_go_through_the_rehearsal(tmp_path: Path):
    """Other ports and folders than in the containers; all else is what compose.yaml says."""
    told = services()
    words = [
        word for word in told["sandbox"]["command"] if not word.startswith(("--host", "--webhooks"))
    ]
    free = [word.partition("=")[0] + "=0" if "-port=" in word else word for word in words]
    async with running([*free, "--json"], {}, tmp_path) as output:
        where = await addresses(output)
        environment = {
            **told["rehearsal"]["environment"],
            "RXBRIDGE_SECRETS_DIR": str(DOCKER / "rehearsal"),
            "RXBRIDGE_RXSCALE__BASE_URL": where["rxscale.base_url"],
            "RXBRIDGE_PHARMAONE__BASE_URL": where["pharmaone.base_url"],
            "RXBRIDGE_SERVER__PORT": "0",
            "RXBRIDGE_STORE__PATH": str(tmp_path / "rxbridge.db"),
            "RXBRIDGE_MAPPINGS__DIR": str(ROOT / "mappings"),
            "RXBRIDGE_ORDERS__POLL_SECONDS": "0.5",
        }
        async with (
            running(["run"], environment, tmp_path) as said,
            aiohttp.ClientSession(where["rxscale.base_url"]) as rxscale,
        ):
            line = (await asyncio.wait_for(said.readline(), PATIENCE_SECONDS)).decode()
            assert "listens at http://0.0.0.0:" in line
            async with rxscale.post("/_sandbox/orders", json={"count": 2}) as made:
                assert made.status < 300
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await reviewed(rxscale) < 2:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)


async def reviewed(rxscale: aiohttp.ClientSession) -> int:
    async with rxscale.get("/_sandbox/state") as answer:
        state = await answer.json()
    return sum(order["status"] == "pending review" for order in state["rxscale"]["orders"])


async def test_the_page_says_how_orders_are_made_from_inside_the_container(tmp_path: Path):
    """From outside, Docker's network is another machine to it, and is refused."""
    page = (ROOT / "docs" / "running.md").read_text("utf-8")
    (program,) = re.findall(r"exec sandbox python -c '([^']+)'", page)
    words = ["sandbox", "--rxscale-port=0", "--pharmaone-port=0", "--json"]
    async with running(words, {}, tmp_path) as output:
        base = (await addresses(output))["rxscale.base_url"]
        assert "http://127.0.0.1:8201/" in program
        typed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program.replace("http://127.0.0.1:8201", base)
        )
        assert await typed.wait() == 0
        async with aiohttp.ClientSession() as http, http.get(f"{base}/_sandbox/state") as answer:
            assert (await answer.text()).count('"po-') >= 5
