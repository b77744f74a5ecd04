"""docs/stuck.md: every reason the bridge can give, what it means and what to do.

The reasons come out of the source (`reasons.py`), the explanations are written by hand
(`explained.py`); one without the other is a mistake. `make stuck` writes the page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bridge.core.orders.submitting import FREED_BY_MAPPING
from bridge.documents.explained import GAPS, ORDERS, WAITS, Explained
from bridge.documents.explained_more import HEALTH, INVENTORY, ROWS, SKUS
from bridge.documents.reasons import Reason, found

HEAD = """# When something is stuck

Every reason the bridge can give, in its own words, what it means and what to do. This page is made
from the program's source by `make stuck`; a test fails when a reason lacks its explanation.

```sh
rxbridge stuck list                  # what waits for a person, since when, why, and what to do
rxbridge orders show po-abc123       # one order's whole story
```

A stuck order holds up no other. `<...>` stands for what differs. Four commands free one (the first
takes `--all` too, which leaves what it would send again):

| command | when |
| --- | --- |
| `rxbridge stuck retry order:po-abc123` | the cause is mended: look again |
| `rxbridge stuck submitted order:po-abc123` | its order-request is in PharmaOne already |
| `rxbridge stuck drop order:po-abc123 --reason "handled by hand"` | leave it alone from now on |
| `rxbridge orders sync po-abc123` | look at it now, and tell what came of it |
"""
FREES_ITSELF = "It is looked at again by itself when a mapping file changes."


@dataclass(frozen=True, slots=True)
class Section:
    """`kinds` of reasons, each of them explained; as headings, or as the rows of a table."""

    title: str
    text: str
    kinds: frozenset[str]
    explained: Mapping[str, Explained]
    rows: bool = False


SECTIONS = (
    Section(
        "Orders that are stuck",
        "The code stands in brackets in `rxbridge stuck list`, and in its `--json`.",
        frozenset({"StuckNote"}),
        ORDERS,
    ),
    Section(
        "Orders that cannot be made into an order-request",
        "The mapping lacks something for this order. All that is lacking is told at once.",
        frozenset({"Gap"}),
        GAPS,
    ),
    Section("SKUs that are stuck", "", frozenset({"StuckNote"}), SKUS),
    Section(
        "An inventory that is not believed",
        "Nothing is changed by such an answer until a second look (`stock.second_look_seconds` "
        "later) shows the same, or a person confirms it.",
        frozenset({"Anomaly"}),
        INVENTORY,
    ),
    Section(
        "Orders that wait",
        "Not stuck: these go on by themselves. `rxbridge orders show po-abc123` says what is "
        "awaited.",
        frozenset({"Wait"}),
        WAITS,
        rows=True,
    ),
    Section(
        "Why a SKU is as it is",
        "The last column of `rxbridge stock plan --all`.",
        frozenset({"SKU"}),
        ROWS,
        rows=True,
    ),
    Section(
        "What /health says",
        "The `reason` of a check that is not `ok`.",
        frozenset({"health"}),
        HEALTH,
        rows=True,
    ),
)


class Unexplained(ValueError):  # noqa: N818 - says what is wrong
    """A reason lacks its explanation, or an explanation its reason."""


def page(reasons: Iterable[Reason] | None = None) -> str:
    """The whole page, in Markdown. Raises Unexplained."""
    given = list(found() if reasons is None else reasons)
    _complete(given)
    return "\n".join([HEAD, *(line for section in SECTIONS for line in _section(section, given))])


def _complete(reasons: list[Reason]) -> None:
    for each in reasons:
        if each.kind != "Why" and not any(
            each.kind in s.kinds and each.code in s.explained for s in SECTIONS
        ):
            where = "bridge/documents/explained.py or explained_more.py"
            raise Unexplained(f"nothing explains the {each.kind} '{each.code}': add it to {where}")
    for section in SECTIONS:
        codes = {each.code for each in reasons if each.kind in section.kinds}
        for code in section.explained.keys() - codes:
            raise Unexplained(f"'{code}' is explained, and the bridge never says it: take it out")


def _section(section: Section, reasons: list[Reason]) -> Iterator[str]:
    yield f"## {section.title}\n"
    if section.text:
        yield f"{section.text}\n"
    if section.rows:
        yield "| it says | it means |\n| --- | --- |"
        yield from (_row(code, each) for code, each in section.explained.items())
        yield ""
        return
    for code, explained in section.explained.items():
        says = [each.says for each in reasons if each.code == code and each.kind in section.kinds]
        whys = [each.says for each in reasons if (each.kind, each.code) == ("Why", code)]
        yield from _entry(code, says, whys, explained)


def _row(says: str, explained: Explained) -> str:
    return f"| {_literal(says)} | {' '.join([explained.means, *explained.do])} |"


def _entry(code: str, says: list[str], whys: list[str], explained: Explained) -> Iterator[str]:
    yield f"### `{code}`\n"
    yield "\n".join(f"> {_literal(text)}\n" for text in dict.fromkeys(says))
    yield f"{explained.means}\n"
    if whys:
        yield "It says why:\n"
        yield from (f"- {_literal(text)}" for text in whys)
        yield ""
    yield from (f"{place}. {step}" for place, step in enumerate(explained.do, start=1))
    if code in FREED_BY_MAPPING:
        yield f"\n{FREES_ITSELF}"
    yield ""


def _literal(text: str) -> str:
    """As code, so that `<...>` is not taken for HTML."""
    return f"`{text}`"
