"""`stock plan|sync`, `skus list|match` as typed, against both vendors' simulation."""

import json
import stat
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from cli.test_sides import held, post, running


@pytest.fixture
def accounts(vendors, monkeypatch) -> dict[str, str]:
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RXBRIDGE_STOCK__WRITE", "true")
    return {**vendors, "RXBRIDGE_STOCK__WRITE": "true"}


GRAMS = pytest.mark.parametrize("vendors", [True], indirect=True)
"""The simulated SKUs are bags of grams whose units nobody confirmed."""


def stocks(accounts) -> dict[str, int]:
    return {sku["uid"]: sku["stock"] for sku in held(accounts)["rxscale"]["skus"]}


def inventory(accounts, *rows: dict[str, Any], **more: Any) -> None:
    post(accounts, "pharmaone/inventory", {"rows": list(rows), **more})


def test_a_plan_without_a_store_shows_every_sum_and_changes_nothing(typed, accounts, folder):
    before = stocks(accounts)
    shown = typed("stock", "plan")
    assert shown.code == 0, shown.err
    assert "psku-1001" in shown.out
    assert "there is more" in shown.out
    assert "6 SKUs are linked, 0 are as they should be." in shown.out
    assert stocks(accounts) == before
    assert not (folder / "rxbridge.db").exists()


def test_the_plan_as_json(typed, accounts, folder):
    shown = typed("stock", "plan", "--json")
    document = json.loads(shown.out)
    assert document["rows"][0] == {
        "sku": "psku-1001",
        "name": "Musterblüte 1001",
        "product": "20401",
        "on_hand": 400,
        "reserved": 0,
        "safety": 0,
        "target": 400,
        "at_rxscale": 40,
        "change": 360,
        "why": "there is more; orders are looked at first",
    }
    assert (document["failure"], document["pending"], document["stale"]) == (None, None, False)


def test_a_price_with_parts_of_a_cent_is_nothing_to_confirm(typed, accounts, folder, monkeypatch):
    monkeypatch.setenv("RXBRIDGE_STOCK__SYNC_PRICES", "true")
    inventory(accounts, {"p1_id": 20402, "price": 7.755}, {"p1_id": 20403, "price": 99})
    lines = typed("stock", "plan").out.splitlines()
    (fraction,) = [line for line in lines if line.startswith("psku-1002: PharmaOne's price")]
    assert fraction.endswith("mend the price in PharmaOne or units_per_sku in skus.csv")
    (sudden,) = [line for line in lines if line.startswith("psku-1003: the price")]
    assert sudden.endswith("confirm it with: rxbridge stock sync --confirm")


def test_a_first_write_is_shown_and_confirmed(typed, accounts, folder, monkeypatch):
    monkeypatch.delenv("RXBRIDGE_STOCK__WRITE")
    before = stocks(accounts)
    inventory(accounts, {"p1_id": 20401, "stockquantity": 3})
    shown = typed("stock", "plan")
    assert "5 SKUs would rise, and nobody has confirmed the first write yet" in shown.out
    assert "A sync would write 1 of them now." in shown.out
    first = json.loads(typed("stock", "plan", "--json").out)["first_write"]
    assert first["skus"] == 5
    for _ in range(2):
        done = typed("stock", "sync")
        assert done.code == 0, done.err
        assert done.out.endswith("then: rxbridge stock sync --confirm\n")
        assert stocks(accounts) == {**before, "psku-1001": 3}
    done = typed("stock", "sync", "--confirm")
    assert (done.code, done.out) == (0, "5 SKUs written.\n"), done.err
    assert stocks(accounts)["psku-1003"] == 420
    assert json.loads(typed("stock", "plan", "--json").out)["first_write"] is None


def test_a_sync_by_the_command_itself(typed, accounts, folder):
    done = typed("stock", "sync")
    assert (done.code, done.out) == (0, "6 SKUs written.\n"), done.err
    assert stocks(accounts)["psku-1003"] == 420
    again = typed("stock", "sync", "--json")
    assert (again.code, json.loads(again.out)["written"]) == (0, 0)
    shown = typed("stock", "plan")
    assert "6 SKUs are linked, 6 are as they should be." in shown.out
    assert "psku-1001" not in shown.out
    assert "psku-1001" in typed("stock", "plan", "--all").out


def test_a_sync_by_the_bridge_that_runs(typed, accounts, folder):
    with running(accounts, folder):
        assert typed("stock", "sync").code == 0
        assert stocks(accounts)["psku-1001"] == 400
        inventory(accounts, {"p1_id": 20401, "stockquantity": 7}, announce=False)
        done = typed("stock", "sync")
        assert (done.code, done.out) == (0, "1 SKU written.\n"), done.err
        assert stocks(accounts)["psku-1001"] == 7


def test_an_odd_inventory_is_shown_and_confirmed(typed, accounts, folder):
    typed("stock", "sync")
    urllib.request.urlopen(  # noqa: S310
        urllib.request.Request(  # noqa: S310
            f"{accounts['RXBRIDGE_RXSCALE__BASE_URL']}/_sandbox/pharmaone/inventory",
            method="DELETE",
        )
    ).close()
    shown = typed("stock", "plan")
    assert shown.code == 1
    assert "PharmaOne's inventory is empty" in shown.out
    assert "rxbridge stock sync --confirm" in shown.out
    odd = typed("stock", "sync")
    assert (odd.code, stocks(accounts)["psku-1001"]) == (1, 400)
    assert "is empty" in odd.out
    assert typed("stock", "sync", "--json").code == 1
    assert typed("stock", "sync", "--confirm").code == 0
    assert stocks(accounts)["psku-1001"] == 0


def test_pharmaone_that_does_not_answer_is_told(typed, accounts, folder):
    fault = {"vendor": "pharmaone", "route": "GET /inventory", "status": 403, "times": 9}
    post(accounts, "faults", fault)
    shown = typed("stock", "plan")
    assert shown.code == 1
    assert "could not be read" in shown.out
    assert json.loads(typed("stock", "plan", "--json").out)["failure"]
    failed = typed("stock", "sync")
    assert failed.code == 1
    assert "inventory" in failed.err


def test_the_links_with_both_sides_numbers(typed, accounts, folder):
    typed("stock", "sync")
    shown = json.loads(typed("skus", "list", "--json").out)["skus"]
    assert shown[0] == {
        "sku": "psku-1001",
        "name": "Musterblüte 1001",
        "product": "20401",
        "units": "1",
        "unconfirmed": None,
        "share": None,
        "safety": 0,
        "on_hand": 400,
        "at_rxscale": 400,
        "rule": "external_id 20401",
    }
    left = typed("skus", "list", "--unlinked")
    assert "psku-1007" in left.out
    assert "psku-1001" not in left.out


@GRAMS
def test_links_and_units_are_proposed_written_and_pushed(typed, accounts, folder):
    shown = typed("skus", "match")
    assert shown.code == 1
    assert "Probeblüte 1007" in shown.out
    assert "8 of 8 are sure" in shown.out
    file = folder / "mappings" / "skus.csv"
    file.chmod(0o640)
    before = file.read_bytes()
    done = typed("skus", "match", "--write", "--push")
    assert done.code == 0, done.err
    assert "8 written to skus.csv" in done.out
    assert file.read_bytes().startswith(before)
    assert "psku-1007,20407,5," in file.read_text()
    assert "psku-1001,20401,5," in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    skus = {sku["uid"]: sku["external_id"] for sku in held(accounts)["rxscale"]["skus"]}
    assert (skus["psku-1007"], skus["psku-1008"]) == ("20407", "20408")
    again = typed("skus", "match")
    assert (again.code, again.out) == (0, "Every SKU is linked, and its units are confirmed.\n")
    typed("stock", "sync")
    assert stocks(accounts)["psku-1007"] == 92  # 460 g in 5 g


@GRAMS
def test_in_a_chain_the_next_command_and_the_shares_are_told(typed, accounts, folder):
    (folder / "pharmacies").mkdir()
    for name in ("adler", "birke", "cedar"):
        file = folder / "pharmacies" / f"{name}.toml"
        file.write_text('[pharmaone]\norg_id = "org2"\n' if name == "cedar" else "")
        (folder / "pharmacies" / name).mkdir()
    shown = typed("--pharmacy", "adler", "skus", "match")
    assert "\n  rxbridge --pharmacy adler skus match --write\n" in shown.out
    done = typed("--pharmacy", "adler", "skus", "match", "--write")
    assert "\n  rxbridge --pharmacy adler check\n" in done.out
    assert "birke sells from the same stock: give each product a share (0.5)" in done.out
    assert "from the same stock" not in typed("--pharmacy", "cedar", "skus", "match").out


def test_what_is_not_sure_is_left_to_a_person(typed, accounts, folder):
    inventory(accounts, {"p1_id": 20407, "name": "Etwas anderes"})
    found = typed("skus", "match", "--write", "--json")
    assert found.code == 1
    document = json.loads(found.out)
    assert document["written"] == ["psku-1008"]
    unsure = next(each for each in document["proposals"] if each["sku"] == "psku-1007")
    assert unsure["confidence"] < 85
    told = typed("skus", "match")
    assert "1 is for you to decide" in told.out


@GRAMS
def test_units_that_nobody_confirmed_are_listed(typed, accounts, folder):
    typed("stock", "sync")
    shown = json.loads(typed("skus", "list", "--json").out)["skus"]
    assert [(row["units"], row["unconfirmed"]) for row in shown[:2]] == [
        (None, "likely 5; 40 on sale that nobody checked"),
        (None, "likely 10; 41 on sale that nobody checked"),
    ]


def test_a_product_that_was_never_listed_is_shown_with_the_likely_one(typed, accounts, folder):
    with (folder / "mappings" / "skus.csv").open("a") as file:
        file.write("psku-1001,204011,1,,\n")
    typed("stock", "sync")
    typed("stock", "sync", "--confirm")
    (row, *_) = json.loads(typed("skus", "list", "--json").out)["skus"]
    likely = "20401 'Musterblüte 1001' x 1"
    assert row["unconfirmed"] == f"PharmaOne never listed it, likely {likely}"
    assert row["at_rxscale"] == 0


@GRAMS
def test_an_external_id_alone_is_pushed_only_where_one_sku_is_one_unit(typed, accounts, folder):
    pushed = typed("skus", "match", "--push", "--json")
    assert json.loads(pushed.out)["pushed"] == []


def test_a_folder_that_cannot_be_written_is_named(typed, accounts, folder, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    failed = typed("skus", "match", "--write")
    assert failed.code == 2
    assert "skus.csv: cannot be written (Permission denied) - let rxbridge's user" in failed.err


@pytest.mark.parametrize("words", [["stock", "plan"], ["stock", "sync"], ["skus", "match"]])
def test_without_accounts_it_is_said_what_is_missing(typed, folder: Path, words):
    failed = typed(*words)
    assert failed.code == 2
    assert "RXBRIDGE_RXSCALE__API_KEY" in failed.err


def test_reconcile_compares_sku_by_sku(typed, accounts, folder):
    typed("stock", "sync")
    assert "what PharmaOne's inventory makes of every linked SKU" in typed("reconcile").out
    skus = {"skus": [{"uid": "psku-1002", "stock": 999}], "announce": False}
    post(accounts, "rxscale/skus", skus)
    found = typed("reconcile", "--json")
    assert found.code == 1
    (row,) = json.loads(found.out)["skus"]
    assert (row["uid"], row["target"], row["at_rxscale"], row["change"]) == (
        "psku-1002",
        410,
        999,
        -589,
    )
    assert "1 SKU differ" in typed("reconcile").out
    fixed = typed("reconcile", "--fix")
    assert fixed.code == 0, fixed.out
    assert "1 SKU differed; 0 left after a sync." in fixed.out
    assert stocks(accounts)["psku-1002"] == 410
