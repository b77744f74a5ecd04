"""Who may work for a key, and when it may call: as tables, and by times that hypothesis finds."""

from dataclasses import dataclass
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.leases import (
    BEAT_SECONDS,
    DEAD_SECONDS,
    HELD_SECONDS,
    HURRY_SECONDS,
    Sighting,
    dead,
    heirs,
    held_until,
    may_call,
    pause,
    spent,
    watched,
)


def test_a_beat_that_stays_the_same_keeps_its_time_and_another_one_begins_anew():
    known = watched({}, {"a": 1, "b": 7}, read_at=100.0)
    known = watched(known, {"a": 1, "b": 8, "c": 0}, read_at=105.0)
    assert known == {"a": Sighting(1, 100.0), "b": Sighting(8, 105.0), "c": Sighting(0, 105.0)}
    assert dead(known, 109.9) == {}
    assert dead(known, 110.0) == {"a": 1}
    assert dead(watched(known, {"b": 8}, 112.0), 112.0) == {}, "others have buried it"


def test_a_beat_that_goes_back_is_another_one():
    """A database that was restored from its standby may have forgotten the last ones."""
    known = watched({"a": Sighting(9, 100.0)}, {"a": 7}, read_at=120.0)
    assert dead(known, 120.0) == {}


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        ({}, BEAT_SECONDS),
        ({"a": Sighting(1, 99.0)}, BEAT_SECONDS),
        ({"a": Sighting(1, 90.5)}, 0.5),
        ({"a": Sighting(1, 80.0)}, BEAT_SECONDS),
        ({"a": Sighting(1, 90.0)}, BEAT_SECONDS),  # it may be found dead by this look
    ],
)
def test_the_next_look_is_when_somebody_may_be_dead_but_never_at_once(known, seconds):
    assert pause(known, 100.0) == seconds
    assert pause(known, 100.0, hurry=True) == min(seconds, HURRY_SECONDS)


@pytest.mark.parametrize(
    ("unreported", "per_second", "per_minute", "calls"),
    [
        (0, 10, 600, [5, 30]),  # handed over: all of it was told
        (9.5, 10, 600, [20, 20, 20, 20, 20, 5, 30]),
        (0, 0, 600, [5, 30]),
        (9.5, 0, 600, [600]),  # nobody knows how quick it was
        (4, 10, 0, [20, 20, 5, 30]),
        (9.5, 0, 0, [0]),
    ],
)
def test_a_successor_counts_full_speed_for_what_was_not_told(
    unreported, per_second, per_minute, calls
):
    assert spent([5, 30], unreported, per_second, per_minute) == calls


@dataclass
class Owner:
    """A replica that beats. Its clock is `ahead` of the database's, and goes `rate` as fast."""

    ahead: float
    rate: float
    until: float = -inf
    beat: int = 0

    def clock(self, real: float) -> float:
        return self.ahead + real * self.rate


GAPS = st.lists(
    st.tuples(
        st.floats(0, 15),  # until the next thing happens
        st.sampled_from(["beat", "look", "call"]),
        st.floats(0, 3),  # how long its answer takes
    ),
    min_size=1,
    max_size=60,
)


@given(
    GAPS,
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0.998, 1.002),
    st.floats(0.998, 1.002),
)
def test_no_call_goes_out_after_another_has_taken_over(events, ahead, behind, rate, other_rate):
    """Whatever is late, and whatever both clocks show, which never jump but differ in speed."""
    owner, other = Owner(ahead, rate), Owner(behind, other_rate)
    known, real, taken_at = {}, 0.0, None
    for gap, event, takes in events:
        real += gap
        if event == "beat":
            sent_at = owner.clock(real)
            real += takes / 2
            if taken_at is None:
                owner.beat += 1
                owner.until = held_until(sent_at)
            real += takes / 2
        elif event == "look" and taken_at is None:
            read = owner.beat
            real += takes
            known = watched(known, {"owner": read}, other.clock(real))
            if dead(known, other.clock(real)).get("owner") == owner.beat:
                taken_at = real
        elif event == "call" and may_call(owner.until, owner.clock(real)):
            assert taken_at is None or real < taken_at


def test_it_would_find_a_lease_that_is_longer_than_the_others_patience():
    """The margin between both is what the property above rests on."""
    assert HELD_SECONDS * 1.002 < DEAD_SECONDS * 0.998 - 0.4


def test_a_lease_ends_so_long_after_its_beat_was_sent_and_at_its_end_nobody_calls():
    until = held_until(100.0)
    assert until == 100.0 + HELD_SECONDS
    assert may_call(until, until - 0.001)
    assert not may_call(until, until)


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (2, {}, []),
        (2, {"b": 1}, []),
        (2, {"b": 0}, ["b"]),
        (1, {"b": 0}, []),
        (5, {"b": 3, "c": 1, "d": 2}, ["c", "d", "b"]),
        (5, {"b": 6, "c": 0}, []),  # the one that has most begins
        (5, {"b": 5, "c": 0}, []),  # of several the last by name
        (5, {"B": 5, "c": 0}, ["c"]),
    ],
)
def test_who_has_most_gives_a_key_to_those_with_at_least_two_fewer(own, others, expected):
    assert heirs("a", own, others) == expected


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.randoms())
def test_in_whatever_order_they_look_each_has_its_fair_share_in_the_end(counts, chance):
    """No key goes to and fro: as many are handed over as have to be."""
    holds, moved = {str(at): count for at, count in enumerate(counts)}, 0
    share, rest = divmod(sum(counts), len(counts))
    most = sorted(counts, reverse=True)
    needed = sum(max(0, n - share - (at < rest)) for at, n in enumerate(most))
    before = -1
    while before != moved:
        before, names = moved, sorted(holds)
        chance.shuffle(names)
        for name in names:
            found = heirs(name, holds[name], {o: n for o, n in holds.items() if o != name})
            for heir in found[:1]:
                holds[name], holds[heir], moved = holds[name] - 1, holds[heir] + 1, moved + 1
    assert max(holds.values()) - min(holds.values()) <= 1
    assert moved == needed
