"""`rxbridge run` as an operator meets it: stopped in the middle, a full disk, a newer store."""

import asyncio
import json
import os
import re
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from house import MAPPINGS, P1_SECRET, SECRET, open_sandbox

from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault

ROOT = MAPPINGS.parent
PATIENCE_SECONDS = 60
STOPS_WITHIN_SECONDS = 10


def environment(sandbox: Sandbox, folder: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RXBRIDGE_RXSCALE__BASE_URL": sandbox.rxscale_url,
        "RXBRIDGE_RXSCALE__API_KEY": sandbox.settings.rx_api_key,
        "RXBRIDGE_RXSCALE__WEBHOOK_SECRETS": SECRET,
        "RXBRIDGE_RXSCALE__REQUESTS_PER_SECOND": "0",
        "RXBRIDGE_PHARMAONE__BASE_URL": sandbox.pharmaone_url,
        "RXBRIDGE_PHARMAONE__API_KEY": sandbox.settings.p1_api_key,
        "RXBRIDGE_PHARMAONE__ORG_ID": sandbox.settings.org_id,
        "RXBRIDGE_PHARMAONE__SHOP_ID": sandbox.settings.shop_id,
        "RXBRIDGE_PHARMAONE__WEBHOOK_SECRETS": P1_SECRET,
        "RXBRIDGE_STOCK__WRITE": "true",
        "RXBRIDGE_ORDERS__UNSURE_GRACE_SECONDS": "0.1",
        "RXBRIDGE_SERVER__PORT": "0",
        "RXBRIDGE_MAPPINGS__DIR": str(MAPPINGS),
        "RXBRIDGE_STORE__PATH": str(folder / "rxbridge.db"),
        **more,
    }


async def start(env: Mapping[str, str], folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bridge",
        "run",
        env=dict(env),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(
    env: Mapping[str, str], folder: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A bridge whose first sweep is behind it, and its address; ended by SIGTERM."""
    process = await start(env, folder)
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)).decode()
    found = re.search(r"http://[\d.:]+", line)
    assert found, (await process.communicate())[1].decode()
    try:
        await until(lambda: health(found[0]))
        yield process, found[0]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)


async def health(url: str) -> bool:
    return bool((await checks(url))["orders"]["last_poll_at"])


async def at_rest(url: str) -> bool:
    """Nothing is due, and no submission is without an answer."""
    work = (await checks(url))["work"]
    return bool(work["pending"] == work["unsure"] == 0)


async def checks(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(url) as http, http.get("/health") as answer:
        found: dict[str, Any] = (await answer.json())["checks"]
        return found


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = true()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            await asyncio.sleep(0.02)  # another process tells nobody


async def ended(env: Mapping[str, str], folder: Path) -> tuple[int | None, str]:
    """A start that is refused: its exit code, and what it said."""
    process = await start(env, folder)
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert b"Traceback" not in said
    return process.returncode, said.decode()


def requests(sandbox: Sandbox, uid: str) -> int:
    held = sandbox.world.order_requests.values()
    return sum(request.external_reference == uid for request in held)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_stopped_with_work_under_way_it_drains_and_nothing_is_lost(
    tmp_path: Path, number: signal.Signals
):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path)
        async with running(env, tmp_path) as (process, url):
            sandbox.world.subscribe("rxscale", f"{url}/webhooks/rxscale", SECRET)
            slow = Fault(
                vendor="pharmaone", route="POST /order-requests", delay_seconds=0.5, times=20
            )
            sandbox.world.break_calls(slow)
            uids = sandbox.world.add_orders(20)
            await until(lambda: sandbox.world.order_requests)
            began = asyncio.get_running_loop().time()
            process.send_signal(number)
            _, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
            assert process.returncode == 0, said
            assert asyncio.get_running_loop().time() - began < STOPS_WITHIN_SECONDS
            assert b"Traceback" not in said
        sandbox.world.faults.clear()
        async with running(env, tmp_path) as (_, url):
            await until(lambda: all(requests(sandbox, uid) for uid in uids))
            await until(lambda: at_rest(url))
        assert all(sandbox.world.orders[uid].status == "pending review" for uid in uids)
        assert [requests(sandbox, uid) for uid in uids] == [1] * 20


async def test_a_full_disk_is_told_to_the_vendor_and_passes(tmp_path: Path):
    """No file of the process may grow: what a full disk looks like to SQLite."""
    async with open_sandbox(webhook_base_seconds=0.2) as sandbox:
        env = environment(sandbox, tmp_path)
        async with running(env, tmp_path) as (process, url):
            unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
            target = f"{url}/webhooks/rxscale"
            sandbox.world.subscribe("rxscale", target, SECRET)
            (uid,) = sandbox.world.add_orders()
            counts = sandbox.world.courier.counts
            await until(lambda: counts["refused"])
            assert process.returncode is None
            assert not requests(sandbox, uid)
            async with aiohttp.ClientSession(url) as http, http.get("/health/ready") as answer:
                assert answer.status == 503
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
            await until(lambda: sandbox.world.orders[uid].status == "pending review")
        assert requests(sandbox, uid) == 1


async def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path)
        async with running(env, tmp_path):
            pass
        file = tmp_path / "rxbridge.db"
        with closing(sqlite3.connect(file)) as newer:
            newer.execute("PRAGMA user_version = 99")
        before = file.read_bytes()
        code, said = await ended(env, tmp_path)
        assert code == 2
        assert "was written by a newer rxbridge" in said
        assert file.read_bytes() == before


async def test_a_second_run_on_the_same_store_is_refused(tmp_path: Path):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path)
        async with running(env, tmp_path):
            code, said = await ended(env, tmp_path)
        assert code == 2
        assert "uses this store" in said


async def test_a_folder_that_does_not_exist(tmp_path: Path):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path / "nowhere")
        code, said = await ended(env, tmp_path)
        assert code == 2
        assert said.count("\n") == 1


async def test_old_finished_orders_are_forgotten_at_the_start(tmp_path: Path):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path, RXBRIDGE_STORE__RETENTION_DAYS="30")
        async with running(env, tmp_path) as (_, url):
            sandbox.world.subscribe("rxscale", f"{url}/webhooks/rxscale", SECRET)
            old, kept = sandbox.world.add_orders(2)
            orders = sandbox.world.orders
            await until(lambda: all(orders[uid].status == "pending review" for uid in (old, kept)))
        file = tmp_path / "rxbridge.db"
        sandbox.world.set_order_status(old, "cancelled")
        with closing(sqlite3.connect(file)) as store, store:
            forty_days = 40 * 86400 * 10**6
            store.execute(
                "UPDATE orders SET phase = 'done', state = 'cancelled', rx_status = 'cancelled',"
                " finished_at = first_seen_at - ? WHERE uid = ?",
                (forty_days, old),
            )
            store.execute("UPDATE order_lines SET released_at = 0 WHERE uid = ?", (old,))

        def remembered() -> dict[str, set[str]]:
            with closing(sqlite3.connect(file)) as store:
                journal = store.execute(
                    "SELECT DISTINCT key FROM journal WHERE key LIKE 'order:%'"
                ).fetchall()
                uids = store.execute("SELECT uid FROM orders").fetchall()
            return {"orders": {u for (u,) in uids}, "journal": {k for (k,) in journal}}

        async with running(env, tmp_path):
            await until(lambda: old not in remembered()["orders"])
        assert remembered() == {"orders": {kept}, "journal": {f"order:{kept}"}}


async def test_the_log_is_json_and_names_no_patient(tmp_path: Path, canary):
    async with open_sandbox() as sandbox:
        env = environment(sandbox, tmp_path, RXBRIDGE_LOG__LEVEL="debug")
        process = await start(env, tmp_path)
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, said = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        lines = [line for line in (out + said).decode().splitlines() if line.startswith("{")]
        assert lines
        assert all({"level", "message"} <= json.loads(line).keys() for line in lines)
        canary.check((out + said).decode(), "the process's output")
