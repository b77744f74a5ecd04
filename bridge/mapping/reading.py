"""The mapping files as they stand on disk: read once, every mistake told as file, key, way out."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.errors import Fault, Foreign, Phrase

ORDERS, STATUSES, SKUS, SHIPPING = "orders.toml", "statuses.toml", "skus.csv", "shipping.toml"
FACTS = "facts.toml"
FILES = (ORDERS, STATUSES, SKUS, SHIPPING, FACTS)
FEW = 12
MOST_DEEP = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: a file of the mappings folder, and the key or line in it."""

    file: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.key}" if self.key else self.file

    def told(self, language: str = "en") -> str:
        """The same for a person: `skus.csv: line 3`."""
        kind, _, which = self.key.partition(" ")
        key = Phrase("place", kind=kind, which=which).told(language) if which else self.key
        return f"{self.file}: {key}" if key else self.file

    def at(self, *keys: object) -> "Place":
        """A place further in: `Place("a.toml", "x").at("y", 2)` is `a.toml: x.y.2`."""
        return Place(self.file, ".".join(str(key) for key in (self.key, *keys) if key != ""))


class Faults(list[Fault]):
    """Every mistake found so far."""

    def tell(self, place: Place | str, key: str, /, **facts: object) -> None:
        """A `Fault` with the text and the facts."""
        self.append(Fault(place, key, **facts))


class Table(BaseModel):
    """A table of a mapping file: a key it does not know is a mistake, never ignored. What each key
    means stands in the comments of the file as shipped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


def nearest(word: str, known: Iterable[str]) -> Phrase | None:
    """The way out of an unknown word: the nearest known one, else all of them if they are few."""
    import difflib  # only a mistake needs it

    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return Phrase("nearest", guess=close[0])
    return Phrase("known-here", names=", ".join(names)) if 0 < len(names) <= FEW else None


def place_of(directory: Path, own: Path | None, name: str) -> Path:
    """Where a file is: in the folder `own`, if it is there, else in `directory`."""
    return own / name if own is not None and (own / name).is_file() else directory / name


def read_files(directory: Path, faults: Faults, own: Path | None = None) -> dict[str, bytes]:
    """The bytes of each file that can be read; one in `own` outweighs that in `directory`."""
    if not directory.is_dir():
        faults.tell(str(directory), "no-folder")
        return {}
    found: dict[str, bytes] = {}
    for name in FILES:
        try:
            found[name] = place_of(directory, own, name).read_bytes()
        except FileNotFoundError:
            if name == FACTS:  # all of them are unknown
                continue
            faults.tell(name, "not-in-folder", folder=directory)
        except OSError as failure:
            faults.tell(name, "no-permission", why=Foreign(failure.strerror))
    return found


def decode(name: str, content: bytes, faults: Faults) -> str | None:
    """The text of a file; a byte order mark at its start is dropped."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        faults.tell(Place(name, f"line {line}"), "line-no-utf8")
        return None


def read_toml(name: str, content: Mapping[str, bytes], faults: Faults) -> dict[str, Any] | None:
    """The tables of one of these TOML files; its fractions become Decimals."""
    text = decode(name, content[name], faults) if name in content else None
    if text is None:
        return None
    try:
        return _shallow(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as failure:
        why, line, column = _syntax_error(str(failure), text)
        faults.tell(Place(name, f"line {line}"), "syntax", why=Foreign(why), column=column)
    except (ValueError, RecursionError):
        faults.tell(name, "too-deep")
    return None


def _shallow(found: dict[str, Any]) -> dict[str, Any]:
    """The same. Raises RecursionError for what is so deep that a later step would raise it."""

    def is_deep(value: Any, left: int) -> bool:
        within = value.values() if isinstance(value, dict) else value
        parts = within if isinstance(value, dict | list) else ()
        return left == 0 or any(is_deep(each, left - 1) for each in parts)

    if is_deep(found, MOST_DEEP):
        raise RecursionError
    return found


def _syntax_error(message: str, text: str) -> tuple[str, int, str | None]:
    """What is wrong, in which line and column; None: at the end of the file."""
    why, _, place = message.partition(" (at ")
    found = re.findall(r"\d+", place)
    return (why, int(found[0]), found[1]) if found else (why, len(text.splitlines()), None)


def check(model: type[Model], data: object, place: Place, faults: Faults) -> Model | None:
    """`data` as the model; None with every fault told if it is not."""
    try:
        return model.model_validate(data)
    except ValidationError as failure:
        for error in failure.errors(include_url=False):
            _tell(model, dict(error), place, faults)
        return None


def _tell(model: type[BaseModel], error: Mapping[str, Any], place: Place, faults: Faults) -> None:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    where = place.at(*(part + 1 if isinstance(part, int) else part for part in loc))
    match error["type"]:
        case "extra_forbidden":
            known = _table_at(model, loc[:-1]).model_fields
            faults.tell(where, "unknown-key", way=nearest(str(loc[-1]), known))
        case "missing":
            faults.tell(where, "key-missing")
        case "enum" | "literal_error" if isinstance(word := error["input"], str):
            known_words = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            faults.tell(where, "unknown-word", word=word, way=nearest(word, known_words))
        case kind:
            faults.tell(where, "wanted", what=Foreign(str(error["msg"]), f"wanted-{kind}"))


def _table_at(model: type[BaseModel], loc: tuple[Any, ...]) -> type[BaseModel]:
    """The table at `loc`, where list places and free keys stay within the table they lead to."""
    table = model
    for part in loc:
        field = table.model_fields.get(part)
        table = (_table_in(field.annotation) if field else None) or table
    return table


def _table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_table_in, get_args(annotation))), None)
