"""Turns values into rows and back: columns are named and typed by the dataclass's own fields."""

import sqlite3
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import chain
from typing import Any, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Cell = str | int | None
"""What a column holds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""Few sizes, so that the statements stay prepared."""


def micros(moment: datetime) -> int:
    """An aware time as the store keeps it. Raises TypeError for a naive one."""
    return (moment - _EPOCH) // _MICROSECOND


def span(length: timedelta) -> int:
    """A length of time as the store counts it."""
    return length // _MICROSECOND


def moment(micros: int) -> datetime:
    """A stored time, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def moment_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else moment(micros)


def insert_many(
    connection: sqlite3.Connection, head: str, row: str, tail: str, rows: Sequence[Sequence[Cell]]
) -> None:
    """Runs `head` with many rows at once, each as `row` has its marks, then `tail`.

    A statement lets go of the interpreter while it runs, and has to win it back from the event
    loop afterwards; `executemany` does so for every row.
    """
    done = 0
    for size in _AT_ONCE:
        while len(rows) - done >= size:
            statement = f"{head} VALUES {', '.join([row] * size)} {tail}"
            connection.execute(statement, list(chain.from_iterable(rows[done : done + size])))
            done += size


class Shape(Generic[T]):
    """How a dataclass of texts, numbers, words and times lies in a table's columns.

    Since the columns come from the fields, a field without a column fails at the first statement.
    Raises TypeError for a field of any other type.
    """

    def __init__(self, kind: type[T], *, without: Sequence[str] = ()) -> None:
        hints = get_type_hints(kind)
        self._kind = kind
        names = (field.name for field in fields(kind))  # type: ignore[arg-type]
        self.names = tuple(name for name in names if name not in without)
        self.columns = ", ".join(self.names)
        coders = [_coder(hints[name]) for name in self.names]
        self._encode = tuple(zip(self.names, (encode for encode, _ in coders), strict=True))
        self._decode = tuple(decode for _, decode in coders)

    def row(self, value: T) -> tuple[Cell, ...]:
        """The value's cells, in the order of `columns`."""
        cells: list[Cell] = []
        for name, encode in self._encode:
            cell = getattr(value, name)
            cells.append(cell if encode is None or cell is None else encode(cell))
        return tuple(cells)

    def value(self, row: Sequence[Any]) -> T:
        """The value in a row's first columns, which must be `columns`."""
        return self._kind(
            *[
                cell if decode is None or cell is None else decode(cell)
                for decode, cell in zip(self._decode, row, strict=False)
            ]
        )

    def of(self, table: str) -> str:
        """The columns, each with its table's name before it."""
        return ", ".join(f"{table}.{name}" for name in self.names)

    def insert(self, table: str, *more: str) -> str:
        """The statement that inserts a row, with `more` columns after the value's own."""
        names = (*self.names, *more)
        marks = ", ".join("?" * len(names))
        return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names

    def upsert(self, table: str, key: str, *more: str) -> str:
        """The statement that inserts a row, or overwrites the one with the same `key`."""
        changes = ", ".join(
            f"{name} = excluded.{name}" for name in (*self.names, *more) if name != key
        )
        return f"{self.insert(table, *more)} ON CONFLICT ({key}) DO UPDATE SET {changes}"


_Coder = tuple[Callable[[Any], Cell] | None, Callable[[Any], Any] | None]


def _coder(hint: Any) -> _Coder:
    """How a field of this type is written and read; None: as it is."""
    if isinstance(hint, NewType):
        return _coder(hint.__supertype__)
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = _without_none(get_args(hint))
        return _coder(inner)
    if get_origin(hint) is frozenset:
        return _words_of(*get_args(hint))
    if hint is datetime:
        return micros, moment
    if hint is bool:
        return int, bool
    if hint in (str, int):
        return None, None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _word, hint
    raise TypeError(f"no column can hold {hint}")


def _without_none(hints: Iterable[Any]) -> list[Any]:
    return [hint for hint in hints if hint is not type(None)]


def _words_of(kind: type[Enum]) -> _Coder:
    """A set of words lies in one column, with blanks between them."""
    return (
        lambda words: " ".join(sorted(map(_word, words))),
        lambda cell: frozenset(map(kind, cell.split())),
    )


def _word(word: Enum) -> str:
    return str(word.value)
