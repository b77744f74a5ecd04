"""PharmaOne's prescriptions with all that is documented of them (pharmaone.md section 12)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from bridge.core.model import PrescriptionId
from bridge.exchange import Priority, calls
from bridge.pharmaone import answers, dialect, wire
from bridge.pharmaone.calling import Caller, by_offset
from bridge.pharmaone.wire import Id, MaybeId, Rows, Text, Time
from bridge.reading import Open


class Prescription(Open):
    """`order_id` is the order's once there is one; empty texts are None. An odd status is "".

    The customer's e-mail address comes too: see `more`.
    """

    id: Id
    status: Annotated[str, BeforeValidator(lambda value: wire.as_word(value) or "")] = ""
    shop_id: Text = None
    order_id: MaybeId = None
    created_at: Time = None


class PrescriptionsPage(Open):
    """One page; the documented answer has no total (C3)."""

    data: Rows[Prescription]
    pagination: Annotated[
        wire.Paging | None,
        BeforeValidator(lambda value: value if isinstance(value, dict) else None),
    ] = None


@dataclass(frozen=True, slots=True)
class Prescriptions:
    """One organisation's prescriptions."""

    caller: Caller

    @calls(dialect.PRESCRIPTIONS)
    async def page(self, limit: int, offset: int, *, status: str = "") -> PrescriptionsPage:
        """`limit` prescriptions after the first `offset`, of one status or ("") of all."""
        wanted = (("status", status),) if status else ()
        query = (*wanted, ("limit", str(limit)), ("offset", str(offset)))
        return await self.caller.read(dialect.PRESCRIPTIONS, PrescriptionsPage, query=query)

    @calls(dialect.PRESCRIPTIONS)
    async def all(self, *, status: str = "") -> AsyncIterator[Prescription]:
        """All there are. One that comes in before what was read shifts the rest: a row may come
        twice.
        """

        async def fetch(limit: int, offset: int) -> tuple[tuple[Prescription, ...], int | None]:
            page = await self.page(limit, offset, status=status)
            return page.data, page.pagination.total if page.pagination else None

        async for row in by_offset(fetch, dialect.MOST_ROWS):
            yield row

    @calls(dialect.PRESCRIPTION)
    async def one(self, prescription_id: PrescriptionId) -> Prescription | None:
        """One prescription; None if there is none (404)."""
        route = dialect.PRESCRIPTION
        response = await self.caller.call(route, Priority.SWEEP, ident=prescription_id)
        if response.status == 404:
            return None
        return answers.read(route, Prescription, answers.content(route, response))
