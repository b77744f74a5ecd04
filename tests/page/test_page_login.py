"""Logging in: what is closed without it, wrong passwords, sessions, and which port shows what."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from house import SECRET, bridge_settings, open_house, open_sandbox
from hypothesis import given
from hypothesis import strategies as st
from page.client import HASH, NOT_LINKED, PASSWORD, browser

from bridge.app.run import run
from bridge.core.users import Role, User
from bridge.errors import Misconfigured
from bridge.server.addresses import network_of
from bridge.server.page.access import COOKIE, MOST_SESSIONS, SESSION_LASTS, Sessions, preferred
from bridge.server.page.login import MOST_SECONDS, Attempts, pause_after

LOCKED = {"admin_password_hash": HASH}
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
ANNA = User(Role.OPERATOR, HASH)
USERS = {"anna": ANNA}


async def test_nothing_is_seen_or_done_without_the_password(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            (uid,) = await house.orders_arrive(NOT_LINKED)
            async with browser(house) as page:
                for path in ("/", f"/orders/{uid}", "/orders/po-none", "/?said=retried"):
                    await page.get(path)
                    assert page.path == "/login"
                    assert uid not in page.text
                token = page.form("/login")["token"]
                key = {"key": f"order:{uid}", "code": "unlinked_sku", "act": "drop", "reason": "x"}
                await page.post("/stuck", {**key, "token": token})
                assert page.path == "/login"
                assert await house.stuck()
                for path in ("/health", "/metrics", "/health/ready", "/static/page.css"):
                    await page.get(path)
                    assert (page.status, page.path) == (200, path)


async def test_the_password_opens_and_logging_out_closes(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            (uid,) = await house.orders_arrive(NOT_LINKED)
            async with browser(house) as page:
                await page.get()
                before = session(page)
                await page.press("/login", {"password": "wrong"})
                assert page.status == 403
                assert "This is not the password" in page.text
                await page.press("/login", {"password": PASSWORD})
                assert page.path == "/"
                assert uid in page.text
                assert session(page) != before, "a session known from before is worth nothing"
                await page.press("/stuck", {"reason": "x"}, act="drop")
                assert not await house.stuck()
                logged_in = session(page)
                stolen = {"Cookie": f"{COOKIE}={logged_in}"}
                async with aiohttp.request("GET", house.running.url, headers=stolen) as answer:
                    assert answer.url.path == "/"
                await page.press("/logout")
                assert page.path == "/login"
            async with aiohttp.request("GET", house.running.url, headers=stolen) as answer:
                assert answer.url.path == "/login", "it ends here, not only in the browser"


def session(page) -> str:
    return next(each.value for each in page.http.cookie_jar if each.key == COOKIE)


async def test_the_cookie_is_kept_from_scripts_and_other_sites(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get("/login")
                cookie = page.headers["Set-Cookie"]
                assert "HttpOnly" in cookie
                assert "SameSite=Strict" in cookie
                assert "Secure" not in cookie


async def test_with_a_login_it_may_be_reached_by_any_name_and_through_a_proxy(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get("/", Host="bridge.example.org", X_Forwarded_For="203.0.113.7")
                assert (page.status, page.path) == (200, "/login")


async def test_logging_in_needs_a_form_of_ours_too(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get("/login")
                await page.post("/login", {"password": PASSWORD})
                assert page.status == 403
                await page.get("/")
                assert page.path == "/login"


async def test_wrong_passwords_have_to_wait_and_the_right_one_does_too(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get("/login")
                for _ in range(5):
                    await page.press("/login", {"password": "x" * 2000})
                    assert page.status == 403
                await page.press("/login", {"password": PASSWORD})
                assert page.status == 429
                assert int(page.headers["Retry-After"]) >= 1
                assert "Too many wrong tries" in page.text


async def test_many_tries_at_once_are_not_many_tries(tmp_path: Path):
    """Each takes memory: they wait for each other, and too many are turned away."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get("/login")
                fields = {**page.form("/login"), "password": "wrong"}

                async def attempt() -> int:
                    url = f"{house.running.url}/login"
                    async with page.http.post(url, data=fields) as answer:
                        return answer.status

                statuses = await asyncio.gather(*(attempt() for _ in range(40)))
                assert statuses.count(403) <= 5
                assert set(statuses) == {403, 429}


def test_a_pause_grows_and_ends():
    pauses = [pause_after(count) for count in range(2000)]
    assert pauses[:7] == [0, 0, 0, 0, 0, 2, 4]
    assert pauses == sorted(pauses)
    assert pauses[-1] == MOST_SECONDS


def test_tries_are_counted_where_they_come_from_and_forgotten():
    tries = Attempts()
    for _ in range(6):
        tries.wrong("a", NOW)
    assert tries.wait("a", NOW) == 4
    assert tries.wait("a", NOW + timedelta(seconds=4)) == 0
    assert tries.wait("b", NOW) == 0
    tries.wrong("a", NOW + timedelta(hours=2))
    assert tries.wait("a", NOW + timedelta(hours=2)) == 0
    tries.right("a")
    for number in range(3000):
        tries.wrong(f"n{number}", NOW)
    assert len(tries._wrong) == 1000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_whose_tries_count_together(one: str, other: str, same: bool):
    assert (network_of(one) == network_of(other)) is same


def test_a_session_ends_by_itself_and_there_are_not_endlessly_many():
    sessions = Sessions()
    mine = sessions.log_in("anna", ANNA, NOW)
    assert sessions.is_one(mine)
    for minutes in range(0, 720, 20):
        assert sessions.find(mine, USERS, NOW + timedelta(minutes=minutes))
    assert not sessions.find(mine, USERS, NOW + SESSION_LASTS)
    assert not sessions.find(sessions.new(), USERS, NOW)
    last = [sessions.log_in("anna", ANNA, NOW) for _ in range(MOST_SESSIONS + 10)][-1]
    assert len(sessions._known) == MOST_SESSIONS
    assert sessions.find(last, USERS, NOW)
    assert not Sessions().is_token(mine, sessions.token(mine)), "a restart ends every form"


@given(st.text())
def test_no_cookie_and_no_token_is_too_odd(text: str):
    sessions = Sessions()
    assert not sessions.is_token("x", text)
    assert not sessions.is_one(text) or len(text) == 43


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("fr,de;q=0.5,en;q=0.4", "de"),
        ("de;q=0,en;q=0.1", "en"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("*", "en"),
    ],
)
def test_the_language_a_browser_prefers(accepted: str, language: str):
    assert preferred(accepted) == language


# -- ports -----------------------------------------------------------------------------------


async def test_webhooks_apart_face_the_internet_alone(tmp_path: Path):
    server = {"webhook_port": 0, "webhook_host": "127.0.0.1", "public_url": "https://x.example"}
    async with open_sandbox() as sandbox:
        settings = bridge_settings(sandbox, tmp_path, {"server": server})
        started: asyncio.Queue = asyncio.Queue()
        stop = asyncio.Event()
        bridge = asyncio.create_task(
            run(settings, stop, lambda _, running: started.put_nowait(running))
        )
        running = await started.get()
        try:
            assert running.webhooks_url != running.url
            sandbox.world.subscribe("rxscale", f"{running.webhooks_url}/webhooks/rxscale", SECRET)
            async with aiohttp.ClientSession() as http:

                async def status(url: str, method: str = "GET") -> int:
                    async with http.request(method, url) as answer:
                        return answer.status

                for path in ("/", "/login", "/health", "/health/ready", "/metrics"):
                    assert await status(running.webhooks_url + path) == 404, path
                assert await status(f"{running.webhooks_url}/health/live") == 200
                for vendor in ("rxscale", "pharmaone"):
                    route = f"/webhooks/{vendor}"
                    assert await status(running.webhooks_url + route, "POST") == 401
                    assert await status(running.url + route, "POST") == 404
                assert await status(running.url) == 200
                sandbox.world.add_orders(1)
                await sandbox.drain()
                async with http.get(f"{running.url}/metrics") as answer:
                    assert 'outcome="hinted"' in await answer.text()
        finally:
            stop.set()
            await bridge


async def test_a_webhook_port_that_is_taken_is_named(tmp_path: Path):
    async with open_sandbox() as sandbox:
        taken = int(sandbox.rxscale_url.rpartition(":")[2])
        server = {"webhook_port": taken}
        settings = bridge_settings(sandbox, tmp_path, {"server": server})
        with pytest.raises(Misconfigured, match=r"server\.webhook_port: cannot listen"):
            await run(settings, asyncio.Event(), lambda *_: None)
