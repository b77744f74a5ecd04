"""Carries calls to PharmaOne through the right door: a token, or the API key itself."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge.errors import Garbled
from bridge.exchange import Priority, Request, Response, Send
from bridge.pharmaone import answers, wire
from bridge.pharmaone.dialect import KEY_HEADER, Route, Site
from bridge.pharmaone.token import TokenKeeper
from bridge.reading import Model

Query = tuple[tuple[str, str], ...]
Row = TypeVar("Row")

FEWEST_ROWS = 50
"""The default page (5). A shorter one is the last; a longer one may be, as limits are capped."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Speaks for one organisation. Errors are those of `bridge.pharmaone.answers`."""

    send: Send
    site: Site
    tokens: TokenKeeper

    async def call(
        self,
        route: Route,
        priority: Priority,
        *,
        ident: str = "",
        query: Query = (),
        body: bytes | None = None,
    ) -> Response:
        """Sends with what opens the door.

        A 401 means that nothing was carried out, so a refused token is replaced and the call
        repeated: once.
        """

        def request(opener: dict[str, str]) -> Request:
            headers = {**opener, "Accept": "application/json", "Content-Type": "application/json"}
            return request_for(
                self.site, route, priority, headers, ident=ident, query=query, body=body
            )

        if route.takes_key:
            return await self.send(request({KEY_HEADER: self.site.api_key}))
        token = await self.tokens.get(route.scope)
        response = await self.send(request(_bearer(token)))
        if response.status != 401:
            return response
        self.tokens.invalidate(token)
        return await self.send(request(_bearer(await self.tokens.get(route.scope))))

    async def read(
        self,
        route: Route,
        model: type[Model],
        priority: Priority = Priority.SWEEP,
        *,
        ident: str = "",
        query: Query = (),
        body: Mapping[str, Any] | None = None,
    ) -> Model:
        """The answer of an accepted call as `model`; Garbled where it cannot be read."""
        raw = None if body is None else wire.encode(body)
        response = await self.call(route, priority, ident=ident, query=query, body=raw)
        return answers.read(route, model, answers.content(route, response))

    async def write(
        self,
        route: Route,
        body: Mapping[str, Any],
        *,
        ident: str = "",
        priority: Priority = Priority.SWEEP,
    ) -> Mapping[str, Any]:
        """What an accepted change is answered with; nothing where that is not an object.

        Raises Unsure if it may have happened; so it is where a web page says that it was accepted.
        """
        raw = wire.encode(body)
        response = await self.call(route, priority, ident=ident, body=raw)
        if not answers.accepted(response):
            raise answers.failure(route, response)
        if page := answers.web_page(route, response):
            raise page
        try:
            said: Any = wire.parse(response.body)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def request_for(
    site: Site,
    route: Route,
    priority: Priority,
    headers: dict[str, str],
    *,
    ident: str = "",
    query: Query = (),
    body: bytes | None = None,
    repeatable: bool | None = None,
) -> Request:
    return Request(
        method=route.method,
        url=site.url(route, ident),
        route=route.name,
        priority=priority,
        repeatable=route.repeatable if repeatable is None else repeatable,
        headers=headers,
        query=query,
        body=body,
    )


async def by_offset(
    fetch: Callable[[int, int], Awaitable[tuple[tuple[Row, ...], int | None]]], limit: int
) -> AsyncIterator[Row]:
    """Every row of a list that is paged by `limit` and `offset` (5); `fetch` gives rows and total.

    Where there is no total (C3), it ends at the first page that is not full. Raises Garbled if the
    same page comes again and there should be more.
    """
    offset = 0
    before: tuple[Row, ...] = ()
    while True:
        rows, total = await fetch(limit, offset)
        if rows == before:
            if rows and total is not None:
                raise Garbled("PharmaOne gives the same page of a list again")
            return
        for row in rows:
            yield row
        offset, before = offset + len(rows), rows
        if len(rows) < min(limit, FEWEST_ROWS) if total is None else offset >= total:
            return
