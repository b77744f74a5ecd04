"""What a number seen at RxScale means: our own write coming back, a sale, or somebody's change.

RxScale tells of a changed stock by webhook and shows it in its list. What the event holds beside
the SKU's uid is not documented (rxscale.md section 7.3), so it may tell no number at all; and our
own writes are assumed to be told back as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ECHO = timedelta(seconds=10)
"""What is told within this time of our own doing is not somebody else's."""
SECOND = timedelta(seconds=1)
"""RxScale's events are dated to the second, so one may be that much younger than it says."""


class Meaning(StrEnum):
    KNOWN = "known"  # nothing new in it
    LEARNT = "learnt"  # we know more, and nobody has meddled
    SOLD = "sold"  # a completed order explains it
    DRIFT = "drift"  # somebody changed it


@dataclass(frozen=True, slots=True)
class Shown:
    """What was known of one SKU's pieces at RxScale before something was told.

    `seen_at`: as of when; `ours_at`: when we last changed it, or an order that was completed.
    `wanted`: a number that is being written.
    """

    stock: int | None
    seen_at: datetime | None
    pushed: int | None
    wanted: int | None
    ours_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What to remember: the number there, and what it means. None: nobody knows it now."""

    meaning: Meaning
    stock: int | None


def hear(shown: Shown, told: int | None, at: datetime, sales: Sequence[int]) -> Heard:
    """Takes in a number told (or, None, only that there is another) as of `at`.

    `sales` are the pieces of this SKU in orders that RxScale has not been seen to complete: it
    takes them off by itself when they are.
    """
    if shown.seen_at is not None and at + SECOND <= shown.seen_at:
        return Heard(Meaning.KNOWN, shown.stock)
    if told is None:
        return _unnumbered(shown, at, sales)
    if told in (shown.stock, shown.wanted):
        return Heard(Meaning.KNOWN, shown.stock)
    if shown.pushed is None or shown.wanted is not None or shown.stock is None:
        return Heard(Meaning.LEARNT, told)
    if _is_ours(shown, at):
        return Heard(Meaning.LEARNT, told)
    if _explains(sales, shown.stock - told):
        return Heard(Meaning.SOLD, told)
    return Heard(Meaning.DRIFT, told)


def _unnumbered(shown: Shown, at: datetime, sales: Sequence[int]) -> Heard:
    if shown.wanted is not None or _is_ours(shown, at):
        return Heard(Meaning.KNOWN, shown.stock)
    if shown.pushed is None or sales:
        return Heard(Meaning.LEARNT, None)
    return Heard(Meaning.DRIFT, None)


def _is_ours(shown: Shown, at: datetime) -> bool:
    return shown.ours_at is not None and abs(at - shown.ours_at) <= ECHO


def _explains(sales: Sequence[int], fall: int) -> bool:
    return fall > 0 and (fall in sales or fall == sum(sales))
