"""`make image-steps`: what docker/Dockerfile builds, built in an empty folder, weighed and tried.

For where no image can be built. It runs the very instructions of the build stage, with /opt and
/src inside the folder, and needs the package registry: so it is no test, and `make test` does
without it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from docker.folder import ROOT, instructions
from docker.test_image import MOST_BYTES, weight

from bridge import __version__

RUN = "requirements/run.txt"
NOT_IN_IT = ("pip", "setuptools", "wheel", "pytest", "mypy")


def outside() -> dict[str, str]:
    """This environment, without what would let a checkout be taken for what is installed."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@dataclass
class Build:
    """One build stage, with `root` in the place of /."""

    root: Path
    folder: Path = Path()
    environment: dict[str, str] = field(default_factory=lambda: outside() | {"PIP_QUIET": "1"})

    def do(self, word: str, rest: str) -> None:
        match word:
            case "WORKDIR":
                self.folder = self.inside(rest)
                self.folder.mkdir(parents=True)
            case "ENV":
                self.environment |= dict(each.split("=", 1) for each in rest.split())
            case "COPY":
                *sources, target = rest.split()
                self.copy(sources, target)
            case "RUN":
                self.run(rest)
            case _:
                assert word == "FROM", word

    def inside(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.folder / path

    def copy(self, sources: list[str], target: str) -> None:
        for source in sources:
            origin, place = ROOT / source, self.inside(target)
            if origin.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(origin, place, ignore=ignored, dirs_exist_ok=True)
            else:
                into = place / origin.name if target.endswith("/") or place.is_dir() else place
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, into)

    def run(self, command: str) -> None:
        told = command.replace("/opt/", f"{self.root}/opt/")
        told = told.replace("python -m venv", f"{base_python()} -m venv")
        print(f"$ {command}", flush=True)
        subprocess.run(["sh", "-ec", told], cwd=self.folder, env=self.environment, check=True)


def base_python() -> str:
    """The interpreter that this environment was made with."""
    return str(Path(sys.base_prefix) / "bin" / "python3")


def tried(program: Path, folder: Path) -> None:
    """The built command, in a folder without a checkout around it."""
    for words in (["--version"], ["demo", "--orders", "3"]):
        print(f"$ rxbridge {' '.join(words)}", flush=True)
        subprocess.run([program, *words], cwd=folder, env=outside(), check=True)


def locked() -> set[str]:
    """Name and version of every package that the image installs."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / RUN).read_text(), re.MULTILINE)
    return {f"{name} {version}" for name, version in pins}


def listed(sbom: Path) -> set[str]:
    """The same of what the image says that it holds; names as lock files write them."""
    parts = json.loads(sbom.read_text())["components"]
    return {f"{re.sub('[-_.]+', '-', p['name']).lower()} {p['version']}" for p in parts}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rxbridge-image-") as folder:
        build = Build(Path(folder))
        for each in instructions():
            if each.stage == 0:
                build.do(each.word, each.rest)
        built = build.root / "opt" / "rxbridge"
        tried(built / "bin" / "rxbridge", build.root)
        (packages,) = built.glob("lib/python*/site-packages")
        left = [name for name in NOT_IN_IT if (packages / name).exists()]
        unlisted = locked() - listed(built / "share" / "rxbridge" / "sbom.cdx.json")
        megabytes = weight(built) / 1_000_000
        print(f"rxbridge {__version__}: {megabytes:.1f} MB added to the base")
        assert not left, f"not needed to run: {left}"
        assert not unlisted, f"not in the list of what is in it: {unlisted}"
        assert weight(built) < MOST_BYTES


if __name__ == "__main__":
    main()
