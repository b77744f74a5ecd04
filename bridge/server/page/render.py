"""Templates into answers, with the headers that keep other people's pages out."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bridge import __version__, texts
from bridge.core.memory import StuckRow
from bridge.core.reasons import Code, Verb
from bridge.errors import told
from bridge.server.page.access import Visitor, set_cookies
from bridge.texts import Words

HERE = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PLACES = ("/", "/orders", "/products", "/pictures", "/checks", "/settings")
"""The places of the navigation bar, by their address; `page-place_...` has the name of each."""

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def answer(
    template: str, visitor: Visitor, now: datetime, *, status: int = 200, **values: Any
) -> web.Response:
    """A whole page."""
    words = Words(visitor.language)
    text = _environment.get_template(template).render(
        visitor=visitor,
        places=PLACES,
        words=words,
        version=__version__,
        now=now,
        steps=lambda row: steps(row, words),
        when=lambda at: when(at, now, words),
        ago=lambda at: ago(now - at, words),
        moment=datetime.fromisoformat,
        say=partial(texts.say, language=visitor.language, on_page=True),
        plain=lambda value: plain(value, words),
        euros=lambda cents: plain(Decimal(cents).scaleb(-2), words) + " €",
        span_name=lambda at, by_day: at.strftime(words["day_format" if by_day else "hour_format"]),
        phase=lambda phase: texts.word(f"phase-{phase}", visitor.language),
        **values,
    )
    response = web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
    set_cookies(response, visitor)
    return response


def steps(row: StuckRow, words: Words) -> list[str]:
    """What to do, one thing after the other, with the page's buttons for the commands."""
    retry = "button_send" if row.reason.code.must_look else "button_retry"
    labels = {
        Verb.RETRY: retry,
        Verb.SUBMITTED: "button_submitted",
        Verb.DROP: "button_drop",
        Verb.RESUME: "button_resume",
        Verb.ACCEPT: accept_label(row.reason.code, words),
        Verb.CONFIRM: "button_confirm",
    }
    return texts.steps(
        row.reason, row.key, words.of, lambda verb: words("quoted", text=words[labels[verb]])
    )


def accept_label(code: Code, words: Words) -> str:
    """What the button that closes an attention is called; some have a word of their own."""
    own = f"button_accept_{code}"
    return own if own in words else "button_accept"


def when(at: datetime, now: datetime, words: Words) -> Markup:
    """`clock`, with what programs read."""
    iso = at.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{iso}">{clock(at, now, words)}</time>')  # noqa: S704


def clock(at: datetime, now: datetime, words: Words) -> str:
    """Local time, as the clock on the wall said; with the day if it is not today's."""
    local, today = at.astimezone(), now.astimezone().date()
    return local.strftime("%H:%M:%S" if local.date() == today else words["date_format"])


def plain(value: Decimal | float | None, words: Words) -> str:
    """A number as that language writes it."""
    if value is None:
        return words["none"]
    return f"{Decimal(str(value)):f}".replace(".", words["point"])


def ago(age: timedelta, words: Words) -> str:
    """How long ago, in one number."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return words(f"ago_{unit}", age=seconds // size)
    return words("ago_second", age=seconds)


_environment.filters |= {"accept_label": accept_label, "told": told}
