"""What a stock number reported by RxScale means: our own write, a sale, or a change by others.

RxScale reports a changed stock by webhook and shows it in its list. What the event holds beside
the SKU's uid is not documented (rxscale.md section 7.3), so it may hold no number at all; and our
own writes are assumed to be reported as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ECHO = timedelta(seconds=10)
"""What is reported within this time of our own change is not a change by others."""
DATED = timedelta(seconds=2)
"""RxScale's events are dated to the second, and how far its clock is ahead of ours is known to the
second: so much younger than it says may an event be."""


class Cause(StrEnum):
    """Where a reported number comes from."""

    KNOWN = "known"  # nothing new in it
    LEARNT = "learnt"  # we know more, and nothing was changed
    SALE = "sale"  # a completed order explains it
    DRIFT = "drift"  # others changed it


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What was known of one SKU's pieces at RxScale before something was reported.

    `seen_at`: as of when; `ours_at`: when we last changed it, or an order that was completed.
    `wanted`: a number that is being written.
    """

    stock: int | None
    seen_at: datetime | None
    pushed: int | None
    wanted: int | None
    ours_at: datetime | None

    def is_ours(self, at: datetime) -> bool:
        """Whether a change at this time is our own doing."""
        return self.ours_at is not None and abs(at - self.ours_at) <= ECHO


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What to remember: the number there, and its cause. None: it is not known now."""

    cause: Cause
    stock: int | None


def interpret(
    known: LastKnown, reported: int | None, at: datetime, sales: Sequence[int]
) -> Interpreted:
    """Interprets a number reported (or, None, only that there is another) as of `at`.

    `sales` are the pieces of this SKU in orders that RxScale has not been seen to complete: it
    takes them off by itself when they are.
    """
    if known.seen_at is not None and at + DATED <= known.seen_at:
        return Interpreted(Cause.KNOWN, known.stock)
    if reported is None:
        return _without_number(known, at, sales)
    if reported in (known.stock, known.wanted):
        return Interpreted(Cause.KNOWN, known.stock)
    if known.pushed is None or known.wanted is not None or known.stock is None:
        return Interpreted(Cause.LEARNT, reported)
    if known.is_ours(at):
        return Interpreted(Cause.LEARNT, reported)
    fall = known.stock - reported
    if fall > 0 and (fall in sales or fall == sum(sales)):
        return Interpreted(Cause.SALE, reported)
    return Interpreted(Cause.DRIFT, reported)


def _without_number(known: LastKnown, at: datetime, sales: Sequence[int]) -> Interpreted:
    if known.wanted is not None or known.is_ours(at):
        return Interpreted(Cause.KNOWN, known.stock)
    if known.pushed is None or sales:
        return Interpreted(Cause.LEARNT, None)
    return Interpreted(Cause.DRIFT, None)
