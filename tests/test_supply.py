"""What the program is made of: locked by hash, checked for known vulnerabilities, listed."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import vulnerabilities
from vulnerabilities import LONG_KNOWN, ROOT, SHIPPED, TOOLS, pins

KNOWN = {"jinja2 2.4.1": "GHSA-old"}
MAKEFILE = (ROOT / "Makefile").read_text()


@contextmanager
def database(known: dict[str, str], *, status: int = 200) -> Iterator[str]:
    """A stand-in for osv.dev's query, on loopback; its address."""

    class Query(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            found = known.get(f"{name} {asked['version']}")
            package = {"name": name, "ecosystem": "PyPI"}
            vulns = [{"id": found, "affected": [{"package": package}]}]
            body = json.dumps({"vulns": vulns} if found else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Query)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def checked(url: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = vulnerabilities.main(url)
    return code, capsys.readouterr().out


@pytest.mark.slow
def test_nothing_known_is_no_failure_and_every_pin_was_asked_for(capsys):
    with database(KNOWN) as url:
        code, said = checked(url, capsys)
    assert (code, said.count("\n")) == (0, 1)
    assert f"{len(pins((*SHIPPED, *TOOLS)))} packages checked" in said


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pins instead of all."""
    for name in (*SHIPPED, *TOOLS):
        (tmp_path / name).write_text("runs==1.0\n" if name in SHIPPED else "runs==1.0\ntool==2.0\n")
    monkeypatch.setattr(vulnerabilities, "LOCKS", tmp_path)


@pytest.mark.usefixtures("few")
def test_what_is_known_of_what_runs_is_a_failure_and_of_a_tool_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys
):
    with database({**KNOWN, "tool 2.0": "GHSA-tool", "runs 1.0": "GHSA-runs"}) as url:
        code, said = checked(url, capsys)
        assert code == 1
        assert "tool 2.0 (a tool of ours): GHSA-tool" in said
        assert "runs 1.0 (installed where the bridge runs): GHSA-runs" in said
        monkeypatch.setattr(vulnerabilities, "ACCEPTED", {"GHSA-runs": "a test"})
        code, said = checked(url, capsys)
        assert code == 0
        assert "tool 2.0 (a tool of ours): GHSA-tool" in said


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("known", "status"), [({}, 200), (KNOWN, 404), (KNOWN, 500)])
def test_a_database_that_proves_nothing_is_not_taken_for_a_clean_bill(known, status, capsys):
    with database(known, status=status) as url:
        code, said = checked(url, capsys)
    assert (code, said.count("\n")) == (0, 1)
    assert said.startswith("known vulnerabilities: not checked: http://127.0.0.1")


def test_no_database_is_said_and_fails_nothing(capsys):
    with database(KNOWN) as url:
        pass  # it is gone now
    code, said = checked(url, capsys)
    assert (code, said.count("\n")) == (0, 1)
    assert said.startswith(f"known vulnerabilities: not checked: {url}: ")
    assert "Traceback" not in said


def test_ci_checks_the_locks():
    (before,) = re.findall(r"^\t@\$\(MAKE\) .* (types lint .*)$", MAKEFILE, re.MULTILINE)
    assert "audit" in before.split()
    assert LONG_KNOWN.split("==")[0] in (ROOT / "requirements" / "run.txt").read_text()


def test_the_list_of_what_a_wheel_brings_names_every_pin_with_its_hashes(tmp_path: Path):
    """By the very command of `make sbom`."""
    (line,) = re.findall(r"\$\(BIN\)/(cyclonedx-py requirements .*)", MAKEFILE)
    program, *words = shlex.split(line)
    made = tmp_path / "sbom.json"
    words[words.index("--output-file") + 1] = str(made)
    place = Path(sys.executable).parent / program
    subprocess.run([place, *words], cwd=ROOT, check=True, capture_output=True)
    told = json.loads(made.read_text())
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "rxbridge"
    named = {f"{each['name']} {each['version']}" for each in told["components"]}
    assert named == pins(["run.txt"])
    hashes = re.findall(r"sha256:(\w+)", (ROOT / "requirements" / "run.txt").read_text())
    assert all(each in made.read_text() for each in hashes)
    assert str(ROOT) not in made.read_text()
