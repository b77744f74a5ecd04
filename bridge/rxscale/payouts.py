"""What RxScale pays the pharmacy for its orders (rxscale.md section 6.5)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, Field, StrictInt

from bridge.core.model import PharmacyOrderUid
from bridge.exchange import calls
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.wire import Moment, PublicName, numbered
from bridge.vendor.calling import chosen
from bridge.vendor.fields import Bare, Count, Id, Open, Rows, Text, Word

Status = Literal["projected", "routed"]


class Payout(Open):
    """One part of what an order pays: `amount_cents` of `currency`, for a `component_type`.

    `item_rest`, `item_markup` and `shipping` are the types that the documents name; there are
    more. `routed_at` is None for what is only projected.
    """

    status: Word
    amount_cents: StrictInt = Field(validation_alias="amount")
    currency: Text = None
    component_type: Text = None
    routing_description: Text = None
    provider_route_id: Text = None
    pharmacy_order_uid: Id
    pharmacy_order_name: PublicName = None
    ordered_at: Moment = Field(default=None, validation_alias="pharmacy_order_created_at")
    routed_at: Moment = Field(default=None, validation_alias="routing_created_at")

    @property
    def order(self) -> PharmacyOrderUid:
        return PharmacyOrderUid(self.pharmacy_order_uid)


class PayoutRows(Bare[Payout]):
    """One page; the envelope's keys are inferred, so others are read too."""

    data: Rows[Payout] = Field(validation_alias=AliasChoices("data", "payouts"))
    total: Count = Field(default=None, validation_alias="totalRegistries")


@dataclass(frozen=True, slots=True)
class Payouts:
    """The payouts to one pharmacy."""

    caller: Caller

    @calls(dialect.PAYOUTS)
    def all(
        self,
        *,
        status: Status | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        search: str = "",
    ) -> AsyncIterator[Payout]:
        """All rows of that time, the oldest order first: what comes in meanwhile is at the end.

        `start` and `end` are about the route of what is routed, and about the order of what is
        projected; both ends count. `search`: an order's uid or name, a route's id or description.
        """
        wanted = chosen(
            status=status or "",
            search=search,
            start_date="" if start is None else str(int(start.timestamp())),
            end_date="" if end is None else str(int(end.timestamp())),
            sort_direction="asc",
        )
        return self.caller.every(dialect.PAYOUTS, PayoutRows, numbered, wanted)
