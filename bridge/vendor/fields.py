"""How both vendors' JSON becomes models: the fields' varieties, and what is said of a bad answer.

What the bridge cannot do without is strict, so that a wrong type is named by its place. What
only describes is read if it can be and is absent otherwise: an odd display name must not hold
up an order.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import from_json

from bridge.core.words import DOCUMENTED, tellable
from bridge.errors import Garbled, Phrase
from bridge.vendor.paging import Page

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,127}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
MOST_COUNT = 2**31 - 1

Known = Callable[[], Collection[str]]
"""Gives the status words of statuses.toml; asked only where the documents lack a word."""
Item = TypeVar("Item")
Model = TypeVar("Model", bound=BaseModel)


def parse(body: bytes) -> Any:
    """The JSON in `body`. Raises ValueError for everything else, however deep, long or odd."""
    return from_json(body, cache_strings="keys")  # only keys: values may be a patient's


def read(answer: str, model: type[Model], raw: Any, known: Known = tuple) -> Model:
    """`answer` says whose it is and to what; of status words, `known` ones are read as they are.

    Raises Garbled with the place of the first thing in `raw` that cannot be read, and never with
    the thing itself.
    """
    try:
        return model.model_validate(raw, context=known)
    except ValidationError as unreadable:
        first = unreadable.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise Garbled(
            Phrase("garbled", answer=answer, place=place or None, why=why), place
        ) from None


# -- what a value becomes; None where it cannot be read --------------------------------------


def as_id(value: object) -> str | None:
    """An id, sent as text or as a number.

    Narrow on purpose: ids become keys, log lines and parts of addresses.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def as_word(value: object, known: Known = tuple) -> str | None:
    """A status word ("waiting for pharmacy", "awaiting_packing"); `tellable` for one that neither
    `known` nor the documents have.
    """
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        return None
    return value if value in DOCUMENTED else tellable(value, known())


def as_text(value: object) -> str | None:
    """Descriptive text, or a number in its place; None for blanks as well."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def as_count(value: object) -> int | None:
    """A whole number, also where it is written 7.0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST_COUNT:
        return None
    return int(value) if value == int(value) else None


def as_total(value: object) -> int | None:
    """How many rows a list has in all, where it says so."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def as_objects(value: object) -> list[object]:
    """The objects of a list; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def in_our_time(at: datetime | None, ahead: timedelta) -> datetime | None:
    """A vendor's time by our clock, which its own is so far `ahead` of; None for no time of now."""
    return at - ahead if at is not None and 2000 <= at.year < 3000 else None


def as_object(value: object) -> object:
    """A JSON object; None for anything else."""
    return value if isinstance(value, dict) else None


def _id(value: object) -> str:
    found = as_id(value)
    if found is None:
        raise ValueError("an id is missing or unusable")
    return found


def _maybe_word(value: object, info: ValidationInfo) -> str | None:
    return as_word(value, info.context or tuple)


def _word(value: object, info: ValidationInfo) -> str:
    found = _maybe_word(value, info)
    if found is None:
        raise ValueError("a status word is missing or unusable")
    return found


Id = Annotated[str, BeforeValidator(_id)]
MaybeId = Annotated[str | None, BeforeValidator(as_id)]
Word = Annotated[str, BeforeValidator(_word)]
MaybeWord = Annotated[str | None, BeforeValidator(_maybe_word)]
WordOrEmpty = Annotated[str, BeforeValidator(lambda value, info: _maybe_word(value, info) or "")]
"""In a list, where an odd status must not keep the other rows from being read: then it is ""."""
Text = Annotated[str | None, BeforeValidator(as_text)]
TextOrEmpty = Annotated[str, BeforeValidator(lambda value: as_text(value) or "")]
Count = Annotated[int | None, BeforeValidator(as_count)]
Rows = Annotated[tuple[Item, ...], BeforeValidator(lambda value: () if value is None else value)]


# -- what models are made of -----------------------------------------------------------------


class Wire(BaseModel):
    """An answer, as far as it is read; unknown keys are ignored."""

    # built when first used: many are for calls that few bridges make
    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class Open(Wire):
    """An answer whose fields the documents do not list in full: unknown ones are in `more`."""

    model_config = ConfigDict(extra="allow")

    @property
    def more(self) -> Mapping[str, Any]:
        """What came beside the documented fields, as it came."""
        return self.model_extra or {}

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Without `more`: a patient's address can be in it, and a repr ends up in logs."""
        more = self.more
        return ((name, value) for name, value in super().__repr_args__() if name not in more)


class Listed(Wire, Generic[Item]):
    """A page of a list, in its envelope; how long the list is need not be said (C3)."""

    data: Rows[Item]
    total: Annotated[int | None, BeforeValidator(as_total)] = Field(
        default=None, validation_alias=AliasPath("pagination", "total")
    )
    pages: Count = Field(default=None, validation_alias="totalPages")

    def page(self) -> Page[Item]:
        return Page(self.data, self.total, self.pages)


class Bare(Listed[Item], Generic[Item]):
    """A list that may come without an envelope, as a bare array."""

    @model_validator(mode="before")
    @classmethod
    def _in_an_envelope(cls, raw: Any) -> Any:
        return {"data": raw} if isinstance(raw, list) else raw
