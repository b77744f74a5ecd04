"""Carries calls to RxScale: which key, which pharmacy, and a list page by page."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge.errors import Garbled
from bridge.exchange import Priority, Request, Response, Send
from bridge.reading import Model
from bridge.rxscale import answers
from bridge.rxscale.dialect import Route, Site

Query = tuple[tuple[str, str], ...]
Row = TypeVar("Row")

FEWEST_ROWS = 50
"""The default page (5). A shorter one is the last; a longer one may be, as limits are capped."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks for one account. Errors are those of `bridge.rxscale.answers`."""

    send: Send
    site: Site

    async def call(
        self,
        route: Route,
        priority: Priority,
        *,
        uid: str = "",
        query: Query = (),
        body: Mapping[str, Any] | Sequence[Any] | None = None,
    ) -> Response:
        """Sends with what opens the route; a group-wide key always says which pharmacy, once."""
        headers = {**self.site.opener(route), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.site.pharmacy_uid and not route.public and "pharmacy_uid" not in dict(query):
            query = (*query, ("pharmacy_uid", self.site.pharmacy_uid))
        return await self.send(
            Request(
                method=route.method,
                url=self.site.url(route, uid),
                route=route.name,
                priority=priority,
                repeatable=route.repeatable,
                headers=headers,
                query=query,
                body=None if body is None else json.dumps(body).encode(),
            )
        )

    async def read(
        self,
        route: Route,
        model: type[Model],
        priority: Priority,
        *,
        uid: str = "",
        query: Query = (),
    ) -> Model:
        """The answer of an accepted call as `model`; Garbled where it cannot be read."""
        response = await self.call(route, priority, uid=uid, query=query)
        return answers.read(route, model, answers.content(route, response))

    async def change(
        self, route: Route, priority: Priority, body: Mapping[str, Any], *, uid: str
    ) -> Response:
        """The answer of an accepted change. Raises Unsure if it may have happened."""
        response = await self.call(route, priority, uid=uid, body=body)
        answers.taken(route, response)
        return response

    async def change_if_shown(
        self, route: Route, priority: Priority, body: Mapping[str, Any] | None = None, *, uid: str
    ) -> bool:
        """False for what RxScale does not show (404), else as `change`."""
        response = await self.call(route, priority, uid=uid, body=body)
        if response.status == 404:
            return False
        answers.taken(route, response)
        return True


def paged(page: int, limit: int) -> Query:
    """Pages count from 0 (rxscale.md section 5)."""
    return ("page", str(page)), ("limit", str(limit))


async def by_page(
    fetch: Callable[[int], Awaitable[tuple[tuple[Row, ...], int | None]]], limit: int
) -> AsyncIterator[Row]:
    """Every row of a list that is paged from 0; `fetch` gives rows and how many pages there are.

    Where nobody says how many, it ends at the first page that is not full. Raises Garbled if the
    same page comes again and there should be more.
    """
    number = 0
    before: tuple[Row, ...] = ()
    while True:
        rows, pages = await fetch(number)
        if rows == before:
            if rows and pages is not None:
                raise Garbled("RxScale gives the same page of a list again")
            return
        for row in rows:
            yield row
        number, before = number + 1, rows
        if len(rows) < min(limit, FEWEST_ROWS) if pages is None else number >= pages:
            return
