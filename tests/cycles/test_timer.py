"""What happens by the clock goes on happening, whatever goes wrong with it."""

import asyncio
import contextlib

import pytest

from bridge.cycles import every
from bridge.errors import TryLater


@pytest.mark.parametrize("failure", [TryLater("not now"), RuntimeError("a mistake")])
async def test_a_failure_is_waited_out(failure: Exception, caplog: pytest.LogCaptureFixture):
    done = asyncio.Event()
    times = 0

    async def do() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise failure
        done.set()

    task = asyncio.create_task(every(lambda: 0.0, "the work", do))
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert "the work failed" in caplog.text
