"""One language's texts, from its Fluent file. Not imported before the first text is read."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

HERE = Path(__file__).parent
LANGUAGES = ("en", "de")
_TEXT = re.compile(r"^([a-z][\w-]*) *=.*\n(?:(?: .*)?\n)*", re.MULTILINE)
ABSENT = "absent"
"""How a text is told that there is no such fact."""
Facts = Mapping[str, str | None]


class Catalogue:
    """Texts by key, each with its attributes."""

    def __init__(self, language: str) -> None:
        source = (HERE / f"{language}.ftl").read_text("utf-8")
        self._unread = {text[1]: text[0] for text in _TEXT.finditer(source)}
        self._read: dict[str, Mapping[str, ast.Pattern | None]] = {}

    def has(self, key: str, attribute: str = "") -> bool:
        """Whether there is such a text."""
        return attribute in self._patterns(key)

    def _patterns(self, key: str) -> Mapping[str, ast.Pattern | None]:
        """By attribute; "" is the text itself. Each is read once: all take a fifth of a second."""
        text = self._unread.pop(key, None)
        if text is not None:
            message = parsed(text).body[0]
            assert isinstance(message, ast.Message)  # noqa: S101 - tests read both files whole
            own = {each.id.name: each.value for each in message.attributes}
            self._read[key] = {"": message.value, **own}
        return self._read.get(key, {})

    def text(self, key: str, facts: Facts, attribute: str = "") -> str:
        """The text with the facts in it. Raises LookupError where there is none."""
        pattern = self._patterns(key)[attribute]
        if pattern is None:
            raise LookupError(key)
        return self._filled(pattern, facts)

    def _filled(self, pattern: ast.Pattern, facts: Facts) -> str:
        return "".join(
            each.value if isinstance(each, ast.TextElement) else self._said(each.expression, facts)
            for each in pattern.elements
        )

    def _said(self, node: ast.SyntaxNode, facts: Facts) -> str:
        """As much of Fluent as the texts have: a fact, another text, letters, and one of several
        texts by a fact. A fact that is not given is told by its name.
        """
        match node:
            case ast.VariableReference():
                fact = facts.get(node.id.name, node.id.name)
                return ABSENT if fact is None else fact
            case ast.MessageReference():
                return self.text(node.id.name, facts)
            case ast.StringLiteral():
                return str(node.parse()["value"])
            case ast.SelectExpression():
                return self._filled(_chosen(node, self._said(node.selector, facts)), facts)
        raise NotImplementedError(type(node).__name__)

    def texts(self, key: str, facts: Facts, attribute: str) -> Iterator[str]:
        """The attributes `attribute`-1, -2 ... as far as there are any."""
        place = 1
        while self.has(key, f"{attribute}-{place}"):
            yield self.text(key, facts, f"{attribute}-{place}")
            place += 1


catalogue = cache(Catalogue)


def _chosen(choice: ast.SelectExpression, fact: str) -> ast.Pattern:
    """Of English and German plurals, [one] is 1 alone."""
    found = {
        each.key.name: each.value
        for each in choice.variants
        if isinstance(each.key, ast.Identifier) and not each.default
    }
    (default,) = (each.value for each in choice.variants if each.default)
    return found.get(fact) or (found.get("one") if fact == "1" else None) or default


def parsed(text: str) -> ast.Resource:
    """A line break in a text counts as a blank."""
    resource = FluentParser(with_spans=False).parse(text)
    _Unfold().visit(resource)
    return resource


class _Unfold(Visitor):
    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802 - Fluent's name
        node.value = node.value.replace("\n", " ")
