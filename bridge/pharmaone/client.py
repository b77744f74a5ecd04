"""PharmaOne's partner API as methods: one call each, answers in the bridge's own words.

Every method raises TryLater (Garbled if an answer cannot be read), Misconfigured or Refused as
`bridge.pharmaone.answers` says; those that change something also raise Unsure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bridge.core.model import Draft, OrderId, P1Row, P1Sight, PrescriptionId, ProductId
from bridge.errors import Garbled, Phrase, Unsure
from bridge.exchange import Priority, calls
from bridge.pharmaone import dialect, inventory
from bridge.pharmaone.calling import Caller
from bridge.pharmaone.dialect import Site
from bridge.pharmaone.inventory import HistoryRows, Inventory, LogEntry, LogRows
from bridge.pharmaone.orders import OrderSummaries, SingleOrder, Submitted, envelope, submitted
from bridge.pharmaone.prescriptions import Prescription, PrescriptionBook
from bridge.pharmaone.shops import Shop, Shops
from bridge.pharmaone.token import TokenKeeper
from bridge.vendor.answers import is_accepted
from bridge.vendor.calling import by_offset, chosen, given
from bridge.vendor.fields import as_id
from bridge.vendor.paging import Page

if TYPE_CHECKING:  # loaded when first used: `run` needs none of them
    from bridge.pharmaone.order_book import Orders
    from bridge.pharmaone.products import Products
    from bridge.pharmaone.reports import Reports


@dataclass(frozen=True, slots=True)
class PharmaOne:
    """One organisation. `now` gives aware UTC times, for `seen_at`.

    `ahead`: how far PharmaOne's clock is ahead of ours, which is taken off the times of orders and
    of changes of stock.
    """

    caller: Caller
    now: Callable[[], datetime]
    ahead: Callable[[], timedelta] = timedelta

    @property
    def products(self) -> "Products":
        from bridge.pharmaone.products import Products

        return Products(self.caller)

    @property
    def order_book(self) -> "Orders":
        """Orders with their money, and writing orders; the bridge itself needs neither."""
        from bridge.pharmaone.order_book import Orders

        return Orders(self.caller)

    @property
    def prescriptions(self) -> PrescriptionBook:
        """Prescriptions with all that is said of them; the bridge itself needs their statuses."""
        return PrescriptionBook(self.caller)

    @property
    def reports(self) -> "Reports":
        from bridge.pharmaone.reports import Reports

        return Reports(self.caller)

    @property
    def site(self) -> Site:
        return self.caller.site

    @property
    def tokens(self) -> TokenKeeper:
        return self.caller.tokens

    async def prepare_submission(self) -> None:
        """Sees to it that an order-request can be sent at once, as far as the key goes.

        Raises what the exchange for a token raises.
        """
        route = dialect.SUBMIT[self.site.submit_via]
        if not route.takes_key:
            await self.tokens.get(route.scope)

    @calls(*dialect.SUBMIT.values())
    async def submit(self, reference: str, draft: Draft, source: str = "rxbridge") -> Submitted:
        """Sends an order-request by the account's API version (10, 11).

        Any 2xx is an acceptance, however little can be read of it, and so is a 409: the
        reference is there already. Raises Unsure where it may or may not have arrived.
        """
        route = dialect.SUBMIT[self.site.submit_via]
        body = self.caller.encode(envelope(reference, draft, source, route.api_version))
        response = await self.caller.call(route, Priority.ORDER, body=body)
        if response.status == 409:
            return Submitted(None, "conflict")
        said = self.caller.accepted(route, response)
        answer = submitted(said)
        if answer.request_id is None and said.get("error"):
            # taking it for an acceptance would lose the order without a trace
            raise Unsure(Phrase("answered-with-error", route=route.name, status=response.status))
        return answer

    @calls(dialect.ORDERS)
    async def orders_page(
        self, limit: int, offset: int, priority: Priority = Priority.SWEEP, status: str = ""
    ) -> Page[P1Row]:
        """`limit` (at most 200) orders after the first `offset` (9), of one status or ("") of all.

        An order's status is "" where its row held no usable word. A row without id: Garbled.
        """
        query = (*chosen(status=status), *by_offset(limit, offset))
        found = await self.caller.read(dialect.ORDERS, OrderSummaries, priority, query=query)
        now, ahead = self.now(), self.ahead()
        return found.page().of(row.listed(now, ahead) for row in found.data)

    @calls(dialect.ORDER)
    async def order(self, order_id: OrderId, priority: Priority = Priority.ORDER) -> P1Sight | None:
        """One order with its flags and all else it says (9); None if there is none (404)."""
        found = await self.caller.find_raw(dialect.ORDER, SingleOrder, priority, ident=order_id)
        if found is None:
            return None
        row, raw = found
        if row.id != order_id:
            raise Garbled(Phrase("another-id", vendor="PharmaOne", name="id"), "id")
        return P1Sight(row.seen(self.now(), self.ahead()), raw)

    @calls(dialect.ORDER_STATUS)
    async def set_order_status(self, order_id: OrderId, body: Mapping[str, Any]) -> None:
        """Changes an order's status (9). Neither the body's fields nor the answer are documented.

        Raises Unsure if it may have happened.
        """
        await self.caller.change(dialect.ORDER_STATUS, body, Priority.ORDER, ident=order_id)

    @calls(dialect.INGEST)
    async def ingest(self, body: Mapping[str, Any]) -> PrescriptionId:
        """Sends a prescription by itself (12); `body` as orders.toml makes it.

        What makes a second one an "upsert" is not documented. Raises Unsure if it may have
        arrived.
        """
        route = dialect.INGEST
        return PrescriptionId(
            (await self.caller.change_for(route, Prescription, body, Priority.ORDER)).id
        )

    @calls(dialect.PRESCRIPTION)
    async def prescription(self, prescription_id: PrescriptionId) -> str | None:
        """A prescription's status (12); None if there is none (404)."""
        found = await self.prescriptions.one(prescription_id, Priority.ORDER)
        return None if found is None else found.status

    @calls(dialect.INVENTORY)
    async def inventory(
        self, *, full: bool = False, priority: Priority = Priority.FALLING_STOCK
    ) -> Inventory:
        """Units on hand of every product of the organisation (8); `full`: names and prices too.

        No paging is documented; an answer that says there is more is read on.
        """
        found = await self._inventory(full, priority, 0)
        while found.total is not None and found.count < found.total:
            before = found.count
            found.add(await self._inventory(full, priority, before))
            if found.count == before:
                raise Garbled(Phrase("inventory-short"))
        return found

    async def _inventory(self, full: bool, priority: Priority, offset: int) -> Inventory:
        query = (("offset", str(offset)),) if offset else ()
        response = await self.caller.call(dialect.INVENTORY, priority, query=query)
        if not is_accepted(response):
            raise self.caller.answers.failure(dialect.INVENTORY, response)
        rows = inventory.rows_of(response.body, full=full)
        del response  # it may be tens of megabytes
        return inventory.gather(rows, full=full)

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
        body = given(
            p1_id=product,
            delta_on_hand=delta,
            reason=reason,
            delta_incoming=delta_incoming,
            shop_id=self.site.shop_id,
            metadata=metadata,
        )
        said = await self.caller.change(dialect.ADJUST, body, Priority.FALLING_STOCK)
        return as_id(said.get("id"))

    @calls(dialect.INVENTORY_LOG)
    async def inventory_log(self, product: ProductId) -> tuple[LogEntry, ...] | None:
        """The product's newest changes, at most 200 (8); None if there is no such product (404)."""
        found = await self.caller.find(
            dialect.INVENTORY_LOG, LogRows, Priority.FALLING_STOCK, ident=product
        )
        ahead = self.ahead()
        return None if found is None else tuple(row.in_our_time(ahead) for row in found.data)

    @calls(dialect.INVENTORY_HISTORY)
    async def inventory_history(
        self, product: ProductId, days: int = 30
    ) -> tuple[Mapping[str, Any], ...] | None:
        """The product's changes summed up by day, of at most 365 days (8), as they came: no field
        is documented. None if there is no such product (404).
        """
        route, query = dialect.INVENTORY_HISTORY, (("days", str(days)),)
        found = await self.caller.find(route, HistoryRows, ident=product, query=query)
        return None if found is None else found.data

    @calls(dialect.SHOPS)
    async def shops(self) -> tuple[Shop, ...]:
        """The organisation's shops (6)."""
        return (await self.caller.read(dialect.SHOPS, Shops)).data
