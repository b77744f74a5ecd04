"""How a vendor's lists are read on: what asks for the next page, and which was the last. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Style = Literal["offset", "from 0", "from 1"]
_ROWS = ("data", "products", "items", "orders", "payouts")
_TOTALS = ("total", "totalRegistries")
_PAGING = frozenset({*_TOTALS, "pagination", "totalPages", "page", "pageSize"})
_IDS = ("uid", "id")
"""What names one row; a product's id may stand in many, as in a report."""
LIMIT = 100

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer held; `total` rows in all, None where it does not say."""

    rows: Sequence[Any]
    total: int | None


def page_of(body: Any) -> Page | None:
    """None for an answer that is no list."""
    if isinstance(body, list):
        return Page(body, None)
    if not isinstance(body, Mapping):
        return None
    rows = next((body[key] for key in _ROWS if _holds_rows(body, key)), None)
    if rows is None:
        return None
    inner = body.get("pagination")
    places = (body, inner if isinstance(inner, Mapping) else {})
    totals = (place[key] for place in places for key in _TOTALS if key in place)
    return Page(rows, next((each for each in totals if isinstance(each, int)), None))


def _holds_rows(body: Mapping[str, Any], key: str) -> bool:
    """Under `data`, or under another name where the answer is a list's by what stands beside it:
    one order has its `items` or `payouts` inside (pharmaone.md 9, rxscale.md 6.2).
    """
    if not isinstance(body.get(key), list):
        return False
    return key == "data" or len(body) == 1 or not _PAGING.isdisjoint(body)


def query_for(style: Style, number: int, read: int, limit: int = LIMIT) -> dict[str, str]:
    """What to ask for page `number`, counted from 0, after `read` rows."""
    if style == "offset":
        return {"limit": str(limit), "offset": str(read)}
    return {"limit": str(limit), "page": str(number + (style == "from 1"))}


def paged(query: Query, page: Mapping[str, str]) -> Query:
    """What was asked for, with the page; a name may be there twice."""
    return (*(pair for pair in query if pair[0] not in page), *page.items())


def fresh(rows: Sequence[Any], seen: set[str]) -> list[Any]:
    """Those whose id is not in `seen`, which learns them; what has no id counts as new.

    What comes into a list while it is read pushes rows onto the next page.
    """
    found = []
    for row in rows:
        ident = _id_of(row)
        if ident is None or ident not in seen:
            found.append(row)
        if ident is not None:
            seen.add(ident)
    return found


def _id_of(row: Any) -> str | None:
    if not isinstance(row, Mapping):
        return None
    return next((f"{key} {row[key]}" for key in _IDS if row.get(key)), None)


def is_last(page: Page, before: Page | None, read: int) -> bool:
    """Whether there is nothing more after `read` rows, this page's among them.

    A route that knows no pages gives the same rows again.
    """
    if not page.rows or (page.total is not None and read >= page.total):
        return True
    return before is not None and list(before.rows) == list(page.rows)
