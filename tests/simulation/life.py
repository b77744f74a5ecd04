"""One simulation: a world with people in it, the real bridge between its vendors, and trouble."""

import asyncio
import contextlib
import hashlib
import logging
import shutil
import sys
import tempfile
import time
import uuid
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from bridge.app.build import Bridge
from bridge.app.policies import rules_of
from bridge.errors import BridgeError, TryLater
from bridge.exchange import Request
from bridge.sandbox.settings import Vendor
from bridge.sandbox.webhooks import Chaos
from bridge.settings import Settings
from simulation import ends, goods, operator, trouble
from simulation.closely import Closely
from simulation.forger import Forger
from simulation.invariants import Watcher
from simulation.loop import SimulatedLoop
from simulation.neighbours import SECRET, Neighbours, begins, settings_of
from simulation.operator import Operator
from simulation.people import DAY, HOUR, People, drawn
from simulation.plan import Plan, Report
from simulation.process import Processes
from simulation.themes import THEMES, Theme
from simulation.trouble import Trouble, Weather
from simulation.wire import Call, Wire

MAPPINGS = Path(__file__).parents[2] / "mappings"
RAM = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
SETTLED_ROUNDS = 9
"""After the last trouble and the last thing that people did: two sweeps, and what they lead to."""
OPERATED_SECONDS = 1.25 * HOUR
"""So long the person at the bridge goes on after it; then staff have an hour to review."""
SETTLE_SECONDS = 2.75 * HOUR
REST_ROUNDS = 10
"""So many rounds of nothing new write nothing, nor do those after a restart."""
LIES = ("stale", "empty list", "other organisation", "404", "404 page")
KEPT_DAYS = 90
OVER_RETENTION = 200
"""From so many days on, the store is not to grow any more."""


class Log(logging.Handler):
    """All that the bridge logs, for the search for canaries, and what it did not expect."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.text: list[str] = []
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = {k: v for k, v in vars(record).items() if k not in _PLAIN}
        self.text.append(f"{record.getMessage()} {told}")
        if record.exc_info and "GeneratorExit" not in str(record.exc_info[1]):  # it was killed
            self.unexpected.append(logging.Formatter().formatException(record.exc_info))


_PLAIN = frozenset(vars(logging.makeLogRecord({})))


class Simulation:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.report = Report(plan)
        self.loop = SimulatedLoop(Random(f"{plan.seed}/order of work"))
        self.loop.set_exception_handler(self.unretrieved)
        self.span = plan.days * DAY
        self.epoch = begins(plan.seed)
        self.theme = THEMES.get(plan.theme, Theme())
        drawn_all = [] if plan.calm else trouble.drawn(plan.seed, self.span)
        if plan.theme:
            drawn_all = self.theme.drawn(plan.seed, self.span)
        self.troubles = [each for each in drawn_all if each.number not in plan.without]
        self.doings = [
            each for each in goods.drawn(plan.seed, self.span) if each.number not in plan.without
        ]
        self.edits = [
            each for each in operator.drawn(plan.seed, self.span) if each.number not in plan.without
        ]
        if plan.theme:
            self.doings, self.edits = [], []
        self.places = sorted({each.where for each in self.troubles})
        self.by_where: dict[tuple[str, ...], list[Trouble]] = {}
        self.report.schedule = [*self.troubles, *self.doings, *self.edits]
        self.weather = Weather(self.troubles)
        self.digest = hashlib.sha256()
        self.offset = 0.0
        self.forger = Forger(plan.seed)
        self.sizes: list[int] = []
        self.log = Log()

    def unretrieved(self, _loop: object, context: dict[str, Any]) -> None:
        """A failure that nobody waited for; what was killed cannot tidy up."""
        failure = context.get("exception")
        if not isinstance(failure, BridgeError | None) and "GeneratorExit" not in str(failure):
            self.log.unexpected.append(f"{context.get('message')}: {failure!r}")

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.epoch + self.loop.time() + self.offset, UTC)

    def active(self, *where: str) -> Trouble | None:
        at = self.loop.time()
        if where not in self.by_where:
            self.by_where[where] = list(trouble.of(self.troubles, *where))
        return next((each for each in self.by_where[where] if each.begins <= at < each.ends), None)

    # -- the world ----------------------------------------------------------------------------

    def build(self) -> None:
        plan, loop = self.plan, self.loop
        self.sandbox = settings_of(plan.seed, lambda: self.epoch + loop.time(), calm=plan.calm)
        if plan.theme:
            self.sandbox = self.theme.settings(self.sandbox)
        self.around = Neighbours(self.sandbox, self.deliver)
        self.world = self.around.world
        self.shop = goods.Shop(self.world)
        mappings = self.mappings()
        words = rules_of(self.settings({})).words.rxscale
        self.watcher = (Closely if plan.theme else Watcher)(
            self.world, words.steps, loop.time, plan.pace
        )
        if isinstance(self.watcher, Closely):
            self.watcher.lied = self.lied
            permissions = (each for each in self.troubles if each.where.endswith("permission"))
            self.watcher.permissions_change = any(permissions)
        if plan.first_only:
            self.watcher.broken.on_first = loop.stop
        self.wire = Wire(
            self.around.gates, copy_context(), self.fate, self.watcher.before, self.told
        )
        self.processes = Processes(
            plan.seed,
            loop,
            self.folder,
            self.wire.exchange,
            settings=lambda: self.settings(self.operator.keys),
            now=self.now,
            disk_trouble=lambda: self.active("disk"),
            broken=self.broken,
            forgets=self.theme.retention_days > 0 or plan.days > KEPT_DAYS,
            pace=plan.pace,
        )
        self.operator = Operator(
            self.around,
            self.processes,
            mappings,
            self.now,
            lambda: self.active(*self.places) is None,
        )
        self.people = People(self.around, self.changed)

    def broken(self, what: str) -> None:
        self.watcher.broken.tell(self.loop.time(), what)

    async def deliver(self, _session: Any, delivery: Any) -> bool:
        await asyncio.sleep(0.003)
        self.forger.saw(delivery.target, delivery.headers, delivery.body)
        return await self.processes.post(delivery.target, delivery.headers, delivery.body)

    def fate(self, vendor: Vendor, request: Request, path: str, number: int) -> str:
        return self.weather.fate(self.loop.time(), vendor, request, path, number)

    def told(self, call: Call) -> None:
        self.report.calls[call.route] += 1
        if call.fault:
            self.report.faults[f"{call.vendor}: {call.fault}"] += 1
        self.digest.update(repr(call).encode())
        # the last process' calls count too
        recent = self.loop.time() - self.processes.started_at < 61
        if call.status == 429 and not call.fault and not recent and not self.late_ones():
            self.broken(f"over {call.vendor}'s limit: {call.route}")
        self.watcher.after(call)
        if not call.route.startswith("GET"):
            self.processes.wrote()

    def lied(self, seconds: float) -> bool:
        """Whether PharmaOne told of another world for so long, up to half an hour ago."""
        at = self.loop.time()
        lies = [each for each in self.troubles if each.kind in LIES and each.where == "pharmaone"]
        of_late = [each for each in lies if each.begins < at < each.ends + 1800]
        return any(min(at, each.ends) - each.begins > seconds for each in of_late)

    def late_ones(self) -> bool:
        """Whether calls that were sent long ago arrive about now, and count at the vendor."""
        at = self.loop.time()
        slow = (each for each in self.troubles if each.kind == "slow")
        return any(each.begins <= at < each.ends + 200 for each in slow)

    def changed(self, uid: str) -> None:
        self.watcher.changed_at[uid] = self.loop.time()

    def mappings(self) -> Path:
        folder = self.folder / "mappings"
        shutil.copytree(MAPPINGS, folder)
        known = {}  # what somebody found out
        if self.sandbox.reference_mode == "second":
            known["pharmaone.repeated_reference"] = "second"
        if not self.theme.deducts:
            known["pharmaone.deducts_at"] = "never"
        facts = folder / "facts.toml"
        for key, told in known.items():
            before, after = f'\n{key} = "unknown"', f'\n{key} = "{told}"'
            facts.write_text(facts.read_text().replace(before, after))
        return folder

    def settings(self, keys: dict[Vendor, str]) -> Settings:
        sandbox = self.sandbox
        return Settings.model_validate(
            {
                "rxscale": {
                    "base_url": "https://rxscale.test",
                    "api_key": keys.get("rxscale"),
                    "webhook_secrets": [SECRET],
                    "dialect": sandbox.rx_dialect,
                },
                "pharmaone": {
                    "base_url": "https://pharmaone.test",
                    "api_key": keys.get("pharmaone"),
                    "org_id": sandbox.org_id,
                    "shop_id": sandbox.shop_id,
                    "webhook_secrets": [SECRET],
                },
                "server": {"port": 0},
                "store": {
                    "path": self.folder / "rxbridge.db",
                    "retention_days": self.theme.retention_days or KEPT_DAYS,
                },
                "mappings": {"dir": self.folder / "mappings"},
                "stock": {"write": True, "sync_seconds": self.plan.pace},
                "orders": {"poll_seconds": self.plan.pace, "review_hours": 1},
            }
        )

    # -- what goes wrong by the clock -----------------------------------------------------------

    def arrange(self) -> None:
        at = self.loop.call_at
        for each in self.troubles:
            begin, end = self.befall(each)
            at(each.begins, begin)
            at(each.ends, end)
            if each.where.endswith("database"):
                at(max(6.0, each.begins - HOUR), self.around.remember, str(each.number))
        for doing in self.doings:
            at(doing.at, self.shop.do, doing)
        for edit in self.edits:
            at(edit.at, self.operator.save, edit)
            at(edit.at + edit.lasts, self.operator.mend, edit)
        at(self.span + 60, self.shop.tidy)

    def befall(self, each: Trouble) -> tuple[Any, Any]:
        """What begins it and what ends it; of what befalls calls, the wire asks by itself."""

        def nothing() -> None:
            pass

        vendor: Any = each.where.partition("'")[0]
        match each.where.rpartition(" ")[2], each.kind:
            case "process", _:
                return lambda: self.processes.strike(each), nothing
            case "token", _:
                return self.world.revoke_tokens, nothing
            case "webhooks", "forge" | "replay":
                return lambda: self.forge(each), nothing
            case "webhooks", kind:
                chaos = Chaos(**{kind: each.share})
                spoil = self.world.spoil_webhooks
                return lambda: spoil(chaos), lambda: spoil(Chaos())
            case "clock", seconds:
                shift = self.shift
                return lambda: shift(vendor, float(seconds)), lambda: shift(vendor, 0.0)
            case "key", _:
                return lambda: self.around.exchange_key(vendor), self.operator.change_keys
            case "permission", words:
                permit = self.around.permit
                return lambda: permit(vendor, words), lambda: permit(vendor)
            case "database", _:
                return lambda: self.restore(each, vendor), nothing
        return nothing, nothing

    def shift(self, whose: str, seconds: float) -> None:
        """A vendor's clock, or this machine's own."""
        if whose in self.sandbox.jumps:
            self.sandbox.jumps[whose] = seconds
        else:
            self.offset = seconds

    def restore(self, each: Trouble, vendor: Vendor) -> None:
        """People find out what was undone, and do it again."""
        for uid in self.lives:
            self.changed(uid)
        self.around.restore(str(each.number), vendor)
        self.people.do_again()

    def forge(self, each: Trouble) -> None:
        """One every minute, while it lasts."""
        self.loop.create_task(self.post_forged(each))
        if self.loop.time() + 60 < each.ends:
            self.loop.call_later(60.0, self.forge, each)

    async def post_forged(self, each: Trouble) -> None:
        made = self.forger.again() if each.kind == "replay" else self.forger.forged()
        if made is None or not self.processes.listening:
            return
        self.report.faults[f"webhooks: {each.kind}"] += 1
        status = await self.processes.listening[-1].post(*made)
        if each.kind == "forge" and 200 <= status < 300:
            self.broken(f"a forged delivery was taken: {made.target}")

    async def by_the_clock(self) -> None:
        """Backups every six hours, a look at the shelf five times a round."""
        told_of = 0
        while True:
            await asyncio.sleep(self.plan.pace / 5)
            at = self.loop.time()
            calm = all(at > each.ends + 1800 for each in self.troubles if each.begins < at)
            recent = at - self.processes.started_at < 1800
            besides = self.shop.hidden | self.operator.dropped
            self.watcher.offers(forgiven=not calm or recent, besides=besides)
            with contextlib.suppress(TryLater, AttributeError):  # it may just have been killed
                await self.closely(self.processes.bridge, calm=calm and not recent)
            if at % (6 * HOUR) < self.plan.pace / 5:
                self.processes.back_up()
            if at % DAY < self.plan.pace / 5:
                files = self.folder.glob("rxbridge.db")  # not those that a restored one replaced
                self.sizes.append(sum(each.stat().st_size for each in files))
                if not len(self.sizes) % 30:
                    at, size = len(self.sizes), max(self.sizes[-30:]) / 2**20
                    told = f"{self.processes.kills} kills, {len(self.watcher.broken.found)} broken"
                    print(f"    day {at}: {size:.1f} MiB, {told}", file=sys.stderr, flush=True)
            if self.span > 30 * DAY and len(self.watcher.broken.found) > told_of:
                told_of = await self.tell_at_once(told_of)

    async def tell_at_once(self, after: int) -> int:
        """What was broken after the first so many, with stories: a year is long to wait."""
        found, before = self.watcher.broken.found, len(self.report.stories)
        with contextlib.suppress(TryLater, AttributeError):  # it may just have been killed
            await self.tell_stories(self.processes.bridge)
        stories = [*self.report.stories.items()][before:]
        told = [*found[after:], *(line for uid, lines in stories for line in (uid, *lines))]
        print("    BROKEN", *told, sep="\n      ", file=sys.stderr, flush=True)
        return len(found)

    async def closely(self, bridge: Any, *, calm: bool) -> None:
        if isinstance(self.watcher, Closely):
            if calm and self.watcher.late():
                self.watcher.prompt(await ends.told(bridge, self.world))
            await self.watcher.still_known(bridge)

    # -- from the first order to the end -----------------------------------------------------------

    async def live(self) -> None:
        self.build()
        self.processes.start()
        await asyncio.sleep(5)
        skus = [each["sku"]["uid"] for each in self.world.skus.values()][:6]
        numbers = (n for n in range(1, self.plan.lives + 1) if n not in self.plan.left_out)
        lives = [drawn(self.plan.seed, n, self.span, skus) for n in numbers]
        if self.plan.theme:
            lives = [self.theme.lived(each) for each in lives]
        self.lives = {f"po-{life.number:07d}": life for life in lives}
        self.arrange()
        clock = asyncio.create_task(self.by_the_clock())
        operates = asyncio.create_task(self.operator.work())
        await asyncio.gather(*(asyncio.create_task(self.people.live(life)) for life in lives))
        over = max([self.span + 60, *(each.ends for each in self.troubles)])
        await asyncio.sleep(max(0.0, over + 901.0 - self.loop.time()))
        await self.people.end()
        over = max([over, self.loop.time(), *self.watcher.changed_at.values()])
        await asyncio.sleep(over + SETTLED_ROUNDS * self.plan.pace - self.loop.time())
        await self.check(self.settled)
        await asyncio.sleep(max(0.0, over + OPERATED_SECONDS - self.loop.time()))
        operates.cancel()
        await asyncio.sleep(SETTLE_SECONDS - OPERATED_SECONDS)
        clock.cancel()
        await self.at_rest()
        await self.check(self.ended)
        self.bounded()
        await self.again()

    async def at_rest(self) -> None:
        before = self.writes()
        await asyncio.sleep(REST_ROUNDS * self.plan.pace)
        if self.writes() != before:
            self.broken(f"{self.writes() - before} writes while nothing changed")

    def writes(self) -> int:
        mine = ((route, n) for route, n in self.report.calls.items() if not route.startswith("GET"))
        return sum(n for route, n in mine if "/auth/" not in route)

    async def check(self, checks: Any) -> None:
        if self.processes.bridge is None:
            self.broken("it does not run")
        else:
            await checks(self.processes.bridge)
            await self.tell_stories(self.processes.bridge)

    async def settled(self, bridge: Bridge) -> None:
        await ends.settled(bridge, self.world, self.operator, self.watcher.broken, self.loop.time())

    async def ended(self, bridge: Bridge) -> None:
        how = await ends.ends(
            bridge, self.world, self.operator, self.watcher.broken, self.loop.time()
        )
        self.report.ends.update(how)
        if isinstance(self.watcher, Closely):
            size = (self.folder / "rxbridge.db").stat().st_size
            known = await ends.told(bridge, self.world)
            self.watcher.at_last(
                known, quiet=not self.troubles and not self.theme.slow, bytes_kept=size
            )
        kept = await ends.canaries(bridge, self.world, self.folder, self.log.text)
        if kept is not None:
            self.broken(kept)
        for each in self.log.unexpected:
            lines = each.strip().splitlines()
            self.broken(f"unexpected: {lines[-1]}")
            self.report.stories[f"unexpected: {lines[-1]}"] = lines

    async def tell_stories(self, bridge: Bridge) -> None:
        for broken in self.watcher.broken.found:
            for uid in self.lives.keys() - self.report.stories.keys():
                if uid in broken:
                    story = await ends.story(bridge, self.lives[uid], self.epoch)
                    self.report.stories[uid] = story

    def bounded(self) -> None:
        """After more than twice the retention, the store is as big as half a year ago."""
        if len(self.sizes) > OVER_RETENTION:
            then, lately = max(self.sizes[100:150]), max(self.sizes[-50:])
            if lately > 1.3 * then + 2**19:
                self.broken(f"the store grows: {then} bytes then, {lately} lately")

    async def again(self) -> None:
        """Stopped and started with nothing to do, it writes nothing."""
        await self.processes.end()
        before = self.writes()
        self.processes.start()
        await asyncio.sleep(REST_ROUNDS * self.plan.pace)
        if self.writes() != before:
            self.broken(f"{self.writes() - before} writes after a restart")
        await self.processes.end()

    def run(self) -> Report:
        began = time.process_time()
        asyncio.set_event_loop(self.loop)
        logger = logging.getLogger("bridge")
        logger.addHandler(self.log)
        logger.propagate = False
        try:
            self.loop.run_until_complete(self.live())
        except RuntimeError:
            if not self.watcher.broken.found:  # what was broken has stopped it, if anything was
                raise
        finally:
            logger.removeHandler(self.log)
        report = self.report
        report.seconds = time.process_time() - began
        report.virtual, report.steps = self.loop.time(), self.loop.steps
        report.kills, report.epoch = self.processes.kills, self.epoch
        report.sizes = self.sizes
        report.broken = self.watcher.broken.found
        report.digest = self.digest.hexdigest()[:16]
        return report


def simulate(plan: Plan) -> Report:
    """Runs it to its end. The process is to be ended afterwards without tidying up."""
    numbers = Random(f"{plan.seed}/uuids")
    uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder:
        simulation = Simulation(plan, Path(folder))
        return simulation.run()
