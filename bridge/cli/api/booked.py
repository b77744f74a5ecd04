"""What RxScale pays and what PharmaOne sold in a month, read from both and put together."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from bridge import app
from bridge.app import Vendors, open_vendors
from bridge.cli.shared.opened import now, open_beside
from bridge.cli.shared.working import as_a_guest, patiently
from bridge.core.lifecycle import Vocabulary
from bridge.core.model import OrderId, PharmacyOrderUid, State
from bridge.core.money import Part, Row, Sale, compare
from bridge.errors import BridgeError, Refused
from bridge.pharmaone import dialect as pharmaone
from bridge.pharmaone.calling import by_offset
from bridge.pharmaone.resources import OrderSummary, Report
from bridge.rxscale import dialect as rxscale
from bridge.rxscale.calling import by_page
from bridge.rxscale.resources import Payout
from bridge.settings import Settings

AFTERWARDS = timedelta(days=60)
"""So much later an order of the month may be routed, or approved at PharmaOne."""
BEFORE = AFTERWARDS
"""So much older may RxScale's order be that PharmaOne's order of the month was made of: what it
pays has to be known, or it would look like one that nobody pays for."""
OVER = frozenset({State.CANCELLED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month somewhere: its first and last day, and when it begins and ends."""

    first: date
    last: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """`others`: PharmaOne's orders of the time that are not RxScale's. `report_cents`: None where
    its sales report cannot be read; `report_fault` says why there is none at all.
    """

    rows: tuple[Row, ...]
    others: int
    report_cents: int | None
    report_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says of PharmaOne's orders: whose they are, and their `external_id`, which
    is None where the order itself was read and has none.
    """

    linked: Mapping[OrderId, PharmacyOrderUid]
    external_ids: Mapping[OrderId, str | None]


async def booked(
    settings: Settings, month: Month, tell: Callable[[str], None] = lambda _: None
) -> Found:
    """`tell` hears how far it is: a large shop takes minutes."""
    rules = app.rules_of(settings)
    async with open_vendors(as_a_guest(settings), lambda _: None) as vendors:
        tell("reading RxScale's payouts")
        parts = [_part(each) for each in await _payouts(vendors, month)]
        tell("reading PharmaOne's orders")
        orders = await _orders(vendors, settings, month)
        known = await _remembered(settings, [OrderId(order.id) for order in orders])
        paying = {part.order for part in parts}
        at_rxscale = _AtRxScale(vendors)
        uids = await _uids(vendors, at_rxscale, orders, known, paying, tell)
        unfinished = await _unfinished(at_rxscale, {*uids.values()} - paying, rules.words.rxscale)
        tell("reading PharmaOne's sales report")
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
    return Found(rows, others, _revenue(report, settings.money.revenue), fault)


async def _remembered(settings: Settings, orders: Sequence[OrderId]) -> Known:
    """What the bridge has learnt of these orders; PharmaOne's list may not say it (C4)."""
    if not settings.store.path.exists():
        return Known({}, {})
    store = await open_beside(settings.store.path)
    try:
        rows = await store.orders(limit=1_000_000)
        linked = {row.record.order_id: row.record.uid for row in rows if row.record.order_id}
        return Known(linked, await store.p1_known(orders))
    finally:
        await store.close()


async def _payouts(vendors: Vendors, month: Month) -> list[Payout]:
    """Routed ones are found by when they were routed, which may be later than the month."""
    start, end = month.begins - BEFORE, min(month.ends + AFTERWARDS, now())

    async def fetch(page: int) -> tuple[tuple[Payout, ...], int | None]:
        payouts = vendors.rxscale.payouts
        found = await patiently(lambda: payouts.page(page, start=start, end=end, ascending=True))
        return found.data, found.pages

    return [each async for each in by_page(fetch, rxscale.MOST_ROWS)]


async def _orders(vendors: Vendors, settings: Settings, month: Month) -> list[OrderSummary]:
    """Those that PharmaOne made from the month's beginning on; its list cannot be asked by time."""
    shop = settings.pharmaone.shop_id or ""

    async def fetch(limit: int, offset: int) -> tuple[tuple[OrderSummary, ...], int | None]:
        book = vendors.pharmaone.order_book
        page = await patiently(lambda: book.page(limit, offset, shop_id=shop))
        return page.data, page.pagination.total if page.pagination else None

    found: dict[str, OrderSummary] = {}
    async for each in by_offset(fetch, pharmaone.MOST_ROWS):
        at = each.created_at
        if at is None or month.begins <= at < month.ends + AFTERWARDS:
            found[each.id] = each
    return list(found.values())


async def _uids(
    vendors: Vendors,
    at_rxscale: "_AtRxScale",
    orders: Sequence[OrderSummary],
    known: Known,
    paid: set[PharmacyOrderUid],
    tell: Callable[[str], None],
) -> dict[str, PharmacyOrderUid]:
    """Whose each of PharmaOne's orders is; an order that RxScale does not know is left out."""
    ours = paid | {*known.linked.values()}
    found: dict[str, PharmacyOrderUid] = {}
    for number, order in enumerate(orders, start=1):
        tell(f"looking whose PharmaOne's orders are: {number} of {len(orders)}")
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
        sight = await patiently(lambda: vendors.pharmaone.order(OrderId(order.id)))
        external_id = sight.order.external_id if sight else None
    return PharmacyOrderUid(external_id) if external_id else None


async def _unfinished(
    at_rxscale: "_AtRxScale", uids: Iterable[PharmacyOrderUid], vocabulary: Vocabulary
) -> set[PharmacyOrderUid]:
    """Those of which RxScale may still come to pay."""
    return {uid for uid in uids if await at_rxscale.status(uid) in vocabulary.open}


class _AtRxScale:
    """The statuses of RxScale's orders, each asked for once; None where it knows none."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._asked: dict[PharmacyOrderUid, str | None] = {}

    async def status(self, uid: PharmacyOrderUid) -> str | None:
        if uid not in self._asked:
            self._asked[uid] = await self._ask(uid)
        return self._asked[uid]

    async def _ask(self, uid: PharmacyOrderUid) -> str | None:
        """Another shop's number may be none that RxScale takes for an order's."""
        try:
            order = await patiently(lambda: self._vendors.rxscale.order(uid))
        except Refused:
            return None
        return None if order is None else order.status


async def _report(vendors: Vendors, month: Month) -> tuple[Report | None, str | None]:
    """A report that is not to be had does not keep the rest from being told; why it is not."""
    try:
        found = await patiently(
            lambda: vendors.pharmaone.reports.product_sales(month.first, month.last)
        )
    except BridgeError as failure:
        return None, str(failure)
    return found, None


def _part(payout: Payout) -> Part:
    return Part(
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
