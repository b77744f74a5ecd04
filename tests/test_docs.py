"""What the documents say is held against the program."""

import json
import re
import shlex
import tomllib
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
import states

from bridge.cli.main import parser
from bridge.core.model import Key
from bridge.core.reasons import CODES, Code, Kind
from bridge.sandbox.traffic import Fault
from bridge.settings import Settings, keys
from bridge.store import Store
from bridge.texts import typed

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "rxbridge.example.toml"
PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FOR_ENGINEERS = (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md")
FILE = re.compile(r"`((?:[\w.]+/)+[\w.*]*|\w+\.py)(?::\w+)?`")
STUCK = (Kind.ORDER, Kind.ATTENTION, Kind.ALARM, Kind.GAP, Kind.SKU, Kind.INVENTORY)


@pytest.mark.parametrize("code", [code for code in CODES.values() if code.kind in STUCK])
def test_every_command_in_a_remedy_is_understood(code: Code):
    for verb in code.verbs:
        command = typed(code, Key("order:po-1"))[verb]
        parser().parse_args(shlex.split(command)[1:])


def test_the_example_configuration_shows_every_key_with_its_default():
    text = EXAMPLE.read_text()
    shown = tomllib.loads(text)
    defaults = Settings().model_dump(mode="json")
    secrets = {"api_key", "webhook_secrets", "admin_password_hash", "public_api_key"}
    secrets |= {"urls", "heartbeat_url"}
    for section, names in keys().items():
        for name in names:
            if name in secrets:
                assert name.upper() in text
            elif name in shown[section]:
                assert shown[section][name] == defaults[section][name], f"{section}.{name}"
            else:
                assert f"# {name} = " in text, f"{section}.{name} is not shown"


def test_the_drawings_show_the_shipped_statuses():
    assert states.PAGE.read_text() == states.shipped(), "make drawings"


def test_what_cannot_be_read_is_not_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(states, "SHIPPED", tmp_path)
    with pytest.raises(ValueError, match="cannot be read"):
        states.shipped()


def test_every_make_target_in_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        for target in re.findall(r"^make ([\w.]+)|`make ([\w.]+)`", page.read_text(), re.MULTILINE):
            name = target[0] or target[1]
            assert re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE), name


@pytest.mark.parametrize("page", FOR_ENGINEERS, ids=lambda page: page.name)
def test_every_file_that_engineers_are_led_to_is_there(page: Path):
    named = FILE.findall(page.read_text("utf-8"))
    assert len(named) > 15
    for name in named:
        found = [*ROOT.glob(name), *(ROOT / "bridge").glob(name)]
        found += [] if "/" in name else (ROOT / "bridge").rglob(name)
        assert found, f"{page.name}: {name}"


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_first_page_leads_to_all_that_a_person_uses():
    first = (ROOT / "docs" / "index.md").read_text()
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md", "coverage.md"}
    assert {page for page in pages if f"]({page})" not in first} == set()
    assert "](page.md)" in (ROOT / "docs" / "start.md").read_text()


async def test_the_privacy_page_tells_of_every_table_of_the_store(tmp_path: Path):
    store = await Store.open(tmp_path / "rxbridge.db", now=datetime(2026, 1, 2, tzinfo=UTC))
    tables = await store.write(
        lambda c: [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    )
    await store.close()
    page = (ROOT / "docs" / "privacy.md").read_text()
    rows = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    told = set(re.findall(r"`(\w+)`", rows))
    assert {name for name in tables if not name.startswith("sqlite_")} <= told


def test_both_checklists_of_the_vendors_are_ticked_off():
    """RxScale's guide names fourteen points; each stands in the page as it stands there."""
    page = (ROOT / "docs" / "start.md").read_text()
    rxscale, pharmaone = page.split("## Both checklists")[1].split("PharmaOne's, for integrators")
    assert len(re.findall(r"^\| (?!---|RxScale asks)", rxscale, re.MULTILINE)) == 14
    assert len(re.findall(r"^\| (?!---|PharmaOne asks)", pharmaone, re.MULTILINE)) == 6


def test_the_page_of_the_sandbox_tells_of_every_fault_and_each_is_one():
    page = (ROOT / "docs" / "sandbox.md").read_text()
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert told == {field.name for field in fields(Fault)}
    shown = re.findall(r"^\| `(\{.*?\})` \|", page, re.MULTILINE)
    shown += re.findall(r"-d '(\{.*?\})'", page)
    assert len(shown) > 4
    for text in shown:
        Fault(**json.loads(text))


def test_the_german_beginning_types_what_the_english_one_does():
    def typed_in(name: str) -> set[str]:
        page = (ROOT / "docs" / name).read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        return {line.partition("  #")[0].strip() for each in blocks for line in each.splitlines()}

    update = {"rxbridge mappings diff", "rxbridge mappings diff --write"}
    assert typed_in("start.de.md") - update == typed_in("start.md") - {"rxbridge reconcile"}
