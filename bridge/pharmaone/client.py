"""PharmaOne's partner API as methods: one call each, answers in the bridge's own words.

Every method raises TryLater (Garbled if an answer cannot be read), Misconfigured or Refused as
`bridge.pharmaone.answers` says; those that change something also raise Unsure.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bridge.core.model import (
    Draft,
    OrderId,
    P1Sight,
    PharmacyOrderUid,
    PrescriptionId,
    ProductId,
)
from bridge.errors import Garbled, Unsure
from bridge.exchange import Priority, Response, Send, calls
from bridge.pharmaone import answers, dialect, inventory, translate, wire
from bridge.pharmaone.calling import Caller, Query, request_for
from bridge.pharmaone.dialect import KEY_HEADER, Route, Site
from bridge.pharmaone.inventory import Inventory
from bridge.pharmaone.token import TokenKeeper
from bridge.pharmaone.translate import LogEntry, P1Page, Shop, Submitted

if TYPE_CHECKING:  # loaded when first used: `run` needs none of them
    from bridge.pharmaone.resources import Orders, Prescriptions, Products, Reports


@calls(dialect.TOKEN)
def exchange(send: Send, site: Site) -> Callable[[], Awaitable[wire.TokenAnswer]]:
    """The call that gives a token for the key (3.2). A second token does no harm: repeatable."""

    async def exchanged() -> wire.TokenAnswer:
        headers = {KEY_HEADER: site.api_key, "Accept": "application/json"}
        request = request_for(site, dialect.TOKEN, Priority.ORDER, headers, repeatable=True)
        raw = answers.content(dialect.TOKEN, await send(request))
        return answers.read(dialect.TOKEN, wire.TokenAnswer, raw)

    return exchanged


@dataclass(frozen=True, slots=True)
class PharmaOne:
    """One organisation. `now` gives aware UTC times, for `seen_at`."""

    caller: Caller
    now: Callable[[], datetime]

    @property
    def products(self) -> "Products":
        from bridge.pharmaone.resources import Products

        return Products(self.caller)

    @property
    def order_book(self) -> "Orders":
        """Orders with their money, and writing orders; the bridge itself needs neither."""
        from bridge.pharmaone.resources import Orders

        return Orders(self.caller)

    @property
    def prescriptions(self) -> "Prescriptions":
        """Prescriptions with all that is said of them; the bridge itself needs their statuses."""
        from bridge.pharmaone.resources import Prescriptions

        return Prescriptions(self.caller)

    @property
    def reports(self) -> "Reports":
        from bridge.pharmaone.resources import Reports

        return Reports(self.caller)

    @property
    def site(self) -> Site:
        return self.caller.site

    @property
    def tokens(self) -> TokenKeeper:
        return self.caller.tokens

    @calls(*dialect.SUBMIT.values())
    async def submit(
        self, uid: PharmacyOrderUid, draft: Draft, source: str = "rxbridge"
    ) -> Submitted:
        """Sends an order-request through the configured door (10, 11).

        Any 2xx is an acceptance, however little can be read of it, and so is a 409: the
        reference is there already. Raises Unsure where it may or may not have arrived.
        """
        route = dialect.SUBMIT[self.site.submit_via]
        body = wire.encode(translate.envelope(uid, draft, source, route.door))
        response = await self.caller.call(route, Priority.ORDER, body=body)
        if answers.accepted(response):
            return _accepted(route, response)
        if response.status == 409:
            return Submitted(None, "conflict")
        raise answers.failure(route, response)

    @calls(dialect.ORDERS)
    async def orders_page(
        self, limit: int, offset: int, priority: Priority = Priority.SWEEP, status: str = ""
    ) -> P1Page:
        """`limit` (at most 200) orders after the first `offset` (9), of one status or ("") of all.

        A row without id: Garbled.
        """
        wanted = (("status", status),) if status else ()
        query = (*wanted, ("limit", str(limit)), ("offset", str(offset)))
        raw = answers.content(
            dialect.ORDERS, await self.caller.call(dialect.ORDERS, priority, query=query)
        )
        page = answers.read(dialect.ORDERS, wire.OrdersPage, raw)
        return translate.orders_page(page, self.now())

    @calls(dialect.ORDER)
    async def order(self, order_id: OrderId, priority: Priority = Priority.ORDER) -> P1Sight | None:
        """One order with its flags and all else it says (9); None if there is none (404)."""
        response = await self.caller.call(dialect.ORDER, priority, ident=order_id)
        if response.status == 404:
            return None
        raw = answers.content(dialect.ORDER, response)
        row = answers.read(dialect.ORDER, wire.Order, raw)
        if row.id != order_id:
            raise Garbled("PharmaOne answered with another id than the one asked for", "id")
        return P1Sight(translate.order(row, self.now()), raw)

    @calls(dialect.ORDER_STATUS)
    async def set_order_status(self, order_id: OrderId, body: Mapping[str, Any]) -> None:
        """Changes an order's status (9). Neither the body's fields nor the answer are documented.

        Raises Unsure if it may have happened.
        """
        await self.caller.write(
            dialect.ORDER_STATUS, dict(body), ident=order_id, priority=Priority.ORDER
        )

    @calls(dialect.INGEST)
    async def ingest(self, body: Mapping[str, Any]) -> PrescriptionId:
        """Sends a prescription by itself (12); `body` as orders.toml makes it.

        What makes a second one an "upsert" is not documented. Raises Unsure if it may have
        arrived.
        """
        response = await self.caller.call(
            dialect.INGEST, Priority.ORDER, body=wire.encode(dict(body))
        )
        if not answers.accepted(response):
            raise answers.failure(dialect.INGEST, response)
        try:
            raw = answers.content(dialect.INGEST, response)
            return PrescriptionId(answers.read(dialect.INGEST, wire.Prescription, raw).id)
        except Garbled as unreadable:
            raise Unsure(unreadable.what) from None

    @calls(dialect.PRESCRIPTION)
    async def prescription(self, prescription_id: PrescriptionId) -> str | None:
        """A prescription's status (12); None if there is none (404)."""
        response = await self.caller.call(
            dialect.PRESCRIPTION, Priority.ORDER, ident=prescription_id
        )
        if response.status == 404:
            return None
        raw = answers.content(dialect.PRESCRIPTION, response)
        return answers.read(dialect.PRESCRIPTION, wire.Prescription, raw).status

    @calls(dialect.PRESCRIPTIONS)
    async def prescriptions_page(self, limit: int, offset: int) -> dict[PrescriptionId, str]:
        """The statuses of `limit` prescriptions after the first `offset` (12)."""
        query = (("limit", str(limit)), ("offset", str(offset)))
        response = await self.caller.call(dialect.PRESCRIPTIONS, Priority.SWEEP, query=query)
        raw = answers.content(dialect.PRESCRIPTIONS, response)
        page = answers.read(dialect.PRESCRIPTIONS, wire.PrescriptionsPage, raw)
        return {PrescriptionId(row.id): row.status for row in page.data}

    @calls(dialect.INVENTORY)
    async def inventory(
        self, *, full: bool = False, priority: Priority = Priority.FALLING_STOCK
    ) -> Inventory:
        """Units on hand of every product of the organisation (8); `full`: names and prices too.

        No paging is documented; an answer that says there is more is read on.
        """
        found = await self._inventory(full, priority, ())
        while found.total is not None and len(found.on_hand) + found.unreadable < found.total:
            before = len(found.on_hand) + found.unreadable
            more = await self._inventory(full, priority, (("offset", str(before)),))
            found.on_hand |= more.on_hand
            found.prices |= more.prices
            found.names |= more.names
            found.unreadable += more.unreadable
            if len(found.on_hand) + found.unreadable == before:
                raise Garbled("PharmaOne's inventory says that it has more rows than it gives")
        return found

    async def _inventory(self, full: bool, priority: Priority, query: Query) -> Inventory:
        response = await self.caller.call(dialect.INVENTORY, priority, query=query)
        if not answers.accepted(response):
            raise answers.failure(dialect.INVENTORY, response)
        return inventory.read(response.body, full=full)

    @calls(dialect.ADJUST)
    async def adjust(
        self,
        product: ProductId,
        delta: int,
        reason: str,
        *,
        delta_incoming: int | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> str | None:
        """Changes what is on hand by `delta` units (8). There is no key: `reason` has to be unique.

        `delta_incoming`: of what is on its way, in units; `metadata` is kept in the log, which may
        not show it (C6). Returns the log entry's id, None where it is not said. Raises Unsure if
        it may have happened: look for `reason` in the product's log then.
        """
        body: dict[str, Any] = {"p1_id": product, "delta_on_hand": delta, "reason": reason}
        more = {
            "delta_incoming": delta_incoming,
            "shop_id": self.site.shop_id,
            "metadata": metadata,
        }
        body |= {name: value for name, value in more.items() if value is not None}
        said = await self.caller.write(dialect.ADJUST, body, priority=Priority.FALLING_STOCK)
        return wire.as_id(said.get("id"))

    @calls(dialect.INVENTORY_LOG)
    async def inventory_log(self, product: ProductId) -> tuple[LogEntry, ...] | None:
        """The product's newest changes, at most 200 (8); None if there is no such product (404)."""
        response = await self.caller.call(
            dialect.INVENTORY_LOG, Priority.FALLING_STOCK, ident=product
        )
        if response.status == 404:
            return None
        raw = answers.content(dialect.INVENTORY_LOG, response)
        return translate.log(answers.read(dialect.INVENTORY_LOG, wire.LogPage, raw))

    @calls(dialect.INVENTORY_HISTORY)
    async def inventory_history(
        self, product: ProductId, days: int = 30
    ) -> tuple[Mapping[str, Any], ...] | None:
        """The product's changes summed up by day, of at most 365 days (8), as they came: no field
        is documented. None if there is no such product (404).
        """
        query = (("days", str(days)),)
        response = await self.caller.call(
            dialect.INVENTORY_HISTORY, Priority.SWEEP, ident=product, query=query
        )
        if response.status == 404:
            return None
        raw = answers.content(dialect.INVENTORY_HISTORY, response)
        return answers.read(dialect.INVENTORY_HISTORY, wire.HistoryPage, raw).data

    @calls(dialect.SHOPS)
    async def shops(self) -> tuple[Shop, ...]:
        """The organisation's shops (6)."""
        raw = answers.content(dialect.SHOPS, await self.caller.call(dialect.SHOPS, Priority.SWEEP))
        return translate.shops(answers.read(dialect.SHOPS, wire.ShopsPage, raw))


def _accepted(route: Route, response: Response) -> Submitted:
    """What a 2xx says, unless it is plainly not the API's word: then nobody knows what happened.

    Taking a web page, or an `error` without an id, for an acceptance would lose the order without
    a trace.
    """
    if page := answers.web_page(route, response):
        raise page
    try:
        raw: Any = wire.parse(response.body)
    except ValueError:
        return Submitted(None, None)
    if not isinstance(raw, dict):
        return Submitted(None, None)
    answer = translate.submitted(raw)
    if answer.request_id is None and raw.get("error"):
        raise Unsure(f"PharmaOne answered {route.name} with {response.status} and an error")
    return answer
