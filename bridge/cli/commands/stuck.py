"""`rxbridge stuck`: what waits for a person, and how to free it.

What waits for a person, and how to free it. A stuck order holds up no other. Every reason is
explained in docs/stuck.md.

rxbridge stuck list         # why, and what to do; also what you should know of orders that go on
rxbridge stuck retry --all  # after mending: look again
"""

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
from bridge.store import Store, orders, person, stuck, views
from bridge.texts import steps, stuck_document
from bridge.texts.story import NextUp

TO_KNOW = (Kind.ATTENTION, Kind.ALARM)

noun = Noun(__doc__)


@noun.verb("list", "the key, since when, why, and what to do", of_all=True)
async def list_stuck(arguments: argparse.Namespace) -> int:
    """Each key, since when it waits, why, and what frees it.

    rxbridge stuck list
    rxbridge stuck list --json  # for a program
    """
    async with open_store(settings_of(arguments)) as store:
        rows = await store.read(views.waiting)
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
    "look again; an unsure submission is sent",
    argument("keys", nargs="*", metavar="KEY", help="order:po-... or sku:psku-..."),
    argument("--all", action="store_true", help="all but what it would send again"),
    changes=_keys_typed,
)
async def retry(arguments: argparse.Namespace) -> int:
    """Looks again, after the cause was mended, by the running bridge or by this command itself, and
    tells what came of it. Exit code 1 if anything is stuck again. A submission of which nobody
    knows whether it arrived is sent: look in PharmaOne Manager first.

    rxbridge stuck retry order:po-abc123  # one order
    rxbridge stuck retry sku:psku-abc123  # one SKU
    rxbridge stuck retry --all            # all but what it would send again
    """
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
        held = {row.key: row.reason for row in await store.read(stuck.everything)}
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
    """On one line; without one nobody knows later why an order was left alone."""
    said = " ".join(text.split())
    if not said:
        raise argparse.ArgumentTypeError(slip("say-why"))
    return said


@noun.verb(
    "drop",
    "leave it alone from now on: it was handled by hand",
    argument("key", metavar="KEY", help="order:po-... or sku:psku-..."),
    argument(
        "--reason", type=_reason, required=True, help="for the story; no patient data, please"
    ),
    changes=lambda typed: key_of(typed.key),
)
async def drop(arguments: argparse.Namespace) -> int:
    """Leaves an order or a SKU alone from now on, because it was handled by hand.

    rxbridge stuck drop order:po-abc123 --reason 'handled by hand'
    rxbridge stuck drop sku:psku-abc123 --reason 'kept by hand'
    """
    key = key_of(arguments.key)
    known = await said(settings_of(arguments), person.drop, key, arguments.reason)
    return _answer(arguments, known, "dropped", key)


@noun.verb(
    "submitted",
    "its order-request is in PharmaOne already",
    argument("key", metavar="KEY", help="order:po-..."),
    argument("--yes", action="store_true", help="do not ask about one that was never sent"),
    changes=lambda typed: key_of(typed.key),
)
async def submitted(arguments: argparse.Namespace) -> int:
    """You found its order-request in PharmaOne: the bridge takes it as submitted and goes on from
    there. It asks back where the bridge never sent one.

    rxbridge stuck submitted order:po-abc123
    rxbridge stuck submitted order:po-abc123 --yes
    """
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
    "it is right: cancel what is held back",
    argument("keys", nargs="*", metavar="KEY", help="order:po-..."),
    argument("--all", action="store_true", help="all that were held for being too many at once"),
    changes=_keys_typed,
)
async def confirm(arguments: argparse.Namespace) -> int:
    """You have checked that an order is to be cancelled: one of unusually many at once, or one that
    PharmaOne no longer has. Or that goods are back and may be sold again (`came_back`).

    rxbridge stuck confirm order:po-abc123  # one order
    rxbridge stuck confirm --all            # all that were too many at once
    """
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
    "you know; it is not shown any more",
    argument("keys", nargs="?", type=lambda text: [text], metavar="KEY", help="order:po-..."),
    argument("--all", metavar="REASON", type=_attention, help="all that are told for this reason"),
    changes=lambda typed: _keys_typed(typed) if typed.keys else f"--all {typed.all}",
)
async def accept(arguments: argparse.Namespace) -> int:
    """You know what there is to know of an order that goes on, and have done what there was to do.
    It is told again if it changes.

    rxbridge stuck accept order:po-abc123
    rxbridge stuck accept --all kept_back  # all that are told for this reason
    """
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
