"""`rxbridge stuck`: what waits for a person, and how to free it."""

import argparse
from collections.abc import Mapping
from typing import Any

from bridge.cli import show
from bridge.cli.command import Noun, argument, slip
from bridge.cli.language import LANGUAGE
from bridge.cli.opening import key_of, open_store, settings_of
from bridge.cli.trail import said
from bridge.core.memory import StuckRow
from bridge.core.model import Key, order_uid
from bridge.core.reasons import CODES, Kind, Reason
from bridge.errors import BridgeError, Fault, Misconfigured, Phrase
from bridge.settings import Settings
from bridge.store import Store, orders, person, views, waiting
from bridge.texts import steps, stuck_document
from bridge.texts.story import NextUp

TO_KNOW = (Kind.ATTENTION, Kind.ALARM)

noun = Noun()


@noun.verb("list", of_all=True)
async def list_stuck(arguments: argparse.Namespace) -> int:
    async with open_store(settings_of(arguments)) as store:
        rows = await store.read(waiting.everything)
    todo = [steps(row.reason, row.key, LANGUAGE.get()) for row in rows]
    held = [row for row in rows if not _goes_on(row)]
    unsure = sum(row.reason.code.must_look for row in held)
    return show.answer(
        arguments,
        {"stuck": [_document(row) for row in rows]},
        todo=todo,
        held=len(held),
        unsure=unsure,
    )


def _document(row: StuckRow) -> dict[str, object]:
    told = stuck_document(row.reason, row.key)
    return {"key": row.key, "since": row.since, "attention": _goes_on(row), **told}


def _goes_on(row: StuckRow) -> bool:
    """A person should know, and orders go on all the same."""
    return row.reason.code.kind in TO_KNOW


def _keys_typed(arguments: argparse.Namespace) -> str:
    """Which keys a command is about, for the audit log."""
    return " ".join(map(key_of, arguments.keys)) or "--all"


@noun.verb(
    "retry",
    argument("keys", nargs="*", metavar="KEY"),
    argument("--all", action="store_true"),
    changes=_keys_typed,
)
async def retry(arguments: argparse.Namespace) -> int:
    settings, keys = settings_of(arguments), _named(arguments)
    freed = await said(settings, person.retry, keys)
    came, must_look = await _came_of(settings, freed)
    left = must_look if keys is None else []
    missed = [key for key in keys or () if key not in freed]
    return show.answer(
        arguments,
        {"retried": freed, "came_of_it": came, "not_stuck": missed, "left": left},
        failed=bool(missed or left or any(each["stuck"] for each in came)),
        wrong=[
            *(Phrase("not-stuck", key=key) for key in missed),
            *(Phrase("left-unsure", key=key) for key in left),
        ],
    )


async def _came_of(settings: Settings, freed: list[Key]) -> tuple[list[dict[str, Any]], list[Key]]:
    """What each is like now, looked at where both vendors are configured; and what `--all` leaves,
    since it would be sent again.
    """
    orders_ = [key for key in freed if key.startswith("order:")]
    if not settings.missing_for_run():
        from bridge.cli import syncing  # loads the whole bridge, vendors and all
        from bridge.cli.guest import look_now

        if orders_:
            await look_now(settings, orders_, "a person asked")
        if len(orders_) < len(freed):
            await syncing.sync(settings, confirm=False)
    async with open_store(settings) as store:
        held = {row.key: row.reason for row in await store.read(waiting.all_stuck)}
        return [
            {"key": key, "stuck": key in held, "now": await _now(store, key, held)} for key in freed
        ], [key for key, reason in held.items() if reason.code.must_look]


async def _now(store: Store, key: Key, held: Mapping[Key, Reason]) -> object:
    if key in held:
        return Phrase("stuck-again", why=held[key])
    story = await store.read(views.story, order_uid(key)) if key.startswith("order:") else None
    return NextUp(story, show.moment) if story else Phrase("with-next-sync")


def _named(arguments: argparse.Namespace) -> list[Key] | None:
    """The keys that were named; None for --all. Raises Misconfigured for neither, or both."""
    if bool(arguments.all) == bool(arguments.keys):
        raise Misconfigured(Fault(f"stuck {arguments.verb}", "keys-or-all"))
    return None if arguments.all else [key_of(text) for text in arguments.keys]


def _reason(text: str) -> str:
    """On one line; without one it is not known later why an order was left alone."""
    said = " ".join(text.split())
    if not said:
        raise argparse.ArgumentTypeError(slip("say-why"))
    return said


@noun.verb(
    "drop",
    argument("key", metavar="KEY"),
    argument("--reason", type=_reason, required=True),
    changes=lambda typed: key_of(typed.key),
)
async def drop(arguments: argparse.Namespace) -> int:
    key = key_of(arguments.key)
    known = await said(settings_of(arguments), person.drop, key, arguments.reason)
    return _answer(arguments, known, "dropped", key)


@noun.verb(
    "submitted",
    argument("key", metavar="KEY"),
    argument("--yes", action="store_true"),
    changes=lambda typed: key_of(typed.key),
)
async def submitted(arguments: argparse.Namespace) -> int:
    settings, key = settings_of(arguments), key_of(arguments.key)
    async with open_store(settings) as store:
        unsent = key.startswith("order:") and await store.read(orders.is_unsent, key)
    asked = Phrase("never-sent", key=key)
    if unsent and not arguments.yes and not show.agreed(asked):
        raise BridgeError(Phrase("left-as-it-is", key=key))
    known = await said(settings, person.mark_submitted, key)
    return _answer(arguments, known, "submitted", key)


@noun.verb(
    "confirm",
    argument("keys", nargs="*", metavar="KEY"),
    argument("--all", action="store_true"),
    changes=_keys_typed,
)
async def confirm(arguments: argparse.Namespace) -> int:
    keys = _named(arguments)
    done = await said(settings_of(arguments), person.confirm, keys)
    missed = [key for key in keys or () if key not in done]
    wrong = [Phrase("does-not-wait", key=key) for key in missed]
    document = {"confirmed": done, "not_waiting": missed}
    return show.answer(arguments, document, failed=bool(missed), wrong=wrong)


def _attention(text: str) -> str:
    if text not in CODES or CODES[text].kind not in TO_KNOW:
        raise argparse.ArgumentTypeError(slip("no-attention", text=text))
    return text


@noun.verb(
    "accept",
    argument("keys", nargs="?", type=lambda text: [text], metavar="KEY"),
    argument("--all", metavar="REASON", type=_attention),
    changes=lambda typed: _keys_typed(typed) if typed.keys else f"--all {typed.all}",
)
async def accept(arguments: argparse.Namespace) -> int:
    settings, named = settings_of(arguments), _named(arguments)
    if named is not None:
        (key,) = named
        known = await said(settings, person.accept, key)
        return _answer(arguments, known, "accepted", key)
    keys = await said(settings, person.accept_all, arguments.all, None)
    return show.answer(arguments, {"accepted": keys}, keys=keys)


def _answer(arguments: argparse.Namespace, known: bool, word: str, key: Key) -> int:
    if not known:
        raise BridgeError(Phrase("nothing-known", key=key))
    return show.answer(arguments, {word: key}, Phrase(f"stuck-{word}", key=key))
