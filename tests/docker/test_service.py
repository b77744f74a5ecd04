"""docker/rxbridge.service: hardened, and known to systemd."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docker.folder import DOCKER
from docker.proxies import program

from bridge.cli.command import WRONG
from bridge.cli.main import parser
from bridge.settings import ServerSection, keys, variable

UNIT = DOCKER / "rxbridge.service"
MOST_EXPOSED = 1.2


def service() -> dict[str, list[str]]:
    """Every key of [Service], with all that was said of it."""
    found: dict[str, list[str]] = {}
    lines = UNIT.read_text().partition("[Service]")[2].partition("[Install]")[0].splitlines()
    for line in filter(None, lines):
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    return found


def test_it_runs_what_there_is_as_a_user_of_its_own():
    said = service()
    (start,) = said["ExecStart"]
    program, *words = start.split()
    assert Path(program).name == "rxbridge"
    assert parser().parse_args(words).command == "run"
    assert said["User"] == said["Group"] == ["rxbridge"]


def test_a_wrong_configuration_is_not_started_again_and_again():
    said = service()
    assert said["Restart"] == ["on-failure"]
    assert said["RestartPreventExitStatus"] == [str(WRONG)]


def test_it_may_write_to_its_own_folder_alone():
    said = service()
    assert said["ProtectSystem"] == ["strict"]
    assert said["StateDirectory"] == ["rxbridge"]
    assert (said["StateDirectoryMode"], said["UMask"]) == (["0700"], ["0077"])
    assert "ReadWritePaths" not in said
    environment = dict(value.split("=", 1) for value in said["Environment"])
    assert environment["RXBRIDGE_STORE__PATH"].startswith("/var/lib/rxbridge/")


def test_no_memory_comes_to_lie_on_disk():
    """Prescriptions pass through it."""
    said = service()
    assert (said["LimitCORE"], said["MemorySwapMax"]) == (["0"], ["0"])


def test_it_takes_no_more_files_and_memory_than_its_work_needs():
    said, most = service(), ServerSection().max_connections
    assert 2 * most <= int(said["LimitNOFILE"][0]) <= 10 * most
    assert (said["MemoryHigh"], said["MemoryMax"]) == (["768M"], ["1G"])


def test_the_environment_names_keys_that_there_are_and_no_secret():
    known = {variable(f"{section}.{key}") for section, names in keys().items() for key in names}
    known |= {"RXBRIDGE_CONFIG", "RXBRIDGE_SECRETS_DIR", "PYTHONDONTWRITEBYTECODE"}
    names = {value.split("=", 1)[0] for value in service()["Environment"]}
    assert names <= known
    assert not [name for name in names if re.search("API_KEY|WEBHOOK_SECRETS", name)]


def test_it_is_a_unit_file():
    unit = configparser.RawConfigParser(strict=False, allow_no_value=False)
    unit.read(UNIT)
    assert unit.sections() == ["Unit", "Service", "Install"]


def test_systemd_understands_every_line(tmp_path: Path):
    unit = tmp_path / UNIT.name
    here = Path(sys.executable).resolve()
    text, times = re.subn(r"^ExecStart=\S+", f"ExecStart={here}", UNIT.read_text(), flags=re.M)
    assert times == 1
    unit.write_text(text)
    assert verified(unit) == (0, "")
    unit.write_text(text.replace("ProtectClock=yes", "ProtectKlock=yes"))
    assert "ProtectKlock" in verified(unit)[1]


def verified(unit: Path) -> tuple[int, str]:
    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if UNIT.stem in line]
    return done.returncode, "\n".join(ours)


def test_systemd_finds_little_that_is_left_open():
    done = subprocess.run(
        [program("systemd-analyze"), "security", "--offline=yes", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("an older systemd cannot say without running it")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= MOST_EXPOSED
