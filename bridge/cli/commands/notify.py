"""`rxbridge notify`: whether messages about what is wrong arrive."""

import argparse

from bridge.app.telling import addresses, page_of, send
from bridge.cli import show
from bridge.cli.command import Noun
from bridge.cli.opening import settings_of
from bridge.errors import Fault, Misconfigured
from bridge.settings import variable
from bridge.texts import word

noun = Noun()


@noun.verb("test")
async def test(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    urls = addresses(settings)
    if not urls:
        raise Misconfigured(Fault("notify.urls", "names-nobody", name=variable("notify.urls")))
    language = settings.notify.language
    title = word("news-test-title", language)
    body = word("news-test-body", language, page=page_of(settings))
    failed = {name: await send(url, title, body) for name, url in urls.items()}
    rows = [{"address": name, "sent": why is None, "error": why} for name, why in failed.items()]
    return show.answer(arguments, {"addresses": rows}, failed=any(failed.values()))
