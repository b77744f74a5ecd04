"""The mapping files as they stand on disk: read once, every mistake told as file, key, way out."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.errors import Fault

ORDERS, STATUSES, SKUS, SHIPPING = "orders.toml", "statuses.toml", "skus.csv", "shipping.toml"
FACTS = "facts.toml"
FILES = (ORDERS, STATUSES, SKUS, SHIPPING, FACTS)
FEW = 12
MOST_DEEP = 64
WANTED: Mapping[str, str] = {
    "model_type": "a table is wanted here",
    "dict_type": "a table is wanted here",
    "tuple_type": "a list is wanted here",
    "string_type": "a text in quotes is wanted here",
    "bool_type": "true or false is wanted here",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
RESTORE = "copy it from the mappings folder that comes with rxbridge"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: a file of the mappings folder, and the key or line in it."""

    file: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.key}" if self.key else self.file

    def at(self, *keys: object) -> "Place":
        """A place further in: `Place("a.toml", "x").at("y", 2)` is `a.toml: x.y.2`."""
        return Place(self.file, ".".join(str(key) for key in (self.key, *keys) if key != ""))


class Faults(list[Fault]):
    """Every mistake found so far."""

    def tell(self, place: Place | str, what: str, remedy: str = "") -> None:
        self.append(Fault(str(place), what, remedy))


class Table(BaseModel):
    """A table of a mapping file: a key it does not know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


def nearest(word: str, known: Iterable[str]) -> str:
    """The way out of an unknown word: the nearest known one, else all of them if they are few."""
    import difflib  # only a mistake needs it

    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known here: {', '.join(names)}" if 0 < len(names) <= FEW else ""


def place_of(directory: Path, own: Path | None, name: str) -> Path:
    """Where a file is: in the folder `own`, if it is there, else in `directory`."""
    return own / name if own is not None and (own / name).is_file() else directory / name


def read_files(directory: Path, faults: Faults, own: Path | None = None) -> dict[str, bytes]:
    """The bytes of each file that can be read; one in `own` outweighs that in `directory`."""
    if not directory.is_dir():
        faults.tell(str(directory), "there is no such folder", "set mappings.dir")
        return {}
    found: dict[str, bytes] = {}
    for name in FILES:
        try:
            found[name] = place_of(directory, own, name).read_bytes()
        except FileNotFoundError:
            if name == FACTS:  # all of them are unknown
                continue
            faults.tell(name, f"missing in {directory}", RESTORE)
        except OSError as failure:
            faults.tell(name, f"cannot be read: {failure.strerror}", "see its permissions")
    return found


def decode(name: str, content: bytes, faults: Faults) -> str | None:
    """The text of a file; a byte order mark at its start is dropped."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        faults.tell(Place(name, f"line {line}"), "not UTF-8", "save the file as UTF-8")
        return None


def read_toml(name: str, content: Mapping[str, bytes], faults: Faults) -> dict[str, Any] | None:
    """The tables of one of these TOML files; its fractions become Decimals."""
    text = decode(name, content[name], faults) if name in content else None
    if text is None:
        return None
    try:
        return _shallow(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as failure:
        what, line = _syntax_error(str(failure), text)
        remedy = "texts need quotes, each key stands once, lists and tables need closing brackets"
        faults.tell(Place(name, f"line {line}"), what, remedy)
    except (ValueError, RecursionError):
        faults.tell(name, "too long a number or too deep a list", "take it out")
    return None


def _shallow(found: dict[str, Any]) -> dict[str, Any]:
    """The same. Raises RecursionError for what is so deep that whoever reads on would raise it."""

    def is_deep(value: Any, left: int) -> bool:
        within = value.values() if isinstance(value, dict) else value
        parts = within if isinstance(value, dict | list) else ()
        return left == 0 or any(is_deep(each, left - 1) for each in parts)

    if is_deep(found, MOST_DEEP):
        raise RecursionError
    return found


def _syntax_error(message: str, text: str) -> tuple[str, int]:
    found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if found is None:  # "(at end of document)"
        return message, len(text.splitlines())
    return f"{message[: found.start()]} (column {found[2]})", int(found[1])


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
            faults.tell(where, "unknown key", nearest(str(loc[-1]), known))
        case "missing":
            faults.tell(where, "missing", "add it; the file that comes with rxbridge shows how")
        case "enum" | "literal_error" if isinstance(word := error["input"], str):
            known_words = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            faults.tell(where, f"'{word}' is not a word known here", nearest(word, known_words))
        case _:
            faults.tell(where, WANTED.get(error["type"], str(error["msg"])))


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
