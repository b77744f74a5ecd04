"""`rxbridge webhooks`: what RxScale tells this bridge, and where to."""

import argparse
import shlex
from pathlib import Path

from bridge.app import signing
from bridge.app.signing import kept_file
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.guest import is_running, open_guest
from bridge.cli.opening import complete
from bridge.core.alarms import Subscription
from bridge.cycles.subscribing import subscribe
from bridge.errors import Fault, Misconfigured
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.settings import Settings

noun = Noun()


@noun.verb("list", of_all=True)
async def list_webhooks(arguments: argparse.Namespace) -> int:
    settings = complete(arguments, "rxscale.")
    async with open_guest(settings) as vendors:
        found = await vendors.rxscale.subscriptions()
    rows = [
        {
            "uid": each.uid,
            "event": each.event,
            "target": each.target,
            "ours": is_ours(each, settings),
        }
        for each in found
    ]
    return show.answer(arguments, {"webhooks": rows})


@noun.verb(
    "register",
    argument("--secrets", type=Path, metavar="PATH"),
    argument("--renew", action="store_true"),
    changes=lambda typed: "--renew" if typed.renew else "",
)
async def register(arguments: argparse.Namespace) -> int:
    settings = complete(arguments, "rxscale.")
    target = _target(settings)
    files = _files(settings, arguments.secrets)

    def keep(secret: str) -> None:
        for file in files:
            signing.add(file, secret)

    async with open_guest(settings) as vendors:
        added, removed = await subscribe(
            vendors.rxscale, target, NEEDED_EVENTS, keep, renew=arguments.renew
        )
    gone = [each.uid for each in removed]
    document = {"target": target, "registered": added, "removed": gone, "secrets": files[-1]}
    return show.answer(
        arguments,
        document,
        gone=removed,
        needed=sorted(NEEDED_EVENTS),
        files=files,
        runs=is_running(settings),
        variable=settings.variable("rxscale.webhook_secrets"),
        quoted=shlex.quote,
    )


def _files(settings: Settings, typed: Path | None) -> list[Path]:
    """Where the secrets go. Raises Misconfigured, before there is one to be lost."""
    named = typed / kept_file(settings).name if typed and typed.is_dir() else typed
    files = list(dict.fromkeys(each for each in (kept_file(settings), named) if each))
    for file in files:
        signing.refuse_unwritable(file)
    return files


@noun.verb(
    "remove", argument("uids", nargs="+", metavar="UID"), changes=lambda typed: " ".join(typed.uids)
)
async def remove(arguments: argparse.Namespace) -> int:
    uids: list[str] = arguments.uids
    async with open_guest(complete(arguments, "rxscale.")) as vendors:
        gone = {uid for uid in uids if await vendors.rxscale.unsubscribe(uid)}
    absent = [uid for uid in uids if uid not in gone]
    document = {"removed": sorted(gone), "not_there": absent}
    return show.answer(arguments, document, failed=bool(absent))


def is_ours(subscription: Subscription, settings: Settings) -> bool:
    """Whether it brings deliveries to this bridge, as far as its own address is known."""
    return subscription.target == settings.webhook_target


def _target(settings: Settings) -> str:
    if settings.webhook_target is None:
        raise Misconfigured(Fault("server.public_url", "no-public-url"))
    return settings.webhook_target
