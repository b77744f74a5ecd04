"""The bridge's process: started, killed between two steps, and started again on what it left."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bridge.app.build import Bridge
from bridge.app.machine import Machine
from bridge.app.run import run
from bridge.errors import BridgeError
from bridge.settings import Settings
from bridge.store import backup
from simulation.disk import Disk, deliveries_in
from simulation.hooks import Listening, serving
from simulation.loop import PROCESS, SimulatedLoop
from simulation.trouble import Trouble

HANGS_AFTER = 400
"""Within so many pieces of its work after the trouble began, a process is killed."""
_DISK = {
    "full": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "busy": (sqlite3.SQLITE_BUSY, "database is locked"),
    "I/O error": (sqlite3.SQLITE_IOERR, "disk I/O error"),
}


class Processes:
    """One after another. `now` is this machine's clock, `disk_trouble` what its disk has now.

    `settings` is read at each start; `broken` hears of a process that ends as none should;
    `forgets`: what is old is forgotten meanwhile.
    """

    def __init__(
        self,
        seed: int,
        loop: SimulatedLoop,
        folder: Path,
        exchange: Any,
        *,
        settings: Callable[[], Settings],
        now: Callable[[], datetime],
        disk_trouble: Callable[[], Trouble | None],
        broken: Callable[[str], None],
        forgets: bool,
        pace: float,
    ) -> None:
        self._loop, self._folder, self._exchange = loop, folder, exchange
        self._settings, self._now, self._broken = settings, now, broken
        self._disk_trouble, self.forgets, self._pace = disk_trouble, forgets, pace
        self._chance = Random(f"{seed}/jitter")
        self._number = 0
        self._context = Context()
        self._disk = Disk(self._disk_failure)
        self._failed_starts = 0
        self._how: Trouble | None = None
        self.store = folder / "rxbridge.db"
        self.listening: list[Listening] = []
        self.started_at = 0.0
        self.stopping = False
        self.kills = 0
        self._armed: Trouble | None = None
        self._taken = self._stored = 0
        self.bridge: Bridge | None = None
        self.running: asyncio.Task[None]
        loop.on_kill = self._killed

    def start(self) -> None:
        """A new process, with the store that the last one left behind."""
        self._number += 1
        self.started_at = self._loop.time()
        self._taken, self._stored = 0, deliveries_in(self.store)
        self._context = Context()
        self._context.run(PROCESS.set, self._number)
        self._disk = Disk(self._disk_failure)
        self.listening = []
        machine = Machine(
            now=self._now,
            clock=self._loop.time,
            jitter=self._chance.random,
            reference=lambda: f"{self._chance.getrandbits(64):016x}",
            lock=self._disk.lock,
            open_store=self._disk.open_store,
            session=_nothing,
            exchange=self._exchange,
            serve=serving(self._context, self.listening),
            watch_seconds=self._pace / 5,
            reload_seconds=self._pace / 5,
            try_seconds=self._pace / 10,
            judge_seconds=self._pace,
        )
        self.stop = asyncio.Event()

        def started(bridge: Bridge, _: object) -> None:
            self.bridge = bridge

        runs = run(self._settings(), self.stop, started, machine)
        self.running = self._context.run(self._loop.create_task, runs)
        self.running.add_done_callback(self._ended, context=copy_context())

    async def end(self) -> None:
        """As `systemctl stop`; none is started after it."""
        self.stopping = True
        self.stop.set()
        await self.running
        self._clear_away()

    def restart(self) -> None:
        """As `systemctl restart`; one that is just starting comes to its end by itself."""
        self.stop.set()

    def strike(self, how: Trouble) -> None:
        """Kills it, somewhere within its next steps."""
        self._how = how
        if how.kind == "kill at a write":
            self._armed = how
            return
        self._loop.kill_at = self._loop.steps + int(how.share * HANGS_AFTER)

    def _ended(self, running: "asyncio.Task[None]") -> None:
        """By itself: systemd starts it again."""
        if self.stopping or running is not self.running:
            return
        failure = None if running.cancelled() else running.exception()
        if not isinstance(failure, BridgeError) and not self.stop.is_set():
            self._broken(f"the process ended: {failure!r}")
        self._clear_away()
        lived = self._loop.time() - self.started_at > 600 or self.stop.is_set()
        self._failed_starts = 0 if lived else self._failed_starts + 1
        self._loop.call_later(min(300.0, 5.0 * 2**self._failed_starts), self.start)

    def _killed(self) -> None:
        """Between two pieces of its work."""
        self.kills += 1
        self.running.remove_done_callback(self._ended)
        self._loop.kill(self._number, self._context)
        self._clear_away()
        how = self._how
        if how is not None and how.kind == "lost store":
            for each in self._folder.glob("rxbridge.db*"):
                each.unlink()
        kept = self._folder / "backup"
        if how is not None and how.kind == "restored store" and kept.exists():
            backup.restore(self.store, kept, now=self._now())
        away = how is not None and how.kind == "away"
        waits = (
            how.ends - self._loop.time() if how and away else 119.0 * (how.share if how else 0.0)
        )
        self._loop.call_later(1.0 + max(0.0, waits), self.start)

    def wrote(self) -> None:
        """A call of its that changes something was carried out: it may die of it."""
        if self._armed is not None:
            self._loop.kill_at = self._loop.steps + 1 + int(self._armed.share * 25)
            self._armed = None

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether it acknowledged a delivery."""
        if not self.listening:
            return False
        number = self._number
        status = await self.listening[-1].post(path, headers, body)
        acknowledged = 200 <= status < 300
        self._taken += acknowledged and number == self._number
        return acknowledged

    def back_up(self) -> None:
        """As the nightly copy, if it runs and its disk is well."""
        if self.bridge is not None and self._disk_trouble() is None:
            backup.back_up(self.store, self._folder / "backup")

    def _clear_away(self) -> None:
        for listening in self.listening:
            listening.kill()
        self.listening = []
        self.bridge = None
        self._disk.kill()
        lost = self._stored + self._taken - deliveries_in(self.store)
        if lost > 0 and not self.forgets:
            self._broken(f"{lost} deliveries acknowledged and not kept")

    def _disk_failure(self) -> sqlite3.Error | None:
        found = self._disk_trouble()
        if found is None:
            return None
        code, text = _DISK[found.kind]
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        return error


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield None
