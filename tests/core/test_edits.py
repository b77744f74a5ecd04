"""What RxScale changed after an order was sent: named by part, and lines by before and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from words import view_of

from bridge.core import reasons, remember
from bridge.core.copies import Goods
from bridge.core.facts import Facts
from bridge.core.model import (
    OrderId,
    OrderLine,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    SkuUid,
    State,
)
from bridge.core.orders.attention import attentions
from bridge.core.orders.decide import next_step
from bridge.core.orders.edits import changes, held_there, of_first_look, snapshot
from bridge.core.steps import Look, LookAtPharmaOne, Wait
from bridge.core.stock.reserve import Demand
from bridge.texts import say

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
PRINTS = {"key": "k1", "address": "a1", "money": "m1", "prescription": "p1", "delivery": "d1"}


def an_order(**amounts: int) -> PharmacyOrder:
    lines = tuple(OrderLine(sku, SkuUid(sku), amount) for sku, amount in amounts.items())
    return PharmacyOrder(UID, "pending review", NOW, lines=lines)


def a_snapshot(lines: dict[str, int] | None = None, **prints: str) -> str:
    return snapshot(an_order(**(lines or {"one": 2, "two": 1})), {**PRINTS, **prints})


SENT = a_snapshot()
ORDER = OrderId("ORD_1")
UNREAD = OrderRecord(UID, NOW, phase=Phase.ADOPTED, order_id=ORDER)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (SENT, ""),
        (a_snapshot({"two": 1, "one": 2}), ""),
        (a_snapshot(address="a2"), "the address or the recipient"),
        (a_snapshot(money="m2", prescription="p2"), "the amounts; the prescription"),
        (a_snapshot(delivery="d2"), "the kind of delivery"),
        (a_snapshot({"one": 1, "two": 1}), "the lines: one 2 \u2192 1"),
        (a_snapshot({"one": 2}), "the lines: two 1 \u2192 0"),
        (a_snapshot({"one": 2, "two": 1, "six": 6}), "the lines: six 0 \u2192 6"),
        (a_snapshot(key="k2", address="a2"), ""),  # made with another secret
    ],
)
def test_what_changed(now: str, told: str):
    found = changes(SENT, now)
    assert (say(found) if found else "") == told


def test_nothing_is_compared_with_what_is_not_known():
    assert changes("", SENT) is None


def test_lines_of_one_sku_count_together():
    twice = replace(an_order(one=1), lines=an_order(one=1).lines * 2)
    assert snapshot(twice, PRINTS) == a_snapshot({"one": 2})


@pytest.mark.parametrize("phase", Phase)
def test_a_person_is_told_while_pharmaone_has_it(phase: Phase):
    record = OrderRecord(UID, NOW, phase=phase, sent=SENT, snapshot=a_snapshot(money="m2"))
    record = replace(record, p1_state=State.CANCELLED)
    found = attentions(view_of(record, NOW, order=an_order(one=2)))
    sent = phase in (Phase.SUBMITTING, Phase.SUBMITTED, Phase.ADOPTED)
    assert [reason.code for reason in found or ()] == ["changed_at_rxscale"] * sent
    if found:
        other = replace(record, snapshot=a_snapshot(money="m3"))
        again = attentions(view_of(other, NOW, order=an_order(one=2)))
        assert again != found, "what was accepted is told again if it changes once more"
        assert found[0].facts["what"] == reasons.THE_MONEY()


def test_what_another_store_sent_is_compared_from_its_first_look_on():
    record = OrderRecord(UID, NOW, phase=Phase.SUBMITTED)
    first = remember.read_again(record, SENT, of_first_look(SENT))
    assert (changes(first.sent, SENT), first.snapshot) == (None, SENT)
    now = a_snapshot(money="m2")
    later = remember.read_again(first, now, of_first_look(now))
    assert (later.sent, later.snapshot) == (first.sent, now)
    assert changes(later.sent, now) == reasons.THE_MONEY()
    sent = remember.intended(record, NOW + timedelta(1), "v1", SENT)
    assert (sent.sent, sent.snapshot) == (SENT, SENT)


def test_what_was_sent_is_for_pharmaones_order_to_tell_where_that_is_known():
    record = OrderRecord(UID, NOW, phase=Phase.ADOPTED)
    first = remember.read_again(record, SENT, of_first_look(SENT))
    assert record.is_unread
    assert first.is_unread
    sent = held_there(an_order(one=2), first.sent, [], {}, {}).snapshot
    assert sent == a_snapshot({"one": 2})
    read = remember.held_there(first, sent, SENT)
    assert not read.is_unread
    assert remember.read_again(read, SENT, "") == read
    assert not replace(first, phase=Phase.SUBMITTED).is_unread
    assert not replace(first, intent_at=NOW).is_unread


def goods(**quantities: float) -> dict[str, Goods]:
    return {name.replace("unknown", "?"): Goods(Decimal(n)) for name, n in quantities.items()}


def takes(**units: tuple[str, int]) -> list[Demand]:
    """Of each SKU in turn, so many units of a product."""
    return [
        Demand(place, PharmacySkuUid(f"p{sku}"), ProductId(product), 1, count)
        for place, (sku, (product, count)) in enumerate(units.items(), 1)
    ]


BOTH = takes(one=("a", 2), two=("b", 10))
SAME = goods(a=2, b=10)
SHARED = takes(one=("a", 2), two=("a", 10))


@pytest.mark.parametrize(
    ("lines", "ours", "theirs", "told", "units"),
    [
        (BOTH, SAME, SAME, "", {"a": 2, "b": 10}),
        (BOTH, SAME, {}, "", {}),  # no lines are told
        (BOTH, SAME, goods(a=3, b=10), "one 3 \u2192 2", {"a": 3, "b": 10}),
        (BOTH, SAME, goods(a=1, b=20), "one 1 \u2192 2, two 2 \u2192 1", {"a": 1, "b": 20}),
        (BOTH, SAME, goods(a=2), "two 0 \u2192 1", {"a": 2, "b": 0}),
        (BOTH, SAME, goods(a=2, unknown=1), "", {"a": 2}),  # which may be the other
        (BOTH, SAME, goods(a=2, b=10, c=4), "c 4 \u2192 0", {"a": 2, "b": 10, "c": 4}),
        (BOTH, SAME, goods(a=2, b=15), "b 15 \u2192 0", {"a": 2, "b": 15}),  # no whole SKUs
        (BOTH, goods(a=4, b=10), goods(a=5, b=10), "a 5 \u2192 0", {"a": 3, "b": 10}),
        (SHARED, goods(a=12), goods(a=24), "one 4 \u2192 2, two 2 \u2192 1", {"a": 24}),
        (BOTH, {}, SAME, "a 2 \u2192 0, b 10 \u2192 0", {"a": 2, "b": 10}),  # no draft
    ],
)
def test_what_pharmaones_order_holds_is_what_was_sent(lines, ours, theirs, told, units):
    order = an_order(one=2, two=1)
    held = held_there(order, SENT, lines, ours, theirs)
    found = changes(held.snapshot, SENT)
    assert (say(found) if found else "") == (told and f"the lines: {told}")
    assert {take.p1_id: take.units for take in held.takes} == units
    assert {(take.place, take.pharmacy_sku_uid, take.amount) for take in held.takes} <= {(0, "", 0)}


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({}, LookAtPharmaOne),
        ({"p1_state": State.COMPLETED}, Wait),  # whatever it holds was taken
        ({"sent": SENT}, Wait),
        ({"intent_at": NOW}, Wait),
    ],
)
def test_what_another_store_sent_is_looked_at_before_anything_rests_on_it(changed, step):
    record = replace(UNREAD, **changed)
    order, seen = PharmacyOrder(UID, "in-progress", NOW), P1Order(ORDER, "awaiting_packing", NOW)
    view = view_of(record, NOW, order=order, p1_order=seen, p1_looked_at=NOW)
    found = next_step(view)
    assert isinstance(found, step)
    if step is LookAtPharmaOne:
        assert found.why == reasons.WHAT_IT_HOLDS()
        view.sight.tracking = ()
        assert isinstance(next_step(view), Wait)


def test_what_it_holds_is_compared_with_what_rxscale_shows_now():
    record = replace(UNREAD, rx_status="in-progress", rx_seen_at=NOW, state=State.PREPARING)
    seen = P1Order(ORDER, "awaiting_packing", NOW)
    facts = Facts(refuses_illegal_steps="true")
    view = view_of(record, NOW, p1_order=seen, p1_looked_at=NOW, facts=facts, rx_unchanged=True)
    assert next_step(view) == Look(reasons.WHAT_IT_HOLDS())
