"""`rxbridge mappings`: what a new version changed in the mapping files that come with it."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from bridge.app import shipped
from bridge.app.files import write_whole
from bridge.app.policies import rules_of
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.opening import settings_of
from bridge.errors import Phrase
from bridge.mapping.merging import Edit, merged

noun = Noun()


@dataclass(frozen=True, slots=True)
class Changed:
    """A shipped mapping file that is another than the one yours came from, line by line.

    `base`: None where it is not known what yours came from; `left_out`: what you changed as well.
    """

    name: str
    base: list[str] | None
    own: list[str]
    new: list[str]
    result: list[str]
    left_out: list[Edit]


@noun.verb(
    "diff",
    argument("--write", action="store_true"),
    changes=lambda typed: "" if typed.write else None,
)
def diff(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    folder = settings.mappings.dir
    shipped.refuse(folder)
    found = list(_changed(folder))
    if arguments.write:
        for each in found:
            if each.base is not None and each.result != each.own:
                _put(folder / each.name, each.result)
            _put(folder / shipped.BASE / each.name, each.new)
        rules_of(settings)
    document = {"changed": [_document(each) for each in found], "written": arguments.write}
    return show.answer(arguments, document, found=found)


def _changed(folder: Path) -> Iterator[Changed]:
    for name in shipped.newer(folder, unknown=True):
        base, own, new = (
            _lines(place / name) for place in (folder / shipped.BASE, folder, shipped.mappings())
        )
        result, left_out = merged(base or own or new or [], own or [], new or [])
        yield Changed(name, base, own or [], new or [], result, left_out)


def _lines(path: Path) -> list[str] | None:
    return path.read_text("utf-8-sig").splitlines() if path.exists() else None


def _put(path: Path, lines: list[str]) -> None:
    end = b"\r\n" if path.exists() and b"\r\n" in path.read_bytes() else b"\n"
    content = b"".join(line.encode() + end for line in lines)
    path.parent.mkdir(exist_ok=True)
    write_whole(
        path, content, mode=0o644, way=Phrase("let-write", folder=path.parent, kind="files")
    )


def _document(each: Changed) -> dict[str, object]:
    return {
        "file": each.name,
        "changed_by_you": each.base is not None and each.own != each.base,
        "yours_stay": [list(edit.lines) for edit in each.left_out],
        "diff": _difference(each),
    }


def _difference(each: Changed) -> list[str]:
    before, said = (each.own, "yours") if each.base is None else (each.base, "yours came from")
    return list(unified_diff(before, each.new, said, "this version", lineterm=""))
