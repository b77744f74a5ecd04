"""What `rxbridge probe` writes into facts.toml: in its place, and nothing else is changed."""

import datetime
import tomllib
from pathlib import Path

import pytest

from bridge.core.facts import Facts
from bridge.errors import Misconfigured
from bridge.mapping.facts import is_fact, noted, read_facts
from bridge.mapping.reading import Faults

SHIPPED = (Path(__file__).parents[2] / "mappings" / "facts.toml").read_text()
DAY = datetime.date(2026, 1, 2)
FACT = {"pharmaone.repeated_reference": ("same", "a probe")}
EVIDENCE = {"rxscale.largest_page": ("200", "a probe")}


def test_a_fact_is_written_in_its_place_and_counts():
    text = noted(SHIPPED, FACT, DAY)
    before, after = SHIPPED.splitlines(), text.splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    is_now = '{ value = "same", source = "a probe", date = 2026-01-02 }'
    name = "pharmaone.repeated_reference"
    assert changed == [(f'{name} = "unknown"', f"{name} = {is_now}")]
    facts, told, _ = read_facts(tomllib.loads(text), Faults())
    assert facts == Facts(repeated_reference="same")
    assert told["pharmaone.repeated_reference"] == "same (a probe, 2026-01-02)"


def test_evidence_is_kept_and_nothing_follows_from_it():
    text = noted(SHIPPED, EVIDENCE, DAY)
    assert text.startswith(SHIPPED.rstrip())
    again = noted(text, {"rxscale.largest_page": ("100", "a second")}, DAY)
    assert again == text.replace('"200", source = "a probe"', '"100", source = "a second"')
    assert read_facts(tomllib.loads(again), Faults())[0] == Facts()


def test_both_at_once_and_an_empty_file():
    text = noted("", FACT | EVIDENCE, DAY)
    assert noted(text, FACT | EVIDENCE, DAY) == text
    assert read_facts(tomllib.loads(text), Faults())[0].repeated_reference == "same"


TABLES = [
    '[pharmaone.repeated_reference]\nvalue = "unknown"\n',
    '[pharmaone]\nrepeated_reference = "unknown"\n',
    'pharmaone = { repeated_reference = "unknown" }\n',
    'note = """\npharmaone.repeated_reference = 1\n"""\n',
]


@pytest.mark.parametrize("text", TABLES)
def test_what_cannot_be_changed_without_harm_is_left(text: str):
    with pytest.raises(Misconfigured, match="not changed by themselves"):
        noted(text, FACT, DAY)


def test_which_names_count():
    assert is_fact("pharmaone.deducts_at")
    assert not is_fact("pharmaone.shops")
    assert not is_fact("vendors.limit_headers")
    assert not is_fact("evidence.value")


def test_wrong_evidence_is_a_fault():
    faults = Faults()
    assert read_facts({"evidence": {"x": {"valeu": "y"}}}, faults) is None
    assert faults
