"""What RxScale pays for orders, against what PharmaOne's orders say: one row for each order."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bridge.core.model import OrderId, PharmacyOrderUid

Finding = Literal["missing_at_pharmaone", "missing_at_rxscale", "unpaid", "different", "odd"]


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """One payout row: `cents` for one component of an order; `routed`: it was paid out."""

    order: PharmacyOrderUid
    cents: int
    currency: str
    component: str
    routed: bool
    name: str | None = None
    ordered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """PharmaOne's order. `uid` is RxScale's for it; `cents` and `paid` None where it says nothing.

    `over`: it was cancelled or deleted, so nothing is owed. `early`: RxScale's order is not
    finished, and before that it tells of a payout for physical prescriptions only (6.2).
    """

    id: OrderId
    uid: PharmacyOrderUid
    cents: int | None
    paid: bool | None
    over: bool = False
    early: bool = False
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One order on both sides, in cents of `currency`; None where a side does not have it.

    `apart_cents` of what RxScale pays are left out of PharmaOne's total on purpose. `finding` is
    None where both agree; `why` says it in words either way.
    """

    uid: PharmacyOrderUid
    name: str | None
    order: OrderId | None
    routed_cents: int | None
    projected_cents: int | None
    sold_cents: int | None
    paid: bool | None
    currency: str
    finding: Finding | None
    why: str
    ordered_at: datetime | None = None
    apart_cents: int = 0

    @property
    def payout_cents(self) -> int | None:
        """All that RxScale pays or will pay for it."""
        known = [each for each in (self.routed_cents, self.projected_cents) if each is not None]
        return sum(known) if known else None

    @property
    def difference_cents(self) -> int | None:
        """How much more PharmaOne's order says than RxScale pays for the same."""
        if self.payout_cents is None or self.sold_cents is None:
            return None
        return self.sold_cents - (self.payout_cents - self.apart_cents)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in cents; `sold` of the orders that are paid at PharmaOne."""

    routed: int = 0
    projected: int = 0
    sold: int = 0
    unpaid: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)


def compare(
    parts: Iterable[PayoutPart],
    sales: Iterable[Sale],
    *,
    between: tuple[datetime, datetime],
    tolerance_cents: int = 0,
    apart: Collection[str] = (),
) -> tuple[Row, ...]:
    """The orders made within `between` (the end is not in it), findings first.

    `apart`: the components of a payout that PharmaOne's totals need not have, such as shipping.
    An order belongs to the time at which RxScale made it; one without any payout to the time at
    which PharmaOne made it. An order may have several orders at PharmaOne: that is a finding.
    """
    by_order: dict[PharmacyOrderUid, list[PayoutPart]] = defaultdict(list)
    sold: dict[PharmacyOrderUid, list[Sale]] = defaultdict(list)
    for part in parts:
        by_order[part.order].append(part)
    for sale in sales:
        sold[sale.uid].append(sale)
    rows = [
        _row(uid, by_order.get(uid, []), sold.get(uid, []), tolerance_cents, apart)
        for uid in {**by_order, **sold}
    ]
    first, end = between
    within = [row for row in rows if row.ordered_at is None or first <= row.ordered_at < end]
    return tuple(sorted(within, key=lambda row: (row.finding is None, row.finding or "", row.uid)))


def totals(rows: Sequence[Row]) -> Totals:
    return Totals(
        routed=sum(row.routed_cents or 0 for row in rows),
        projected=sum(row.projected_cents or 0 for row in rows),
        sold=sum(row.sold_cents or 0 for row in rows if row.paid),
        unpaid=sum(row.sold_cents or 0 for row in rows if row.paid is False),
        findings=Counter(row.finding for row in rows if row.finding is not None),
    )


def _row(
    uid: PharmacyOrderUid,
    parts: Sequence[PayoutPart],
    sales: Sequence[Sale],
    tolerance: int,
    apart: Collection[str],
) -> Row:
    live = [sale for sale in sales if not sale.over] or list(sales)
    sale = live[0] if live else None
    row = Row(
        uid=uid,
        name=next((part.name for part in parts if part.name), None),
        order=sale.id if sale else None,
        routed_cents=_sum(parts, routed=True),
        projected_cents=_sum(parts, routed=False),
        sold_cents=sale.cents if sale else None,
        paid=sale.paid if sale else None,
        currency=next((part.currency for part in parts if part.currency), "EUR"),
        finding=None,
        why="",
        ordered_at=_ordered_at(parts, sale),
    )
    if abs(row.difference_cents or 0) > tolerance:  # else PharmaOne's total has it after all
        row = replace(row, apart_cents=sum(part.cents for part in parts if part.component in apart))
    finding, why = _judged(row, live, {part.currency for part in parts if part.currency}, tolerance)
    return replace(row, finding=finding, why=why)


def _sum(parts: Iterable[PayoutPart], *, routed: bool) -> int | None:
    cents = [part.cents for part in parts if part.routed is routed]
    return sum(cents) if cents else None


def _ordered_at(parts: Iterable[PayoutPart], sale: Sale | None) -> datetime | None:
    at = next((part.ordered_at for part in parts if part.ordered_at), None)
    return at or (sale.made_at if sale else None)


def _judged(
    row: Row, sales: Sequence[Sale], currencies: Collection[str], tolerance: int
) -> tuple[Finding | None, str]:
    open_sales = [sale for sale in sales if not sale.over]
    if len(open_sales) > 1:
        return "odd", f"PharmaOne has {len(open_sales)} orders for it"
    if len(currencies) > 1:
        return "odd", f"RxScale pays in {' and '.join(sorted(currencies))}"
    if row.payout_cents is None:
        return _without_payout(row, open_sales)
    if row.payout_cents == 0 and not open_sales:
        return None, "what RxScale paid it took back: nothing is paid"
    if row.order is None and row.routed_cents is None:
        return None, "RxScale will pay for it; PharmaOne has no order yet"
    if row.order is None:
        return "missing_at_pharmaone", "RxScale paid for it, and PharmaOne has no order"
    if not open_sales:
        return "odd", "RxScale pays for it, and PharmaOne's order is cancelled"
    return _with_both(row, tolerance)


def _without_payout(row: Row, open_sales: Sequence[Sale]) -> tuple[Finding | None, str]:
    if not open_sales:
        return None, "cancelled, and nothing is paid"
    if row.paid and open_sales[0].early:
        return None, "paid at PharmaOne; RxScale may tell of a payout only once it is completed"
    if row.paid:
        return "missing_at_rxscale", "paid at PharmaOne, and RxScale has no payout for it"
    return None, "not paid on either side"


def _with_both(row: Row, tolerance: int) -> tuple[Finding | None, str]:
    if row.sold_cents is None:
        return "odd", "PharmaOne's order has no total that can be read"
    difference = row.difference_cents or 0
    if abs(difference) > tolerance:
        more, less = ("PharmaOne", "RxScale") if difference > 0 else ("RxScale", "PharmaOne")
        return "different", f"{more} has {euros(abs(difference))} more than {less}"
    beside = f"; {euros(row.apart_cents)} for shipping beside it" if row.apart_cents else ""
    if row.paid is False and row.routed_cents is None:
        return None, f"the same sum, and not paid on either side yet{beside}"
    if row.paid is False:
        return "unpaid", "RxScale paid for it, and PharmaOne's order is not marked as paid"
    return None, f"both agree{beside}"


def euros(cents: int) -> str:
    """`1234` is "12.34"; no currency sign, and a plain point."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
