"""`rxbridge webhooks`: what RxScale tells this bridge, and where to.

What RxScale tells this bridge of, and where to. (PharmaOne's are made in PharmaOne Manager: Org
Settings, Integrations, Webhook subscriptions.)

rxbridge webhooks list
rxbridge webhooks register --secrets ./webhook-secrets.json  # subscribe this bridge
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bridge.app.files import write_whole
from bridge.cli import show
from bridge.cli.command import JSON, Noun, argument
from bridge.cli.guest import open_guest
from bridge.cli.opening import complete
from bridge.core.alarms import Subscription
from bridge.errors import Fault, Misconfigured, Unsure
from bridge.rxscale.client import RxScale
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.settings import Settings

ROUTE = "/webhooks/rxscale"
SECRETS_NAME = "rxbridge_rxscale__webhook_secrets"
"""The name that is read in a folder of secret files."""


noun = Noun(__doc__)


@noun.verb("list", "RxScale's subscriptions", JSON)
def list_webhooks(arguments: argparse.Namespace) -> int:
    """RxScale's subscriptions, and which of them are this bridge's.

    rxbridge webhooks list
    rxbridge webhooks list --json  # for a program
    """
    settings = complete(arguments, "rxscale.")
    found = asyncio.run(_found(settings))
    rows = [(each.uid, each.event, each.target, is_ours(each, settings)) for each in found]
    names = ("uid", "event", "target", "ours")
    document = {"webhooks": [dict(zip(names, row, strict=True)) for row in rows]}
    return show.answer(arguments, document, partial(_print_list, rows))


def _print_list(rows: Sequence[tuple[str, str, str, bool]]) -> None:
    if not rows:
        print("RxScale tells nobody. `rxbridge webhooks register` subscribes this bridge.")
        return
    cells = [(uid, event, target, "yes" if ours else "") for uid, event, target, ours in rows]
    show.as_table(("uid", "event", "target", "this bridge"), cells)


@noun.verb(
    "register",
    "subscribe this bridge; may be repeated",
    argument(
        "--secrets",
        type=Path,
        required=True,
        metavar="PATH",
        help="where the signing secrets go: a file, or a folder of secret files",
    ),
    argument("--renew", action="store_true", help="anew, where secrets were lost"),
    JSON,
    changes=lambda typed: "--renew" if typed.renew else "",
)
def register(arguments: argparse.Namespace) -> int:
    """Subscribes server.public_url for orders and stock. May be repeated: what is there already is
    left. The signing secrets are shown once by RxScale and go into a file that only you can read,
    never to the screen.

    rxbridge webhooks register --secrets ./webhook-secrets.json          # into a file
    rxbridge webhooks register --secrets ./secrets-folder                # into a folder of secrets
    rxbridge webhooks register --secrets ./webhook-secrets.json --renew  # the secrets were \
        lost: make new ones
    """
    settings = complete(arguments, "rxscale.")
    target = _target(settings)
    file = _secrets_file(arguments.secrets)
    kept = _read_secrets(file)  # and proves, before anything is registered, that it can be read
    _write_secrets(file, kept)
    added, removed = asyncio.run(_register(settings, target, file, kept, renew=arguments.renew))
    gone = [each.uid for each in removed]
    document = {"target": target, "registered": added, "removed": gone, "secrets": file}
    text = partial(_print_registered, target, file, added, removed)
    return show.answer(arguments, document, text)


def _print_registered(
    target: str, file: Path, added: list[str], removed: list[Subscription]
) -> None:
    for each in removed:
        print(f"removed    {each.event} ({each.uid})")
    for event in added:
        print(f"registered {event} -> {target}")
    if added:
        print(f"{len(added)} signing secrets written to {file}; `rxbridge run` reads them at start")
    else:
        print(f"nothing to do: {', '.join(sorted(NEEDED_EVENTS))} come to {target} already")
        print("their secrets were shown once; `--renew` registers anew where they are lost")


@noun.verb(
    "remove",
    "end subscriptions",
    argument("uids", nargs="+", metavar="UID", help="as `webhooks list` shows it"),
    JSON,
    changes=lambda typed: " ".join(typed.uids),
)
def remove(arguments: argparse.Namespace) -> int:
    """Ends subscriptions. Orders then come by the sweep, within a minute.

    rxbridge webhooks remove sub-abc123  # one, by the uid that `webhooks list` shows
    """
    uids: list[str] = arguments.uids
    gone = asyncio.run(_remove(complete(arguments, "rxscale."), uids))
    absent = [uid for uid in uids if uid not in gone]

    def text() -> None:
        for uid in uids:
            print(f"{uid}: {'not there' if uid in absent else 'removed'}")

    document = {"removed": sorted(gone), "not_there": absent}
    return show.answer(arguments, document, text, failed=len(gone) != len(uids))


# -- with RxScale ----------------------------------------------------------------------------


async def _found(settings: Settings) -> Sequence[Subscription]:
    async with open_guest(settings) as vendors:
        return await vendors.rxscale.subscriptions()


async def _register(
    settings: Settings, target: str, file: Path, kept: list[str], *, renew: bool
) -> tuple[list[str], list[Subscription]]:
    """Which events were subscribed, and which subscriptions of ours were removed."""
    added: list[str] = []
    removed: list[Subscription] = []
    async with open_guest(settings) as vendors:
        rxscale = vendors.rxscale
        found = await rxscale.subscriptions()
        for event in sorted(NEEDED_EVENTS):
            ours = [each for each in found if (each.event, each.target) == (event, target)]
            superfluous = ours if renew else ours[1:]
            if renew or not ours:
                kept.append(await _subscribe(rxscale, target, event, found))
                _write_secrets(file, kept)
                added.append(event)
            for each in superfluous:
                await rxscale.unsubscribe(each.uid)
                removed.append(each)
    return added, removed


async def _subscribe(
    rxscale: RxScale, target: str, event: str, before: Sequence[Subscription]
) -> str:
    """The signing secret. One whose answer was lost is removed again: its secret is nobody's."""
    try:
        return await rxscale.subscribe(target, event)
    except Unsure:
        known = {each.uid for each in before}
        for each in await rxscale.subscriptions():
            if each.uid not in known and (each.event, each.target) == (event, target):
                await rxscale.unsubscribe(each.uid)
        return await rxscale.subscribe(target, event)


async def _remove(settings: Settings, uids: Sequence[str]) -> set[str]:
    async with open_guest(settings) as vendors:
        return {uid for uid in uids if await vendors.rxscale.unsubscribe(uid)}


# -- here ------------------------------------------------------------------------------------


def is_ours(subscription: Subscription, settings: Settings) -> bool:
    """Whether it brings deliveries to this bridge, as far as its own address is known."""
    public = settings.server.public_url
    return public is not None and subscription.target == f"{public.rstrip('/')}{ROUTE}"


def _target(settings: Settings) -> str:
    if settings.server.public_url is None:
        remedy = "set the https address at which RxScale reaches this bridge"
        raise Misconfigured(Fault("server.public_url", "not set", remedy))
    return f"{settings.server.public_url.rstrip('/')}{ROUTE}"


def _secrets_file(path: Path) -> Path:
    """The file itself, or the one with the right name in a folder of secret files."""
    return path / SECRETS_NAME if path.is_dir() else path


def _read_secrets(file: Path) -> list[str]:
    """A JSON list, or none yet. Raises Misconfigured for anything else: it is not overwritten."""
    try:
        text = file.read_text("utf-8").strip() if file.exists() else ""
        found = json.loads(text) if text else []
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no JSON list"
        raise Misconfigured(Fault(str(file), f"cannot be read: {why}", "name another")) from None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Misconfigured(Fault(str(file), "is no JSON list of secrets", "name another file"))
    return found


def _write_secrets(file: Path, secrets: Sequence[str]) -> None:
    """For the owner's eyes only. Raises Misconfigured."""
    content = json.dumps(list(secrets)).encode()
    write_whole(file, content, mode=0o600, remedy="name another --secrets")
