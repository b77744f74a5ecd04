"""Masks personal data and secrets in a vendor's answer, mostly by the names of fields. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

MASK = "•••"

_LISTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_PERSONS = frozenset(_LISTS["persons"])
_PERSONAL = re.compile("|".join(_LISTS["personal"]))
_PEOPLE = re.compile("|".join(_LISTS["people"]))
_SECRET = re.compile("|".join(_LISTS["secret"]))
_IDS = frozenset(_LISTS["ids"])
_A_PERSONS_VALUE = re.compile("|".join(_LISTS["value_of_a_person"]))
_WORDS = frozenset(_LISTS["sentences"])
_WORDS_OF_REFUSAL = _WORDS.union(_LISTS["sentences_of_a_refusal"])
_KNOWN_WORDS = re.compile("|".join(_LISTS["documented_sentences"]), re.ASCII)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, and what may be shown."""

    patients: bool
    secrets: bool
    words: frozenset[str]
    in_person: bool = False
    in_secret: bool = False
    in_words: bool = False

    def inside(self, name: str) -> "_Place":
        about = name in _PERSONS or _PERSONAL.search(name) or _PEOPLE.search(name)
        return replace(
            self,
            in_person=self.in_person or bool(about),
            in_secret=self.in_secret or _SECRET.search(name) is not None,
            in_words=self.in_words or name in self.words,
        )


def masked(
    value: Any, *, refused: bool = False, patients: bool = False, secrets: bool = False
) -> Any:
    """The same JSON; what `patients` and `secrets` do not allow is a MASK.

    Fields that nobody knows are shown: their names say nothing of a person. `refused`: it is an
    error's body, of whose texts only the documented ones are shown.
    """
    words = _WORDS_OF_REFUSAL if refused else _WORDS
    return _masked(value, "", _Place(patients, secrets, words))


def _masked(value: Any, name: str, place: _Place) -> Any:
    if isinstance(value, Mapping):
        inner = place.inside(name)
        return {
            _key(key, number, place): _masked(each, _plain(key), inner)
            for number, (key, each) in enumerate(value.items())
        }
    if isinstance(value, list | tuple):
        return [_masked(each, name, place) for each in value]
    return MASK if _is_hidden(name, value, place) else value


def _key(key: object, number: int, place: _Place) -> str:
    text = str(key)
    hidden = not place.patients and _A_PERSONS_VALUE.search(text)
    return f"{MASK} {number}" if hidden else text


def _is_hidden(name: str, value: Any, place: _Place) -> bool:
    if value is None or value == "":
        return False
    if isinstance(value, bool):  # of a person, an answer; elsewhere, whether there is one
        return place.in_person and not place.patients
    if place.in_secret or _SECRET.search(name):
        return not place.secrets
    return not place.patients and _is_personal(name, value, place)


def _is_personal(name: str, value: Any, place: _Place) -> bool:
    if (place.in_person and name not in _IDS) or name in _PERSONS - {"customers"}:
        return True
    if _PERSONAL.search(name):
        return True
    if not isinstance(value, str):
        return False
    in_words = place.in_words or name in place.words
    quotes = in_words and not _KNOWN_WORDS.fullmatch(value)
    return quotes or _A_PERSONS_VALUE.search(value) is not None


def _plain(key: object) -> str:
    """Title Case and camelCase keys are the same names (pharmaone.md C16, rxscale.md 11)."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key))
    return text.lower().replace(" ", "_").replace("-", "_")
