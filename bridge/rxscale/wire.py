"""What RxScale's JSON has of its own: its names, sizes and times, and the envelope of a list.

Sources: rxscale.md sections 4 to 7. What it shares with PharmaOne's is in `bridge.vendor.fields`.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Generic

from pydantic import BeforeValidator, Field, StrictInt

from bridge.rxscale.dialect import MOST_ROWS
from bridge.vendor.calling import Query, by_page
from bridge.vendor.fields import Item, Listed, as_id
from bridge.vendor.paging import Page, Place

_PUBLIC_NAME = re.compile(r"#[0-9]{1,12}|PO(-[A-Z0-9]{4}){3}", re.ASCII)
_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
MOST_PRIORITY = 1_000_000


def numbered(place: Place, limit: int = MOST_ROWS) -> Query:
    """Asks for a page by its number, from 0 (5)."""
    return by_page(place.number, limit)


def as_public_name(value: object) -> str | None:
    """An order's name in either documented form (`#1001`, `PO-XXXX-XXXX-XXXX`: C-9), else None.

    Names are remembered and shown, and free text might hold a person's name.
    """
    return value if isinstance(value, str) and _PUBLIC_NAME.fullmatch(value) else None


def as_priority(value: object) -> int:
    """How urgent; 0 where nothing usable is said. Kept within what a database column holds."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return max(-MOST_PRIORITY, min(MOST_PRIORITY, value))


def as_size(value: object) -> str | None:
    """A number above 0 as its plain decimal digits ("10", "2.5"); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _SIZE.fullmatch(str(value).strip())
    size = found[0].rstrip("0").rstrip(".") if found and "." in found[0] else found and found[0]
    return size if size and size.strip("0.") else None


def as_moment(value: object) -> datetime | None:
    """Unix seconds as UTC; None for nothing and for what is no time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def as_pharmacy(value: object) -> str | None:
    """A pharmacy's uid: an object in orders, plain text in SKU rows (C-15); either is read."""
    return as_id(value.get("uid") if isinstance(value, dict) else value)


Moment = Annotated[datetime | None, BeforeValidator(as_moment)]
Pharmacy = Annotated[str | None, BeforeValidator(as_pharmacy)]
PublicName = Annotated[str | None, BeforeValidator(as_public_name)]
Urgency = Annotated[int, BeforeValidator(as_priority)]
Size = Annotated[str | None, BeforeValidator(as_size)]


class Envelope(Listed[Item], Generic[Item]):
    """What a list comes in (5); `totalPages` can be worked out where it is missing."""

    total: StrictInt = Field(validation_alias="totalRegistries", ge=0)
    pages: StrictInt | None = Field(default=None, validation_alias="totalPages", ge=0)

    def page(self, limit: int = MOST_ROWS) -> Page[Item]:
        pages = -(-self.total // limit) if self.pages is None else self.pages
        return Page(self.data, self.total, pages)
