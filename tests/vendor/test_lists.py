"""Reading a vendor's list to its end, whatever it says or does not say of its length."""

from collections.abc import Sequence

import pytest

from bridge.errors import Garbled
from bridge.vendor.paging import Page, Place, every

ROWS = list(range(450))
LIMIT = 200


class List:
    """A list that gives at most `most` rows a page, and says its length if `says`.

    `stuck`: it gives its first page whatever page is asked for.
    """

    def __init__(
        self, rows: Sequence[int] = ROWS, *, most: int = LIMIT, says: bool, stuck: bool = False
    ) -> None:
        self.rows, self.most, self.says, self.stuck = list(rows), most, says, stuck
        self.calls = 0

    async def by_page(self, place: Place) -> Page[int]:
        rows = self._rows(place.number * self.most)
        return Page(rows, pages=-(-len(self.rows) // self.most) if self.says else None)

    async def by_offset(self, place: Place) -> Page[int]:
        rows = self._rows(place.offset)
        return Page(rows, len(self.rows) if self.says else None)

    def _rows(self, at: int) -> tuple[int, ...]:
        self.calls += 1
        assert self.calls < 30, "it never ends"
        at = 0 if self.stuck else at
        return tuple(self.rows[at : at + self.most])


async def read(found: List, style: str) -> list[int]:
    fetch = found.by_page if style == "page" else found.by_offset
    return [row async for row in every(fetch, "GET /rows")]


@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize("most", [200, 100, 50])
@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("length", [0, 1, 49, 50, 200, 400, 450])
async def test_every_row_comes_once(style: str, most: int, says: bool, length: int):
    """Also where pages are smaller than was asked for, and nobody says how long the list is."""
    found = List(ROWS[:length], most=most, says=says)
    assert await read(found, style) == ROWS[:length]


@pytest.mark.parametrize("style", ["page", "offset"])
async def test_a_short_list_is_one_call(style: str):
    found = List(ROWS[:49], says=False)
    await read(found, style)
    assert found.calls == 1


@pytest.mark.parametrize("style", ["page", "offset"])
async def test_a_list_that_gives_the_same_page_for_ever_has_an_end(style: str):
    found = List(ROWS[:300], says=False, stuck=True)
    assert await read(found, style) == ROWS[:200]
    assert found.calls == 2


@pytest.mark.parametrize("style", ["page", "offset"])
async def test_one_that_says_there_is_more_and_gives_the_same_cannot_be_read(style: str):
    found = List(ROWS, says=True, stuck=True)
    with pytest.raises(Garbled, match="the same page"):
        await read(found, style)
    assert found.calls == 2


# -- rows that have a key --------------------------------------------------------------------


async def by_key(*pages: Sequence[str], says: int | None = None) -> list[str]:
    """The rows that `every` gives of these pages; the last is given for ever."""
    rows, asked = list(pages), list[Place]()

    async def fetch(place: Place) -> Page[str]:
        asked.append(place)
        assert len(asked) < 30, "it never ends"
        return Page(tuple(rows[min(place.number, len(rows) - 1)]), says)

    key = {"a": "a", "b": "b", "c": "c"}.get
    return [row async for row in every(fetch, "GET /rows", full=1, key=key)]


async def test_a_row_that_was_pushed_onto_the_next_page_is_told_once():
    assert await by_key(["a", "b"], ["b", "c"], []) == ["a", "b", "c"]
    assert await by_key(["a", "a"], ["b"], []) == ["a", "b"]


async def test_a_list_ends_with_a_page_that_brings_nothing_new():
    assert await by_key(["a", "b"], ["c"], ["a"]) == ["a", "b", "c"]
    assert await by_key(["a", "b"], ["a", "b"]) == ["a", "b"]


async def test_what_has_no_key_counts_as_new():
    assert await by_key(["x", "y"], ["x"], []) == ["x", "y", "x"]


@pytest.mark.parametrize(
    ("page", "place", "is_last"),
    [
        (Page(()), Place(), True),
        (Page((1,)), Place(), False),
        (Page((1,), 1), Place(), True),
        (Page((1,), 3), Place(1, 1), False),
        (Page((), 3), Place(1, 1), True),
        (Page((), pages=2), Place(), False),
        (Page((1,), 9, pages=2), Place(1, 1), True),
    ],
)
def test_the_last_page(page: Page[int], place: Place, is_last: bool):
    assert page.is_last(place, full=1) is is_last
