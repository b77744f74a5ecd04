"""`rxbridge probe`: asks the vendors what their documents leave open."""

import argparse
import tomllib
from pathlib import Path
from typing import NamedTuple

import bridge.cli.trials
from bridge import __version__
from bridge.app.files import mapping_file, write_whole
from bridge.app.policies import rules_of
from bridge.cli import probes, show
from bridge.cli.command import Noun, argument
from bridge.cli.guest import is_running, open_guest
from bridge.cli.opening import complete, now, open_store
from bridge.cli.probes import NOBODY, PROBES, Ground, Probe
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid
from bridge.errors import BridgeError, Fault, Misconfigured, Phrase, Several
from bridge.mapping.facts import is_fact, noted
from bridge.mapping.reading import FACTS
from bridge.settings import Settings
from bridge.store import exists, notes

QUESTIONS = Path(probes.__file__).with_suffix(".toml")
noun = Noun()


class Answered(NamedTuple):
    """`answer` is None where it was not found out; `why` says why, if that is known."""

    name: str
    answer: str | None
    why: object = ""

    @property
    def noted(self) -> tuple[str, str]:
        """What facts.toml gets: the value, which is one word of a fact, and where it is from."""
        source, answer = f"rxbridge {__version__} probe", self.answer or ""
        word, _, more = answer.partition("; ")
        return (
            (word, f"{source}: {more}" if more else source)
            if is_fact(self.name)
            else (answer, source)
        )


def _changes(typed: argparse.Namespace) -> str | None:
    named = f"--write {typed.order} {typed.sku}" if typed.write else ""
    return None if typed.dry_run and not typed.write else named


@noun.command(
    argument("--dry-run", action="store_true"),
    argument("--write", action="store_true"),
    argument("--organisation", metavar="ID"),
    argument("--order", metavar="UID"),
    argument("--sku", metavar="UID"),
    changes=_changes,
)
async def probe(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    if not arguments.write:
        settings = settings.model_copy(update={"mode": "shadow"})
    elif is_running(settings):
        raise Misconfigured(Fault("--write", "bridge-runs"))
    with show.busy("vendors"):
        answers, left = await _asked(settings, arguments)
    if not arguments.dry_run:
        _write_down(mapping_file(settings, FACTS), answers)
    asked = tomllib.loads(QUESTIONS.read_text("utf-8"))
    told = [{"question": asked[each.name], **each._asdict()} for each in answers]
    document = {"answers": told, "left": left}
    rows = [(each.name, each.answer or Several(["?", each.why], " ")) for each in answers]
    return show.answer(arguments, document, rows=rows)


async def _asked(
    settings: Settings, arguments: argparse.Namespace
) -> tuple[list[Answered], list[Phrase]]:
    rules = rules_of(settings)
    async with open_guest(settings) as vendors:
        order, sku = PharmacyOrderUid(arguments.order or ""), PharmacySkuUid(arguments.sku or "")
        mark = f"{NOBODY}-{now():%Y%m%d%H%M%S}"
        on = Ground(vendors, rules, settings, await _echoes(settings), order, sku, mark)
        if arguments.write:
            await bridge.cli.trials.confirm(on, arguments.organisation)
        asked = [each for each in PROBES if arguments.write or not each.writes]
        answers = [await _answer(each, on) for each in asked]
        return answers, on.left


async def _answer(each: Probe, on: Ground) -> Answered:
    try:
        answer = await each.ask(on)
        if isinstance(answer, Phrase):
            return Answered(each.name, None, answer)
        return Answered(each.name, answer)
    except BridgeError as failure:
        if each.writes:
            on.left.append(Phrase("broken-off", name=each.name, why=failure))
        return Answered(each.name, None, failure)


async def _echoes(settings: Settings) -> int:
    """How many deliveries told of our own writes, as the store counts them."""
    if not exists(settings.place):
        return 0
    async with open_store(settings) as store:
        return (await store.read(notes.counters)).get("deliveries_echo", 0)


def _write_down(file: Path, answers: list[Answered]) -> None:
    """Raises Misconfigured."""
    found = {each.name: each.noted for each in answers if each.answer is not None}
    text = file.read_text("utf-8") if file.exists() else ""
    content = noted(text, found, now().date()).encode()
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    write_whole(file, content, mode=mode, way=Phrase("let-probe-write"))
