"""When something should be heard and is not: counts in, alarms out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.core import reasons
from bridge.core.alarms import (
    Heard,
    Hours,
    Subscription,
    is_told,
    silent,
    subscribed,
    unkept,
    unproved,
)
from bridge.core.model import Key

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 12, 10, 20, tzinfo=UTC)  # a Thursday
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LONG_AGO = NOW - 10 * WEEK
TARGET = "https://bridge.example/webhooks/rxscale"
EVENTS = ("pharmacy_order_created", "pharmacy_order_updated")


def hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def steadily(count: int, weeks: int = 9, *, until: datetime = NOW) -> dict[datetime, int]:
    """So many in each hour from 7 to 17 UTC of each working day."""
    found, at = {}, hour(NOW) - weeks * WEEK
    while at < until:
        if 7 <= at.hour <= 17 and at.weekday() < 5:
            found[at] = count
        at += HOUR
    return found


def of(began_at: datetime = LONG_AGO, now: datetime = NOW, **counts: object) -> list[str]:
    heard = Heard("rxscale", **counts)  # type: ignore[arg-type]
    return [each.code for each in silent(heard, began_at, now, BERLIN)]


def test_a_vendor_that_tells_all_is_well():
    assert of(told=steadily(30), orders=steadily(3), missed=2, forged=2) == []
    assert of() == []


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"forged": 3}, [reasons.SIGNATURES_WRONG]),
        ({"missed": 3}, [reasons.EVENTS_MISSED]),
        (
            {"lost": {hour(NOW): 3}, "orders": {hour(NOW): 15}},
            [reasons.WEBHOOKS_LOST],
        ),
        ({"lost": {hour(NOW): 3}, "orders": {hour(NOW): 16}}, []),
        ({"lost": {hour(NOW): 20}, "orders": {hour(NOW): 101}}, []),
        ({"lost": {hour(NOW): 2}, "orders": {hour(NOW): 2}}, []),
        ({"lost": {hour(NOW) - 4 * HOUR: 9}, "orders": {hour(NOW): 9}}, []),
        (
            {"missed": 3, "lost": {hour(NOW): 3}, "orders": {hour(NOW): 3}},
            [reasons.EVENTS_MISSED],
        ),
    ],
)
def test_what_was_not_told(counts: dict[str, object], expected: list[str]):
    assert of(**counts) == expected


def without(told: dict[datetime, int], hours: int, left: int = 0) -> dict[datetime, int]:
    since = hour(NOW) - hours * HOUR
    return {at: left if since <= at < hour(NOW) else count for at, count in told.items()}


@pytest.mark.parametrize(
    ("usual", "hours", "left", "expected"),
    [
        (20, 1, 4, (1, 4, 20)),
        (20, 1, 5, None),
        (19, 1, 0, None),  # too few an hour: three of them are asked
        (7, 3, 1, (3, 3, 21)),
        (1, 24, 0, None),
        (2, 24, 0, (24, 0, 22)),
    ],
)
def test_far_fewer_than_in_the_same_hours_of_the_last_weeks(
    usual: int, hours: int, left: int, expected: tuple[int, int, int] | None
):
    heard = Heard("rxscale", told=without(steadily(usual), hours, left))
    found = list(silent(heard, LONG_AGO, NOW, BERLIN))
    if expected is None:
        assert found == []
    else:
        count = dict(zip(("hours", "count", "usual"), expected, strict=True))
        assert found == [reasons.FEW_DELIVERIES(vendor="RxScale", **count)]


def test_few_says_nothing_of_hours_in_which_nobody_listened_or_of_a_short_past():
    quiet = without(steadily(30), 1)
    assert of(told=quiet) == [reasons.FEW_DELIVERIES]
    assert of(NOW - HOUR, told=quiet) == []
    assert of(told=without(steadily(30, weeks=2), 1)) == []


def test_the_same_hour_is_that_of_the_clock_on_the_wall():
    now = datetime(2026, 3, 31, 7, 10, tzinfo=UTC)  # summer since Sunday: 8 to 9 was 7 to 8 UTC
    past = [hour(now) - weeks * WEEK for weeks in range(1, 9)]
    told = dict.fromkeys(past, 100) | {at - HOUR: 10 for at in past} | {hour(now) - HOUR: 15}
    assert of(now=now, told=told) == [reasons.FEW_DELIVERIES]


def test_no_order_for_longer_than_ever_on_such_a_weekday():
    evening = hour(NOW).replace(hour=17) - DAY  # the last of Wednesday; the first is always at 7
    until_wednesday = steadily(2, until=evening + HOUR)
    assert of(now=NOW - HOUR, orders=until_wednesday) == []  # 16 h; 14 h are usual
    later = NOW
    assert of(now=later, orders=until_wednesday) == [reasons.NO_ORDERS]
    assert of(now=later, orders=until_wednesday | {hour(later): 1}) == []
    assert of(later - HOUR, now=later, orders=until_wednesday) == []


def test_a_monday_is_compared_with_mondays():
    friday = datetime(2026, 3, 13, 17, tzinfo=UTC)
    orders = steadily(2, until=friday + HOUR)
    monday = datetime(2026, 3, 16, 12, 20, tzinfo=UTC)
    assert of(now=monday - 3 * HOUR, orders=orders) == []  # 64 h; 62 h are usual
    found = silent(Heard("rxscale", orders=orders), LONG_AGO, monday + HOUR, BERLIN)
    assert list(found) == [reasons.NO_ORDERS(hours=68, longest=62)]


def test_a_short_past_says_nothing_of_weekdays():
    evening = hour(NOW).replace(hour=17) - DAY
    assert of(now=NOW + DAY, orders=steadily(2, weeks=3, until=evening)) == []


def told(heard: Heard, *, now: datetime = NOW, began_at: datetime = LONG_AGO) -> list[object]:
    return list(silent(heard, began_at, now, BERLIN))


def test_each_alarm_names_its_vendor_and_its_figures():
    lost, orders = {hour(NOW): 2, NOW - 20 * HOUR: 2}, {hour(NOW): 10}
    assert told(Heard("pharmaone", forged=4)) == [
        reasons.SIGNATURES_WRONG(vendor="PharmaOne", deliveries=4)
    ]
    assert told(Heard("pharmaone", missed=5)) == [
        reasons.EVENTS_MISSED(vendor="PharmaOne", changes=5)
    ]
    assert told(Heard("rxscale", lost=lost, orders=orders)) == [
        reasons.WEBHOOKS_LOST(vendor="RxScale", lost=4, orders=10)
    ]
    quiet = without(steadily(30), 1)
    assert told(Heard("pharmaone", told=quiet)) == [
        reasons.FEW_DELIVERIES(vendor="PharmaOne", hours=1, count=0, usual=30)
    ]


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), []),  # an hour that begins now has not been heard of yet
        (timedelta(seconds=1), [reasons.WEBHOOKS_LOST]),
        (3 * HOUR, [reasons.WEBHOOKS_LOST]),
        (3 * HOUR + timedelta(seconds=1), []),
    ],
)
def test_only_what_was_lost_lately_is_told(ago: timedelta, expected: list[str]):
    assert of(lost={NOW - ago: 3}, orders={NOW - HOUR: 3}) == expected


def test_what_was_lost_within_a_day_counts_with_it():
    lately = {NOW - HOUR: 1}
    assert of(lost={NOW - DAY: 2, **lately}) == [reasons.WEBHOOKS_LOST]
    assert of(lost={NOW - DAY - timedelta(seconds=1): 2, **lately}) == []


@pytest.mark.parametrize(("weeks", "expected"), [(3, []), (4, [reasons.FEW_DELIVERIES])])
def test_three_weeks_have_to_be_known(weeks: int, expected: list[str]):
    assert of(told=without(steadily(30, weeks=weeks), 1)) == expected


def test_a_week_that_is_known_from_its_first_hour_on_counts():
    known = without(steadily(100, weeks=3), 1)
    assert of(told=known) == [], "of the third week the hour that is compared is not known"
    begins = {hour(NOW) - HOUR - 3 * WEEK: 100}
    assert of(told=known | begins) == [reasons.FEW_DELIVERIES]


def test_the_hour_that_has_begun_is_not_compared():
    now = NOW.replace(second=59, microsecond=999_999)
    assert of(now=now, told=steadily(30)) == []
    at_the_end = {hour(NOW) + timedelta(seconds=30): 30}
    assert of(now=now, told=without(steadily(30), 1) | at_the_end) == [reasons.FEW_DELIVERIES]


def test_the_usual_number_is_the_middle_one_of_four_weeks():
    now = hour(NOW)
    weeks = {now - HOUR - week * WEEK: count for week, count in enumerate((0, 10, 20, 30, 99), 0)}
    first = {now - 10 * WEEK: 1}
    told_of = {**weeks, **first}
    assert told(Heard("rxscale", told=told_of)) == [
        reasons.FEW_DELIVERIES(vendor="RxScale", hours=1, count=0, usual=25)
    ]
    fifth = {now - HOUR - week * WEEK: 0 for week in range(1, 5)} | {now - HOUR - 5 * WEEK: 500}
    assert of(told=fifth | first) == []


def test_a_stretch_in_which_nobody_listened_yet_says_nothing():
    quiet = without(steadily(7), 3)
    assert of(hour(NOW) - 3 * HOUR, told=quiet) == [reasons.FEW_DELIVERIES]
    assert of(hour(NOW) - 3 * HOUR + timedelta(seconds=1), told=quiet) == []


def thursdays(*, silence: timedelta, weeks: int = 6, zone: ZoneInfo = BERLIN) -> Hours:
    """Orders until 0:00 in the zone, and after so long a silence each hour again; today one."""
    firsts = [midnight(zone) - n * WEEK for n in range(weeks)]
    rest = [at + n * HOUR for at in firsts[1:] for n in (-1, *range(silence // HOUR, 24))]
    return dict.fromkeys([*firsts, *rest], 1)


def midnight(zone: ZoneInfo) -> datetime:
    """With which a Thursday begins there."""
    return datetime(2026, 3, 12, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("zone", [BERLIN, ZoneInfo("Pacific/Auckland"), ZoneInfo("US/Pacific")])
@pytest.mark.parametrize(
    ("silence", "after", "hours"),
    [
        (2 * HOUR, 3 * HOUR, None),  # an hour more than the longest is allowed at least
        (2 * HOUR, 3 * HOUR + timedelta(seconds=1), 3),
        (8 * HOUR, 10 * HOUR, None),  # and a fourth of the longest
        (8 * HOUR, 10 * HOUR + timedelta(seconds=1), 10),
        (20 * HOUR, 23 * HOUR, None),  # but no more than three hours
        (20 * HOUR, 23 * HOUR + timedelta(seconds=1), 23),
    ],
)
def test_how_much_longer_than_ever_is_too_long(silence, after, hours, zone):
    heard = Heard("rxscale", orders=thursdays(silence=silence, zone=zone))
    found = [*silent(heard, LONG_AGO, midnight(zone) + after, zone)]
    longest = silence // HOUR
    expected = [] if hours is None else [reasons.NO_ORDERS(hours=hours, longest=longest)]
    assert found == expected


@pytest.mark.parametrize(("weeks", "tells"), [(5, True), (4, False)])
def test_four_such_weekdays_have_to_be_known(weeks: int, tells: bool):
    now = datetime(2026, 3, 12, 6, tzinfo=UTC)
    orders = thursdays(silence=HOUR, weeks=weeks)
    assert bool(told(Heard("rxscale", orders=orders), now=now)) is tells


@pytest.mark.parametrize(("listened", "tells"), [(HOUR, False), (HOUR * 2, True)])
def test_who_has_just_begun_to_listen_says_nothing_of_silence(listened: timedelta, tells: bool):
    now = datetime(2026, 3, 12, 6, tzinfo=UTC)
    heard = Heard("rxscale", orders=thursdays(silence=HOUR))
    assert bool(told(heard, now=now, began_at=now - listened)) is tells


def test_subscriptions():
    ours = [Subscription(f"s{n}", TARGET, event) for n, event in enumerate(EVENTS)]
    assert list(subscribed(ours, TARGET, EVENTS)) == []
    lacking = reasons.NOT_SUBSCRIBED(events=EVENTS[1], target=TARGET)
    off = ours[1]._replace(active=False)
    for found in (ours[:1], [ours[0], off]):
        assert list(subscribed(found, TARGET, EVENTS)) == [lacking]
    moved = [ours[0], ours[1]._replace(target="https://old.example/hook")]
    assert list(subscribed(moved, TARGET, EVENTS)) == [
        lacking,
        reasons.SUBSCRIBED_ELSEWHERE(targets="https://old.example/hook"),
    ]


@pytest.mark.parametrize(
    ("heard", "missed", "told"),
    [
        pytest.param(None, None, False, id="nothing was ever heard"),
        pytest.param(DAY, None, True, id="heard within a day"),
        pytest.param(DAY + HOUR, None, False, id="too long ago"),
        pytest.param(HOUR, HOUR / 2, False, id="a change came without"),
        pytest.param(HOUR / 4, HOUR / 2, True, id="heard again since"),
        pytest.param(HOUR / 60, HOUR / 12, False, id="too soon after a change without"),
    ],
)
def test_whether_deliveries_are_proved_to_come(heard, missed, told: bool):
    heard_at, missed_at = (None if ago is None else NOW - ago for ago in (heard, missed))
    assert is_told(heard_at, missed_at, NOW) is told


def test_the_proof_and_the_copies():
    assert list(unproved(NOW - DAY, NOW)) == []
    (found,) = unproved(NOW - DAY - HOUR, NOW)
    assert found == reasons.NOT_PROVED(hours=25)
    a, b = Key("order:po-1"), Key("sku:psku-1")
    assert list(unproved(NOW, NOW, [(a, 1)])) == []
    (found,) = unproved(NOW, NOW, [(a, 1), (b, 2)])
    assert found == reasons.STILL_DIFFERS(differences=1, first=b)
    assert list(unkept(NOW - 2 * DAY, NOW)) == []
    (found,) = unkept(NOW - 2 * DAY - HOUR, NOW)
    assert found == reasons.NO_GOOD_BACKUP(days=2)
    both = list(unproved(NOW - 50 * HOUR, NOW, [(b, 2), (a, 3)]))
    assert both == [reasons.NOT_PROVED(hours=50), reasons.STILL_DIFFERS(differences=2, first=b)]
    (found,) = unkept(NOW - 5 * DAY, NOW)
    assert found == reasons.NO_GOOD_BACKUP(days=5)


def test_all_that_is_not_subscribed_is_named_in_order():
    events = ("c", "a", "b")
    assert list(subscribed([], TARGET, events)) == [
        reasons.NOT_SUBSCRIBED(events="a, b, c", target=TARGET)
    ]
    elsewhere = [
        Subscription("s", target, "a") for target in ("https://z", "https://y", "https://z")
    ]
    assert list(subscribed(elsewhere, TARGET, ())) == [
        reasons.SUBSCRIBED_ELSEWHERE(targets="https://y, https://z")
    ]
