"""RxScale's External Pharmacy API as methods: one call each, answers in the bridge's own words.

Every method raises TryLater (Garbled if an answer cannot be read), Misconfigured or Refused as
`bridge.rxscale.answers` says; those that change something also raise Unsure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bridge.core.alarms import Subscription
from bridge.core.memory import SweptOrder
from bridge.core.model import (
    CatalogueSku,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    TrackingLink,
)
from bridge.errors import Garbled, Phrase
from bridge.exchange import Priority, calls
from bridge.rxscale import dialect, orders
from bridge.rxscale.calling import Caller
from bridge.rxscale.dialect import Site
from bridge.rxscale.orders import ListedOrders, OrderToWorkOn, completion
from bridge.rxscale.skus import PharmacySkus, Skus, catalogue_sku
from bridge.rxscale.subscriptions import Registered, SubscriptionRows, subscriptions
from bridge.vendor.calling import by_page, chosen, given
from bridge.vendor.fields import as_word
from bridge.vendor.paging import Page

if TYPE_CHECKING:  # loaded when first used: `run` needs none of them
    from bridge.rxscale.payouts import Payouts
    from bridge.rxscale.shop import Shop


@dataclass(frozen=True, slots=True)
class RxScale:
    """One account. `now` gives aware UTC times, for `seen_at`.

    `ahead`: how far RxScale's clock is ahead of ours, which is taken off what it says of times.
    """

    caller: Caller
    now: Callable[[], datetime]
    ahead: Callable[[], timedelta] = timedelta

    @property
    def site(self) -> Site:
        return self.caller.site

    @property
    def payouts(self) -> "Payouts":
        """What the pharmacy is paid."""
        from bridge.rxscale.payouts import Payouts

        return Payouts(self.caller)

    @property
    def skus(self) -> Skus:
        """The list of SKUs with all it says; the bridge itself needs less."""
        return Skus(self.caller)

    def shop(self, identifier: str, market: str) -> "Shop":
        """A shop as its customers see it, through the public API."""
        from bridge.rxscale.shop import Shop

        return Shop(self.caller, identifier, market)

    @calls(dialect.ORDER)
    async def order(
        self, uid: PharmacyOrderUid, priority: Priority = Priority.ORDER
    ) -> PharmacyOrder | None:
        """The whole order (6.2); None if there is none for this key (404)."""
        found = await self.caller.find_raw(dialect.ORDER, OrderToWorkOn, priority, ident=uid)
        if found is None:
            return None
        row, raw = found
        if row.uid != uid:
            raise Garbled(Phrase("another-id", vendor="RxScale", name="uid"), "uid")
        return orders.order(row, raw, self.now(), self.ahead())

    @calls(dialect.ORDERS)
    async def orders_page(
        self,
        status: str,
        page: int,
        limit: int = dialect.MOST_ROWS,
        priority: Priority = Priority.SWEEP,
        search: str = "",
    ) -> Page[SweptOrder]:
        """Page `page`, from 0, of the orders in `status`; "" is all of them (6.1).

        `search`: part of the shop order's, the order's or the patient's name, or of either uid;
        older accounts look for less (C-8).
        """
        query = (*chosen(status=status, search=search), *by_page(page, limit))
        found = await self.caller.read(dialect.ORDERS, ListedOrders, priority, query=query)
        return found.page(limit).of(map(orders.swept, found.data))

    @calls(dialect.ORDER_STATUS)
    async def set_status(
        self, uid: PharmacyOrderUid, status: str, comment: str | None = None
    ) -> str | None:
        """Moves an order to `status` (6.3); the status that a success shows, which is not
        documented: None where there is none.

        Raises Unsure if it may have happened. Not marked repeatable: whether an order has moved
        meanwhile is for a look to tell, not for a second try.
        """
        body = {"status": status}
        if comment and self.site.generation.comments:
            body["comment"] = comment
        said = await self.caller.change(dialect.ORDER_STATUS, body, Priority.ORDER, ident=uid)
        return as_word(said.get("status"), self.caller.known)

    @calls(dialect.COMPLETE)
    async def complete(self, uid: PharmacyOrderUid, tracking: Sequence[TrackingLink] = ()) -> None:
        """Completes an order (6.4), which also takes its pieces off RxScale's stock.

        Only the first tracking link is forwarded to the patient. What it answers is for a look
        to tell. Raises Unsure if it may have happened, and Refused with a field under
        `tracking_links` for a link that is not taken.
        """
        body = completion(tracking)
        await self.caller.change(dialect.COMPLETE, body, Priority.ORDER, ident=uid)

    @calls(dialect.SKUS)
    async def skus_page(
        self, page: int, limit: int = dialect.MOST_ROWS, priority: Priority = Priority.SWEEP
    ) -> Page[CatalogueSku]:
        """Page `page`, from 0, of the pharmacy's SKUs (6.7) but for deleted ones."""
        query, ours = by_page(page, limit), self.site.pharmacy_uid
        found = await self.caller.read(dialect.SKUS, PharmacySkus, priority, query=query)
        rows = (row for row in found.data if not ours or row.pharmacy in (None, ours))
        return found.page(limit).of(sku for row in rows if (sku := catalogue_sku(row)) is not None)

    @calls(dialect.SKU, dialect.SKU_STOCK)
    async def set_sku(
        self,
        uid: PharmacySkuUid,
        *,
        stock: int | None = None,
        price_cents: int | None = None,
        external_id: str | None = None,
        priority: Priority = Priority.RISING_STOCK,
    ) -> bool:
        """Sets what is given and leaves the rest (6.8); False for a SKU that is not shown (404).

        A stock alone goes by the account's `stock_via`; the body of the stock's own route is not
        documented (6.9). What a success says is not documented, so not read.
        """
        body = given(stock=stock, price=price_cents, external_id=external_id)
        by_stock = self.site.stock_via == "stock" and body.keys() == {"stock"}
        route = dialect.SKU_STOCK if by_stock else dialect.SKU
        return await self.caller.change_if_found(route, body, priority, ident=uid)

    @calls(dialect.SKU_EXTERNAL_ID)
    async def set_external_id(self, uid: PharmacySkuUid, external_id: str) -> bool:
        """Sets the pharmacy system's id by its own route, whose body is inferred (6.10).

        `set_sku` does the same by a documented body. False for a SKU that is not shown (404).
        """
        body = {"external_id": external_id}
        return await self.caller.change_if_found(dialect.SKU_EXTERNAL_ID, body, ident=uid)

    @calls(dialect.HEALTH)
    async def health(self) -> None:
        """Returns if RxScale answers this key; what it answers is not documented (2)."""
        self.caller.answers.accepted(dialect.HEALTH, await self.caller.call(dialect.HEALTH))

    @calls(dialect.SUBSCRIPTIONS)
    async def subscriptions(self) -> tuple[Subscription, ...]:
        """The webhooks registered with this key (6.11)."""
        return subscriptions(await self.caller.read(dialect.SUBSCRIPTIONS, SubscriptionRows))

    @calls(dialect.SUBSCRIBE)
    async def subscribe(self, target: str, event: str) -> str:
        """Has one event type told to `target`; the signing secret, which is shown only now (6.11).

        Whether a second registration of the same is refused is not documented. Raises Unsure if
        it may have happened, also where the answer shows no secret.
        """
        body = {"target": target, "notification_type": event}
        return (await self.caller.change_for(dialect.SUBSCRIBE, Registered, body)).signing_secret

    @calls(dialect.UNSUBSCRIBE)
    async def unsubscribe(self, uid: str) -> bool:
        """Ends a subscription (6.11); False if there is none."""
        return await self.caller.change_if_found(dialect.UNSUBSCRIBE, None, ident=uid)
