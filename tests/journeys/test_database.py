"""A bridge without its database: at the start, and while it runs."""

import asyncio
import importlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from house import bridge_settings, open_house, open_sandbox
from postgresql import Server, serving

from bridge.store.postgresql import connection

running = importlib.import_module("bridge.app.run")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


async def test_while_it_is_gone_webhooks_are_put_off_and_nothing_is_lost(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "DOWN_SECONDS", 0.0)
    place = {"url": server.url(), "pharmacy": "adler"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, store=place) as house:
        (first,) = await house.orders_arrive()
        server.stop("fast")
        async with aiohttp.ClientSession() as http:
            async with http.post(f"{house.running.url}/webhooks/rxscale", data=b"{}") as answer:
                assert answer.status == 401, "what is not signed is refused as ever"
            async with http.get(f"{house.running.url}/health/live") as answer:
                assert answer.status == 200
        (late,) = house.world.add_orders(1, (), announce=True)
        await asyncio.sleep(0.2)
        assert house.world.courier.pending, "it is delivered again, since it was not taken"
        server.start()
        await house.settle()
        assert [len(house.requests(uid)) for uid in (first, late)] == [1, 1]


async def test_at_the_start_it_is_waited_for(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(running, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(connection, "DOWN_SECONDS", 0.0)
    caplog.set_level(logging.WARNING)
    server.stop("fast")
    place = {"url": server.url().replace("rxbridge@", "rxbridge:s3cret-word@"), "pharmacy": "adler"}
    stop, started = asyncio.Event(), asyncio.Event()
    async with open_sandbox() as sandbox:
        settings = bridge_settings(sandbox, tmp_path, {"store": place})
        at_work = asyncio.create_task(running.run(settings, stop, lambda *_: started.set()))
        while "waiting for the database" not in caplog.text:  # noqa: ASYNC110 - a log is no event
            await asyncio.sleep(0.01)
        assert not started.is_set()
        server.start()
        await asyncio.wait_for(started.wait(), 20)
        stop.set()
        await at_work
    assert not any("s3cret" in f"{vars(each)}" for each in caplog.records)


async def test_it_need_not_be_waited_for_to_stop(tmp_path: Path):
    stop = asyncio.Event()
    stop.set()
    async with open_sandbox() as sandbox:
        place = {"url": "postgresql://x@127.0.0.1:1/x"}
        settings = bridge_settings(sandbox, tmp_path, {"store": place})
        await asyncio.wait_for(running.run(settings, stop, lambda *_: None), 20)


def test_one_pharmacy_with_a_file_loads_nothing_of_it():
    asked = "import sys, bridge.app, bridge.cli.main; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
