"""The attack script that anybody can run, against a real bridge; and that it finds what is open."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import attack
import pytest
from aiohttp import web
from house import SECRET, open_house, open_sandbox

from bridge.app.web import listen

SCRIPT = Path(attack.__file__)


async def test_it_finds_nothing_at_a_bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attack, "QUICK_SECONDS", 15.0)  # tests/bench measures
    server = {"head_seconds": 2, "body_seconds": 2, "keepalive_seconds": 2, "port": 0}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=server) as house:
        running = await listen(house.bridge)
        rows = await attack.attack(running.url, SECRET, seconds=2)
        await running.stop()
    assert [row for row in rows if not row.good] == []
    assert {row.group for row in rows} == {*attack.GROUPS, "replays", "slow"}
    assert {row.got for row in rows if row.group == "signatures" and " ms" not in row.got} == {
        "401"
    }
    assert {row.got for row in rows if row.group == "bombs" and " ms" not in row.got} == {
        *("401", "413", "415")
    }
    assert len(rows) > 120


@asynccontextmanager
async def naive() -> AsyncIterator[str]:
    """Believes everything, waits for ever, and repeats what it is told."""

    async def say(request: web.Request) -> web.Response:
        body = await request.read()
        return web.Response(text=f"{request.path}{request.query_string}{body[:99]!r} Traceback")

    application = web.Application(client_max_size=10**9)
    application.add_routes([web.route("*", "/{any:.*}", say)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{site.port}"
    await runner.cleanup()


async def test_it_finds_something_of_each_kind_at_a_naive_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attack, "PATIENCE_SECONDS", 0.5)
    async with naive() as url:
        rows = await attack.attack(url, SECRET, seconds=0.1)
    found = {row.group for row in rows if not row.good}
    assert found == {*attack.GROUPS, "replays", "slow"}


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1", "https://127.0.0.1", "http://127.0.0.1.evil.example", "127.0.0.1"]
)
async def test_it_attacks_nobody_else(url: str):
    with pytest.raises(ValueError, match=r"loopback|address"):
        await attack.attack(url)


async def test_it_is_a_script_with_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(attack, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setenv("RXBRIDGE_RXSCALE__WEBHOOK_SECRETS", "")
    async with naive() as url:
        assert await asyncio.to_thread(attack.main, [url, "--seconds", "0.1"]) == 1
    told = capsys.readouterr().out
    assert "FIND signatures" in told
    assert "replays    not tried" in told
    monkeypatch.setattr(attack, "GROUPS", {})
    monkeypatch.setattr(attack, "slow", no_rows)
    assert await asyncio.to_thread(attack.main, ["http://127.0.0.1:9"]) == 0
    words = [sys.executable, "-I", str(SCRIPT), "http://192.0.2.1"]
    run = partial(subprocess.run, words, capture_output=True, text=True, check=False)
    refused = await asyncio.to_thread(run)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "attack: only http:// on loopback is attacked\n"


async def no_rows(*_: object) -> AsyncIterator[attack.Row]:
    return
    yield
