"""PharmaOne's reports (13): read only, of the whole organisation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field, model_validator

from bridge.exchange import calls
from bridge.pharmaone import dialect
from bridge.pharmaone.calling import Caller
from bridge.pharmaone.dialect import Route
from bridge.vendor.calling import Query
from bridge.vendor.fields import Open


class Report(Open):
    """A report as it came: `rows` where it is a list, its fields in `more`.

    Only the names below are documented, none of those inside; amounts are in euros, volumes in
    grams ("gr").
    """

    rows: tuple[Any, ...] = Field(default=(), validation_alias="data")
    prescriptions: Any = None
    orders: Any = None
    customers: Any = None

    @model_validator(mode="before")
    @classmethod
    def _in_one_shape(cls, raw: Any) -> Any:
        if isinstance(raw, list):
            return {"data": raw}
        if isinstance(raw, dict) and not isinstance(raw.get("data", []), list):
            return raw["data"]
        return raw


@dataclass(frozen=True, slots=True)
class Reports:
    """One organisation's reports. Days include both ends; months are named by any day in them."""

    caller: Caller

    @calls(dialect.STATS)
    async def stats(self, first: date | None = None, last: date | None = None) -> Report:
        """Prescriptions by status, orders and, of a range, the best customers."""
        return await self._report(dialect.STATS, _days("from", first, "to", last))

    @calls(dialect.PRODUCT_PERFORMANCE)
    async def product_performance(
        self, first: date | None = None, last: date | None = None
    ) -> Report:
        """Revenue and units of each product, against the time before (default: 30 days)."""
        return await self._report(dialect.PRODUCT_PERFORMANCE, _days("from", first, "to", last))

    @calls(dialect.PRODUCT_SALES)
    async def product_sales(self, first: date | None = None, last: date | None = None) -> Report:
        """Volume and gross revenue of each product by order status (default: this month).

        Its parameters have other names than the other reports' (C15).
        """
        return await self._report(dialect.PRODUCT_SALES, _days("from_date", first, "to_date", last))

    @calls(dialect.BILLING)
    async def billing(self, first: date | None = None, last: date | None = None) -> Report:
        """PharmaOne's monthly fees: of the month of `first`, or until that of `last`; without
        either, of the last 24 months.
        """
        query: Query = ()
        if first is not None and last is None:
            query = (("month", f"{first:%Y-%m}"),)
        elif first is not None:
            query = (("month_from", f"{first:%Y-%m}"), ("month_to", f"{last:%Y-%m}"))
        return await self._report(dialect.BILLING, query)

    async def _report(self, route: Route, query: Query) -> Report:
        return await self.caller.read(route, Report, query=query)


def _days(one: str, first: date | None, other: str, last: date | None) -> Query:
    days = ((one, first), (other, last))
    return tuple((name, day.isoformat()) for name, day in days if day is not None)
