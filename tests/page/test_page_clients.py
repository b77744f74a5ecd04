"""Whose tries count together: addresses behind proxies, and browsers that logged in before."""

import asyncio
import json
import threading
from ipaddress import ip_network
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox
from hypothesis import given
from hypothesis import strategies as st
from page.client import HASH, PASSWORD, Browser, browser
from page.test_page_users import OTHER, users, write

from bridge.core.journal import Deed
from bridge.core.users import Role, User
from bridge.server.addresses import client_of
from bridge.server.page import login
from bridge.server.page.login import FREE_ATTEMPTS, MOST_ADDRESSES, device_of, new_device
from bridge.store import journal

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
BEHIND = {"trusted_proxies": ["127.0.0.1"]}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.1", "198.51.100.7", "203.0.113.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("10.0.0.1", "nonsense, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7:4711", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7,", "10.0.0.1"),
        ("2001:db8::1", "2001:4860::1", "2001:4860::1"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", ""),
        ("10.0.0.1", "fe80::1%said by a stranger", "fe80::1"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(peer: str, forwarded: str, client: str):
    assert client_of(peer, forwarded, TRUSTED) == client


@given(st.text())
def test_no_header_is_too_odd(forwarded: str):
    assert client_of("203.0.113.1", forwarded, TRUSTED) == "203.0.113.1"
    assert client_of("10.0.0.1", forwarded, TRUSTED)


async def wrong(page: Browser, times: int, name: str = "anna", **headers: str) -> list[int]:
    """What each wrong try is answered with."""
    statuses = []
    await page.get("/login", **headers)
    for _ in range(times):
        await page.press_from("/login", {"username": name, "password": "wrong"}, headers)
        statuses.append(page.status)
    return statuses


async def right(page: Browser, name: str = "anna", **headers: str) -> int:
    """200, or what the right password is answered with."""
    await page.get("/login", **headers)
    fields = {"username": name, "password": PASSWORD}
    await page.press_from("/login", fields, headers)
    return page.status


async def origins(house: House) -> list[str]:
    entries = await house.bridge.store.read(journal.deeds)
    return [entry.origin for entry in entries if entry.what == Deed.LOGIN_FAILED]


@pytest.mark.parametrize(
    ("server", "seen"), [(BEHIND, "198.51.100.7"), ({}, "127.0.0.1")], ids=["named", "not named"]
)
async def test_a_proxy_is_believed_only_if_it_is_named(tmp_path: Path, server: dict, seen: str):
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=server) as house:
        async with browser(house) as page:
            await wrong(page, 1, X_Forwarded_For="1.1.1.1, 198.51.100.7")
        assert await origins(house) == [f"page {seen}"]


async def test_one_address_does_not_lock_another_out(tmp_path: Path):
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=BEHIND) as house:
        async with browser(house) as stranger, browser(house) as anna:
            tried = await wrong(stranger, FREE_ATTEMPTS + 2, X_Forwarded_For="203.0.113.9")
            assert tried[-1] == 429
            assert await right(anna, X_Forwarded_For="198.51.100.7") == 200
            assert await right(stranger, X_Forwarded_For="203.0.113.9") == 429


async def test_who_logged_in_before_is_counted_apart_also_at_the_same_address(tmp_path: Path):
    users(tmp_path, anna="viewer", bert="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as anna, browser(house) as stranger:
            assert await right(anna) == 200
            await anna.press("/logout")
            assert (await wrong(stranger, FREE_ATTEMPTS + 2))[-1] == 429
            assert await right(stranger) == 429, "the right password from there has to wait as well"
            assert await right(anna, "bert") == 429, "it is anna's browser, not bert's"
            assert await right(anna) == 200
            await anna.press("/logout")
            assert (await wrong(anna, FREE_ATTEMPTS + 2))[-1] == 429, "her tries are counted too"


async def test_the_cookie_of_a_browser_is_worth_nothing_after_a_new_password(tmp_path: Path):
    anna = User(Role.VIEWER, HASH)
    cookie = new_device("anna", anna)
    assert device_of(cookie, "anna", anna)
    assert new_device("anna", anna) != cookie
    for name, user in [("bert", anna), ("anna", User(Role.VIEWER, OTHER)), ("anna", None)]:
        assert device_of(cookie, name, user) == ""
    for odd in ("", ".", "x.y", f"x{cookie}", cookie[:-1], f"{cookie}x", "\N{EURO SIGN}.ä"):
        assert device_of(odd, "anna", anna) == ""
    assert device_of(cookie, "anna", User(Role.OPERATOR, HASH)), "a role is no reason"


async def test_a_login_of_ones_own_does_not_buy_tries_at_others(tmp_path: Path):
    users(tmp_path, anna="operator", bert="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        tried: list[int] = []
        for _ in range(4):
            async with browser(house) as bert:
                tried += await wrong(bert, 2, "anna")
                await right(bert, "bert")
        assert 429 in tried
        assert tried.count(403) <= FREE_ATTEMPTS + 1


async def test_tries_that_fill_the_queue_keep_nobody_out_who_logged_in_before(
    tmp_path: Path, monkeypatch
):
    users(tmp_path, anna="viewer")
    may_go_on, real = threading.Event(), login.matches

    def slow(hashed: str, password: str) -> bool:
        may_go_on.wait(10)
        return real(hashed, password)

    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=BEHIND) as house:
        async with browser(house) as anna, browser(house) as stranger:
            assert await right(anna) == 200
            await anna.press("/logout")
            monkeypatch.setattr(login, "matches", slow)
            await stranger.get("/login")
            fields = {**stranger.form("/login"), "username": "anna", "password": "wrong"}

            async def attempt(number: int) -> int:
                headers = {"X-Forwarded-For": f"203.0.113.{number}"}
                url = f"{house.running.url}/login"
                async with stranger.http.post(url, data=fields, headers=headers) as answer:
                    return answer.status

            flood = [asyncio.create_task(attempt(number)) for number in range(20)]
            refused, _ = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
            assert {task.result() for task in refused} == {429}
            form = {**anna.form("/login"), "username": "anna", "password": PASSWORD}
            hers = asyncio.create_task(anna.post("/login", form))
            answered, _ = await asyncio.wait([hers], timeout=0.2)
            assert not answered, "she waits for her turn, and is not turned away"
            may_go_on.set()
            await hers
            assert (anna.status, anna.path) == (200, "/")
            assert 403 in await asyncio.gather(*flood)


async def test_a_flood_of_tries_does_not_fill_the_store(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(login, "MOST_ADDRESSES", 3)
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=BEHIND) as house:
        async with browser(house) as page:
            for number in range(6):
                await wrong(page, 1, X_Forwarded_For=f"203.0.113.{number}")
        assert len(await origins(house)) == 3
    assert MOST_ADDRESSES == 1000


def test_a_users_file_of_the_tests_is_one(tmp_path: Path):
    assert json.loads(write(tmp_path, {}).read_text()) == {}
