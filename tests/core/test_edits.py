"""What RxScale changed after an order was sent: named by part, and lines by before and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import view_of

from bridge.core import reasons, remember
from bridge.core.model import (
    OrderLine,
    OrderRecord,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    SkuUid,
    State,
)
from bridge.core.orders.attention import attentions
from bridge.core.orders.edits import changes, snapshot
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
    record = OrderRecord(UID, NOW, phase=Phase.ADOPTED)
    first = remember.read_again(record, SENT)
    assert (first.sent, first.snapshot) == (SENT, SENT)
    later = remember.read_again(first, a_snapshot(money="m2"))
    assert (later.sent, later.snapshot) == (SENT, a_snapshot(money="m2"))
    sent = remember.intended(record, NOW + timedelta(1), "v1", SENT)
    assert (sent.sent, sent.snapshot) == (SENT, SENT)
