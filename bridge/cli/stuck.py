"""`rxbridge stuck list|retry|drop|submitted`: what waits for a person, and what frees it."""

import argparse
import asyncio
import sys
from dataclasses import asdict

from bridge.cli.main import DONE, FAILED, WRONG
from bridge.cli.shared import show
from bridge.cli.shared.opened import key_of, now, open_store, settings_of
from bridge.core.memory import StuckRow
from bridge.core.model import Key

MAY_BE_THERE = "may be in PharmaOne already"


def list_stuck(arguments: argparse.Namespace) -> int:
    rows = asyncio.run(_stuck(arguments))
    if arguments.json:
        show.as_json({"stuck": [{"key": r.key, "since": r.since, **asdict(r.note)} for r in rows]})
    elif not rows:
        print("Nothing is stuck.")
    else:
        _print(rows)
    return DONE


def _print(rows: list[StuckRow]) -> None:
    for row in rows:
        since = f"  since {show.moment(row.since)}  ({row.note.code})"
        show.prose(show.plain(row.key, "bold").append(since, "not bold"))
        show.prose(show.plain(f"  why  {row.note.reason}"))
        for place, step in enumerate(row.note.remedy.split("; ")):
            show.prose(show.plain(f"  {'' if place else 'do':3}  {step}"))
    print(f"\n{len(rows)} stuck. {_after_mending(rows)}")


def _after_mending(rows: list[StuckRow]) -> str:
    """`--all` leaves those that it would send again."""
    unsure = sum(row.must_look for row in rows)
    if not unsure:
        return "After mending: rxbridge stuck retry --all"
    if unsure == len(rows):
        return "After looking: rxbridge stuck retry KEY"
    return f"After mending: rxbridge stuck retry --all (it leaves {unsure} that {MAY_BE_THERE})"


def retry(arguments: argparse.Namespace) -> int:
    if arguments.all == bool(arguments.keys):
        print("rxbridge: name the keys to retry, or --all", file=sys.stderr)
        return WRONG
    keys = None if arguments.all else [key_of(text) for text in arguments.keys]
    freed, left = asyncio.run(_retry(arguments, keys))
    missed = [key for key in keys or () if key not in freed]
    if arguments.json:
        show.as_json({"retried": freed, "not_stuck": missed, "left": left})
        return FAILED if missed or left else DONE
    for key in freed:
        print(f"{key}: looked at again within a second, if the bridge is running")
    if arguments.all and not freed and not left:
        print("Nothing is stuck.")
    for key in missed:
        print(f"rxbridge: {key} is not stuck", file=sys.stderr)
    for key in left:
        way = f"look there, then name it: rxbridge stuck retry {key}"
        print(f"rxbridge: {key} is left: it {MAY_BE_THERE}; {way}", file=sys.stderr)
    return FAILED if missed or left else DONE


def drop(arguments: argparse.Namespace) -> int:
    key = key_of(arguments.key)
    if not asyncio.run(_drop(arguments, key)):
        return _unknown(key)
    return _done(arguments, "dropped", key, "left alone from now on")


def submitted(arguments: argparse.Namespace) -> int:
    key = key_of(arguments.key)
    if not asyncio.run(_submitted(arguments, key)):
        return _unknown(key)
    return _done(arguments, "submitted", key, "taken as submitted; the bridge goes on from there")


def _done(arguments: argparse.Namespace, word: str, key: Key, sentence: str) -> int:
    if arguments.json:
        show.as_json({word: key})
    else:
        print(f"{key}: {sentence}")
    return DONE


def _unknown(key: Key) -> int:
    print(f"rxbridge: nothing is known of {key}", file=sys.stderr)
    return FAILED


async def _stuck(arguments: argparse.Namespace) -> list[StuckRow]:
    async with open_store(settings_of(arguments)) as store:
        return await store.stuck()


async def _retry(
    arguments: argparse.Namespace, keys: list[Key] | None
) -> tuple[list[Key], list[Key]]:
    """What is freed, and what `--all` leaves."""
    async with open_store(settings_of(arguments)) as store:
        freed = await store.retry(keys, now())
        left = await store.stuck() if keys is None else []
        return freed, [row.key for row in left if row.must_look]


async def _drop(arguments: argparse.Namespace, key: Key) -> bool:
    async with open_store(settings_of(arguments)) as store:
        return await store.drop(key, arguments.reason, now())


async def _submitted(arguments: argparse.Namespace, key: Key) -> bool:
    async with open_store(settings_of(arguments)) as store:
        return await store.mark_submitted(key, now())
