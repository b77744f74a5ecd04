"""The audit log at the command line: what is written by itself, and how it is read."""

import csv
import getpass
import json
import os

import pytest

from bridge.cli.command import commands
from bridge.cli.main import main, parser

READS_ONLY = {
    "audit list", "check", "completion", "demo", "init", "money", "notify test", "orders list",
    "orders show", "password", "pharmacies check", "pharmacies list", "privacy report", "run",
    "sandbox", "shadow report", "skus list", "store backup", "store check", "stock plan",
    "stock verify", "stuck list", "users list", "webhooks list",
}  # fmt: skip


def entries(typed) -> list[dict]:
    found = typed("audit", "list", "--json")
    assert found.code == 0, found.err
    return json.loads(found.out)["entries"]


def test_every_command_that_changes_something_says_so():
    """One that is in neither list has to decide: `changes=` beside its arguments."""
    known = commands(parser())
    leaves = {path for path in known if not any(other.startswith(f"{path} ") for other in known)}
    changing = {path for path in leaves if known[path].get_default("changes") is not None}
    assert leaves - {""} == changing | READS_ONLY
    assert not changing & READS_ONLY


def test_a_command_that_changes_something_is_written_down(typed, one_stuck, monkeypatch):
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert typed("stuck", "list").code == 0
    assert entries(typed) == []
    assert typed("stuck", "retry", "order:po-1").code == 0
    (entry,) = entries(typed)
    assert entry.pop("at").endswith("Z")
    assert entry == {
        "who": getpass.getuser(),
        "origin": "command line",
        "what": "stuck retry",
        "subject": "order:po-1",
        "outcome": "done",
        "version": "",
    }


def test_who_used_sudo_is_who_did_it(typed, one_stuck, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "anna")
    typed("stuck", "retry", "--all")
    monkeypatch.setenv("SUDO_USER", "anna\n=1")
    typed("stuck", "retry", "--all")
    assert [each["who"] for each in entries(typed)] == ["anna", getpass.getuser()]


def test_a_user_without_a_name_is_named_by_its_number(typed, one_stuck, monkeypatch):
    def unknown() -> str:
        raise KeyError("uid not found")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", unknown)
    typed("stuck", "retry", "--all")
    assert [each["who"] for each in entries(typed)] == [f"uid {os.getuid()}"]


def test_of_a_command_that_failed_nothing_that_was_typed_is_kept(typed, one_stuck):
    assert typed("stuck", "drop", "Mueller", "--reason", "Frau Mueller rang an").code == 1
    assert typed("stuck", "drop", "po-1", "--reason", "Frau Mueller rang an").code == 0
    failed, done = entries(typed)
    assert (failed["subject"], failed["outcome"]) == ("", "exit code 1")
    assert (done["subject"], done["outcome"]) == ("order:po-1", "done")
    assert "Mueller" not in json.dumps(entries(typed))


def test_wrong_usage_changed_nothing(typed, one_stuck):
    assert typed("stuck", "retry").code == 2
    assert entries(typed) == []


def test_the_story_names_who_it_was(typed, one_stuck, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "anna")
    typed("stuck", "drop", "po-1", "--reason", "by hand")
    assert "anna said to leave it alone: by hand" in typed("orders", "show", "po-1").out
    assert "anna" in typed("orders", "show", "po-1", "--json").out


def test_the_story_names_the_role_where_that_is_wanted(typed, one_stuck, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setenv("RXBRIDGE_AUDIT__STORY", "role")
    typed("stuck", "retry", "po-1")
    story = typed("orders", "show", "po-1").out
    assert "an operator said: try again" in story
    assert "anna" not in story
    assert [each["who"] for each in entries(typed)] == ["anna"]


def test_it_is_exported_for_a_spreadsheet(typed, one_stuck, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "=cmd")
    typed("stuck", "retry", "--all")
    assert typed("audit", "list", "--csv", "audit.csv").code == 0
    with (one_stuck / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["what"] == "stuck retry"
    assert row["who"] == "'=cmd"
    assert (one_stuck / "audit.csv").stat().st_mode & 0o777 == 0o600


def test_it_is_shown_as_a_table_and_by_number(typed, one_stuck):
    for _ in range(3):
        typed("stuck", "retry", "--all")
    assert typed("audit", "list", "--limit", "2").out.count("stuck retry") == 2
    assert len(json.loads(typed("audit", "list", "--json", "--limit", "1").out)["entries"]) == 1


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        (["--show-patient-data"], ["rxscale GET /pharmacy_orders/ --show-patient-data"]),
        (["--show-secrets"], ["rxscale GET /pharmacy_orders/ --show-secrets"]),
        ([], []),
    ],
)
def test_patient_data_that_was_shown_is_written_down(
    typed, one_stuck, vendors, monkeypatch, words: list[str], noted: list[str]
):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    words = ["rxscale", "GET", "/pharmacy_orders/?search=Mueller", *words]
    assert typed("call", *words).code == 0
    assert [each["subject"] for each in entries(typed)] == noted


def test_a_change_by_call_is_written_down(typed, one_stuck, vendors, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    body = ("--json-body", '{"stock": 5}')
    assert typed("call", "rxscale", "PATCH", "/pharmacy_skus/psku-none", *body).code == 1
    assert [each["what"] for each in entries(typed)] == ["call"]


def test_without_a_store_there_is_nowhere_to_write(typed, folder, vendors, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    main(["call", "rxscale", "GET", "/health/", "--show-patient-data"])
    assert not (folder / "rxbridge.db").exists()
