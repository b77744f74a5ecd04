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
