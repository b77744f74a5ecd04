"""Fetches the pages that a pure reader asks for."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.core.paging import Found, Reader, Seen, Wanted

Row = TypeVar("Row")


async def drive(reader: Reader[Row], page: Callable[[Wanted], Awaitable[Seen[Row]]]) -> Found[Row]:
    """Runs the reader to its end. Raises whatever fetching a page raises."""
    try:
        wanted = next(reader)
        while True:
            wanted = reader.send(await page(wanted))
    except StopIteration as end:
        found: Found[Row] = end.value
        return found
