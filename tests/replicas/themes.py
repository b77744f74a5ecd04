"""What happens to the replicas: each theme is one kind of failure, again and again."""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf

from replicas.replica import BEFORE_SENDING, CLOCK, IN_TRANSACTION
from replicas.town import BUDGETS, Replica, Town

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Event:
    """What was done: a word for it, when, to whom (None: the database), what keys that one had, and
    how many seconds it lasted.
    """

    what: str
    at: float
    whom: int | None
    budgets: tuple[str, ...]
    lasts: float


@dataclass
class Log:
    """All that was done."""

    town: Town
    events: list[Event] = field(default_factory=list)

    async def note(self, what: str, whom: Replica | None = None, lasts: float = inf) -> None:
        number = None if whom is None else whom.number
        held = await self.holdings()
        mine = tuple(key for key, owner in held.items() if whom is None or owner == number)
        self.events.append(Event(what, time.time(), number, mine, lasts))
        print(f"{time.strftime('%T')} {what} {number} {mine}", file=sys.stderr, flush=True)

    async def holdings(self) -> dict[str, int | None]:
        """Of each key, which replica has it."""
        rows = await asyncio.to_thread(self.town.pair.owners)
        return {row.budget: self.town.number_of(row.owner) for row in rows}

    async def victim(self) -> Replica:
        """Mostly one that has a key."""
        luck, replicas = self.town.luck, self.town.replicas
        owners = [number for number in (await self.holdings()).values() if number is not None]
        number = luck.choice(owners) if owners else luck.randrange(len(replicas))
        return replicas[number]

    async def all_owned(self) -> None:
        """Each key has its owner."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while None in map((await self.holdings()).get, BUDGETS.values()):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async def even(self) -> None:
        """No replica has two keys more than another one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                count = Counter((await self.holdings()).values())
                held = [count[each.number] for each in self.town.replicas]
                if max(held) - min(held) < 2 and None not in count:
                    return
                await asyncio.sleep(0.5)

    async def taken_over(self, victim: Replica) -> None:
        """Nothing is this one's any more."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while victim.number in (await self.holdings()).values():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await self.all_owned()


Theme = Callable[[Town, Log], Awaitable[None]]


async def kill(town: Town, log: Log) -> None:
    """SIGKILL, of whichever; the process is started again after a second, as a service is."""
    victim = town.luck.choice(town.replicas)
    await log.note("kill", victim)
    await victim.kill()
    await asyncio.sleep(1.0)
    await victim.start()


async def stop(town: Town, log: Log) -> None:
    """SIGSTOP for 5 to 60 s: at once, inside a transaction, or between intent and sending."""
    victim = await log.victim()
    point = town.luck.choice(("", IN_TRANSACTION, BEFORE_SENDING))
    if point:
        victim.tell(point)
        until = time.monotonic() + 20
        while not victim.stands_still() and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    lasts = town.luck.choice((5.0, 9.0, 12.0, 15.0, 25.0, 60.0))
    victim.send(signal.SIGSTOP)
    await log.note(f"stop {point}".strip(), victim, lasts)
    await asyncio.sleep(lasts)
    victim.send(signal.SIGCONT)


async def cut(town: Town, log: Log) -> None:
    """One replica, or all of them, has no database: it is sent away, or waits in vain."""
    everybody = town.luck.random() < 0.3
    victims = town.replicas if everybody else [await log.victim()]
    lasts = town.luck.choice((3.0, 8.0, 15.0, 25.0))
    for each in victims:
        await log.note("cut of all" if everybody else "cut", each, 0.0 if everybody else lasts)
        for door in each.doors:
            door.fall_dumb() if town.luck.random() < 0.3 else door.shut()
    await asyncio.sleep(lasts)
    for door in (door for each in victims for door in each.doors):
        door.mend()


async def fail_over(town: Town, log: Log) -> None:
    """The database dies, its standby is promoted, and gets a standby of its own."""
    await log.note("failover")
    await asyncio.to_thread(town.pair.fail_over)
    await asyncio.sleep(town.luck.choice((5.0, 15.0)))
    await asyncio.to_thread(town.pair.restore)


async def jump(town: Town, log: Log) -> None:
    """The wall clock of one replica is wrong by seconds, or by hours, in either direction."""
    victim = town.luck.choice(town.replicas)
    by = town.luck.choice((-86400, -3600, -30, 30, 3600, 86400))
    victim.tell(f"{CLOCK}={by}")
    await log.note("jump", victim, 0.0)
    if town.luck.random() < 0.3:
        other = await log.victim()
        await log.note("kill", other)
        await other.kill()
        await other.start()


async def restart(town: Town, log: Log) -> None:
    """Stopped in order and started again; the keys are spread once nobody comes or goes."""
    victim = await log.victim()
    await log.note("restart", victim, 0.0)
    await victim.stop()
    await victim.start()
    await log.even()


async def settle(town: Town, log: Log) -> None:
    """Everything is well again, but for clocks that are wrong."""
    for each in town.replicas:
        each.send(signal.SIGCONT)
        for door in each.doors:
            door.mend()


THEMES: dict[str, Theme] = {
    "kill": kill,
    "stop": stop,
    "cut": cut,
    "failover": fail_over,
    "jump": jump,
    "restart": restart,
}


async def go_on(town: Town, log: Log, theme: Theme, seconds: float, every: float) -> None:
    """One event after another, for so long, at most one `every` so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        await theme(town, log)
        await log.all_owned()
        await asyncio.sleep(max(0.5, began + every - time.monotonic()))
    await settle(town, log)
