"""Reading a list that changes while it is read misses nothing that was there all along."""

import random
from collections.abc import Callable

import pytest

from bridge.core.paging import Found, Seen, read_all


def drive(lists: dict[str, list[str]], limit: int, between: Callable[[], None], **kwargs) -> Found:
    """Serves pages from `lists`, letting the world change between any two of them."""
    reader = read_all(list(lists), **kwargs)
    wanted = next(reader)
    while True:
        rows = lists[wanted.filter]
        start = wanted.number * limit
        page = rows[start : start + limit]
        pages = -(-len(rows) // limit)
        between()
        try:
            wanted = reader.send(
                Seen(dict.fromkeys(page, wanted.filter), len(rows), pages, len(page) == limit)
            )
        except StopIteration as end:
            return end.value


def nothing() -> None:
    """The world stands still."""


def test_a_still_list_is_read_twice_and_agreed_on():
    found = drive({"open": [f"po-{n}" for n in range(5)]}, 2, nothing)
    assert found.rows.keys() == {f"po-{n}" for n in range(5)}
    assert (found.readings, found.settled) == (2, True)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_every_length_around_a_page_boundary(count: int):
    found = drive({"open": [str(n) for n in range(count)]}, 2, nothing)
    assert len(found.rows) == count
    assert found.settled


def test_a_row_that_moves_on_is_seen_with_its_later_list():
    lists = {"waiting": ["a", "b"], "review": []}
    moves = iter([lambda: lists.update(waiting=["b"], review=["a"])])
    found = drive(lists, 2, lambda: next(moves, nothing)())  # noqa: PLW0108 - a new move each time
    assert found.rows == {"a": "review", "b": "waiting"}


def test_a_vendor_that_gives_no_totals_is_read_until_a_page_is_not_full():
    rows = [str(n) for n in range(7)]
    reader = read_all([""])
    wanted, asked = next(reader), 0
    with pytest.raises(StopIteration) as end:
        while True:
            asked += 1
            page = rows[wanted.number * 3 : wanted.number * 3 + 3]
            wanted = reader.send(Seen(dict.fromkeys(page, 0), None, None, len(page) == 3))
    assert end.value.value.rows.keys() == set(rows)
    assert asked == 6


def test_a_list_that_never_rests_ends_unsettled():
    rows = [str(n) for n in range(4)]
    fresh = iter(range(1000, 9999))
    found = drive({"": rows}, 2, lambda: rows.insert(0, str(next(fresh))), most=3)
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
def test_none_of_5000_is_missed_while_orders_come_and_go(block: int):
    for seed in range(block * 25, block * 25 + 25):
        churn = Churn(seed, 5000)
        found = drive({"open": churn.rows}, 200, churn)
        missed = churn.always - found.rows.keys()
        assert not missed, f"seed {seed} missed {len(missed)} of {len(churn.always)}"
