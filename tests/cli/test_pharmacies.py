"""`rxbridge pharmacies`, `init --fleet` and `--pharmacy`, as they are typed."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.app.machine import now
from bridge.cli.main import main
from bridge.store import Store, notes

ADLER = ("--uid", "ph-1", "--org", "org1", "--shop", "shop1", "--key", "nord")
BIRKE = ("--uid", "ph-2", *ADLER[2:])


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


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_pharmacy_is_added_filled_in_and_removed(chain: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["pharmacies", "add", "birke", *BIRKE]) == 0
    said = capsys.readouterr().out
    assert "rxbridge_key__nord__api_key, once for all with this key" in said
    of_all = "or rxbridge_pharmaone__api_key once for all"
    assert f"rxbridge_pharmacy__birke__pharmaone__api_key, {of_all}" in said
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
    assert main(["pharmacies", "add", "birke", *BIRKE]) == 0
    file = chain / "pharmacies" / "birke.toml"
    file.write_text(file.read_text().replace("ph-2", "ph-1"))
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


def test_only_secrets_that_nobody_filled_in_are_asked_for(
    chain: Path, capsys: pytest.CaptureFixture[str]
):
    fill_in(chain)
    made = told(capsys, "pharmacies", "add", "birke", *BIRKE)
    assert made["secrets"] == [
        "rxbridge_key__nord__webhook_secrets",
        "rxbridge_pharmacy__birke__pharmaone__webhook_secrets",
    ]


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("birke", ADLER, "rxscale.pharmacy_uid: is adler's too (pharmacies/adler.toml)"),
        (
            "nord",
            BIRKE,
            "one name, nord, so one address for RxScale's webhooks (pharmacies/adler.toml)",
        ),
        (
            "birke",
            (*BIRKE[:-1], "adler"),
            "one name, adler, so one address for RxScale's webhooks (pharmacies/adler.toml)",
        ),
    ],
)
def test_what_clashes_with_another_is_not_added(
    chain: Path, capsys: pytest.CaptureFixture[str], name: str, typed: tuple[str, ...], why: str
):
    assert main(["pharmacies", "add", name, *typed]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line
    assert sorted(each.name for each in (chain / "pharmacies").iterdir()) == ["adler", "adler.toml"]


def test_where_there_is_none_yet_it_is_said_what_to_do(
    chain: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["pharmacies", "remove", "adler"]) == 0
    for verb in ("list", "check"):
        capsys.readouterr()
        assert main(["pharmacies", verb]) == 0
        assert capsys.readouterr().out.startswith("None yet: rxbridge pharmacies add NAME --uid")


def test_shares_are_one_line_that_names_the_other_files(
    chain: Path, capsys: pytest.CaptureFixture[str]
):
    fill_in(chain)
    assert main(["pharmacies", "add", "birke", *BIRKE]) == 0
    for name in ("adler", "birke"):
        file = chain / "pharmacies" / name / "skus.csv"
        head = file.read_text().splitlines()[0]
        file.write_text(f"{head}\npsku-1,7,1,0,0.6,\npsku-2,8,1,0,,\n")
    assert main(["pharmacies", "check"]) == 1
    told = capsys.readouterr().out
    wrong = "birke/skus.csv: shares of 7 add up to 1.2 with adler/skus.csv, and so those of 1 more"
    assert [line for line in told.splitlines() if wrong in line] == told.splitlines()[-1:]


def test_a_database_that_does_not_answer_is_not_ok(
    chain: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    fill_in(chain)
    assert main(["pharmacies", "add", "birke", *BIRKE]) == 0
    monkeypatch.setenv("RXBRIDGE_STORE__URL", "postgresql://x:s3cret@127.0.0.1:1/x")
    capsys.readouterr()
    assert main(["pharmacies", "check"]) == 1
    said = capsys.readouterr().out
    assert said.count("start its server, or mend store.url") == 2
    assert "s3cret" not in said
    monkeypatch.setattr("builtins.__import__", without_psycopg(__import__))
    assert main(["pharmacies", "check"]) == 1
    assert "adler: store.url: needs psycopg, which lacks - install it" in capsys.readouterr().out


def without_psycopg(usual: Callable[..., Any]) -> Callable[..., Any]:
    def of(name: str, *more: Any) -> Any:
        if name == "bridge.store.postgresql":
            raise ImportError(name)
        return usual(name, *more)

    return of


def test_a_store_of_another_pharmacys_is_told_of_and_taken_on_demand(
    chain: Path, capsys: pytest.CaptureFixture[str]
):
    fill_in(chain)

    async def of_another() -> None:
        store = await Store.open(chain / "pharmacies" / "adler" / "rxbridge.db", now=now())
        await store.write(notes.put, notes.PHARMACY, "ph-9")
        await store.close()

    asyncio.run(of_another())
    assert main(["pharmacies", "check"]) == 1
    said = capsys.readouterr().out
    assert "is the store of ph-9, and rxscale.pharmacy_uid says ph-1" in said
    assert "`rxbridge --pharmacy adler store doubt`" in said
    assert main(["--pharmacy", "adler", "store", "doubt"]) == 0
    assert main(["pharmacies", "check"]) == 0
