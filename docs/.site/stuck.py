"""docs/stuck.md and stuck.de.md: every reason the bridge can give, what it means and what to do.

All of it comes from the codes (bridge/core/reasons.py) and their texts (bridge/texts). `make stuck`
writes the pages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from bridge import texts
from bridge.core.model import Key
from bridge.core.reasons import CODES, Code, Kind, Reason
from bridge.texts.catalogue import HERE, catalogue, parsed

DOCS = Path(__file__).parents[1]
PAGES = {"en": "stuck.md", "de": "stuck.de.md"}
HEADINGS = (*(Kind.ORDER, Kind.ATTENTION, Kind.ALARM), *(Kind.GAP, Kind.SKU, Kind.INVENTORY))
ROWS = (Kind.WAIT, Kind.STOCK, Kind.HEALTH)
ORDER, SKU = Key("order:po-abc123"), Key("sku:psku-abc123")
COMMANDS = """
```sh
rxbridge stuck list                  # {list}
rxbridge orders show po-abc123       # {show}
```
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the reasons, in one language."""

    title: str
    before: str
    after: str
    sections: Mapping[Kind, tuple[str, str]]
    row: str
    whys: str
    freed: str


ENGLISH = Frame(
    title="When something is stuck",
    before="""Every reason the bridge can give, in its own words, what it means and what to do.
This page is made from the program's texts by `make stuck`."""
    + COMMANDS.format(
        list="what waits for a person, since when, why, and what to do",
        show="one order's whole story",
    ),
    after="""A stuck order holds up no other. `<...>` stands for what differs. These commands free
one (the first takes `--all` too, which leaves what it would send again):

| command | when |
| --- | --- |
| `rxbridge stuck retry order:po-abc123` | the cause is mended: look again |
| `rxbridge stuck submitted order:po-abc123` | its order-request is in PharmaOne already |
| `rxbridge stuck drop order:po-abc123 --reason "handled by hand"` | leave it alone from now on |
| `rxbridge stuck confirm order:po-abc123` | it is right: cancel it; or `--all` of too many |
| `rxbridge stuck accept order:po-abc123` | you know what you should know of it |
| `rxbridge orders resume po-abc123` | a slip, or rejected by mistake: take it up again |
| `rxbridge orders sync po-abc123` | look at it now, and tell what came of it |
""",
    sections={
        Kind.ORDER: (
            "Orders that are stuck",
            "The code stands in brackets in `rxbridge stuck list`, and in its `--json`.",
        ),
        Kind.ATTENTION: (
            "What you should know of orders that go on",
            "Not stuck: the order goes on all the same. `rxbridge stuck list` and the page mark "
            "these as such; they close themselves when they are true no more, or once you say "
            "that you know.",
        ),
        Kind.ALARM: (
            "Alarms",
            "What should be heard or proved and is not. They close themselves once it is mended, "
            "or are shown no more once you say that you know. `rxbridge stuck list`, the page and "
            "`/health` tell them.",
        ),
        Kind.GAP: (
            "Orders that cannot be made into an order-request",
            "The mapping lacks something for this order. All that is lacking is told at once.",
        ),
        Kind.SKU: ("SKUs that are stuck", ""),
        Kind.INVENTORY: (
            "An inventory that is not believed",
            "Nothing is changed by such an answer until a second look (`stock.second_look_seconds` "
            "later) shows the same, or a person confirms it.",
        ),
        Kind.WAIT: (
            "Orders that wait",
            "Not stuck: these go on by themselves. `rxbridge orders show po-abc123` says what is "
            "awaited.",
        ),
        Kind.STOCK: ("Why a SKU is as it is", "The last column of `rxbridge stock plan --all`."),
        Kind.HEALTH: ("What /health says", "The `reason` of a check that is not `ok`."),
    },
    row="it says | it means",
    whys="It says why:",
    freed="It is looked at again by itself when a mapping file changes.",
)
GERMAN = Frame(
    title="Wenn etwas feststeckt",
    before="""Jeder Grund, den die Brücke nennen kann, in ihren eigenen Worten, was er bedeutet und
was zu tun ist. `make stuck` macht diese Seite aus den Texten des Programms."""
    + COMMANDS.format(
        list="was auf einen Menschen wartet, seit wann, warum, und was zu tun ist",
        show="der ganze Verlauf einer Bestellung",
    ),
    after="""So sieht es aus; die Befehle sprechen Deutsch, wo das System es tut, sonst mit
`--lang de`:

```text
order:po-abc123  seit 2026-01-02 08:00:00  (unlinked_sku)
  warum   'Cannabisblüten 20' (sku-1, psku-1) ist keinem PharmaOne-Produkt zugeordnet
  zu tun  rxbridge skus match schlägt Produkt und Einheiten vor; mit --write gelten die sicheren
          sonst eine Zeile für psku-1 in skus.csv schreiben

1 steckt fest. Wenn es behoben ist: rxbridge stuck retry --all
```

Eine Bestellung, die feststeckt, hält keine andere auf. `<...>` steht für das, was sich
unterscheidet. Diese Befehle befreien eine (der erste nimmt auch `--all`, lässt dann aber liegen,
was er noch einmal senden würde):

| Befehl | wann |
| --- | --- |
| `rxbridge stuck retry order:po-abc123` | die Ursache ist behoben: noch einmal ansehen |
| `rxbridge stuck submitted order:po-abc123` | die Bestellanfrage ist schon in PharmaOne |
| `rxbridge stuck drop order:po-abc123 --reason "von Hand"` | ab jetzt nicht mehr anfassen |
| `rxbridge stuck confirm order:po-abc123` | es stimmt: stornieren; auch `--all` |
| `rxbridge stuck accept order:po-abc123` | du weißt, was du von ihr wissen solltest |
| `rxbridge orders resume po-abc123` | ein Versehen, auch eine Ablehnung: wieder aufnehmen |
| `rxbridge orders sync po-abc123` | jetzt ansehen und sagen, was dabei herauskam |
""",
    sections={
        Kind.ORDER: (
            "Bestellungen, die feststecken",
            "Der Code steht in `rxbridge stuck list` in Klammern, und in dessen `--json`.",
        ),
        Kind.ATTENTION: (
            "Was du von Bestellungen wissen solltest, die weitergehen",
            "Sie stecken nicht fest. `rxbridge stuck list` und die Seite kennzeichnen sie; sie "
            "schließen sich von selbst, wenn sie nicht mehr zutreffen, oder wenn du sagst, dass du "
            "Bescheid weißt.",
        ),
        Kind.ALARM: (
            "Alarme",
            "Was zu hören oder bewiesen sein sollte und es nicht ist. Sie schließen sich von "
            "selbst, wenn es behoben ist, oder werden nicht mehr gezeigt, wenn du sagst, dass du "
            "Bescheid weißt. `rxbridge stuck list`, die Seite und `/health` sagen sie.",
        ),
        Kind.GAP: (
            "Bestellungen, aus denen keine Bestellanfrage wird",
            "Der Zuordnung fehlt etwas für diese Bestellung. Alles, was fehlt, wird auf einmal "
            "gesagt.",
        ),
        Kind.SKU: ("Artikel, die feststecken", ""),
        Kind.INVENTORY: (
            "Ein Bestand, dem nicht geglaubt wird",
            "Durch so eine Antwort ändert sich nichts, bis ein zweiter Blick "
            "(`stock.second_look_seconds` später) dasselbe zeigt oder ein Mensch es bestätigt.",
        ),
        Kind.WAIT: (
            "Bestellungen, die warten",
            "Sie stecken nicht fest und gehen von selbst weiter. `rxbridge orders show po-abc123` "
            "sagt, worauf gewartet wird.",
        ),
        Kind.STOCK: (
            "Warum die Zahl eines Artikels so ist",
            "Die letzte Spalte von `rxbridge stock plan --all`, und der Seite.",
        ),
        Kind.HEALTH: (
            "Was /health und die Seite sagen",
            "Der Grund einer Prüfung, die nicht `ok` ist; `/health` sagt ihn auf Englisch.",
        ),
    },
    row="sie sagt | das bedeutet",
    whys="Sie sagt, warum:",
    freed="Sie wird von selbst noch einmal angesehen, wenn sich eine Zuordnungsdatei ändert.",
)
FRAMES = {"en": ENGLISH, "de": GERMAN}


def page(language: str = "en") -> str:
    """The whole page, in Markdown."""
    return "\n".join(_Page(language).lines())


class _Page:
    def __init__(self, language: str) -> None:
        self._language = language
        self._frame = FRAMES[language]
        self._catalogue = catalogue(language)
        entries = parsed((HERE / f"{language}.ftl").read_text("utf-8")).body
        self._entries = {e.id.name: e for e in entries if isinstance(e, ast.Message)}

    def lines(self) -> Iterator[str]:
        frame = self._frame
        yield f"# {frame.title}\n\n{frame.before}\n{frame.after}"
        for kind, (title, text) in frame.sections.items():
            yield f"## {title}\n"
            if text:
                yield f"{text}\n"
            codes = [code for code in CODES.values() if code.kind is kind]
            if kind in ROWS:
                yield f"| {frame.row} |\n| --- | --- |"
                yield from (
                    f"| {_literal(self._says(code)[0])} | {self._means(code)} |" for code in codes
                )
                yield ""
            else:
                for code in codes:
                    yield from self._entry(code)

    def _entry(self, code: Code) -> Iterator[str]:
        yield f"### `{code}`\n"
        yield "\n".join(f"> {_literal(text)}\n" for text in self._says(code))
        yield f"{self._means(code)}\n"
        parts = [each for each in CODES.values() if code in each.within]
        if parts:
            yield f"{self._frame.whys}\n"
            yield from (f"- {_literal(text)}" for each in parts for text in self._says(each))
            yield ""
        yield from (f"{place}. {step}" for place, step in enumerate(self._steps(code), start=1))
        if code.freed_by_mapping:
            yield f"\n{self._frame.freed}"
        yield ""

    def _says(self, code: Code) -> list[str]:
        """Its sentence; several where it differs by what is known."""
        told = [texts.say(each, self._language) for each in self._variants(code)]
        return list(dict.fromkeys(told))

    def _means(self, code: Code) -> str:
        return self._catalogue.text(code, {}, "meaning")

    def _steps(self, code: Code) -> list[str]:
        key = SKU if code.kind is Kind.SKU else ORDER
        typed = texts.typed(code, key, self._language)
        told = [
            texts.steps(each, key, self._language, lambda verb: f"`{typed[verb]}`")
            for each in self._variants(code)
        ]
        together = dict.fromkeys(step for alike in zip(*told, strict=True) for step in alike)
        return [f"{step[0].upper()}{_marked(step[1:])}" for step in together]

    def _variants(self, code: Code) -> list[Reason]:
        """The reason for each case that its texts tell apart; `<...>` for every other fact."""
        cases = _Cases()
        cases.visit(self._entries[code])
        choices = [
            [*cases.found[name], f"<{name}>"] if name in cases.found else [f"<{name}>"]
            for name in code.facts
        ]
        return [
            Reason(code, dict(zip(code.facts, each, strict=True))) for each in product(*choices)
        ]


class _Cases(Visitor):
    """By fact, the words that a text tells apart."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        keys = [each.key.name for each in node.variants if isinstance(each.key, ast.Identifier)]
        if isinstance(node.selector, ast.VariableReference):
            self.found[node.selector.id.name] = [key for key in keys if key != "other"]
        self.generic_visit(node)


def _literal(text: str) -> str:
    """As code, so that `<...>` is not taken for HTML."""
    return f"`{text}`"


def _marked(step: str) -> str:
    return re.sub(r"<[^>]*>[^\s:]*", r"`\g<0>`", step)


if __name__ == "__main__":
    for _language, _name in PAGES.items():
        (DOCS / _name).write_text(page(_language), "utf-8")
