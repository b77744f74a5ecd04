"""Calls to RxScale: which key opens a route, and which pharmacy is meant."""

import json
from dataclasses import dataclass
from typing import ClassVar

from bridge.exchange import Priority, Response
from bridge.rxscale.answers import ANSWERS, RxScaleAnswers
from bridge.rxscale.dialect import Route, Site
from bridge.vendor import calling
from bridge.vendor.calling import Body, Query, request_for


@dataclass(frozen=True, slots=True)
class Caller(calling.Caller[Route]):
    """Speaks for one account."""

    site: Site

    answers: ClassVar[RxScaleAnswers] = ANSWERS

    async def call(
        self,
        route: Route,
        priority: Priority = Priority.SWEEP,
        *,
        ident: str = "",
        query: Query = (),
        body: bytes | None = None,
    ) -> Response:
        """Sends with the route's key; a group-wide key always says which pharmacy, once."""
        headers = {**self.site.auth_header(route), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.site.pharmacy_uid and not route.public and "pharmacy_uid" not in dict(query):
            query = (*query, ("pharmacy_uid", self.site.pharmacy_uid))
        url = self.site.url(route, ident)
        return await self.send(request_for(route, url, priority, headers, query, body))

    def encode(self, body: Body) -> bytes:
        return json.dumps(body).encode()
