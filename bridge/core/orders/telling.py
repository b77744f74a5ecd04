"""An order's story in a pharmacist's words: one journal entry, one sentence, and its evidence."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bridge.core.memory import Story
from bridge.core.model import JournalEntry, Phase

Facts = Mapping[str, Any]

RXSCALE, PHARMAONE, BRIDGE = SIDES = ("RxScale", "PharmaOne", "bridge")
VENDORS = {"rxscale": RXSCALE, "pharmaone": PHARMAONE}
PHASES = {
    Phase.KNOWN: "not sent yet",
    Phase.SUBMITTING: "being sent",
    Phase.UNSURE: "unsure",
    Phase.SUBMITTED: "under review",
    Phase.ADOPTED: "order made",
    Phase.DROPPED: "left alone",
    Phase.DONE: "done",
}


def _told(facts: Facts) -> str:
    vendor = VENDORS.get(facts.get("vendor", ""), RXSCALE)
    status = f", {facts['status']}" if facts.get("status") else ""
    again = f", {facts['times']} times" if facts.get("times") else ""
    return f"{vendor} told of it ({facts.get('event', 'webhook')}{status}{again})"


def _status(facts: Facts) -> str:
    flags = f" ({facts['flags']})" if facts.get("flags") else ""
    return f"{facts.get('status')}{flags}"


SENTENCES: dict[str, tuple[str, Callable[[Facts], str]]] = {
    "swept": (
        RXSCALE,
        lambda f: f"found in RxScale's order list: {f.get('why', f.get('status', ''))}",
    ),
    "looked": (RXSCALE, lambda f: f"looked at RxScale: {f.get('status')}"),
    "looked at PharmaOne": (PHARMAONE, lambda f: f"looked at PharmaOne: {_status(f)}"),
    "looked at prescription": (PHARMAONE, lambda f: f"the prescription is {f.get('status')}"),
    "read catalogue": (RXSCALE, lambda f: f"read RxScale's SKU list: {f.get('why')}"),
    "searched PharmaOne": (
        PHARMAONE,
        lambda f: (
            f"searched PharmaOne's orders: {f.get('found') or 'not found'}"
            + (f" ({f['gap']})" if f.get("gap") else "")
        ),
    ),
    "adopted": (
        PHARMAONE,
        lambda f: f"PharmaOne made order {f.get('order')} of it ({f.get('status')})",
    ),
    "intends to submit": (BRIDGE, lambda f: f"about to send the order-request: {f.get('why')}"),
    "submitted": (
        PHARMAONE,
        lambda f: f"PharmaOne took the order-request {f.get('request', '(no id told)')}",
    ),
    "unsure": (PHARMAONE, lambda f: f"no answer to the order-request: {f.get('reason')}"),
    "refused": (PHARMAONE, lambda f: f"PharmaOne refused the order-request: {f.get('reason')}"),
    "not sent": (BRIDGE, lambda _: "the order-request was not sent"),
    "intends to prescribe": (BRIDGE, lambda f: f"about to send the prescription: {f.get('why')}"),
    "prescribed": (
        PHARMAONE,
        lambda f: f"PharmaOne took the prescription {f.get('prescription')}",
    ),
    "set status": (RXSCALE, lambda f: f"set '{f.get('status')}' at RxScale"),
    "status refused": (
        RXSCALE,
        lambda f: f"RxScale refused '{f.get('status')}': {f.get('reason')}",
    ),
    "completed": (
        RXSCALE,
        lambda f: (
            "completed at RxScale"
            + (f", with the parcel's page ({f['carrier']})" if f.get("carrier") else "")
        ),
    ),
    "tracking refused": (
        RXSCALE,
        lambda f: f"RxScale did not take the parcel's page, so without it: {f.get('reason')}",
    ),
    "cancelled there": (PHARMAONE, lambda f: f"cancelled PharmaOne's order {f.get('order')}"),
    "cancellation refused": (
        PHARMAONE,
        lambda f: f"PharmaOne refused the cancellation: {f.get('reason')}",
    ),
    "waits": (BRIDGE, lambda f: f"waits: {f.get('why')}"),
    "stuck": (BRIDGE, lambda f: f"STUCK: {f.get('reason')}"),
    "done": (BRIDGE, lambda f: f"done: {f.get('why')}"),
    "retried": (BRIDGE, lambda _: "a person said: try again"),
    "dropped": (BRIDGE, lambda f: f"a person said to leave it alone: {f.get('reason')}"),
    "restored": (
        BRIDGE,
        lambda _: "the store was restored from a backup: what came after it is looked for",
    ),
    "marked submitted": (
        BRIDGE,
        lambda _: "a person said: the order-request is in PharmaOne already",
    ),
}
"""For each kind of entry the side it happened at, and how it is told."""


def side_of(entry: JournalEntry) -> str:
    """RxScale, PharmaOne or the bridge itself."""
    if entry.what in ("delivered", "echo"):
        return VENDORS.get(entry.facts.get("vendor", ""), RXSCALE)
    side, _ = SENTENCES.get(entry.what, (BRIDGE, None))
    return side


def headline(entry: JournalEntry) -> str:
    """What happened, in one sentence."""
    if entry.what == "delivered":
        return _told(entry.facts)
    if entry.what == "echo":
        return f"{_told(entry.facts)}: known already, nothing to do"
    _, tell = SENTENCES.get(entry.what, (BRIDGE, None))
    return tell(entry.facts) if tell is not None else entry.what


def sentence(entry: JournalEntry) -> list[str]:
    """The headline, then its evidence."""
    return [headline(entry), *evidence(entry)]


def evidence(entry: JournalEntry) -> list[str]:
    """A line for each rule that decided and each call made."""
    lines = [f"rule  {rule}" for rule in _rules(entry.facts)]
    if entry.facts.get("version"):
        lines.append(f"files version {entry.facts['version']} of the mapping files")
    lines += [_call(call) for call in entry.facts.get("calls", ())]
    if entry.facts.get("remedy"):
        lines.append(f"do    {entry.facts['remedy']}")
    return lines


def next_up(story: Story, moment: Callable[[datetime], str]) -> str:
    """What happens next, and when; `moment` writes a time as its reader wants it."""
    if story.stuck is not None:
        return f"nothing until a person decides. {story.stuck.note.remedy}"
    if story.due_at is not None:
        return f"looked at again at {moment(story.due_at)}"
    if story.record.phase in (Phase.DONE, Phase.DROPPED):
        return "nothing; it is finished"
    waits = [entry.facts.get("why") for entry in story.entries if entry.what == "waits"]
    awaited = f" ({waits[-1]})" if waits else ""
    return f"looked at when either side tells of a change, or the next sweep sees one{awaited}"


def _rules(facts: Facts) -> list[str]:
    rules = list(facts.get("rules", ()))
    rules += [facts["rule"]] if facts.get("rule") else []
    return rules


def _call(call: Mapping[str, Any]) -> str:
    return (
        f"call  {call['vendor']} {call['route']} -> {call['outcome']} ({call['milliseconds']} ms)"
    )
