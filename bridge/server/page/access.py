"""Which requests may see the page and which forms may press its buttons."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bridge.server.page.sessions import Sessions
from bridge.server.page.visitor import COOKIE, LANGUAGES, Visitor, language_of

MOST_FIELDS = 20
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Real-IP",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
)
FORWARDED_BEGINS = "x-forwarded"


class PageRefused(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """The request is refused; `word` names the sentence that says why."""

    def __init__(self, status: int, word: str, visitor: Visitor) -> None:
        super().__init__(word)
        self.status, self.word, self.visitor = status, word, visitor


class Access:
    """Checks each request before anything is shown or done.

    `login`: who sees the page has to log in; else only this machine itself sees it.
    """

    def __init__(self, sessions: Sessions, *, login: bool) -> None:
        self._sessions = sessions
        self._login = login

    def visitor(self, request: web.Request, now: datetime) -> Visitor:
        """Raises PageRefused where nobody logs in and it does not come from this machine itself."""
        session = request.cookies.get(COOKIE, "")
        known = self._sessions.is_one(session)
        session = session if known else self._sessions.new()
        chosen = request.query.get("lang")
        visitor = Visitor(
            session=session,
            token=self._sessions.token(session),
            language=language_of(request),
            path=request.path if request.method in ("GET", "HEAD") else "/",
            logged_in=self._sessions.is_logged_in(session, now) if self._login else None,
            fresh=not known,
            chose_language=chosen in LANGUAGES,
            by_https=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        if not self._login and not is_own_name(request.headers.get("Host", "")):
            raise PageRefused(403, "refused_host", visitor)
        if not self._login and was_forwarded(request.headers, request.version):
            raise PageRefused(403, "refused_proxy", visitor)
        return visitor

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

    def logged_in(self, visitor: Visitor, now: datetime) -> Visitor:
        session = self._sessions.log_in(now)
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


def is_own_name(host: str) -> bool:
    """Whether a Host header names this machine to itself.

    Another name that leads here belongs to somebody else, whose page could then read ours (DNS
    rebinding).
    """
    name = _name(host)
    if name == "localhost":
        return True
    try:
        return name is not None and ip_address(name).is_loopback
    except ValueError:
        return False


def was_forwarded(headers: Mapping[str, str], version: tuple[int, int]) -> bool:
    """Whether a proxy passed it on: then whoever asks need not sit at this machine.

    nginx adds no header by itself and says 127.0.0.1 as the host, but speaks HTTP/1.0 (up to its
    1.29), as no browser does.
    """
    told = any(name in headers for name in FORWARDED)
    return told or version < (1, 1) or any(_is_forwarding(name) for name in headers)


def _is_forwarding(name: str) -> bool:
    return name.lower().startswith(FORWARDED_BEGINS)


def is_from_our_page(headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser says that one of our own pages sent this form.

    A browser that says nothing of it is let pass: the form's token decides then.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("Origin")
    return origin is None or origin.partition("://")[2].lower() == host.lower()


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
