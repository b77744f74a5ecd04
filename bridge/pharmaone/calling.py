"""Calls to PharmaOne: with a token, or with the API key itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bridge.errors import Fault, Misconfigured
from bridge.exchange import Priority, Request, Response, Send, calls
from bridge.pharmaone import wire
from bridge.pharmaone.answers import ANSWERS, PharmaOneAnswers
from bridge.pharmaone.dialect import TOKEN, Route, Site
from bridge.pharmaone.token import TokenAnswer, TokenKeeper
from bridge.vendor import calling
from bridge.vendor.calling import Body, Query, request_for

NO_ORGANISATION = Fault("pharmaone.org_id", "no-organisation")


@dataclass(frozen=True, slots=True)
class Caller(calling.Caller[Route]):
    """Speaks for one organisation."""

    site: Site
    tokens: TokenKeeper

    answers: ClassVar[PharmaOneAnswers] = ANSWERS

    async def call(
        self,
        route: Route,
        priority: Priority = Priority.SWEEP,
        *,
        ident: str = "",
        query: Query = (),
        body: bytes | None = None,
    ) -> Response:
        """Sends with a token, or with the key where the route takes that.

        A 401 means that nothing was carried out, so a refused token is replaced and the call
        repeated: once.
        """

        def request(auth_header: Mapping[str, str]) -> Request:
            headers = {**auth_header, "Accept": "application/json"}
            headers["Content-Type"] = "application/json"
            return request_for(route, self.site.url(route, ident), priority, headers, query, body)

        if not self.site.org_id and route.api_version != "connector":
            raise Misconfigured(NO_ORGANISATION)
        if route.takes_key:
            return await self.send(request({self.site.key_header: self.site.api_key}))
        token = await self.tokens.get(route.scope)
        response = await self.send(request(_bearer(token)))
        if response.status != 401:
            return response
        self.tokens.invalidate(token)
        return await self.send(request(_bearer(await self.tokens.get(route.scope))))

    def encode(self, body: Body) -> bytes:
        """Raises Misconfigured for what a field mapping made and JSON cannot hold."""
        return wire.encode(body)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@calls(TOKEN)
def exchange(send: Send, site: Site) -> Callable[[], Awaitable[TokenAnswer]]:
    """The call that gives a token for the key (3.2)."""

    async def exchanged() -> TokenAnswer:
        headers = {site.key_header: site.api_key, "Accept": "application/json"}
        response = await send(request_for(TOKEN, site.url(TOKEN), Priority.ORDER, headers))
        return ANSWERS.read(TOKEN, TokenAnswer, ANSWERS.content(TOKEN, response))

    return exchanged
