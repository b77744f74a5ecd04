"""The command line explains itself: help, slips, colours, JSON, completion by real shells."""

import json
import os
import pkgutil
import pty
import re
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import commands as reference
import pytest

from bridge.cli import commands as nouns
from bridge.cli.command import Parser, commands
from bridge.cli.commands.completion import script
from bridge.cli.language import summaries
from bridge.cli.main import parser

KNOWN = commands(parser())
SHELL_WORDS = re.compile(r"eval \"\$\((?P<inner>[^)]*)\)\"|(?P<plain>[^>]*)(>.*)?")
COLOUR = r"\x1b\[[\d;]*3\d"
PRINT_NO_DATA = {"run", "completion", "init", "password"}
TESTS = Path(__file__).parents[1]


def leaves() -> list[str]:
    return [p for p in KNOWN if p and not any(other.startswith(f"{p} ") for other in KNOWN)]


def options(path: str) -> set[str]:
    return {word for action in KNOWN[path]._actions for word in action.option_strings}


@pytest.mark.parametrize("path", KNOWN)
def test_every_command_says_what_it_is_for_and_shows_examples(path: str):
    text = KNOWN[path].format_help()
    assert KNOWN[path].about.split(".")[0].split()[0] in text
    assert "examples:" in text
    assert KNOWN[path].examples
    for typed, _ in KNOWN[path].examples:
        assert typed in text
        found = SHELL_WORDS.fullmatch(typed)
        assert found
        words = shlex.split(found["inner"] or found["plain"])
        assert words[0] == "rxbridge"
        parser().parse_args(words[1:])


def test_every_module_of_a_noun_is_a_command():
    modules = {each.name.replace("_", "-") for each in pkgutil.iter_modules(nouns.__path__)}
    assert modules == summaries().keys()
    assert all(summaries().values())


@pytest.mark.parametrize("path", KNOWN)
def test_every_argument_is_explained(path: str):
    for action in KNOWN[path]._actions:
        if action.metavar in ("COMMAND", "VERB"):
            continue
        assert action.help, f"{path}: {action.option_strings or action.dest}"


@pytest.mark.parametrize("path", leaves())
def test_every_command_that_prints_data_speaks_json(path: str):
    assert ("--json" in options(path)) != (path in PRINT_NO_DATA)


@pytest.mark.parametrize("path", leaves())
def test_the_configuration_may_be_named_behind_the_command(path: str):
    assert "--config" in options(path)


def test_config_before_and_behind():
    for words in (["--config", "a.toml", "check"], ["check", "--config", "a.toml"]):
        assert parser().parse_args(words).config == Path("a.toml")
    assert parser().parse_args(["check"]).config is None


SLIPS = [
    (["ordres"], "did you mean 'orders'?"),
    (["orders", "lst"], "did you mean 'list'?"),
    (["xyzzy"], "there are: run, demo"),
    (["demo", "--orders", "few"], "'few' must be a whole number, 1 to 1000000"),
    (["demo", "--orders", "-3"], "1 to"),
    (["orders", "list", "--limit", "9" * 20], "1 to 1000000"),
    (["reconcile", "--days", "999999999"], "1 to 36500"),
    (["sandbox", "--rxscale-port", "70000"], "0 to 65535"),
    (["sandbox", "--approve-after", "nan"], "'nan' must be a number of seconds"),
    (["sandbox", "--approve-after", "soon"], "'soon' must be a number of seconds"),
    (["sandbox", "--webhooks-to", "127.0.0.1:8080"], "must be a web address"),
    (["sandbox", "--webhooks-to", "http://[::1"], "must be a web address"),
    (["skus", "match", "--min-confidence", "101"], "0 to 100"),
    (["stuck", "drop", "order:po-1"], "--reason"),
    (["stuck", "drop", "order:po-1", "--reason", " "], "must say why it is left alone"),
    (["sandbox", "--rxscale-port", "99999"], "0 to 65535"),
    (["sandbox", "--pharmaone-port", "-1"], "0 to 65535"),
    (["completion", "tcsh"], "zsh"),
]


@pytest.mark.parametrize(("words", "way_out"), SLIPS)
def test_a_slip_is_told_with_the_way_out(
    words: list[str], way_out: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert way_out in told
    assert "--help" in told.splitlines()[-1]


def test_the_reference_page_is_current():
    assert reference.PAGE.read_text("utf-8") == reference.page(), "make commands"
    assert reference.GERMAN.read_text("utf-8") == reference.page("de"), "make commands"


# -- --json ----------------------------------------------------------------------------------


def test_json_of_commands_that_mend(typed, one_stuck):
    missing = typed("stuck", "retry", "po-404", "--json")
    assert (missing.code, json.loads(missing.out)["not_stuck"]) == (1, ["order:po-404"])
    retried = json.loads(typed("stuck", "retry", "--all", "--json").out)
    (came,) = retried.pop("came_of_it")
    assert (came["key"], came["stuck"]) == ("order:po-1", False)
    assert retried == {"retried": ["order:po-1"], "not_stuck": [], "left": []}
    assert "Nothing is stuck" in typed("stuck", "retry", "--all").out
    marked = json.loads(typed("stuck", "submitted", "po-1", "--yes", "--json").out)
    assert marked == {"submitted": "order:po-1"}
    dropped = json.loads(typed("stuck", "drop", "po-1", "--reason", "x", "--json").out)
    assert dropped == {"dropped": "order:po-1"}


def test_json_of_registering(typed, vendors, folder: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RXBRIDGE_SERVER__PUBLIC_URL", "https://bridge.example")
    file = folder / "secrets.json"
    said = typed("webhooks", "register", "--secrets", str(file), "--json")
    document = json.loads(said.out)
    events = ["pharmacy_order_created", "pharmacy_order_updated", "pharmacy_sku_stock_updated"]
    assert document["registered"] == events
    assert document["secrets"] == str(file)
    assert not any(secret in said.out for secret in json.loads(file.read_text()))
    uids = [row["uid"] for row in json.loads(typed("webhooks", "list", "--json").out)["webhooks"]]
    gone = typed("webhooks", "remove", *uids, "wh-nowhere", "--json")
    assert json.loads(gone.out) == {"removed": sorted(uids), "not_there": ["wh-nowhere"]}


# -- colours ---------------------------------------------------------------------------------


def on_a_terminal(*words: str, cwd: Path, **env: str) -> str:
    """What a real terminal would be sent."""
    main, side = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "TERM": "xterm", **env}
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", *words], cwd=cwd, stdout=side, stderr=side, env=environment
    )
    os.close(side)
    sent = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([main], [], [], 0.2)[0]:
            try:
                sent += os.read(main, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
        elif process.poll() is not None:
            break
    os.close(main)
    process.wait(timeout=10)
    return sent.decode()


def test_a_terminal_is_shown_that_work_goes_on(typed, folder: Path):
    assert "trying everything out" in on_a_terminal("check", "--offline", cwd=folder)
    said = typed("check", "--offline")
    assert "trying" not in said.out + said.err


def test_colours_only_on_a_terminal(typed, folder: Path):
    assert "\x1b" not in typed("check", "--offline").out
    assert re.search(COLOUR, on_a_terminal("check", "--offline", cwd=folder))
    quiet = on_a_terminal("check", "--offline", cwd=folder, NO_COLOR="1")
    assert "ok" in quiet
    assert not re.search(COLOUR, quiet)
    assert not re.search(COLOUR, on_a_terminal("orders", "list", "--json", cwd=folder))


# -- completion ------------------------------------------------------------------------------

ASK = """
source <(printf '%s' "$SCRIPT")
complete -p rxbridge >/dev/null || exit 3
function_name=$(complete -p rxbridge | sed -E 's/.* -F ([^ ]+).*/\\1/')
read -ra COMP_WORDS <<< "$LINE"
[[ $LINE == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMP_LINE=$LINE COMP_POINT=${#LINE}
$function_name rxbridge "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash_offers(line: str, cwd: Path) -> set[str]:
    """What a real bash offers behind `line` when Tab is pressed."""
    env = {**os.environ, "SCRIPT": script("bash"), "LINE": line}
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK], env=env, cwd=cwd, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return {each.strip() for each in done.stdout.splitlines() if each.strip()}


def test_bash_completes_commands_verbs_and_options(tmp_path: Path):
    top = {path for path in KNOWN if path and " " not in path}
    assert bash_offers("rxbridge ", tmp_path) >= top
    assert bash_offers("rxbridge st", tmp_path) == {"stock", "store", "stuck"}
    assert bash_offers("rxbridge stuck re", tmp_path) == {"retry"}
    assert bash_offers("rxbridge stock plan --r", tmp_path) == {"--reread"}
    assert bash_offers("rxbridge completion ", tmp_path) >= {"bash", "zsh", "fish"}


def test_bash_completes_files_where_a_path_is_wanted(tmp_path: Path):
    (tmp_path / "north.toml").touch()
    assert bash_offers("rxbridge --config nor", tmp_path) == {"north.toml"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_names_every_command(typed, shell: str):
    printed = typed("completion", shell).out
    for path in leaves():
        assert re.search(rf"\b{path.split()[-1]}\b", printed), path


def loaded_by(*words: str) -> set[str]:
    """The modules that are loaded when `rxbridge` and these words are typed."""
    code = (
        "import sys, contextlib, io\n"
        "from bridge.cli.main import parser\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    parser(sys.argv[1:]).parse_args(sys.argv[1:])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_asking_for_help_loads_no_noun_and_no_library():
    loaded = loaded_by("--help")
    assert not {name for name in loaded if name.startswith("bridge.cli.commands")}
    ours = {name for name in loaded if name.startswith("bridge")}
    assert ours == {
        "bridge",
        "bridge.cli",
        "bridge.cli.command",
        "bridge.cli.language",
        "bridge.cli.main",
        "bridge.errors",
    }
    assert not loaded & {"asyncio", "rich", "pydantic", "aiohttp", "aiosqlite", "shtab", "uvloop"}


def test_a_noun_is_loaded_only_when_it_is_typed():
    nouns = {
        name for name in loaded_by("stuck", "--help") if name.startswith("bridge.cli.commands.")
    }
    assert nouns == {"bridge.cli.commands.stuck"}


def test_a_command_that_nobody_explained_shows_its_arguments():
    top = Parser(prog="x")
    assert "" in commands(top)
