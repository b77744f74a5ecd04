"""How `rxbridge call` shows what was answered: as a table or as JSON, persons masked."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.cli.api.mask import masked
from bridge.cli.api.paging import Page, page_of
from bridge.cli.shared import show
from bridge.errors import BridgeError, words

MOST_COLUMNS = 9
WIDEST = 40
CUT = "…"


@dataclass(slots=True)
class Answered:
    """`fault` says what a refusal means; `rows` are those of all pages, if they were asked for."""

    status: int
    content: bytes
    fault: BridgeError | None
    rows: list[Any] | None = field(default=None)

    def document(self) -> Any:
        """The answer's JSON. Raises ValueError for what is none."""
        return {"data": self.rows} if self.rows is not None else json.loads(self.content)


def tell(answered: Answered, arguments: argparse.Namespace) -> None:
    if answered.fault:
        print(f"rxbridge: {words(answered.fault)}", file=sys.stderr)
    try:
        raw = answered.document()
    except ValueError:
        size = len(answered.content)
        if size:
            print(f"{answered.status}: {size} bytes that are no JSON; not shown", file=sys.stderr)
        return
    refused, patients = answered.fault is not None, arguments.show_patient_data
    shown = masked(raw, refused=refused, patients=patients, secrets=arguments.show_secrets)
    if arguments.json:
        show.as_json(shown)
        return
    page = page_of(shown)
    if page is not None and all(isinstance(row, Mapping) for row in page.rows):
        _print_rows(page)
    elif isinstance(shown, Mapping):
        _print_one(shown)
    else:
        show.as_json(shown)


def _print_rows(page: Page) -> None:
    every = list(_columns(page.rows))
    columns, left_out = every[:MOST_COLUMNS], every[MOST_COLUMNS:]
    cells = [[_cell(row.get(key)) for key in columns] for row in page.rows]
    if page.rows:
        show.as_table(columns, cells)
    of = "" if page.total is None else f" of {page.total}"
    print(f"{len(page.rows)}{of} rows. {_lacks(cells, left_out)}".rstrip())


def _print_one(thing: Mapping[str, Any]) -> None:
    cells = [(key, _cell(value)) for key, value in thing.items()]
    show.as_table(("field", "value"), cells)
    if lacks := _lacks(cells, ()):
        print(lacks)


def _lacks(cells: Iterable[Sequence[str]], left_out: Sequence[str]) -> str:
    """What a table does not show, and what does."""
    lacks = [f"Not shown: {', '.join(left_out)}"] if left_out else []
    if any(cell.endswith(CUT) for row in cells for cell in row):
        lacks.append(f"cut short: what ends in {CUT}")
    return f"{'; '.join(lacks)}; --json shows all." if lacks else ""


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """Every key, those with plain values first."""
    plain: dict[str, None] = {}
    nested: dict[str, None] = {}
    for row in rows:
        for key, value in row.items():
            (nested if isinstance(value, dict | list) else plain).setdefault(key)
    return {**plain, **nested}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}{CUT}"
