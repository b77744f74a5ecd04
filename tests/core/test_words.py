"""Which words of others are kept and shown, and what stands for the rest."""

from datetime import UTC, datetime

import pytest

from bridge.core.copies import may_be_ours
from bridge.core.journal import AuditEntry, Deed
from bridge.core.words import DOCUMENTED, tellable

NAME = "Kanarienvogel, Karl"


def test_a_word_that_is_known_is_told():
    assert tellable("on-hold", DOCUMENTED) == "on-hold"


def test_of_any_other_only_its_length_and_a_mark_of_its_own():
    told = tellable(NAME, DOCUMENTED)
    assert told.startswith("unknown (19 letters, ")
    assert "Kanarienvogel" not in told
    assert told == tellable(NAME, ())
    assert told != tellable("Kanarienvogel, Carl", ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("po-1-2", True), ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", True), (NAME, False)],
)
def test_only_what_is_written_like_a_uid_may_be_ours(name: str, expected: bool):
    assert may_be_ours(name) is expected


def test_a_deed_was_done_unless_it_says_otherwise():
    entry = AuditEntry(datetime(2026, 1, 5, tzinfo=UTC), "anna", "page", Deed.LOGGED_IN)
    assert (entry.what, entry.subject, entry.outcome) == ("logged in", "", "done")
