"""A folder to start from, and what an update of the program does to it."""

import getpass
import shutil
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from bridge import config
from bridge.app import shipped
from bridge.cli.commands.init import filled_in
from bridge.settings import Settings

SECRETS = {"rxscale.api_key", "rxscale.webhook_secrets"}
SECRETS |= {"pharmaone.api_key", "pharmaone.webhook_secrets"}


@pytest.fixture
def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = folder / "somewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nothing_is_asked_and_all_is_there_to_be_filled_in(typed, empty: Path):
    made = typed("init", "--yes")
    assert made.code == 0, made.err
    assert made.out.endswith("Next:\n  rxbridge check\n")
    files = {str(p.relative_to(empty)) for p in empty.rglob("*") if p.is_file()}
    assert {"rxbridge.toml", "mappings/orders.toml", "mappings/skus.csv"} <= files
    assert mode(empty / "secrets") == 0o700
    secrets = [*(empty / "secrets").iterdir()]
    assert [mode(path) for path in secrets] == [0o600] * len(SECRETS)
    names = {f"rxbridge_{key.replace('.', '__')}" for key in SECRETS}
    assert {path.name for path in secrets} == names
    for path in [each for each in files if ".shipped" not in each]:
        for link in [line for line in (empty / path).read_text().splitlines()[:1] if "#:" in line]:
            assert ((empty / path).parent / link.split()[1]).exists(), "editors find the schema"
    read = config.load(None, {}, cwd=empty)
    assert (
        read.model_dump()
        == Settings()
        .model_copy(update={"store": read.store, "mappings": read.mappings})
        .model_dump()
    )
    assert typed("check", "--offline").out.count("missing") == 4


def test_what_is_asked_for_is_found_by_every_command(typed, empty: Path, monkeypatch):
    answers = iter(["https://api.rxscale.example", "org7", 'shop "7"'])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    hidden = iter(["canary-rx", "canary-p1"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(hidden))
    made = typed("init", "north")
    assert made.code == 0, made.err
    assert "canary" not in made.out + made.err
    assert made.out.endswith("Next:\n  cd north\n  rxbridge check\n")
    assert "Fill in" not in made.out
    settings = config.load(Path("north/rxbridge.toml"), {}, cwd=empty)
    assert settings.missing_for_run() == ()
    assert settings.pharmaone.shop_id == 'shop "7"'
    assert settings.secrets()[:2] == ("canary-p1", "canary-rx")
    assert "canary" not in (empty / "north" / "rxbridge.toml").read_text()
    assert not [line for line in settings.warnings() if "api_key" in str(line)]


def test_who_ends_the_questions_has_left_the_rest_open(typed, empty: Path, monkeypatch):
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", ended)
    monkeypatch.setattr(getpass, "getpass", ended)
    made = typed("init")
    assert made.code == 0
    assert "pharmaone.org_id, pharmaone.shop_id" in made.out


def test_the_template_is_the_example_with_every_key_as_a_comment():
    example = (shipped.folder() / shipped.EXAMPLE).read_text()
    text = filled_in(example, {"pharmaone.org_id": "org7"})
    assert tomllib.loads(text) == {
        section: {"org_id": "org7"} if section == "pharmaone" else {}
        for section, keys in tomllib.loads(example).items()
        if isinstance(keys, dict)
    }
    assert len(text.splitlines()) == len(example.splitlines())


def test_what_is_there_is_kept(typed, empty: Path):
    (empty / "mappings").mkdir()
    (empty / "mappings" / "skus.csv").write_text("mine")
    assert typed("init").code == 0, "no terminal: nothing is asked"
    assert (empty / "mappings" / "skus.csv").read_text() == "mine"
    again = typed("init")
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "rxbridge.toml: is there already" in again.err


def test_where_nothing_can_be_made(typed, empty: Path):
    (empty / "file").write_text("")
    refused = typed("init", "file/x")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "name another folder" in refused.err


@pytest.fixture
def checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folder, as it seems to the program."""
    place = folder / "checkout"
    for name in ("mappings", "docs/schemas"):
        shutil.copytree(shipped.folder() / name, place / name)
    shutil.copy(shipped.folder() / shipped.EXAMPLE, place / shipped.EXAMPLE)
    monkeypatch.setattr(shipped, "folder", lambda: place)
    return place


def test_nothing_of_a_pharmacy_goes_into_a_checkout(typed, checkout: Path, vendors, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(checkout)
    (checkout / "rxbridge.toml").write_text("")
    before = {p: p.read_bytes() for p in (checkout / "mappings").iterdir()}
    told = typed("skus", "match", "--write", "--min-confidence", "0")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "rxbridge init FOLDER" in told.err
    assert typed("mappings", "diff", "--write").code == 2
    (checkout / "rxbridge.toml").unlink()
    assert typed("init").code == 2
    assert before == {p: p.read_bytes() for p in (checkout / "mappings").iterdir()}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def change(path: Path, number: int, text: str) -> None:
    changed = lines(path)
    changed[number] = text
    path.write_text("\n".join(changed) + "\n")


def test_an_update_changes_nothing_of_yours_and_shows_what_is_new(typed, checkout: Path, empty):
    typed("init", "--yes")
    assert "Nothing changed" in typed("mappings", "diff").out
    assert "mappings changed" not in typed("check", "--offline").out
    own, new = empty / "mappings", checkout / "mappings"
    change(own / "shipping.toml", 1, "# mine")
    change(own / "statuses.toml", 1, "# mine")
    change(new / "statuses.toml", 1, "# of this version")
    change(new / "shipping.toml", -1, "# of this version, too")
    change(new / "facts.toml", 1, "# it is new")
    (new / "skus.csv").write_text("another header")
    before = {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()}
    checked = typed("check", "--offline").out
    assert "statuses.toml, shipping.toml, facts.toml: yours are kept" in checked
    told = typed("mappings", "diff").out
    assert before == {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()}
    assert "facts.toml: yours is as it came" in told
    assert "shipping.toml: you changed it too, 0 times the same lines" in told
    assert "left out, for you changed line 2 of statuses.toml as well" in told
    assert "+# of this version\n" in told
    assert typed("mappings", "diff", "--write").code == 0
    assert (own / "facts.toml").read_bytes() == (new / "facts.toml").read_bytes()
    assert lines(own / "shipping.toml")[1] == "# mine"
    assert lines(own / "shipping.toml")[-1] == "# of this version, too"
    assert lines(own / "statuses.toml")[1] == "# mine"
    assert (own / "skus.csv").read_bytes() == before["skus.csv"]
    assert "Nothing changed" in typed("mappings", "diff").out


def test_files_of_which_nobody_knows_where_they_came_from_are_only_shown(
    typed, checkout: Path, empty
):
    typed("init", "--yes")
    own = empty / "mappings"
    shutil.rmtree(own / shipped.BASE)
    change(own / "facts.toml", 1, "# mine")
    assert "mappings changed" not in typed("check", "--offline").out
    assert "nobody knows what yours came from" in typed("mappings", "diff").out
    assert typed("mappings", "diff", "--write").code == 0
    assert lines(own / "facts.toml")[1] == "# mine"
    assert "Nothing changed" in typed("mappings", "diff").out


def test_line_ends_stay_those_of_the_file(typed, checkout: Path, empty):
    typed("init", "--yes")
    own = empty / "mappings" / "facts.toml"
    own.write_bytes(own.read_bytes().replace(b"\n", b"\r\n"))
    change(checkout / "mappings" / "facts.toml", 1, "# it is new")
    assert typed("mappings", "diff", "--write").code == 0
    assert own.read_bytes().count(b"\r\n") == own.read_bytes().count(b"\n")
    assert lines(own)[1] == "# it is new"
