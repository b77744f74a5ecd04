"""Every request passes here first: the right host, the right session, the right language."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from bridge.server.page.entry import access
from bridge.server.page.entry.sessions import Sessions

COOKIE = "rxbridge_session"
LANGUAGE = "rxbridge_lang"
LANGUAGES = ("en", "de")
YEAR_SECONDS = 366 * 86400
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, and where: `path` can be asked for again, in the other language say.

    `logged_in` is None where nobody has to; `fresh`: its cookie is yet to be set.
    """

    session: str
    token: str
    language: str
    path: str = "/"
    logged_in: bool | None = None
    fresh: bool = False
    chose_language: bool = False
    by_https: bool = False


class TurnedAway(Exception):  # noqa: N818 - it is an answer, not a mistake
    """Not for this visitor; `word` names the sentence that says why."""

    def __init__(self, status: int, word: str, visitor: Visitor, retry_after: float = 0.0) -> None:
        super().__init__(word)
        self.status, self.word, self.visitor = status, word, visitor
        self.retry_after = retry_after


class Door:
    def __init__(self, sessions: Sessions, *, login: bool) -> None:
        self._sessions = sessions
        self._login = login

    def visitor(self, request: web.Request, now: datetime) -> Visitor:
        """Raises TurnedAway where nobody logs in and it does not come from this machine itself."""
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
        if not self._login and not access.is_own_name(request.headers.get("Host", "")):
            raise TurnedAway(403, "refused_host", visitor)
        if not self._login and access.was_forwarded(request.headers, request.version):
            raise TurnedAway(403, "refused_proxy", visitor)
        return visitor

    async def form(self, request: web.Request, visitor: Visitor) -> dict[str, str]:
        """What a form of ours says. Raises TurnedAway if it is not ours."""
        if not access.is_from_our_page(request.headers, request.host):
            raise TurnedAway(403, "refused_origin", visitor)
        if request.content_type != "application/x-www-form-urlencoded":
            raise TurnedAway(403, "refused_token", visitor)
        try:
            fields = await _fields(request)
        except ValueError:
            raise TurnedAway(400, "refused_token", visitor) from None
        if not self._sessions.is_token(visitor.session, fields.get("token", "")):
            raise TurnedAway(403, "refused_token", visitor)
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


def language_of(request: web.Request) -> str:
    """As just chosen, else as chosen before, else as the browser prefers."""
    for said in (request.query.get("lang"), request.cookies.get(LANGUAGE)):
        if said in LANGUAGES:
            return str(said)
    return preferred(request.headers.get("Accept-Language", ""))


def preferred(accepted: str) -> str:
    """The language of ours that an Accept-Language header likes best; English if none."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        if language in LANGUAGES:
            weighed.append((-_weight(weight), place, language))
    weighed = [each for each in weighed if each[0] < 0]
    return min(weighed)[2] if weighed else LANGUAGES[0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def elsewhere(place: str, visitor: Visitor) -> web.Response:
    """Leads to another page of ours."""
    headers = {"Location": place, "Cache-Control": "no-store"}
    response = web.Response(status=303, headers=headers)
    remember(response, visitor)
    return response


def remember(response: web.StreamResponse, visitor: Visitor) -> None:
    """Sets what cookies the visitor lacks."""
    if visitor.fresh:
        response.set_cookie(
            COOKIE, visitor.session, httponly=True, samesite="Strict", secure=visitor.by_https
        )
    if visitor.chose_language:
        response.set_cookie(
            LANGUAGE,
            visitor.language,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=visitor.by_https,
        )
