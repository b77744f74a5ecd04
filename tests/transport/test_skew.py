"""How far a vendor's clock is ahead, from dates that tell whole seconds only."""

import random
from datetime import timedelta
from email.utils import format_datetime, formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transport.doubles import NOON, Make, Time, Vendor, cut_before_headers, status

from bridge.errors import Unsure
from bridge.transport.skew import LAST, QUICK_SECONDS, Skew


def date(seconds: float) -> str:
    return formatdate(NOON.timestamp() + seconds, usegmt=True)


def test_nobody_knows_before_the_first_answer():
    assert Skew().seconds is None


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 0.5), st.floats(0, 1)), min_size=1),
)
def test_the_difference_is_known_to_a_second(ahead: float, calls: list[tuple[float, ...]]):
    """Whenever the calls are made, however quick they are, wherever in them the answer is made."""
    skew = Skew()
    for start, seconds, share in calls:
        made_at = NOON + timedelta(seconds=start + seconds * share + ahead)
        skew.learn(
            made_at.replace(microsecond=0), NOON + timedelta(seconds=start + seconds), seconds
        )
    assert skew.seconds == pytest.approx(ahead, abs=0.7501)


def test_many_answers_tell_it_well():
    skew, luck = Skew(), random.Random(7)
    for n in range(LAST):
        start = n * 60 + luck.random()
        made_at = NOON + timedelta(seconds=start + 7200)
        skew.learn(made_at.replace(microsecond=0), NOON + timedelta(seconds=start), 0.0)
    assert skew.seconds == pytest.approx(7200, abs=0.3)


def test_one_odd_answer_moves_nothing_and_a_mended_clock_is_believed():
    skew = Skew()
    for _ in range(LAST):
        skew.learn(NOON, NOON, 0.0)
    skew.learn(NOON + timedelta(days=400), NOON, 0.0)
    assert skew.seconds == 0.5
    for _ in range(LAST // 2 + 1):
        skew.learn(NOON + timedelta(hours=2), NOON, 0.0)
    assert skew.seconds == 7200.5


def test_a_slow_answer_says_nothing():
    skew = Skew()
    skew.learn(NOON, NOON, QUICK_SECONDS + 0.1)
    assert skew.seconds is None


async def test_the_transport_learns_from_every_answer(vendor: Vendor, transport: Make):
    send = transport()
    assert send.facts().clock_ahead_seconds is None
    assert send.ahead() == timedelta(0)
    vendor.will(status(404, Date=date(-7200)))
    await send(vendor.request())
    assert send.facts().clock_ahead_seconds == -7199.5
    assert send.ahead() == timedelta(seconds=-7199.5)


async def test_the_call_s_time_is_part_of_it(vendor: Vendor, transport: Make, time: Time):
    async def slow(request):
        time.now += 2.0
        return await status(200, Date=date(0))(request)

    vendor.will(slow)
    send = transport()
    await send(vendor.request())
    assert send.facts().clock_ahead_seconds == 1.5


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "yesterday"},
        {"Date": ""},
        {"Date": date(0), "Age": "86400"},
        {"Date": format_datetime(NOON), "Age": "1"},
    ],
)
async def test_no_date_and_an_answer_from_a_cache_say_nothing(
    vendor: Vendor, transport: Make, headers: dict[str, str]
):
    vendor.will(status(200, **headers))
    send = transport()
    await send(vendor.request())
    assert send.facts().clock_ahead_seconds is None


async def test_a_lost_answer_says_nothing(vendor: Vendor, transport: Make):
    vendor.will(cut_before_headers)
    send = transport()
    with pytest.raises(Unsure):
        await send(vendor.request(repeatable=False, method="GET"))
    assert send.facts().clock_ahead_seconds is None
