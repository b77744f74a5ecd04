"""Reads docs/cookbook.md as a person does, and puts a situation's blocks into the files."""

import json
import re
import shutil
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "cookbook.md"
BLOCK = re.compile(r"^```(toml|csv) title=\"([\w./]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TAKE_OUT = re.compile(r"^# take out: (\w+)$", re.MULTILINE)
TAKEN_OUT = "\0"
NEEDED = '[pharmaone]\norg_id = "org1"\nshop_id = "shop7"\n'
SECRETS = {"RXBRIDGE_RXSCALE__API_KEY": "key-one", "RXBRIDGE_PHARMAONE__API_KEY": "key-two"}


@dataclass(frozen=True)
class Situation:
    number: int
    title: str
    text: str

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """The file each block goes into, and its text."""
        return [(file, text) for _, file, text in BLOCK.findall(self.text)]

    @property
    def promises(self) -> list[str]:
        """What its table says comes out."""
        return re.findall(r"^\| (?!then|---)[^|]+\| ([^|]+) \|$", self.text, re.MULTILINE)


def situations() -> list[Situation]:
    parts = re.split(r"^## (\d+)\. (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    rows = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [Situation(int(number), title, text) for number, title, text in rows]


def cook(situation: Situation, folder: Path) -> Path:
    """The shipped files with the situation's lines in them, in `folder`."""
    shutil.copytree(ROOT / "mappings", folder / "mappings")
    (folder / "rxbridge.toml").write_text(NEEDED)
    for name, text in situation.blocks:
        file = folder / name
        if file.suffix == ".csv":
            with file.open("a") as opened:
                opened.write(text)
        else:
            old = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
            file.write_text(_dumped(_merged(old, _read(text))), "utf-8")
    return folder


def _read(text: str) -> dict[str, Any]:
    marked = TAKE_OUT.sub(lambda found: f"{found[1]} = {json.dumps(TAKEN_OUT)}", text)
    return tomllib.loads(marked, parse_float=Decimal)


def _merged(old: Any, new: Any) -> Any:
    """Tables grow together, examples by their names; anything else is replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
        return {key: value for key, value in both.items() if value != TAKEN_OUT}
    if isinstance(old, list) and old and isinstance(old[0], dict):
        named = {each["name"]: each for each in new}
        assert named.keys() <= {each["name"] for each in old}, "no such example"
        return [_merged(each, named.get(each["name"], {})) for each in old]
    return new


def _dumped(tables: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in tables.items())


def _value(value: Any) -> str:
    match value:
        case dict():
            inner = ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
