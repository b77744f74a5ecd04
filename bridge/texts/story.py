"""An order's story for people: each journal entry in a sentence, its evidence, and what is next."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.journal import VENDORS, Event, JournalEntry, Side
from bridge.core.memory import Story, StuckRow
from bridge.core.model import OrderRecord, Phase
from bridge.core.reasons import Fact
from bridge.texts import ENGLISH, steps, stuck_document, word

OPTIONAL = (
    "status", "times", "flags", "found", "gap", "request", "carrier", "stock", "price_cents", "by",
)  # fmt: skip
"""Facts that an entry may lack."""


def headline(entry: JournalEntry, language: str = ENGLISH) -> str:
    """What happened, in one sentence."""
    facts: dict[str, Fact] = dict.fromkeys(OPTIONAL)
    facts |= {name: fact for name, fact in entry.facts.items() if not isinstance(fact, list)}
    facts["vendor"] = VENDORS.get(entry.facts.get("vendor", ""), Side.RXSCALE)
    return word(f"event-{entry.what.replace(' ', '-')}", language, **facts)


def evidence(entry: JournalEntry, language: str = ENGLISH) -> list[str]:
    """A line for each rule that decided and each call made, and what is to be done."""
    return list(_evidence(entry, language))


def sentence(entry: JournalEntry, language: str = ENGLISH) -> list[str]:
    """The headline, then its evidence."""
    return [headline(entry, language), *evidence(entry, language)]


@dataclass(frozen=True, slots=True)
class NextUp:
    """What happens next, and when, in no language yet; `moment` writes a time."""

    story: Story
    moment: Callable[[datetime], str]

    def told(self, language: str = ENGLISH) -> str:
        return next_up(self.story, self.moment, language)

    def __str__(self) -> str:
        return self.told()


def next_up(
    story: Story,
    moment: Callable[[datetime], str],
    language: str = ENGLISH,
    todo: Callable[[StuckRow], Sequence[str]] | None = None,
) -> str:
    """What happens next, and when; `moment` writes a time as its reader wants it, and `todo` what a
    person is to do.
    """
    if (row := story.stuck) is not None:
        remedy = todo(row) if todo else steps(row.reason, row.key, language)
        return word("next-stuck", language, remedy="; ".join(remedy))
    waits = [entry.facts.get("why") for entry in story.entries if entry.what is Event.WAITS]
    why = waits[-1] if waits else None
    if story.due_at is not None:
        return word("next-at", language, at=moment(story.due_at), why=why)
    if story.record.phase in (Phase.DONE, Phase.DROPPED):
        return word("next-finished", language)
    return word("next-awaited", language, why=why)


def undone(record: OrderRecord, after: OrderRecord, language: str = ENGLISH) -> str:
    """What it does to take an order up again; `after`: as `core.remember.resumed` has it."""
    how = "again" if after.edition > record.edition else after.phase.value
    return word("resume-does", language, how=how, request=after.request_id, order=after.order_id)


def plain(entry: JournalEntry) -> dict[str, Any]:
    """An entry's facts as programs read them (`--json`)."""
    told = stuck_document(entry.facts["reason"], entry.key) if entry.what is Event.STUCK else {}
    return {**entry.facts, **told}


def _evidence(entry: JournalEntry, language: str) -> Iterator[str]:
    facts = entry.facts
    for rule in (*facts.get("rules", ()), *filter(None, [facts.get("rule")])):
        yield word("evidence-rule", language, rule=rule)
    if facts.get("version"):
        yield word("evidence-files", language, version=facts["version"])
    for call in facts.get("calls", ()):
        yield word("evidence-call", language, **call)
    if entry.what is Event.STUCK:
        todo = "; ".join(steps(facts["reason"], entry.key, language))
        yield word("evidence-do", language, remedy=todo)
