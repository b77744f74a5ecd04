"""RxScale's pharmacy orders with all that is said of them (rxscale.md 6.1, 6.2, 6.4)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field

from bridge.core.model import PharmacyOrderUid, TrackingLink
from bridge.exchange import Priority, calls
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.orders import completion
from bridge.rxscale.payouts import Payout
from bridge.rxscale.wire import Envelope, numbered
from bridge.vendor.calling import chosen
from bridge.vendor.fields import Count, Id, MaybeId, Open, Rows, Text, WordOrEmpty


def _paid(value: object) -> int | bool | None:
    return value if isinstance(value, int) else None


class Named(Open):
    """A pharmacy, or what is sold: a uid and a name for people."""

    uid: MaybeId = None
    display_name: Text = None


class ItemSku(Named):
    pzn: Text = None


class OrderItem(Open):
    """`amount` pieces of a SKU; `total_paid_cents`: of the line or of a piece is not documented."""

    uid: MaybeId = None
    amount: Count = Field(default=None, validation_alias=AliasChoices("amount", "quantity"))
    sku: ItemSku | None = None
    total_paid_cents: Count = Field(default=None, validation_alias="total_paid_amount")


class ShippingMethod(Named):
    """One of the shop's (6.6); what the pharmacy calls it is in `more`, as `pharmacy_mapping`."""

    external_id: Text = None


class Parent(Open):
    """The customer's order; higher `priority` is more urgent. Both addresses are in `more`."""

    uid: MaybeId = None
    priority: Count = None


class OrderRow(Open):
    """A pharmacy order in the list; an odd status is "". Times are not documented here (6.1)."""

    uid: Id
    status: WordOrEmpty = ""
    name: Text = None
    shop_order_name: Text = None
    external_status: Text = None
    pharmacy: Named | None = None
    order: Parent | None = None
    order_items: Rows[OrderItem] = ()
    shop_shipping_methods: Rows[ShippingMethod] = ()
    shipping_costs_cents: Count = Field(default=None, validation_alias="shipping_costs_amount")
    shipping_costs_currency: Text = None

    @property
    def key(self) -> PharmacyOrderUid:
        return PharmacyOrderUid(self.uid)


class Patient(Open):
    """Whom it is for. No repr of it tells more than the uid."""

    uid: MaybeId = None
    display_name: Text = Field(default=None, repr=False)
    email: Text = Field(default=None, repr=False)
    date_of_birth: Text = Field(default=None, repr=False)


class PrescriptionFile(Open):
    """The prescription, a PDF in base64, where it is available."""

    filename: Text = Field(default=None, repr=False)
    content_base64: Text = Field(default=None, repr=False)


class OrderDetail(OrderRow):
    """One order whole. What `prepaid` counts is not documented (C-13): 1 in the example.

    `payouts` come with the newest pages only: those where this pharmacy is paid (6.5).
    """

    patient: Patient | None = Field(default=None, validation_alias="patient_data")
    doctor: Named | None = Field(default=None, validation_alias="doctor_data", repr=False)
    prescription_file: PrescriptionFile | None = Field(default=None, repr=False)
    prepaid: Annotated[int | bool | None, BeforeValidator(_paid)] = None
    payouts: Rows[Payout] = ()


OrderRows = Envelope[OrderRow]


@dataclass(frozen=True, slots=True)
class PharmacyOrders:
    """One pharmacy's orders."""

    caller: Caller

    @calls(dialect.ORDERS)
    def all(self, *, status: str = "", search: str = "") -> AsyncIterator[OrderRow]:
        """All of them. How the list is sorted is not documented: one that comes in meanwhile may
        have a row told twice, one that leaves may have one missed.

        `search`: part of the shop order's, the order's or the patient's name, or of either uid;
        older accounts look for less (C-8).
        """
        wanted = chosen(status=status, search=search)
        return self.caller.every(dialect.ORDERS, OrderRows, numbered, wanted)

    @calls(dialect.ORDER)
    async def one(self, uid: PharmacyOrderUid) -> OrderDetail | None:
        """One order whole; None if there is none for this key (404)."""
        return await self.caller.find(dialect.ORDER, OrderDetail, ident=uid)

    @calls(dialect.COMPLETE)
    async def complete(
        self, uid: PharmacyOrderUid, tracking: Sequence[TrackingLink] = ()
    ) -> OrderRow:
        """Completes an order, and reads the order that it is answered with (6.4).

        Raises as `RxScale.complete`: Unsure also where the answer cannot be read.
        """
        body = completion(tracking)
        return await self.caller.change_for(
            dialect.COMPLETE, OrderRow, body, Priority.ORDER, ident=uid
        )
