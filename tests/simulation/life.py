"""One simulation: a world with people in it, the real bridge between its vendors, and trouble."""

import asyncio
import contextlib
import hashlib
import json
import logging
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from bridge import app
from bridge.app import vitals
from bridge.core.model import PharmacyOrderUid
from bridge.errors import BridgeError, TryLater
from bridge.exchange import Request
from bridge.sandbox import SandboxSettings
from bridge.sandbox.pharmaone import routes as pharmaone_routes
from bridge.sandbox.rxscale import routes as rxscale_routes
from bridge.sandbox.settings import Vendor
from bridge.sandbox.traffic import Limiter
from bridge.sandbox.webhooks import Chaos
from bridge.sandbox.world import World
from bridge.settings import Settings
from bridge.store import attentions, backup, person, stuck, views
from simulation import trouble
from simulation.disk import Disk
from simulation.hooks import Listening, serving
from simulation.invariants import Watcher
from simulation.loop import PROCESS, SimulatedLoop
from simulation.people import DAY, HOUR, People, drawn
from simulation.plan import Plan, Report
from simulation.trouble import Trouble, Weather
from simulation.wire import Call, Gate, Wire

EPOCH = datetime(2026, 3, 27, 6, 0, tzinfo=UTC).timestamp()
"""Two days before the clocks change in Europe."""
MAPPINGS = Path(__file__).parents[2] / "mappings"
SECRET = "simulated-webhook-secret"
RAM = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
SETTLE_SECONDS = 4 * HOUR
"""After the last trouble: staff may review for two hours before a person is told."""
WRITES = ("PATCH", "POST", "PUT", "DELETE")
_DISK = {
    "full": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "busy": (sqlite3.SQLITE_BUSY, "database is locked"),
    "I/O error": (sqlite3.SQLITE_IOERR, "disk I/O error"),
}


class Log(logging.Handler):
    """All that the bridge logs, for the search for canaries, and what it did not expect."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.text: list[str] = []
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        told = {k: v for k, v in vars(record).items() if k not in _PLAIN}
        self.text.append(f"{record.getMessage()} {told}")
        if record.exc_info:
            self.unexpected.append(logging.Formatter().formatException(record.exc_info))


_PLAIN = frozenset(vars(logging.makeLogRecord({})))


class Simulation:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.report = Report(plan)
        self.loop = SimulatedLoop(Random(f"{plan.seed}/order of work"))
        self.loop.on_kill = self.killed
        self.loop.set_exception_handler(self.unretrieved)
        self.chance = Random(f"{plan.seed}/jitter")
        self.span = plan.days * DAY
        drawn_all = [] if plan.calm else trouble.drawn(plan.seed, self.span)
        self.troubles = [each for each in drawn_all if each.number not in plan.without]
        self.report.troubles = self.troubles
        self.weather = Weather(self.troubles)
        self.digest = hashlib.sha256()
        self.store = folder / "rxbridge.db"
        self.offset = 0.0
        self.process = 0
        self.context = Context()
        self.listening: list[Listening] = []
        self.disk = Disk(self.disk_failure)
        self.stopping = False
        self.failed_starts = 0
        self.started_at = 0.0
        self.bridge: app.Bridge | None = None
        self.log = Log()

    def unretrieved(self, _loop: object, context: dict[str, Any]) -> None:
        """A failure that nobody waited for; what was killed cannot tidy up."""
        failure = context.get("exception")
        if not isinstance(failure, BridgeError | None) and "GeneratorExit" not in str(failure):
            self.log.unexpected.append(f"{context.get('message')}: {failure!r}")

    def now(self) -> datetime:
        return datetime.fromtimestamp(EPOCH + self.loop.time() + self.offset, UTC)

    def active(self, *where: str) -> Trouble | None:
        at = self.loop.time()
        found = (
            each for each in trouble.of(self.troubles, *where) if each.begins <= at < each.ends
        )
        return next(found, None)

    # -- the world ----------------------------------------------------------------------------

    def build(self) -> None:
        luck = Random(f"{self.plan.seed}/vendors")
        mode = luck.choice(("same", "conflict", "second", "second"))
        ahead = 0.0 if self.plan.calm else luck.choice((0.0, 0.0, 3600.0, -7200.0))
        settings = SandboxSettings(
            seed=self.plan.seed,
            clock=lambda: EPOCH + self.loop.time(),
            rx_clock_ahead_seconds=ahead,
            reference_mode=mode,  # type: ignore[arg-type]
            list_has_external_id=luck.random() < 0.5,
            grams=False,
            log_limit=0,
            rx_webhook_secret=SECRET,
            p1_webhook_secret=SECRET,
            rx_webhook_target="/webhooks/rxscale",
            p1_webhook_target="/webhooks/pharmaone",
        )
        self.sandbox = settings
        self.world = World(settings)
        courier: Any = self.world.courier
        courier._post = self.deliver
        courier._senders = [
            asyncio.create_task(courier._keep_sending(None))
            for _ in range(settings.webhook_connections)
        ]
        rx, p1 = settings.of("rxscale"), settings.of("pharmaone")
        rx_routes = rxscale_routes.Routes(rx, self.world.rxscale, self.world.courier).all()
        p1_routes = pharmaone_routes.Routes(p1, self.world.pharmaone, self.world.access).all()
        limits = Limiter(settings.rx_per_second, settings.rx_per_minute, settings.clock)
        free = Limiter(settings.p1_per_second, settings.p1_per_minute, settings.clock)
        gates: dict[Vendor, Gate] = {
            "rxscale": Gate("rxscale", rx_routes, limits, rx.clock),
            "pharmaone": Gate("pharmaone", p1_routes, free, p1.clock),
        }
        words = app.rules_of(self.settings()).words.rxscale
        self.watcher = Watcher(self.world, words.steps, self.loop.time)
        self.wire = Wire(gates, copy_context(), self.fate, self.watcher.before, self.told)

    async def deliver(self, _session: Any, delivery: Any) -> bool:
        await asyncio.sleep(0.003)
        if not self.listening:
            return False
        status = await self.listening[-1].post(delivery.target, delivery.headers, delivery.body)
        return 200 <= status < 300

    def fate(self, vendor: Vendor, request: Request, path: str, number: int) -> str:
        return self.weather.fate(self.loop.time(), vendor, request, path, number)

    def told(self, call: Call) -> None:
        self.report.calls[call.route] += 1
        if call.fault:
            self.report.faults[f"{call.vendor}: {call.fault}"] += 1
        self.digest.update(repr(call).encode())
        recent = self.loop.time() - self.started_at < 61  # the last process' calls count too
        if call.status == 429 and not call.fault and not recent and not self.late_ones():
            self.watcher.broken.tell(call.at, f"over {call.vendor}'s limit: {call.route}")
        if "order-requests" in call.route:
            self.watcher.once_each()

    def late_ones(self) -> bool:
        """Whether calls that were sent long ago arrive about now, and count at the vendor."""
        at = self.loop.time()
        slow = (each for each in self.troubles if each.kind == "slow")
        return any(each.begins <= at < each.ends + 200 for each in slow)

    def changed(self, uid: str) -> None:
        self.watcher.changed_at[uid] = self.loop.time()

    # -- the bridge ---------------------------------------------------------------------------

    def settings(self) -> Settings:
        mappings = self.folder / "mappings"
        if not mappings.exists():
            shutil.copytree(MAPPINGS, mappings)
            if self.sandbox.reference_mode == "second":  # somebody found it out
                told = (mappings / "facts.toml").read_text()
                key = "pharmaone.repeated_reference = "
                (mappings / "facts.toml").write_text(
                    told.replace(f'\n{key}"unknown"', f'\n{key}"second"')
                )
        sandbox = self.sandbox
        return Settings.model_validate(
            {
                "rxscale": {
                    "base_url": "https://rxscale.test",
                    "api_key": sandbox.rx_api_key,
                    "webhook_secrets": [SECRET],
                },
                "pharmaone": {
                    "base_url": "https://pharmaone.test",
                    "api_key": sandbox.p1_api_key,
                    "org_id": sandbox.org_id,
                    "shop_id": sandbox.shop_id,
                    "webhook_secrets": [SECRET],
                },
                "server": {"port": 0},
                "store": {"path": self.store},
                "mappings": {"dir": mappings},
                "stock": {"write": True},
                "orders": {"poll_seconds": 300, "review_hours": 2},
            }
        )

    def start(self) -> None:
        """A new process, with the store that the last one left behind."""
        self.process += 1
        self.started_at = self.loop.time()
        self.context = Context()
        self.context.run(PROCESS.set, self.process)
        self.disk = Disk(self.disk_failure)
        self.listening = []
        machine = app.Machine(
            now=self.now,
            clock=self.loop.time,
            jitter=self.chance.random,
            reference=lambda: f"{self.chance.getrandbits(64):016x}",
            lock=self.disk.lock,
            open_store=self.disk.open_store,
            session=_nothing,
            exchange=self.wire.exchange,
            serve=serving(self.context, self.listening),
            watch_seconds=60.0,
            reload_seconds=60.0,
        )
        self.stop = asyncio.Event()

        def started(bridge: app.Bridge, _: object) -> None:
            self.bridge = bridge

        run = app.run(self.settings(), self.stop, started, machine)
        self.running = self.context.run(self.loop.create_task, run)
        self.running.add_done_callback(self.ended, context=copy_context())

    def ended(self, running: "asyncio.Task[None]") -> None:
        """By itself: systemd starts it again."""
        if self.stopping or running is not self.running:
            return
        failure = None if running.cancelled() else running.exception()
        if not isinstance(failure, BridgeError):
            self.watcher.broken.tell(self.loop.time(), f"the process ended: {failure!r}")
        self.clear_away()
        self.failed_starts = (
            0 if self.loop.time() - self.started_at > 600 else self.failed_starts + 1
        )
        self.loop.call_later(min(300.0, 5.0 * 2**self.failed_starts), self.start)

    def killed(self) -> None:
        """Between two pieces of its work."""
        self.report.kills += 1
        self.running.remove_done_callback(self.ended)
        self.loop.kill(self.process, self.context)
        self.clear_away()
        how = self.killing
        if how is not None and how.kind == "lost store":
            for each in self.folder.glob("rxbridge.db*"):
                each.unlink()
        kept = self.folder / "backup"
        if how is not None and how.kind == "restored store" and kept.exists():
            backup.restore(self.store, kept, now=self.now())
        self.loop.call_later(1.0 + 119.0 * (how.share if how else 0.0), self.start)

    def clear_away(self) -> None:
        for listening in self.listening:
            listening.kill()
        self.listening = []
        self.bridge = None
        self.disk.kill()

    def disk_failure(self) -> sqlite3.Error | None:
        found = self.active("disk")
        if found is None:
            return None
        code, text = _DISK[found.kind]
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        return error

    # -- what goes wrong by the clock -----------------------------------------------------------

    def arrange(self) -> None:
        at = self.loop.call_at
        for each in self.troubles:
            if each.where == "process":
                at(each.begins, self.strike, each)
            elif each.where == "token":
                at(each.begins, self.world.revoke_tokens)
            elif each.where == "webhooks":
                at(
                    each.begins,
                    lambda each=each: self.world.spoil_webhooks(Chaos(**{each.kind: each.share})),
                )
                at(each.ends, lambda: self.world.spoil_webhooks(Chaos()))
            elif each.where == "clock":
                at(each.begins, self.shift, float(each.kind))
                at(each.ends, self.shift, 0.0)

    def strike(self, how: Trouble) -> None:
        self.killing = how
        self.loop.kill_at = self.loop.steps + int(how.share * 400)

    def shift(self, seconds: float) -> None:
        self.offset = seconds

    async def by_the_clock(self) -> None:
        """Backups every six hours, a look at the shelf every minute."""
        while True:
            await asyncio.sleep(60.0)
            at = self.loop.time()
            calm = all(at > each.ends + 1800 for each in self.troubles if each.begins < at)
            self.watcher.offers(forgiven=not calm or at - self.started_at < 1800)
            if at % (6 * HOUR) < 60 and self.bridge is not None and not self.active("disk"):
                backup.back_up(self.store, self.folder / "backup")

    async def operate(self) -> None:
        """A person at the bridge: every half hour frees what is stuck, truthfully."""
        while True:
            await asyncio.sleep(1800.0)
            with contextlib.suppress(TryLater, AttributeError):  # it may just have been killed
                await self.free_stuck(self.bridge)

    async def free_stuck(self, bridge: app.Bridge) -> None:
        for row in await bridge.store.read(stuck.everything):
            if not row.reason.code.must_look:
                await bridge.store.write(person.retry, [row.key], self.now())
                continue
            uid = str(row.key).partition(":")[2]
            asked = self.world.order_requests.values()
            if any(each.payload.get("external_id") == uid for each in asked):
                await bridge.store.write(person.mark_submitted, row.key, self.now())
            else:
                await bridge.store.write(person.retry, [row.key], self.now())

    # -- from the first order to the end -----------------------------------------------------------

    async def live(self) -> None:
        self.build()
        self.start()
        await asyncio.sleep(5)
        self.arrange()
        clock = asyncio.create_task(self.by_the_clock())
        operator = asyncio.create_task(self.operate())
        skus = [each["sku"]["uid"] for each in self.world.skus.values()][:6]
        numbers = (n for n in range(1, self.plan.lives + 1) if n not in self.plan.left_out)
        lives = [drawn(self.plan.seed, n, self.span, skus) for n in numbers]
        self.lives = {f"po-{life.number:07d}": life for life in lives}
        people = People(self.world, self.changed)
        await asyncio.gather(*(asyncio.create_task(people.live(life)) for life in lives))
        over = max((each.ends for each in self.troubles), default=0.0)
        await asyncio.sleep(max(0.0, over - self.loop.time()) + SETTLE_SECONDS)
        clock.cancel()
        operator.cancel()
        await self.at_rest()
        await self.check_ends()
        await self.again()

    async def at_rest(self) -> None:
        before = self.writes()
        await asyncio.sleep(HOUR)
        if self.writes() != before:
            self.watcher.broken.tell(
                self.loop.time(), f"{self.writes() - before} writes while nothing changed"
            )

    def writes(self) -> int:
        mine = ((route, n) for route, n in self.report.calls.items() if not route.startswith("GET"))
        return sum(n for route, n in mine if "/auth/" not in route)

    async def check_ends(self) -> None:
        bridge = self.bridge
        if bridge is None:
            self.watcher.broken.tell(self.loop.time(), "it does not run")
            return
        told: dict[str, list[str]] = {}
        for row in [
            *await bridge.store.read(stuck.everything),
            *await bridge.store.read(attentions.open_ones),
        ]:
            told.setdefault(str(row.key).partition(":")[2], []).append(str(row.reason.code))
        self.report.ends.update(self.watcher.ends(told))
        for each in self.watcher.broken.found:
            await self.tell_story(bridge, each)
        await vitals.measure(bridge)
        shown = [
            bridge.metrics.text().decode(),
            json.dumps((await vitals.health(bridge)).document()),
            *self.log.text,
        ]
        self.canaries(
            " ".join(shown).encode()
            + b"".join(each.read_bytes() for each in self.folder.glob("rxbridge.db*"))
        )
        for each in self.log.unexpected:
            self.watcher.broken.tell(self.loop.time(), f"unexpected: {each}")

    async def tell_story(self, bridge: app.Bridge, broken: str) -> None:
        uid = next((uid for uid in self.lives if uid in broken), None)
        if uid is None or uid in self.report.stories:
            return
        story = await bridge.store.read(views.story, PharmacyOrderUid(uid))
        lines = [f"people: {each}" for each in self.lives[uid].log]
        for entry in story.entries if story is not None else ():
            facts = {k: v for k, v in entry.facts.items() if k not in ("rules", "rule", "version")}
            told = json.dumps(facts, default=str)[:300]
            lines.append(f"{entry.at.timestamp() - EPOCH:.0f} {entry.what} {told}")
        self.report.stories[uid] = lines

    def canaries(self, text: bytes) -> None:
        for order in self.world.orders.values():
            patient = order.data["patient_data"]
            for name in ("display_name", "email"):
                if patient.get(name) and str(patient[name]).encode() in text:
                    self.watcher.broken.tell(
                        self.loop.time(), f"a patient's {name} was kept or told"
                    )
                    return

    async def again(self) -> None:
        """Stopped and started with nothing to do, it writes nothing."""
        self.stopping = True
        self.stop.set()
        await self.running
        self.clear_away()
        before = self.writes()
        self.start()
        await asyncio.sleep(HOUR)
        if self.writes() != before:
            self.watcher.broken.tell(
                self.loop.time(), f"{self.writes() - before} writes after a restart"
            )
        self.stop.set()
        await self.running

    def run(self) -> Report:
        began = time.perf_counter()
        asyncio.set_event_loop(self.loop)
        logger = logging.getLogger("bridge")
        logger.addHandler(self.log)
        logger.propagate = False
        try:
            self.loop.run_until_complete(self.live())
        finally:
            logger.removeHandler(self.log)
        report = self.report
        report.seconds = time.perf_counter() - began
        report.virtual, report.steps = self.loop.time(), self.loop.steps
        report.broken = self.watcher.broken.found
        report.digest = self.digest.hexdigest()[:16]
        return report


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield None


def simulate(plan: Plan) -> Report:
    """Runs it to its end. The process is to be ended afterwards without tidying up."""
    numbers = Random(f"{plan.seed}/uuids")
    uuid.uuid4 = lambda: uuid.UUID(int=numbers.getrandbits(128), version=4)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder:
        simulation = Simulation(plan, Path(folder))
        return simulation.run()
