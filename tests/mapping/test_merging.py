"""Two versions of a file made into one: nothing of either is lost, or it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.merging import Edit, merged

BASE = ["a", "b", "c", "d", "e"]
LINES = st.lists(st.sampled_from("abcde"), max_size=8)


@pytest.mark.parametrize(
    ("own", "new", "result", "left_out"),
    [
        ("abcde", "abcde", "abcde", []),
        ("abcde", "abXde", "abXde", []),
        ("abXde", "abcde", "abXde", []),
        ("Xbcde", "abcdY", "XbcdY", []),
        ("abcdeX", "Yabcde", "YabcdeX", []),
        ("abde", "abde", "abde", []),
        ("abXde", "abXde", "abXde", []),
        ("abXde", "abYde", "abXde", [Edit(2, 3, ("Y",))]),
        ("abXde", "abcYe", "abXde", [Edit(3, 4, ("Y",))]),
        ("abcdeX", "abcdeY", "abcdeX", [Edit(5, 5, ("Y",))]),
        ("", "abXde", "", [Edit(2, 3, ("X",))]),
    ],
)
def test_what_both_changed_is_made_into_one(own: str, new: str, result: str, left_out: list[Edit]):
    assert merged(BASE, [*own], [*new]) == ([*result], left_out)


@given(base=LINES, own=LINES, new=LINES)
def test_whoever_changed_nothing_gets_the_others(base: list, own: list, new: list):
    assert merged(base, own, base) == (own, [])
    assert merged(base, base, new) == (new, [])
    assert merged(base, new, new) == (new, [])
    result, left_out = merged(base, own, new)
    assert left_out or result == merged(base, new, own)[0], "whose is whose does not matter"
