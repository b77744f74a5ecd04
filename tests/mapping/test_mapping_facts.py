"""facts.toml: optional, in two forms, every mistake with its way out."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mapping.mapping_files import faults

from bridge.core.facts import Facts
from bridge.core.model import State
from bridge.errors import Misconfigured
from bridge.mapping.rules import fingerprint, load, refuse_to_forget


def with_facts(folder: Path, text: str) -> Path:
    (folder / "facts.toml").write_text(text)
    return folder


def test_without_the_file_and_as_shipped_all_are_unknown(folder: Path) -> None:
    shipped = load(folder, dialect="current")
    (folder / "facts.toml").unlink()
    absent = load(folder, dialect="current")
    assert absent.facts == shipped.facts == Facts()
    assert absent.facts_told == shipped.facts_told
    assert set(absent.facts_told.values()) == {"unknown"}
    assert absent.words.deducting == {State.COMPLETED}, "as statuses.toml says"


@pytest.mark.parametrize("word", ["refuses", "refused"])
def test_a_refusal_is_spelt_either_way(folder: Path, word: str) -> None:
    text = f'rxscale.short_stock_on_complete = "{word}"'
    assert load(with_facts(folder, text), dialect="current").facts.short_stock_on_complete == (
        "refused"
    )


def test_both_forms(folder: Path) -> None:
    text = """
    pharmaone.repeated_reference = "second"
    rxscale.refuses_illegal_steps = true
    [pharmaone.deducts_at]
    value = "never"
    source = "PharmaOne's support"
    date = 2026-01-15
    [rxscale.short_stock_on_complete]
    value = "zero"
    """
    rules = load(with_facts(folder, text), dialect="current")
    assert rules.facts == Facts(
        repeated_reference="second",
        deducts_at="never",
        short_stock_on_complete="zero",
        refuses_illegal_steps="true",
    )
    assert rules.facts_told == {
        "rxscale.refuses_illegal_steps": "true",
        "rxscale.short_stock_on_complete": "zero",
        "pharmaone.repeated_reference": "second",
        "pharmaone.repeated_prescription": "unknown",
        "pharmaone.deducts_at": "never (PharmaOne's support, 2026-01-15)",
    }
    assert rules.words.deducting == frozenset()


@pytest.mark.parametrize(
    ("value", "told"), [("true", "true"), ("false", "false"), ('"unknown"', "unknown")]
)
def test_yes_no_and_unknown(folder: Path, value: str, told: str) -> None:
    rules = load(with_facts(folder, f"rxscale.refuses_illegal_steps = {value}"), dialect="current")
    assert rules.facts.refuses_illegal_steps == told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            'pharmaone.deduct_at = "never"',
            "facts.toml: pharmaone.deduct_at: unknown key - did you mean 'deducts_at'?",
        ),
        (
            'pharmacy.deducts_at = "never"',
            "facts.toml: pharmacy: unknown key - did you mean 'pharmaone'?",
        ),
        (
            'pharmaone.deducts_at = "handover"',
            "facts.toml: pharmaone.deducts_at: 'handover' is not a word known here - "
            "did you mean 'handed_over'?",
        ),
        (
            "pharmaone.deducts_at = true",
            "facts.toml: pharmaone.deducts_at: 'true' is not a word known here - "
            "known here: approved, handed_over, never, unknown",
        ),
        (
            "[pharmaone.deducts_at]\nvalu = 'never'",
            "facts.toml: pharmaone.deducts_at.valu: unknown key - did you mean 'value'?",
        ),
        (
            "[pharmaone.deducts_at]\nsource = 'support'",
            "facts.toml: pharmaone.deducts_at.value: missing",
        ),
        (
            "pharmaone.deducts_at = [1]",
            "facts.toml: pharmaone.deducts_at.value: a text in quotes is wanted here",
        ),
        ("pharmaone = 7", "facts.toml: pharmaone: a table is wanted here"),
        ("pharmaone", "facts.toml: line 1: "),
    ],
)
def test_a_mistake_names_its_key_and_the_way_out(folder: Path, text: str, fault: str) -> None:
    assert any(each.startswith(fault) for each in faults(with_facts(folder, text)))


def test_a_file_that_comes_later_is_noticed(folder: Path) -> None:
    (folder / "facts.toml").unlink()
    before, version = fingerprint(folder), load(folder, dialect="current").version
    with_facts(folder, 'pharmaone.deducts_at = "never"')
    os.utime(folder / "facts.toml", (0, datetime(2026, 1, 2, tzinfo=UTC).timestamp()))
    assert fingerprint(folder) != before
    assert load(folder, dialect="current").version != version


SECOND = 'pharmaone.repeated_reference = "second"\npharmaone.deducts_at = "unknown"\n'


@pytest.mark.parametrize("text", ["", "# half of a fi", 'pharmaone.deducts_at = "never"', None])
def test_what_was_known_is_not_forgotten_with_a_part_of_the_file(
    folder: Path, text: str | None
) -> None:
    before = load(with_facts(folder, SECOND), dialect="current")
    if text is None:
        (folder / "facts.toml").unlink()
    else:
        with_facts(folder, text)
    with pytest.raises(Misconfigured) as refused:
        refuse_to_forget(before.known, load(folder, dialect="current"))
    assert str(refused.value) == (
        "facts.toml: pharmaone.repeated_reference: is not told any more, and was second - "
        'put it back; or write "unknown", if nobody knows it after all'
    )


@pytest.mark.parametrize("value", ["unknown", "same"])
def test_what_is_told_anew_is_taken_up(folder: Path, value: str) -> None:
    before = load(with_facts(folder, SECOND), dialect="current")
    after = load(with_facts(folder, SECOND.replace("second", value)), dialect="current")
    refuse_to_forget(before.known, after)
    refuse_to_forget(after.known, load(with_facts(folder, SECOND), dialect="current"))
