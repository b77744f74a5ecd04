"""The folder docker/, and its Dockerfile as instructions."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
OF_THE_OPERATOR = re.compile(r"pharmacy(/mappings)?|docker/secrets/\w+")
"""Files that the operator makes, and that git must not take."""


def document(name: str) -> Any:
    return yaml.safe_load((DOCKER / name).read_text())


def compose() -> dict[str, Any]:
    found: dict[str, Any] = document("compose.yaml")
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined; `stage` counts from 0."""

    stage: int
    word: str
    rest: str


def instructions() -> list[Instruction]:
    text = re.sub(r"^#.*\n", "", (DOCKER / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Instruction] = []
    stage = -1
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, rest = line.split(maxsplit=1)
            stage += word == "FROM"
            found.append(Instruction(stage, word, " ".join(rest.split())))
    return found
