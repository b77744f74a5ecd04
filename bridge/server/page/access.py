"""Who looks at the page and may: visitor, language, session, and where a form came from."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bridge.core.users import Role, User
from bridge.server.addresses import address_of, client_of, is_of, is_own_name
from bridge.server.parts import PageParts

COOKIE = "rxbridge_session"
HOST_ALONE = "__Host-"
LANGUAGE = "rxbridge_lang"
LANGUAGES = ("en", "de")
_ACCEPTED = re.compile(r"(?i)(?:^|,)\s*(en|de)(?:-[^,;]*)?(?:;q=([01](?:\.\d*)?))?\s*(?=,|$)")
YEAR_SECONDS = 366 * 86400
SESSION_LASTS = timedelta(hours=12)
IDLE = timedelta(minutes=30)
"""A session ends so long after its last use; a page that brings itself up to date is no use."""
REFRESH = "X-Refresh"
MOST_SESSIONS = 1000
_SESSION = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_FIELDS = 20
FORWARDED = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, and where: `path` (with its filters) can be asked for again, in the other language
    say.

    `logged_in`: None where none is needed; `fresh`: its cookie is yet to be set. `name`: of who
    logged in, and `by` the same, as an order's story tells it; `operates`: may press the buttons.
    `prefix`: of cookies by https, which browsers then take from this very host alone; else "".
    """

    session: str
    token: str
    language: str
    path: str = "/"
    logged_in: bool | None = None
    fresh: bool = False
    chose_language: bool = False
    prefix: str = ""
    name: str = ""
    by: str = ""
    address: str = ""
    operates: bool = True
    pharmacy: str = ""
    """Whose page it is, where a process has several."""


def _again(request: web.Request) -> str:
    """The address without what was said once."""
    return str(request.rel_url.without_query_params("lang", "said"))


def language_of(request: web.Request) -> str:
    """As just chosen, else as chosen before, else as the browser prefers."""
    for said in (request.query.get("lang"), request.cookies.get(LANGUAGE)):
        if said in LANGUAGES:
            return str(said)
    return preferred(request.headers.get("Accept-Language", ""))


def preferred(accepted: str) -> str:
    """The language of ours that an Accept-Language header likes best; English if none."""
    liked = [(float(weight or 1), name.lower()) for name, weight in _ACCEPTED.findall(accepted)]
    weight, name = max(liked, key=itemgetter(0), default=(0.0, ""))
    return name if weight else LANGUAGES[0]


def redirect(place: str, visitor: Visitor) -> web.Response:
    """To another page of ours."""
    headers = {"Location": place, "Cache-Control": "no-store"}
    response = web.Response(status=303, headers=headers)
    set_cookies(response, visitor)
    return response


def set_cookies(response: web.StreamResponse, visitor: Visitor) -> None:
    """Those that the browser lacks."""
    if visitor.fresh:
        keep(response, visitor.prefix + COOKIE, visitor.session, visitor)
    if visitor.chose_language:
        keep(response, LANGUAGE, visitor.language, visitor, YEAR_SECONDS)


def keep(
    response: web.StreamResponse, name: str, value: str, visitor: Visitor, age: int | None = None
) -> None:
    """Has the browser keep a cookie, for this page alone."""
    secure = bool(visitor.prefix)
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="Strict", secure=secure)


class Session(NamedTuple):
    """A user who logged in: it ends by itself, and with any change of what the user may do."""

    name: str
    user: User
    ends: datetime
    used_at: datetime


class Sessions:
    """A session is a random word in a browser's cookie; those that logged in are remembered."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._known: dict[bytes, Session] = {}

    def new(self) -> str:
        return secrets.token_urlsafe(32)

    def is_one(self, session: str) -> bool:
        """Whether it could be one of ours; anything else gets a new one."""
        return _SESSION.fullmatch(session) is not None

    def token(self, session: str) -> str:
        """What this session's forms carry: no other caller can know it."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()

    def is_token(self, session: str, given: str) -> bool:
        return hmac.compare_digest(self.token(session).encode(), given.encode())

    def log_in(self, name: str, user: User, now: datetime) -> str:
        """A new session that is logged in: the one before may be known to others."""
        session = self.new()
        self._forget(now)
        self._known[_kept(session)] = Session(name, user, now + SESSION_LASTS, now)
        return session

    def find(
        self, session: str, users: Mapping[str, User], now: datetime, *, used: bool = True
    ) -> Session | None:
        """Who logged in, if that still counts; `used`: by a person, who thereby keeps it alive."""
        found = self._known.get(_kept(session))
        if found is None:
            return None
        over = min(found.ends, found.used_at + IDLE) <= now
        if over or users.get(found.name) != found.user:
            self.log_out(session)
            return None
        if used:
            self._known[_kept(session)] = found._replace(used_at=now)
        return found

    def log_out(self, session: str) -> None:
        self._known.pop(_kept(session), None)

    def _forget(self, now: datetime) -> None:
        alive = {kept: each for kept, each in self._known.items() if each.ends > now}
        self._known = dict(list(alive.items())[-MOST_SESSIONS + 1 :])


def _kept(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()


class PageRefused(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """The request is refused; `word` names the sentence that says why."""

    def __init__(self, status: int, word: str, visitor: Visitor) -> None:
        super().__init__(word)
        self.status, self.word, self.visitor = status, word, visitor


class Access:
    """Checks each request before anything is shown or done.

    Once there is a user, who sees the page has to log in, until the bridge is started anew without
    one; else only this machine itself sees it.
    """

    def __init__(self, sessions: Sessions, page: PageParts) -> None:
        self._sessions = sessions
        self._page = page
        self._login = bool(page.users())

    def visitor(self, request: web.Request, now: datetime) -> Visitor:
        """Raises PageRefused without a login, unless it comes from this machine itself."""
        prefix = HOST_ALONE if self._is_by_https(request) else ""
        session = request.cookies.get(prefix + COOKIE, "")
        known = self._sessions.is_one(session)
        session = session if known else self._sessions.new()
        chosen = request.query.get("lang")
        users = self._page.users()
        self._login |= bool(users)
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        who = self._sessions.find(session, users, now, used=REFRESH not in request.headers)
        name, role = (who.name, who.user.role) if who else ("", "")
        visitor = Visitor(
            session=session,
            token=self._sessions.token(session),
            language=language_of(request),
            path=_again(request) if request.method in ("GET", "HEAD") else "/",
            logged_in=who is not None if self._login else None,
            fresh=not known,
            chose_language=chosen in LANGUAGES,
            prefix=prefix,
            name=name,
            by=name if self._page.names else role,
            address=client_of(request.remote or "", forwarded, self._page.proxies),
            operates=not self._login or role == Role.OPERATOR,
            pharmacy=self._page.pharmacy,
        )
        if not self._login and not is_own_name(request.headers.get("Host", "")):
            raise PageRefused(403, "refused_host", visitor)
        if not self._login and was_forwarded(request.headers, request.version):
            raise PageRefused(403, "refused_proxy", visitor)
        return visitor

    def _is_by_https(self, request: web.Request) -> bool:
        public = urlsplit(self._page.public_url)
        if request.secure or (public.scheme == "https" and request.host == public.netloc):
            return True
        told = request.headers.get("X-Forwarded-Proto") == "https"
        return told and is_of(address_of(request.remote or ""), self._page.proxies)

    async def form(self, request: web.Request, visitor: Visitor) -> dict[str, str]:
        """What a form of ours says. Raises PageRefused if it is not ours."""
        if not is_from_our_page(request.headers, request.host):
            raise PageRefused(403, "refused_origin", visitor)
        if request.content_type != "application/x-www-form-urlencoded":
            raise PageRefused(403, "refused_token", visitor)
        try:
            fields = await _fields(request)
        except ValueError:
            raise PageRefused(400, "refused_token", visitor) from None
        if not self._sessions.is_token(visitor.session, fields.get("token", "")):
            raise PageRefused(403, "refused_token", visitor)
        return fields

    def logged_in(self, visitor: Visitor, name: str, user: User, now: datetime) -> Visitor:
        session = self._sessions.log_in(name, user, now)
        return replace(visitor, session=session, fresh=True, logged_in=True)

    def logged_out(self, visitor: Visitor) -> Visitor:
        self._sessions.log_out(visitor.session)
        return replace(visitor, session=self._sessions.new(), fresh=True, logged_in=False)


async def _fields(request: web.Request) -> dict[str, str]:
    """A form's fields. Raises ValueError for what no browser sends from a page in UTF-8.

    No other charset is decoded: some take minutes for what fits into a form (punycode), and nothing
    else is answered meanwhile.
    """
    if (request.charset or "utf-8").lower() != "utf-8":
        raise ValueError("not UTF-8")
    text = (await request.read()).decode()
    pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    return dict(pairs)


def was_forwarded(headers: Mapping[str, str], version: tuple[int, int]) -> bool:
    """Whether a proxy passed it on: then the caller need not sit at this machine.

    nginx adds no header by itself and says 127.0.0.1 as the host, but speaks HTTP/1.0 (up to its
    1.29), as no browser does.
    """
    told = any(name in headers for name in FORWARDED)
    return told or version < (1, 1) or any(n.lower().startswith("x-forwarded") for n in headers)


def is_from_our_page(headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser says that one of our own pages sent this form.

    A browser that says nothing of it is let pass: the form's token decides then.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("Origin")
    return origin is None or origin.partition("://")[2].lower() == host.lower()
