"""Several pharmacies in one process: each comes, changes and goes with its file, fails alone."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bridge import config
from bridge.app import vitals
from bridge.app.build import Bridge, Shared, open_bridge, open_shared, refuse_taken_ports
from bridge.app.files import stamp
from bridge.app.machine import Machine
from bridge.app.replica import Replica, open_replica, timed
from bridge.app.run import WAIT_SECONDS, leave, refuse_several_pharmacies, url_of, work
from bridge.app.telling import beat, is_alive
from bridge.app.together import Inventories, read
from bridge.app.web import parts_of, serve_both
from bridge.cycles.timer import every
from bridge.errors import BridgeError, Misconfigured, TryLater
from bridge.health import Status, report
from bridge.logs import PHARMACY, redact
from bridge.metrics import Metrics
from bridge.server.front import Front
from bridge.server.page.access import Sessions
from bridge.server.parts import Line
from bridge.server.web import Running
from bridge.settings import Settings

log = logging.getLogger("bridge")

AGAIN_SECONDS = 30.0
"""What could not begin is tried again after so long."""


@dataclass
class _Member:
    """A pharmacy: how its file stands, and what runs of it. `fault`: why the file is not in force,
    or why it does not work.
    """

    mark: object = None
    settings: Settings | None = None
    fault: str | None = None
    bridge: Bridge | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


async def run_fleet(
    base: Settings,
    stop: asyncio.Event,
    started: Callable[[Running], None],
    machine: Machine | None = None,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Serves and works for all until `stop` is set, then drains. `base`: what is said for all.

    Raises Misconfigured where the process itself cannot begin.
    """
    machine = timed(machine, url_of(base))
    refuse_taken_ports(base)
    async with open_shared(machine, Metrics(several=True)) as shared:
        fleet = Fleet(base, machine, shared, environ)
        apart = base.server.webhook_port is not None
        running = await serve_both(
            machine, base.server, fleet.front.build(apart=apart), fleet.front.build_webhooks
        )
        watching = asyncio.gather(*fleet.timers())
        try:
            started(running)
            await fleet.stays(stop)
        finally:
            log.info("stopping")
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await fleet.stop()
            await fleet.stack.aclose()
            await running.stop()


class Fleet:
    """The pharmacies of one process. `look` takes up what their files say now."""

    def __init__(
        self, base: Settings, machine: Machine, shared: Shared, environ: Mapping[str, str]
    ) -> None:
        self._base, self._machine, self._environ = base, machine, environ
        self._inventories = Inventories()
        self._shared = replace(shared, rules_of=self._inventories.rules_of)
        self._members: dict[str, _Member] = {}
        self._looked = False
        self._seen: dict[str, object] = {}
        """What the last look found."""
        self._sessions = Sessions()
        self._replicas: dict[str | None, Replica | None] = {}
        self._entering = asyncio.Lock()
        self.stack = contextlib.AsyncExitStack()
        """Left once no pharmacy works any more."""
        self.front = Front(shared.metrics, self.lines, self.well, PHARMACY)

    def timers(self) -> list[asyncio.Future[None]]:
        often, notify = self._machine.reload_seconds, self._base.notify
        found = [every(lambda: often, "looking at the pharmacies' files", self.look)]
        if notify.heartbeat_url is not None:
            found.append(every(lambda: notify.heartbeat_seconds, "the heartbeat", self._beat))
        return [asyncio.ensure_future(each) for each in found]

    async def _beat(self) -> None:
        """No sign of life is given while one that should work does not."""
        for member in [*self._members.values()]:
            if member.bridge is None or not is_alive(await vitals.facts(member.bridge, whole=True)):
                return
        await beat(self._base)

    async def look(self) -> None:
        """Takes up files that came, changed or went, once two looks find them so: whoever writes
        may be in the middle of it. What was refused is tried again: it may be another one that was
        wrong. Raises TryLater while the folder is away.
        """
        marks = await asyncio.to_thread(self._marks)
        before, self._seen = self._seen if self._looked else marks, marks
        if marks == {name: member.mark for name, member in self._members.items()}:
            return
        for name in self._members.keys() - marks.keys() - before.keys():
            await self._end(name)
            del self._members[name]
            self._shared.metrics.forget(name)
        self._members |= {name: _Member() for name in marks if name not in self._members}
        for name, mark in marks.items():
            member = self._members[name]
            if mark == before.get(name) and mark != member.mark:
                member.mark = mark if await self._take_up(name, member) else None
        if not self._looked:
            self._looked = True
            self._tell_of_a_store()

    def _tell_of_a_store(self) -> None:
        """Where one pharmacy became several, one of them is to have its store."""
        store = self._base.store.path.resolve()
        used = {its.settings.store.path.resolve() for its in self._members.values() if its.settings}
        if store.exists() and store not in used:
            words = (
                'the store of one pharmacy is nobody\'s here: write store.path = "%s" into its file'
            )
            log.warning(words, store)

    def _marks(self) -> dict[str, object]:
        """Of each pharmacy's file and its secrets. What webhooks are signed with is taken up by
        the pharmacy itself.

        Raises TryLater where they are all gone at once: a network drive may be away.
        """
        home = self._base.source.home or Path()
        folder, names = home / config.PHARMACIES, config.pharmacies(self._base.file) or ()
        if not names and (len(self._members) > 1 or not os.access(folder, os.R_OK)):
            raise TryLater(f"{config.PHARMACIES}/ shows none; those at work go on")
        secrets = [
            each
            for each in sorted((home / config.SECRETS).glob("rxbridge_*"))
            if not each.name.endswith("webhook_secrets")
        ]
        found: dict[str, object] = {}
        for name in names:
            whose = (f"rxbridge_pharmacy__{name.replace('-', '_')}__", "rxbridge_key__")
            mine = [each for each in secrets if each.name.startswith(whose)]
            file = folder / f"{name}.toml"
            found[name] = [stamp(each) for each in (file, *mine)]
        return found

    async def _take_up(self, name: str, member: _Member) -> bool:
        """Whether it is in force. A file that is at fault leaves in force what was."""
        known = ((other, its.settings) for other, its in self._members.items() if other != name)
        others = {other: settings for other, settings in known if settings is not None}
        try:
            settings = await asyncio.to_thread(read, self._base.file, self._environ, name, others)
        except Misconfigured as refused:
            before, member.fault = member.fault, str(refused)
            if member.fault != before:
                why = {"pharmacy": name, "why": member.fault}
                log.error("a pharmacy's file is refused", extra=why)
            return False
        is_same = settings == member.settings and member.bridge is not None
        if self._looked and (member.fault or not is_same):
            log.info("a pharmacy's file is taken up", extra={"pharmacy": name})
        if is_same:
            member.fault = None
            return True
        redact(settings.secrets())
        await self._end(name)
        member.settings, member.fault, member.stop = settings, None, asyncio.Event()
        member.task = asyncio.create_task(self._keep(name, member, settings))
        return True

    async def _keep(self, name: str, member: _Member, settings: Settings) -> None:
        """Has it work until it is to stop; what ends it before that is tried again."""
        PHARMACY.set(name)
        for warning in settings.warnings():
            log.warning("%s", warning)
        while not member.stop.is_set():
            after = AGAIN_SECONDS
            try:
                await self._work(name, member, settings)
            except BridgeError as failure:
                member.fault = str(failure)
                after = WAIT_SECONDS if failure.is_told else AGAIN_SECONDS
                log.error("the pharmacy does not work", extra={"why": failure})
            except Exception as mistake:
                member.fault = f"unexpected: {type(mistake).__name__}"
                log.exception("the pharmacy does not work")
            member.bridge = None
            self._inventories.forget(name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(after):
                    await member.stop.wait()

    async def _work(self, name: str, member: _Member, settings: Settings) -> None:
        shared = replace(self._shared, metrics=self._shared.metrics.of(name))
        vet = partial(refuse_several_pharmacies, settings)
        with contextlib.suppress(OSError):  # opening the store says why
            settings.store.path.parent.mkdir(exist_ok=True)
        standing = settings.store.url is not None
        opening = open_bridge(settings, self._machine, vet=vet, shared=shared, standing=standing)
        async with opening as bridge:
            member.bridge, member.fault = bridge, None
            parts = parts_of(bridge)
            if parts.page is not None:
                page = replace(parts.page, sessions=self._sessions, pharmacies=self.lines)
                parts = replace(parts, page=replace(page, pharmacy=name))
            enter = partial(self.front.enter, name, parts, settings.rxscale.key)
            leave, replica = partial(self.front.leave, name), await self._replica(settings)
            await work(bridge, member.stop, enter, leave, replica)

    async def _replica(self, settings: Settings) -> Replica | None:
        """This process among those with the same database."""
        url = url_of(settings)
        async with self._entering:  # one replica, however many pharmacies begin at once
            if url not in self._replicas:
                opening = open_replica(url, self._machine)
                self._replicas[url] = await self.stack.enter_async_context(opening)
            return self._replicas[url]

    async def _end(self, name: str) -> None:
        """Drains what is under way; its store stays."""
        member = self._members[name]
        member.stop.set()
        if member.task is not None:
            await asyncio.wait([member.task])  # and a caller who is cancelled leaves it to drain
            member.task = None

    async def stays(self, stop: asyncio.Event) -> None:
        """Until it is to stop, and others had the time to take over."""
        await stop.wait()
        bridges = [its.bridge for its in self._members.values() if its.bridge is not None]
        await leave(stop, asyncio.Event(), bridges, self._replicas.values(), self._base)

    async def stop(self) -> None:
        await asyncio.gather(*map(self._end, self._members))

    def well(self) -> set[str]:
        """Those that nothing is known to keep from working."""
        return {name for name, its in self._members.items() if its.fault is None}

    async def lines(self) -> list[Line]:
        """One of each pharmacy, at work or not."""
        named = sorted(self._members.items())
        return list(await asyncio.gather(*(_line(name, its) for name, its in named)))


async def _line(name: str, member: _Member) -> Line:
    if member.bridge is None:
        return Line(name, Status.DOWN, member.fault or "it is not at work yet")
    facts = await vitals.facts(member.bridge, whole=False)
    found, done = report(facts), facts.work
    why = member.fault or found.why
    status = Status.DEGRADED if member.fault and found.status is Status.OK else found.status
    owner = (facts.replica or {}).get("owner")
    return Line(name, status, why, done.open_orders, done.stuck, done.last_poll_at, owner)
