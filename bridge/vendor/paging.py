"""Reading a vendor's list page by page, to its end, also while others change it.

RxScale counts pages (rxscale.md section 5), PharmaOne rows (pharmaone.md section 5): a `Place`
says both. Neither vendor tells what changed since an earlier reading, and a row that moves
between pages while they are read can be missed: a removal pulls the rest of the list forward
over the page boundary. `every` reads once and accepts that. `read_settled` reads over and over,
forwards and backwards in turn, until two readings agree: a removal pulls rows towards the start,
where the backward reading still goes; an insertion pushes them towards the end, where the forward
one does. A reading that shows the same rows as the last one, some time ago, agrees with that: a
list in which nothing happens is read once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

from bridge.errors import Garbled, Phrase

Row = TypeVar("Row")
Other = TypeVar("Other")

FEWEST_ROWS = 50
"""The vendors' default page. A shorter one is the last; a longer one may be, as both cap limits."""
MOST_READINGS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after so many pages, which held so many rows."""

    number: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """What a page held, and how many rows and pages the list has; None where it is not said."""

    rows: tuple[Row, ...]
    total: int | None = None
    pages: int | None = None

    def of(self, rows: Iterable[Other]) -> "Page[Other]":
        """The same page of a list that is as long, with what its rows became."""
        return Page(tuple(rows), self.total, self.pages)

    @property
    def says_length(self) -> bool:
        return self.total is not None or self.pages is not None

    def is_last(self, place: Place, full: int) -> bool:
        """Of a list of unknown length, a page of fewer than `full` rows is the last."""
        if self.pages is not None:
            return place.number + 1 >= self.pages
        if self.total is not None:
            return not self.rows or place.offset + len(self.rows) >= self.total
        return len(self.rows) < full


Fetch = Callable[[Place], Awaitable[Page[Row]]]


async def walk(
    fetch: Fetch[Row], full: int = FEWEST_ROWS, place: Place | None = None
) -> AsyncIterator[tuple[Place, Page[Row]]]:
    """Each page from `place` (or the start) to the last, with its place."""
    place = place or Place()
    while True:
        page = await fetch(place)
        yield place, page
        if page.is_last(place, full):
            return
        place = Place(place.number + 1, place.offset + len(page.rows))


async def every(
    fetch: Fetch[Row],
    what: str,
    *,
    full: int = FEWEST_ROWS,
    key: Callable[[Row], str | None] = lambda _: None,
) -> AsyncIterator[Row]:
    """Every row of the list, read once. Of two rows with the same `key` the first counts.

    A list of unknown length also ends with a page that brings nothing new. Raises Garbled, with
    `what` the list is, if the same page comes again and there should be more.
    """
    before: tuple[Row, ...] = ()
    met: set[str] = set()
    async for _, page in walk(fetch, full):
        if page.rows and page.rows == before:
            if page.says_length:
                raise Garbled(Phrase("same-page", what=what))
            return
        before, is_new = page.rows, False
        for row in page.rows:
            name = key(row)
            if name is None or name not in met:
                is_new = True
                yield row
            if name is not None:
                met.add(name)
        if not is_new and not page.says_length:
            return


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Every row that any reading saw, by its key, as last seen. `settled`: two readings agreed."""

    rows: Mapping[str, Row]
    readings: int
    settled: bool


async def read_settled(
    fetch: Callable[[str, Place], Awaitable[Page[Row]]],
    key: Callable[[Row], str],
    filters: Sequence[str] = ("",),
    *,
    full: int,
    most: int = MOST_READINGS,
    before: AbstractSet[str] | None = None,
) -> Listing[Row]:
    """Reads the lists under `filters`, in that order, until two readings agree.

    Give the filters in the order in which rows move from one to the next: a row that moves on
    while it is being looked for is then met in its new list. `before`: the keys that the last
    reading showed, some time ago. Raises what `fetch` raises.
    """
    lists = [_List(fetch, key, name, full) for name in filters]
    rows: dict[str, Row] = {}
    for reading in range(1, most + 1):
        seen: dict[str, Row] = {}
        steady = True
        for each in lists:
            steady &= await (each.forwards(seen) if reading % 2 else each.backwards(seen))
        rows.update(seen)
        if steady and seen.keys() == before:
            return Listing(rows, reading, settled=True)
        before = seen.keys()
    return Listing(rows, most, settled=False)


class _List(Generic[Row]):
    """One list that is read again and again; each reading tells whether its length stayed."""

    def __init__(
        self,
        fetch: Callable[[str, Place], Awaitable[Page[Row]]],
        key: Callable[[Row], str],
        name: str,
        full: int,
    ) -> None:
        self._fetch, self._key, self._name, self._full = fetch, key, name, full
        self._places: list[Place] = []
        """Where the pages of the last reading began."""

    async def forwards(self, seen: dict[str, Row]) -> bool:
        totals = set[int | None]()
        self._places = []
        async for place, page in walk(self._page, self._full):
            self._places.append(place)
            self._see(page, seen)
            totals.add(page.total)
        return len(totals) == 1

    async def backwards(self, seen: dict[str, Row]) -> bool:
        """Begins at the last page; if the list has grown, at its new end."""
        before, at_end = self._places[:-1], self._places[-1]
        async for place, page in walk(self._page, self._full, at_end):
            before.append(place)
            self._see(page, seen)
        self._places = before
        totals = {page.total}
        for place in reversed(before[:-1]):
            page = await self._page(place)
            self._see(page, seen)
            totals.add(page.total)
        return len(totals) == 1

    async def _page(self, place: Place) -> Page[Row]:
        return await self._fetch(self._name, place)

    def _see(self, page: Page[Row], seen: dict[str, Row]) -> None:
        seen.update((self._key(row), row) for row in page.rows)
