"""What should be heard or proved and is not: alarms, decided from counts. Pure.

An alarm is not about one order but about the connection itself. It is kept while it is true
(`bridge.store.waiting`), told by `/health`, the page and `stuck list`, and gone once it is mended.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from bridge.core import reasons
from bridge.core.journal import VENDORS
from bridge.core.model import Key
from bridge.core.reasons import Reason

IN_A_ROW = 3
"""So many of a kind, one after the other, are no accident."""
LOST_PERCENT = 20
LATELY = timedelta(hours=3)
FEW_AT_LEAST = 20
"""Where fewer are usual, few say nothing: of 20, four or less come by chance once in 60,000."""
FEW_PART = 4
"""Fewer than a fourth of the usual number."""
WINDOWS_HOURS = (1, 3, 6, 12, 24)
WEEKS = (1, 2, 3, 4)
LEAST_WEEKS = 3
OUTLIVES = 2
"""A difference that so many comparisons in a row found does not mend itself."""
KEPT = timedelta(days=2)
LATE = timedelta(minutes=10)
LEAST_DAYS = 4
"""So many such weekdays have to be known before one is said to be too quiet."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


class Topic(StrEnum):
    """What a person is told of; each is a key of [notify], and of alarms the first part of theirs:
    of SILENCE, PROOF and BACKUP.
    """

    STUCK = "stuck"
    ATTENTION = "attention"
    VENDOR = "vendor"
    SILENCE = "silence"  # a vendor tells nothing any more, or not all
    STOCK = "stock"
    PROOF = "proof"  # both sides were not compared, or still differ
    BACKUP = "backup"  # there is no good copy of the store
    RESTART = "restart"


class Subscription(NamedTuple):
    """One event that a vendor tells to one address. `active`: False where it says it does not."""

    uid: str
    target: str
    event: str
    active: bool = True


class Alarm(NamedTuple):
    """An alarm as it stands: `reason` is its code and facts (`texts.say`, `texts.steps`)."""

    topic: Topic
    key: Key
    since: datetime
    reason: Reason


Hours = Mapping[datetime, int]
"""How many there were in the hour that begins then (UTC); an hour with none is left out."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one vendor's webhooks. `missed`: changes that only a sweep found since one told;
    `forged`: deliveries with a wrong signature since one had a right one. Per hour: all that were
    `told`, the new `orders`, and those of them that were `lost`.
    """

    vendor: str
    missed: int = 0
    forged: int = 0
    told: Hours = field(default_factory=dict)
    orders: Hours = field(default_factory=dict)
    lost: Hours = field(default_factory=dict)


def silent(heard: Heard, began_at: datetime, now: datetime, zone: tzinfo) -> Iterator[Reason]:
    """What is wrong with a vendor's webhooks; it is listened to since `began_at`, without a gap.

    Weekdays and hours are those of `zone`.
    """
    vendor = VENDORS[heard.vendor].value
    if heard.forged >= IN_A_ROW:
        yield reasons.SIGNATURES_WRONG(vendor=vendor, deliveries=heard.forged)
    lost, orders = (total(each, now - DAY, now) for each in (heard.lost, heard.orders))
    lately = total(heard.lost, now - LATELY, now)
    if heard.missed >= IN_A_ROW:
        yield reasons.EVENTS_MISSED(vendor=vendor, changes=heard.missed)
    elif lately and lost >= IN_A_ROW and lost * 100 >= orders * LOST_PERCENT:
        yield reasons.WEBHOOKS_LOST(vendor=vendor, lost=lost, orders=orders)
    if (few := _few(heard.told, began_at, now, zone)) is not None:
        hours, count, usual = few
        yield reasons.FEW_DELIVERIES(vendor=vendor, hours=hours, count=count, usual=usual)
    longest = _longest(heard.orders, now, zone)
    if longest is not None and now - began_at > HOUR:
        last = max(heard.orders)
        if now - last > longest + min(max(HOUR, longest / 4), LATELY):
            yield reasons.NO_ORDERS(hours=(now - last) // HOUR, longest=longest // HOUR)


def total(by_hour: Hours, since: datetime, until: datetime) -> int:
    """How many there were in the hours that begin at `since` or later, and before `until`."""
    return sum(count for at, count in by_hour.items() if since <= at < until)


def _few(
    told: Hours, began_at: datetime, now: datetime, zone: tzinfo
) -> tuple[int, int, int] | None:
    """In the last so many hours came so few, instead of the usual number; None if enough did.

    The shortest stretch counts that is long enough to say something.
    """
    until = now.replace(minute=0, second=0, microsecond=0)
    first = min(told, default=until)
    for hours in WINDOWS_HOURS:
        since = until - hours * HOUR
        if since < began_at:
            return None
        before = [
            total(told, _weeks_before(since, weeks, zone), _weeks_before(until, weeks, zone))
            for weeks in WEEKS
            if since - weeks * WEEK >= first
        ]
        usual = int(median(before)) if len(before) >= LEAST_WEEKS else 0
        if usual >= FEW_AT_LEAST:
            count = total(told, since, until)
            return (hours, count, usual) if count * FEW_PART < usual else None
    return None


def _weeks_before(at: datetime, weeks: int, zone: tzinfo) -> datetime:
    """The same hour by the clock on the wall, also where that was changed meanwhile."""
    return (at.astimezone(zone) - weeks * WEEK).astimezone(UTC)


def _longest(orders: Hours, now: datetime, zone: tzinfo) -> timedelta | None:
    """How long at most nothing had come, at any moment of earlier days like today; None where too
    few of them are known.
    """
    reached: dict[date, timedelta] = {}
    today = now.astimezone(zone).date()
    for last, following in pairwise(sorted(orders)):
        day = last.astimezone(zone).date()
        while day < today:
            midnight = datetime.combine(day + DAY, time(), zone).astimezone(UTC)
            silence = min(following, midnight) - last
            reached[day] = max(silence, reached.get(day, timedelta()))
            if following < midnight:
                break
            day += DAY
    alike = [silence for day, silence in reached.items() if day.weekday() == today.weekday()]
    return max(alike) if len(alike) >= LEAST_DAYS else None


def subscribed(
    found: Collection[Subscription], target: str, events: Collection[str]
) -> Iterator[Reason]:
    """What is wrong with the subscriptions at RxScale, where `events` are to come to `target`."""
    ours = {each.event for each in found if each.target == target and each.active}
    if missing := sorted(set(events) - ours):
        yield reasons.NOT_SUBSCRIBED(events=", ".join(missing), target=target)
    if others := sorted({each.target for each in found if each.target != target}):
        yield reasons.SUBSCRIBED_ELSEWHERE(targets=", ".join(others))


def is_told(heard_at: datetime | None, missed_at: datetime | None, now: datetime) -> bool:
    """Whether deliveries are proved to come: one did of late, and after the last change that none
    told of, which is some time ago. One that was only late costs no more than that time.
    """
    if heard_at is None or now - heard_at > DAY:
        return False
    return missed_at is None or (heard_at > missed_at and now - missed_at > LATE)


def unproved(
    last_at: datetime, now: datetime, differing: Sequence[tuple[Key, int]] = ()
) -> Iterator[Reason]:
    """What is wrong with the proof: the last comparison, or the first start without one, was at
    `last_at`. `differing`: each key that differs, and how many comparisons in a row found it.
    """
    if now - last_at > DAY:
        yield reasons.NOT_PROVED(hours=(now - last_at) // HOUR)
    lasting = [key for key, times in differing if times >= OUTLIVES]
    if lasting:
        yield reasons.STILL_DIFFERS(differences=len(lasting), first=lasting[0])


def unkept(last_good_at: datetime, now: datetime) -> Iterator[Reason]:
    """Whether there is no good copy of the store; none since it was made counts from then on."""
    if now - last_good_at > KEPT:
        yield reasons.NO_GOOD_BACKUP(days=(now - last_good_at) // DAY)
