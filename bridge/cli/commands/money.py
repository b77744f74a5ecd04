"""`rxbridge money`: RxScale's payouts against PharmaOne's orders."""

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.app.policies import rules_of
from bridge.app.vendors import Vendors
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.guest import open_guest
from bridge.cli.opening import complete, now, open_beside
from bridge.core.lifecycle import Vocabulary
from bridge.core.model import OrderId, PharmacyOrderUid, State
from bridge.core.money import PayoutPart, Row, Sale, Totals, compare, euros, totals
from bridge.errors import BridgeError, Fault, Foreign, Misconfigured, Phrase, Refused, Several
from bridge.pharmaone.orders import OrderSummary
from bridge.pharmaone.reports import Report
from bridge.rxscale.payouts import Payout
from bridge.settings import Settings
from bridge.store import exists, pharmaone_lists, views

EARLIEST = 2000
"""No order is of a year before this one."""
COLUMNS = (
    "pharmacy_order_uid", "name", "pharmaone_order_id", "ordered_at", "routed", "projected",
    "pharmaone_total", "pharmaone_paid", "currency", "shipping_apart", "difference",
    "finding", "why",
)  # fmt: skip
AFTERWARDS = timedelta(days=60)
"""So much later an order of the month may be routed, or approved at PharmaOne."""
BEFORE = AFTERWARDS
"""So much older may RxScale's order be that PharmaOne's order of the month was made of: what it
pays has to be known, or it would look like one that is not paid for."""
OVER = frozenset({State.CANCELLED, State.REJECTED})

noun = Noun()


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month somewhere: its first and last day, and when it begins and ends."""

    first: date
    last: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Books:
    """`others`: PharmaOne's orders of the time that are not RxScale's. `report_cents`: None where
    its sales report cannot be read; `report_fault` says why there is none at all.
    """

    rows: tuple[Row, ...]
    others: int
    report_cents: int | None
    report_fault: object = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of PharmaOne's orders: whose they are, and their `external_id`, which
    is None where the order itself was read and has none.
    """

    linked: Mapping[OrderId, PharmacyOrderUid]
    external_ids: Mapping[OrderId, str | None]


@noun.command(
    argument("--month", metavar="YYYY-MM"),
    argument("--csv", type=Path, metavar="FILE"),
    argument("--all", action="store_true"),
)
async def money(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    month = _month(arguments.month, settings.money.timezone)
    with show.busy("books") as tell:
        found = await read_books(settings, month, tell)
    sums = totals(found.rows)
    if arguments.csv is not None:
        show.as_csv(arguments.csv, COLUMNS, map(_record, found.rows))
    cells = [_cells(row) for row in found.rows if arguments.all or row.finding]
    document, failed = _document(month, found, sums), bool(sums.findings)
    return show.answer(arguments, document, failed=failed, cells=cells)


def _month(typed: str | None, timezone: str) -> Month:
    """The month typed, or the one before this one."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Misconfigured(Fault("money.timezone", "no-zone", zone=timezone)) from None
    today = now().astimezone(zone).date()
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    first = _first_day(typed) if typed else last_month
    if first > today:
        raise Misconfigured(Fault("--month", "not-begun", month=typed))
    after = (first + timedelta(days=31)).replace(day=1)
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, after))
    return Month(first, after - timedelta(days=1), begins.astimezone(UTC), ends.astimezone(UTC))


def _first_day(typed: str) -> date:
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        first = date.min
    if first.year < EARLIEST:
        raise Misconfigured(Fault("--month", "no-month", month=typed))
    return first


def _record(row: Row) -> dict[str, Any]:
    cells = (
        row.uid, row.name, row.order, row.ordered_at, _euros(row.routed_cents),
        _euros(row.projected_cents), _euros(row.sold_cents), row.paid, row.currency,
        _euros(row.apart_cents), _euros(row.difference_cents), row.finding, row.why,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))


def _euros(cents: int | None) -> str | None:
    return None if cents is None else euros(cents)


def _document(month: Month, found: Books, sums: Totals) -> dict[str, Any]:
    return {
        "month": f"{month.first:%Y-%m}",
        "orders": [_record(row) for row in found.rows],
        "totals": {
            "routed": euros(sums.routed),
            "projected": euros(sums.projected),
            "pharmaone_paid": euros(sums.sold),
            "pharmaone_unpaid": euros(sums.unpaid),
            "pharmaone_report": _euros(found.report_cents),
            "other_orders": found.others,
        },
        "pharmaone_report_fault": found.report_fault,
        "findings": dict(sums.findings),
    }


def _cells(row: Row) -> tuple[Any, ...]:
    paid = "" if row.paid is None else Phrase("yes" if row.paid else "no")
    amounts = (_euros(row.routed_cents), _euros(row.projected_cents), _euros(row.sold_cents))
    why = Several(map(Foreign, row.why.split("; ")))
    return (row.uid, row.name, row.order, *amounts, paid, why)


# -- reading both vendors' books -------------------------------------------------------------


async def read_books(
    settings: Settings, month: Month, tell: Callable[[Phrase], None] = lambda _: None
) -> Books:
    """`tell` hears how far it is: a large shop takes minutes."""
    rules = rules_of(settings)
    async with open_guest(settings) as vendors:
        tell(Phrase("busy-payouts"))
        parts = [_part(each) for each in await _payouts(vendors, month)]
        tell(Phrase("busy-orders"))
        orders = await _orders(vendors, settings, month)
        known = await _remembered(settings, [OrderId(order.id) for order in orders])
        paying = {part.order for part in parts}
        at_rxscale = _Statuses(vendors)
        uids = await _uids(vendors, at_rxscale, orders, known, paying, tell)
        unpaid, going_on = {*uids.values()} - paying, rules.words.rxscale.open
        unfinished = {uid for uid in unpaid if await at_rxscale.status(uid) in going_on}
        tell(Phrase("busy-report"))
        report, fault = await _report(vendors, month)
    sales = [
        _sale(each, uids[each.id], rules.words.pharmaone, settings.money.paid, unfinished)
        for each in orders
        if each.id in uids
    ]
    rows = compare(
        parts,
        sales,
        between=(month.begins, month.ends),
        tolerance_cents=settings.money.tolerance_cents,
        apart=() if rules.orders.amounts.shipping_in_total else settings.money.shipping,
    )
    within = [each for each in orders if each.created_at and each.created_at < month.ends]
    others = sum(each.id not in uids for each in within)
    return Books(rows, others, _revenue(report, settings.money.revenue), fault)


async def _remembered(settings: Settings, orders: Sequence[OrderId]) -> Known:
    """What the bridge has learnt of these orders; PharmaOne's list may not say it (C4)."""
    if not exists(settings.place):
        return Known({}, {})
    async with open_beside(settings.place) as store:
        rows = await store.read(views.newest, limit=1_000_000)
        linked = {row.record.order_id: row.record.uid for row in rows if row.record.order_id}
        return Known(linked, await store.read(pharmaone_lists.external_ids, orders))


async def _payouts(vendors: Vendors, month: Month) -> list[Payout]:
    """Routed ones are found by when they were routed, which may be later than the month."""
    start, end = month.begins - BEFORE, min(month.ends + AFTERWARDS, now())

    return [each async for each in vendors.rxscale.payouts.all(start=start, end=end)]


async def _orders(vendors: Vendors, settings: Settings, month: Month) -> list[OrderSummary]:
    """Those that PharmaOne made from the month's beginning on; its list cannot be asked by time."""
    shop = settings.pharmaone.shop_id or ""

    found: dict[str, OrderSummary] = {}
    async for each in vendors.pharmaone.order_book.all(shop_id=shop):
        at = each.created_at
        if at is None or month.begins <= at < month.ends + AFTERWARDS:
            found[each.id] = each
    return list(found.values())


async def _uids(
    vendors: Vendors,
    at_rxscale: "_Statuses",
    orders: Sequence[OrderSummary],
    known: Known,
    paid: set[PharmacyOrderUid],
    tell: Callable[[Phrase], None],
) -> dict[str, PharmacyOrderUid]:
    """Whose each of PharmaOne's orders is; an order that RxScale does not know is left out."""
    ours = paid | {*known.linked.values()}
    found: dict[str, PharmacyOrderUid] = {}
    for number, order in enumerate(orders, start=1):
        tell(Phrase("busy-whose", number=number, all=len(orders)))
        uid = known.linked.get(OrderId(order.id)) or await _external_id(vendors, order, known)
        if uid is not None and (uid in ours or await at_rxscale.status(uid) is not None):
            found[order.id] = uid
    return found


async def _external_id(
    vendors: Vendors, order: OrderSummary, known: Known
) -> PharmacyOrderUid | None:
    """As the list or the store says it, else as the order itself does."""
    if order.external_id is not None:
        return PharmacyOrderUid(order.external_id)
    if OrderId(order.id) in known.external_ids:
        external_id = known.external_ids[OrderId(order.id)]
    else:
        sight = await vendors.pharmaone.order(OrderId(order.id))
        external_id = sight.order.external_id if sight else None
    return PharmacyOrderUid(external_id) if external_id else None


@dataclass(frozen=True, slots=True)
class _Statuses:
    """The statuses of RxScale's orders, each asked for once; None where it knows none."""

    vendors: Vendors
    asked: dict[PharmacyOrderUid, str | None] = field(default_factory=dict)

    async def status(self, uid: PharmacyOrderUid) -> str | None:
        """Another shop's number may be none that RxScale takes for an order's."""
        if uid not in self.asked:
            try:
                order = await self.vendors.rxscale.order(uid)
            except Refused:
                order = None
            self.asked[uid] = order.status if order is not None else None
        return self.asked[uid]


async def _report(vendors: Vendors, month: Month) -> tuple[Report | None, BridgeError | None]:
    """A report that is not to be had does not keep the rest from being told; why it is not."""
    try:
        return await vendors.pharmaone.reports.product_sales(month.first, month.last), None
    except BridgeError as failure:
        return None, failure


def _part(payout: Payout) -> PayoutPart:
    return PayoutPart(
        order=payout.order,
        cents=payout.amount_cents,
        currency=payout.currency or "",
        component=payout.component_type or "",
        routed=payout.status == "routed",
        name=payout.pharmacy_order_name,
        ordered_at=payout.ordered_at,
    )


def _sale(
    order: OrderSummary,
    uid: PharmacyOrderUid,
    vocabulary: Vocabulary,
    paid: Sequence[str],
    unfinished: Collection[PharmacyOrderUid],
) -> Sale:
    return Sale(
        id=OrderId(order.id),
        uid=uid,
        cents=None if order.total_amount is None else _cents(order.total_amount),
        paid=None if order.payment_status is None else order.payment_status in paid,
        over=vocabulary.means.get(order.status) in OVER,
        early=uid in unfinished,
        made_at=order.created_at,
    )


def _cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def _revenue(report: Report | None, key: str) -> int | None:
    """The sum of the report's rows, in cents; None where it has rows and none has that key."""
    if report is None or "rows" not in report.model_fields_set:
        return None
    values = [row[key] for row in report.rows if isinstance(row, Mapping) and key in row]
    if report.rows and not values:
        return None
    try:
        return sum(_cents(Decimal(str(value))) for value in values)
    except (InvalidOperation, ValueError, OverflowError):
        return None
