"""Logging in with the one password there is; wrong tries have to wait longer and longer."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from aiohttp import web

from bridge.server.page.entry.access import neighbourhood, pause_after
from bridge.server.page.entry.door import Door, Visitor, elsewhere

log = logging.getLogger("bridge.server")

MOST_WAITING = 4
MOST_ADDRESSES = 1000
MOST_LETTERS = 1024
FORGOTTEN_AFTER = timedelta(hours=1)


class Tries:
    """Wrong passwords in a row, by where they came from."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, datetime]] = {}

    def wait(self, place: str, now: datetime) -> float:
        """Seconds until this place may try again."""
        count, at = self._wrong.get(place, (0, now))
        return max(0.0, pause_after(count) - (now - at).total_seconds())

    def wrong(self, place: str, now: datetime) -> None:
        count, at = self._wrong.pop(place, (0, now))
        count = 0 if now - at > FORGOTTEN_AFTER else count
        self._wrong[place] = (count + 1, now)
        while len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def right(self, place: str) -> None:
        self._wrong.pop(place, None)


class Login:
    """One password is tried at a time: each takes memory and a processor, on purpose."""

    def __init__(self, door: Door, password_hash: str, now: Callable[[], datetime]) -> None:
        self._door, self._hash, self._now = door, password_hash, now
        self._tries = Tries()
        self._one = asyncio.Lock()
        self._waiting = 0

    def ask(self, visitor: Visitor) -> web.Response:
        """Leads who is not logged in to the form."""
        return elsewhere("/login", visitor)

    async def show(self, _: web.Request, visitor: Visitor) -> web.Response:
        if visitor.logged_in is not False:
            return elsewhere("/", visitor)
        return self._form(visitor)

    async def log_in(self, request: web.Request, visitor: Visitor) -> web.Response:
        fields = await self._door.form(request, visitor)
        if visitor.logged_in is not False:
            return elsewhere("/", visitor)
        place = neighbourhood(request.remote)
        if self._waiting >= MOST_WAITING:
            return self._form(visitor, wait=1.0)
        self._waiting += 1
        try:
            async with self._one:
                return await self._try(fields.get("password", ""), place, visitor)
        finally:
            self._waiting -= 1

    async def log_out(self, _: dict[str, str], visitor: Visitor) -> web.Response:
        return elsewhere("/", self._door.logged_out(visitor))

    async def _try(self, password: str, place: str, visitor: Visitor) -> web.Response:
        wait = self._tries.wait(place, self._now())
        if wait > 0:
            return self._form(visitor, wait=wait)
        if not await asyncio.to_thread(matches, self._hash, password):
            self._tries.wrong(place, self._now())
            log.warning("a wrong password for the page", extra={"address": place})
            return self._form(visitor, wrong=True)
        self._tries.right(place)
        return elsewhere("/", self._door.logged_in(visitor, self._now()))

    def _form(self, visitor: Visitor, *, wrong: bool = False, wait: float = 0.0) -> web.Response:
        from bridge.server.page.render import answer
        from bridge.server.page.words import words_of

        words, trouble, status = words_of(visitor.language), "", 200
        if wrong:
            trouble, status = words["wrong_password"], 403
        if wait > 0:
            trouble, status = words["too_many_tries"].format(ceil(wait)), 429
        response = answer("login.html", visitor, self._now(), status=status, trouble=trouble)
        if wait > 0:
            response.headers["Retry-After"] = str(ceil(wait))
        return response


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
