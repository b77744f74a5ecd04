"""Two replicas over one database: the one at work stands still between intent and call."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import aiohttp
from crash.test_sigkill import living, swept, written
from house import SECRET, free_port, open_sandbox
from postgresql import Server

from bridge.core.leases import BEAT_SECONDS, DEAD_SECONDS
from bridge.sandbox import Sandbox

SUBMIT = "POST /order-requests"


def of_one_pharmacy(sandbox: Sandbox, folder: Path, server: Server) -> list[Path]:
    """The settings of both: all but the port is the same."""
    found, store = [], {"url": server.url(), "pharmacy": server.place().pharmacy}
    for name in ("first", "second"):
        (folder / name).mkdir()
        file = written(sandbox, folder / name, free_port())
        document = json.loads(file.read_text())
        document["store"] |= store
        document["rxscale"]["requests_per_second"] = 10
        document["server"]["leave_seconds"] = 0.5
        file.write_text(json.dumps(document))
        found.append(file)
    return found


def address(settings: Path) -> str:
    return f"http://127.0.0.1:{json.loads(settings.read_text())['server']['port']}"


async def replica(settings: Path) -> dict[str, Any]:
    """What `/health` says of who works."""
    async with aiohttp.ClientSession() as http, http.get(address(settings) + "/health") as answer:
        found: dict[str, Any] = (await answer.json())["checks"]["replica"]
        return found


async def takes_over(settings: Path, within: float) -> float:
    """After how many seconds it works."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with asyncio.timeout(within):
        while not (await replica(settings))["here"]:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return clock() - began


def submissions(sandbox: Sandbox) -> int:
    return len(sandbox.world.calls(SUBMIT))


async def submitted(sandbox: Sandbox, number: int) -> None:
    async with asyncio.timeout(10):
        while len(sandbox.world.order_requests) < number:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_who_stands_still_before_a_submission_sends_nothing_when_it_goes_on(
    tmp_path: Path, postgresql: Server
):
    async with open_sandbox() as sandbox:
        first, second = of_one_pharmacy(sandbox, tmp_path, postgresql)
        stopped = living(first, "before the submission", signal.SIGSTOP)
        async with stopped as one, living(second) as two:
            await swept(first)
            assert (await replica(first))["here"]
            assert not (await replica(second))["here"]
            sandbox.world.subscribe("rxscale", f"{address(second)}/webhooks/rxscale", SECRET)
            sandbox.world.add_orders(1)
            await takes_over(second, within=DEAD_SECONDS + 5)
            await submitted(sandbox, 1)
            one.send_signal(signal.SIGCONT)
            assert await replica(first) == await replica(second) | {"here": False}
            sandbox.world.add_orders(1)
            await submitted(sandbox, 2)
            two.send_signal(signal.SIGTERM)
            await takes_over(first, within=3 * BEAT_SECONDS)
            sandbox.world.subscribe("rxscale", f"{address(first)}/webhooks/rxscale", SECRET)
            sandbox.world.add_orders(1)
            await submitted(sandbox, 3)
        assert submissions(sandbox) == len(sandbox.world.order_requests) == 3


async def test_who_was_killed_and_starts_again_does_not_wait_for_its_own_death(
    tmp_path: Path, postgresql: Server
):
    async with open_sandbox() as sandbox:
        settings, _ = of_one_pharmacy(sandbox, tmp_path, postgresql)
        async with living(settings) as one:
            await swept(settings)
            one.send_signal(signal.SIGKILL)
            await one.wait()
        async with living(settings):
            assert await takes_over(settings, within=DEAD_SECONDS) < DEAD_SECONDS / 2
