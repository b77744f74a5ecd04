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
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from bridge.cli.command import DONE, FAILED
from bridge.cli.language import LANGUAGE
from bridge.core.reasons import Reason
from bridge.errors import Foreign, Phrase, told
from bridge.texts import Remedy, word

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_ESCAPED = re.compile(r"[\x7f-\x9f]")
"""The control characters that `json` does not escape."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NEXT = re.compile(r"^  rxbridge (?!run$)", re.MULTILINE)
"""A command to be typed next, for this pharmacy if one was named; `run` is for all of them."""
_AMOUNT = re.compile(r"-?\d+\.\d\d")
PIPED = 1000
"""Columns of what is written into a pipe."""


def answer(
    arguments: argparse.Namespace,
    document: Mapping[str, Any],
    text: object = None,
    *,
    failed: bool = False,
    wrong: Iterable[object] = (),
    **more: Any,
) -> int:
    """Prints the document (`--json`) or the text; returns the exit code. No text: the command's own
    template says it, of what the document has, and of `more`. What is `wrong` is told beside it.
    """
    if arguments.json:
        as_json(document)
    elif text is not None:
        console().print(plain(text))
    else:
        words = (arguments.command, getattr(arguments, "verb", ""))
        page("-".join(filter(None, words)), **{"typed": arguments, **document, **more})
    if not arguments.json:
        for each in wrong:
            complain(each)
    return FAILED if failed else DONE


def complain(what: object) -> None:
    """Says beside the answer what is wrong."""
    print(f"rxbridge: {spoken(what)}", file=sys.stderr)


def spoken(what: object) -> str:
    """A phrase, a reason or a failure in the language that is spoken."""
    return told(what, LANGUAGE.get())


def text(template: str, **about: Any) -> str:
    return _template(template).render(about)


def _template(name: str) -> Template:
    return _texts.get_template(f"{LANGUAGE.get()}/{name}.txt")


def page(template: str, **about: Any) -> None:
    """Prints a text of `templates/`, which is in rich's markup; what it is `about` is shown letter
    by letter, times as local ones. `table` prints rows there: of each what is named, under that
    name or its heading, or all cells of a sequence. On a narrow terminal a long cell is folded,
    never cut: ids stay whole.
    """
    tables: list[Table] = []

    def table(rows: Sequence[Any], /, *names: str, **headings: str) -> str:
        columns = {**dict(zip(names, names, strict=True)), **headings}
        tables.append(_table([*columns.values()], (_cells(row, columns) for row in rows)))
        return _A_TABLE

    text = _template(template).render(about, table=table)
    if name := getattr(about.get("typed"), "pharmacy", None):
        text = _NEXT.sub(f"  rxbridge --pharmacy {escape(name)} ", text)
    first, *rest = text.split(f"{_A_TABLE}\n")
    _print(first)
    for each, after in zip(tables, rest, strict=True):
        console().print(each, soft_wrap=False)
        _print(after)


def _print(markup: str) -> None:
    """A pipe gets the letters alone: to style a thousand orders takes a tenth of a second."""
    text, out = Text.from_markup(markup, emoji=False), console()
    if out.is_terminal:
        out.print(text, end="")
    else:
        sys.stdout.write(text.plain)


def _cells(row: Any, names: Iterable[str]) -> Sequence[Any]:
    return row if isinstance(row, list | tuple) else [_texts.getitem(row, name) for name in names]


def _written(value: object) -> str:
    if value is _A_TABLE:
        return _A_TABLE
    text = _clean(value)
    return escape(text) if "[" in text or "\\" in text else text


_A_TABLE = "\0"
_texts = Environment(  # noqa: S701 - it is no HTML; `_written` escapes what is markup here
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    finalize=_written,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def status(said: str | None, state: str | None) -> str:
    """A vendor's word for a status, and what it means where that is another one."""
    meaning = word(f"page-state_{state}", LANGUAGE.get()) if state else said
    return f"{said} ({meaning})" if said and meaning != said else said or ""


def agreed(question: Phrase) -> bool:
    """Asked on standard error: standard output may be for a program."""
    print(f"{spoken(Phrase('agreed', question=question))} ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")


def console() -> Console:
    """As wide as the terminal, or as COLUMNS says; a pipe gets whole lines.

    Lines are not wrapped here, so that a command in one can be copied. A table is printed with
    `soft_wrap=False`: it has to fit.
    """
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, soft_wrap=True, width=PIPED if piped else None)


@contextmanager
def busy(what: str) -> Iterator[Callable[[Phrase], None]]:
    """Shows on a terminal that work is going on, by the text `busy-WHAT`; the function it gives
    changes what is said.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(spoken(Phrase(f"busy-{what}"))) as shown:
        yield lambda phrase: shown.update(spoken(phrase))


def plain(text: object, style: str = "") -> Text:
    """The text as it was written, without control characters.

    Names may contain what rich reads as markup ("[thc 20]" would vanish, "[/x]" would raise).
    """
    return Text(_clean(text), style)


def _clean(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(_clean, value))
    if value is None or value is False or isinstance(value, Undefined):  # an `if` without `else`
        return ""
    if value is True:
        value = Phrase("yes")
    text = value if isinstance(value, str) else spoken(value)
    return text if text.isprintable() else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def as_json(document: object) -> None:
    """Prints one JSON document, and flushes it: the command may go on running."""
    text = json.dumps(document, default=_as_text, ensure_ascii=False, indent=2)
    print(_NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text), flush=True)


def as_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table. On a narrow terminal a long cell is folded, never cut: ids stay whole."""
    console().print(_table(headings, rows), soft_wrap=False)


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    columns = (Column(plain(heading), overflow="fold") for heading in headings)
    table = Table(*columns, pad_edge=False, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    return table


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
    write_whole(path, content, mode=0o600, way=Phrase("another-csv"))


def _harmless(cell: Any) -> Any:
    """No formula to a spreadsheet, whatever name a shop gave its order; amounts stay numbers."""
    if not isinstance(cell, str) or _AMOUNT.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def moment(at: datetime | None) -> str:
    """Local time, to the second; "" for None."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def _as_text(value: object) -> object:
    if isinstance(value, Reason) or hasattr(value, "told"):
        return told(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


_texts.filters |= {
    "foreign": Foreign,
    "spoken": _clean,
    "status": status,
    "counted": lambda number, one, many: f"{number} {one if number == 1 else many}",
    "todo": lambda why: "; ".join(filter(None, (_clean(why), _clean(Remedy(why))))),
}
