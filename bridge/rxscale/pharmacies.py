"""Which pharmacies a key shows: one of a group shows several (rxscale.md 6.1, 6.7)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from bridge.errors import Fault
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.wire import Envelope
from bridge.vendor.calling import by_page
from bridge.vendor.fields import MaybeId, Text, Wire, as_object


class Pharmacy(Wire):
    uid: MaybeId = None
    display_name: Text = None


def _pharmacy(value: object) -> object:
    """An object in orders, a uid alone in SKU rows (C-15); either is read."""
    return {"uid": value} if isinstance(value, str | int) else as_object(value)


class Owned(Wire):
    pharmacy: Annotated[Pharmacy | None, BeforeValidator(_pharmacy)] = None


OwnedRows = Envelope[Owned]


async def shown(caller: Caller) -> Mapping[str, str]:
    """Those that own a row on the first or the last page of the orders or the SKUs; uid and name.

    Raises what the calls raise.
    """
    found: dict[str, str] = {}

    async def read(route: dialect.Route, number: int) -> int:
        query = by_page(number, dialect.MOST_ROWS)
        rows = await caller.read(route, OwnedRows, query=query)
        for owner in (row.pharmacy for row in rows.data):
            if owner is not None and owner.uid is not None:
                found[owner.uid] = owner.display_name or found.get(owner.uid, "")
        return (rows.page().pages or 1) - 1

    for route in (dialect.ORDERS, dialect.SKUS):
        last = await read(route, 0)
        if last > 0:
            await read(route, last)
    return found


def several(pharmacies: Mapping[str, str]) -> Fault | None:
    """The fault of a key without `rxscale.pharmacy_uid` that shows more than one pharmacy."""
    if len(pharmacies) < 2:
        return None
    named = ", ".join(f"{uid} ({name})" if name else uid for uid, name in pharmacies.items())
    return Fault("rxscale.pharmacy_uid", "several", named=named)
