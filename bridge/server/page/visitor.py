"""Who looks at the page: session, language, and the cookies that keep both in the browser."""

from dataclasses import dataclass

from aiohttp import web

COOKIE = "rxbridge_session"
LANGUAGE = "rxbridge_lang"
LANGUAGES = ("en", "de")
YEAR_SECONDS = 366 * 86400


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


def redirect(place: str, visitor: Visitor) -> web.Response:
    """To another page of ours."""
    headers = {"Location": place, "Cache-Control": "no-store"}
    response = web.Response(status=303, headers=headers)
    set_cookies(response, visitor)
    return response


def set_cookies(response: web.StreamResponse, visitor: Visitor) -> None:
    """Those that the browser lacks."""
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
