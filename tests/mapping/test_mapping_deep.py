"""Files that are nested too deep for whoever reads them: a fault with its way out, no crash."""

from pathlib import Path

import pytest
from mapping.mapping_files import change, only_fault

from bridge.mapping.rules import load

FAULT = "too long a number or too deep a list - take it out"


@pytest.mark.parametrize("file", ["orders.toml", "statuses.toml", "shipping.toml", "facts.toml"])
@pytest.mark.parametrize(
    "deep",
    [
        "x = " + "[" * 20_000 + "]" * 20_000,
        "x = " + "[" * 300 + "]" * 300,
        "x = " + "{a = " * 3_000 + "1" + "}" * 3_000,
        "x." + "a." * 2_000 + "a = 1",
        "[zz." + "a." * 2_000 + "a]\nx = 1",
        "x = " + "9" * 5_000,
    ],
    ids=["lists", "not so deep lists", "tables", "a dotted key", "a dotted table", "a number"],
)
def test_what_is_too_deep_is_one_fault(folder: Path, file: str, deep: str) -> None:
    path = folder / file
    path.write_text(f"{path.read_text() if path.exists() else ''}\n[zz]\n{deep}\n")
    assert only_fault(folder) == f"{file}: {FAULT}"


def deepen(folder: Path, depth: int) -> None:
    """The last example's order has so deep a field."""
    with (folder / "orders.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[example.given.order.more]\n{'a.' * depth}a = 1\n")


@pytest.mark.parametrize("depth", [5_000, 900])
def test_an_example_as_well(folder: Path, depth: int) -> None:
    deepen(folder, depth)
    assert only_fault(folder) == f"orders.toml: {FAULT}"


def test_what_a_vendor_may_answer_is_not_too_deep(folder: Path) -> None:
    deepen(folder, 50)
    load(folder, dialect="current")


def test_a_table_where_a_word_is_wanted_is_not_told_letter_by_letter(folder: Path) -> None:
    known = "[fields.payload]\n"
    change(folder, "orders.toml", known, f"{known}zz.{'a.' * 40}a = 'integer'\n")
    fault = only_fault(folder)
    assert fault.startswith("orders.toml: fields.payload.zz: ")
    assert len(fault) < 300
