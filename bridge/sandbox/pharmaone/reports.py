"""PharmaOne's reports (pharmaone.md section 13), made of what the sandbox holds.

Only the routes, their parameters and three names are documented; the fields inside are ours.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bridge.sandbox.kit import Answer, Ask, Json, Refusal, Route, answer
from bridge.sandbox.pharmaone.access import READ, Access
from bridge.sandbox.pharmaone.orders import PharmaOne
from bridge.sandbox.settings import SandboxSettings

_ALWAYS = (date.min, date.max)
FEE_CENTS = 150
"""What PharmaOne takes for an order, in this simulation."""


class ReportRoutes:
    """Days include both ends; which orders a range holds is said by when they were made."""

    def __init__(self, settings: SandboxSettings, pharmaone: PharmaOne, access: Access) -> None:
        self._settings = settings
        self._pharmaone = pharmaone
        self._access = access

    def all(self) -> list[Route]:
        scope, route = "reports.read", self._access.route
        return [
            route("GET", "/reports/stats", scope, self._stats),
            route("GET", "/reports/product-performance", scope, self._performance),
            route("GET", "/reports/product-sales", scope, self._sales),
            route("GET", "/reports/pharmaone", scope, self._billing),
        ]

    def _today(self) -> date:
        return datetime.fromtimestamp(self._settings.clock(), UTC).date()

    def _stats(self, ask: Ask) -> Answer:
        first, last = _range(ask, "from", "to", _ALWAYS)
        orders = self._orders(first, last)
        rows = self._pharmaone.prescriptions.rows(None)
        by_status = Counter(row["status"] for row in rows if _within(row, first, last))
        revenue = _sum(order["total_amount"] for order in orders)
        sums = {"count": len(orders), "revenue": revenue}
        report: Json = {"prescriptions": dict(by_status), "orders": sums}
        if (first, last) != _ALWAYS:
            names = Counter(order["customer_email"] for order in orders)
            report["customers"] = [
                {"customer_email": name, "orders": count} for name, count in names.most_common(10)
            ]
        return answer(report)

    def _performance(self, ask: Ask) -> Answer:
        today = self._today()
        first, last = _range(ask, "from", "to", (today - timedelta(days=29), today))
        days = last - first + timedelta(days=1)
        before = (first - days, last - days) if first > date.min + days else (first, first)
        now, then = (_by_product(self._orders(*span)) for span in ((first, last), before))
        rows = [
            {"p1_id": name, **now.get(name, _NOTHING), "previous": then.get(name, _NOTHING)}
            for name in sorted(now.keys() | then.keys())
        ]
        return answer({"data": rows})

    def _sales(self, ask: Ask) -> Answer:
        today = self._today()
        first, last = _range(ask, "from_date", "to_date", (today.replace(day=1), today))
        orders = self._orders(first, last)
        rows = [
            {
                "p1_id": name,
                "status": status,
                "volume_gr": sums["units"],
                "gross_revenue": sums["revenue"],
            }
            for status in sorted({order["status"] for order in orders})
            for name, sums in sorted(_by_product(orders, status).items())
        ]
        return answer({"data": rows})

    def _billing(self, ask: Ask) -> Answer:
        """Months with orders only, newest first."""
        first = last = _day(ask, "month", "-01")
        if first is None:
            first, last = _day(ask, "month_from", "-01"), _day(ask, "month_to", "-01")
        orders = self._orders(first or date.min, date.max)
        counts = Counter(order["created_at"][:7] for order in orders)
        rows = [
            {"month": name, "orders": counts[name], "fee": counts[name] * FEE_CENTS / 100}
            for name in sorted(counts, reverse=True)
            if name <= f"{last or date.max:%Y-%m}"
        ]
        return answer({"data": rows})

    def _orders(self, first: date, last: date) -> list[Json]:
        orders = (order.data for order in self._pharmaone.orders.values())
        return [order for order in orders if _within(order, first, last)]


_NOTHING = {"units": 0, "revenue": 0.0}


def _range(ask: Ask, one: str, other: str, usual: tuple[date, date]) -> tuple[date, date]:
    first, last = _day(ask, one) or usual[0], _day(ask, other) or usual[1]
    if first > last:
        raise Refusal(f"{one} is after {other}")
    return first, last


def _day(ask: Ask, name: str, rest: str = "") -> date | None:
    """A day in the query, or the first of a month that `rest` makes whole; None without it."""
    text = ask.query.get(name)
    if text is None:
        return None
    try:
        if len(text + rest) == len("2026-01-01"):
            return date.fromisoformat(text + rest)
    except ValueError:
        pass
    raise READ.invalid(name, "")


def _within(row: Json, first: date, last: date) -> bool:
    return first <= date.fromisoformat(row["created_at"][:10]) <= last


def _by_product(orders: Iterable[Json], status: str = "") -> dict[str, dict[str, Any]]:
    """Of those in this status; "": of all."""
    sums: dict[str, dict[str, Any]] = {}
    for order in orders:
        for item in order["items"] if status in ("", order["status"]) else ():
            row = sums.setdefault(str(item.get("p1_id", "")), dict(_NOTHING))
            row["units"] += item["quantity"]
            row["revenue"] = _sum([row["revenue"], item.get("price", 0) * item["quantity"]])
    return sums


def _sum(euros: Iterable[float]) -> float:
    return sum(round(each * 100) for each in euros) / 100
