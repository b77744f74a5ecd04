"""The JSON Schemas for editors: current, complete, and of one mind with the program."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemas

from bridge import config
from bridge.errors import Misconfigured
from bridge.mapping.rules import load

ROOT = Path(__file__).parent.parent
FOLDER, EXAMPLE = schemas.FOLDER, schemas.EXAMPLE
SHIPPED = {
    EXAMPLE: "rxbridge",
    **{
        ROOT / "mappings" / f"{name}.toml": name
        for name in ("facts", "orders", "shipping", "statuses")
    },
}
SAID = schemas.comments(EXAMPLE.read_text())


def problems(name: str, data: Any) -> list[str]:
    drawn = schemas.schema(name, SAID)
    found = jsonschema_rs.Draft202012Validator(drawn).iter_errors(data)
    return ["/".join(map(str, error.instance_path)) for error in found]


def test_the_schemas_are_current():
    drawn = schemas.texts(EXAMPLE.read_text())
    there = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
    assert there == drawn, "make schemas"


def test_they_are_written_as_they_are_drawn(tmp_path: Path):
    schemas.write(tmp_path / "new", EXAMPLE.read_text())
    assert len(list((tmp_path / "new").iterdir())) == len(schemas.FILES)


@pytest.mark.parametrize("name", schemas.FILES)
def test_each_is_a_schema_and_says_something_of_every_key(name: str):
    drawn = schemas.schema(name, SAID)
    jsonschema_rs.meta.validate(drawn)
    for table in (drawn, *drawn["$defs"].values()):
        for key, field in table.get("properties", {}).items():
            assert field.get("description"), f"{name}: nothing is said of {key}"


EXPLAINED = """\
# A first line.
#   [first] second  said of no table: something stands between
alone = 1

# What it is,
# in two lines.
#   1    what one means
word = 1
plain = 2          # where it comes from

# About the table.
#   key       what it is,
#             and more
#   .inner    a table inside
# And so on:
#         an example
[one.two]
key = 1
"""


def test_the_comments_of_a_mapping_file_say_what_its_keys_mean():
    assert schemas.explained(EXPLAINED) == {
        "alone": "A first line.",
        "word": "What it is, in two lines.",
        "one.two.key": "what it is, and more",
        "one.two.inner": "a table inside",
    }


def test_nothing_is_said_of_a_key_at_two_places():
    for name, tables in schemas.TEXTS.items():
        drawn = schemas.schema(name, SAID)
        for table, texts in tables.items():
            place = drawn["$defs"].get(table) or drawn["$defs"].get(f"_{table}") or drawn
            shown = {key: place["properties"][key]["description"] for key in texts}
            assert shown == texts, "schemas.toml has what a comment says"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_shipped_files_name_their_schema_and_fit_it(file: Path):
    text = file.read_text("utf-8")
    named = re.match(r"#:schema (\S+)\n", text)
    assert named, "the first line names the schema, for Taplo and the editors that use it"
    assert (file.parent / named[1]).resolve() == FOLDER / f"{SHIPPED[file]}.schema.json"
    assert problems(SHIPPED[file], tomllib.loads(text)) == []


WRONG_SETTINGS = [
    "[server]\nprot = 1",
    "[server]\nport = 65536",
    '[server]\nport = "many"',
    "[orders]\npoll_seconds = 0",
    '[orders]\nunsure_submission = "guess"',
    '[rxscale]\nbase_url = "ftp://example.org"',
    "[stock]\nhalved_percent = 101",
    "[nonsense]",
]


@pytest.mark.parametrize("text", WRONG_SETTINGS)
def test_what_the_bridge_refuses_the_editor_marks(text: str, tmp_path: Path):
    (tmp_path / "rxbridge.toml").write_text(text)
    with pytest.raises(Misconfigured):
        config.load(None, {}, cwd=tmp_path)
    assert problems("rxbridge", tomllib.loads(text))


WRONG_MAPPINGS = [
    ("orders", "shipping_in_total = false\n\n#", "shiping_in_total = true\n\n#"),
    ("orders", 'total_paid_amount = "line"\n', 'total_paid_amount = "pair"\n'),
    ("orders", 'quantity = "whole"', 'quantity = "half"'),
    ("shipping", '"GLS" = "Other"', '"GLS" = "GLS"'),
    ("shipping", 'default = "shipping"', 'default = "pigeon"'),
    ("statuses", '"open" = "new"', '"open" = "newish"'),
    ("statuses", 'queue = ["open"] ', "queue = [] "),
    ("statuses", 'shipped = "completed"  ', 'shiped = "completed"  '),
    ("facts", 'pharmaone.deducts_at = "unknown"', 'pharmaone.deducts_at = "packed"'),
    ("facts", 'pharmaone.deducts_at = "unknown"', "pharmaone.deducts_at = true"),
    ("facts", 'pharmaone.deducts_at = "unknown"', 'pharmaone.deducts_at = {source = "x"}'),
    ("facts", 'pharmaone.deducts_at = "unknown"', 'pharmaone.deduct = "never"'),
]


@pytest.mark.parametrize(("name", "old", "new"), WRONG_MAPPINGS)
def test_what_the_mapping_refuses_the_editor_marks(name: str, old: str, new: str, tmp_path: Path):
    folder = shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    file = folder / f"{name}.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Misconfigured):
        load(folder, dialect="current")
    assert problems(name, tomllib.loads(file.read_text("utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        'pharmaone.deducts_at = {value = "never", source = "support", date = "2026-01-15"}',
        'pharmaone.deducts_at = {value = "never"}',
        "rxscale.refuses_illegal_steps = true",
        'rxscale.refuses_illegal_steps = {value = false, source = "tried"}',
    ],
)
def test_a_fact_may_say_where_it_comes_from(text: str, tmp_path: Path):
    folder = shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    (folder / "facts.toml").write_text(text)
    load(folder, dialect="current")
    assert problems("facts", tomllib.loads(text)) == []
