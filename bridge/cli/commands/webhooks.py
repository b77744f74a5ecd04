"""`rxbridge webhooks`: what RxScale tells this bridge, and where to.

What RxScale tells this bridge of, and where to. (PharmaOne's are made in PharmaOne Manager: Org
Settings, Integrations, Webhook subscriptions.)

rxbridge webhooks list
rxbridge webhooks register  # subscribe this bridge
"""

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

noun = Noun(__doc__)


@noun.verb("list", "RxScale's subscriptions", of_all=True)
async def list_webhooks(arguments: argparse.Namespace) -> int:
    """RxScale's subscriptions, and which of them are this bridge's.

    rxbridge webhooks list
    rxbridge webhooks list --json  # for a program
    """
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
    "subscribe this bridge; may be repeated",
    argument(
        "--secrets",
        type=Path,
        metavar="PATH",
        help="the signing secrets go here too: a file, or a folder of secret files",
    ),
    argument("--renew", action="store_true", help="anew, where secrets were lost"),
    changes=lambda typed: "--renew" if typed.renew else "",
)
async def register(arguments: argparse.Namespace) -> int:
    """Subscribes server.public_url for orders and stock. May be repeated: what is there already is
    left. RxScale shows the signing secrets once: they go into a file that only you can read, among
    the secrets beside the configuration or else beside the store, where a running bridge takes them
    up by itself; never to the screen.

    rxbridge webhooks register                                   # a running bridge takes it up
    rxbridge webhooks register --renew                           # secrets were lost: make new ones
    rxbridge webhooks register --secrets ./webhook-secrets.json  # for a bridge elsewhere, too
    """
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
    "remove",
    "end subscriptions",
    argument("uids", nargs="+", metavar="UID", help="as `webhooks list` shows it"),
    changes=lambda typed: " ".join(typed.uids),
)
async def remove(arguments: argparse.Namespace) -> int:
    """Ends subscriptions. Orders then come by the sweep, within a minute.

    rxbridge webhooks remove sub-abc123  # one, by the uid that `webhooks list` shows
    """
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
