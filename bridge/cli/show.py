"""How commands print: tables and text for people, one JSON document for programs."""

import argparse
import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bridge.cli.command import DONE, FAILED

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_ESCAPED = re.compile(r"[\x7f-\x9f]")
"""The control characters that `json` does not escape."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AMOUNT = re.compile(r"-?\d+\.\d\d")
PIPED = 1000
"""Columns of what is written into a pipe."""


def answer(
    arguments: argparse.Namespace,
    document: object,
    text: Callable[[], None],
    *,
    failed: bool = False,
) -> int:
    """Prints the document (`--json`) or the text; returns the exit code."""
    if arguments.json:
        as_json(document)
    else:
        text()
    return FAILED if failed else DONE


def then(*commands: str) -> None:
    """Prints what to type next, so that nobody has to look it up."""
    print("Next:", *commands, sep="\n  ")


def agreed(question: str) -> bool:
    """Asked on standard error: standard output may be for a program."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def console() -> Console:
    """As wide as the terminal, or as COLUMNS says; a pipe gets whole lines.

    Lines are not wrapped here, so that a command in one can be copied. A table is printed with
    `soft_wrap=False`: it has to fit.
    """
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, soft_wrap=True, width=PIPED if piped else None)


@contextmanager
def busy(what: str) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal that work is going on; the function it gives changes what is said."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(what) as status:
        yield status.update


def prose(text: Text) -> None:
    """Prints without wrapping: a command that the terminal wraps can still be copied whole."""
    console().print(text)


def line(text: str, style: str = "") -> None:
    """Prints a line of `plain` text."""
    prose(plain(text, style))


def plain(text: object, style: str = "") -> Text:
    """The text as it was written, without control characters.

    Names may contain what rich reads as markup ("[thc 20]" would vanish, "[/x]" would raise).
    """
    return Text(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text)), style)


def as_json(document: object) -> None:
    """Prints one JSON document, and flushes it: the command may go on running."""
    text = json.dumps(document, default=_as_text, ensure_ascii=False, indent=2)
    print(_NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text), flush=True)


def as_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table. On a narrow terminal a long cell is folded, never cut: ids stay whole."""
    table = Table(
        *(Column(plain(heading), overflow="fold") for heading in headings),
        pad_edge=False,
        box=SIMPLE_HEAD,
    )
    for row in rows:
        table.add_row(*(plain("" if cell is None else cell) for cell in row))
    console().print(table, soft_wrap=False)


def as_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes rows for a spreadsheet: UTF-8 with a mark that Excel wants, points in the amounts.

    The file is for the owner's eyes only: the orders' uids lead to persons. Raises Misconfigured.
    """
    from bridge.app.files import write_whole

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
    content = text.getvalue().encode("utf-8-sig")
    write_whole(path, content, mode=0o600, remedy="name another file for --csv")


def _harmless(cell: Any) -> Any:
    """No formula to a spreadsheet, whatever name a shop gave its order; amounts stay numbers."""
    if not isinstance(cell, str) or _AMOUNT.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def moment(at: datetime | None) -> str:
    """Local time, to the second; "" for None."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
