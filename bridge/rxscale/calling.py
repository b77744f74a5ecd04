"""Carries calls to RxScale: which key, which pharmacy, and a list page by page."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from bridge.exchange import Harm, Request, Response, Send
from bridge.rxscale import answers
from bridge.rxscale.dialect import Route, Site

Query = tuple[tuple[str, str], ...]
Model = TypeVar("Model", bound=BaseModel)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks for one account. Errors are those of `bridge.rxscale.answers`."""

    send: Send
    site: Site

    async def call(
        self,
        route: Route,
        harm: Harm,
        *,
        uid: str = "",
        query: Query = (),
        body: Mapping[str, Any] | Sequence[Any] | None = None,
    ) -> Response:
        """Sends with what opens the route; a group-wide key always says which pharmacy."""
        headers = {**self.site.opener(route), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.site.pharmacy_uid and not route.public:
            query = (*query, ("pharmacy_uid", self.site.pharmacy_uid))
        return await self.send(
            Request(
                method=route.method,
                url=self.site.url(route, uid),
                route=route.name,
                harm=harm,
                repeatable=route.repeatable,
                headers=headers,
                query=query,
                body=None if body is None else json.dumps(body).encode(),
            )
        )

    async def read(
        self, route: Route, model: type[Model], harm: Harm, *, uid: str = "", query: Query = ()
    ) -> Model:
        """The answer of an accepted call as `model`; Garbled where it cannot be read."""
        response = await self.call(route, harm, uid=uid, query=query)
        return answers.read(route, model, answers.content(route, response))


def paged(page: int, limit: int) -> Query:
    """Pages count from 0 (rxscale.md section 5)."""
    return ("page", str(page)), ("limit", str(limit))


async def by_page(
    fetch: Callable[[int], Awaitable[tuple[tuple[Row, ...], int | None]]], limit: int
) -> AsyncIterator[Row]:
    """Every row of a list that is paged from 0; `fetch` gives rows and how many pages there are.

    Ends at the last page or, where nobody says which that is, at the first that is not full.
    """
    number = 0
    while True:
        rows, pages = await fetch(number)
        for row in rows:
            yield row
        number += 1
        if not rows or (len(rows) < limit if pages is None else number >= pages):
            return
