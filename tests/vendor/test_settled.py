"""Reading a list that changes while it is read misses nothing that was there all along."""

import random
from collections.abc import Callable

import pytest

from bridge.vendor.paging import Listing, Page, Place, read_settled


async def drive(
    lists: dict[str, list[str]], limit: int, between: Callable[[], None], **kwargs
) -> Listing[tuple[str, str]]:
    """Serves pages from `lists`, letting the world change between any two of them."""

    async def fetch(name: str, place: Place) -> Page[tuple[str, str]]:
        rows = lists[name]
        page = rows[place.number * limit :][:limit]
        pages = -(-len(rows) // limit)
        total = len(rows)
        between()
        return Page(tuple((row, name) for row in page), total, pages)

    return await read_settled(fetch, lambda row: row[0], list(lists), full=limit, **kwargs)


def nothing() -> None:
    """The world stands still."""


async def test_a_still_list_is_read_twice_and_agreed_on():
    found = await drive({"open": [f"po-{n}" for n in range(5)]}, 2, nothing)
    assert found.rows.keys() == {f"po-{n}" for n in range(5)}
    assert (found.readings, found.settled) == (2, True)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
async def test_every_length_around_a_page_boundary(count: int):
    found = await drive({"open": [str(n) for n in range(count)]}, 2, nothing)
    assert len(found.rows) == count
    assert found.settled


async def test_a_row_that_moves_on_is_seen_with_its_later_list():
    lists = {"waiting": ["a", "b"], "review": []}
    moves = iter([lambda: lists.update(waiting=["b"], review=["a"])])
    found = await drive(lists, 2, lambda: next(moves, nothing)())  # noqa: PLW0108 - a new move each time
    assert dict(found.rows.values()) == {"a": "review", "b": "waiting"}


async def test_a_vendor_that_gives_no_totals_is_read_until_a_page_is_not_full():
    rows, asked = [str(n) for n in range(7)], []

    async def fetch(_: str, place: Place) -> Page[str]:
        asked.append(place.number)
        return Page(tuple(rows[place.offset : place.offset + 3]))

    found = await read_settled(fetch, str, full=3)
    assert found.rows.keys() == set(rows)
    assert asked == [0, 1, 2, 2, 1, 0]


async def test_a_list_that_counts_rows_is_read_from_its_new_end():
    """PharmaOne's way: by offset, with a total; the list grows after it was read forwards."""
    rows, asked = [str(n) for n in range(4)], []

    async def fetch(_: str, place: Place) -> Page[str]:
        asked.append(place.offset)
        page = Page(tuple(rows[place.offset : place.offset + 2]), len(rows))
        if asked == [0, 2]:
            rows.append("new")
        return page

    found = await read_settled(fetch, str, full=2)
    assert found.rows.keys() == {"0", "1", "2", "3", "new"}
    assert asked == [0, 2, 2, 4, 2, 0, 0, 2, 4]
    assert (found.readings, found.settled) == (3, True)


async def test_a_list_that_never_rests_ends_unsettled():
    rows = [str(n) for n in range(4)]
    fresh = iter(range(1000, 9999))
    found = await drive({"": rows}, 2, lambda: rows.insert(0, str(next(fresh))), most=3)
    assert (found.readings, found.settled) == (3, False)
    assert {"0", "1", "2", "3"} <= found.rows.keys()


class Churn:
    """Orders come and go between any two pages, at random places of the list."""

    def __init__(self, seed: int, count: int) -> None:
        self.dice = random.Random(seed)
        self.rows = [f"po-{n}" for n in range(count)]
        self.dice.shuffle(self.rows)
        self.always = set(self.rows)
        self.fresh = 0

    def __call__(self) -> None:
        for _ in range(self.dice.randrange(4)):
            gone = self.rows.pop(self.dice.randrange(len(self.rows)))
            self.always.discard(gone)
        for _ in range(self.dice.randrange(4)):
            self.fresh += 1
            place = self.dice.choice([0, len(self.rows), self.dice.randrange(len(self.rows))])
            self.rows.insert(place, f"new-{self.fresh}")


@pytest.mark.parametrize("block", range(8))
async def test_none_of_5000_is_missed_while_orders_come_and_go(block: int):
    for seed in range(block * 25, block * 25 + 25):
        churn = Churn(seed, 5000)
        found = await drive({"open": churn.rows}, 200, churn)
        missed = churn.always - found.rows.keys()
        assert not missed, f"seed {seed} missed {len(missed)} of {len(churn.always)}"
