"""An order's story in a pharmacist's words: one journal entry, one sentence, and its evidence."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.cli.shared.show import moment
from bridge.core.memory import Story
from bridge.core.model import JournalEntry, Phase

Facts = Mapping[str, Any]

SENTENCES: dict[str, Callable[[Facts], str]] = {
    "delivered": lambda f: (
        f"RxScale announced it ({f.get('event', 'webhook')}"
        + (f", {f['status']})" if f.get("status") else ")")
    ),
    "swept": lambda f: f"found in RxScale's order list: {f.get('why', f.get('status', ''))}",
    "echo": lambda _: "RxScale told what was known already; nothing to do",
    "looked": lambda f: f"looked at RxScale: {f.get('status')}",
    "read catalogue": lambda f: f"read RxScale's SKU list: {f.get('why')}",
    "searched PharmaOne": lambda f: (
        f"searched PharmaOne's orders: {f.get('found') or 'not found'}"
        + (f" ({f['gap']})" if f.get("gap") else "")
    ),
    "adopted": lambda f: f"PharmaOne made order {f.get('order')} of it ({f.get('status')})",
    "intends to submit": lambda f: f"about to send the order-request: {f.get('why')}",
    "submitted": lambda f: f"PharmaOne took the order-request {f.get('request', '(no id told)')}",
    "unsure": lambda f: f"no answer to the order-request: {f.get('reason')}",
    "refused": lambda f: f"PharmaOne refused the order-request: {f.get('reason')}",
    "not sent": lambda _: "the order-request was not sent",
    "set status": lambda f: f"set '{f.get('status')}' at RxScale",
    "status refused": lambda f: f"RxScale refused '{f.get('status')}': {f.get('reason')}",
    "waits": lambda f: f"waits: {f.get('why')}",
    "stuck": lambda f: f"STUCK: {f.get('reason')}",
    "done": lambda f: f"done: {f.get('why')}",
    "retried": lambda _: "a person said: try again",
    "dropped": lambda f: f"a person said to leave it alone: {f.get('reason')}",
    "marked submitted": lambda _: "a person said: the order-request is in PharmaOne already",
}


def sentence(entry: JournalEntry) -> list[str]:
    """The sentence, then a line for each rule that decided and each call made."""
    tell = SENTENCES.get(entry.what)
    lines = [tell(entry.facts) if tell else entry.what]
    lines += [f"rule  {rule}" for rule in _rules(entry.facts)]
    lines += [_call(call) for call in entry.facts.get("calls", ())]
    if entry.facts.get("remedy"):
        lines.append(f"do    {entry.facts['remedy']}")
    return lines


def next_up(story: Story) -> str:
    """What happens next, and when."""
    if story.stuck is not None:
        return f"nothing until a person decides. {story.stuck.note.remedy}"
    if story.due_at is not None:
        return f"looked at again at {moment(story.due_at)}"
    if story.link.phase in (Phase.DONE, Phase.DROPPED):
        return "nothing; it is finished"
    waits = [entry.facts.get("why") for entry in story.entries if entry.what == "waits"]
    awaited = f" ({waits[-1]})" if waits else ""
    return f"looked at when either side tells of a change, or the next sweep sees one{awaited}"


def _rules(facts: Facts) -> list[str]:
    rules = list(facts.get("rules", ()))
    return [*rules, facts["rule"]] if facts.get("rule") else rules


def _call(call: Mapping[str, Any]) -> str:
    return (
        f"call  {call['vendor']} {call['route']} -> {call['outcome']} ({call['milliseconds']} ms)"
    )
