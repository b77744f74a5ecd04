"""What a running bridge has to tell people, the process that sends it, and the sign of life."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import aiohttp

from bridge.app import vitals
from bridge.app.build import Bridge
from bridge.core import reasons
from bridge.core.alarms import Topic
from bridge.core.news import Digest, News, Rhythm, digest, topic_of
from bridge.core.reasons import Code, Kind, Reason
from bridge.errors import TryLater
from bridge.health import Facts, Links, Status, check_stock, report
from bridge.settings import Settings
from bridge.store import notes, waiting
from bridge.texts.news import letter

log = logging.getLogger("bridge.telling")

SEND_SECONDS = 60.0
TRY_AGAIN = timedelta(minutes=5)
ANSWER_SECONDS = 10.0
DOWN_FOR = timedelta(minutes=15)
LASTS = timedelta(minutes=5)
"""What goes by itself within this time is not told."""
CRASH_COUNTS = timedelta(days=1)


def addresses(settings: Settings) -> dict[str, str]:
    """Every address by a name that may be shown and stored: its kind, and a mark of the rest."""
    urls = [secret.get_secret_value() for secret in settings.notify.urls]
    return {f"{url.partition(':')[0]}-{sha256(url.encode()).hexdigest()[:4]}": url for url in urls}


def page_of(settings: Settings) -> str:
    """Where a person finds the page."""
    server, pharmacy = settings.server, settings.source.pharmacy
    whole = settings.notify.page_url or f"http://{server.host}:{server.port}/"
    return f"{whole.rstrip('/')}/p/{pharmacy}/" if pharmacy else whole


async def send(url: str, title: str, body: str) -> str | None:
    """Why it was not taken, or None. That may name hosts: it is for the operator's eyes only."""
    job = json.dumps({"url": url, "title": title, "body": body}).encode()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RXBRIDGE_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge.sender"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        async with asyncio.timeout(SEND_SECONDS):
            _, said = await child.communicate(job)
    except TimeoutError:
        return f"no answer within {SEND_SECONDS:g} s"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    lines = said.decode(errors="replace").split("\n")
    return (" ".join(lines).strip() or "refused") if child.returncode else None


class Teller:
    """Looks at what is wrong, and tells each address what it has not been told."""

    def __init__(self, bridge: Bridge) -> None:
        notify = bridge.settings.notify
        self._bridge, self._store, self._now = bridge, bridge.store, bridge.machine.now
        self._urls = addresses(bridge.settings)
        self._topics = [topic for topic in Topic if getattr(notify, topic)]
        self._rhythm = Rhythm(timedelta(minutes=notify.every_minutes), notify.quiet)
        self._again_at: dict[str, datetime] = {}
        self._since: dict[str, datetime] = {}
        """Since when each check of /health has been wrong: most go by themselves."""
        self._waiting: set[tuple[str, Code]] | None = None
        self.addresses = tuple(self._urls)
        self.changed = asyncio.Event()
        """Set when anything in the store was changed."""

    async def note_changes(self) -> None:
        """Waits for a change; then a line for each thing that became stuck or was freed by it."""
        await self.changed.wait()
        self.changed.clear()
        rows = await self._store.read(waiting.everything)
        before, self._waiting = self._waiting, {(str(row.key), row.reason.code) for row in rows}
        if before is None:
            return
        for key, code in sorted(self._waiting - before):
            what = "to know" if code.kind in (Kind.ATTENTION, Kind.ALARM) else "stuck"
            log.warning("%s", what, extra={"key": key, "code": str(code)})
        for key, code in sorted(before - self._waiting):
            log.info("freed", extra={"key": key, "code": str(code)})

    async def tell(self, address: str) -> None:
        """Sends the address what it is to be told now, if anything. Raises TryLater."""
        now, telling = self._now(), self._bridge.telling
        if now < self._again_at.get(address, now):
            return
        message = await self._message(address, now)
        if message is None:
            return
        settings = self._bridge.settings
        title, body = letter(message, settings.notify.language, page_of(settings))
        if settings.source.pharmacy:
            title = f"{settings.source.pharmacy}: {title}"
        if await send(self._urls[address], title, body) is not None:
            telling.failing.setdefault(address, now)
            self._again_at[address] = now + TRY_AGAIN
            log.warning("a message was not taken", extra={"address": address})
            return
        telling.failing.pop(address, None)
        telling.last_at = now
        await self._store.write(waiting.note_told, address, message, now)
        log.info("told", extra={"address": address, "news": len(message.fresh)})

    async def _message(self, address: str, now: datetime) -> Digest | None:
        """Raises TryLater if the store cannot be read."""
        rows, known = (
            await self._store.read(waiting.everything),
            await self._store.read(waiting.told_to, address),
        )
        restarted_at = await self._store.read(notes.get_time, notes.RESTARTED_AT)
        facts = await vitals.facts(self._bridge, whole=False)
        wrong = [News(topic_of(row), row.key, row.reason, row.since) for row in rows]
        if restarted_at is not None and now - restarted_at < CRASH_COUNTS:
            about = f"restart-{restarted_at:%Y%m%dT%H%M%S}"
            wrong.append(News(Topic.RESTART, about, reasons.RESTARTED(), restarted_at))
        return digest(
            [each for each in (*wrong, *self._lasting(facts)) if each.topic in self._topics],
            [each for each in known if each.topic in self._topics],
            unknown(facts),
            now.astimezone(),
            self._rhythm,
        )

    def _lasting(self, facts: Facts) -> Iterator[News]:
        wrong, now = checks(facts), facts.now
        self._since = {about: self._since.get(about, now) for about in wrong}
        for about, (topic, reason, lasts) in wrong.items():
            if now - self._since[about] >= lasts:
                yield News(topic, about, reason, self._since[about])


def checks(facts: Facts) -> dict[str, tuple[Topic, Reason, timedelta]]:
    """What of the whole bridge is wrong, and how long that has to last before it is told."""
    found: dict[str, tuple[Topic, Reason, timedelta]] = {}
    for name, vendor in (("RxScale", facts.rxscale), ("PharmaOne", facts.pharmaone)):
        if vendor.is_failing:
            found[name.lower()] = Topic.VENDOR, reasons.VENDOR_DOWN(vendor=name), DOWN_FOR
    stock = check_stock(replace(facts, links=Links(facts.round.linked))).reason
    if stock is not None:
        found["stock"] = Topic.STOCK, stock, LASTS
    return found


def unknown(facts: Facts) -> set[str]:
    """Of what nothing can be said since the start yet: so it is not called mended either."""
    vendors = {"rxscale": facts.rxscale, "pharmaone": facts.pharmaone}
    found = {name for name, vendor in vendors.items() if vendor.last_success_at is None}
    return found | {"stock"} if "pharmaone" in found else found


async def heartbeat(bridge: Bridge) -> None:
    """Asks for `notify.heartbeat_url`, if the bridge is healthy. Raises TryLater."""
    if is_alive(await vitals.facts(bridge, whole=True)):
        await beat(bridge.settings)


async def beat(settings: Settings) -> None:
    """Says that all is well, to whom that is to be said. Raises TryLater."""
    url = settings.notify.heartbeat_url
    if url is None:
        return
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url.get_secret_value()) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        raise TryLater(f"notify.heartbeat_url: {type(error).__name__}") from None
    if status >= 400:
        raise TryLater(f"notify.heartbeat_url answered {status}")


def is_alive(facts: Facts) -> bool:
    """The store works, nothing has been due for long, and RxScale's orders were read lately, or
    would be if RxScale were there: of that, people are told otherwise.
    """
    checks = report(facts).checks
    due, is_read = checks["work"].reason, checks["orders"].status is Status.OK
    is_late = due is not None and due.code == reasons.DUE_FOR_LONG
    works = checks["store"].status is Status.OK
    return works and not is_late and (is_read or facts.rxscale.is_failing)
