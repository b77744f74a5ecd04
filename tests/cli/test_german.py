"""The command line in German: nothing English is left, and programs read the same as before."""

import json
import re
from itertools import product
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from bridge.cli import show
from bridge.cli.command import commands
from bridge.cli.language import HELP, LANGUAGE, choose, texts
from bridge.cli.main import main, parser

ENGLISH = re.compile(
    r"\b(is|are|were|the|of|to|not|and|or|with|for|from|this|that|it|its|has|have|been|be|by"
    r"|yet|nothing|every|each|why|since|written|cannot|next|order|orders|after|before)\b(?![-:])"
)
SAME_IN_BOTH = re.compile(
    r"`[^`]*`|rxbridge [a-z-]+( [a-z]+)?( --[a-z-]+)*|--[a-z-]+|[\w.-]*[_/.:][\w./:<>{}-]*"
    r"|(GET|POST|PATCH|PUT)\b[^:]*|order:[\w-]+|waiting for pharmacy|in review|pending review"
    r"|'[^']*'|\"[^\"]*\"|#.*"
)
"""What is typed, addresses, keys of files, vendors' own words: they are in no language."""
KNOWN = commands(parser())
TEMPLATES = Path(show.__file__).with_name("templates")


@pytest.fixture(autouse=True)
def english_again():
    yield
    LANGUAGE.set("en")


def left_over(text: str) -> list[str]:
    return [
        line
        for line in text.splitlines()
        if ENGLISH.search(SAME_IN_BOTH.sub(" ", line)) and not line.startswith("  rxbridge ")
    ]


# -- which language --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "environ", "language"),
    [
        (["check"], {}, "en"),
        (["check"], {"LANG": "de_DE.UTF-8"}, "de"),
        (["check"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["check"], {"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
        (["check"], {"LC_ALL": "", "LC_MESSAGES": "de_AT", "LANG": "en_US"}, "de"),
        (["--lang", "de", "check"], {"LANG": "en_US"}, "de"),
        (["check", "--lang", "en"], {"LANG": "de_DE"}, "en"),
        (["check", "--lang=de"], {}, "de"),
    ],
)
def test_the_language_is_the_one_named_else_the_systems(typed, environ, language):
    choose(typed, environ)
    assert LANGUAGE.get() == language


def test_an_unknown_language_is_a_slip(typed):
    with pytest.raises(SystemExit) as ended:
        typed("--lang", "fr", "check")
    assert ended.value.code == 2


# -- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", KNOWN)
def test_the_help_of_every_command_is_german(path: str):
    examples = [typed for typed, _ in KNOWN[path].examples]
    arguments = len(KNOWN[path]._actions)
    LANGUAGE.set("de")
    german = commands(parser())[path]
    text = german.format_help()
    assert len(german._actions) == arguments
    assert [typed for typed, _ in german.examples] == examples
    body = text.partition("Beispiele:")[0].partition("\n\n")[2]
    assert left_over(re.sub(r"(?m)^    [a-z-]+", "", body)) == []
    whys = [why for _, why in german.examples]
    assert left_over("\n".join(whys)) == []
    for action in german._actions:
        english = next(a for a in KNOWN[path]._actions if a.dest == action.dest)
        assert action.help != english.help or not ENGLISH.search(action.help or ""), action.dest


def test_no_help_is_of_a_command_that_is_not_there():
    nouns = {path.split()[0] for path in KNOWN if path} | {"rxbridge"}
    assert {path.stem for path in (HELP / "en").glob("*.toml")} == nouns
    assert {path.stem for path in (HELP / "de").glob("*.toml")} == nouns | {"argparse"}
    for language, path in product(("en", "de"), KNOWN):
        noun, verb = [*path.split(), "", ""][:2]
        of_noun = texts(language, noun or "rxbridge")
        arguments = KNOWN[path]._actions
        names = {n for a in arguments for n in (*a.option_strings, str(a.metavar), a.dest)}
        verbs = (
            {other.split()[1] for other in KNOWN if other.startswith(f"{path} ")} if path else set()
        )
        assert verb or of_noun.get("summaries", {}).keys() == verbs
        told = of_noun[verb] if verb else of_noun
        assert told.keys() - {"help", "summary", "summaries"} - verbs <= names


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ordres"], "'ordres' gibt es hier nicht - war 'orders' gemeint?"),
        (["demo", "--orders", "few"], "'few' muss eine ganze Zahl sein, 1 bis 1000000"),
        (["stuck", "drop"], "es fehlt: KEY, --reason"),
    ],
)
def test_a_slip_is_told_in_german(words, told, capsys):
    with pytest.raises(SystemExit):
        main([*words, "--lang", "de"])
    said = capsys.readouterr().err
    assert told in said
    assert "siehe: " in said


# -- templates -------------------------------------------------------------------------------


def asked_of(path: Path) -> tuple[set[str], list[int]]:
    """What a template wants to know, and how many columns its tables have."""
    tree = show._texts.parse(path.read_text("utf-8"))
    calls = [
        call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") == "table"
    ]
    return find_undeclared_variables(tree), [len(c.args) + len(c.kwargs) for c in calls]


@pytest.mark.parametrize("name", sorted(path.name for path in (TEMPLATES / "en").iterdir()))
def test_both_languages_print_the_same_facts(name: str):
    assert asked_of(TEMPLATES / "de" / name) == asked_of(TEMPLATES / "en" / name)


def test_no_template_is_of_one_language_alone():
    names = [{path.name for path in (TEMPLATES / each).iterdir()} for each in ("en", "de")]
    assert names[0] == names[1]


# -- what commands print ---------------------------------------------------------------------

OF_DATA = ("audit list", "privacy report", "probe --dry-run")
"""These show commands and tables by their names, and what facts.toml keeps."""
COMMANDS = (
    "check", "check --offline", "orders list", "orders show po-1", "orders show po-404",
    "orders resume po-1", "stuck list", "stuck retry po-404", "stuck retry", "stuck retry --all",
    "stuck confirm --all", "stuck accept --all kept_back", "stuck drop po-1 --reason x",
    "stuck list", "stock plan --all", "stock sync", "stock verify", "skus list", "skus match",
    "reconcile", "webhooks list", "webhooks register", "webhooks remove wh-1", "mappings diff",
    "products attach", "money --month 2026-10", "money --month x",
    "call rxscale GET /pharmacy_skus/",
    "store backup ./copy.db", "store check", "store check ./none.db", "store restore ./copy.db",
    "audit list", "notify test", "pharmacies list", "privacy report", "users list",
    "users remove anna", "probe --dry-run", "shadow report --offline", "go-live --dry-run",
    "orders forget po-1 --yes --open", "init .", "init new --yes", "init many --fleet",
)  # fmt: skip


def test_nothing_english_is_left(typed, one_stuck, vendors, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    english = {}
    for command in COMMANDS:
        said = typed(*command.split(), "--lang", "de")
        assert "Traceback" not in said.err, command
        assert "unerwartet" not in said.err, f"{command}: {said.err}"
        if command in OF_DATA:
            continue
        if found := left_over(said.out + said.err):
            english[command] = found
    assert english == {}


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (
            "rxbridge.toml",
            "[server]\nprot = 1",
            "prot: diesen Schlüssel gibt es nicht - war",
        ),
        (
            "rxbridge.toml",
            "[server]\nport = 'x'",
            "eine ganze Zahl sein - den Wert berichtigen",
        ),
        ("rxbridge.toml", "[server", "kein gültiges TOML"),
        (
            "mappings/skus.csv",
            "pharmacy_sku_uid,p1_id\npsku-1,\n",
            "skus.csv: Zeile 2: p1_id ist leer",
        ),
        ("mappings/statuses.toml", "x = [", "Zeile 1: kein gültiger Wert"),
        ("mappings/shipping.toml", "colour = 1", "shipping.toml: colour: unbekannter Schlüssel"),
        ("mappings/shipping.toml", b"\xff", "Zeile 1: kein UTF-8 - die Datei als UTF-8 speichern"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_german(typed, folder: Path, file, text, told):
    (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    said = typed("check", "--offline", "--lang", "de")
    assert told in said.out + said.err
    assert left_over(said.out + said.err) == []


def test_programs_read_the_same_in_both_languages(typed, one_stuck: Path):
    for command in ("stuck list", "orders list", "orders show po-1", "check --offline"):
        english, german = (
            json.loads(typed(*command.split(), "--json", "--lang", each).out)
            for each in ("en", "de")
        )
        assert english == german


def test_a_status_word_stands_with_its_meaning(typed):
    typed("stuck", "list")
    assert show.status("waiting for pharmacy", "new") == "waiting for pharmacy (new)"
    assert show.status("completed", "completed") == "completed"
    LANGUAGE.set("de")
    assert show.status("waiting for pharmacy", "new") == "waiting for pharmacy (neu)"
    assert show.status(None, None) == ""


def test_one_is_not_many(typed, one_stuck: Path):
    assert "1 steckt fest." in typed("stuck", "list", "--lang", "de").out
