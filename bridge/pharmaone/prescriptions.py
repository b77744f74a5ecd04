"""PharmaOne's prescriptions (pharmaone.md section 12)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bridge.core.model import PrescriptionId
from bridge.exchange import Priority, calls
from bridge.pharmaone import dialect
from bridge.pharmaone.calling import Caller
from bridge.pharmaone.wire import Time, counted
from bridge.vendor.calling import by_offset, chosen
from bridge.vendor.fields import Id, Listed, MaybeId, Open, Text, WordOrEmpty
from bridge.vendor.paging import Page


class Prescription(Open):
    """`order_id` is the order's once there is one; empty texts are None. An odd status is "".

    The customer's e-mail address comes too: see `more`.
    """

    id: Id
    status: WordOrEmpty = ""
    shop_id: Text = None
    order_id: MaybeId = None
    created_at: Time = None


PrescriptionRows = Listed[Prescription]


@dataclass(frozen=True, slots=True)
class PrescriptionBook:
    """One organisation's prescriptions."""

    caller: Caller

    @calls(dialect.PRESCRIPTIONS)
    async def page(self, limit: int, offset: int, *, status: str = "") -> Page[Prescription]:
        """`limit` prescriptions after the first `offset`, of one status or ("") of all."""
        query = (*chosen(status=status), *by_offset(limit, offset))
        found = await self.caller.read(dialect.PRESCRIPTIONS, PrescriptionRows, query=query)
        return found.page()

    @calls(dialect.PRESCRIPTIONS)
    def all(self, *, status: str = "") -> AsyncIterator[Prescription]:
        """All there are. One that comes in before what was read shifts the rest: a row may come
        twice.
        """
        wanted = chosen(status=status)
        return self.caller.every(dialect.PRESCRIPTIONS, PrescriptionRows, counted, wanted)

    @calls(dialect.PRESCRIPTION)
    async def one(
        self, prescription_id: PrescriptionId, priority: Priority = Priority.SWEEP
    ) -> Prescription | None:
        """One prescription; None if there is none (404)."""
        route = dialect.PRESCRIPTION
        return await self.caller.find(route, Prescription, priority, ident=prescription_id)
