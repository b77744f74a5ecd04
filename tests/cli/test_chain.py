"""`rxbridge demo --pharmacies` and `sandbox --pharmacies`: a real fleet against both vendors."""

import json
import shlex
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.conftest import python

from bridge.cli.chain import most_within
from bridge.cli.main import main

PORTS = ("--rxscale-port", "0", "--pharmaone-port", "0")


def test_a_chain_is_shown(capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--pharmacies", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pharmacies"] == 3
    assert told["calls_within_a_second"] <= 10
    assert {"an_order_each_seconds", "refused_seconds", "mended_seconds"} <= told.keys()


def test_most_within_a_window():
    assert most_within(1.0, []) == 0
    assert most_within(1.0, [0.0, 0.5, 1.0, 1.25, 3.0]) == 3


@contextmanager
def sandbox(folder: Path, *words: str) -> Iterator[list[str]]:
    """What it prints, up to its last line."""
    process = python("sandbox", *PORTS, *words, env={}, cwd=folder)
    assert process.stdout
    try:
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith(("}", "Lose an answer")):
                break
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[1] == ""


def test_a_chain_rehearses_with_what_the_sandbox_prints(typed, tmp_path: Path, monkeypatch):
    """Each line as it stands there, and nothing else."""
    assert typed("init", str(tmp_path / "chain"), "--fleet").code == 0
    monkeypatch.chdir(tmp_path / "chain")
    with sandbox(tmp_path, "--pharmacies", "2", "--unlimited") as said:
        for line in said:
            words = shlex.split(line) if line.startswith(("export", "rxbridge")) else []
            if words[:1] == ["export"]:
                monkeypatch.setenv(*words[1].split("=", 1))
            elif words:
                assert typed(*words[1:]).code == 0, line
        assert [*sorted(each.name for each in Path("pharmacies").glob("*.toml"))] == [
            "pharmacy-01.toml",
            "pharmacy-02.toml",
        ]
        assert typed("pharmacies", "check").code == 0
        (order,) = (line for line in said if "/_sandbox/orders" in line)
        *_, url, _, body = shlex.split(order)
        with urllib.request.urlopen(urllib.request.Request(url, body.encode())) as answer:  # noqa: S310
            (uid,) = json.load(answer)["uids"]
        for name, there in (("pharmacy-01", True), ("pharmacy-02", False)):
            listed = typed(
                "--pharmacy", name, "call", "rxscale", "GET", "/pharmacy_orders/", "--all"
            )
            assert (listed.code, uid in listed.out) == (0, there)
            skus = typed("--pharmacy", name, "call", "rxscale", "GET", "/pharmacy_skus/", "--all")
            assert f"-uid-{name}" in skus.out


def test_what_it_says_of_a_chain_as_json(tmp_path: Path):
    with sandbox(tmp_path, "--pharmacies", "3", "--json") as said:
        told = json.loads("\n".join(said))
    assert told["pharmacies"]["pharmacy-03"] == "uid-pharmacy-03"
    assert told["key.chain.api_key"]
    assert "rxscale.api_key" not in told
