"""One way to call a vendor: what each kind of call gives, and what it raises."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypedDict, Unpack

from bridge.errors import Garbled, Unsure
from bridge.exchange import Priority, Request, Response, Send
from bridge.vendor import fields
from bridge.vendor.answers import Answers, R
from bridge.vendor.fields import Item, Known, Listed, Model
from bridge.vendor.paging import FEWEST_ROWS, Page, Place, every

Query = tuple[tuple[str, str], ...]
Body = Mapping[str, Any] | Sequence[Any]


class About(TypedDict, total=False):
    """What a call is about: `ident` stands in the route's place, such as an order's id."""

    ident: str
    query: Query


@dataclass(frozen=True, slots=True)
class Caller(ABC, Generic[R]):
    """Speaks for one account. Errors are those of `Answers.failure`, with Garbled for an answer
    that cannot be read; what changes something also raises Unsure.
    """

    send: Send
    known: Known = field(default=tuple, kw_only=True)

    answers: ClassVar[Answers[Any, Any]]

    @abstractmethod
    async def call(
        self,
        route: R,
        priority: Priority = Priority.SWEEP,
        *,
        ident: str = "",
        query: Query = (),
        body: bytes | None = None,
    ) -> Response:
        """Signs the request in and sends it; any HTTP answer is given back as it is."""

    @abstractmethod
    def encode(self, body: Body) -> bytes:
        """The body as it is sent."""

    async def read(
        self,
        route: R,
        model: type[Model],
        priority: Priority = Priority.SWEEP,
        **about: Unpack[About],
    ) -> Model:
        """The answer as `model`."""
        response = await self.call(route, priority, **about)
        return self.answers.read(route, model, self.answers.content(route, response), self.known)

    def every(
        self,
        route: R,
        model: type[Listed[Item]],
        by: Callable[[Place], Query],
        query: Query = (),
        *,
        ident: str = "",
        full: int = FEWEST_ROWS,
        key: Callable[[Item], str | None] = lambda _: None,
    ) -> AsyncIterator[Item]:
        """Every row of a list; `by` asks for the page at a place. Ends as `paging.every` does."""

        async def page(place: Place) -> Page[Item]:
            wanted = (*query, *by(place))
            return (await self.read(route, model, ident=ident, query=wanted)).page()

        return every(page, route.name, full=full, key=key)

    async def find(
        self,
        route: R,
        model: type[Model],
        priority: Priority = Priority.SWEEP,
        **about: Unpack[About],
    ) -> Model | None:
        """The same; None for what is not there (404)."""
        found = await self.find_raw(route, model, priority, **about)
        return None if found is None else found[0]

    async def find_raw(
        self,
        route: R,
        model: type[Model],
        priority: Priority = Priority.SWEEP,
        **about: Unpack[About],
    ) -> tuple[Model, Any] | None:
        """The same, beside the whole answer that it was read from."""
        response = await self.call(route, priority, **about)
        if self.answers.is_absent(route, response):
            return None
        raw = self.answers.content(route, response)
        return self.answers.read(route, model, raw, self.known), raw

    async def change(
        self, route: R, body: Body | None, priority: Priority = Priority.SWEEP, *, ident: str = ""
    ) -> Mapping[str, Any]:
        """As `accepted`."""
        return self.accepted(route, await self._send(route, body, priority, ident))

    async def change_if_found(
        self, route: R, body: Body | None, priority: Priority = Priority.SWEEP, *, ident: str
    ) -> bool:
        """False for what is not there (404)."""
        response = await self._send(route, body, priority, ident)
        if self.answers.is_absent(route, response):
            return False
        self.answers.accepted(route, response)
        return True

    async def change_for(
        self,
        route: R,
        model: type[Model],
        body: Body,
        priority: Priority = Priority.SWEEP,
        *,
        ident: str = "",
    ) -> Model:
        """What a change is answered with, as `model`; Unsure where that cannot be read."""
        response = await self._send(route, body, priority, ident)
        try:
            return self.answers.read(
                route, model, self.answers.content(route, response), self.known
            )
        except Garbled as unreadable:
            raise Unsure(unreadable.reason) from None

    async def _send(self, route: R, body: Body | None, priority: Priority, ident: str) -> Response:
        encoded = None if body is None else self.encode(body)
        return await self.call(route, priority, ident=ident, body=encoded)

    def accepted(self, route: R, response: Response) -> Mapping[str, Any]:
        """What a change is answered with; nothing where that is no JSON object."""
        self.answers.accepted(route, response)
        try:
            said: Any = fields.parse(response.body)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


def request_for(
    route: R,
    url: str,
    priority: Priority,
    headers: Mapping[str, str],
    query: Query = (),
    body: bytes | None = None,
) -> Request:
    return Request(route.method, url, route.name, priority, route.repeatable, headers, query, body)


def chosen(**named: str) -> Query:
    """The parameters that are set."""
    return tuple((name, value) for name, value in named.items() if value)


def given(**named: Any) -> dict[str, Any]:
    """The fields of a body that are set."""
    return {name: value for name, value in named.items() if value is not None}


def by_page(page: int, limit: int) -> Query:
    """A page by its number."""
    return ("page", str(page)), ("limit", str(limit))


def by_offset(limit: int, offset: int) -> Query:
    """A page by how many rows come before it."""
    return ("limit", str(limit)), ("offset", str(offset))
