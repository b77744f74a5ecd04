"""When a person is told what: one digest instead of a flood, nothing twice, nothing forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core import reasons
from bridge.core.alarms import Topic
from bridge.core.memory import StuckRow
from bridge.core.model import Key
from bridge.core.news import (
    LEFT_OUT,
    News,
    Rhythm,
    Told,
    digest,
    is_quiet,
    sendable,
    topic_of,
)
from bridge.core.reasons import CODES, Code, Kind, Reason
from bridge.settings import Settings
from bridge.texts import say

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFTEN = Rhythm(timedelta(minutes=15))
LONG_AGO = NOON - timedelta(hours=2)


def stuck(uid: str = "po-1", since: datetime = LONG_AGO, code: Code = reasons.GONE_AT_RXSCALE):
    return News(Topic.STUCK, f"order:{uid}", code(), since)


def down(since: datetime = LONG_AGO) -> News:
    return News(Topic.VENDOR, "rxscale", reasons.VENDOR_DOWN(vendor="RxScale"), since)


def told(news: News, at: datetime = LONG_AGO, mended_at: datetime | None = None) -> Told:
    return Told("mailto-1", news.id, news.topic, at, mended_at)


def asked(wrong, known=(), unknown=(), now=NOON, rhythm=OFTEN):
    return digest(wrong, known, unknown, now, rhythm)


def test_what_is_wrong_is_told_once():
    message = asked([stuck(), down()])
    assert message.fresh == (stuck(), down())
    assert asked([stuck(), down()], [told(stuck()), told(down())]) is None


def test_nothing_is_told_of_nothing():
    assert asked([]) is None


def test_news_waits_a_minute_for_more():
    young = stuck("po-2", since=NOON - timedelta(seconds=59))
    assert asked([young]) is None
    assert asked([young], now=NOON + MINUTE).fresh == (young,)
    assert asked([young, stuck()]).fresh == (young, stuck()), "the oldest has waited"


def test_a_flood_comes_in_digests():
    known = [told(stuck(), at=NOON - 14 * MINUTE)]
    more = [stuck(f"po-{n}") for n in range(50)] + [stuck()]
    assert asked(more, known) is None
    message = asked(more, known, now=NOON + MINUTE)
    assert len(message.fresh) == 49
    assert message.still == 1


def test_what_is_mended_is_told():
    message = asked([down()], [told(stuck()), told(down())])
    assert [each.about for each in message.mended] == ["order:po-1"]
    assert (message.fresh, message.still, message.over) == ((), 1, (stuck().id,))


def test_what_was_never_told_is_not_told_as_mended():
    assert asked([], [told(stuck(), mended_at=LONG_AGO)]) is None


def test_what_comes_again_is_told_again():
    known = [told(stuck(), mended_at=LONG_AGO)]
    assert asked([stuck()], known).fresh == (stuck(),)
    recent = [told(stuck(), mended_at=NOON - MINUTE)]
    assert asked([stuck()], recent) is None, "a thing that comes and goes does not ring each time"


def test_another_reason_is_news_and_not_mended():
    before, after = stuck(), stuck(code=reasons.UNSURE_PRESCRIPTION)
    message = asked([after], [told(before)])
    assert (message.fresh, message.mended, message.over) == ((after,), (), (before.id,))


def test_of_what_nothing_is_known_nothing_is_mended():
    known = [told(down())]
    assert asked([], known, unknown={"rxscale"}) is None
    assert asked([], known).mended


def test_a_restart_is_not_mended():
    restart = News(Topic.RESTART, "restart-1", reasons.RESTARTED(), LONG_AGO)
    assert asked([restart]).fresh == (restart,)
    assert asked([], [told(restart)]) is None


@pytest.mark.parametrize(
    ("key", "code", "topic"),
    [
        ("order:po-1", reasons.GONE_AT_RXSCALE(), Topic.STUCK),
        ("sku:psku-1", reasons.SKU_REFUSED(stock=1, cents=None, what="x"), Topic.STUCK),
        ("order:po-1", reasons.HELD_AT_RXSCALE(), Topic.ATTENTION),
        ("silence:orders", reasons.NO_ORDERS(hours=9, longest=4), Topic.SILENCE),
        ("proof:all", reasons.NOT_PROVED(hours=30), Topic.PROOF),
        ("backup:store", reasons.NO_GOOD_BACKUP(days=3), Topic.BACKUP),
    ],
)
def test_every_row_has_its_topic(key: str, code: Reason, topic: Topic):
    assert topic_of(StuckRow(Key(key), NOON, code)) is topic


def test_every_alarm_can_be_switched_off():
    assert all(getattr(Settings().notify, topic) for topic in Topic)


QUIET = (time(20), time(7, 30))


def test_quiet_hours_keep_it_until_they_are_over():
    rhythm = replace(OFTEN, quiet=QUIET)
    night = NOON.replace(hour=23)
    assert asked([stuck()], now=night, rhythm=rhythm) is None
    assert asked([stuck()], now=night + timedelta(hours=9), rhythm=rhythm).fresh


@pytest.mark.parametrize(
    ("quiet", "at", "is_so"),
    [
        (None, time(3), False),
        (QUIET, time(20), True),
        (QUIET, time(23, 59), True),
        (QUIET, time(7, 29), True),
        (QUIET, time(7, 30), False),
        (QUIET, time(12), False),
        ((time(12), time(14)), time(11, 59), False),
        ((time(12), time(14)), time(12), True),
        ((time(12), time(14)), time(14), False),
        ((time(12), time(12)), time(12), False),
    ],
)
def test_quiet_hours_may_span_midnight(quiet, at, is_so):
    assert is_quiet(at, quiet) is is_so


def canaries(code: Code) -> Reason:
    parts = [part for part in CODES.values() if code in part.within]
    facts = {
        name: canaries(parts[0]) if parts and name in ("why", "what") else f"Canary-{name}"
        for name in code.facts
    }
    return Reason(code, facts, (Reason(code, dict.fromkeys(facts, "Canary-also")),))


MAY = {"call", "doing", "hours", "of", "order", "pharmacy", "request", "state", "status"}
MAY |= {"submissions", "take_from", "vendor", "where", "why"}


@pytest.mark.parametrize(
    "code", [c for c in CODES.values() if c.kind in (Kind.ORDER, Kind.ATTENTION, Kind.GAP)]
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_an_order_holds_does_not_leave(code: Code, language: str):
    sent = say(sendable(News(Topic.STUCK, "order:po-1", canaries(code), NOON)), language)
    kept = [name for name in canaries(code).facts if name not in MAY]
    for name in ("name", "sku", "pzn", "lines", "amount", "product", "fields", "mark"):
        assert f"Canary-{name}" not in sent
    assert not [name for name in kept if f"Canary-{name}" in sent]


def test_what_is_absent_stays_absent_and_a_stock_is_told_whole():
    reason = reasons.CANCELLED_AT_RXSCALE(order=None)
    assert sendable(News(Topic.STUCK, "order:po-1", reason, NOON)).facts == {"order": None}
    gap = reasons.UNLINKED_SKU(name="Oel", sku="sku-1", pharmacy_sku="psku-1", file="skus.csv")
    stripped = sendable(News(Topic.STUCK, "order:po-1", gap, NOON))
    assert set(stripped.facts.values()) == {LEFT_OUT}
    stock = reasons.TO_BE_CONFIRMED(what=reasons.EMPTY())
    assert sendable(News(Topic.STOCK, "stock", stock, NOON)) is stock


IDS = st.sampled_from(["po-1", "po-2", "po-3"])


@given(
    st.lists(st.tuples(st.integers(1, 120), st.sets(IDS)), max_size=30),
)
def test_over_any_time_each_wrong_is_told_once_and_mended_once(life):
    """Whatever comes and goes: what is told alternates between wrong and mended, and in the end
    what was told is what is so.
    """
    now, known, heard, since = NOON, {}, {}, {}
    for minutes, wrong in [*life, (120, life[-1][1] if life else set())]:
        now += minutes * MINUTE
        since = {uid: since.get(uid, now) for uid in wrong}
        for later in (now, now + 2 * MINUTE, now + 30 * MINUTE):
            news = [stuck(uid, at) for uid, at in sorted(since.items())]
            message = asked(news, known.values(), now=later)
            if message is None:
                continue
            for each in message.fresh:
                assert heard.get(each.id) != "wrong"
                heard[each.id] = "wrong"
                known[each.id] = told(each, at=later)
            for each in message.mended:
                assert heard.get(each.id) == "wrong"
                heard[each.id] = "mended"
            for over in message.over:
                known[over] = replace(known[over], mended_at=later)
        now += 30 * MINUTE
    assert {i for i, how in heard.items() if how == "wrong"} == {stuck(uid).id for uid in since}
