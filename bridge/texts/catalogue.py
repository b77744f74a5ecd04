"""One language's texts, from its Fluent file. Nothing imports this before somebody reads a text."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fluent.runtime import FluentBundle
from fluent.runtime.types import FluentType
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

HERE = Path(__file__).parent
LANGUAGES = ("en", "de")
_TEXT = re.compile(r"^([a-z][\w-]*) *=.*\n(?:(?: .*)?\n)*", re.MULTILINE)
_NAMED = re.compile(r"\{ *([a-z][\w-]*)")
ABSENT = "absent"
"""How a text is told that there is no such fact."""

LONG = 500
"""Fluent refuses facts of more than 2,500 letters; an order may lack more than that, so a long one
is put in afterwards.
"""


class _One(FluentType):
    """The only number: of English and German plurals, [one] is 1 alone."""

    def format(self, _: object) -> str:
        return "1"

    def __eq__(self, other: object) -> bool:
        return other == "one"

    __hash__ = None  # type: ignore[assignment]


class _Bundle(FluentBundle):
    """Without Babel's data of the language, 4 MiB: no number is written with it."""

    def _get_babel_locale(self) -> Any:
        return SimpleNamespace(plural_form={})


class Catalogue:
    """Texts by key, each with its attributes."""

    def __init__(self, language: str) -> None:
        self._bundle = _Bundle([language], use_isolating=False)
        source = (HERE / f"{language}.ftl").read_text("utf-8")
        self._unread = {text[1]: text[0] for text in _TEXT.finditer(source)}

    def has(self, key: str, attribute: str = "") -> bool:
        """Whether there is such a text."""
        self._read(key)
        if not self._bundle.has_message(key):
            return False
        return not attribute or attribute in self._bundle.get_message(key).attributes

    def _read(self, key: str) -> None:
        """With the texts that it names, once: all of them would take a fifth of a second."""
        text = self._unread.pop(key, None)
        if text is not None:
            self._bundle.add_resource(parsed(text))
            for named in _NAMED.findall(text):
                self._read(named)

    def text(self, key: str, facts: Mapping[str, str | None], attribute: str = "") -> str:
        """The text with the facts in it. Raises LookupError where there is none."""
        self._read(key)
        message = self._bundle.get_message(key)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise LookupError(key)
        given = {name: ABSENT if fact is None else fact for name, fact in facts.items()}
        long = {f"\ue000{name}\ue000": fact for name, fact in given.items() if len(fact) > LONG}
        given |= {mark.strip("\ue000"): mark for mark in long}
        counted = {name: _One() if fact == "1" else fact for name, fact in given.items()}
        text = str(self._bundle.format_pattern(pattern, counted)[0])
        for mark, fact in long.items():
            text = text.replace(mark, fact)
        return text

    def texts(self, key: str, facts: Mapping[str, str | None], attribute: str) -> Iterator[str]:
        """The attributes `attribute`-1, -2 ... as far as there are any."""
        place = 1
        while self.has(key, f"{attribute}-{place}"):
            yield self.text(key, facts, f"{attribute}-{place}")
            place += 1


catalogue = cache(Catalogue)


def parsed(text: str) -> ast.Resource:
    """A line break in a text counts as a blank."""
    resource = FluentParser(with_spans=False).parse(text)
    _Unfold().visit(resource)
    return resource


class _Unfold(Visitor):
    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802 - Fluent's name
        node.value = node.value.replace("\n", " ")
