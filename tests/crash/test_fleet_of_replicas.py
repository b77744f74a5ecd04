"""Three replicas, a group of pharmacies: the one at work is killed, the next one stopped.

A short one of what `make campaign-replicas` does for an hour.
"""

import asyncio
import signal
from pathlib import Path

import pytest
from replicas.database import pair
from replicas.judged import judged
from replicas.replica import BEFORE_SENDING
from replicas.themes import Log
from replicas.town import open_town

PATIENCE_SECONDS = 40.0


@pytest.mark.crash
async def test_killed_and_stopped_in_turn_they_lose_nothing_and_double_nothing(tmp_path: Path):
    with pair() as both:
        await asyncio.to_thread(both.begin)
        async with open_town(tmp_path, both, pharmacies=3, seed=1, grace=3.0) as town:
            town.orders_a_minute, log = 60.0, Log(town)
            await log.all_owned()
            killed = await log.victim()
            await log.note("kill", killed)
            await killed.kill()
            await log.taken_over(killed)
            stopped = await log.victim()
            stopped.tell(BEFORE_SENDING)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not stopped.stands_still():  # noqa: ASYNC110 - another process tells nobody
                    await asyncio.sleep(0.02)
            await log.note("stop", stopped)
            await log.taken_over(stopped)
            stopped.send(signal.SIGCONT)
            late = await town.finished(PATIENCE_SECONDS)
            found = judged("short", 0.0, town, log, late)
    assert found.faults == []
    assert len(found.takeovers) >= 2
    assert found.orders > 10
