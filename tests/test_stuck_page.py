"""docs/stuck.md tells every reason there is in the source, and none that there is not."""

import re
import shutil
from pathlib import Path

import pytest

from bridge.core.orders.submitting import FREED_BY_MAPPING
from bridge.documents import stuck
from bridge.documents.reasons import SOURCE, NotReadable, Reason, found

PAGE = Path(__file__).parent.parent / "docs" / "stuck.md"
TEXT = PAGE.read_text("utf-8")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the program, to say something new in."""
    skip = shutil.ignore_patterns("__pycache__", "sandbox")
    return shutil.copytree(SOURCE, tmp_path / "bridge", ignore=skip)


def say(source: Path, file: str, code: str) -> None:
    with (source / file).open("a") as opened:
        opened.write(f"\n\n{code}\n")


def test_the_page_is_current():
    assert stuck.page() == TEXT, "make stuck"


def test_it_reads_what_a_person_would_find():
    codes = {each.code for each in found()}
    for file in sorted(SOURCE.rglob("*.py")):
        for code in re.findall(r"(?:StuckNote|Gap|Anomaly)\(\s*\"(\w+)\"", file.read_text()):
            assert code in codes
    assert codes >= FREED_BY_MAPPING


def test_everything_is_said_in_words():
    assert [each.code for each in found() if not each.says] == []


NEW = [
    ("core/reasons.py", 'def new():\n    return StuckNote("brand_new", "it is new", "wait")'),
    ("core/stock/judge.py", 'def new():\n    return Anomaly("brand_new", "it is new")'),
    ("mapping/draft.py", 'def new():\n    return Gap("brand_new", "it is new")'),
    ("core/orders/decide.py", 'def new():\n    return Wait("it is brand_new")'),
    ("health.py", 'def new(bad):\n    return "it is brand_new" if bad else None'),
]


@pytest.mark.parametrize(("file", "code"), NEW, ids=[file for file, _ in NEW])
def test_a_new_reason_wants_an_explanation(source: Path, file: str, code: str):
    say(source, file, code)
    with pytest.raises(stuck.Unexplained, match="brand_new"):
        stuck.page(found(source))


def test_a_new_reason_of_a_sku_wants_an_explanation(source: Path):
    file = source / "core" / "stock" / "plan.py"
    file.write_text(file.read_text().replace('"as it should be"', '"as it brand_new be"'))
    with pytest.raises(stuck.Unexplained, match="brand_new"):
        stuck.page(found(source))


def test_an_explanation_of_nothing_is_taken_out():
    fewer = [each for each in found() if each.code != "bad_pzn"]
    with pytest.raises(stuck.Unexplained, match="bad_pzn"):
        stuck.page(fewer)


def test_a_code_that_nobody_can_read_is_a_mistake(source: Path):
    say(source, "core/reasons.py", 'def new(word):\n    return StuckNote(word, "x", "y")')
    with pytest.raises(NotReadable, match=r"core/reasons\.py"):
        found(source)


def test_a_code_may_be_a_name(source: Path):
    say(source, "health.py", 'CODE = "named"\n\n\ndef new():\n    return Gap(CODE, "x")')
    assert Reason("Gap", "named", "x") in found(source)


def test_every_reason_has_a_heading_or_a_row_and_something_to_read():
    for each in found():
        assert each.kind != "Why" or f"- `{each.says}`" in TEXT
        assert f"### `{each.code}`" in TEXT or f"| `{each.code}` |" in TEXT
