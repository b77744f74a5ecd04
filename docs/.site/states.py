"""docs/states.md: each vendor's status words, what they mean and the steps between them.

`make drawings` writes the page from the shipped mappings/statuses.toml.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bridge.core.lifecycle import TERMINAL, Vocabulary
from bridge.mapping.reading import STATUSES, Faults, read_files, read_toml
from bridge.mapping.statuses import Statuses, read_statuses

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "mappings"
PAGE = ROOT / "docs" / "states.md"
HEAD = """# The states of an order

Drawn from [`mappings/statuses.toml`](../mappings/statuses.toml) by `make drawings`; a test holds
this page against the file. An arrow is a step that the bridge may take at that vendor. It takes
the first arrow of the shortest way to the state it wants, looks again, and never passes through a
hold on the way elsewhere. A word that is in no table makes its order wait for a person.
"""


def page(statuses: Statuses) -> str:
    """The whole page, in Markdown with Mermaid drawings."""
    parts, pharmaone = [HEAD], statuses.words.pharmaone
    for dialect, vocabulary in statuses.dialects.items():
        parts.append(f"## RxScale, dialect `{dialect}`\n")
        parts += [_drawing(vocabulary), _table(vocabulary)]
    parts.append("## PharmaOne's orders\n")
    parts.append(
        "Staff move these; the bridge itself only cancels. A raised flag outweighs the word: "
        + ", ".join(f"`{flag}` means {state}" for flag, state in pharmaone.flags.items())
        + ".\n"
    )
    parts += [_drawing(pharmaone), _table(pharmaone)]
    return "\n".join(parts)


def _drawing(words: Vocabulary) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {_name(word)}: {word} ({state})" for word, state in words.means.items()]
    lines += [f"    [*] --> {_name(word)}" for word in words.means if _begins(words, word)]
    lines += [f"    {_name(a)} --> {_name(b)}{_call(words, b)}" for a, b in _steps(words)]
    lines += [
        f"    {_name(word)} --> [*]" for word, state in words.means.items() if state in TERMINAL
    ]
    return "\n".join([*lines, "```", ""])


def _begins(words: Vocabulary, word: str) -> bool:
    return word in words.arriving or word in words.queue


def _steps(words: Vocabulary) -> Iterator[tuple[str, str]]:
    for word, following in words.steps.items():
        yield from ((word, each) for each in following)


def _call(words: Vocabulary, word: str) -> str:
    call = words.calls.get(word, "status")
    return "" if call == "status" else f": {call}"


def _name(word: str) -> str:
    return re.sub(r"\W", "_", word)


def _table(words: Vocabulary) -> str:
    lines = ["| word | means | the bridge may go on to |", "| --- | --- | --- |"]
    for word, state in words.means.items():
        following = ", ".join(f"`{each}`" for each in words.steps.get(word, ()))
        note = " (not ours to touch yet)" if word in words.arriving else ""
        note = " (waits for the pharmacy)" if word in words.queue else note
        lines.append(f"| `{word}` | {state}{note} | {following} |")
    return "\n".join([*lines, ""])


def shipped() -> str:
    """The page of the files that come with the bridge."""
    faults = Faults()
    content = read_files(SHIPPED, faults)
    data = read_toml(STATUSES, content, faults)
    statuses = read_statuses(data, "current", faults)
    if statuses is None:
        raise ValueError(f"the shipped {STATUSES} cannot be read")
    return page(statuses)


if __name__ == "__main__":
    PAGE.write_text(shipped(), "utf-8")
