"""Reading a vendor's list to its end, whatever it says or does not say of its length."""

from collections.abc import Sequence

import pytest

from bridge.errors import Garbled
from bridge.pharmaone.calling import by_offset
from bridge.rxscale.calling import by_page

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

    async def page(self, number: int) -> tuple[tuple[int, ...], int | None]:
        self.calls += 1
        assert self.calls < 30, "it never ends"
        pages = -(-len(self.rows) // self.most)
        at = 0 if self.stuck else number * self.most
        return tuple(self.rows[at : at + self.most]), pages if self.says else None

    async def offset(self, limit: int, offset: int) -> tuple[tuple[int, ...], int | None]:
        self.calls += 1
        assert self.calls < 30, "it never ends"
        most, offset = min(limit, self.most), 0 if self.stuck else offset
        return tuple(self.rows[offset : offset + most]), len(self.rows) if self.says else None


async def read(found: List, style: str) -> list[int]:
    rows = by_page(found.page, LIMIT) if style == "page" else by_offset(found.offset, LIMIT)
    return [row async for row in rows]


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
