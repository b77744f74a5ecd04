"""What a person reads of reasons, stories and the page: one catalogue a language, by code.

The catalogues (`en.ftl`, `de.ftl`) and the library that reads them are loaded with the first text:
a bridge that has nothing to tell stays as small as one without them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bridge.core.model import Key
from bridge.core.reasons import Code, Fact, Kind, Reason, Verb

if TYPE_CHECKING:
    from bridge.texts.catalogue import Catalogue

ENGLISH = "en"
NO_KEY = Key("")
"""Of what is not stuck: an inventory, a price."""
Command = Callable[[Verb], str]
"""How a person is told to say a verb: what to type, or which button to press."""


def say(reason: Reason, language: str = ENGLISH, *, on_page: bool = False) -> str:
    """Why, in a sentence."""
    told = [_sentence(each, language, on_page=on_page) for each in (reason, *reason.also)]
    return "; ".join(told)


def steps(
    reason: Reason, key: Key = NO_KEY, language: str = ENGLISH, command: Command | None = None
) -> list[str]:
    """What to do about it, one thing after the other."""
    found: list[str] = []
    for each in (reason, *reason.also):
        say_it = command or typed(each.code, key, language).__getitem__
        facts = _told(each, language) | {"uid": key.removeprefix("order:")}
        facts["on_page"] = "no" if command is None else "yes"
        facts |= {verb.value: say_it(verb) for verb in Verb}
        found += _catalogue(language).texts(each.code, facts, "step")
    return list(dict.fromkeys(found))


def typed(code: Code, key: Key, language: str = ENGLISH) -> dict[Verb, str]:
    """What is typed to say each verb."""
    catalogue = _catalogue(language)
    because = catalogue.text(code, {}, "because") if catalogue.has(code, "because") else "..."
    return {
        Verb.RETRY: f"rxbridge stuck retry {key}",
        Verb.SUBMITTED: f"rxbridge stuck submitted {key}",
        Verb.DROP: f"rxbridge stuck drop {key} --reason '{because}'",
        Verb.RESUME: f"rxbridge orders resume {key.removeprefix('order:')}",
        Verb.ACCEPT: f"rxbridge stuck accept {key}",
        Verb.CONFIRM: "rxbridge stock sync --confirm"
        if code.kind is Kind.INVENTORY
        else f"rxbridge stuck confirm {key}",
    }


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about something stuck, in no language yet; as a text it is English."""

    reason: Reason
    key: Key = NO_KEY

    def told(self, language: str = ENGLISH) -> str:
        return "; ".join(steps(self.reason, self.key, language))

    def __str__(self) -> str:
        return self.told()


def stuck_document(reason: Reason, key: Key) -> dict[str, object]:
    """What is told of something stuck: its code, and the rest as each reader wants it."""
    return {"code": reason.code, "reason": reason, "remedy": Remedy(reason, key)}


@lru_cache(maxsize=4096)  # a page asks for the same few a thousand times
def word(key: str, language: str = ENGLISH, /, **facts: Fact) -> str:
    """Any other text, by its key in the catalogue. Raises LookupError."""
    given = {name: _plain(fact, language) for name, fact in facts.items()}
    key, _, attribute = key.partition(".")
    return _catalogue(language).text(key, given, attribute)


def way_out(key: str, language: str = ENGLISH, /, **facts: str | None) -> str:
    """The `.remedy` of a text; "" where it has none."""
    catalogue = _catalogue(language)
    return catalogue.text(key, facts, "remedy") if catalogue.has(key, "remedy") else ""


class Words:
    """The page's own texts, as a template asks for them."""

    def __init__(self, language: str) -> None:
        self.of = language

    def __getitem__(self, key: str) -> str:
        """Raises LookupError."""
        return word(f"page-{key}", self.of)

    def __contains__(self, key: object) -> bool:
        return _catalogue(self.of).has(f"page-{key}")

    def __call__(self, key: str, **facts: Fact) -> str:
        """One that names facts."""
        return word(f"page-{key}", self.of, **facts)


def _catalogue(language: str) -> "Catalogue":
    from bridge.texts.catalogue import catalogue

    return catalogue(language)


def _sentence(reason: Reason, language: str, *, on_page: bool) -> str:
    catalogue = _catalogue(language)
    attribute = "on-page" if on_page and catalogue.has(reason.code, "on-page") else ""
    return catalogue.text(reason.code, _told(reason, language), attribute)


def _told(reason: Reason, language: str) -> dict[str, str | None]:
    facts = reason.facts
    if language in facts:  # what a failure said, kept in each language
        facts = {**facts, "what": facts[language]}
    return {name: _plain(fact, language) for name, fact in facts.items()}


def _plain(fact: Fact, language: str) -> str | None:
    if isinstance(fact, Reason):
        return say(fact, language)
    return None if fact is None else str(fact)
