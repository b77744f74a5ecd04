"""RxScale's External Pharmacy API as methods: one call each, answers in the bridge's own words.

Every method raises TryLater (Garbled if an answer cannot be read), Misconfigured or Refused as
`bridge.rxscale.answers` says; those that change something also raise Unsure.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.model import PharmacyOrder, PharmacyOrderUid, PharmacySkuUid, TrackingLink
from bridge.errors import Garbled, Unsure
from bridge.exchange import Harm, Request, Response, Send
from bridge.rxscale import answers, dialect, translate, wire
from bridge.rxscale.dialect import Route, Site
from bridge.rxscale.translate import OrdersPage, SkusPage, Subscription


@dataclass(frozen=True, slots=True)
class RxScale:
    """One account. `now` gives aware UTC times, for `seen_at`."""

    send: Send
    site: Site
    now: Callable[[], datetime]

    async def order(self, uid: PharmacyOrderUid, harm: Harm = Harm.ORDER) -> PharmacyOrder | None:
        """The whole order (6.2); None if there is none for this key (404)."""
        response = await self._call(dialect.ORDER, harm, uid=uid)
        if response.status == 404:
            return None
        raw = answers.content(dialect.ORDER, response)
        row = answers.read(dialect.ORDER, wire.Order, raw)
        if row.uid != uid:
            raise Garbled("RxScale answered with another uid than the one asked for", "uid")
        return translate.order(row, raw, self.now())

    async def orders_page(
        self,
        status: str,
        page: int,
        limit: int = dialect.MOST_ROWS,
        harm: Harm = Harm.SWEEP,
    ) -> OrdersPage:
        """Page `page`, from 0, of the orders in `status`; "" is all of them (6.1)."""
        wanted = (("status", status),) if status else ()
        response = await self._call(dialect.ORDERS, harm, query=wanted + _paged(page, limit))
        raw = answers.content(dialect.ORDERS, response)
        return translate.orders_page(answers.read(dialect.ORDERS, wire.OrdersPage, raw), limit)

    async def set_status(
        self, uid: PharmacyOrderUid, status: str, comment: str | None = None
    ) -> None:
        """Moves an order to `status` (6.3); what a success says is not documented, so not read.

        Raises Unsure if it may have happened. Not marked repeatable: whether an order has moved
        meanwhile is for a look to tell, not for a second try.
        """
        body = {"status": status}
        if comment and self.site.generation.comments:
            body["comment"] = comment
        response = await self._call(dialect.ORDER_STATUS, Harm.ORDER, uid=uid, body=body)
        if not answers.accepted(response):
            raise answers.failure(dialect.ORDER_STATUS, response)

    async def complete(self, uid: PharmacyOrderUid, tracking: Sequence[TrackingLink] = ()) -> None:
        """Completes an order (6.4), which also takes its pieces off RxScale's stock.

        Only the first tracking link is forwarded to the patient. Whether an empty body is
        needed without one is not documented; `{}` is sent. Raises Unsure if it may have
        happened, and Refused with a field under `tracking_links` for a link that is not taken.
        """
        links = [{"tracking_link": link.url, "carrier": link.carrier} for link in tracking]
        body = {"tracking_links": links} if links else {}
        response = await self._call(dialect.COMPLETE, Harm.ORDER, uid=uid, body=body)
        if not answers.accepted(response):
            raise answers.failure(dialect.COMPLETE, response)

    async def skus_page(
        self, page: int, limit: int = dialect.MOST_ROWS, harm: Harm = Harm.SWEEP
    ) -> SkusPage:
        """Page `page`, from 0, of the pharmacy's SKUs (6.7)."""
        response = await self._call(dialect.SKUS, harm, query=_paged(page, limit))
        raw = answers.content(dialect.SKUS, response)
        return translate.skus_page(answers.read(dialect.SKUS, wire.SkusPage, raw), limit)

    async def set_sku(
        self,
        uid: PharmacySkuUid,
        *,
        stock: int | None = None,
        price_cents: int | None = None,
        external_id: str | None = None,
        harm: Harm = Harm.RISING_STOCK,
    ) -> bool:
        """Sets what is given and leaves the rest (6.8); False for a SKU that is not shown (404).

        A stock alone goes by the account's `stock_via`; the body of the stock's own route is not
        documented (6.9). What a success says is not documented, so not read.
        """
        values = {"stock": stock, "price": price_cents, "external_id": external_id}
        body = {name: value for name, value in values.items() if value is not None}
        by_stock = self.site.stock_via == "stock" and body.keys() == {"stock"}
        route = dialect.SKU_STOCK if by_stock else dialect.SKU
        response = await self._call(route, harm, uid=uid, body=body)
        if response.status == 404:
            return False
        if not answers.accepted(response):
            raise answers.failure(route, response)
        return True

    async def health(self) -> None:
        """Returns if RxScale answers this key; what it answers is not documented (2)."""
        response = await self._call(dialect.HEALTH, Harm.SWEEP)
        if not answers.accepted(response):
            raise answers.failure(dialect.HEALTH, response)
        if response.body.lstrip()[:1] == b"<":
            raise Garbled("RxScale's answer to GET /health/ is a web page")

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """The webhooks registered with this key (6.11)."""
        response = await self._call(dialect.SUBSCRIPTIONS, Harm.SWEEP)
        raw = answers.content(dialect.SUBSCRIPTIONS, response)
        wrapped = raw if isinstance(raw, dict) else {"data": raw}
        rows = answers.read(dialect.SUBSCRIPTIONS, wire.Subscriptions, wrapped)
        return translate.subscriptions(rows)

    async def subscribe(self, target: str, event: str) -> str:
        """Has one event type told to `target`; the signing secret, which is shown only now (6.11).

        Whether a second registration of the same is refused is not documented. Raises Unsure if
        it may have happened, also where the answer shows no secret.
        """
        body = {"target": target, "notification_type": event}
        response = await self._call(dialect.SUBSCRIBE, Harm.SWEEP, body=body)
        try:
            raw = answers.content(dialect.SUBSCRIBE, response)
            return answers.read(dialect.SUBSCRIBE, wire.Registered, raw).signing_secret
        except Garbled as unreadable:
            raise Unsure(unreadable.what) from None

    async def unsubscribe(self, uid: str) -> bool:
        """Ends a subscription (6.11); False if there is none."""
        response = await self._call(dialect.UNSUBSCRIBE, Harm.SWEEP, uid=uid)
        if response.status == 404:
            return False
        if not answers.accepted(response):
            raise answers.failure(dialect.UNSUBSCRIBE, response)
        return True

    async def _call(
        self,
        route: Route,
        harm: Harm,
        *,
        uid: str = "",
        query: tuple[tuple[str, str], ...] = (),
        body: Mapping[str, Any] | None = None,
    ) -> Response:
        headers = {"X-API-Key": self.site.api_key, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.site.pharmacy_uid:
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


def _paged(page: int, limit: int) -> tuple[tuple[str, str], ...]:
    return ("page", str(page)), ("limit", str(limit))
