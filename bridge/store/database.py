"""What the store's functions ask of a connection, whichever engine it is of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

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
    """As much of `sqlite3.Connection` as the functions of the store need."""

    def execute(self, statement: str, values: Values = ..., /) -> Cursor: ...
    def executemany(self, statement: str, values: Iterable[Values], /) -> Cursor: ...
