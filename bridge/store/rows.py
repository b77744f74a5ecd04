"""What is asked of a connection, how values become rows, what each SQL engine spells its own way.

Statements stand in `sql/MODULE.sql`, in the SQL that SQLite and PostgreSQL both know but for the
exceptions that `sql` names. A column name becomes part of a statement in one place only: `Table`,
whose columns are the fields of its dataclass. So a new column is added to the schema and to the
dataclass.
"""

import json
import re
import sqlite3
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import chain
from pathlib import Path
from typing import (
    Any,
    Generic,
    NewType,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from bridge.core.model import Key

T = TypeVar("T")
Cell = str | int | None
"""What a column holds."""
Values = Sequence[Any] | Mapping[str, Any]
"""For the marks `?` of a statement, or for its `:names`."""


class Cursor(Protocol):
    """The answer to a statement; rows are tuples."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """As much of `sqlite3.Connection` as the store needs.

    BEGIN begins a transaction that only reads, BEGIN IMMEDIATE one that writes and that no other
    of the same store runs beside.
    """

    @property
    def in_transaction(self) -> bool: ...
    @property
    def total_changes(self) -> int: ...
    def execute(self, statement: str, values: Values = ..., /) -> Cursor: ...
    def executemany(self, statement: str, values: Iterable[Values], /) -> Cursor: ...


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AT_ONCE = (64, 32, 16, 8, 4, 2, 1)
"""Few sizes, so that the statements stay prepared."""
LIST = re.compile(r"\((\?|:\w+)\.\.\.\)")
ROWS = re.compile(r"\((\?|:\w+)\.\.\. AS ([\w\s,]+)\)")
_NAME = re.compile(r"(?m)^-- name: (\w+)\n")
_COMMENT = re.compile(r"(?m)^--.*\n")
AS_WRITTEN: dict[str, str] = {}
"""What `sql` was given, by its answer: another engine spells that its own way."""


def sql(statement: str) -> str:
    """The statement as SQLite spells it.

    `(?...)` and `(:name...)` stand for a list, whose value is made by `as_list`;
    `(?... AS a TEXT, b BIGINT)` for a table of rows with these columns, made by `as_rows`.
    `IS NOT DISTINCT FROM`, equality that also compares NULL, is `IS` before SQLite 3.39.
    """
    listed = LIST.sub(r"(SELECT value FROM json_each(\1))", statement)
    spelt = ROWS.sub(_table_of_rows, listed).replace("IS NOT DISTINCT FROM", "IS")
    if spelt != statement:
        AS_WRITTEN[spelt] = statement
    return spelt


class Statements:
    """The statements of a module's own file: `-- name: find` makes the next one `SQL.find`.

    One that begins with JOIN or WHERE is what follows in a `Table.select`.
    """

    def __init__(self, module: str) -> None:
        name = module.removeprefix("bridge.store.").replace(".", "/")
        path = Path(__file__).parent / "sql" / f"{name}.sql"
        _, *parts = _NAME.split(path.read_text("utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            setattr(self, name, sql(_COMMENT.sub("", text).strip()))

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"there is no statement {name}")

    def each(self, name: str) -> list[str]:
        """Several that stand under one name, each but the last with a semicolon behind it."""
        return [sql(each.strip()) for each in written(getattr(self, name)).split(";")]


def written(statement: str) -> str:
    """What `sql` was given: to be made part of another statement."""
    return AS_WRITTEN.get(statement, statement)


def as_list(values: Iterable[str]) -> str:
    """The value of a list in a statement: one parameter, however many there are."""
    return _as_json(list(values))


def _as_json(values: list[Any]) -> str:
    """Without NUL, which PostgreSQL has no place for: nothing that it keeps is named so."""
    text = json.dumps(values)
    return json.dumps(_without_nul(values)) if r"\u0000" in text else text


def _without_nul(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_nul(each) for each in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def as_rows(rows: Iterable[Sequence[Cell]]) -> str:
    """The value of a table of rows in a statement: one parameter, and one statement for them all.

    A statement lets go of the interpreter while it runs, and has to win it back from the event
    loop afterwards. This way it does so once, however many rows there are.
    """
    return _as_json(list(rows))


def _table_of_rows(found: re.Match[str]) -> str:
    names = [column.split()[0] for column in found[2].split(",")]
    cells = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(names))
    return "".join(("(SELECT ", cells, " FROM json_each(", found[1], "))"))


def run_many(connection: Connection, statement: str, rows: Sequence[Sequence[Cell]]) -> None:
    """Runs a statement that inserts `VALUES (?, ...)` for many rows.

    For what is written in the event loop: quicker than `as_rows` for some dozens. An upsert must
    not be given two rows with the same key: PostgreSQL refuses it.
    """
    head, row, tail = _parts(statement)
    done = 0
    # What PostgreSQL is asked costs a way there and back, and is not prepared.
    is_file = isinstance(connection, sqlite3.Connection)
    for size in _AT_ONCE if is_file else (256, len(rows) % 256 or 256):
        while len(rows) - done >= size:
            many = "".join((head, ", ".join([row] * size), tail))
            connection.execute(many, list(chain.from_iterable(rows[done : done + size])))
            done += size


@cache
def _parts(statement: str) -> tuple[str, str, str]:
    head, values, rest = statement.partition("VALUES ")
    row, end, tail = rest.partition(")")
    return head + values, row + end, tail


def kind_of(key: Key) -> str:
    """What a key is about: `order`, `sku` or `event`; "" if it names none."""
    return key[: max(0, key.find(":"))]


def micros(moment: datetime) -> int:
    """An aware time as the store keeps it. Raises TypeError for a naive one."""
    return (moment - EPOCH) // _MICROSECOND


def span(length: timedelta) -> int:
    """A length of time as the store counts it."""
    return length // _MICROSECOND


def moment(micros: int) -> datetime:
    """A stored time, aware, in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def moment_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else moment(micros)


class Table(Generic[T]):
    """How a dataclass of texts, numbers, words and times lies in the columns of a table.

    The dataclass may hold fewer fields than the table has columns: those that are read. A field
    without a column fails at the first statement. Raises TypeError for a field of any other type.
    """

    def __init__(self, name: str, kind: type[T], *, without: Sequence[str] = ()) -> None:
        hints = get_type_hints(kind)
        self.name = name
        self._kind = kind
        names = (field.name for field in fields(kind))  # type: ignore[arg-type]
        self.names = tuple(each for each in names if each not in without)
        self.columns = ", ".join(f"{name}.{column}" for column in self.names)
        coders = [_coder(hints[column]) for column in self.names]
        self._encode = tuple(zip(self.names, (encode for encode, _ in coders), strict=True))
        self._decode = tuple(decode for _, decode in coders)
        self._plain = len(self.names) == len(hints) and not hasattr(kind, "__slots__")

    def row(self, value: T) -> tuple[Cell, ...]:
        """The value's cells, in the order of its fields."""
        cells: list[Cell] = []
        for name, encode in self._encode:
            cell = getattr(value, name)
            cells.append(cell if encode is None or cell is None else encode(cell))
        return tuple(cells)

    def changes(self, value: T, before: T) -> dict[str, Cell]:
        """The cells, by their columns, in which the value differs from what it was."""
        old, new = vars(before), vars(value)
        return {
            name: cell if encode is None or cell is None else encode(cell)
            for name, encode in self._encode
            if (cell := new[name]) != old[name]
        }

    def update(
        self, connection: Connection, key: str, ident: str, changes: Mapping[str, Cell]
    ) -> bool:
        """Overwrites these cells of the row whose `key` is `ident`; False if there is none."""
        marks = ", ".join(f"{name} = ?" for name in changes)
        statement = " ".join(("UPDATE", self.name, "SET", marks, "WHERE", key, "= ?"))
        return connection.execute(statement, (*changes.values(), ident)).rowcount > 0

    def value(self, row: Sequence[Any]) -> T:
        """The value in a row's first cells."""
        cells = [
            cell if decode is None or cell is None else decode(cell)
            for decode, cell in zip(self._decode, row, strict=False)
        ]
        if not self._plain:
            return self._kind(*cells)
        value = object.__new__(self._kind)  # as `core.records.replace` does it
        value.__dict__.update(zip(self.names, cells, strict=True))
        return value

    def all(self, connection: Connection, statement: str, values: Values = ()) -> list[T]:
        """What a statement of `select` finds."""
        return list(map(self.value, connection.execute(statement, values)))

    def first(self, connection: Connection, statement: str, values: Values = ()) -> T | None:
        """The first of what it finds."""
        row = connection.execute(statement, values).fetchone()
        return None if row is None else self.value(row)

    def select(self, rest: str = "", *more: str) -> str:
        """The statement that reads this table's columns, then `more`; `rest` follows its name."""
        columns = ", ".join((self.columns, *more))
        return sql(" ".join(("SELECT", columns, "FROM", self.name, written(rest))))

    def insert(self, *more: str) -> str:
        """The statement that inserts a row, with `more` columns after the value's own."""
        names = (*self.names, *more)
        marks = ", ".join("?" * len(names))
        return " ".join(("INSERT INTO", self.name, f"({', '.join(names)}) VALUES ({marks})"))

    def upsert(self, key: str, *more: str, kept: Sequence[str] = ()) -> str:
        """As `insert`, but a row with the same `key` is overwritten.

        Of the columns `kept`, NULL does not overwrite what is there.
        """
        changes = ", ".join(
            f"{name} = coalesce(excluded.{name}, {self.name}.{name})"
            if name in kept
            else f"{name} = excluded.{name}"
            for name in (*self.names, *more)
            if name != key
        )
        return " ".join((self.insert(*more), f"ON CONFLICT ({key}) DO UPDATE SET", changes))


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
        cache(lambda cell: frozenset(map(kind, cell.split()))),  # there are few sets
    )


def _word(word: Enum) -> str:
    return str(word.value)
