"""Both languages have every text, with the same facts in it; every code has its texts."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from bridge.core import reasons
from bridge.core.journal import Event, Side
from bridge.core.model import Phase
from bridge.core.reasons import CODES, Code, Kind, reason_of
from bridge.errors import Foreign, Phrase, TryLater
from bridge.texts import say
from bridge.texts.catalogue import HERE, LANGUAGES, Catalogue, parsed

BRIDGE = HERE.parent


def source(language: str) -> str:
    return (HERE / f"{language}.ftl").read_text("utf-8")


TEMPLATES = BRIDGE / "server" / "page" / "templates"
EXPLAINED = (
    Kind.ORDER,
    Kind.ATTENTION,
    Kind.ALARM,
    Kind.GAP,
    Kind.SKU,
    Kind.INVENTORY,
    Kind.WAIT,
    Kind.STOCK,
    Kind.HEALTH,
)
ONLY_ENGLISH = re.compile(r"\b(if|it|is|then|sends|the|by|or|not|and|of|to|for|has|no)\b")
NEITHER = re.compile(r"`[^`]*`|\([^)]*\.md#[^)]*\)|[\w.]*_[\w.]*|waiting, accepted|Try again")
"""Code, links and the words of files: the same in every language."""


@cache
def entries(language: str) -> dict[str, ast.Message]:
    body = parsed(source(language)).body
    return {each.id.name: each for each in body if isinstance(each, ast.Message)}


@cache
def program() -> dict[Path, str]:
    return {path: path.read_text() for path in BRIDGE.rglob("*.py")}


class _Placeables(Visitor):
    """The facts that a text names, and the texts that it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: set[str] = set()
        self.others: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.facts.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.others.add(node.id.name)


def placeables(language: str, pattern: ast.Pattern) -> set[str]:
    found = _Placeables()
    found.visit(pattern)
    of = entries(language)
    return found.facts.union(*(placeables(language, of[other].value) for other in found.others))


def patterns(language: str, key: str) -> dict[str, ast.Pattern]:
    entry = entries(language)[key]
    return {"": entry.value} | {each.id.name: each.value for each in entry.attributes}


def steps(key: str) -> Iterator[ast.Pattern]:
    return (p for name, p in patterns("en", key).items() if name.startswith("step-"))


def texts_in(node: object) -> Iterator[str]:
    class Texts(Visitor):
        def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802
            found.append(node.value)

    found: list[str] = []
    Texts().visit(node)
    return iter(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_the_file_is_understood(language: str):
    body = parsed(source(language)).body
    assert [each.content for each in body if isinstance(each, ast.Junk)] == []
    names = [each.id.name for each in body if isinstance(each, ast.Message)]
    assert [name for name in names if names.count(name) > 1] == []
    assert set(re.findall(r"^(?:--- )?## .*$", (HERE / f"{language}.ftl").read_text(), re.M))


def test_both_languages_have_the_same_texts():
    for language in LANGUAGES:
        assert list(entries(language)) == list(entries("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_the_same_attributes_and_facts(language: str):
    for key in entries("en"):
        english = patterns("en", key)
        assert patterns(language, key).keys() == english.keys(), key
        for name, pattern in patterns(language, key).items():
            assert placeables(language, pattern) == placeables("en", english[name]), (key, name)


@pytest.mark.parametrize("code", CODES.values())
def test_every_code_has_its_texts_and_they_name_its_facts(code: Code):
    facts, verbs = set(code.facts), {verb.value for verb in code.verbs}
    said = placeables("en", entries("en")[code].value)
    assert said <= facts
    in_steps = set[str]().union(*(placeables("en", step) for step in steps(code)))
    assert in_steps <= facts | verbs | {"uid", "on_page"}
    assert said | in_steps >= facts, "a fact that nobody reads"
    assert ("meaning" in patterns("en", code)) == (code.kind in EXPLAINED)
    stuck = code.kind in (*EXPLAINED[:4], Kind.SKU, Kind.INVENTORY)
    assert any(steps(code)) == stuck, "what waits for a person says what to do"
    assert set(code.within) <= CODES.keys()


def test_every_code_is_given_somewhere():
    sources = [text for path, text in program().items() if path != Path(reasons.__file__)]
    words = {word for text in sources for word in re.findall(r"\w+", text)}
    for code in CODES.values():
        assert getattr(reasons, code.upper()) is code
        assert code.upper() in words, code


def test_every_text_is_somebodys():
    english = entries("en")
    keys = set(english) - CODES.keys()
    events = {f"event-{event.replace(' ', '-')}" for event in Event}
    phases = {f"phase-{phase}" for phase in Phase}
    sides = {f"side-{side}" for side in Side}
    assert events | phases | sides <= keys
    found = _Placeables()
    for entry in english.values():
        found.visit(entry)
    sources = "".join(program().values())
    for key in keys - events - phases - sides - found.others:
        if key.startswith("said-"):  # a sentence of somebody else's goes by its own words
            words = " ".join(texts_in(english[key]))
            assert Foreign(words).key == key
        elif not key.startswith(("page-", "value-", "wanted-")):
            named = key.removeprefix("fault-").removeprefix("slip-").removeprefix("busy-")
            quoted = [f"{mark}{each}{mark}" for mark in "\"'" for each in (key, named)]
            is_named = any(each in sources for each in quoted)
            assert is_named or f'f"{key.partition("-")[0]}-' in sources, key


def test_the_page_has_every_text_that_it_asks_for_and_no_other():
    asked = "".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    asked_by_name = set(re.findall(r"words(?:\.|\(\"|\[\")(\w+)", asked))
    code = "".join(path.read_text() for path in TEMPLATES.parent.rglob("*.py"))
    named = set(re.findall(r"\"(\w+)\"", code))
    made = ("ago_", "status_", "check_", "said_", "refused_", "button_accept_", "topic_", "what_")
    made += ("place_", "by_", "standing_", "chart_", "unit_")
    made += ("state_", "side_", "count_", "is_", "doing_", "source_", "fact_")
    has = {key.removeprefix("page-") for key in entries("en") if key.startswith("page-")}
    assert {each for each in asked_by_name if not each.endswith("_")} <= has
    assert {each for each in has - asked_by_name - named if not each.startswith(made)} == set()


def test_german_is_german():
    for key, entry in entries("de").items():
        for text in texts_in(entry):
            assert not ONLY_ENGLISH.search(NEITHER.sub("", text)), (key, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_found_in_the_file_without_reading_the_others(language):
    unread = Catalogue(language)._unread
    alone = {key: entry for key in unread for entry in parsed(unread[key]).body}
    whole = {each.id.name: each for each in parsed(source(language)).body if hasattr(each, "id")}
    assert alone.keys() == whole.keys()
    assert [key for key in whole if not alone[key].equals(whole[key], ["comment"])] == []


def test_what_a_failure_says_is_kept_in_each_language():
    failure = TryLater(Phrase("store-closed", path="x"))
    kept = reason_of(json.loads(json.dumps(failure.reason.document())))
    assert say(kept) == "the store x is closed"
    assert say(kept, "de") == "der Speicher x ist geschlossen"
    assert TryLater("no phrase").reason == reasons.SAID(what="no phrase")
    assert say(reasons.SAID(what="as it was kept before"), "de") == "as it was kept before"
