"""Templates into answers, with the headers that keep other people's pages out."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bridge import __version__
from bridge.server.page.visitor import Visitor, set_cookies
from bridge.server.page.words import Words, words_of

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
_COMMAND = re.compile(
    r"rxbridge stuck (retry|submitted|drop) [^\s;]+(?: --reason (?:'[^']*'|\.\.\.))?"
)

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
    words = words_of(visitor.language)
    text = _environment.get_template(template).render(
        visitor=visitor,
        words=words,
        version=__version__,
        now=now,
        when=lambda at: when(at, now, words),
        ago=lambda at: ago(now - at, words),
        say=lambda text: say(text, visitor.language),
        steps=lambda text, labels: steps(on_page(text, labels), visitor.language),
        **values,
    )
    response = web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
    set_cookies(response, visitor)
    return response


def say(text: str, language: str) -> Markup:
    """A sentence that code made: in the reader's language if it is known there, else marked."""
    if language == "en":
        return Markup.escape(text.replace("a person: rxbridge stuck list", "a person: see above"))
    from bridge.server.page import german

    translated = german.translate(text)
    if translated is None:
        return Markup('<span lang="en">{}</span>').format(text)
    return Markup.escape(translated)


def steps(remedy: str, language: str) -> list[Markup]:
    """What to do, one thing after the other."""
    return [say(step, language) for step in remedy.split("; ")]


def on_page(text: str, labels: Callable[[str], str]) -> str:
    """Where the command line would be told what to type, the page names its button."""
    return _COMMAND.sub(lambda found: labels(found[1]), text)


def when(at: datetime, now: datetime, words: Words) -> Markup:
    """Local time, as the clock on the wall said; with the day if it is not today's."""
    local, today = at.astimezone(), now.astimezone().date()
    pattern = "%H:%M:%S" if local.date() == today else words["date_format"]
    iso = at.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(iso, local.strftime(pattern))


def ago(age: timedelta, words: Words) -> str:
    """How long ago, in one number."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return words[f"ago_{unit}"].format(seconds // size)
    return words["ago_second"].format(seconds)
