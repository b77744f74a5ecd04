"""What the first page shows, gathered: the report, what is stuck, today's orders, the stock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.memory import OrderRow, StuckRow
from bridge.core.reasons import Reason
from bridge.errors import TryLater
from bridge.health import Check, HealthReport, Status
from bridge.server.parts import ServerParts, StockDifferences
from bridge.store import stuck, views

MOST_ORDERS = 200


@dataclass(frozen=True, slots=True)
class StuckSight:
    """What waits for a person; its code says which buttons there are. `uid` is set for an order."""

    row: StuckRow
    uid: str | None

    @property
    def mark(self) -> str:
        """Differs from any other time at which the same was stuck: what was said of that time is
        not said of this one.
        """
        return self.row.since.isoformat()


@dataclass(frozen=True, slots=True)
class VendorSight:
    """When a vendor last answered, and what is wrong with it."""

    name: str
    answered_at: datetime | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a part (`check`) that is shown nowhere else."""

    check: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Overview:
    """`stuck`, `orders` and `stock` are None where the store cannot be read."""

    report: HealthReport
    vendors: tuple[VendorSight, ...]
    troubles: tuple[Trouble, ...]
    stuck: tuple[StuckSight, ...] | None = None
    orders: tuple[OrderRow, ...] | None = None
    more_orders: bool = False
    stock: StockDifferences | None = None

    @property
    def waiting(self) -> int:
        """How much waits for a person."""
        return len(self.stuck or ()) + (self.stock is not None and bool(self.stock.unconfirmed))

    def sku_name(self, key: str) -> str:
        """What the SKU behind a stuck key is called, if its stock is shown as well."""
        rows = self.stock.rows if self.stock is not None else ()
        return next((row.name for row in rows if f"sku:{row.uid}" == key), "")

    @property
    def status(self) -> str:
        """down, degraded, waiting (for a person only) or ok."""
        if self.report.status is Status.DOWN:
            return "down"
        if self.troubles or any(vendor.reason for vendor in self.vendors):
            return "degraded"
        return "waiting" if self.waiting else "ok"


async def gather(parts: ServerParts, stock: StockDifferences | None) -> Overview:
    """Everything at once; what the store cannot tell is left out. Never raises for that."""
    report = await parts.health()
    vendors = tuple(
        _vendor(name, report.checks[check])
        for name, check in (("RxScale", "rxscale"), ("PharmaOne", "pharmaone"))
    )
    told = {"stuck", "rxscale", "pharmaone"}
    told |= {"stock"} if stock is not None and stock.unconfirmed else set()
    troubles = tuple(
        Trouble(name, check.reason)
        for name, check in report.checks.items()
        if check.reason is not None and name not in told
    )
    try:
        waiting = tuple(sight_of(row) for row in await parts.store.read(stuck.everything))
        newest = await parts.store.read(views.newest, limit=MOST_ORDERS)
        still_open = await parts.store.read(views.newest, open_only=True, limit=MOST_ORDERS)
    except TryLater:
        return Overview(report, vendors, troubles)
    rows = todays(newest, still_open, parts.now())
    more = len(newest) == MOST_ORDERS or len(still_open) == MOST_ORDERS
    return Overview(report, vendors, troubles, waiting, rows, more, stock)


def sight_of(row: StuckRow) -> StuckSight:
    return StuckSight(
        row=row,
        uid=row.key.removeprefix("order:") if row.key.startswith("order:") else None,
    )


def todays(
    newest: Iterable[OrderRow], still_open: Iterable[OrderRow], now: datetime
) -> tuple[OrderRow, ...]:
    """What came or ended since midnight here, and what is open from before; the newest first."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = {row.record.uid: row for row in still_open}
    rows |= {row.record.uid: row for row in newest if _is_of(row, midnight)}
    ordered = sorted(rows.values(), key=lambda row: row.record.first_seen_at, reverse=True)
    return tuple(ordered)


def _is_of(row: OrderRow, midnight: datetime) -> bool:
    record = row.record
    ended = record.finished_at is not None and record.finished_at >= midnight
    return record.first_seen_at >= midnight or ended or record.finished_at is None


def at_pharmaone(row: OrderRow) -> str | None:
    """The status word that PharmaOne showed, where it has made an order."""
    record = row.record
    return record.p1_status if record.order_id is not None else None


def uptime(report: HealthReport) -> timedelta:
    return timedelta(seconds=report.uptime_seconds)


def _vendor(name: str, check: Check) -> VendorSight:
    at = check.facts.get("last_success_at")
    return VendorSight(name, datetime.fromisoformat(at) if at else None, check.reason)
