"""How answers look: tables for people, one JSON document for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def console() -> Console:
    return Console(highlight=False, soft_wrap=False)


@contextmanager
def busy(what: str) -> Iterator[Callable[[str], None]]:
    """Shows on a terminal that work is going on, and what it is told of it; else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(what) as status:
        yield status.update


def as_json(document: object) -> None:
    """Told at once, also to a pipe: a command that stays up has more to do than to end."""
    print(json.dumps(document, default=_plain, ensure_ascii=False, indent=2), flush=True)


def as_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    table = Table(
        *headings, title=title or None, title_justify="left", pad_edge=False, box=SIMPLE_HEAD
    )
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def moment(at: datetime | None) -> str:
    """Local time, to the second: what the clock on the wall said."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
