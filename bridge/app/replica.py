"""One of several processes that share a database: it beats, owns keys, and knows when it lost them.

Where the boot clock is past the end of the lease nothing is sent: it is asked right before the wire
(`Lease.may_call`), so that a process that was stopped in between sends nothing when it goes on.
"""

import asyncio
import contextlib
import logging
import os
import re
import secrets
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.app.machine import Machine
from bridge.core import leases
from bridge.core.leases import Claim, Sighting, dead, held_until, may_call, pause, watched
from bridge.errors import TryLater

if TYPE_CHECKING:
    from bridge.store.postgresql.replicas import Replicas

log = logging.getLogger("bridge.replica")

Count = Callable[[], Mapping[str, Sequence[int]]]


def _here() -> str:
    """What all processes have in common that know each other by their numbers: this start of the
    machine, and the container. "" where the system does not tell.
    """
    with contextlib.suppress(OSError):
        start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{start}.{Path('/proc/self/ns/pid').stat().st_ino}"
    return ""


HERE = _here()


def is_gone(replica: str) -> bool:
    """Whether it was a process here that has ended: it calls nobody any more. (A lost connection
    would not tell that: who is cut off from the database may still reach the vendors.)
    """
    found = re.fullmatch(rf".*:([1-9]\d{{0,8}}):{re.escape(HERE)}-\w+", replica) if HERE else None
    try:
        if found is not None:
            os.kill(int(found[1]), 0)
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return False


async def first_of(*events: asyncio.Event, seconds: float | None = None) -> None:
    """Waits until one of them is set, or so long."""
    waits = [asyncio.ensure_future(each.wait()) for each in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()


def boot_clock() -> float:
    """Seconds since this machine started, those that it slept too."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Time:
    """The database's, once that has told it, and this machine's `now` until then: what one replica
    writes down others read, and a machine's clock may be wrong.
    """

    def __init__(self, now: Callable[[], datetime], clock: Callable[[], float] = boot_clock):
        self._now, self._clock = now, clock

    def told(self, at: datetime) -> None:
        since = self._clock()
        self._now = lambda: at + timedelta(seconds=self._clock() - since)

    def __call__(self) -> datetime:
        return self._now()


def timed(machine: Machine | None, url: str | None) -> Machine:
    """With the time of those who share a database, if any do."""
    machine = machine or Machine()
    return machine if url is None else replace(machine, now=Time(machine.now))


@dataclass(eq=False)
class Lease:
    """A key that is held here, from one claim until it is lost."""

    claim: Claim
    holds: Callable[[], bool]
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    counted_at: float = 0.0
    """When the first pharmacy of it counted what was called before."""
    at_work: int = 0
    """So many pharmacies."""
    given: asyncio.Event = field(default_factory=asyncio.Event)
    """It is to be handed over, once none of them works any more."""
    heir: str | None = None

    def may_call(self) -> bool:
        """Right before the wire."""
        return not self.lost.is_set() and self.holds()


@dataclass(eq=False)
class Key:
    """A budget that is wanted here. `count`: how many calls were made of it within a minute.
    `account`: what keys with common limits at PharmaOne have in common: one replica keeps those.
    """

    budget: str
    count: Count
    account: object
    users: int = 0
    lease: Lease | None = None
    held: asyncio.Event = field(default_factory=asyncio.Event)

    def lose(self) -> None:
        if self.lease is not None:
            self.lease.lost.set()
        self.lease = None
        self.held.clear()


class Replica:
    """`run` keeps its leases; a pharmacy says by `want` and `drop` that it works with a key."""

    def __init__(
        self,
        replicas: "Replicas",
        clock: Callable[[], float] = boot_clock,
        name: str | None = None,
        time_is: Callable[[datetime], None] | None = None,
    ) -> None:
        """`time_is` hears the database's, again and again."""
        self._replicas, self._clock, self._time_is = replicas, clock, time_is
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._id: str | None = None
        """Of one unbroken series of beats: a replica that missed one comes back as another."""
        self._until = 0.0
        self._known: Mapping[str, Sighting] = {}
        self._keys: dict[str, Key] = {}
        self._wanted = asyncio.Event()
        self._leaves = False
        """Whether it is about to stop."""
        self._others: Mapping[str, leases.Other] = {}
        self._steady_since = 0.0
        """When another one came or went last."""

    def want(self, budget: str, count: Count, account: object = None) -> Key:
        """Its `lease` is set, and `held`, whenever it is this replica's."""
        key = self._keys.setdefault(budget, Key(budget, count, account or object()))
        key.users += 1
        self._wanted.set()
        return key

    async def drop(self, key: Key) -> None:
        """Nothing is done for it here any more: others have it at once."""
        key.users -= 1
        if key.users:
            return
        del self._keys[key.budget]
        await self._give_up(key)

    async def _give_up(self, key: Key, heir: str | None = None) -> None:
        was_held, calls = key.lease is not None, key.count()
        key.lose()
        if was_held and self._id is not None:
            # where nobody hears of it, others have it once this process has ended, or it has again
            with contextlib.suppress(TryLater):
                await self._replicas.give_up(self._id, key.budget, calls, heir)

    @contextlib.asynccontextmanager
    async def working(self, key: Key, lease: Lease) -> AsyncIterator[None]:
        """A pharmacy works with this lease; the last one to end hands it over if it is given."""
        lease.at_work += 1
        try:
            yield
        finally:
            lease.at_work -= 1
            await self._hand_over(key, lease)

    async def _hand_over(self, key: Key, lease: Lease) -> None:
        if not lease.at_work and lease.given.is_set() and key.lease is lease:
            await self._give_up(key, lease.heir)

    async def look_at_the_clock(self) -> None:
        """Hears what time it is. Raises TryLater."""
        if self._time_is is not None:
            self._time_is(await self._replicas.time())

    async def run(self) -> None:
        """Until cancelled; raises nothing."""
        while True:
            try:
                await self._round()
            except TryLater as failure:
                log.warning("cannot beat", extra={"reason": failure})
            self._wanted.clear()
            with contextlib.suppress(TimeoutError):
                hurry = any(each.leaves for each in self._others.values())
                async with asyncio.timeout(pause(self._known, self._clock(), hurry=hurry)):
                    await self._wanted.wait()

    async def linger(self, seconds: float) -> None:
        """Serves on for so long, if there are others: they hear of it, and so does whoever sends
        deliveries to those alone that are ready.
        """
        self._leaves = True
        with contextlib.suppress(TryLater):
            _, others = await self._replicas.beat(self._id or "", self._calls(), leaves=True)
            if not all(each.leaves for each in others.values()):
                log.info("others take over", extra={"seconds": seconds})
                await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Hands over what is still held."""
        with contextlib.suppress(TryLater):
            await self._leave()
        await self._replicas.close()

    async def _round(self) -> None:
        if self._id is not None and not may_call(self._until, self._clock()):
            await self._leave()
        if self._id is None:
            name = f"{self.name}:{HERE}-{secrets.token_hex(4)}"
            await self._replicas.enter(name, self.name)
            self._id = name
        sent_at = self._clock()
        is_known, others = await self._replicas.beat(self._id, self._calls(), leaves=self._leaves)
        if not is_known:
            self._id = None
            self._lose_all("others took it for dead")
            return
        self._until = held_until(sent_at)
        beats = {name: other.beat for name, other in others.items()}
        self._known = watched(self._known, beats, self._clock())
        await self.look_at_the_clock()
        ended = {name: beat for name, beat in beats.items() if is_gone(name)}
        ended |= dead(self._known, self._clock())
        if ended or others.keys() != self._others.keys():
            self._steady_since = self._clock()
        self._others = others
        for other, beat in ended.items():
            log.warning("a replica is dead", extra={"replica": other})
            await self._replicas.bury(other, beat)
        await self._claim(self._id)
        await self._even_out(self._id)

    async def _claim(self, own: str) -> None:
        free = () if self._leaves else self._keys.values()
        missing = [key.budget for key in free if key.lease is None]
        for claim in await self._replicas.claim(own, missing) if missing else ():
            key = self._keys.get(claim.budget)
            if key is None:
                await self._replicas.give_up(own, claim.budget, claim.calls)
                continue
            log.info("works for", extra={"key": claim.budget, "fence": claim.fence})
            key.lease = Lease(claim, partial(self._holds, own))
            key.held.set()

    async def _even_out(self, own: str) -> None:
        """Begins to hand a key over to one that has at least two fewer, one key at a time."""
        held = {key.budget: key for key in self._keys.values() if key.lease is not None}
        stay = {name: each.holds for name, each in self._others.items() if not each.leaves}
        fewer = leases.heirs(own, len(held), stay)
        if not fewer or self._leaves or any(not key.held.is_set() for key in held.values()):
            return
        if self._clock() < self._steady_since + leases.STEADY_SECONDS:
            return
        tied = Counter(key.account for key in held.values())
        free = [budget for budget, key in held.items() if tied[key.account] == 1]
        budget, heir = await self._replicas.wanted(free, fewer) or ("", "")
        key = held.get(budget)
        if key is None or key.lease is None:
            return
        log.info("hands over", extra={"key": budget, "to": heir})
        key.held.clear()
        key.lease.heir = heir
        key.lease.given.set()
        await self._hand_over(key, key.lease)

    def _holds(self, own: str) -> bool:
        return self._id == own and may_call(self._until, self._clock())

    def _calls(self) -> dict[str, Mapping[str, Sequence[int]] | None]:
        keys = self._keys.values()
        return {key.budget: key.count() if key.lease is not None else None for key in keys}

    async def _leave(self) -> None:
        """Raises TryLater where the database cannot be told: it is tried again, or finds out."""
        self._lose_all("its lease has ended")
        if self._id is not None:
            calls = {key.budget: key.count() for key in self._keys.values()}
            await self._replicas.leave(self._id, calls)
            self._id = None

    def _lose_all(self, why: str) -> None:
        for key in self._keys.values():
            if key.lease is not None:
                log.warning("no longer works for", extra={"key": key.budget, "why": why})
            key.lose()


@contextlib.asynccontextmanager
async def open_replica(url: str | None, machine: Machine) -> AsyncIterator[Replica | None]:
    """That of this process in the database; None for a store in a file."""
    if url is None:
        yield None
        return
    from bridge.store.postgresql.replicas import Replicas

    time_is = machine.now.told if isinstance(machine.now, Time) else None
    replica = Replica(Replicas(url), time_is=time_is)
    with contextlib.suppress(TryLater):  # before any delivery is dated
        await replica.look_at_the_clock()
    beating = asyncio.create_task(replica.run(), context=Context())  # no pharmacy's, in the log
    try:
        yield replica
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await replica.close()
