"""Every situation of `tables/*.txt` is decided as it stands there."""

import pytest
from core.situations import KINDS, TABLES, row


@pytest.mark.parametrize("kind", KINDS)
def test_each_situation_is_decided_as_the_table_says(kind: str):
    """What is meant to change is written anew with `make tables`, and read in the difference."""
    lines = (TABLES / f"{kind}.txt").read_text("utf-8").splitlines()
    assert len(lines) > 90
    for line in lines:
        assert row(kind, int(line.partition(" ")[0])) == line
