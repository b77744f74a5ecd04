"""Every command that a page tells a person to type is typed: against both vendors, simulated."""

import asyncio
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.main import main
from bridge.core.memory import Outcome
from bridge.core.model import Hint, Key
from bridge.core.reasons import HELD_AT_RXSCALE, REFUSED
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.store import Store, todo, waiting, work
from bridge.store.backup import back_up

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINE = re.compile(r"^(?:\.venv/bin/)?(rxbridge [^#\n]+)|`(rxbridge [a-z][^`]*)`", re.MULTILINE)
WRAPPED = re.compile(r"^eval \"\$\((rxbridge [^)]*)\)\"", re.MULTILINE)
STAYS = ("run", "sandbox", "--keep")
BACKUPS = "/var/backups/rxbridge/"
FINDINGS = (
    *("skus match", "reconcile", "webhooks remove", "stock verify", "products attach", "money"),
    *("stuck confirm", "stuck retry", "orders forget", "notify test"),
    *("shadow report", "go-live"),
)
"""What may end with 1 here: these tell of a finding."""
NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)


def typed_in(text: str) -> Iterator[str]:
    for one, two in LINE.findall(text):
        yield " ".join((one or two).split(" > ")[0].split())
    yield from WRAPPED.findall(text)


COMMANDS = sorted({command for page in PAGES for command in typed_in(page.read_text("utf-8"))})
TYPED = [each for each in COMMANDS if not any(word in each.split() for word in STAYS)]
STAYING = [each for each in COMMANDS if each not in TYPED]


def test_there_are_commands_of_every_kind():
    verbs = {command.split()[1] for command in COMMANDS}
    assert verbs >= {"run", "demo", "check", "orders", "stuck", "stock", "skus", "webhooks"}
    assert len(TYPED) > 40


def start(
    *words: str, env: dict[str, str], cwd: Path, until: str
) -> tuple[subprocess.Popen[str], str]:
    """A command that stays, and what it says up to `until`."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bridge", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while until not in said:
        line = process.stdout.readline()
        assert line, process.communicate(timeout=10)
        said += line
    return process, said


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out + err


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Both vendors simulated, as the environment of a configuration that points at them."""
    ports = ("--rxscale-port", "0", "--pharmaone-port", "0")
    words = ("sandbox", "--pieces", *ports, "--json", "--unlimited")
    process, said = start(*words, env={}, cwd=tmp_path_factory.mktemp("sandbox"), until="}")
    where = json.loads(said)
    env = {f"RXBRIDGE_{key.upper().replace('.', '__')}": value for key, value in where.items()}
    env |= {"RXBRIDGE_SERVER__PUBLIC_URL": "https://bridge.example", "RXBRIDGE_SERVER__PORT": "0"}
    env |= {"RXBRIDGE_SERVER__WEBHOOK_PORT": "0", "RXBRIDGE_NOTIFY__URLS": "json://127.0.0.1:9"}
    yield env
    stop(process)


@pytest.fixture(scope="module")
def names(vendors: dict[str, str]) -> dict[str, str]:
    """The uids that stand for those in the pages: an order and a SKU that RxScale has."""
    base = vendors["RXBRIDGE_RXSCALE__BASE_URL"]
    asked(f"{base}/_sandbox/orders", vendors, data=b'{"count": 1}')
    listing = f"{base}/v1/external_pharmacy_api/pharmacy_"
    pages = {"po-abc123": f"{listing}orders/", "psku-abc123": f"{listing}skus/"}
    return {name: asked(url, vendors)["data"][0]["uid"] for name, url in pages.items()}


def asked(url: str, vendors: dict[str, str], data: bytes | None = None) -> Any:
    headers = {"X-API-Key": vendors["RXBRIDGE_RXSCALE__API_KEY"]}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


@pytest.fixture
def folder(
    tmp_path: Path,
    vendors: dict[str, str],
    names: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A pharmacy's folder: configuration, mapping files, a store in which both are stuck."""
    for place in (tmp_path, tmp_path / "north"):
        shutil.copytree(ROOT / "mappings", place / "mappings", dirs_exist_ok=True)
        (place / "rxbridge.toml").write_text("")
    (tmp_path / "secrets-folder").mkdir()
    keys = [f"order:{names['po-abc123']}", f"sku:{names['psku-abc123']}"]
    asyncio.run(remember(tmp_path / "rxbridge.db", keys))
    for name in ("rxbridge-backup.db", "monday.db", "rxbridge.shadow.db"):
        back_up(tmp_path / "rxbridge.db", tmp_path / name)
    monkeypatch.setattr("sys.stdin", io.StringIO("a password of yours\n"))
    for name in [name for name in os.environ if name.startswith("RXBRIDGE_")]:
        monkeypatch.delenv(name)
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def remember(path: Path, keys: list[str]) -> None:
    store = await Store.open(path, now=NOW)
    await store.write(todo.hint, [Hint(Key(keys[0]), "test")], NOW)
    ((claim, link),) = await store.write(todo.claim, 1, NOW, timedelta(minutes=1))
    # it was sent once: nobody asks whether it was
    link = replace(link, name="#1013", intent_at=NOW)
    note = REFUSED(vendor="RxScale", doing="a call", what="a synthetic refusal")
    await store.write(
        work.settle, Outcome(claim, link, (), None, False, note, NOW, (HELD_AT_RXSCALE(),))
    )
    await store.write(waiting.put_stuck, Key(keys[1]), note, NOW)
    await store.close()


def words_of(command: str, names: dict[str, str]) -> list[str]:
    for shown, uid in {**names, BACKUPS: "./"}.items():
        command = command.replace(shown, uid)
    words = shlex.split(command)[1:]
    return [*words, "--orders", "1"] if words[0] == "demo" else words


def may_end_with(command: str) -> set[int]:
    return {0, 1} if any(f"rxbridge {each}" in command for each in FINDINGS) else {0}


@pytest.mark.parametrize("command", TYPED)
def test_a_command_of_the_documents_is_carried_out(
    command: str,
    folder: Path,
    names: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
):
    if "rxbridge orders resume" in command:
        assert main(words_of("rxbridge stuck drop po-abc123 --reason 'a slip'", names)) == 0
    if "rxbridge users remove" in command:
        assert main(["users", "add", "bert", "--role", "viewer"]) == 0
    if "rxbridge pharmacies remove" in command:
        assert main(["pharmacies", "add", "adler", "--uid", "ph-1"]) == 0
    if re.match("rxbridge store (move|doubt)", command):
        rows = request.getfixturevalue("postgresql").place()
        monkeypatch.setenv("RXBRIDGE_STORE__URL", rows.url)
        monkeypatch.setenv("RXBRIDGE_STORE__PHARMACY", rows.pharmacy)
        if "move database" not in command:
            assert main(["store", "move", "database"]) == 0
            (folder / "rxbridge.db").unlink()
    code = main(words_of(command, names))
    said = "".join(capsys.readouterr())
    assert code in may_end_with(command), said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", STAYING)
def test_a_command_that_stays_starts_and_ends(
    command: str, folder: Path, vendors: dict[str, str], names: dict[str, str]
):
    words = words_of(command, names)
    if words[0] == "sandbox":  # not on the pages' ports: tests run side by side
        words += ["--rxscale-port", "0", "--pharmaone-port", "0"]
    until = "Still up" if "--keep" in words else "http://"
    process, _ = start(*words, env=vendors, cwd=folder, until=until)
    assert "Traceback" not in stop(process)


# -- the page that a new user follows --------------------------------------------------------

INSTALLS = ("pipx install ./rxbridge-0.1.0-py3-none-any.whl", "rxbridge demo")
RUNS = "rxbridge run"
WRAPPER = """#!/usr/bin/env bash
PYTHONPATH={root} {python} -m bridge "$@"
code=$?
echo "$code rxbridge $*" >> {told}
exit $code
"""


def script_of(page: str) -> str:
    """All that the page tells to type, in order; the vendors' keys are those of the sandbox."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    text = "".join(blocks)
    lines = text.splitlines()
    assert {*INSTALLS, RUNS} <= {*lines}
    return "\n".join(line for line in lines if line not in (*INSTALLS, RUNS))


def test_the_page_for_beginners_works_as_it_is_typed(folder: Path, vendors: dict[str, str]):
    home = folder / "home"
    tool, told = folder / "bin" / "rxbridge", folder / "told"
    for place in (home, tool.parent):
        place.mkdir()
    tool.write_text(WRAPPER.format(root=ROOT, python=sys.executable, told=told))
    tool.chmod(0o755)
    path = {"PATH": f"{tool.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-u", "-c", script_of((ROOT / "docs" / "start.md").read_text("utf-8"))],
        cwd=home,
        env={
            **os.environ,
            **vendors,
            **path,
            "RXBRIDGE_SERVER__PUBLIC_URL": "https://start.example",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    codes = [line.split(" ", 1) for line in told.read_text().splitlines()]
    assert len(codes) >= 8
    for code, command in codes:
        assert int(code) in may_end_with(command), f"{command}: {done.stdout}{done.stderr}"
    (secret,) = home.rglob("rxbridge_rxscale__webhook_secrets")
    assert secret == home / "pharmacy" / "secrets" / secret.name
    secrets = json.loads(secret.read_text())
    assert len(secrets) == len(NEEDED_EVENTS)
