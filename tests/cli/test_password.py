"""`rxbridge password`, and what `run` does where others could open the page without one."""

import io
import sys
from pathlib import Path

import pytest
from cli.conftest import python

from bridge.server.page.login import matches
from bridge.settings import Settings


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_hash_is_all_that_is_printed_and_it_fits(typed, given):
    given("correct horse battery\n")
    answer = typed("password")
    assert answer.code == 0
    (line,) = answer.out.splitlines()
    assert "horse" not in answer.out + answer.err
    assert "RXBRIDGE_SERVER__ADMIN_PASSWORD_HASH" in answer.err
    settings = Settings.model_validate({"server": {"admin_password_hash": line}})
    assert settings.server.admin_password_hash is not None
    kept = settings.server.admin_password_hash.get_secret_value()
    assert matches(kept, "correct horse battery")
    assert not matches(kept, "correct horse batterx")
    given("correct horse battery\n")
    assert typed("password").out.strip() != line, "salted"


@pytest.mark.parametrize("text", ["", "\n", "elevenlette\n", "x" * 2000])
def test_what_is_no_password(typed, given, text: str):
    given(text)
    answer = typed("password")
    assert (answer.code, answer.out) == (2, "")
    assert "12 letters or more" in answer.err


@pytest.mark.parametrize(("second", "code"), [("correct horse", 0), ("correct house", 2)])
def test_at_a_terminal_it_asks_twice(typed, monkeypatch, second: str, code: int):
    answers = iter(["correct horse", second])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    answer = typed("password")
    assert answer.code == code
    assert bool(answer.out) is (code == 0)


def test_a_hash_that_is_none_opens_nothing():
    assert not matches("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$Y2FuYXJ5", "x")
    assert not matches("nonsense", "nonsense")


@pytest.mark.parametrize(
    ("key", "value", "way"),
    [
        ("HOST", "0.0.0.0", "server.host = 127.0.0.1"),
        ("PUBLIC_URL", "https://bridge.example.org", "server.webhook_port"),
    ],
)
def test_run_refuses_a_page_that_others_can_open(
    vendors: dict[str, str], folder: Path, key: str, value: str, way: str
):
    process = python("run", env={**vendors, f"RXBRIDGE_SERVER__{key}": value}, cwd=folder)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    (line,) = said.splitlines()
    for word in ("server.admin_password_hash", "rxbridge users add", "server.page = false", way):
        assert word in line
    assert not (folder / "rxbridge.db").exists(), "it did not even begin"


def test_check_says_so_too(typed, vendors, monkeypatch):
    for name, value in {**vendors, "RXBRIDGE_SERVER__HOST": "0.0.0.0"}.items():
        monkeypatch.setenv(name, value)
    answer = typed("check", "--offline")
    assert answer.code == 1
    assert "server.admin_password_hash" in answer.out


def test_with_a_user_nothing_is_missing(typed, vendors, given, monkeypatch):
    for name, value in {**vendors, "RXBRIDGE_SERVER__HOST": "0.0.0.0"}.items():
        monkeypatch.setenv(name, value)
    given("correct horse battery\n")
    assert typed("users", "add", "anna", "--role", "viewer").code == 0
    assert "server.admin_password_hash" not in typed("check", "--offline").out


def test_nothing_of_the_page_is_loaded_before_somebody_looks():
    """What a bridge weighs whose page nobody opens."""
    import subprocess

    code = (
        "import sys; from bridge.app import run; from bridge.cli import main;"
        "from bridge.cli.commands import run;"
        "print([name for name in ('jinja2', 'argon2', 'bridge.server.page.render',"
        " 'fluent') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
