"""Logging in by name and password; wrong attempts from an address wait longer and longer."""

import asyncio
import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta
from math import ceil

from aiohttp import web

from bridge.core.journal import AuditEntry, Deed
from bridge.core.users import ADMIN, User
from bridge.server.addresses import network_of
from bridge.server.page.access import (
    YEAR_SECONDS,
    Access,
    Visitor,
    keep,
    redirect,
)
from bridge.server.parts import PageParts, ServerParts
from bridge.store import journal
from bridge.texts import Words

log = logging.getLogger("bridge.server")

DEVICE = "rxbridge_device"
KNOWN = "known "
"""What tries of a browser that logged in before are counted under begins so."""
MOST_WAITING = 4
MOST_ADDRESSES = 1000
MOST_LETTERS = 1024
FORGOTTEN_AFTER = timedelta(hours=1)
FREE_ATTEMPTS = 5
MOST_SECONDS = 900.0


class Attempts:
    """Wrong passwords in a row, by where they came from."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, datetime]] = {}

    def wait(self, network: str, now: datetime) -> float:
        """Seconds until this network may try again."""
        count, at = self._wrong.get(network, (0, now))
        return max(0.0, pause_after(count) - (now - at).total_seconds())

    def wrong(self, network: str, now: datetime) -> bool:
        """Whether there is room for another one; else there are too many to tell of each."""
        recent = now - FORGOTTEN_AFTER
        self._wrong = {each: (n, at) for each, (n, at) in self._wrong.items() if at >= recent}
        count, _ = self._wrong.pop(network, (0, now))
        room = len(self._wrong) < MOST_ADDRESSES
        if not room:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[network] = (count + 1, now)
        return room

    def right(self, network: str) -> None:
        """A browser that was known already begins anew. An address does not: a login of one's own
        would buy tries at others'.
        """
        if network.startswith(KNOWN):
            self._wrong.pop(network, None)


class Login:
    """Checks one password at a time: each check takes memory and a processor, on purpose."""

    def __init__(self, access: Access, page: PageParts, parts: ServerParts) -> None:
        self._access, self._users, self._parts, self._now = access, page.users, parts, parts.now
        self._attempts = Attempts()
        self._one = asyncio.Lock()
        self._trying: set[str] = set()

    async def show(self, _: web.Request, visitor: Visitor) -> web.Response:
        if visitor.logged_in is not False:
            return redirect("/", visitor)
        return self._form(visitor)

    async def log_in(self, request: web.Request, visitor: Visitor) -> web.Response:
        fields = await self._access.form(request, visitor)
        if visitor.logged_in is not False:
            return redirect("/", visitor)
        name = fields.get("username", "").strip().lower() or ADMIN
        user, cookie = self._users().get(name), visitor.prefix + DEVICE
        device = device_of(request.cookies.get(cookie, ""), name, user)
        client = device or network_of(visitor.address)
        wait = self._attempts.wait(client, self._now())
        if client in self._trying or (len(self._trying) >= MOST_WAITING and not device):
            wait = max(wait, 1.0)
        if wait > 0:
            return self._form(visitor, wait=wait)
        self._trying.add(client)
        try:
            right = await self._matches(user, fields.get("password", ""))
        finally:
            self._trying.discard(client)
        if user is None or not right:
            log.warning("a wrong password for the page", extra={"address": visitor.address})
            if self._attempts.wrong(client, self._now()):
                await self._note(Deed.LOGIN_FAILED, visitor, name if user else "", "refused")
            return self._form(visitor, wrong=True)
        self._attempts.right(client)
        await self._note(Deed.LOGGED_IN, visitor, name)
        response = redirect("/", self._access.logged_in(visitor, name, user, self._now()))
        keep(response, cookie, new_device(name, user), visitor, YEAR_SECONDS)
        return response

    async def log_out(self, _: dict[str, str], visitor: Visitor) -> web.Response:
        await self._note(Deed.LOGGED_OUT, visitor, visitor.name)
        return redirect("/", self._access.logged_out(visitor))

    async def _matches(self, user: User | None, password: str) -> bool:
        """An unknown name takes the same time: another user's password is tried for it."""
        known = user or next(iter(self._users().values()), None)
        async with self._one:
            return await asyncio.to_thread(matches, known.password_hash if known else "", password)

    async def _note(self, deed: Deed, visitor: Visitor, who: str, outcome: str = "done") -> None:
        entry = AuditEntry(self._now(), who, f"page {visitor.address}", deed, outcome=outcome)
        await self._parts.store.write(journal.add_deed, entry)

    def _form(self, visitor: Visitor, *, wrong: bool = False, wait: float = 0.0) -> web.Response:
        from bridge.server.page.render import answer

        words, trouble, status = Words(visitor.language), "", 200
        named = bool(self._users().keys() - {ADMIN})
        if wrong:
            trouble, status = words["wrong_name" if named else "wrong_password"], 403
        if wait > 0:
            trouble, status = words("too_many_tries", seconds=ceil(wait)), 429
        response = answer(
            "login.html", visitor, self._now(), status=status, trouble=trouble, named=named
        )
        if wait > 0:
            response.headers["Retry-After"] = str(ceil(wait))
        return response


def new_device(name: str, user: User) -> str:
    """A cookie that only a browser has in which this user logged in (OWASP's "device cookies").

    A new password makes it worthless.
    """
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_seal(nonce, name, user)}"


def device_of(cookie: str, name: str, user: User | None) -> str:
    """What the tries of that browser are counted under; "" where it is none of this user's."""
    nonce, _, seal = cookie.partition(".")
    if user is None or not cookie.isascii():
        return ""
    return f"{KNOWN}{nonce}" if hmac.compare_digest(_seal(nonce, name, user), seal) else ""


def _seal(nonce: str, name: str, user: User) -> str:
    text = f"{nonce} {name}".encode()
    return hmac.new(user.password_hash.encode(), text, hashlib.sha256).hexdigest()


def pause_after(failures: int) -> float:
    """Seconds until the next password may be tried, after so many wrong ones in a row."""
    if failures < FREE_ATTEMPTS:
        return 0.0
    return float(min(MOST_SECONDS, 2.0 ** min(failures - FREE_ATTEMPTS + 1, 20)))


def matches(password_hash: str, password: str) -> bool:
    """Whether it is the password. Takes some ten milliseconds, on purpose."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(password) > MOST_LETTERS:
        return False
    try:
        return PasswordHasher().verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
