"""docs/stuck.md tells every reason that a person may meet, in both languages."""

import pytest
import stuck

from bridge.core.reasons import CODES


@pytest.mark.parametrize("language", stuck.PAGES)
def test_the_pages_are_current(language: str):
    assert (stuck.DOCS / stuck.PAGES[language]).read_text("utf-8") == stuck.page(language), (
        "make stuck"
    )


@pytest.mark.parametrize("language", stuck.PAGES)
def test_every_reason_has_a_heading_or_a_row(language: str):
    text = stuck.page(language)
    for code in CODES.values():
        if code.kind in stuck.HEADINGS:
            assert f"\n### `{code}`\n" in text


def test_what_is_told_in_several_ways_is_told_in_all_of_them():
    text = stuck.page()
    assert "> `RxScale cancelled this order, but its PharmaOne order <order> still stands`" in text
    assert "> `RxScale cancelled this order, but its order-request may be under review" in text
    assert "- `<submissions> submissions went without an answer`" in text
    assert "| `it could not be carried on: <what>` |" in text
