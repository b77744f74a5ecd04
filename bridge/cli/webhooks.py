"""`rxbridge webhooks list|register|remove`: what RxScale tells this bridge, and where to."""

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bridge.app import open_vendors
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import check_vendor, settings_of
from bridge.cli.shared.working import patiently
from bridge.errors import Fault, Misconfigured, Unsure
from bridge.rxscale.client import RxScale
from bridge.rxscale.translate import Subscription
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.settings import Settings

ROUTE = "/webhooks/rxscale"
SECRETS_NAME = "rxbridge_rxscale__webhook_secrets"
"""The name that is read in a folder of secret files."""


def list_webhooks(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    found = asyncio.run(_found(settings))
    rows = [(each.uid, each.event, each.target, is_ours(each, settings)) for each in found]
    if arguments.json:
        names = ("uid", "event", "target", "ours")
        show.as_json({"webhooks": [dict(zip(names, row, strict=True)) for row in rows]})
    elif not rows:
        print("RxScale tells nobody. `rxbridge webhooks register` subscribes this bridge.")
    else:
        cells = [(uid, event, target, "yes" if ours else "") for uid, event, target, ours in rows]
        show.as_table(("uid", "event", "target", "this bridge"), cells)
    return DONE


def register(arguments: argparse.Namespace) -> int:
    """Subscribes what is missing; may be repeated. Secrets go to a file, never to the screen."""
    settings = _settings(arguments)
    target = _target(settings)
    file = _secrets_file(arguments.secrets)
    kept = _read_secrets(file)  # and proves, before anything is registered, that it can be read
    _write_secrets(file, kept)
    added, removed = asyncio.run(_register(settings, target, file, kept, renew=arguments.renew))
    if arguments.json:
        gone = [each.uid for each in removed]
        show.as_json({"target": target, "registered": added, "removed": gone, "secrets": file})
        return DONE
    for each in removed:
        print(f"removed    {each.event} ({each.uid})")
    for event in added:
        print(f"registered {event} -> {target}")
    if added:
        print(f"{len(added)} signing secrets written to {file}; `rxbridge run` reads them at start")
    else:
        print(f"nothing to do: {', '.join(sorted(NEEDED_EVENTS))} come to {target} already")
        print("their secrets were shown once; `--renew` registers anew where they are lost")
    return DONE


def remove(arguments: argparse.Namespace) -> int:
    gone = asyncio.run(_remove(_settings(arguments), arguments.uids))
    if arguments.json:
        absent = [uid for uid in arguments.uids if uid not in gone]
        show.as_json({"removed": sorted(gone), "not_there": absent})
    for uid in arguments.uids if not arguments.json else ():
        print(f"{uid}: {'removed' if uid in gone else 'not there'}")
    return DONE if len(gone) == len(arguments.uids) else FAILED


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = settings_of(arguments)
    check_vendor(settings, "rxscale")
    return settings


# -- with RxScale ----------------------------------------------------------------------------


async def _found(settings: Settings) -> Sequence[Subscription]:
    async with open_vendors(settings, lambda _: None) as vendors:
        return await patiently(vendors.rxscale.subscriptions)


async def _register(
    settings: Settings, target: str, file: Path, kept: list[str], *, renew: bool
) -> tuple[list[str], list[Subscription]]:
    """Which events were subscribed, and which subscriptions of ours were removed."""
    added: list[str] = []
    removed: list[Subscription] = []
    async with open_vendors(settings, lambda _: None) as vendors:
        rxscale = vendors.rxscale
        found = await patiently(rxscale.subscriptions)
        for event in sorted(NEEDED_EVENTS):
            ours = [each for each in found if (each.event, each.target) == (event, target)]
            superfluous = ours if renew else ours[1:]
            if renew or not ours:
                kept.append(await _subscribe(rxscale, target, event, found))
                _write_secrets(file, kept)
                added.append(event)
            for each in superfluous:
                await patiently(partial(rxscale.unsubscribe, each.uid))
                removed.append(each)
    return added, removed


async def _subscribe(
    rxscale: RxScale, target: str, event: str, before: Sequence[Subscription]
) -> str:
    """The signing secret. One whose answer was lost is removed again: its secret is nobody's."""
    try:
        return await patiently(lambda: rxscale.subscribe(target, event))
    except Unsure:
        known = {each.uid for each in before}
        for each in await patiently(rxscale.subscriptions):
            if each.uid not in known and (each.event, each.target) == (event, target):
                await rxscale.unsubscribe(each.uid)
        return await rxscale.subscribe(target, event)


async def _remove(settings: Settings, uids: Sequence[str]) -> set[str]:
    async with open_vendors(settings, lambda _: None) as vendors:
        rxscale = vendors.rxscale
        return {uid for uid in uids if await patiently(partial(rxscale.unsubscribe, uid))}


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
    """Whole or not at all, and for the owner's eyes only. Raises Misconfigured."""
    beside = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as new:
            os.fchmod(descriptor, 0o600)
            json.dump(list(secrets), new)
            new.flush()
            os.fsync(descriptor)
        beside.replace(file)
    except OSError as error:
        fault = Fault(str(file), f"cannot be written ({error.strerror})", "name another --secrets")
        raise Misconfigured(fault) from None
