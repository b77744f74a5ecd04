"""Until when an order's goods are held back, and changes taken to PharmaOne."""

from dataclasses import replace

import pytest
from core.stock.given import NOW, later, link, product, sku

from bridge.core.model import (
    Key,
    OrderId,
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    State,
)
from bridge.core.reasons import SKU_REFUSED
from bridge.core.stock.adjust import (
    MARGIN,
    MOST_ENTRIES,
    Adjustment,
    Drift,
    HandedOver,
    adjustment,
    links_of,
    owed,
    put_back,
    search_log,
    unsure_adjustment,
)
from bridge.core.stock.model import shelf
from bridge.core.stock.reserve import (
    Demand,
    Lent,
    Ordered,
    at_least,
    came_back,
    is_sold,
    is_unseen,
    lending,
    released_at,
)
from bridge.texts import say, steps

DEDUCTS = {State.COMPLETED}


def order(phase: Phase, state: State | None = None, finished: float | None = None) -> OrderRecord:
    at = None if finished is None else later(finished)
    return OrderRecord(PharmacyOrderUid("po-1"), NOW, phase=phase, state=state, finished_at=at)


@pytest.mark.parametrize(
    ("link", "there", "expected"),
    [
        (order(Phase.KNOWN), None, None),
        (order(Phase.SUBMITTED, State.IN_REVIEW), None, None),
        (order(Phase.ADOPTED, State.PREPARING), State.PREPARING, None),
        (order(Phase.ADOPTED, State.PREPARING), State.COMPLETED, NOW),
        (order(Phase.ADOPTED, State.PREPARING), State.CANCELLED, NOW),
        (order(Phase.DONE, State.COMPLETED, 0), State.COMPLETED, NOW),
        (order(Phase.DONE, State.CANCELLED, 0), State.PREPARING, NOW),
        (order(Phase.DONE, State.REJECTED, 0), None, NOW),
        (order(Phase.ADOPTED, State.COMPLETED), State.REJECTED, NOW),
        (replace(order(Phase.DROPPED), p1_state=State.COMPLETED), None, NOW),
        # nobody saw PharmaOne deduct it: however long ago
        (order(Phase.DONE, State.COMPLETED, -1_000_000), State.PREPARING, None),
        (order(Phase.DONE, State.COMPLETED, -1_000_000), None, None),
        (order(Phase.DROPPED, State.CANCELLED, -1_000_000), None, None),
    ],
)
def test_until_when_an_order_is_held_back(link, there, expected):
    assert released_at(link, there, DEDUCTS, NOW) == expected


def test_which_state_deducts_is_configured():
    link = order(Phase.ADOPTED, State.PREPARING)
    assert released_at(link, State.PREPARING, {State.PREPARING}, NOW) == NOW
    assert released_at(link, State.COMPLETED, (), NOW) is None


MADE = OrderId("ORD_1")


@pytest.mark.parametrize(
    ("record", "unseen"),
    [
        (order(Phase.ADOPTED, State.COMPLETED), False),
        (order(Phase.DONE, State.CANCELLED, 0), False),
        (order(Phase.DONE, State.COMPLETED, 0), True),
        (order(Phase.DROPPED, State.NEW, 0), True),
        (replace(order(Phase.DROPPED), order_id=MADE), False),
        (replace(order(Phase.DROPPED), order_id=MADE, p1_gone_since=NOW), True),
        (replace(order(Phase.DROPPED), order_id=MADE, p1_state=State.COMPLETED), False),
    ],
)
def test_which_order_only_a_person_can_release(record, unseen):
    assert is_unseen(record, DEDUCTS) == unseen


def test_where_pharmaone_never_deducts_a_person_says_that_he_did():
    record = replace(order(Phase.DROPPED), order_id=MADE, p1_state=State.COMPLETED)
    assert is_unseen(record, ())
    assert not is_unseen(record, (), adjusts=True), "the bridge deducts it"
    assert is_unseen(replace(record, p1_state=State.CANCELLED), ()) is False
    unseen = replace(order(Phase.DONE, State.COMPLETED, 0), p1_state=State.PREPARING)
    assert is_unseen(unseen, (), adjusts=True), "nobody saw that it was handed over"


def test_handed_over_and_cancelled_at_rxscale_it_left_the_shelf_all_the_same():
    record = replace(order(Phase.DONE, State.CANCELLED, 0), p1_state=State.COMPLETED)
    assert released_at(record, None, (), NOW) is None
    assert released_at(replace(record, p1_state=State.READY), None, (), NOW) == NOW


@pytest.mark.parametrize(
    ("status", "expected"), [("cancelled", True), ("shipped", False), (None, False), ("?", False)]
)
def test_what_pharmaones_word_says_of_goods_that_came_back(status, expected):
    record = replace(order(Phase.DONE, State.COMPLETED, 0), p1_status=status)
    means = {"cancelled": State.CANCELLED, "shipped": State.COMPLETED}
    assert came_back(record, means) is expected


def take(place: int, number: int, amount: int, units: int) -> Demand:
    return Demand(place, sku(number), product(number), amount, units)


def test_an_edit_takes_nothing_back_that_pharmaone_was_told():
    sent = [take(1, 1, 2, 10), take(2, 2, 1, 1)]
    rest = Demand(-1, PharmacySkuUid(""), product(1), 0, 5)
    assert at_least([take(1, 1, 1, 5), take(2, 2, 3, 3)], sent) == (
        take(1, 1, 1, 5),
        take(2, 2, 3, 3),
        rest,
    )
    assert at_least([take(1, 1, 1, 5), rest], [take(1, 1, 1, 5), rest]) == (take(1, 1, 1, 5), rest)
    assert at_least([], sent)[1] == Demand(-2, PharmacySkuUid(""), product(2), 0, 1)


@pytest.mark.parametrize("state", State)
def test_rxscale_takes_completed_orders_off_its_stock(state):
    assert is_sold(order(Phase.DONE, state, 0)) == (state is State.COMPLETED)


def adjusted(units: str, pushed: int, now: int):
    links = links_of(shelf([link(1, 1, units), link(2, 2)]), [sku(1)])
    assert links.keys() == {sku(1)}
    return adjustment(Drift(sku(1), pushed, now), links[sku(1)], "ref-1", NOW)


@pytest.mark.parametrize(
    ("units", "pushed", "now", "delta"),
    [("1", 8, 5, -3), ("5", 8, 10, 10), ("2.5", 8, 10, 5), ("0.5", 8, 4, -2)],
)
def test_a_change_by_people_in_pharmaones_units(units, pushed, now, delta):
    found = adjusted(units, pushed, now)
    assert (found.delta, found.pieces, found.p1_id) == (delta, now - pushed, product(1))
    assert "ref-1" in found.reason
    assert f"{now - pushed:+d}" in found.reason


def test_parts_of_a_unit_cannot_be_adjusted():
    assert adjusted("2.5", 8, 9) == "1 pieces are no whole number of PharmaOne's units"


HANDED = replace(order(Phase.ADOPTED, State.COMPLETED), p1_state=State.COMPLETED)
LINKS = {sku(n): link(n, n) for n in (1, 2)} | {sku(3): link(3, 1, "5")}


def owes(*held: Demand, made=(), record=HANDED, came_back=False):
    found = owed(HandedOver(record, held, made), LINKS, came_back=came_back, now=NOW)
    return None if found is None else {(each.p1_id, each.delta) for each in found}


def test_what_an_order_owes_by_product():
    lines = take(1, 1, 2, 2), take(2, 2, 1, 1), Demand(3, sku(3), product(1), 1, 5)
    assert owes(*lines) == {(product(1), -7), (product(2), -1)}
    assert owes() == set()


def test_what_was_begun_is_not_owed_again():
    lines = take(1, 1, 2, 2), take(2, 2, 1, 1)
    handed = HandedOver(HANDED, lines, ())
    made = owed(handed, LINKS, came_back=False, now=NOW)
    assert owes(*lines, made=made) == set()
    assert owes(*lines, made=made[:1]) == {(product(2), -1)}


@pytest.mark.parametrize(
    "line",
    [
        Demand(2, sku(9), product(9), 1, 1),  # no link that is confirmed
        Demand(2, sku(2), product(1), 1, 1),  # another product by now
        Demand(2, PharmacySkuUid(""), product(0), 1, 0),
        Demand(-1, PharmacySkuUid(""), product(1), 0, 5),  # the rest of an edit
    ],
)
def test_of_a_line_that_is_not_certain_nothing_is_guessed(line):
    assert owes(take(1, 1, 2, 2), line) is None


def test_of_an_order_that_was_changed_or_came_back_nothing_is_guessed():
    line = take(1, 1, 2, 2)
    sent = replace(HANDED, sent='{"lines": {"a": 1}}', snapshot='{"lines": {"a": 1}, "money": "x"}')
    assert owes(line, record=sent) == {(product(1), -2)}
    assert owes(line, record=replace(sent, snapshot='{"lines": {"a": 2}}')) is None
    assert owes(line, came_back=True) is None


def test_each_adjustment_of_an_order_has_a_reference_of_its_own():
    """The same in every store: what one that was lost has sent, the next one finds."""
    handed = HandedOver(HANDED, [take(1, 1, 3, 3)], ())
    (first,) = owed(handed, LINKS, came_back=False, now=NOW)
    assert (first.order, first.reference) == ("po-1", "po-1/1")
    assert first.reason == "RxScale po-1: -3 (rxbridge po-1/1)"
    done = replace(first, done_at=NOW)
    (back,) = put_back(first.order, [done], NOW)
    assert (back.delta, back.reference, back.p1_id) == (3, "po-1/2", product(1))
    assert put_back(first.order, [done, back], NOW) == []
    assert search_log(first, NOW, [(back.reason, NOW)]) == "not there"
    assert search_log(first, NOW, [("RxScale (rxbridge po-1/12)", NOW)]) == "not there"


SENT = Adjustment(Key("sku:psku-1"), product(1), -3, -3, "ref-1", NOW, NOW)
OTHER = ("cash desk", later(5))


def test_an_adjustment_is_for_a_sku_or_for_an_order():
    assert (SENT.sku, SENT.order) == ("psku-1", None)
    assert replace(SENT, key=Key("order:po-1")).order == "po-1"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (None, "gone"),
        ([], "not there"),
        ([OTHER], "not there"),
        ([OTHER, (SENT.reason, later(1))], "there"),
        ([(SENT.reason, None)], "there"),
        ([OTHER] * MOST_ENTRIES, "unknown"),
        ([*[OTHER] * (MOST_ENTRIES - 1), ("older", NOW - MARGIN)], "not there"),
        ([*[OTHER] * (MOST_ENTRIES - 1), ("older", NOW - MARGIN * 0.99)], "unknown"),
        ([("undated", None)] * MOST_ENTRIES, "unknown"),
    ],
)
def test_what_the_log_says_of_a_lost_answer(log, expected):
    assert search_log(SENT, NOW, log) == expected


def test_reasons_name_the_way_out():
    refused = SKU_REFUSED(stock=5, cents=750, what="400")
    assert "stock 5 and price 750 cents" in say(refused)
    assert "stuck retry sku:psku-1" in steps(refused, Key("sku:psku-1"))[0]
    assert "stock" not in say(SKU_REFUSED(stock=None, cents=750, what="")).split(":")[0]
    handed = unsure_adjustment(replace(SENT, key=Key("order:po-1")))
    assert handed.code == "adjustment_unsure"
    assert "ref-1" in say(handed)
    unsure = unsure_adjustment(SENT)
    assert "-3" in say(unsure)
    assert "ref-1" in steps(unsure)[0]


@pytest.mark.parametrize(
    ("stock", "wanted", "refused", "expected"),
    [
        (0, None, False, [Lent(sku(1), 0, 3)]),
        (2, None, False, [Lent(sku(1), 2, 5)]),
        (2, 5, False, [Lent(sku(1), 2, 5)]),
        (2, 1, False, [Lent(sku(1), 1, 4)]),
        (-2, None, False, [Lent(sku(1), 0, 3)]),
        (None, None, False, [Lent(sku(1), 0, 3)]),
        (None, 7, True, [Lent(sku(1), 0, 3)]),
        (3, None, False, []),
        (3, None, True, [Lent(sku(1), 3, 6)]),
    ],
)
def test_what_is_put_back_on_top_to_complete_an_order(stock, wanted, refused, expected):
    assert lending([Ordered(sku(1), 3, stock, wanted)], refused=refused) == expected


def test_only_what_is_short_is_put_back():
    ordered = [Ordered(sku(1), 3, 0, None), Ordered(sku(2), 1, 9, None)]
    assert lending(ordered, refused=True) == [Lent(sku(1), 0, 3)]
