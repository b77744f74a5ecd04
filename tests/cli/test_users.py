"""`rxbridge users`: who may open the page, in a file for its owner's eyes only."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from bridge.server.page.login import matches

GOOD = "correct horse battery"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def add(typed, given):
    def added(name: str, role: str = "viewer", password: str = GOOD, *words: str):
        given(f"{password}\n")
        return typed("users", "add", name, "--role", role, *words)

    return added


def kept(folder: Path) -> dict:
    return json.loads((folder / "users.json").read_text())


def test_a_user_is_added_with_a_hash_alone(typed, folder, add):
    answer = add("anna", "operator")
    assert answer.code == 0, answer.err
    assert "anna" in answer.out
    entry = kept(folder)["anna"]
    assert entry["role"] == "operator"
    assert matches(entry["password_hash"], GOOD)
    assert GOOD not in (folder / "users.json").read_text()
    assert (folder / "users.json").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in folder.iterdir() if "users" in each.name] == ["users.json"]


def test_they_are_listed_without_their_hashes_and_removed(typed, folder, add, monkeypatch):
    add("anna", "operator")
    add("bert")
    listed = typed("users", "list", "--json")
    assert [(u["name"], u["role"]) for u in json.loads(listed.out)["users"]] == [
        ("anna", "operator"),
        ("bert", "viewer"),
    ]
    assert "argon2" not in listed.out
    assert "bert" in typed("users", "list").out
    assert typed("users", "remove", "anna").code == 0
    assert list(kept(folder)) == ["bert"]
    again = typed("users", "remove", "anna")
    assert (again.code, again.out) == (1, "")
    assert "there is no user anna" in again.err
    monkeypatch.setenv(
        "RXBRIDGE_SERVER__ADMIN_PASSWORD_HASH", kept(folder)["bert"]["password_hash"]
    )
    assert "admin" in typed("users", "list").out


def test_adding_one_that_is_there_changes_role_and_password(folder, add):
    add("anna")
    before = kept(folder)["anna"]
    assert "changed" in add("anna", "operator", "another long password").out
    after = kept(folder)["anna"]
    assert after["role"] == "operator"
    assert matches(after["password_hash"], "another long password")
    assert before["password_hash"] != after["password_hash"]


@pytest.mark.parametrize("name", ["", "Anna Müller", "x" * 33, "../x", "admin", "-x", "a\nb"])
def test_what_is_no_name(folder, add, name: str):
    with pytest.raises(SystemExit) as ended:
        add(name)
    assert ended.value.code == 2
    assert not (folder / "users.json").exists()


def test_a_name_is_the_same_in_capitals(folder, add):
    assert add("Anna").code == 0
    assert list(kept(folder)) == ["anna"]


@pytest.mark.parametrize("password", ["", "elevenlette", "x" * 1025])
def test_a_short_password_is_none(folder, add, password: str):
    answer = add("anna", password=password)
    assert (answer.code, answer.out) == (2, "")
    assert "12 letters or more" in answer.err
    assert not (folder / "users.json").exists()


def test_at_a_terminal_it_is_asked_twice(typed, folder, monkeypatch):
    answers = iter([GOOD, "correct house battery"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    assert typed("users", "add", "anna", "--role", "viewer").code == 2
    assert not (folder / "users.json").exists()


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o640, 0o604])
def test_a_file_that_others_may_open_is_refused(typed, folder, add, mode: int):
    add("anna")
    (folder / "users.json").chmod(mode)
    answer = typed("users", "list")
    assert answer.code == 2
    assert "users.json" in answer.err
    assert "chmod 600" in answer.err
    assert add("bert").code == 2
    assert typed("check", "--offline").code == 1


def test_a_link_and_a_folder_are_refused(typed, folder, add):
    add("anna")
    (folder / "users.json").rename(folder / "elsewhere.json")
    (folder / "users.json").symlink_to(folder / "elsewhere.json")
    assert typed("users", "list").code == 2
    (folder / "users.json").unlink()
    (folder / "users.json").mkdir(mode=0o700)
    assert typed("users", "list").code == 2


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"anna": 1}', '{"anna": {"role": "king"}}', "[" * 100_000, "\xff"]
)
def test_a_damaged_file_is_refused_and_not_quoted(typed, folder, text: str):
    (folder / "users.json").touch(mode=0o600)
    (folder / "users.json").write_text(text, "latin-1")
    answer = typed("users", "list")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert "users.json: is no list of users" in answer.err


def test_it_stands_where_the_configuration_says(typed, folder, add, monkeypatch):
    (folder / "safe").mkdir()
    monkeypatch.setenv("RXBRIDGE_SERVER__USERS_FILE", "safe/people.json")
    assert add("anna").code == 0
    assert (folder / "safe" / "people.json").exists()
    monkeypatch.setenv("RXBRIDGE_SERVER__USERS_FILE", "nowhere/people.json")
    assert add("anna").code == 2


def test_beside_the_store_by_default(typed, folder, add, monkeypatch):
    (folder / "data").mkdir()
    monkeypatch.setenv("RXBRIDGE_STORE__PATH", str(folder / "data" / "rxbridge.db"))
    assert add("anna").code == 0
    assert (folder / "data" / "users.json").exists()


def test_adding_and_removing_are_written_down(typed, one_stuck, add):
    add("anna", "operator")
    typed("users", "remove", "anna")
    entries = json.loads(typed("audit", "list", "--json").out)["entries"]
    assert [(e["what"], e["subject"]) for e in entries] == [
        ("users add", "anna operator"),
        ("users remove", "anna"),
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to be somebody else")
def test_a_file_of_somebody_else_is_refused(typed, folder, add):
    add("anna")
    os.chown(folder / "users.json", 12345, 12345)
    assert typed("users", "list").code == 2
