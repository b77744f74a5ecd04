"""Named users on the page: what each role may, and how soon a change of theirs takes effect."""

import json
from pathlib import Path

import aiohttp
import pytest
from house import open_house, open_sandbox
from page.client import HASH, NOT_LINKED, PASSWORD, Browser, browser

from bridge.core.journal import Deed
from bridge.server.page import login
from bridge.store import journal

OTHER = HASH[:-4] + "AAAA"
"""Of no password that anybody knows."""


def users(folder: Path, **roles: str) -> Path:
    """These names with their roles and the one password of the tests."""
    known = {name: {"role": role, "password_hash": HASH} for name, role in roles.items()}
    return write(folder, known)


def write(folder: Path, known: object) -> Path:
    file, new = folder / "users.json", folder / "users.new"
    new.write_text(json.dumps(known))
    new.chmod(0o600)
    return new.replace(file)


async def log_in(page: Browser, name: str, password: str = PASSWORD) -> None:
    await page.get("/login")
    await page.press("/login", {"username": name, "password": password})


async def test_a_viewer_sees_and_an_operator_presses(tmp_path: Path):
    users(tmp_path, anna="operator", bert="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as anna, browser(house) as bert:
            await log_in(anna, "anna")
            await log_in(bert, "Bert ")
            for path in ("/", f"/orders/{uid}"):
                text = await bert.get(path)
                assert (bert.status, uid in text) == (200, True)
                assert {form for form in ("/stuck", "/sync") if f'action="{form}"' in text} == set()
                assert "bert" in text
            fields = {**anna.form("/stuck", act="retry"), "token": bert.form("/logout")["token"]}
            for path, more in (("/stuck", fields), ("/sync", {**fields, "what": "stock"})):
                await bert.post(path, more)
                assert bert.status == 403
                assert "may look" in bert.text
            assert await house.stuck(), "nothing was done"
            await anna.press("/stuck", act="retry")
            assert anna.path == "/?said=retried"
            await bert.get()
            await bert.press("/logout")
            assert bert.path == "/login"
        entries = await house.bridge.store.read(journal.deeds)
        assert [(e.who, e.what) for e in entries if e.what != Deed.MAPPINGS_CHANGED] == [
            ("anna", Deed.LOGGED_IN),
            ("bert", Deed.LOGGED_IN),
            ("anna", "stuck retry"),
            ("bert", Deed.LOGGED_OUT),
        ]


async def gone(page: Browser) -> bool:
    await page.get()
    return page.path == "/login"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"anna": {"role": "viewer", "password_hash": HASH}},
        {"anna": {"role": "operator", "password_hash": OTHER}},
    ],
    ids=["removed", "role changed", "password changed"],
)
async def test_a_change_ends_the_sessions_at_once(tmp_path: Path, changed: dict):
    users(tmp_path, anna="operator")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await log_in(page, "anna")
            assert not await gone(page)
            write(tmp_path, changed)
            assert await gone(page)


async def test_who_is_added_comes_in_without_a_restart_and_then_everybody_logs_in(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await page.get()
            assert page.path == "/", "this machine alone, nobody logs in"
            users(tmp_path, anna="viewer")
            assert await gone(page)
            await log_in(page, "anna")
            assert page.path == "/"
            write(tmp_path, {})
            assert await gone(page), "it does not open again by itself"
            (tmp_path / "users.json").unlink()
            assert await gone(page)


async def test_who_was_there_at_the_start_counts_though_nobody_looked_yet(tmp_path: Path):
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        write(tmp_path, {})
        async with browser(house) as page:
            assert await gone(page)


@pytest.mark.parametrize("harm", ["damaged", "open to others", "a link"])
async def test_a_file_that_cannot_be_trusted_lets_nobody_in(tmp_path: Path, harm: str, caplog):
    file = users(tmp_path, anna="operator")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await log_in(page, "anna")
            if harm == "damaged":
                file.write_text("{")
            elif harm == "open to others":
                file.chmod(0o666)
            else:
                file.rename(tmp_path / "other")
                file.symlink_to(tmp_path / "other")
            assert await gone(page)
            assert "the users' file is refused" in caplog.text
            users(tmp_path, anna="operator")
            await log_in(page, "anna")
            assert page.path == "/"


async def test_the_password_of_the_configuration_is_the_user_admin(tmp_path: Path):
    users(tmp_path, anna="viewer")
    server = {"admin_password_hash": HASH}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=server) as house:
        for name in ("admin", ""):
            async with browser(house) as page:
                await log_in(page, name)
                assert page.path == "/"
                assert 'action="/sync"' in page.text
        async with browser(house) as page:
            await page.get("/login")
            assert 'name="username"' in page.text
            assert 'name="username" value="admin"' not in page.text


async def test_an_unknown_name_takes_as_much_work_as_a_known_one(tmp_path: Path, monkeypatch):
    tried = []

    def counted(hashed: str, password: str) -> bool:
        tried.append(hashed)
        return password == PASSWORD

    monkeypatch.setattr(login, "matches", counted)
    monkeypatch.setattr(login.Attempts, "wait", lambda *_: 0.0)
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        for name in ("anna", "nobody", "admin", "", "\0", "x" * 5000):
            async with browser(house) as page:
                await log_in(page, name, "wrong" if name == "anna" else PASSWORD)
                assert page.status in (403, 429), name
                wrong = page.text
                assert "name or the password" in wrong
    assert tried == [HASH] * 6


async def test_what_was_typed_as_a_name_is_not_kept_unless_it_is_one(tmp_path: Path):
    users(tmp_path, anna="viewer")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await log_in(page, "my secret password", "x")
            await log_in(page, "anna", "x")
        entries = await house.bridge.store.read(journal.deeds)
        assert [e.who for e in entries if e.what == Deed.LOGIN_FAILED] == ["", "anna"]


async def test_a_stolen_session_of_somebody_else_is_worth_nothing_after_removal(tmp_path: Path):
    users(tmp_path, anna="operator", bert="operator")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await log_in(page, "anna")
            (session,) = [c.value for c in page.http.cookie_jar if c.key == "rxbridge_session"]
            token = page.form("/sync", what="stock")["token"]
        users(tmp_path, bert="operator")
        cookie = {"Cookie": f"rxbridge_session={session}"}
        url, fields = f"{house.running.url}/sync", {"what": "stock", "token": token}
        async with aiohttp.ClientSession(headers=cookie) as http:
            async with http.post(url, data=fields) as answer:
                assert answer.url.path == "/login"
