"""How answers look: tables for people, one JSON document for programs."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bridge.cli.command import DONE, FAILED

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
PIPED = 1000
_NOT_ESCAPED = re.compile(r"[\x7f-\x9f]")
"""Of these, json leaves as they are."""


def answer(
    arguments: argparse.Namespace,
    document: object,
    text: Callable[[], None],
    *,
    failed: bool = False,
) -> int:
    """Prints the document (`--json`) or the text; the exit code."""
    if arguments.json:
        as_json(document)
    else:
        text()
    return FAILED if failed else DONE


def console() -> Console:
    """As wide as the terminal; a pipe gets whole lines, unless COLUMNS says how long they are.

    Lines stay whole: in one cut at the terminal's width a command could not be copied. Tables have
    to fit: `soft_wrap=False`.
    """
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, soft_wrap=True, width=PIPED if piped else None)


@contextmanager
def busy(what: str) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal that work is going on, and what it is told of it; else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(what) as status:
        yield status.update


def prose(text: Text) -> None:
    """Never broken by us: a terminal does that by itself, and a command that it breaks can still be
    copied whole; so can what goes into a pipe.
    """
    console().print(text)


def line(text: str, style: str = "") -> None:
    """A line of `plain` text."""
    prose(plain(text, style))


def plain(text: object, style: str = "") -> Text:
    """What somebody else wrote, letter by letter: names may hold what rich takes for its markup
    ("[thc 20]" would vanish, "[/x]" would end the command) or a terminal for a command of its own.
    """
    return Text(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text)), style)


def as_json(document: object) -> None:
    """Told at once, also to a pipe: a command that stays up has more to do than to end."""
    text = json.dumps(document, default=_as_text, ensure_ascii=False, indent=2)
    print(_NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text), flush=True)


def as_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """On a narrow terminal what is long goes on in the next line: half an id is of no use."""
    table = Table(
        *(Column(plain(heading), overflow="fold") for heading in headings),
        title=title or None,
        title_justify="left",
        pad_edge=False,
        box=SIMPLE_HEAD,
    )
    for row in rows:
        table.add_row(*(plain("" if cell is None else cell) for cell in row))
    console().print(table, soft_wrap=False)


def moment(at: datetime | None) -> str:
    """Local time, to the second: what the clock on the wall said."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
