"""`rxbridge pharmacies`, `init --fleet` and `--pharmacy`, as they are typed."""

import json
from pathlib import Path

import pytest

from bridge.cli.main import main

ADLER = ("--uid", "ph-1", "--org", "org1", "--shop", "shop1", "--key", "nord")


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--fleet"]) == 0
    with (tmp_path / "rxbridge.toml").open("a") as file:
        file.write("\n[keys.nord]\n")
    assert main(["pharmacies", "add", "adler", *ADLER]) == 0
    return tmp_path


def fill_in(chain: Path) -> None:
    (chain / "secrets" / "rxbridge_key__nord__api_key").write_text("of the key")
    (chain / "secrets" / "rxbridge_pharmaone__api_key").write_text("of all")


def told(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    capsys.readouterr()
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_pharmacy_is_added_filled_in_and_removed(chain: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["pharmacies", "add", "birke", *ADLER]) == 0
    said = capsys.readouterr().out
    assert "rxbridge_key__nord__api_key" in said
    assert "rxbridge_pharmacy__birke__pharmaone__api_key" in said
    assert main(["pharmacies", "remove", "birke"]) == 0
    assert main(["pharmacies", "check"]) == 1
    assert "adler: rxscale.api_key: missing" in capsys.readouterr().out
    fill_in(chain)
    assert main(["pharmacies", "check"]) == 0
    (row,) = told(capsys, "pharmacies", "list")["pharmacies"]
    assert (row["name"], row["uid"], row["key"], row["fault"]) == ("adler", "ph-1", "nord", "")
    assert main(["pharmacies", "add", "adler", *ADLER]) == 2, "it is there already"
    assert main(["pharmacies", "remove", "adler"]) == 0
    assert told(capsys, "pharmacies", "list") == {"pharmacies": []}
    assert main(["pharmacies", "remove", "adler"]) == 2
    assert (chain / "pharmacies" / "adler" / "skus.csv").exists()


def test_the_list_says_where_the_rows_are(
    chain: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    fill_in(chain)
    (row,) = told(capsys, "pharmacies", "list")["pharmacies"]
    assert row["store"] == str(chain / "pharmacies" / "adler" / "rxbridge.db")
    monkeypatch.setenv("RXBRIDGE_STORE__URL", "postgresql://rxbridge:s3cret@db.example/rxbridge")
    (row,) = told(capsys, "pharmacies", "list")["pharmacies"]
    assert row["store"] == "postgresql://db.example/rxbridge (adler)"


@pytest.mark.parametrize("name", ["../adler", "Adler", "a.b", "ready"])
def test_a_name_that_leads_elsewhere_is_none(chain: Path, name: str):
    assert main(["pharmacies", "add", name, *ADLER]) == 2
    assert main(["pharmacies", "remove", name]) == 2


def test_what_two_may_not_have_in_common(chain: Path, capsys: pytest.CaptureFixture[str]):
    fill_in(chain)
    assert main(["pharmacies", "add", "birke", *ADLER]) == 0
    assert main(["pharmacies", "check"]) == 1
    said = capsys.readouterr().out
    assert "adler: ok" in said
    assert "birke: rxscale.pharmacy_uid: is adler's too" in said


def test_commands_say_which_pharmacies_there_are(chain: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["orders", "show", "po-1"]) == 2
    assert "there are several pharmacies here: adler" in capsys.readouterr().err
    assert main(["--pharmacy", "adlr", "orders", "show", "po-1"]) == 2
    assert "did you mean adler?" in capsys.readouterr().err


def test_some_commands_are_carried_out_for_each(chain: Path, capsys: pytest.CaptureFixture[str]):
    fill_in(chain)
    uid = ("--uid", "ph-2", "--org", "org2", "--shop", "shop1", "--key", "nord")
    assert main(["pharmacies", "add", "birke", *uid]) == 0
    assert main(["check", "--offline"]) == 0
    said = capsys.readouterr().out
    assert said.index("== adler ==") < said.index("== birke ==")
    assert main(["stuck", "list", "--json"]) == 2
    assert "name it with --pharmacy" in capsys.readouterr().err
    assert main(["--pharmacy", "birke", "check", "--offline"]) == 0
    assert "==" not in capsys.readouterr().out


def test_a_process_runs_all_of_them(chain: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--pharmacy", "adler"]) == 2
    assert main(["run", "--shadow"]) == 2
    assert "is of one pharmacy" in capsys.readouterr().err


def test_there_is_nothing_to_list_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["pharmacies", "list"]) == 2
    assert "rxbridge init --fleet" in capsys.readouterr().err
