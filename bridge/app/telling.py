"""What a running bridge has to tell people, the process that sends it, and the sign of life."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import aiohttp

from bridge.app import vitals
from bridge.app.build import Bridge
from bridge.core import reasons
from bridge.core.news import Digest, News, Rhythm, Topic, topic_of
from bridge.core.reasons import Reason
from bridge.cycles.telling import Seen, Teller
from bridge.errors import TryLater
from bridge.health import Facts, Links, Status, judge_stock, report
from bridge.settings import Settings
from bridge.store import notes, views
from bridge.texts.news import letter

SEND_SECONDS = 60.0
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
    server = settings.server
    return settings.notify.page_url or f"http://{server.host}:{server.port}/"


def teller_of(bridge: Bridge) -> Teller:
    settings, notify = bridge.settings, bridge.settings.notify
    urls, wrong = addresses(settings), Wrongs(bridge)

    async def send_to(address: str, message: Digest) -> str | None:
        title, body = letter(message, notify.language, page_of(settings))
        return await send(urls[address], title, body)

    return Teller(
        bridge.store,
        wrong.see,
        send_to,
        bridge.machine.now,
        bridge.telling,
        addresses=tuple(urls),
        topics=[topic for topic in Topic if getattr(notify, topic)],
        rhythm=Rhythm(timedelta(minutes=notify.every_minutes), notify.quiet),
    )


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


class Wrongs:
    """Notes since when each check of /health has been wrong: most go by themselves."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._since: dict[str, datetime] = {}

    async def see(self) -> Seen:
        """Raises TryLater if the store cannot be read."""
        store, now = self._bridge.store, self._bridge.machine.now()
        rows = await store.read(views.waiting)
        restarted_at = await store.read(notes.get_time, notes.RESTARTED_AT)
        news = [News(topic_of(row), row.key, row.reason, row.since) for row in rows]
        if restarted_at is not None and now - restarted_at < CRASH_COUNTS:
            about = f"restart-{restarted_at:%Y%m%dT%H%M%S}"
            news.append(News(Topic.RESTART, about, reasons.RESTARTED(), restarted_at))
        facts = await vitals.facts(self._bridge, whole=False)
        return Seen([*news, *self._checks(facts, now)], unknown(facts))

    def _checks(self, facts: Facts, now: datetime) -> list[News]:
        wrong = checks(facts)
        self._since = {about: self._since.get(about, now) for about in wrong}
        return [
            News(topic, about, reason, self._since[about])
            for about, (topic, reason, lasts) in wrong.items()
            if now - self._since[about] >= lasts
        ]


def checks(facts: Facts) -> dict[str, tuple[Topic, Reason, timedelta]]:
    """What of the whole bridge is wrong, and how long that has to last before it is told."""
    found: dict[str, tuple[Topic, Reason, timedelta]] = {}
    for name, vendor in (("RxScale", facts.rxscale), ("PharmaOne", facts.pharmaone)):
        if vendor.is_failing:
            found[name.lower()] = Topic.VENDOR, reasons.VENDOR_DOWN(vendor=name), DOWN_FOR
    stock = judge_stock(replace(facts, links=Links(facts.round.linked))).reason
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
    url = bridge.settings.notify.heartbeat_url
    facts = await vitals.facts(bridge, whole=True)
    if url is None or not is_alive(facts):
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
