"""The words of a message about what is wrong: ids and sentences, nothing of patients."""

from collections.abc import Iterator

from bridge.core.news import Digest, News, sendable
from bridge.core.reasons import Kind
from bridge.texts import say, steps, word

MOST = 10
"""So many are told one by one; of more, how many."""


def letter(message: Digest, language: str, page: str) -> tuple[str, str]:
    """Its title and its body."""
    count = str(len(message.fresh)) if message.fresh else None
    return word("news-title", language, count=count), "\n".join(_lines(message, language, page))


def _lines(message: Digest, language: str, page: str) -> Iterator[str]:
    yield from _listed([_line(each, language) for each in message.fresh], language)
    yield from _listed(
        [
            word("news-mended", language, about=each.about.removeprefix("order:"))
            for each in message.mended
        ],
        language,
    )
    if message.still:
        yield word("news-still", language, count=message.still)
    yield word("news-page", language, page=page)


def _listed(lines: list[str], language: str) -> Iterator[str]:
    yield from (f"- {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield word("news-more", language, count=len(lines) - MOST)


def _line(news: News, language: str) -> str:
    """With what to do, where that does not depend on what was left out."""
    since = news.since.astimezone().strftime(word("page-date_format", language))
    why = say(sendable(news), language)
    line = word("news-line", language, about=_about(news), why=why, since=since)
    todo = steps(news.reason, language=language) if news.reason.code.kind is Kind.ALARM else ()
    return "\n  > ".join((line, *todo))


def _about(news: News) -> str | None:
    """What it is about, where the sentence does not say it."""
    named = news.about.startswith(("order:", "sku:"))
    return news.about.removeprefix("order:") if named else None
