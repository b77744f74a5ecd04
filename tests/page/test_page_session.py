"""A session that nobody uses ends; its cookie; and what stays in the browser or on paper."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from house import open_house, open_sandbox
from page.client import HASH, NOT_LINKED, PASSWORD, browser

from bridge.app import build, web
from bridge.app.machine import Machine, now
from bridge.server.page.access import IDLE

LOCKED = {"admin_password_hash": HASH}
PAGE = Path(web.__file__).parents[1] / "server" / "page"


class Clock:
    """The page's time: as it is, and so much later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.later = timedelta()
        slow = Machine(now=lambda: now() + self.later)
        monkeypatch.setattr(build, "Machine", lambda: slow)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_it_ends_half_an_hour_after_the_last_use(tmp_path: Path, clock: Clock):
    assert timedelta(minutes=30) == IDLE
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get()
                await page.press("/login", {"password": PASSWORD})
                for _ in range(3):
                    clock.later += IDLE - timedelta(seconds=30)
                    await page.get()
                    assert page.path == "/"
                clock.later += IDLE + timedelta(seconds=1)
                await page.get()
                assert page.path == "/login"
                clock.later -= IDLE
                await page.get()
                assert page.path == "/login", "what ended stays so"


async def test_a_page_that_refreshes_itself_is_not_used(tmp_path: Path, clock: Clock):
    script = (PAGE / "static" / "refresh.js").read_text()
    (name,) = re.findall(r'headers = \{ "([\w-]+)": "1" \}', script)
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            async with browser(house) as page:
                await page.get()
                await page.press("/login", {"password": PASSWORD})
                for _ in range(3):
                    clock.later += IDLE / 4
                    await page.get("/", **{name.replace("-", "_"): "1"})
                    assert page.path == "/"
                clock.later += IDLE / 4
                await page.get("/", **{name.replace("-", "_"): "1"})
                assert page.path == "/login"


@pytest.mark.parametrize(
    ("server", "headers", "secure"),
    [
        ({}, {}, False),
        ({}, {"X_Forwarded_Proto": "https"}, False),
        ({"trusted_proxies": ["127.0.0.0/8"]}, {"X_Forwarded_Proto": "https"}, True),
        ({"trusted_proxies": ["10.0.0.1"]}, {"X_Forwarded_Proto": "https"}, False),
        ({"public_url": "https://x.example"}, {"Host": "x.example"}, True),
        ({"public_url": "https://x.example"}, {}, False),
        ({"public_url": "http://x.example"}, {"Host": "x.example"}, False),
    ],
)
async def test_behind_tls_the_cookie_is_bound_to_this_host(
    tmp_path: Path, server: dict, headers: dict, secure: bool
):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server={**LOCKED, **server}) as house:
            async with browser(house) as page:
                await page.get("/login", **headers)
                cookie = page.headers["Set-Cookie"]
                assert cookie.startswith("__Host-rxbridge_session=") is secure
                assert ("; Secure" in cookie) is secure
                for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
                    assert part in cookie
                assert "Domain" not in cookie
                await page.get("/login?lang=de", **headers)
                chosen = page.headers.getall("Set-Cookie")[-1]
                assert chosen.startswith("rxbridge_lang=de"), "it is no secret, and read as it is"
                assert ("; Secure" in chosen) is secure


async def test_logging_in_behind_tls(tmp_path: Path):
    """The client of the tests sends no `Secure` cookie over http, as a proxy passes it on."""
    server = {**LOCKED, "trusted_proxies": ["127.0.0.1"]}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=server) as house:
            async with browser(house) as page:

                async def ask(path: str, fields: dict[str, str] | None = None) -> None:
                    cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
                    headers = {"X-Forwarded-Proto": "https", "Cookie": cookies}
                    how = {"headers": headers, "data": fields, "allow_redirects": False}
                    method = "POST" if fields else "GET"
                    async with page.http.request(method, page.url + path, **how) as answer:
                        page.status, page.text = answer.status, await answer.text()
                        kept.update({each.key: each.value for each in answer.cookies.values()})

                kept: dict[str, str] = {}
                await ask("/login")
                await ask("/login", {**page.form("/login"), "password": PASSWORD})
                assert set(kept) == {"__Host-rxbridge_session", "__Host-rxbridge_device"}
                await ask("/")
                assert page.status == 200
                kept["rxbridge_session"] = kept.pop("__Host-rxbridge_session")
                await ask("/")
                assert page.status == 303, "one that another site may have set is none"


async def test_the_browser_keeps_nothing_and_hidden_parts_name_nobody(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            (uid,) = await house.orders_arrive(NOT_LINKED)
            async with browser(house) as page:
                await page.get()
                await page.press("/login", {"password": PASSWORD})
                for path in ("/", f"/orders/{uid}", "/orders/po-none"):
                    await page.get(path)
                    assert page.headers["Cache-Control"] == "no-store"
                    shown = re.findall(r'(?:title|alt|content|data-[\w-]+)="([^"]*)"', page.text)
                    assert not [text for text in shown if uid in text]
                await page.press("/logout")
                assert page.path == "/login"


def test_paper_gets_no_more_than_the_screen():
    styles = (PAGE / "static" / "page.css").read_text()
    printed = styles[styles.index("@media print") :]
    for hidden in ("form", "nav", "details:not([open])", ".unseen"):
        assert hidden in printed
    assert "display: none !important" in printed
    assert re.search(r"\.unseen[^{]*\{[^}]*user-select: none", styles), "nor does the clipboard"
