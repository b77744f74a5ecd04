"""The papers of the data-protection officer, held against the program in both languages."""

import argparse
import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import yaml
from contract.cases import CASES
from house import open_house, open_sandbox
from page.client import HASH, PASSWORD, Browser

from bridge import logs
from bridge.cli.commands import password
from bridge.cli.main import parser
from bridge.core.journal import Deed
from bridge.cycles.finder import KEPT_SECONDS
from bridge.cycles.upkeep import FORGET_SECONDS, UNFINISHED
from bridge.metrics import BAD_SIGNATURE
from bridge.pharmaone import dialect as p1
from bridge.rxscale import dialect as rx
from bridge.server.page import access
from bridge.settings import Settings, keys
from bridge.store import Store, work
from bridge.store.backup import back_up
from bridge.store.connection import RunLock

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
GERMAN, ENGLISH = DOCS / "de" / "datenschutz", DOCS / "privacy"
PAIRS = {
    "index": "index",
    "verzeichnis": "records",
    "datenbestand": "inventory",
    "massnahmen": "measures",
    "loeschkonzept": "deletion",
    "auftragsverarbeitung": "processors",
    "folgenabschaetzung": "impact",
    "datenpanne": "breach",
}
"""Each German page and the English one beside it, by their names."""
PAGES = [
    *(GERMAN / f"{name}.md" for name in PAIRS),
    *(ENGLISH / f"{name}.md" for name in PAIRS.values()),
]
TABLE = re.compile(r"^### `(\w+)`$(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
KEY = re.compile(r"`([a-z]+)\.([a-z_]+)`(?: \((?:`([^`]*)`|(\d+)))?")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
each_pair = pytest.mark.parametrize("pair", PAIRS.items(), ids=lambda pair: pair[0])


def first_cells(text: str) -> list[str]:
    """The first cell of each row of its tables, without their heads."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    heads = {rows[n - 1] for n, row in enumerate(rows) if row.startswith("| ---")}
    return [r.split(" | ")[0] for r in rows if r not in heads and not r.startswith("| ---")]


async def columns(folder: Path) -> dict[str, set[str]]:
    """Every table of a new store, with the names of its columns."""
    store = await Store.open(folder / "rxbridge.db", now=datetime(2026, 1, 2, tzinfo=UTC))
    rows = await store.write(
        lambda c: c.execute(
            "SELECT t.name, i.name FROM sqlite_master AS t, pragma_table_info(t.name) AS i "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        ).fetchall()
    )
    await store.close()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


@pytest.mark.parametrize("page", [GERMAN / "datenbestand.md", ENGLISH / "inventory.md"])
async def test_every_table_and_column_is_named_with_what_it_holds(page: Path, tmp_path: Path):
    stored = await columns(tmp_path)
    told: dict[str, list[str]] = {
        table: CODE.findall(" ".join(first_cells(text)))
        for table, text in TABLE.findall(page.read_text("utf-8"))
    }
    said = {f"{table}.{name}" for table, names in told.items() for name in names}
    true = {f"{table}.{name}" for table, names in stored.items() for name in names}
    missing, gone = sorted(true - said), sorted(said - true)
    assert not missing, f"what they hold is not told in {page.name}: {missing}"
    assert not gone, f"{page.name} tells of what is not in the store: {gone}"
    assert len(said) == sum(map(len, told.values())), f"{page.name} names a column twice"


@pytest.mark.parametrize("page", [GERMAN / "verzeichnis.md", ENGLISH / "records.md"])
def test_every_way_to_a_vendor_is_told(page: Path):
    """In which dialect it is documented stands in the heading above it."""
    text = page.read_text("utf-8").partition("### RxScale")[2]
    for part, routes in zip(text.split("### PharmaOne"), (rx.ROUTES, p1.ROUTES), strict=True):
        told = [CODE.findall(cell)[0] for cell in first_cells(part)]
        assert sorted(told) == sorted(route.name for route in routes)


@pytest.mark.parametrize(
    ("page", "word"),
    [("de/datenschutz/verzeichnis", "nur von Hand"), ("privacy/records", "by hand only")],
)
def test_what_is_said_to_be_called_by_hand_only_is_called_by_nothing(page: str, word: str):
    """No part of the program but the vendors' own calls the method of such a route."""
    parts = ("app", "cli", "cycles", "server", "worker")
    source = "".join(f.read_text() for p in parts for f in (ROOT / "bridge" / p).rglob("*.py"))
    methods = {case.route.name: case.method.split(".")[-1] for case in CASES}
    rows = re.findall(rf"^\| `([^`]+)` \|.*\| {word}", (DOCS / f"{page}.md").read_text(), re.M)
    assert len(rows) == 12
    for route in rows:
        assert not re.search(rf"\.{methods[route]}\(", source), route


@each_page
def test_every_key_of_the_configuration_is_one_and_has_the_default_that_is_told(page: Path):
    defaults = Settings().model_dump(mode="json")
    for section, name, word, number in KEY.findall(page.read_text("utf-8")):
        if section in keys():
            assert name in keys()[section], f"{page.name}: {section}.{name}"
            default = defaults[section][name]
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert (word or number or shown) == shown, f"{page.name}: {section}.{name}"


def told_in(name: str) -> tuple[str, str]:
    """A page in both languages, by its German name."""
    return (GERMAN / f"{name}.md").read_text("utf-8"), (ENGLISH / f"{PAIRS[name]}.md").read_text(
        "utf-8"
    )


def test_every_table_is_in_the_class_that_its_rows_are_deleted_by():
    """A: with their order; B: the audit log, by its age; C: never."""
    erased = {found for each in work._ERASE for found in re.findall(r"DELETE FROM (\w+)", each)}
    for text in told_in("datenbestand"):
        classes: dict[str, str] = {}
        for table, part in TABLE.findall(text):
            (classes[table],) = re.findall(r"\b(?:[Kk]lasse|[Cc]lass) ([A-C])\b", part)[:1]
        assert {table for table, each in classes.items() if each == "A"} == erased
        assert [table for table, each in classes.items() if each == "B"] == ["audit"]


def test_the_periods_that_no_setting_changes_are_as_told():
    assert (FORGET_SECONDS, KEPT_SECONDS) == (3600, 600)
    for text, hourly, ten in zip(
        told_in("loeschkonzept"),
        ("die Brücke, jede Stunde", "the bridge, every hour"),
        ("höchstens zehn Minuten", "for ten minutes at most"),
        strict=True,
    ):
        assert text.count(hourly) == 6
        assert ten in text
        assert re.search(rf"^\| A, (nie|never) .*\| {UNFINISHED.days} ", text, re.MULTILINE)


def test_what_containers_keep_of_logs_and_numbers_is_as_told():
    services = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]
    log = services["bridge"]["logging"]["options"]
    (kept,) = (w for w in services["prometheus"]["command"] if "retention.time" in w)
    for text in told_in("loeschkonzept"):
        assert re.search(rf"\b{log['max-file']} (Dateien zu|files of) {log['max-size']}\b", text)
        assert f" {kept.partition('=')[2]} (`docker/compose.yaml`)" in text


async def test_every_file_that_the_bridge_makes_is_told_and_is_its_owners_alone(tmp_path: Path):
    given = Settings.model_validate({"store": {"path": tmp_path / "rxbridge.db"}})
    assert given.users_file.name == "users.json"
    now = datetime(2026, 1, 2, tzinfo=UTC)
    with RunLock(given.store.path):
        store = await Store.open(given.store.path, now=now)
        await store.write(lambda c: c.execute("UPDATE meta SET value = value"))
        back_up(given.store.path, tmp_path / "monday.db")
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        await store.close()
    assert set(modes.values()) == {0o600}
    assert len(modes) == 5
    for text in told_in("loeschkonzept"):
        assert modes.keys() - {"monday.db"} <= set(CODE.findall(text))
    for text in (*told_in("massnahmen"), *told_in("datenbestand")):
        assert re.search(r"\b([Mm]odus|mode) 600\b", text)


def test_every_address_of_the_configuration_is_told():
    """A new one may be one more place that data goes to: then it stands in the record."""
    named = [f"{s}.{k}" for s, names in keys().items() for k in names if re.search(r"urls?$", k)]
    p1 = {"base_url": "http://p1.example", "connector_url": "http://shop.example"}
    called = Settings.model_validate(
        {
            "rxscale": {"base_url": "http://rx.example"},
            "pharmaone": {"submit_via": "connector", **p1},
        }
    ).in_clear()
    for text in told_in("verzeichnis"):
        assert set(named) <= set(CODE.findall(text))
        table = text.partition("### RxScale")[0].rpartition("\n## ")[2]
        assert {CODE.findall(cell)[0] for cell in first_cells(table)} == set(called)


async def test_the_cookies_are_as_told(tmp_path: Path):
    """All that a browser is given on the way through the login."""
    server = {"admin_password_hash": HASH}
    given: list[str] = []
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, server=server) as house:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            visitor = Browser(house.running.url, http)
            await visitor.get("/login?lang=de")
            given += visitor.headers.getall("Set-Cookie")
            fields = visitor.form("/login") | {"password": PASSWORD}
            async with http.post(
                f"{visitor.url}/login", data=fields, allow_redirects=False
            ) as answer:
                assert answer.status == 303
                given += answer.headers.getall("Set-Cookie")
    hours, minutes = access.SESSION_LASTS.total_seconds() / 3600, access.IDLE.total_seconds() / 60
    by_https = access.HOST_ALONE + access.COOKIE
    named = {cookie.partition("=")[0] for cookie in given}
    assert access.COOKIE in named
    for text in told_in("massnahmen"):
        (row,) = re.findall(r"^\| (?:Sitzung|Session) \|.*", text, re.MULTILINE)
        always = {"HttpOnly", "SameSite=Strict"}
        assert set(CODE.findall(row)) == named | always | {by_https, "Secure"}
        assert all(word in cookie for word in always for cookie in given)
        assert f" {hours:g} " in row
        assert f" {minutes:g} " in row


def test_memory_stays_off_the_disk_as_told():
    unit = (ROOT / "docker" / "rxbridge.service").read_text().splitlines()
    bridge = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]["bridge"]
    assert bridge["memswap_limit"] == bridge["mem_limit"], "no more than that: nothing is swapped"
    for text in (*told_in("loeschkonzept"), *told_in("massnahmen")):
        lines = {
            word for word in CODE.findall(text) if re.fullmatch(r"(Limit|Memory)\w+=\w+", word)
        }
        assert lines == {"LimitCORE=0", "MemorySwapMax=0"} & set(unit)
        assert "memswap_limit" in CODE.findall(text)


def test_one_place_alone_opens_connections():
    """Whoever adds another says in the record what it carries, and to whom."""
    opens = re.compile(
        r"ClientSession\(|urllib\.request|http\.client|smtplib|ftplib|open_connection|"
        r"create_connection|\.connect\(\(|^(?:import|from) (?:requests|httpx|apprise)\b",
        re.MULTILINE,
    )
    found = {
        str(file.relative_to(ROOT / "bridge"))
        for file in (ROOT / "bridge").rglob("*.py")
        if opens.search(file.read_text("utf-8")) and "sandbox" not in file.parts
    }
    assert found == {"transport/session.py", "app/telling.py", "sender.py"}


def test_passwords_and_log_lines_are_as_told():
    line = json.loads(logs.Json().format(logging.makeLogRecord({"msg": "x"})))
    for text, letters in zip(
        told_in("massnahmen"), ("ab {} Zeichen", "of {} letters"), strict=True
    ):
        assert letters.format(password.LEAST_LETTERS) in text
        (row,) = re.findall(r"^\| (?:Protokollzeilen|Log lines) \|.*", text, re.MULTILINE)
        assert list(line) == CODE.findall(row)[: len(line)]


def test_what_is_looked_for_after_a_breach_is_what_the_program_writes():
    """Entries of the audit log, log lines, alarms."""
    source = "".join(file.read_text("utf-8") for file in (ROOT / "bridge").rglob("*.py"))
    alerts = (ROOT / "docker" / "alerts.yaml").read_text()
    for text in told_in("datenpanne"):
        deeds, lines, numbers = [b for b in text.split("\n\n") if b.startswith("| ")][:3]
        for deed in (w for cell in first_cells(deeds) for w in CODE.findall(cell)):
            assert deed.startswith("--") or deed in list(Deed) or is_written_down(deed), deed
        for line in (CODE.findall(cell)[0] for cell in first_cells(lines)):
            assert re.search(rf'log\.\w+\(\s*"{re.escape(line)}"', source), line
        for alarm in re.findall(r"`(Rxbridge\w+)`", numbers):
            assert f"alert: {alarm}" in alerts, alarm
        assert f"`{BAD_SIGNATURE}`" in numbers


def is_written_down(words: str) -> bool:
    """Whether a command of this name goes into the audit log."""
    noun, _, verb = words.partition(" ")
    chosen = subparsers(parser())[noun]
    chosen = subparsers(chosen)[verb] if verb else chosen
    return chosen.get_default("changes") is not None


def subparsers(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (a for a in of._actions if isinstance(a, argparse._SubParsersAction))
    return found.choices


@each_pair
def test_both_languages_say_the_same_things(pair: tuple[str, str]):
    """The same names of tables, keys, files and commands, as often; and the same shape."""
    german = (GERMAN / f"{pair[0]}.md").read_text("utf-8")
    english = (ENGLISH / f"{pair[1]}.md").read_text("utf-8")
    assert sorted(CODE.findall(german)) == sorted(CODE.findall(english))
    for shape in (r"^#+ ", r"^\| ", r"^- ", r"^\d+\. ", "____", r"\[ \]"):
        count = [len(re.findall(shape, text, re.MULTILINE)) for text in (german, english)]
        assert count[0] == count[1], f"{shape}: {count}"
    assert f"](../../privacy/{pair[1]}.md)" in german
    assert f"](../de/datenschutz/{pair[0]}.md)" in english


def test_every_page_has_its_pair_and_its_place_in_the_site():
    assert {page.stem for page in GERMAN.glob("*.md")} == PAIRS.keys()
    assert {page.stem for page in ENGLISH.glob("*.md")} == set(PAIRS.values())
    nav = str(yaml.safe_load((DOCS / ".site" / "mkdocs.yml").read_text())["nav"])
    for page in PAGES:
        assert str(page.relative_to(DOCS)) in nav, f"{page.name} is not in the site"
