"""The wheel in an empty environment, and a new user who types what the program prints."""

import json
import os
import re
import shlex
import shutil
import signal
import site
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from house import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
MOST_STEPS = 8


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@dataclass
class User:
    """Somebody at a shell, in an environment with the wheel and what it needs; no checkout."""

    folder: Path
    programs: Path
    variables: dict[str, str] = field(default_factory=dict)

    def _surroundings(self) -> dict[str, str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "COLUMNS": "300", "HOME": str(self.folder)} | self.variables

    def types(self, line: str) -> str:
        """What is printed, errors among it."""
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        done = subprocess.run(
            [self.programs / words[0], *words[1:]],
            cwd=self.folder,
            env=self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_SECONDS,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    @contextmanager
    def another_window(self, line: str, until: str) -> Iterator[str]:
        """A command that stays, and what it printed up to `until`; ended by Ctrl-C."""
        words = shlex.split(line)
        with subprocess.Popen(
            [self.programs / words[0], *words[1:]],
            cwd=self.folder,
            env=self._surroundings() | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            said = ""
            while until not in said:
                read = process.stdout.readline()
                assert read, f"{line} has ended: {said}"
                said += read
            try:
                yield said
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE_SECONDS) == 0


@pytest.fixture(scope="module", params=["as it is", "without POSIX"])
def programs(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """The packages are this environment's, by a .pth; that of its own checkout is not followed."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (here,) = [each for each in site.getsitepackages() if Path(each, "aiohttp").is_dir()]
    (packages / "all.pth").write_text(f"{here}\n")
    pip = (sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"))
    options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    subprocess.run([*pip, "install", *options, str(wheel)], check=True)
    someone = User(place, place / "bin")
    where = someone.types(f"python -c {shlex.quote('import bridge; print(bridge.__file__)')}")
    assert str(packages) in where, "not the checkout"
    if request.param == "without POSIX":
        shutil.copy(Path(__file__).with_name("without_posix.py"), packages / "sitecustomize.py")
        assert "without POSIX" in someone.types("rxbridge --version")
    return place / "bin"


@pytest.fixture
def user(programs: Path, tmp_path: Path) -> User:
    return User(tmp_path, programs)


def next_of(said: str) -> list[str]:
    """What the program says is to be typed next."""
    return re.findall(r"^  (\S.*)$", said.partition("Next:\n")[2], re.MULTILINE)


def carried_out(curl: str) -> bytes:
    """A printed line of curl, without curl."""
    found = re.fullmatch(r"curl -X POST (\S+) -d (.+)", curl)
    assert found, curl
    (body,) = shlex.split(found[2])
    request = urllib.request.Request(found[1], data=body.encode(), method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own
        return bytes(answer.read())


@pytest.mark.slow
def test_from_the_wheel_to_the_first_order_by_what_is_printed(user: User):
    port = str(free_port())
    said = user.types("rxbridge init shop --yes")
    (rehearsal,) = re.findall(r"^  (rxbridge sandbox .*)$", said, re.MULTILINE)
    steps = next_of(said)
    rehearsal = rehearsal.replace("8080", port) + " --rxscale-port 0 --pharmaone-port 0"
    with user.another_window(rehearsal, until="Lose an answer") as printed:
        exports = re.findall(r"^export (\w+)=(.*)$", printed, re.MULTILINE)
        user.variables |= {name: shlex.split(value)[0] for name, value in exports}
        user.variables["RXBRIDGE_SERVER__PORT"] = port
        typed = []
        while steps[-1] != "rxbridge run":
            said = "".join(map(user.types, steps))
            typed += steps
            steps = next_of(said)
            assert steps, said
            assert len(typed) < MOST_STEPS, typed
        assert typed == [
            *("cd shop", "rxbridge check", "rxbridge skus match"),
            *("rxbridge skus match --write", "rxbridge check"),
        ]
        with user.another_window(steps[-1], until="in another window") as started:
            watch = re.findall(r"(rxbridge [a-z ]+)", started.partition("in another window")[2])
            (orders,) = re.findall(r"^Make orders: +(.*)$", printed, re.MULTILINE)
            uids = json.loads(carried_out(orders))["uids"]
            listed, nothing_stuck = watched(user, uids, watch)
    assert all(f"{uid} " in listed for uid in uids)
    assert listed.count("under review") == len(uids)
    assert nothing_stuck == "Nothing is stuck.\n"
    assert not (user.folder / "mappings" / "skus.csv").read_bytes().endswith(b"note\n")


def watched(user: User, uids: list[str], watch: list[str]) -> list[str]:
    """What both commands print once each order was sent."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        said = [user.types(command).replace("without POSIX\n", "") for command in watch]
        if said[0].count("under review") == len(uids) or time.monotonic() > ends:
            return said


@pytest.mark.slow
def test_the_demo_needs_no_checkout(user: User):
    shown = json.loads(user.types("rxbridge demo --orders 2 --json").replace("without POSIX\n", ""))
    assert [each["phase"] for each in shown["orders"]] == ["submitted", "submitted"]


def test_all_that_a_folder_is_made_of_is_in_the_wheel_and_nothing_of_the_tests(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    inside = {name.removeprefix("bridge/shipped/") for name in names if "/shipped/" in name}
    files = [*(ROOT / "mappings").iterdir(), *(ROOT / "docs" / "schemas").iterdir()]
    files.append(ROOT / "docs" / "rxbridge.example.toml")
    assert inside == {path.relative_to(ROOT).as_posix() for path in files}
    package = [path for path in (ROOT / "bridge").rglob("*") if path.is_file()]
    ours = {p.relative_to(ROOT).as_posix() for p in package if p.suffix != ".pyc"}
    assert ours <= {*names}
    assert {name.split("/")[0] for name in names} == {"bridge", "rxbridge-0.1.0.dist-info"}
