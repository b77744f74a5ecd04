"""Reading a list that is paged by number while others insert into it and remove from it.

Neither vendor says what changed since, and a row that moves between pages while they are read
can be missed: a removal pulls the rest of the list forward over the page boundary. So a list is
read over and over, forwards and backwards in turn, until two readings in a row agree; what any
reading saw counts. A removal pulls rows towards the start, where the backward reading still
goes; an insertion pushes them towards the end, where the forward one does.

The reader is a generator: it yields the page it wants and is sent what the page held. Whoever
drives it does the fetching (RxScale: rxscale.md section 5; PharmaOne: pharmaone.md section 5).
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

MOST_READINGS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Page `number` (from 0) of the list with this filter; "" is the list without one."""

    filter: str
    number: int


@dataclass(frozen=True, slots=True)
class Seen(Generic[Row]):
    """What a page held: rows by their id, and how many rows and pages there are in all.

    `total` and `pages` are None where the vendor does not say; `full` then tells whether the
    page was filled to its limit, so that another may follow.
    """

    rows: Mapping[str, Row]
    total: int | None
    pages: int | None
    full: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """Every row that any reading saw, as last seen. `settled`: two readings agreed."""

    rows: Mapping[str, Row]
    readings: int
    settled: bool


Reader = Generator[Wanted, Seen[Row], Found[Row]]


def read_all(filters: Sequence[str], most: int = MOST_READINGS) -> Reader[Row]:
    """Reads the lists under `filters`, in that order, until two readings agree.

    Give the filters in the order in which rows move from one to the next: a row that moves on
    while it is being looked for is then met in its new list.
    """
    rows: dict[str, Row] = {}
    lengths = dict.fromkeys(filters, 1)
    before: dict[str, Row] | None = None
    for reading in range(1, most + 1):
        seen: dict[str, Row] = {}
        steady = True
        for name in filters:
            if reading % 2:
                steady &= yield from _forwards(name, lengths, seen)
            else:
                steady &= yield from _backwards(name, lengths, seen)
        rows.update(seen)
        if steady and before is not None and seen.keys() == before.keys():
            return Found(rows, reading, settled=True)
        before = seen
    return Found(rows, most, settled=False)


def _forwards(
    name: str, lengths: dict[str, int], seen: dict[str, Row]
) -> Generator[Wanted, Seen[Row], bool]:
    number, totals = 0, set[int | None]()
    while True:
        page = yield Wanted(name, number)
        seen.update(page.rows)
        totals.add(page.total)
        lengths[name] = number + 1
        if _is_last(page, number):
            return len(totals) == 1
        number += 1


def _backwards(
    name: str, lengths: dict[str, int], seen: dict[str, Row]
) -> Generator[Wanted, Seen[Row], bool]:
    number, totals = lengths[name] - 1, set[int | None]()
    last = yield Wanted(name, number)
    while not _is_last(last, number):  # the list has grown: begin at its new end
        seen.update(last.rows)
        number += 1
        last = yield Wanted(name, number)
    lengths[name] = number + 1
    page = last
    while True:
        seen.update(page.rows)
        totals.add(page.total)
        if number == 0:
            return len(totals) == 1
        number -= 1
        page = yield Wanted(name, number)


def _is_last(page: Seen[Row], number: int) -> bool:
    if page.pages is None:
        return not page.full
    return number >= page.pages - 1
