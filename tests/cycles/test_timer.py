"""What happens by the clock goes on happening, whatever goes wrong with it."""

import asyncio
import contextlib

import pytest

from bridge.core.patience import pause
from bridge.cycles.timer import every
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


@pytest.mark.parametrize(
    ("failures", "usual", "seconds"),
    [
        (0, 60.0, 60.0),
        (1, 60.0, 2.0),
        (2, 60.0, 4.0),
        (6, 60.0, 60.0),
        (1, 1.0, 1.0),
        (99, 9.0, 9.0),
    ],
)
def test_after_failures_the_next_round_comes_sooner(failures: int, usual: float, seconds: float):
    assert pause(failures, usual) == seconds


async def test_a_vendor_that_asks_to_wait_does_not_cost_a_whole_round(
    monkeypatch: pytest.MonkeyPatch,
):
    slept: list[float] = []
    rounds = iter([TryLater("asks to be called less (429)"), None])
    over = asyncio.Event()

    async def do() -> None:
        if failure := next(rounds):
            raise failure

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            over.set()
            await asyncio.Event().wait()

    monkeypatch.setattr("bridge.cycles.timer.asyncio.sleep", sleep)
    task = asyncio.create_task(every(lambda: 3600.0, "the work", do))
    await over.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert slept == [2.0, 3600.0]
