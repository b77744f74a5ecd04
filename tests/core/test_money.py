"""What is paid on one side and missing or different on the other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.model import OrderId, PharmacyOrderUid
from bridge.core.money import PayoutPart, Row, Sale, Totals, compare, euros, totals

UID = PharmacyOrderUid("po-1")
AT = datetime(2026, 10, 5, tzinfo=UTC)
OCTOBER = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


def part(cents: int = 3000, *, uid: str = UID, routed: bool = True, currency: str = "EUR", at=AT):
    return PayoutPart(PharmacyOrderUid(uid), cents, currency, "item_rest", routed, "#1", at)


def sale(cents: int | None = 3000, *, paid: bool | None = True, over: bool = False, **more):
    uid, number = PharmacyOrderUid(more.get("uid", UID)), OrderId(more.get("number", "ORD_1"))
    return Sale(number, uid, cents, paid, over, more.get("early", False), more.get("at", AT))


@pytest.mark.parametrize(
    ("parts", "sales", "finding", "why"),
    [
        ([part()], [sale()], None, "both agree"),
        ([part(2500), part(500)], [sale()], None, "both agree"),
        ([part(3000, routed=False)], [sale()], None, "both agree"),
        ([part(2500)], [sale()], "different", "PharmaOne has 5.00 more than RxScale"),
        ([part(3500)], [sale()], "different", "RxScale has 5.00 more than PharmaOne"),
        ([part()], [], "missing_at_pharmaone", "PharmaOne has no order"),
        ([part(routed=False)], [], None, "no order yet"),
        ([part(routed=False)], [sale(paid=False)], None, "not paid on either side yet"),
        ([], [sale()], "missing_at_rxscale", "no payout"),
        ([], [sale(early=True)], None, "only once it is completed"),
        ([], [sale(paid=False, early=True)], None, "not paid on either side"),
        ([], [sale(paid=False)], None, "not paid on either side"),
        ([], [sale(paid=None)], None, "not paid on either side"),
        ([], [sale(over=True)], None, "cancelled"),
        ([part()], [sale(paid=False)], "unpaid", "not marked as paid"),
        ([part()], [sale(paid=None)], None, "both agree"),
        ([part()], [sale(over=True)], "odd", "PharmaOne's order is cancelled"),
        ([part(3000), part(-3000)], [sale(over=True)], None, "nothing is paid"),
        ([part(3000), part(-3000)], [], None, "nothing is paid"),
        ([part(3000), part(-3000)], [sale()], "different", "PharmaOne has 30.00 more"),
        ([part()], [sale(None)], "odd", "no total"),
        ([part()], [sale(), sale(number="ORD_2")], "odd", "PharmaOne has 2 orders"),
        ([part()], [sale(over=True), sale(number="ORD_2")], None, "both agree"),
        ([part(), part(1, currency="CHF")], [sale()], "odd", "CHF and EUR"),
    ],
)
def test_one_order(parts, sales, finding, why):
    (row,) = compare(parts, sales, between=OCTOBER)
    assert row.finding == finding
    assert why in row.why


SHIPPED = PayoutPart(UID, 499, "EUR", "shipping", True, "#1", AT)


@pytest.mark.parametrize(
    ("cents", "paid", "finding", "difference", "why"),
    [
        (3000, True, None, 0, "both agree; 4.99 for shipping beside it"),
        (3499, True, None, 0, "both agree"),
        (2900, True, "different", -100, "RxScale has 1.00 more than PharmaOne"),
        (3600, True, "different", 600, "PharmaOne has 6.00 more than RxScale"),
        (3000, False, "unpaid", 0, "not marked as paid"),
    ],
)
def test_shipping_that_the_total_leaves_out_is_no_difference(cents, paid, finding, difference, why):
    sales = [sale(cents, paid=paid)]
    (row,) = compare([part(), SHIPPED], sales, between=OCTOBER, apart=("shipping",))
    assert (row.finding, row.difference_cents) == (finding, difference)
    assert row.why.endswith(why)


def test_shipping_that_belongs_to_the_total_is_missed_in_it():
    (row,) = compare([part(), SHIPPED], [sale()], between=OCTOBER)
    assert (row.finding, row.difference_cents) == ("different", -499)


def test_a_tolerance_is_not_exceeded_by_itself():
    for cents, finding in ((2998, None), (2997, "different")):
        (row,) = compare([part(cents)], [sale()], between=OCTOBER, tolerance_cents=2)
        assert row.finding == finding


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (OCTOBER[0], True),
        (OCTOBER[0] - timedelta(seconds=1), False),
        (OCTOBER[1] - timedelta(seconds=1), True),
        (OCTOBER[1], False),
        (None, True),
    ],
)
def test_an_order_belongs_to_the_month_in_which_rxscale_made_it(at, there):
    assert bool(compare([part(at=at)], [sale(at=at)], between=OCTOBER)) is there


def test_a_late_approval_does_not_move_an_order_to_the_next_month():
    november = sale(at=OCTOBER[1] + timedelta(days=2))
    (row,) = compare([part()], [november], between=OCTOBER)
    assert row.finding is None


def test_findings_come_first_and_are_counted():
    parts = [part(uid="po-a"), part(uid="po-b"), part(100, uid="po-c")]
    sales = [sale(uid="po-a"), sale(uid="po-c"), sale(900, uid="po-d", paid=False)]
    rows = compare(parts, sales, between=OCTOBER)
    assert [row.finding for row in rows] == ["different", "missing_at_pharmaone", None, None]
    sums = totals(rows)
    assert (sums.routed, sums.projected, sums.sold, sums.unpaid) == (6100, 0, 6000, 900)
    assert sums.findings == {"different": 1, "missing_at_pharmaone": 1}


ELSEWHERE = datetime(2026, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parts", "sales", "row"),
    [
        (
            [part(2500), part(700, routed=False)],
            [sale(3200)],
            Row(UID, "#1", OrderId("ORD_1"), 2500, 700, 3200, True, "EUR", None, "both agree", AT),
        ),
        (
            [part(3000, routed=False)],
            [sale(3000, paid=False)],
            Row(
                *(UID, "#1", OrderId("ORD_1"), None, 3000, 3000, False, "EUR", None),
                *("the same sum, and not paid on either side yet", AT),
            ),
        ),
        (
            [part(routed=False)],
            [],
            Row(
                *(UID, "#1", None, None, 3000, None, None, "EUR", None),
                *("RxScale will pay for it; PharmaOne has no order yet", AT),
            ),
        ),
        (
            [part()],
            [],
            Row(
                *(UID, "#1", None, 3000, None, None, None, "EUR", "missing_at_pharmaone"),
                *("RxScale paid for it, and PharmaOne has no order", AT),
            ),
        ),
        (
            [],
            [sale(at=ELSEWHERE)],
            Row(
                *(UID, None, OrderId("ORD_1"), None, None, 3000, True, "EUR"),
                *("missing_at_rxscale", "paid at PharmaOne, and RxScale has no payout for it"),
                ELSEWHERE,
            ),
        ),
        (
            [],
            [sale(early=True)],
            Row(
                *(UID, None, OrderId("ORD_1"), None, None, 3000, True, "EUR", None),
                "paid at PharmaOne; RxScale may tell of a payout only once it is completed",
                AT,
            ),
        ),
        (
            [],
            [sale(paid=False)],
            Row(
                *(UID, None, OrderId("ORD_1"), None, None, 3000, False, "EUR", None),
                *("not paid on either side", AT),
            ),
        ),
        (
            [],
            [sale(over=True, paid=True)],
            Row(
                *(UID, None, OrderId("ORD_1"), None, None, 3000, True, "EUR", None),
                *("cancelled, and nothing is paid", AT),
            ),
        ),
        (
            [part()],
            [sale(over=True)],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 3000, None, 3000, True, "EUR", "odd"),
                *("RxScale pays for it, and PharmaOne's order is cancelled", AT),
            ),
        ),
        (
            [part(), part(-3000)],
            [],
            Row(
                *(UID, "#1", None, 0, None, None, None, "EUR", None),
                *("what RxScale paid it took back: nothing is paid", AT),
            ),
        ),
        (
            [part(currency="CHF"), part(1, currency="EUR")],
            [sale(over=True), sale(2, number="ORD_2", paid=False)],
            Row(
                *(UID, "#1", OrderId("ORD_2"), 3001, None, 2, False, "CHF", "odd"),
                *("RxScale pays in CHF and EUR", AT),
            ),
        ),
        (
            [part()],
            [sale(), sale(number="ORD_2")],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 3000, None, 3000, True, "EUR", "odd"),
                *("PharmaOne has 2 orders for it", AT),
            ),
        ),
        (
            [part()],
            [sale(None)],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 3000, None, None, True, "EUR", "odd"),
                *("PharmaOne's order has no total that can be read", AT),
            ),
        ),
        (
            [part()],
            [sale(paid=False)],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 3000, None, 3000, False, "EUR", "unpaid"),
                *("RxScale paid for it, and PharmaOne's order is not marked as paid", AT),
            ),
        ),
        (
            [part(2999)],
            [sale()],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 2999, None, 3000, True, "EUR", "different"),
                *("PharmaOne has 0.01 more than RxScale", AT),
            ),
        ),
        (
            [part(3001)],
            [sale()],
            Row(
                *(UID, "#1", OrderId("ORD_1"), 3001, None, 3000, True, "EUR", "different"),
                *("RxScale has 0.01 more than PharmaOne", AT),
            ),
        ),
    ],
)
def test_a_whole_row(parts, sales, row):
    assert compare(parts, sales, between=OCTOBER) == (row,)


def test_what_the_first_part_does_not_say_a_later_one_may():
    silent = PayoutPart(UID, 1000, "", "item_rest", True)
    (row,) = compare([silent, part(2000)], [sale(at=ELSEWHERE)], between=OCTOBER)
    assert (row.name, row.currency, row.ordered_at, row.finding) == ("#1", "EUR", AT, None)
    (row,) = compare([replace(silent, currency="")], [sale(1000)], between=OCTOBER)
    assert (row.name, row.currency, row.ordered_at) == (None, "EUR", AT)
    (row,) = compare([silent], [], between=OCTOBER)
    assert (row.name, row.currency, row.ordered_at) == (None, "EUR", None)


def test_what_stands_beside_the_total_is_told_with_it():
    (row,) = compare([part(), SHIPPED], [sale()], between=OCTOBER, apart=("shipping",))
    assert (row.apart_cents, row.routed_cents, row.why) == (
        *(499, 3499),
        "both agree; 4.99 for shipping beside it",
    )
    assert row.payout_cents == 3499
    later = replace(SHIPPED, routed=False), part(routed=False)
    (row,) = compare(later, [sale(paid=False)], between=OCTOBER, apart=("shipping",))
    assert row.why == ("the same sum, and not paid on either side yet; 4.99 for shipping beside it")
    (row,) = compare([part(), SHIPPED], [sale(3499)], between=OCTOBER, apart=("shipping",))
    assert (row.apart_cents, row.why) == (0, "both agree")
    cheap = replace(SHIPPED, cents=2)
    (row,) = compare(
        [part(), cheap], [sale()], between=OCTOBER, tolerance_cents=2, apart=("shipping",)
    )
    assert (row.apart_cents, row.difference_cents) == (0, -2)


def test_what_one_side_does_not_have_makes_no_difference():
    for parts, sales in (([part()], []), ([], [sale()]), ([part()], [sale(None)])):
        (row,) = compare(parts, sales, between=OCTOBER)
        assert row.difference_cents is None


def test_rows_are_told_by_finding_and_then_by_order():
    parts = [part(uid="po-b"), part(uid="po-a"), part(1, uid="po-e"), part(uid="po-d")]
    sales = [sale(uid="po-e"), sale(uid="po-d"), sale(uid="po-c", paid=False)]
    rows = compare(parts, sales, between=OCTOBER)
    assert [row.uid for row in rows] == ["po-e", "po-a", "po-b", "po-c", "po-d"]


def test_sums_leave_out_what_is_not_told():
    later, untold = part(routed=False, uid="po-a"), sale(None, uid="po-b")
    parts = [later, part(uid="po-b"), part(uid="po-c"), part(uid="po-d")]
    sales = [sale(uid="po-a", paid=False), untold, sale(uid="po-c", paid=None), sale(7, uid="po-d")]
    sums = totals(compare(parts, sales, between=OCTOBER))
    assert (sums.routed, sums.projected, sums.sold, sums.unpaid) == (9000, 3000, 7, 3000)
    assert sums.findings == {"different": 1, "odd": 1}
    assert totals(()) == Totals()


AMOUNTS = st.integers(-(10**6), 10**6)
UIDS = st.sampled_from(["po-1", "po-2", "po-3"])


@given(
    st.lists(st.builds(part, AMOUNTS, uid=UIDS, routed=st.booleans())),
    st.lists(st.builds(sale, AMOUNTS, uid=UIDS, paid=st.booleans(), over=st.booleans())),
)
def test_no_cent_of_a_payout_is_lost_and_every_order_is_told_once(parts, sales):
    rows = compare(parts, sales, between=OCTOBER)
    assert sorted(row.uid for row in rows) == sorted(
        {each.order for each in parts} | {s.uid for s in sales}
    )
    sums = totals(rows)
    assert sums.routed + sums.projected == sum(each.cents for each in parts)
    assert compare(parts[::-1], sales, between=OCTOBER) == rows or len(parts) > 1


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        *((0, "0.00"), (1, "0.01"), (5, "0.05"), (99, "0.99"), (100, "1.00"), (101, "1.01")),
        *((1234, "12.34"), (-1, "-0.01"), (-5, "-0.05"), (-100, "-1.00"), (-12345, "-123.45")),
    ],
)
def test_euros(cents: int, text: str):
    assert euros(cents) == text
