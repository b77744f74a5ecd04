"""What commands open: the settings, the store beside a running bridge, a file to be written."""

import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bridge import config
from bridge.core.model import Key
from bridge.errors import Fault, Misconfigured
from bridge.place import Place
from bridge.settings import Settings
from bridge.store import Store, exists, is_behind, run_lock


def settings_of(arguments: argparse.Namespace, *, of_all: bool = False) -> Settings:
    """Raises Misconfigured with every fault of file, environment and secrets; also where there are
    several pharmacies and none is named, unless `of_all`: then what is said for all of them.
    """
    pharmacy = getattr(arguments, "pharmacy", None) or ""
    settings = config.load(arguments.config, os.environ, cwd=Path.cwd(), pharmacy=pharmacy)
    several = None if of_all or pharmacy else config.pharmacies(settings.file)
    if several is not None:
        names = ", ".join(several) or None
        raise Misconfigured(Fault("--pharmacy", "several-pharmacies", names=names))
    return settings


def complete(arguments: argparse.Namespace, vendor: str = "") -> Settings:
    """The same, with all that is needed to talk to both vendors, or to one (`rxscale`).

    Raises Misconfigured without.
    """
    settings = settings_of(arguments)
    check_vendor(settings, vendor)
    return settings


def check_vendor(settings: Settings, vendor: str) -> None:
    """Raises Misconfigured for what is needed to talk to it and is not set; "": to any."""
    faults = [each for each in settings.missing_for_run() if each.where.startswith(vendor)]
    if faults:
        raise Misconfigured(tuple(faults))


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store of these settings, which must exist already: a command never makes one."""
    place = settings.place
    if not exists(place):
        raise Misconfigured(Fault(place, "no-store"))
    async with open_beside(place) as store:
        yield store


@asynccontextmanager
async def open_beside(place: Place) -> AsyncIterator[Store]:
    """The store, beside a bridge that may be at work on it. Raises Misconfigured where that is of
    an earlier version: it could not read the store any more once this one had opened it.
    """
    _leave_to_an_earlier_version(place)
    store = await Store.open(place, now=now())
    try:
        yield store
    finally:
        await store.close()


def _leave_to_an_earlier_version(place: Place) -> None:
    if not exists(place) or not is_behind(place):
        return
    try:
        run_lock(place).acquire().release()
    except Misconfigured:
        raise Misconfigured(Fault(place, "earlier-version")) from None


def now() -> datetime:
    return datetime.now(UTC)


def key_of(text: str) -> Key:
    """`po-1` and `order:po-1` are both understood."""
    return Key(text if ":" in text else f"order:{text}")
