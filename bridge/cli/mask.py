"""Masks all of a vendor's answer but the documented fields that are about no person. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.core.model import Flag

MASK = "•••"

_LISTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_IDS = frozenset(_LISTS["ids"])
_SENTENCES = frozenset(_LISTS["sentences"])
_FIELDS = _IDS.union(_SENTENCES, _LISTS["fields"], Flag)
_WHOLE = frozenset(_LISTS["whole"])
_REFUSALS = _SENTENCES | {"description"}
_SECRET = re.compile("|".join(_LISTS["secret"]))
_A_PERSONS_VALUE = re.compile("|".join(_LISTS["value_of_a_person"]))
_KNOWN_WORDS = re.compile("|".join(_LISTS["documented_sentences"]), re.ASCII)
_ID = re.compile(r"[\w.:~-]{1,128}", re.ASCII)
_PLAIN_KEY = re.compile(r"[a-z][A-Za-z0-9_]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, and what may be shown: `known` is a documented place."""

    refused: bool
    patients: bool
    secrets: bool
    known: bool = True
    whole: bool = False
    in_secret: bool = False
    in_words: bool = False

    def inside(self, name: str) -> "_Place":
        whole = self.whole or (self.known and name in _WHOLE)
        return replace(
            self,
            known=self.known and (not name or whole or name in _FIELDS),
            whole=whole,
            in_secret=self.in_secret or _SECRET.search(name) is not None,
            in_words=self.in_words or name in (_REFUSALS if self.refused else _SENTENCES),
        )


def masked(
    value: Any, *, refused: bool = False, patients: bool = False, secrets: bool = False
) -> Any:
    """The same JSON; a MASK stands for all but what mask.toml names, unless `patients` allows it,
    and for secrets, unless `secrets` does. `refused`: it is an error's body.
    """
    return _masked(value, "", _Place(refused, patients, secrets))


def _masked(value: Any, name: str, place: _Place) -> Any:
    if isinstance(value, Mapping):
        inner = place.inside(name)
        return {
            _key(key, number, inner): _masked(each, _plain(key), inner)
            for number, (key, each) in enumerate(value.items())
        }
    if isinstance(value, list | tuple):
        return [_masked(each, name, place) for each in value]
    hidden = value not in (None, "") and _is_hidden(name, value, place.inside(name))
    return MASK if hidden else value


def _key(key: object, number: int, place: _Place) -> str:
    """A field's name; where a value may stand in its place, only that there is one."""
    text = str(key)
    shown = place.patients or _plain(key) in _FIELDS or _PLAIN_KEY.fullmatch(text)
    return text if shown else f"{MASK} {number}"


def _is_hidden(name: str, value: Any, here: _Place) -> bool:
    if here.in_secret:
        return not here.secrets
    if here.patients or not (here.known and name):
        return not here.patients
    if not isinstance(value, str):
        return False
    if (here.in_words and not _KNOWN_WORDS.fullmatch(value)) or _A_PERSONS_VALUE.search(value):
        return True
    return name in _IDS and not _ID.fullmatch(value)


def _plain(key: object) -> str:
    """Title Case and camelCase keys are the same names (pharmaone.md C16, rxscale.md 11)."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key))
    return text.lower().replace(" ", "_").replace("-", "_")
