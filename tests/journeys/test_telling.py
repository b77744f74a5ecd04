"""People are told by real mail and a real web hook: once, and nothing of patients."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house, open_sandbox
from page.client import browser
from receivers import Hook, Mail, http_receiver, mail_server

from bridge.app import telling, vitals
from bridge.app.machine import now
from bridge.app.telling import Teller
from bridge.core import reasons
from bridge.core.alarms import Topic
from bridge.core.model import Key
from bridge.errors import TryLater
from bridge.server.page.checks import facts_of
from bridge.store import notes, person, waiting
from bridge.texts import Words

NO_LINK = {"name": "Kanarienvogel", "prescription_file": None}
AT_ONCE: dict[str, Any] = {"prescription_minutes": 0}
LATER = timedelta(minutes=20)


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


@asynccontextmanager
async def told_house(
    folder: Path, *urls: str, **notify: Any
) -> AsyncIterator[tuple[House, Teller, Clock]]:
    async with open_sandbox() as sandbox:
        keys = {"urls": urls, **notify}
        async with open_house(sandbox, folder, notify=keys, orders=AT_ONCE) as house:
            clock = Clock()
            house.bridge.machine = replace(house.bridge.machine, now=clock)
            yield house, Teller(house.bridge), clock


async def tell(teller: Teller, clock: Clock, after: timedelta = LATER) -> None:
    clock.ahead += after
    await asyncio.gather(*(teller.tell(address) for address in teller.addresses))


pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise loads it
BY_A_PROCESS = {
    "test_a_stuck_order_and_its_end_arrive_everywhere_once",
    "test_an_address_that_fails_is_told_in_health_and_holds_nothing_up",
    "test_a_silent_server_is_given_up",
}


async def sent_here(url: str, title: str, body: str) -> str | None:
    from bridge.sender import send

    return "refused" if await asyncio.to_thread(send, url, title, body) else None


@pytest.fixture(autouse=True)
def sends(request: pytest.FixtureRequest, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a process for each message where that is tried; to start one takes half a second."""
    if engine != "sqlite" or request.node.originalname not in BY_A_PROCESS:
        monkeypatch.setattr(telling, "send", sent_here)


@pytest.fixture
async def mail() -> AsyncIterator[Mail]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with http_receiver() as receiver:
        yield receiver


async def test_a_stuck_order_and_its_end_arrive_everywhere_once(
    tmp_path: Path, mail: Mail, hook: Hook
):
    urls = (mail.url, f"json://{hook.url}/alarm")
    async with told_house(tmp_path, *urls) as (house, teller, clock):
        (uid,) = await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        await tell(teller, clock)
        assert len(mail.taken) == len(hook.bodies) == 1
        (text,), (posted,) = mail.texts(), hook.bodies
        for part in (text, f"{posted['title']}\n{posted['message']}"):
            assert part.startswith("rxbridge: 1 new")
            assert uid in part
            assert "http://127.0.0.1:0/" in part
            assert "Kanarienvogel" not in part
        house.world.edit_order(
            uid, {"prescription_file": {"filename": "p.pdf", "content_base64": "JVBERi0="}}
        )
        await house.settle()
        await tell(teller, clock)
        await tell(teller, clock)
        assert [body["title"] for body in hook.bodies] == ["rxbridge: 1 new", "rxbridge: mended"]
        assert f"mended: {uid}" in mail.texts()[1]
        (first, second) = await house.bridge.store.read(waiting.newest_told, 9)
        assert {first.address, second.address} == set(teller.addresses)
        assert first.mended_at is not None
        assert mail.url not in str((first, second))


async def test_a_restart_neither_repeats_nor_forgets(tmp_path: Path, hook: Hook):
    async with told_house(tmp_path, f"json://{hook.url}/") as (house, teller, clock):
        first, _ = await house.orders_arrive(NO_LINK, NO_LINK)
        await tell(teller, clock)
        again = Teller(house.bridge)
        await tell(again, clock)
        assert [body["title"] for body in hook.bodies] == ["rxbridge: 2 new"]
        await house.bridge.store.write(person.drop, Key(f"order:{first}"), "seen to", clock())
        await tell(Teller(house.bridge), clock)
        assert f"mended: {first}" in hook.bodies[1]["message"]
        assert "Told before, and still so: 1" in hook.bodies[1]["message"]


async def test_the_page_shows_what_was_sent_and_which_check_is_ill(tmp_path: Path, mail: Mail):
    async with told_house(tmp_path, mail.url) as (house, teller, clock):
        (uid,) = await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        mail.refuses = True
        await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        async with browser(house) as page:
            text = await page.get("/checks")
            assert re.search(rf"{teller.addresses[0]}</span> to know: {uid}</li>", text)
            assert "Messages</a>: messages are not taken: mailto-" in text
            assert "Messages</a></strong>: messages are not taken: mailto-" in await page.get()


async def test_every_check_has_its_word_on_the_page(tmp_path: Path):
    async with told_house(tmp_path) as (house, _, _):
        checks = (await vitals.health(house.bridge)).checks
        for language in ("en", "de"):
            for name, check in checks.items():
                needed = ["check_", "doing_", "source_"]
                needed = [part + name for part in needed]
                needed += [f"fact_{fact}" for fact, _ in facts_of(check.facts)]
                assert [word for word in needed if word not in Words(language)] == []
            assert all(f"topic_{topic}" in Words(language) for topic in Topic)


async def test_in_german(tmp_path: Path, mail: Mail):
    async with told_house(
        tmp_path, mail.url, language="de", page_url="https://apotheke.example"
    ) as (house, teller, clock):
        await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        (text,) = mail.texts()
        assert text.startswith("rxbridge: 1 neu")
        assert "zeigt die Seite: https://apotheke.example" in text


async def test_what_is_switched_off_is_not_told(tmp_path: Path, hook: Hook):
    async with told_house(tmp_path, f"json://{hook.url}/", attention=False) as (
        house,
        teller,
        clock,
    ):
        await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        assert hook.bodies == []


async def test_quiet_hours_are_kept(tmp_path: Path, hook: Hook):
    hour = now().astimezone().hour
    quiet = f"{hour:02}:00-{(hour + 3) % 24:02}:00"
    async with told_house(tmp_path, f"json://{hook.url}/", quiet_hours=quiet) as (
        house,
        teller,
        clock,
    ):
        await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        assert hook.bodies == []
        await tell(teller, clock, timedelta(hours=3))
        assert len(hook.bodies) == 1


async def test_an_address_that_fails_is_told_in_health_and_holds_nothing_up(
    tmp_path: Path, mail: Mail, hook: Hook
):
    mail.refuses = True
    urls = (mail.url, f"json://{hook.url}/")
    async with told_house(tmp_path, *urls) as (house, teller, clock):
        await house.orders_arrive(NO_LINK)
        await tell(teller, clock)
        assert len(hook.bodies) == 1
        check = (await vitals.health(house.bridge)).document()["checks"]["notify"]
        (name,) = check["failing"]
        assert (check["status"], check["addresses"]) == ("degraded", 2)
        assert check["reason"] == f"messages are not taken: {name}"
        mail.refuses = False
        await tell(teller, clock, timedelta(minutes=1))
        assert mail.taken == [], "it is left alone for five minutes"
        await tell(teller, clock, timedelta(minutes=5))
        assert (len(mail.taken), len(hook.bodies)) == (1, 1)
        check = (await vitals.health(house.bridge)).document()["checks"]["notify"]
        assert (check["status"], check["failing"]) == ("ok", {})


async def test_a_silent_server_is_given_up(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(telling, "SEND_SECONDS", 1.5)
    async with mail_server(silent=True) as silent:
        why = await telling.send(silent.url, "title", "body")
    assert why == "no answer within 1.5 s"


async def test_a_vendor_that_is_down_for_long_is_told_and_its_return(tmp_path: Path, hook: Hook):
    async with told_house(tmp_path, f"json://{hook.url}/") as (house, teller, clock):
        transport = house.bridge.vendors.rxscale_transport
        good = transport.facts()
        bad = replace(good, last_error_at=clock() + timedelta(days=1), last_error="x: 503")
        transport.facts = lambda: bad
        await tell(teller, clock, timedelta(minutes=1))
        await tell(teller, clock, timedelta(minutes=14))
        assert hook.bodies == []
        await tell(teller, clock, timedelta(minutes=2))
        (body,) = hook.bodies
        assert "RxScale has not answered as it should for 15 minutes" in body["message"]
        transport.facts = lambda: replace(good, last_success_at=None)
        await tell(Teller(house.bridge), clock)
        assert len(hook.bodies) == 1, "just started: not known yet"
        transport.facts = lambda: good
        await tell(teller, clock)
        assert "mended: rxscale" in hook.bodies[1]["message"]


async def test_an_alarm_is_told_with_what_to_do(tmp_path: Path, hook: Hook):
    async with told_house(tmp_path, f"json://{hook.url}/") as (house, teller, clock):
        about = (Topic.SILENCE, "orders")
        found = [reasons.NO_ORDERS(hours=9, longest=4)]
        await house.bridge.store.write(waiting.keep_alarms, *about, found, clock())
        await tell(teller, clock)
        (body,) = hook.bodies
        assert "9" in body["message"]
        assert "\n  > " in body["message"]
        await house.bridge.store.write(waiting.keep_alarms, *about, [], clock())
        await tell(teller, clock)
        assert "mended: silence:orders" in hook.bodies[1]["message"]


async def test_a_start_after_a_crash_is_told(tmp_path: Path, hook: Hook):
    async with told_house(tmp_path, f"json://{hook.url}/") as (house, teller, clock):
        store = house.bridge.store
        await store.write(notes.begin_run, clock())
        await store.write(notes.end_run)
        await store.write(notes.begin_run, clock())
        await tell(teller, clock)
        assert hook.bodies == []
        await store.write(notes.begin_run, clock())
        await tell(teller, clock)
        await tell(teller, clock, timedelta(days=2))
        (body,) = hook.bodies
        assert "had ended without being stopped" in body["message"]


async def test_the_heartbeat_comes_only_while_it_lives(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    async with told_house(tmp_path, heartbeat_url=f"http://{hook.url}/ping") as (house, _, clock):
        await telling.heartbeat(house.bridge)
        assert hook.asked == ["GET /ping"]
        clock.ahead = timedelta(hours=1)
        await telling.heartbeat(house.bridge)
        assert hook.asked == ["GET /ping"], "RxScale's list was not read for an hour"
        clock.ahead = timedelta()
        hook.status = 500
        with pytest.raises(TryLater, match="answered 500"):
            await telling.heartbeat(house.bridge)
    async with told_house(tmp_path, heartbeat_url="http://127.0.0.1:9/") as (house, _, _):
        with pytest.raises(TryLater, match="ClientConnectorError"):
            await telling.heartbeat(house.bridge)


async def test_the_log_has_a_line_for_each_thing_stuck_and_freed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with told_house(tmp_path) as (house, teller, _):

        async def look() -> list[str]:
            caplog.clear()
            teller.changed.set()
            await teller.note_changes()
            return [
                f"{r.getMessage()} {r.key} {r.code}" for r in caplog.records if hasattr(r, "key")
            ]

        caplog.set_level("INFO", "bridge.telling")
        assert await look() == []
        (uid,) = await house.orders_arrive(NO_LINK)
        assert await look() == [f"to know order:{uid} prescription_missing"]
        assert await look() == []
        await house.bridge.store.write(person.drop, Key(f"order:{uid}"), "seen to", now())
        assert await look() == [f"freed order:{uid} prescription_missing"]
